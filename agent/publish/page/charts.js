// Small lines in SVG, and large charts by uPlot.

import {svg} from './dom.js';
import {clock, compact, number} from './words.js';

const width = 96, height = 20;

function points(values, most) {
  return values.map((value, at) => {
    const x = values.length < 2 ? width : at / (values.length - 1) * width;
    return `${x.toFixed(1)},${(height - (value ?? 0) / most * (height - 2)).toFixed(1)}`;
  });
}

/// `areas` of several series on one scale, the first behind. The numbers beside it say the same in words.
export function sparkline(areas, words) {
  const most = Math.max(1, ...areas.flatMap(area => area.values.map(value => value ?? 0)));
  return svg('svg', {class: 'spark', viewBox: `0 0 ${width} ${height}`, width, height, role: 'img', 'aria-label': words},
    areas.map(({values, name}) => values.length > 0 && svg('polygon', {class: name,
      points: [`0,${height}`, ...points(values, most), `${width},${height}`].join(' ')})));
}

/// What a counter grew by, moment by moment.
export const growth = values => values.map((value, at) =>
  at === 0 || value === null || values[at - 1] === null ? 0 : Math.max(0, value - values[at - 1]));

const drawn = new Map();  // element → {plot, shape}

const clockOf = time => clock(time * 1000);
const figureOf = value => number(Number(value.toPrecision(value < 1000 ? 3 : 15)));

function optionsFor(series, size) {
  const colour = name => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  const axis = {stroke: colour('--muted'), grid: {stroke: colour('--line'), width: 1}, ticks: {show: false}, font: '12px system-ui'};
  return {
    ...size,
    legend: {live: true},
    cursor: {drag: {x: false, y: false}},
    hooks: {ready: [legendAtRest], setData: [legendAtRest], setCursor: [legendAtRest]},
    scales: {y: {range: (_, low, high) => [0, Math.max(1, high * 1.05)]}},
    axes: [{...axis, space: 80, values: (_, times) => times.map(clockOf)}, {...axis, size: 48, values: (_, numbers) => numbers.map(each => compact(each))}],
    series: [{label: 'at', value: (_, time) => time === null ? '–' : clockOf(time)},
      ...series.map(({label, colour: name, step, fill}) => ({label, value: (_, value) => value === null ? '–' : figureOf(value), stroke: colour(name), width: 1.5, points: {show: false},
        fill: fill && colour(name) + '22', paths: step && uPlot.paths.stepped({align: 1})}))],
  };
}

/// What the legend says while nobody points at a moment: the newest.
function legendAtRest(plot) {
  if (plot.cursor.left < 0) plot.setLegend({idx: plot.data[0].length - 1}, false);
}

/// Draws into each [data-chart] that a view has made; `charts` has {times, series: [{label, colour, values}]} by that name.
export function drawCharts(root, charts) {
  for (const [element, {plot}] of drawn) if (!element.isConnected) {
    plot.destroy();
    drawn.delete(element);
  }
  for (const element of root.querySelectorAll('[data-chart]')) {
    const chart = charts[element.dataset.chart];
    if (!chart) continue;
    const size = {width: Math.max(240, element.clientWidth), height: 180};
    const shape = [element.dataset.chart, size.width, document.documentElement.dataset.theme, ...chart.series.map(each => each.label)].join();
    const data = [chart.times, ...chart.series.map(each => each.values)];
    const before = drawn.get(element);
    if (before?.shape === shape) before.plot.setData(data);
    else {
      before?.plot.destroy();
      drawn.set(element, {shape, plot: new uPlot(optionsFor(chart.series, size), data, element)});
    }
  }
}

/// Colours come from the theme: all is drawn anew.
export function forgetCharts() {
  for (const {plot} of drawn.values()) plot.destroy();
  drawn.clear();
}
