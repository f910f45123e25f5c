// What is wrong now: worst first, by service.

import {h} from './dom.js';
import {detail, tale, titleOf} from './finding.js';
import {byService, compare, incidentsOf, qualifierOf} from './incidents.js';
import {calls, chip, note, service} from './pieces.js';
import {address, changed, here} from './route.js';
import {keyOf, nameOf} from './identity.js';
import {any, choice, narrowed, pageSize, pager, search, toolbar} from './table.js';
import {duration, number, several, when} from './words.js';

export const title = 'Findings';
export const subject = query => query.at ? 'moment' : 'now';

export function paths(query) {
  return {
    ...(query.at ? {moment: `history?at=${query.at}`} : {waits: 'waits'}),
    ...(query.open ? {classes: 'classes'} : {}),
  };
}

function textOf(finding) {
  return [finding.id, finding.class, qualifierOf(finding), nameOf(finding.process), finding.process.comm, finding.process.unit, finding.summary,
    finding.process.pid, finding.endpoint.remote, finding.endpoint.local, ...(finding.process.cmdline ?? [])].join(' ').toLowerCase();
}

function isWanted(finding, query) {
  return (!query.class || finding.class === query.class) && (!query.severity || finding.severity === query.severity) &&
    (!query.confidence || finding.confidence === query.confidence) && (!query.pid || finding.process.pid === Number(query.pid)) &&
    (!query.service || nameOf(finding.process) === query.service) && (!query.q || textOf(finding).includes(query.q.toLowerCase()));
}

const mostEnds = 5;

const otherEnd = finding => h('p', {class: 'other-end'}, h('span', {'aria-hidden': 'true'}, '↔ '), 'The other end: ', nameOf(finding.process),
  `, ${finding.endpoint.role}, `, titleOf(finding), '. ', finding.summary);

const openEnd = (end, now, classes) => h('section', {class: 'end', 'data-key': 'end ' + end.id},
  h('h3', null, 'The other end: ', nameOf(end.process), ', ', titleOf(end)), h('p', null, chip(end.severity), ' ', tale(end, now)),
  detail(end, classes));

/// Whether an incident is the one that the address names.
const isOpen = open => ({head, ends}) => head.id === open || ends.some(finding => finding.id === open);

function incident(one, now, classes) {
  const {head, ends} = one, {open: wanted, page} = here().query, open = isOpen(wanted)(one), some = ends.slice(0, mostEnds);
  return h('article', {class: 'incident ' + (calls(head) ? head.severity : 'quiet'), 'data-key': head.id},
    h('h3', null, h('a', {class: 'toggle', href: changed({open: open ? null : head.id, page}), 'aria-expanded': String(open)},
      h('span', {class: 'line'}, chip(head.severity), h('span', {class: 'name'}, titleOf(head), !calls(head) && ` in ${nameOf(head.process)}`),
        h('span', {class: 'tale'}, tale(head, now))),
      h('span', {class: 'summary'}, head.summary),
      head.muted && h('span', {class: 'summary'}, `Muted${head.muted.until ? ` until ${when(head.muted.until)}` : ''}: ${head.muted.reason}`))),
    some.map(otherEnd), ends.length > some.length && h('p', {class: 'other-end'}, `And ${number(ends.length - some.length)} more at the other end.`),
    open && [detail(head, classes), some.map(end => openEnd(end, now, classes))]);
}

/// A page of the incidents, grouped; that of the open one where the address names no page.
function groups(incidents, now, classes) {
  const {page, open} = here().query;
  const first = page === undefined ? Math.max(0, Math.floor(incidents.findIndex(isOpen(open)) / pageSize)) * pageSize : Number(page) * pageSize;
  const shown = incidents.slice(first, first + pageSize);
  return [byService(shown).map(({key, process, incidents: some}) => h('section', {class: 'group', 'data-key': key},
    h('h2', null, service(process)), some.map(each => incident(each, now, classes)))), pager(incidents.length, first, shown.length)];
}

const mostApart = 20;

/// Those that call nobody: the first, and the open one.
function apart(name, words, findings, now, classes) {
  if (findings.length === 0) return null;
  const all = findings.map(head => ({head, ends: []})), open = isOpen(here().query.open);
  const shown = all.filter((each, at) => at < mostApart || open(each));
  return h('section', {class: name.toLowerCase(), 'data-key': name}, h('h2', null, name), words && note(words),
    shown.map(each => incident(each, now, classes)),
    shown.length < all.length && note(`And ${number(all.length - shown.length)} more; a search finds them.`));
}

function waits(answer) {
  const rows = (answer?.waits ?? []).filter(wait => wait.verdict === 'unproven');
  if (rows.length === 0) return null;
  return h('section', {class: 'waits', 'data-key': 'waits'}, h('h2', null, 'Waits, unproven'),
    note('These last longer than they should. Whether a limit ends them is not known: no findings.'),
    h('ul', null, rows.slice(0, mostApart).map(wait => h('li', {'data-key': [wait.pid, wait.endpoint, wait.phase].join(' ')},
      h('span', {class: 'line'}, h('a', {href: address('connections', {pid: wait.pid, role: wait.role, remote: wait.role === 'client' && wait.endpoint})},
        nameOf(wait)), ` pid ${wait.pid}, ${wait.role} of ${wait.endpoint}, ${wait.phase} `,
      h('span', {class: 'tale'}, `${several(wait.count, 'connection')} · for ${duration(wait.waited_seconds)}`)),
      h('span', {class: 'summary'}, wait.proof)))),
    rows.length > mostApart && note(`And ${number(rows.length - mostApart)} more that wait for less long.`));
}

function headline(active) {
  if (active.length === 0) return h('h1', {class: 'well'}, 'No program mishandles its connections now');
  const services = new Set(active.map(finding => keyOf(finding.process)));
  return h('h1', null, several(active.length, 'finding'), ' in ', several(services.size, 'service'));
}

function filters(all) {
  const names = of => [...new Set(all.map(of))].sort();
  return toolbar(search('Search findings'),
    choice('service', 'Service', any('service', names(finding => nameOf(finding.process)))),
    choice('class', 'Class', any('class', names(finding => finding.class))),
    choice('severity', 'Severity', any('severity', ['critical', 'warning', 'info'])),
    choice('confidence', 'Confidence', any('confidence', ['proven', 'likely'])),
    choice('sort', 'Order', [['', 'worst first'], ['newest', 'newest first'], ['oldest', 'oldest first']]),
    narrowed(['pid']));
}

function notes(all, wanted, query) {
  const hidden = all.length - wanted.length, lost = query.open && !all.some(finding => finding.id === query.open);
  return [
    query.at && note('Of the past it is kept what anybody may see: no proof in words, no frames.'),
    hidden > 0 && note(`${several(hidden, 'finding')} not shown: the filters leave them out. `, h('a', {href: address('findings', {at: query.at})}, 'Show all')),
    lost && note(`Of ${query.open} nothing is known ${query.at ? 'at this moment' : 'any more: what is over is kept for a while alone'}.`),
  ];
}

export function render(data, query) {
  const answer = query.at ? data.moment : data.now;
  const now = query.at ? Date.parse(answer.time) : data.time, {findings} = answer, {classes} = data;
  const wanted = findings.filter(finding => isWanted(finding, query));
  const muted = wanted.filter(finding => finding.state === 'active' && finding.muted);
  const gone = wanted.filter(finding => finding.state !== 'active').sort((a, b) => compare(b.resolved_at, a.resolved_at));
  return [
    headline(findings.filter(calls)),
    findings.length > 0 && filters(findings),
    notes(findings, wanted, query),
    groups(incidentsOf(wanted.filter(calls), query.sort), now, classes),
    apart('Muted', 'The configuration says that these are known and accepted.', muted, now, classes),
    waits(data.waits),
    apart('Resolved', null, gone, now, classes),
  ];
}
