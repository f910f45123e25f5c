// One finding: its proof, where it is in the program, the fix, and ways to what it is about.

import {h, visible} from './dom.js';
import {languageOf, nameOf} from './identity.js';
import {qualifierOf} from './incidents.js';
import {codeOf, languagesOf, markdown, partOf} from './markdown.js';
import {command, facts} from './pieces.js';
import {address} from './route.js';
import {duration, figure, number, when} from './words.js';

export const titleOf = finding => [h('strong', null, finding.class), qualifierOf(finding) && h('span', {class: 'qualifier'}, ' ', qualifierOf(finding))];

const secondsSince = (time, now) => Math.max(0, (now - Date.parse(time)) / 1000);
const reasons = {healed: 'healed', 'process gone': 'the process is gone', restarted: 'the process was restarted'};

/// How sure, since when, how many; or why and when it was over.
export function tale(finding, now) {
  const {confidence, count, total, first_seen: began, resolved_at: over} = finding;
  if (over) return [reasons[finding.resolution] ?? 'over', `${duration(secondsSince(over, now))} ago`, `lasted ${duration(secondsSince(began, Date.parse(over)))}`].join(' · ');
  const words = [confidence, `for ${duration(secondsSince(began, now))}`];
  if (count > 1 || total > count) words.push(total > count ? `${number(count)} now, ${number(total)} in all` : `${number(count)} now`);
  return words.join(' · ');
}

const ownOf = frames => frames.findIndex(frame => /:\d+$/.test(frame));

/// The frames, the program's own one marked.
function stack({count, frames}) {
  const own = ownOf(frames);
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
  const {pid} = finding.process, service = nameOf(finding.process);
  const {role, remote, local} = finding.endpoint;
  const all = [];
  if (finding.class === 'fd-leak') all.push(['Its descriptors', address('descriptors', {pid})]);
  else all.push(['Its connections', address('connections', {pid, role, remote})]);
  if (role === 'client' && remote) all.push(['Its pool', address('pools', {pid, open: `${pid} ${remote}`})]);
  if (role !== 'client' && local) all.push(['Its listeners', address('listeners', {pid})]);
  all.push(['The service', address('services', {q: service})], ['On the map', address('map', {service})]);
  all.push([`About ${finding.class}`, address('class', {name: finding.class, language: languageOf(finding)})]);
  return h('ul', {class: 'ways'}, all.map(([words, href]) => h('li', null, h('a', {href}, words))));
}

const agent = ['127.0.0.1:10180', 'localhost:10180'].includes(location.host) ? '' : ` --agent ${location.origin}`;
const look = ({class: name, process: {pid}}) => name === 'fd-leak' ? `sudo ls -l /proc/${pid}/fd` : `sockwarden connections --pid ${pid}${agent}`;

/// For a ticket.
function report(finding) {
  const frames = finding.origin[0]?.frames ?? [];
  const button = h('button', {type: 'button'}, 'Copy as text');
  button.dataset.copy = [
    `${finding.class} ${qualifierOf(finding)} (${finding.severity}, ${finding.confidence}) in ${nameOf(finding.process)}, pid ${finding.process.pid}`,
    finding.summary, finding.evidence.proof && `Proof: ${finding.evidence.proof}`,
    frames.length > 0 && `Where: ${frames[Math.max(0, ownOf(frames))]}`, `Fix: ${finding.advice}`,
    `${finding.first_seen} to ${finding.resolved_at ?? 'now'}`, `${location.origin}${location.pathname}${address('findings', {open: finding.id})}`,
  ].filter(Boolean).map(visible).join('\n');
  return button;
}

export function detail(finding, classes) {
  const {proof, ...rest} = finding.evidence;
  const {process, endpoint} = finding;
  return h('div', {class: 'detail'}, h('div', {class: 'column'},
    h('section', null, h('h4', null, 'Proof'), proof && h('p', null, `${proof[0].toUpperCase()}${proof.slice(1)}.`),
      facts(Object.entries(rest).map(([name, value]) => figure(name, value)))),
    fix(finding, classes)),
  h('div', {class: 'column'},
    finding.origin.length > 0 && h('section', null, h('h4', null, 'Where in the program'), finding.origin.slice(0, 5).map(stack)),
    h('section', null, h('h4', null, 'Look at it'), ways(finding), command(look(finding)),
      command(`sudo sockwarden check --pid ${process.pid}`), report(finding)),
    h('section', null, h('h4', null, 'Who'), facts([
      ['pid', String(process.pid)], ['command', (process.cmdline ?? []).join(' ')], ['executable', process.exe],
      ['unit', process.unit], ['container', process.container_id], ['role', endpoint.role],
      ['protocol', endpoint.protocol], ['server', endpoint.remote || endpoint.local],
      ['first seen', when(finding.first_seen)], ['last seen', when(finding.last_seen)], ['id', finding.id]]))));
}
