// Which service is connected to which server, sick edges marked. Bounded: the sick ones and the largest.

import {h, svg} from './dom.js';
import {keyOf, nameOf, placeOf} from './identity.js';
import {endOf, isReached, rankOf} from './incidents.js';
import {activeOf, chip, note, service, serviceColumn, worstOf} from './pieces.js';
import {address} from './route.js';
import {any, choice, search, table, toolbar} from './table.js';
import {number, several} from './words.js';

export const title = 'Map';
export const subject = () => 'endpoints';
export const paths = () => ({endpoints: 'endpoints?limit=1000'});

const mostEdges = 40, row = 34, left = 300, right = 560, width = 860;

/// The local service that listens at an address, where there is one.
function serverOf(servers, remote) {
  const found = servers.find(each => isReached(each.server_address, remote));
  return found ? nameOf(found.process) : '';
}

/// Whether a finding, at whichever end, is about this edge.
function isOn(finding, edge) {
  if (endOf(finding) === 'server') return isReached(finding.endpoint.local, edge.server_address);
  return finding.endpoint.remote === edge.server_address && keyOf(finding.process) === keyOf(edge.process);
}

function edgesOf(answer, findings, query) {
  const servers = answer.endpoints.filter(each => each.role === 'server' && each.open > 0);
  const edges = answer.endpoints.filter(each => each.role === 'client').map(each => {
    const about = findings.filter(finding => isOn(finding, each));
    return {...each, about, worst: about.length > 0 ? worstOf(about) : null, server: serverOf(servers, each.server_address)};
  }).filter(each => each.open > 0 || each.worst);
  const wanted = (query.q ?? '').toLowerCase();
  const rank = each => each.worst ? rankOf(each.worst.severity) : 9;
  return edges.filter(each => (!query.service || nameOf(each.process) === query.service || each.server === query.service) &&
    (query.show !== 'sick' || each.worst) &&
    `${nameOf(each.process)} ${each.server_address} ${each.server}`.toLowerCase().includes(wanted))
    .sort((a, b) => rank(a) - rank(b) || b.open - a.open);
}

const short = text => text.length > 34 ? text.slice(0, 33) + '…' : text;

/// Where each name stands: in the order in which edges first need it.
function places(names) {
  const unique = [...new Map(names.map(({key, label}) => [key, label]))];
  return new Map(unique.map(([key, label], at) => [key, {label, y: at * row + row / 2}]));
}

function edge(each, from, to) {
  const state = each.worst?.severity ?? 'sound';
  const middle = (left + right) / 2;
  const words = `${nameOf(each.process)} to ${each.server_address}: ${several(each.open, 'connection')}` +
    (each.worst ? `, ${each.worst.class}, ${each.worst.severity}` : '');
  const href = each.worst ? address('findings', {open: each.worst.id})
    : address('connections', {service: each.process.service, role: 'client', remote: each.server_address});
  const mark = each.worst && svg('text', {class: 'mark ' + state, x: middle, y: (from.y + to.y) / 2 + 4}, each.worst.class);
  return svg('a', {href, class: 'edge ' + state, 'aria-label': words},
    svg('path', {d: `M${left},${from.y} C${middle},${from.y} ${middle},${to.y} ${right},${to.y}`,
      'stroke-width': Math.min(7, 1.5 + Math.log2(1 + each.open) / 2).toFixed(1)}), svg('title', null, words), mark);
}

function drawing(edges) {
  const clients = places(edges.map(each => ({key: keyOf(each.process), label: nameOf(each.process)})));
  const servers = places(edges.map(each => ({key: each.server_address, label: each.server ? `${each.server_address} · ${each.server}` : each.server_address})));
  const height = Math.max(clients.size, servers.size) * row;
  const label = (place, x, anchor) => svg('text', {x, y: place.y + 4, 'text-anchor': anchor}, short(place.label), svg('title', null, place.label));
  return h('div', {class: 'scroll', tabindex: 0, role: 'region', 'aria-label': 'Map of services and servers'},
    svg('svg', {class: 'map', viewBox: `0 0 ${width} ${height}`, role: 'group', 'aria-label': 'services at the left, servers at the right'},
      [...edges].reverse().map(each => edge(each, clients.get(keyOf(each.process)), servers.get(each.server_address))),
      [...clients.values()].map(place => [svg('circle', {cx: left, cy: place.y, r: 5}), label(place, left - 12, 'end')]),
      [...servers.values()].map(place => [svg('circle', {cx: right, cy: place.y, r: 5}), label(place, right + 12, 'start')])));
}

const columns = [
  serviceColumn,
  {name: 'server', title: 'Server', value: each => each.server_address, cell: each => [each.server_address, h('small', null, ' ', each.server)]},
  {name: 'open', title: 'Open', number: true, value: each => each.open, cell: each =>
    h('a', {href: address('connections', {service: each.process.service, role: 'client', remote: each.server_address})}, number(each.open))},
  {name: 'opened', title: 'Opened in all', number: true, value: each => each.opened, cell: each => number(each.opened)},
  {name: 'finding', title: 'Finding', value: each => each.worst ? -rankOf(each.worst.severity) : null, cell: each => each.about.map(finding => [
    h('a', {class: 'to-finding', href: address('findings', {open: finding.id})}, chip(finding.severity, finding.class)), ' '])},
];

export function render(data, query) {
  const answer = data.endpoints;
  const all = edgesOf(answer, activeOf(data), query);
  const names = [...new Set(answer.endpoints.map(each => nameOf(each.process)))].sort();
  const drawn = all.slice(0, mostEdges);
  return [
    h('h1', null, title),
    toolbar(search('Search services and servers'), choice('service', 'Service', any('service', names)),
      choice('show', 'Show', [['', 'all edges'], ['sick', 'sick edges']])),
    all.length > drawn.length && note(`The worst and largest ${mostEdges} of ${all.length} are drawn; the table has all.`),
    drawn.length > 0 ? drawing(drawn) : note('No such edge now.'),
    table({label: 'Edges', one: 'edge', columns, rows: all, keyOf: each => `${keyOf(each.process)} ${placeOf(each.process)} ${each.server_address}`}),
  ];
}
