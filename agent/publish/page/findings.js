// What is wrong now: worst first, by service.

import {h} from './dom.js';
import {byService, incidentsOf, qualifierOf} from './incidents.js';
import {codeOf, languagesOf, markdown, partOf} from './markdown.js';
import {chip, command, facts, missing, note, service} from './pieces.js';
import {address, changed, here} from './route.js';
import {keyOf, languageOf, nameOf} from './identity.js';
import {choice, narrowed, search, toolbar} from './table.js';
import {clock, duration, figure, number, several} from './words.js';

export const title = 'Findings';

export function paths(query) {
  return {
    ...(query.at ? {moment: `history?at=${query.at}`} : {waits: 'waits'}),
    ...(query.open ? {classes: 'classes'} : {}),
  };
}

const titleOf = finding => [h('strong', null, finding.class), qualifierOf(finding) && h('span', {class: 'qualifier'}, ' ', qualifierOf(finding))];

function textOf(finding) {
  return [finding.class, qualifierOf(finding), nameOf(finding.process), finding.process.unit, finding.summary, finding.process.pid,
    finding.endpoint.remote, finding.endpoint.local, ...(finding.process.cmdline ?? [])].join(' ').toLowerCase();
}

function isWanted(finding, query) {
  return (!query.class || finding.class === query.class) && (!query.severity || finding.severity === query.severity) &&
    (!query.confidence || finding.confidence === query.confidence) && (!query.pid || finding.process.pid === Number(query.pid)) &&
    (!query.service || nameOf(finding.process) === query.service) && (!query.q || textOf(finding).includes(query.q.toLowerCase()));
}

const secondsSince = (time, now) => Math.max(0, (now - Date.parse(time)) / 1000);

/// The frames, the program's own one marked.
function stack({count, frames}) {
  const own = frames.findIndex(frame => /:\d+$/.test(frame));
  return h('div', {class: 'stack'}, count > 1 && h('p', null, `${number(count)} times`),
    h('ol', null, frames.slice(0, 12).map((frame, at) => h('li', {class: at === own && 'own'}, frame))));
}

function fix(finding, classes) {
  const page = classes?.classes?.find(each => each.class === finding.class)?.page ?? '';
  const language = languageOf(finding);
  const part = language && codeOf(partOf(page, language));
  const example = part ? [h('p', null, `In ${language}:`), markdown(part)]
    : [h('p', null, 'As code: ', languagesOf(page).map((name, at) => [at > 0 && ', ',
      h('a', {href: address('class', {name: finding.class, language: name})}, name)]))];
  return h('section', null, h('h4', null, 'Fix'), h('p', null, finding.advice), page && example);
}

function ways(finding) {
  const {pid, comm} = finding.process;
  const {role, remote} = finding.endpoint;
  const all = [];
  if (finding.class === 'fd-leak') all.push(['Its descriptors', address('descriptors', {pid})]);
  else all.push(['Its connections', address('connections', {pid, role, remote})]);
  if (role === 'client' && remote) all.push(['Its pool', address('pools', {pid, open: `${pid} ${remote}`})]);
  if (role === 'server') all.push(['Its listeners', address('listeners', {pid})]);
  all.push(['The service', address('services', {q: nameOf(finding.process)})], ['On the map', address('map', {service: nameOf(finding.process)})]);
  all.push([`About ${finding.class}`, address('class', {name: finding.class, language: languageOf(finding)})]);
  return h('ul', {class: 'ways'}, all.map(([words, href]) => h('li', null, h('a', {href}, words))));
}

const look = finding => finding.class === 'fd-leak' ? `sudo ls -l /proc/${finding.process.pid}/fd`
  : `sockwarden connections --pid ${finding.process.pid}`;

function detail(finding, classes) {
  const {proof, ...rest} = finding.evidence;
  return h('div', {class: 'detail'}, h('div', {class: 'column'},
    h('section', null, h('h4', null, 'Proof'), proof && h('p', null, `${proof[0].toUpperCase()}${proof.slice(1)}.`),
      facts(Object.entries(rest).map(([name, value]) => figure(name, value)))),
    fix(finding, classes)),
  h('div', {class: 'column'},
    finding.origin.length > 0 && h('section', null, h('h4', null, 'Where in the program'), finding.origin.slice(0, 5).map(stack)),
    h('section', null, h('h4', null, 'Look at it'), ways(finding), command(look(finding)),
      command(`sudo sockwarden check --pid ${finding.process.pid}`)),
    h('section', null, h('h4', null, 'Who'), facts([
      ['pid', String(finding.process.pid)], ['command', (finding.process.cmdline ?? []).join(' ')], ['executable', finding.process.exe],
      ['unit', finding.process.unit], ['container', finding.process.container_id], ['role', finding.endpoint.role],
      ['protocol', finding.endpoint.protocol], ['server', finding.endpoint.remote || finding.endpoint.local],
      ['first seen', clock(finding.first_seen)], ['last seen', clock(finding.last_seen)], ['id', finding.id]]))));
}

function tale(finding, now) {
  const {confidence, count, total} = finding;
  const words = [confidence, `for ${duration(secondsSince(finding.first_seen, now))}`];
  if (count > 1 || total > count) words.push(total > count ? `${number(count)} now, ${number(total)} in all` : `${number(count)} now`);
  return words.join(' · ');
}

function otherEnd(finding) {
  return h('p', {class: 'other-end'}, h('span', {'aria-hidden': 'true'}, '↔ '), 'The other end: ', nameOf(finding.process),
    `, ${finding.endpoint.role}, `, titleOf(finding), '. ', finding.summary);
}

function incident({head, ends}, now, data) {
  const open = [head, ...ends].some(finding => finding.id === here().query.open);
  return h('article', {class: 'incident ' + head.severity, 'data-key': head.id},
    h('h3', null, h('a', {class: 'toggle', href: changed({open: open ? null : head.id}), 'aria-expanded': String(open)},
      h('span', {class: 'line'}, chip(head.severity), h('span', {class: 'name'}, titleOf(head)), h('span', {class: 'tale'}, tale(head, now))),
      h('span', {class: 'summary'}, head.summary))),
    ends.map(otherEnd),
    open && [detail(head, data.classes), ends.map(end => h('section', {class: 'end', 'data-key': 'end ' + end.id},
      h('h3', null, 'The other end: ', nameOf(end.process), ', ', titleOf(end)), h('p', null, chip(end.severity), ' ', tale(end, now)),
      detail(end, data.classes)))]);
}

const group = (now, data) => ({key, process, incidents}) => h('section', {class: 'group', 'data-key': key},
  h('h2', null, service(process)), incidents.map(each => incident(each, now, data)));

const reasons = {healed: 'healed', 'process gone': 'the process is gone', restarted: 'the process was restarted'};

function resolved(findings, now) {
  if (findings.length === 0) return null;
  return h('section', {class: 'resolved', 'data-key': 'resolved'}, h('h2', null, 'Resolved'), h('ul', null, findings.map(finding =>
    h('li', {'data-key': finding.id}, h('span', {class: 'line'}, h('span', {class: 'name'}, titleOf(finding)), ' in ', nameOf(finding.process), ' ',
      h('span', {class: 'tale'}, [reasons[finding.resolution] ?? 'over', `${duration(secondsSince(finding.resolved_at, now))} ago`,
        `lasted ${duration(secondsSince(finding.first_seen, Date.parse(finding.resolved_at)))}`].join(' · '))),
    h('span', {class: 'summary'}, finding.summary)))));
}

function waits(answer) {
  const rows = (answer?.waits ?? []).filter(wait => wait.verdict === 'unproven');
  if (rows.length === 0) return null;
  return h('section', {class: 'waits', 'data-key': 'waits'}, h('h2', null, 'Waits, unproven'),
    note('These last longer than they should. Whether a limit ends them is not known: no findings.'),
    h('ul', null, rows.slice(0, 50).map(wait => h('li', {'data-key': [wait.pid, wait.endpoint, wait.phase].join(' ')},
      h('span', {class: 'line'}, h('span', {class: 'name'}, nameOf(wait)), ` pid ${wait.pid}, ${wait.role} of ${wait.endpoint}, ${wait.phase} `,
        h('span', {class: 'tale'}, `${several(wait.count, 'connection')} · for ${duration(wait.waited_seconds)}`)),
      h('span', {class: 'summary'}, wait.proof)))));
}

function headline(active) {
  if (active.length === 0) return h('h1', {class: 'well'}, 'No program mishandles its connections now');
  const services = new Set(active.map(finding => keyOf(finding.process)));
  return h('h1', null, several(active.length, 'finding'), ' in ', several(services.size, 'service'));
}

function filters(all) {
  const names = (of, label) => [['', `any ${label}`], ...[...new Set(all.map(of))].sort().map(name => [name, name])];
  return toolbar(search('Search findings'),
    choice('service', 'Service', names(finding => nameOf(finding.process), 'service')),
    choice('class', 'Class', names(finding => finding.class, 'class')),
    choice('severity', 'Severity', [['', 'any severity'], ['critical', 'critical'], ['warning', 'warning'], ['info', 'info']]),
    choice('confidence', 'Confidence', [['', 'any confidence'], ['proven', 'proven'], ['likely', 'likely']]),
    narrowed(['pid']));
}

export function render(data, query) {
  const answer = query.at ? data.moment : data.now;
  if (!answer || answer instanceof Error) return [h('h1', null, title), missing(answer)];
  const now = query.at ? Date.parse(answer.time) : data.time;
  const wanted = answer.findings.filter(finding => isWanted(finding, query));
  const active = wanted.filter(finding => finding.state === 'active');
  const gone = wanted.filter(finding => finding.state !== 'active').sort((a, b) => b.resolved_at.localeCompare(a.resolved_at));
  const hidden = answer.findings.length - wanted.length;
  return [
    headline(answer.findings.filter(finding => finding.state === 'active')),
    answer.findings.length > 0 && filters(answer.findings),
    query.at && note('Of the past it is kept what anybody may see: no proof in words, no frames.'),
    hidden > 0 && note(`${several(hidden, 'finding')} not shown: the filters leave them out. `, h('a', {href: address('findings', {at: query.at})}, 'Show all')),
    byService(incidentsOf(active)).map(group(now, data)),
    waits(data.waits),
    resolved(gone, now),
  ];
}
