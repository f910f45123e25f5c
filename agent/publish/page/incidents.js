// Findings as incidents: worst first, the two ends of one cause together, grouped by service.

import {keyOf} from './identity.js';

const severities = ['critical', 'warning', 'info'];
export const rankOf = severity => severities.indexOf(severity);

export const qualifierOf = finding => finding.phase ?? finding.cause ?? finding.type ?? finding.option ?? '';

/// Severity, then confidence, then age.
export function worseFirst(a, b) {
  return rankOf(a.severity) - rankOf(b.severity) ||
    (a.confidence === b.confidence ? 0 : a.confidence === 'proven' ? -1 : 1) ||
    a.first_seen.localeCompare(b.first_seen) || a.id.localeCompare(b.id);
}

// What a client does wrong, and what the server at its other end shows of the same connections.
const causes = [
  {client: /^missing-timeout\/(header|body)$/, server: /^stuck-request\//},
  {client: /^connection-leak\//, server: /^missing-timeout\/server-idle$/},
  {client: /^missing-timeout\/(dial|tls)$/, server: /^listen-overflow\//},
  {client: /^pool-unbounded\//, server: /^listen-overflow\//},
];
const kindOf = finding => `${finding.class}/${qualifierOf(finding)}`;

/// Whether who listens on `local` listens on `own`, an address of this host.
export function isAt(local, own) {
  if (!local || !own) return false;
  if (local === own) return true;
  const [host, port] = [local.slice(0, local.lastIndexOf(':')), local.slice(local.lastIndexOf(':'))];
  return (host === '0.0.0.0' || host === '[::]') && own.endsWith(port);
}

/// Whether a client that calls `remote` reaches the server that listens on `local` of this host. Who listens on any address is known
/// to be meant on loopback alone: the same port elsewhere is somebody else's.
export const isReached = (local, remote) => local === remote || (/^(127\.|\[::1\]|\[::ffff:127\.)/.test(remote) && isAt(local, remote));

function isOneCause(client, server) {
  return client.endpoint.role === 'client' && server.endpoint.role === 'server' &&
    isReached(server.endpoint.local, client.endpoint.remote) &&
    causes.some(cause => cause.client.test(kindOf(client)) && cause.server.test(kindOf(server)));
}

/// [{head, ends}]: the worst of a cause leads, the others are its ends.
export function incidentsOf(findings) {
  const incidents = [];
  for (const finding of [...findings].sort(worseFirst)) {
    const same = incidents.find(({head}) => isOneCause(finding, head) || isOneCause(head, finding));
    if (same) same.ends.push(finding);
    else incidents.push({head: finding, ends: []});
  }
  return incidents;
}

/// [{key, process, incidents}], in the order of the worst of each.
export function byService(incidents) {
  const groups = new Map();
  for (const incident of incidents) {
    const key = keyOf(incident.head.process);
    if (!groups.has(key)) groups.set(key, {key, process: incident.head.process, incidents: []});
    groups.get(key).incidents.push(incident);
  }
  return [...groups.values()];
}
