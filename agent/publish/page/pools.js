// What each process keeps open to each server, and how it uses that.

import {growth, sparkline} from './charts.js';
import {h} from './dom.js';
import {activeOf, facts, findingsOf, isAbout, note, serviceColumn, wordsOf} from './pieces.js';
import {address, changed, here} from './route.js';
import {choice, matching, narrowed, search, table, toolbar} from './table.js';
import {duration, number} from './words.js';

export const title = 'Pools';
export const subject = query => query.at ? 'moment' : 'pools';

const keyOf = pool => `${pool.process.pid} ${pool.remote}`;

export function paths(query) {
  const [pid, remote] = (query.open ?? '').split(' ');
  const narrowing = query.pid ? '&pid=' + Number(query.pid) : '';
  return {
    ...(query.at ? {moment: `history?at=${query.at}`} : {pools: `pools?sort=open${narrowing}`}),
    series: 'history?points=60&pools=all',
    ...(remote ? {chart: `history?points=720&pid=${pid}&remote=${encodeURIComponent(remote)}`} : {}),
  };
}

const seriesOf = (data, pool) => data.series?.pools?.find(each => each.pid === pool.process.pid && each.remote === pool.remote);

function lines(pool, data) {
  const series = seriesOf(data, pool);
  if (!series) return null;
  return sparkline([{name: 'open', values: series.open}, {name: 'in-use', values: series.in_use}],
    `open and in use in the last hour; now ${pool.open} and ${pool.in_use}`);
}

function thrown(pool, data) {
  const series = seriesOf(data, pool);
  return [number(pool.thrown_away), ' ', series && pool.thrown_away > 0 &&
    sparkline([{name: 'thrown', values: growth(series.thrown_away)}], 'thrown away in the last hour')];
}

const columnsFor = data => [
  serviceColumn,
  {name: 'server', title: 'Server', value: pool => pool.remote, cell: pool =>
    [h('a', {href: changed({open: here().query.open === keyOf(pool) ? null : keyOf(pool)}),
      'aria-expanded': String(here().query.open === keyOf(pool))}, pool.remote), h('small', null, ' ', pool.name !== pool.remote && pool.name, ' ', pool.protocol)]},
  {name: 'open', title: 'Open', number: true, value: pool => pool.open, cell: pool => number(pool.open)},
  {name: 'in_use', title: 'In use', number: true, value: pool => pool.in_use, cell: pool => number(pool.in_use)},
  {name: 'idle', title: 'Idle', number: true, value: pool => pool.idle, cell: pool => number(pool.idle)},
  {name: 'chart', title: 'Last hour', cell: pool => lines(pool, data)},
  {name: 'thrown', title: 'Thrown away', number: true, value: pool => pool.thrown_away, cell: pool => thrown(pool, data)},
  {name: 'opened', title: 'Opened', number: true, value: pool => pool.opened_per_second, cell: pool =>
    pool.opened_per_second >= 0.05 ? `${pool.opened_per_second.toFixed(1)}/s` : number(pool.opened)},
  {name: 'reuse', title: 'Uses each', number: true, value: pool => pool.exchanges_per_connection,
    cell: pool => pool.exchanges_per_connection === null ? '–' : pool.exchanges_per_connection.toFixed(1)},
  {name: 'finding', title: 'Finding', cell: pool => findingsOf(activeOf(data).filter(finding =>
    isAbout(finding, {pid: pool.process.pid, role: 'client', remote: pool.remote})))},
];

const limit = seconds => seconds === null || seconds === undefined ? null : duration(seconds);

const detail = pool => h('div', {class: 'detail'},
  h('div', {class: 'chart', 'data-chart': 'pool', 'data-keep': true, 'data-key': 'chart', role: 'img',
    'aria-label': `open, in use, idle and thrown away of this pool in the last hour`}),
  h('div', null, facts([['peak', number(pool.peak_open)], ['needed', number(pool.needed)], ['kept idle', number(pool.kept_idle)],
    ['idle limit', limit(pool.idle_limit_seconds)], ["server's idle limit", limit(pool.peer_idle_limit_seconds)],
    ['lifetime limit', limit(pool.lifetime_limit_seconds)], ['closed by us', number(pool.closed.own)],
    ['closed by the server', number(pool.closed.peer)], ['exchanges', number(pool.exchanges)]]),
  pool.advice.length > 0 && h('section', null, h('h4', null, 'What to set'), h('ul', null, pool.advice.map(advice =>
    h('li', null, h('strong', null, `${advice.setting}: ${advice.value}`), ` ${advice.reason}`,
      advice.known_as && h('small', null, ` (${advice.known_as})`))))),
  h('p', null, h('a', {href: address('connections', {pid: pool.process.pid, role: 'client', remote: pool.remote})}, 'Its connections'))));

export function charts(data) {
  const pool = data.chart?.pools?.[0];
  if (!pool) return {};
  return {pool: {times: data.chart.times, series: [
    {label: 'open', colour: '--accent', values: pool.open, fill: true}, {label: 'in use', colour: '--well', values: pool.in_use},
    {label: 'idle', colour: '--muted', values: pool.idle},
    {label: 'thrown away', colour: '--critical', values: growth(pool.thrown_away), step: true}]}};
}

export function render(data, query) {
  const answer = query.at ? data.moment : data.pools;
  const some = answer.pools.filter(pool => (query.show === 'all' || pool.open > 0 || keyOf(pool) === query.open) &&
    (!query.pid || pool.process.pid === Number(query.pid)));
  const rows = matching(some, pool => `${wordsOf(pool)} ${pool.remote} ${pool.name} ${pool.protocol}`)
    .sort((a, b) => b.open - a.open);
  return [
    h('h1', null, title),
    note('Connections of one process, as a client, to one server. A row opens to its chart and what to set.'),
    toolbar(search('Search pools'), choice('show', 'Show', [['', 'with open connections'], ['all', 'all']]), narrowed(['pid'])),
    table({label: title, one: 'pool', columns: columnsFor(data), rows, keyOf,
      of: {told: answer.pools.length, matching: answer.matching}, detailOf: pool => keyOf(pool) === query.open && detail(pool)}),
  ];
}
