// Who listens, and how full the queues of connections not yet accepted are.

import {h} from './dom.js';
import {activeOf, findingsOf, isAbout, serviceColumn, wordsOf} from './pieces.js';
import {address} from './route.js';
import {matching, narrowed, search, table, toolbar} from './table.js';
import {duration, number} from './words.js';

export const title = 'Listeners';
export const subject = () => 'listeners';
export const paths = query => ({listeners: `connections?role=listener&limit=1000${query.pid ? '&pid=' + Number(query.pid) : ''}`});

const meter = queue => [h('meter', {min: 0, max: Math.max(1, queue.limit), high: Math.max(1, queue.limit * 0.8), value: queue.length,
  'aria-label': 'accept queue'}), ` ${number(queue.length)} of ${number(queue.limit)}`];

const columnsFor = data => [
  serviceColumn,
  {name: 'local', title: 'Address', value: row => row.local, cell: row =>
    h('a', {href: address('connections', {role: 'server', pid: row.process.pid, q: row.local.slice(row.local.lastIndexOf(':'))})}, row.local)},
  {name: 'queue', title: 'Accept queue', number: true, value: row => row.accept_queue.length, cell: row => meter(row.accept_queue)},
  {name: 'drops', title: 'Dropped', number: true, value: row => row.accept_queue.drops, cell: row => number(row.accept_queue.drops)},
  {name: 'age', title: 'Age', number: true, value: row => row.age_seconds, cell: row => duration(row.age_seconds)},
  {title: 'Finding', cell: row => findingsOf(activeOf(data).filter(finding =>
    isAbout(finding, {pid: row.process.pid, role: 'server', local: row.local}) || finding.endpoint.local === row.local))},
];

export function render(data) {
  const answer = data.listeners;
  const rows = matching(answer.connections, row => `${wordsOf(row)} ${row.local}`)
    .sort((a, b) => b.accept_queue.drops - a.accept_queue.drops || b.accept_queue.length - a.accept_queue.length);
  return [h('h1', null, title), toolbar(search('Search listeners'), narrowed(['pid'])),
    table({label: title, one: 'listener', columns: columnsFor(data), rows, keyOf: row => String(row.id),
      of: {told: answer.connections.length, matching: answer.matching}})];
}
