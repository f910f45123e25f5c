// A row a service: what is wrong, and how much it holds.

import {h} from './dom.js';
import {keyOf, nameOf} from './identity.js';
import {chip, service, serviceColumn, wordsOf} from './pieces.js';
import {address} from './route.js';
import {choice, matching, search, table, toolbar} from './table.js';
import {number, percent} from './words.js';

export const title = 'Services';
export const subject = () => 'services';
export const paths = () => ({services: 'services'});

const severities = ['critical', 'warning', 'info'];
const sum = row => severities.reduce((all, severity) => all + (row.findings[severity] ?? 0), 0);
const badness = row => severities.reduce((all, severity) => all * 1e4 + (row.findings[severity] ?? 0), 0);

const findings = row => severities.filter(severity => row.findings[severity]).map(severity => [
  h('a', {class: 'to-finding', href: address('findings', {service: nameOf(row.process), severity})},
    chip(severity, `${row.findings[severity]} ${severity}`)), ' ']).concat(row.findings.muted ? `${row.findings.muted} muted` : []);

const link = (count, view, query) => count === 0 ? '0' : h('a', {href: address(view, query)}, number(count));

const columns = [
  serviceColumn,
  {name: 'findings', title: 'Findings', value: badness, cell: findings},
  {name: 'processes', title: 'Processes', number: true, value: row => row.processes, cell: row => number(row.processes)},
  {name: 'outgoing', title: 'To servers', number: true, value: row => row.outgoing,
    cell: row => link(row.outgoing, 'connections', {service: row.process.service, role: 'client'})},
  {name: 'incoming', title: 'From clients', number: true, value: row => row.incoming,
    cell: row => link(row.incoming, 'connections', {service: row.process.service, role: 'server'})},
  {name: 'descriptors', title: 'Descriptors', number: true, value: row => row.descriptors,
    cell: row => link(row.descriptors, 'descriptors', {q: nameOf(row.process)})},
  {name: 'used', title: 'Of their limit', number: true, value: row => row.descriptors_used_ratio, cell: row => percent(row.descriptors_used_ratio)},
];

const order = (a, b) => badness(b) - badness(a) || b.outgoing + b.incoming - a.outgoing - a.incoming ||
  b.descriptors - a.descriptors;

export function render({services: answer}, query) {
  const shown = answer.services.filter(row => query.show === 'all' || row.outgoing + row.incoming > 0 || sum(row) > 0 || query.q);
  const rows = matching(shown, wordsOf).sort(order);
  return [
    h('h1', null, title),
    toolbar(search('Search services'), choice('show', 'Show', [['', 'with connections or findings'], ['all', 'all']])),
    table({label: title, one: 'service', columns, rows, keyOf: row => keyOf(row.process)}),
  ];
}
