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

/// Whether a server that listens on `local` is what a client calls `remote`.
export function isAt(local, remote) {
  if (!local || !remote) return false;
  if (local === remote) return true;
  const [host, port] = [local.slice(0, local.lastIndexOf(':')), local.slice(local.lastIndexOf(':'))];
  return (host === '0.0.0.0' || host === '[::]') && remote.endsWith(port);
}

function isOneCause(client, server) {
  return client.endpoint.role === 'client' && server.endpoint.role === 'server' &&
    isAt(server.endpoint.local, client.endpoint.remote) &&
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
