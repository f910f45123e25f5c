// Numbers as people say them.

export function duration(seconds) {
  if (seconds === null || seconds === undefined) return '–';
  if (seconds < 0.001) return `${Math.round(seconds * 1e6)} µs`;
  if (seconds < 1) return `${Math.round(seconds * 1e3)} ms`;
  if (seconds < 10) return `${seconds.toFixed(1)} s`;
  if (seconds < 60) return `${Math.round(seconds)} s`;
  const whole = Math.round(seconds);
  const parts = [[86400, 'd'], [3600, 'h'], [60, 'm'], [1, 's']];
  const first = parts.findIndex(([unit]) => whole >= unit);
  const [unit, letter] = parts[first];
  const next = parts[first + 1];
  const rest = next && Math.floor(whole % unit / next[0]);
  return `${Math.floor(whole / unit)}${letter}` + (next ? `${String(rest).padStart(2, '0')}${next[1]}` : '');
}

export function bytes(count) {
  if (count === null || count === undefined) return '–';
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  let unit = 0;
  while (count >= 1000 && unit < units.length - 1) {
    count /= 1000;
    ++unit;
  }
  return `${unit === 0 || count >= 100 ? Math.round(count) : count.toFixed(1)} ${units[unit]}`;
}

export const number = value => value === null || value === undefined ? '–' : value.toLocaleString('en');
export const several = (count, one, many = one + 's') => `${number(count)} ${count === 1 ? one : many}`;
export const percent = ratio => `${Math.round(ratio * 100)} %`;

/// "04:10:11", of this browser's day and zone.
export const clock = time => new Date(time).toLocaleTimeString('en-GB');

/// The same, with the day where it is another one: "29 Nov 04:10:11".
export function when(time) {
  const date = new Date(time);
  const day = date.toDateString() === new Date().toDateString() ? '' : date.toLocaleDateString('en-GB', {day: 'numeric', month: 'short'}) + ' ';
  return day + clock(date);
}

/// For an axis: "100K".
export const compact = new Intl.NumberFormat('en', {notation: 'compact'}).format;

const secondsWord = /_seconds$/, bytesWord = /_bytes$/;

const names = new Set(['id', 'inode', 'fd', 'thread', 'pid']);  // numbers that count nothing

/// A field of the API with its unit: "waited_seconds": 31.4 becomes ["waited", "31 s"].
export function figure(name, value) {
  const label = name.replace(secondsWord, '').replace(bytesWord, '').replaceAll('_', ' ');
  if (value === null) return [label, 'none'];
  if (typeof value === 'boolean') return [label, value ? 'yes' : 'no'];
  if (typeof value !== 'number') return [label, String(value)];
  if (names.has(name)) return [label, String(value)];
  if (secondsWord.test(name)) return [label, duration(value)];
  if (bytesWord.test(name)) return [label, bytes(value)];
  return [label, Number.isInteger(value) ? number(value) : value.toPrecision(3)];
}
