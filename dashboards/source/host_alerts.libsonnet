local a = import 'alert.libsonnet';

[
  a.of_program('SockwardenDescriptorsRunOut',
               |||
                 (
                   predict_linear(sockwarden_descriptors_used_ratio[30m], 4 * 3600) > 1
                   and sockwarden_descriptors_used_ratio > 0.25
                   and deriv(sockwarden_descriptors_used_ratio[5m]) > 0
                 )
               |||,
               '10m',
               'warning',
               'descriptors grow towards their limit',
               'descriptors reach their limit within four hours at this rate',
               'At the limit the process can neither open a file nor accept a connection. See which type grows on the dashboard.',
               'See on the dashboard which type grows, and restart the program before the limit where nobody mends it.',
               'agent/detect/fd-leak.md'),
  a.of_program('SockwardenDescriptorsNearLimit',
               'sockwarden_descriptors_used_ratio > 0.9',
               '5m',
               'critical',
               'limit of descriptors nearly reached',
               '{{ $value | humanizePercentage }} of the limit of descriptors is in use',
               'Raise RLIMIT_NOFILE where the load is right, and find what is never closed where it is not.',
               'Restart the program, or raise the limit at once: `prlimit --pid PID --nofile=N`.',
               'agent/detect/fd-leak.md'),
  a.of_program('SockwardenAcceptQueueDrops',
               'rate(sockwarden_accept_queue_drops_total[5m]) > 0',
               '2m',
               'warning',
               'an accept queue too short, or accepted too slowly',
               '{{ $value | humanize }} packets a second dropped by the listening socket',
               'Clients see a connect that takes a second and more, or fails.',
               'See whether the program is busy or blocked; where it is well, raise its backlog and net.core.somaxconn.',
               'agent/detect/listen-overflow.md',
               a.server),
  a.of_program('SockwardenAcceptQueueNearlyFull',
               'instance_service_endpoint:sockwarden_accept_queue_used:ratio > 0.8',
               '2m',
               'warning',
               'the program accepts too slowly',
               'the accept queue is {{ $value | humanizePercentage }} full',
               'Connections are established and wait for accept(); drops come next.',
               'See whether the program is busy or blocked; where it is well, raise its backlog and net.core.somaxconn.',
               'agent/detect/listen-overflow.md',
               a.server),
  a.of_program('SockwardenConnectFailures',
               |||
                 (
                   instance_service_endpoint:sockwarden_connect_failures_per_connect_outcomes:ratio_rate5m > 0.5
                   and instance_service_endpoint:sockwarden_connect_failures:rate5m > 0.1
                 )
               |||,
               '5m',
               'warning',
               'the peer refuses, does not answer, or cannot be reached',
               '{{ $value | humanizePercentage }} of the connects fail',
               'The panel of failed connects names the cause: refused, timed out, unreachable, or no free local port.',
               'See on that panel how they fail: whether the server runs, is reached, or the host has no local port left.',
               'dashboards/runbooks/host.md#connects-that-fail',
               a.server),
]
