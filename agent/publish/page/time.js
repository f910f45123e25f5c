// The last hour: how much was wrong when, and a handle to look at any moment of it.

import {h, svg} from './dom.js';
import {changed} from './route.js';
import {clock} from './words.js';

const width = 600, height = 28;

function areas(history) {
  const {times, critical, warning, info} = history;
  const most = Math.max(1, ...times.map((_, at) => critical[at] + warning[at] + info[at]));
  const x = at => (times.length < 2 ? width : at / (times.length - 1) * width).toFixed(1);
  const stacked = [['info', at => critical[at] + warning[at] + info[at]], ['warning', at => critical[at] + warning[at]], ['critical', at => critical[at]]];
  return stacked.map(([name, of]) => svg('polygon', {class: name, points:
    [`0,${height}`, ...times.map((_, at) => `${x(at)},${(height - of(at) / most * (height - 2)).toFixed(1)}`), `${width},${height}`].join(' ')}));
}

/// Nothing until there are some moments to choose from.
export function timeline(history, query) {
  if (!history || history instanceof Error || history.times.length < 3) return null;
  const from = Math.floor(history.times[0]), to = Math.floor(history.times.at(-1));
  const at = query.at ? Math.min(to, Math.max(from, Number(query.at))) : to;
  const words = query.at ? clock(at * 1000) : 'now';
  return h('div', {class: 'timeline' + (query.at ? ' past' : '')},
    h('span', {class: 'from'}, clock(from * 1000)),
    h('div', {class: 'track', title: 'Findings in the last hour: pull to look at a moment of it'},
      svg('svg', {viewBox: `0 0 ${width} ${height}`, preserveAspectRatio: 'none', 'aria-hidden': 'true'}, areas(history)),
      h('input', {type: 'range', min: from, max: to, step: 1, value: at, 'data-query': 'at', 'data-key': 'at',
        'aria-label': 'Moment of the last hour', 'aria-valuetext': words})),
    h('span', {class: 'moment'}, query.at ? ['As of ', words, '. ', h('a', {href: changed({at: null})}, 'Back to now')] : 'now'));
}
