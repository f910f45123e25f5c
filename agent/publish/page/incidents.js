// Findings as incidents: worst first, the two ends of one cause together, grouped by service.

import {keyOf} from './identity.js';

const severities = ['critical', 'warning', 'info'];
export const rankOf = severity => severities.indexOf(severity);

export const qualifierOf = finding => finding.phase ?? finding.cause ?? finding.type ?? finding.option ?? '';

export const compare = (a, b) => a < b ? -1 : Number(a > b);

/// Severity, then confidence, then age.
function worseFirst(a, b) {
  return rankOf(a.severity) - rankOf(b.severity) ||
    (a.confidence === b.confidence ? 0 : a.confidence === 'proven' ? -1 : 1) ||
    compare(a.first_seen, b.first_seen) || compare(a.id, b.id);
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
  const any = /^(0\.0\.0\.0|\[::\])(:\d+)$/.exec(local);
  return local === own || any !== null && own.endsWith(any[2]);
}

/// Whether a client that calls `remote` reaches the server that listens on `local` of this host. Who listens on any address is known
/// to be meant on loopback alone: the same port elsewhere is somebody else's.
export const isReached = (local, remote) => isAt(local, remote) && (local === remote || /^(127\.|\[::1\]|\[::ffff:127\.)/.test(remote));

/// Who listens is at the server's end.
export const endOf = ({endpoint}) => endpoint.role === 'client' ? 'client' : 'server';

function isOneCause(client, server) {
  return isReached(server.endpoint.local, client.endpoint.remote) && causes.some(cause => cause.client.test(kindOf(client)) && cause.server.test(kindOf(server)));
}

const portOf = address => address.slice(address.lastIndexOf(':'));
const orders = {
  newest: (a, b) => compare(b.head.first_seen, a.head.first_seen),
  oldest: (a, b) => compare(a.head.first_seen, b.head.first_seen),
};

/// [{head, ends}]: the worst of a cause leads, the others are its ends. Worst first, unless `order` says otherwise.
export function incidentsOf(findings, order) {
  const incidents = [], ledFrom = new Map();  // the end that leads, and the server's port → incidents
  for (const finding of [...findings].sort(worseFirst)) {
    const isClient = endOf(finding) === 'client', {remote, local} = finding.endpoint;
    const port = portOf(isClient ? remote : local), mine = endOf(finding) + port, others = (isClient ? 'server' : 'client') + port;
    const same = ledFrom.get(others)?.find(({head}) => isClient ? isOneCause(finding, head) : isOneCause(head, finding));
    if (same) {
      same.ends.push(finding);
      continue;
    }
    const incident = {head: finding, ends: []};
    incidents.push(incident);
    if (!ledFrom.has(mine)) ledFrom.set(mine, []);
    ledFrom.get(mine).push(incident);
  }
  return orders[order] ? incidents.sort(orders[order]) : incidents;
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
