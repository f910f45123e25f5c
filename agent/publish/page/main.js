// The page: asks the agent every two seconds for what the view in the address needs, and shows it.

import {ask, failureOf, known, Refusal} from './api.js';
import {drawCharts, forgetCharts} from './charts.js';
import {h, morph} from './dom.js';
import {nameOf} from './identity.js';
import {activeOf, missing, note, worstOf} from './pieces.js';
import {address, changed, here} from './route.js';
import {timeline} from './time.js';
import {several} from './words.js';
import * as findings from './findings.js';
import * as services from './services.js';
import * as pools from './pools.js';
import * as connections from './connections.js';
import * as descriptors from './descriptors.js';
import * as listeners from './listeners.js';
import * as map from './map.js';
import * as agent from './agent.js';
import * as classPage from './class.js';

const views = {findings, services, pools, connections, descriptors, listeners, map, agent, class: classPage};
const inMenu = Object.keys(views).filter(name => name !== 'class');
const withPast = ['findings', 'pools'];
const common = {status: 'status', now: 'findings?state=all', history: 'history?points=180'};
const period = 2000;
const element = id => document.getElementById(id);

let asking = new AbortController();
let timer = null;
let lastAnswer = 0;  // when the agent last answered
let told = null;     // ids of the findings that were spoken of
let shown = null;    // the view

const viewOf = name => views[name] ?? findings;
const ownOf = ({view, query}) => viewOf(view).paths(query);
const wanted = place => ({...common, ...ownOf(place)});

/// What is known now, by name; `time` is the agent's clock.
function dataFor(paths) {
  const data = {};
  for (const [name, path] of Object.entries(paths)) data[name] = known(path) ?? failureOf(path);
  data.time = Date.now();
  if (data.status?.scan) data.time = Date.parse(data.status.scan.time) + data.status.scan.last_good_age_seconds * 1000;
  return data;
}

function alarm(data) {
  const failing = data.status?.scan?.failing, failure = failureOf(common.status);
  if (failure instanceof Refusal) return `The agent shows nothing yet: ${failure.message}`;
  if (failure) return lastAnswer ? `The agent does not answer since ${new Date(lastAnswer).toLocaleTimeString('en-GB')}; what stands here is of then`
    : 'The agent does not answer';
  if (!failing) return null;
  return `Scans fail since ${failing.since} (${failing.part}): ${failing.reason}; what stands here is of ${data.status.scan.time}`;
}

function menu(view, active) {
  return inMenu.map((name, at) => h('a', {href: address(name), 'aria-current': view === name && 'page', 'aria-keyshortcuts': String(at + 1), 'data-key': name},
    views[name].title, name === 'findings' && active.length > 0 && h('span', {class: 'badge ' + worstOf(active).severity}, String(active.length))));
}

/// Says what begins and ends, for those who do not see it.
function tell(active) {
  const before = told;
  told = new Map(active.map(finding => [finding.id, `${finding.class} in ${nameOf(finding.process)}`]));
  if (!before) return;
  const began = [...told].filter(([id]) => !before.has(id)).map(([, words]) => words);
  const ended = [...before].filter(([id]) => !told.has(id)).map(([, words]) => words);
  if (began.length + ended.length === 0) return;
  element('news').textContent = [began.length && 'New: ' + began.slice(0, 5).join(', '), ended.length && 'Over: ' + ended.slice(0, 5).join(', ')].filter(Boolean).join('. ');
}

function show(id, content) {
  morph(element(id), h('div', null, content));
}

function render(place) {
  const isNew = shown !== place.view;
  shown = place.view;
  const data = dataFor(wanted(place));
  const active = activeOf(data);
  const view = viewOf(place.view);
  const warning = alarm(data);
  show('nav', menu(place.view in views ? place.view : 'findings', active));
  show('alarm', warning && h('p', {class: 'alarm', role: 'alert'}, warning, '.'));
  show('state', data.status?.scan && !warning ? [h('span', {class: 'pulse', 'aria-hidden': 'true'}), `${several(data.status.scan.connections, 'connection')}, ${several(data.status.scan.processes, 'process', 'processes')}`] : null);
  show('time', [timeline(data.history, place.query), place.query.at && !withPast.includes(place.view) && note('The past is kept of findings and pools; this view is of now.')]);
  const subject = view.subject?.(place.query), lacks = subject && missing(data[subject]);
  show('main', lacks ? [h('h1', null, view.title), lacks] : view.render(data, place.query));
  if (isNew) element('nav').querySelector('[aria-current]')?.scrollIntoView({block: 'nearest', inline: 'center'});
  drawCharts(element('main'), view.charts?.(data) ?? {});
  document.title = `${active.length ? `(${active.length}) ` : ''}${view.title} · sockwarden`;
  if (data.now?.findings) tell(active);
}

/// Asks for these and shows them; what was asked before and is not answered yet is asked no more.
async function refresh(place, asked) {
  clearTimeout(timer);
  asking.abort();
  const {signal} = asking = new AbortController();
  const answered = await Promise.all(Object.values(asked).map(path => ask(path, signal)));
  if (signal.aborted) return;
  if (answered.includes(true)) lastAnswer = Date.now();
  render(place);
  if (!document.hidden) timer = setTimeout(poll, period);
}

const poll = () => refresh(here(), wanted(here()));

/// What is known is shown at once, and what the view needs is asked for anew. Until an answer to a narrower question comes, the last one stays.
function moved() {
  const place = here(), paths = wanted(place);
  if (place.view !== shown || Object.values(paths).every(known)) render(place);
  refresh(place, known(common.status) ? ownOf(place) : paths);
}

function replaceQuery(changes) {
  history.replaceState(null, '', changed(changes));
  moved();
}

let typing = null;
document.addEventListener('input', ({target}) => {
  const name = target.dataset.query;
  if (!name || target.tagName === 'SELECT') return;
  const value = name === 'at' && target.value === target.max ? null : target.value;
  clearTimeout(typing);
  typing = setTimeout(() => replaceQuery({[name]: value}), 40);
});
document.addEventListener('change', ({target}) => {
  if (target.tagName === 'SELECT' && target.dataset.query) location.hash = changed({[target.dataset.query]: target.value});
});

function copied(text) {
  if (navigator.clipboard) return navigator.clipboard.writeText(text);
  const field = h('textarea', {class: 'unseen'});  // a page that is not served over TLS has no clipboard
  field.value = text;
  document.body.append(field);
  field.select();
  const done = document.execCommand('copy');
  field.remove();
  return done ? Promise.resolve() : Promise.reject(new Error('refused'));
}

document.addEventListener('click', async ({target}) => {
  const button = target.closest('[data-copy]');
  if (!button) return;
  element('news').textContent = await copied(button.dataset.copy).then(() => 'Copied', () => 'The browser does not let this page copy');
  button.textContent = element('news').textContent === 'Copied' ? 'Copied' : 'Not copied';
});

function next(step) {
  const all = [...document.querySelectorAll('.toggle, td a[aria-expanded]')];
  if (all.length === 0) return;
  const now = all.indexOf(document.activeElement);
  all[now < 0 ? 0 : Math.min(all.length - 1, Math.max(0, now + step))].focus();
}

document.addEventListener('keydown', event => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.target.matches('input, select, textarea')) {
    if (event.key === 'Escape') event.target.blur();
    return;
  }
  if (/^[1-8]$/.test(event.key)) location.hash = address(inMenu[event.key - 1]);
  else if (event.key === '/') document.querySelector('input[type=search]')?.focus();
  else if (event.key === 'j') next(1);
  else if (event.key === 'k') next(-1);
  else if (event.key === 't') element('theme').click();
  else return;
  event.preventDefault();
});

const themes = ['', 'light', 'dark'];
const chosen = () => localStorage.getItem('theme') ?? '';
function repaint() {
  wearColours();
  element('theme').textContent = `Colours: ${chosen() || 'system'}`;
  forgetCharts();
}
element('theme').addEventListener('click', () => {
  localStorage.setItem('theme', themes[(themes.indexOf(chosen()) + 1) % themes.length]);
  repaint();
  moved();
});
dark.addEventListener('change', () => {
  repaint();
  moved();
});
repaint();
addEventListener('hashchange', () => {
  const before = shown;
  moved();
  if (before !== here().view) scrollTo(0, 0);
});
addEventListener('resize', () => {
  clearTimeout(typing);
  typing = setTimeout(moved, 200);
});
document.querySelector('.skip').addEventListener('click', event => {
  event.preventDefault();
  element('main').focus();
});
document.addEventListener('visibilitychange', () => document.hidden || poll());
poll();
