// Open descriptors by process and type, beside their limit.

import {h} from './dom.js';
import {activeOf, findingsOf, serviceColumn, wordsOf} from './pieces.js';
import {matching, narrowed, search, table, toolbar} from './table.js';
import {number, percent} from './words.js';

export const title = 'Descriptors';
export const subject = () => 'descriptors';
export const paths = query => ({descriptors: `descriptors?limit=1000${query.pid ? '&pid=' + Number(query.pid) : ''}`});

const used = row => row.limit ? row.open / row.limit : null;

const types = ['file', 'socket', 'unix', 'pipe'];
const others = row => Object.entries(row.types).filter(([name]) => !types.includes(name)).map(([name, count]) => `${name} ${number(count)}`).join(', ');

const columnsFor = data => [
  serviceColumn,
  {name: 'open', title: 'Open', number: true, value: row => row.open, cell: row => number(row.open)},
  {name: 'used', title: 'Of the limit', number: true, value: used, cell: row => row.limit === null ? '–' :
    [h('meter', {min: 0, max: 1, high: 0.8, value: Math.min(1, used(row)), 'aria-label': 'used'}), ` ${percent(used(row))} of ${number(row.limit)}`]},
  ...types.map(type => ({name: type, title: type === 'unix' ? 'Unix sockets' : type[0].toUpperCase() + type.slice(1) + 's', number: true,
    value: row => row.types[type] ?? 0, cell: row => number(row.types[type] ?? 0)})),
  {title: 'Others', cell: others},
  {title: 'Finding', cell: row => findingsOf(activeOf(data).filter(finding => finding.class === 'fd-leak' && finding.process.pid === row.process.pid))},
];

export function render(data) {
  const answer = data.descriptors;
  const rows = matching(answer.descriptors, wordsOf);
  return [h('h1', null, title), toolbar(search('Search processes'), narrowed(['pid'])),
    table({label: title, one: 'process', many: 'processes', columns: columnsFor(data), rows, keyOf: row => String(row.process.pid),
      of: {told: answer.descriptors.length, matching: answer.matching}})];
}
