// Connections now, a page at a time: the agent filters and sorts them.

import {h} from './dom.js';
import {activeOf, facts, findingsOf, isAbout, missing, ofPid} from './pieces.js';
import {changed, here} from './route.js';
import {any, choice, narrowed, pageOf, pageSize, search, toolbar} from './table.js';
import {bytes, when, duration, figure, number} from './words.js';

export const title = 'Connections';

const first = query => Number(query.page ?? 0) * pageSize;

export function paths(query) {
  const {q, pid, comm, service, role, remote, state, sort} = query;
  const wanted = new URLSearchParams(Object.entries({q, pid, comm, service, role, remote, state, sort, limit: pageSize, offset: first(query)})
    .filter(([, value]) => value !== undefined && value !== ''));
  return {connections: `connections?${wanted}`};
}

const who = ({process}) => process.comm === null ? 'not attributed' : ofPid(process);

const toggle = row => {
  const open = here().query.open === String(row.id);
  return h('a', {href: changed({open: open ? null : row.id, page: here().query.page}), 'aria-expanded': String(open)},
    h('span', {class: 'whole'}, row.local), row.remote && [' ', h('span', {class: 'whole'}, `→ ${row.remote}`)]);
};

const columnsFor = data => [
  {title: 'Service', cell: who},
  {title: 'From → to', cell: toggle},
  {title: 'Role', cell: row => [row.role, h('small', null, ' ', row.protocol)]},
  {title: 'State', cell: row => row.state.toLowerCase()},
  {title: 'Age', sort: 'age', number: true, cell: row => duration(row.age_seconds)},
  {title: 'Idle', sort: 'idle', number: true, cell: row => duration(row.idle_seconds)},
  {title: 'Exchanges', sort: 'exchanges', number: true, cell: row => number(row.exchanges)},
  {title: 'Unread', sort: 'unread', number: true, cell: row => bytes(row.unread_bytes)},
  {title: 'Unsent', sort: 'unsent', number: true, cell: row => bytes(row.unsent_bytes)},
  {title: 'Received', sort: 'received', number: true, cell: row => bytes(row.received_bytes)},
  {title: 'Sent', sort: 'sent', number: true, cell: row => bytes(row.sent_bytes)},
  {title: 'About this server', cell: row => findingsOf(activeOf(data).filter(finding => isAbout(finding, {...row, pid: row.process.pid})))},
];

const said = value => /^\d{4}-\d\d-\d\dT/.test(value) ? when(value) : value;

function detail(row) {
  const {process, options, options_set: set, connect, first_byte: answered, ...rest} = row;
  return h('div', {class: 'detail'}, facts([
    ['executable', process.exe], ['unit', process.unit], ['container', process.container_id],
    ...Object.entries(rest).filter(([, value]) => value !== null && typeof value !== 'object').map(([name, value]) => figure(name, said(value))),
    ...Object.entries(connect ?? {}).map(([name, value]) => figure('connect ' + name, value)),
    ...Object.entries(answered ?? {}).map(([name, value]) => figure('first byte ' + name, value)),
    ['options', options.join(', ')], ['set by the program', set.join(', ')]]));
}

const states = ['ESTABLISHED', 'SYN_SENT', 'SYN_RECV', 'FIN_WAIT1', 'FIN_WAIT2', 'CLOSE_WAIT', 'LAST_ACK', 'CLOSING'];

export function render(data, query) {
  const answer = data.connections;
  const head = [h('h1', null, title), toolbar(search('Search name, address, protocol'),
    choice('role', 'Role', any('role', ['client', 'server', 'unknown'])),
    choice('state', 'State', any('state', states, state => state.toLowerCase())),
    narrowed(['pid', 'comm', 'service', 'remote']))];
  if (!answer || answer instanceof Error) return [head, missing(answer)];
  return [head, pageOf({label: title, one: 'connection', columns: columnsFor(data), rows: answer.connections, total: answer.matching,
    first: first(query), keyOf: row => String(row.id), detailOf: row => String(row.id) === query.open && detail(row)})];
}
