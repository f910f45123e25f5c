// How the agent itself fares: what it sees, what it lost, what it costs.

import {h} from './dom.js';
import {facts, note} from './pieces.js';
import {bytes, when, duration, number, percent} from './words.js';

export const title = 'Agent';
export const subject = () => 'status';
export const paths = () => ({});

const block = (heading, ...content) => h('section', {class: 'block', 'data-key': heading}, h('h2', null, heading), content);

const table = (label, heads, rows) => h('div', {class: 'scroll', tabindex: 0, role: 'region', 'aria-label': label},
  h('table', null, h('thead', null, h('tr', null, heads.map(head => h('th', {scope: 'col'}, head)))), h('tbody', null, rows)));

const cell = (label, ...content) => h('td', {'data-label': label}, content);

function hooks(all) {
  const missed = all.filter(hook => !hook.attached);
  const state = hook => hook.attached ? h('span', {class: 'good'}, 'attached') : h('span', {class: 'bad'}, 'not attached');
  return block('Hooks', h('p', null, missed.length === 0 ? `All ${all.length} are attached.` : `${missed.length} of ${all.length} are not attached.`),
    table('Hooks', ['Hook', 'State', 'Gives', 'Variant', 'What is missing, and why'],
      [...all].sort((a, b) => a.attached - b.attached).map(hook => h('tr', {'data-key': hook.name}, cell('Hook', h('code', null, hook.name)),
        cell('State', state(hook)), cell('Gives', hook.gives), cell('Variant', hook.variant, ' ', h('small', null, hook.variant_reason)),
        cell('Missing', [hook.unseen, hook.reason, !hook.attached && hook.lost].filter(Boolean).join('; '))))));
}

function losses(all) {
  const some = Object.entries(all).filter(([, count]) => count > 0);
  return block('Losses', some.length === 0 ? note('Nothing was lost.')
    : facts(some.map(([name, count]) => [name.replaceAll('_', ' '), number(count)])),
  note('A loss costs a detail, never a count. All others are 0: ', Object.keys(all).filter(name => all[name] === 0).join(', ').replaceAll('_', ' '), '.'));
}

const filled = table => table.entries === null || table.capacity === null ? null : table.entries / Math.max(1, table.capacity);

const tables = all => block('Tables', table('Tables', ['Table', 'Filled', 'Entries', 'Capacity', 'Memory'],
  [...all].sort((a, b) => filled(b) - filled(a) || b.bytes - a.bytes).map(each => h('tr', {'data-key': each.name},
    cell('Table', each.name.replaceAll('_', ' ')),
    cell('Filled', filled(each) === null ? '–' : [h('meter', {min: 0, max: each.capacity, high: each.capacity * 0.8, value: each.entries,
      'aria-label': 'filled'}), ' ', percent(filled(each))]),
    cell('Entries', number(each.entries)), cell('Capacity', number(each.capacity)), cell('Memory', bytes(each.bytes))))));

const chart = (name, words) => h('div', {class: 'chart', 'data-chart': name, 'data-keep': true, 'data-key': name, role: 'img', 'aria-label': words});

function scans(scan) {
  const failures = Object.entries(scan.failures).filter(([, count]) => count > 0).map(([part, count]) => `${part} ${number(count)}`).join(', ');
  return block('Scans', facts([['last good one', `${duration(scan.last_good_age_seconds)} ago`], ['it took', duration(scan.duration_seconds)],
    ['scans so far', number(scan.number)], ['connections', number(scan.connections)], ['processes', number(scan.processes)],
    ['failures', failures || 'none']]), chart('scans', 'time that scans took in the last hour'));
}

const load = history => history?.times && block('Connections', chart('connections', 'connections in the last hour'),
  note(`The history takes ${bytes(history.bytes)} of at most ${bytes(history.bytes_limit)}.`));

const cost = ({usage, memory, uptime_seconds: uptime}) => usage && block('Cost', facts([['memory', bytes(usage.resident_bytes)],
  ['of it in use', memory && bytes(memory.heap_used_bytes)], ['free for what comes', memory && bytes(memory.heap_free_bytes)],
  ['processor', usage.cpu_seconds === null ? null : duration(usage.cpu_seconds)],
  ['of one core', usage.cpu_seconds === null ? null : `${(100 * usage.cpu_seconds / Math.max(1, uptime)).toFixed(2)} %`],
  ['open descriptors', number(usage.open_descriptors)]]));

const settings = ({version, started_at: started, uptime_seconds: uptime, config, web}) => block('Settings', facts([['version', version],
  ['started', `${when(started)}, ${duration(uptime)} ago`], ['profile', config.profile], ['file', config.file ?? 'none'],
  ['last reload', config.reload_successful ? 'taken over' : `refused: ${config.error}`], ['web addresses', web.addresses.join(', ')],
  ['TLS', web.tls ? 'yes' : 'no'], ['password', web.basic_auth ? 'yes' : 'no'], ['web settings', web.error ?? 'in force']]));

export function charts({history}) {
  const one = (label, values) => ({times: history.times, series: [{label, colour: '--accent', values, fill: true}]});
  return history?.times ? {scans: one('a scan, ms', history.scan_seconds.map(value => value * 1000)), connections: one('connections', history.connections)} : {};
}

export function render({status, history}) {
  return [h('h1', null, title), h('div', {class: 'blocks'}, scans(status.scan), load(history), cost(status), losses(status.losses), settings(status)),
    tables(status.tables), hooks(status.hooks)];
}
