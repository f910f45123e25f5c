// Small parts that several views show.

import {h} from './dom.js';
import {rankOf, isAt} from './incidents.js';
import {nameOf, placeOf} from './identity.js';
import {address} from './route.js';

const marks = {critical: '▲', warning: '■', info: '●'};

/// A severity never by its colour alone.
export const chip = (severity, words = severity) =>
  h('span', {class: 'chip ' + severity}, h('span', {'aria-hidden': 'true'}, marks[severity], ' '), words);

export function service(process) {
  const place = placeOf(process);
  return h('span', {class: 'service'}, nameOf(process), place && h('small', null, ' ', place));
}

/// The first column of tables of what a service, or one of its processes, has.
export const serviceColumn = {name: 'service', title: 'Service', value: row => nameOf(row.process), cell: ({process}) => process.pid ? ofPid(process) : service(process)};

/// What a search looks into.
export const wordsOf = ({process}) => `${nameOf(process)} ${placeOf(process)} ${process.pid ?? ''}`;

export const ofPid = process => [service(process), h('small', {class: 'whole'}, ` pid ${process.pid}`)];

export const worstOf = findings => findings.reduce((a, b) => rankOf(b.severity) < rankOf(a.severity) ? b : a);

/// What of the findings is about this row, with a way there.
export function findingsOf(findings) {
  if (findings.length === 0) return null;
  const worst = worstOf(findings);
  return h('a', {class: 'to-finding', href: address('findings', {open: worst.id})},
    chip(worst.severity, worst.class), findings.length > 1 && ` +${findings.length - 1}`);
}

/// Neither over nor muted.
export const calls = finding => finding.state === 'active' && !finding.muted;
export const activeOf = data => (data.now?.findings ?? []).filter(calls);

/// Whether a finding is about the connections of a process with this remote or local address.
export function isAbout(finding, {pid, role, remote, local}) {
  if (finding.process.pid !== pid || finding.endpoint.role !== role) return false;
  return role === 'client' ? finding.endpoint.remote === remote : isAt(finding.endpoint.local, local);
}

export const facts = pairs => h('dl', {class: 'facts'}, pairs.filter(([, value]) => value !== null && value !== undefined && value !== '')
  .map(([name, value]) => h('div', null, h('dt', null, name), h('dd', null, value))));

export const command = text => h('div', {class: 'command'}, h('code', null, text),
  h('button', {type: 'button', 'data-copy': text, 'aria-label': `Copy: ${text}`}, 'Copy'));

export const note = (...words) => h('p', {class: 'note'}, words);

/// While there is no answer yet, or instead of one.
export function missing(answer) {
  if (answer instanceof Error) return note(`Not known: ${answer.message}.`);
  return answer ? null : note('Asking the agent …');
}
