#!/bin/busybox sh
# Runs in the virtual machine under systemd: the agent through its unit, confined as on a user's host.

fail() {
  echo "FAILED: $*"
  systemctl --no-pager -n 0 status sockwarden.service
  cat /run/agent.log 2>/dev/null
  exit 1
}

systemctl start sockwarden.service || fail "the unit did not start"
get /-/ready >/dev/null || fail "systemd holds it for started, and it is not ready"
get /metrics | grep '^sockwarden_hook_attached' | sort >/run/hooks.confined
if [ -s /tmp/hooks.free ]; then
  cmp -s /tmp/hooks.free /run/hooks.confined ||
    fail "the confinement changes what can be attached: $(diff /tmp/hooks.free /run/hooks.confined)"
fi
main=$(systemctl show -p MainPID --value sockwarden.service)
systemctl reload sockwarden.service || fail "the reload"
sleep 1
[ "$(systemctl show -p MainPID --value sockwarden.service)" = "$main" ] || fail "the reload ended the agent"
systemctl stop sockwarden.service
[ "$(systemctl show -p Result --value sockwarden.service)" = success ] || fail "the stop"
cat /run/agent.log
echo "the unit works on $(uname -r)"
