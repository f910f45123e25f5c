// Lists that are sorted, searched and paged by the address.

import {h} from './dom.js';
import {address, changed, here} from './route.js';
import {several} from './words.js';

export const pageSize = 100;

/// A column: {name, title, cell(row), value(row) to sort by, number: is one}.
function compare(column, descending) {
  const sign = descending ? -1 : 1;
  return (a, b) => {
    const x = column.value(a) ?? null, y = column.value(b) ?? null;
    if (x === null || y === null) return (x === null) - (y === null);  // what is not known comes last
    return sign * (typeof x === 'string' ? x.localeCompare(y) : x - y);
  };
}

/// Where a column is sorted by next: numbers begin with the largest.
function heading(column, query, byServer) {
  const attributes = {scope: 'col', class: column.number && 'number'};
  if (byServer ? !column.sort : !column.value) return h('th', attributes, column.title);
  const name = byServer ? column.sort : column.name;
  const active = query.sort === name;
  const descending = active ? query.order !== 'up' : true;
  if (active) attributes['aria-sort'] = descending ? 'descending' : 'ascending';
  const next = byServer ? null : active ? (descending ? 'up' : null) : column.number ? null : 'up';
  const arrow = active && h('span', {'aria-hidden': 'true'}, descending ? ' ▾' : ' ▴');
  return h('th', attributes, h('a', {href: changed({sort: name, order: next})}, column.title, arrow));
}

function body(columns, rows, keyOf, detailOf) {
  return rows.flatMap(row => {
    const key = keyOf(row);
    const detail = detailOf?.(row);
    return [
      h('tr', {'data-key': key}, columns.map(column =>
        h('td', {class: column.number && 'number', 'data-label': column.title}, column.cell(row)))),
      detail && h('tr', {'data-key': key + ' detail', class: 'opened'}, h('td', {colspan: columns.length}, detail)),
    ];
  });
}

export function pager(total, first, shown) {
  if (total <= shown) return null;
  const {view, query} = here();
  const page = Math.floor(first / pageSize);
  const to = (number, words) => h('a', {href: address(view, {...query, page: number || null}), 'data-key': words}, words);
  return h('nav', {class: 'pager', 'aria-label': 'Pages'},
    page > 0 && to(page - 1, '← before'),
    h('span', null, `${(first + 1).toLocaleString('en')} to ${(first + shown).toLocaleString('en')} of ${total.toLocaleString('en')}`),
    first + shown < total && to(page + 1, 'next →'));
}

const shell = (label, columns, query, byServer, rows) =>
  h('div', {class: 'scroll', tabindex: 0, role: 'region', 'aria-label': label},
    h('table', null, h('thead', null, h('tr', null, columns.map(column => heading(column, query, byServer)))),
      h('tbody', null, rows)));

/// Where the agent has more than it told at once.
const among = ({told, matching} = {}) => matching > told ? ` among the first ${told.toLocaleString('en')} of ${matching.toLocaleString('en')}` : '';

/// All rows are here: sorted and paged here. `of` is how many the agent `told`, of so many `matching`.
export function table({label, one, many, columns, rows, of, keyOf, detailOf}) {
  const {query} = here();
  const column = columns.find(each => each.name === query.sort && each.value);
  const sorted = column ? [...rows].sort(compare(column, query.order !== 'up')) : rows;
  const first = Math.min(Number(query.page ?? 0) * pageSize, Math.max(0, sorted.length - 1));
  const shown = sorted.slice(first, first + pageSize);
  return [
    h('p', {class: 'count', role: 'status'}, several(rows.length, one, many), among(of)),
    rows.length > 0 && shell(label, columns, query, false, body(columns, shown, keyOf, detailOf)),
    pager(sorted.length, first, shown.length),
  ];
}

/// A page of rows is here: the agent has sorted them.
export function pageOf({label, one, columns, rows, total, first, keyOf, detailOf}) {
  const {query} = here();
  return [
    h('p', {class: 'count', role: 'status'}, several(total, one)),
    rows.length > 0 && shell(label, columns, query, true, body(columns, rows, keyOf, detailOf)),
    pager(total, first, rows.length),
  ];
}

export function search(placeholder) {
  const {query} = here();
  return h('input', {type: 'search', 'data-query': 'q', 'data-key': 'q', value: query.q ?? '', placeholder,
    'aria-label': placeholder, autocomplete: 'off', spellcheck: 'false'});
}

/// A choice whose value is in the address; the first is the default.
export function choice(name, label, options) {
  const {query} = here();
  const now = query[name] ?? '';
  const known = options.some(([value]) => value === now) ? options : [...options, [now, now]];
  return h('label', {class: 'choice', 'data-key': name}, label, ' ', h('select', {'data-query': name},
    known.map(([value, words]) => h('option', {value, selected: value === now}, words))));
}

/// The options of a choice that may be left open.
export const any = (what, values, words = each => each) => [['', `any ${what}`], ...values.map(each => [each, words(each)])];

/// What narrows a list and has no field of its own, each to be taken away.
export function narrowed(names) {
  const {query} = here();
  return names.filter(name => query[name]).map(name =>
    h('a', {class: 'narrowed', href: changed({[name]: null}), 'data-key': 'narrowed ' + name,
      'aria-label': `take away ${name} ${query[name]}`}, `${name} ${query[name]}`, h('span', {'aria-hidden': 'true'}, ' ×')));
}

export const toolbar = (...fields) => h('div', {class: 'toolbar', role: 'search'}, fields);

/// Rows with the text anywhere in `textOf`.
export function matching(rows, textOf) {
  const {query} = here();
  const wanted = (query.q ?? '').toLowerCase();
  return wanted ? rows.filter(row => textOf(row).toLowerCase().includes(wanted)) : rows;
}
