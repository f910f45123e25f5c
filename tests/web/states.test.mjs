// What a sound agent on a quiet host does not show: the answers of the API are made up here.
import assert from 'node:assert/strict';
import {after, before, test} from 'node:test';
import {hindrances, startSite, tooWide} from './site.mjs';

const nasty = '<img src=x onerror=alert(1)>\u0000\n\t\u001b[31m\u202egnp.exe\u2066' + 'W'.repeat(300);
const shownNasty = '<img src=x onerror=alert(1)>\\u0000\\n\\t\\u001b[31m\\u202egnp.exe\\u2066';
const time = '2026-11-22T04:10:00.000Z';
const who = {pid: 42, comm: nasty, cmdline: [nasty, nasty], exe: nasty, container_id: nasty, unit: nasty, cgroup: nasty};

const finding = changes => ({
  id: 'f-0000000000000001', class: 'missing-timeout', phase: 'header', confidence: 'proven', severity: 'warning', state: 'active', process: who,
  endpoint: {role: 'client', protocol: nasty, remote: nasty, local: ''}, count: 1, total: 1, first_seen: time, last_seen: time,
  resolved_at: null, resolution: null, evidence: {proof: nasty, [nasty]: nasty, waited_seconds: 687, unread_bytes: 2_500_000, fd: 12345},
  origin: [{count: 2, frames: [nasty, 'main.fetch orders.go:41']}], summary: nasty, advice: nasty, ...changes});
const connection = {
  id: 1, process: who, role: 'client', protocol: nasty, state: 'ESTABLISHED', local: nasty, remote: nasty, fd: 3, exchanges: 1, unread_bytes: 1,
  unsent_bytes: 1, received_bytes: 1, sent_bytes: 1, options: [nasty], options_set: [], connect: null, first_byte: null, age_seconds: 1,
  idle_seconds: 1, accept_queue: {length: 1, limit: 2, drops: 3}};
const answers = {
  status: {
    version: nasty, started_at: time, uptime_seconds: 5, folded_endpoints: 0, losses: {detail: 3, record: 0},
    scan: {number: 1, time, duration_seconds: 0.01, connections: 1, processes: 1, last_good_age_seconds: 1, failures: {live: 0}, failing: null},
    hooks: [{name: nasty, kind: 'tp_btf', gives: nasty, attached: false, required: false, reason: nasty, lost: nasty}],
    tables: [{name: nasty, entries: 1, capacity: 2}], usage: {cpu_seconds: 1, resident_bytes: 1, open_descriptors: 1},
    config: {file: nasty, profile: nasty, reload_successful: false, error: nasty}, web: {addresses: [nasty], tls: false, basic_auth: false, error: nasty}},
  findings: {findings: [finding()]},
  services: {services: [{process: who, processes: 1, outgoing: 1, incoming: 1, descriptors: 1, descriptors_used_ratio: 0.5, findings: {warning: 1}}]},
  endpoints: {endpoints: [{process: who, role: 'client', server_address: nasty, open: 1, opened: 1, closed: {}}]},
  pools: {pools: [{process: who, remote: nasty, protocol: nasty, name: nasty, open: 1, in_use: 1, idle: 0, peak_open: 1, needed: 1, opened: 1,
    opened_per_second: 1, exchanges: 1, exchanges_per_connection: 1, thrown_away: 1, closed: {own: 0, peer: 0}, advice: [{setting: nasty, value: nasty, reason: nasty, known_as: nasty}]}]},
  connections: {matching: 1, offset: 0, connections: [connection]},
  descriptors: {matching: 1, descriptors: [{process: who, open: 1, limit: 2, types: {file: 1, [nasty]: 1}}]},
  waits: {waits: [{...who, role: 'client', endpoint: nasty, phase: nasty, verdict: 'unproven', count: 1, waited_seconds: 61, proof: nasty},
    {...who, role: 'client', endpoint: 'limited', phase: 'header', verdict: 'limited', count: 1, waited_seconds: 61, proof: 'SO_RCVTIMEO'}]},
  classes: {classes: [{class: 'missing-timeout', title: 'a wait', page: '# missing-timeout: a wait\n\n### Go\n\n```go\nfmt.Println("<b>")\n```\n'}]},
  history: {times: [1, 2, 3, 4], connections: [1, 1, 1, 1], scan_seconds: [1, 1, 1, 1], critical: [0, 0, 0, 0], warning: [1, 1, 1, 1], info: [0, 0, 0, 0], bytes: 1, bytes_limit: 2, pools: []},
};

let site;
before(async () => { site = await startSite(); });
after(() => site?.close());

/// A tab whose agent says this; what is null is refused, as by an agent that has no scan yet.
async function tabWith(changes, options) {
  const tab = await site.tab(options);
  const all = {...answers, ...changes};
  await tab.route('**/api/v1/**', (route, request) => {
    const data = all[new URL(request.url()).pathname.split('/').pop()];
    return data ? route.fulfill({json: {status: 'success', data}})
      : route.fulfill({status: 503, json: {status: 'error', errorType: 'unavailable', error: 'the first scan is under way'}});
  });
  await tab.goto(site.url);
  return tab;
}

test('whatever programs call themselves is text on every view, and fits a phone', async () => {
  const tab = await tabWith({}, {viewport: {width: 320, height: 640}});
  for (const view of ['findings?open=f-0000000000000001', 'services', `pools?open=${encodeURIComponent('42 ' + nasty)}`, 'connections?open=1',
    'descriptors', 'listeners', 'map', 'agent']) {
    await tab.goto(`${site.url}#/${view}`);
    await tab.locator('main', {hasText: shownNasty}).waitFor();
    assert.equal(await tab.locator('main img').count(), 0, view);
    assert.ok(await tooWide(tab) <= 0, `${view} is ${await tooWide(tab)} pixels too wide`);
    assert.deepEqual(await hindrances(tab), [], view);
  }
  assert.deepEqual(tab.faults, []);
});

test('an open finding has proof, the line of the program, the fix in its language and a command', async () => {
  const tab = await tabWith({findings: {findings: [finding({process: {...who, pid: 42, comm: 'orders', exe: '/usr/bin/orders'}})]}});
  await tab.locator('.toggle').click();
  await tab.getByText('In Go:').waitFor();
  assert.equal(await tab.locator('.stack .own').innerText(), 'main.fetch orders.go:41');
  assert.match(await tab.locator('.incident').innerText(), /waited\s+11m27s[^]*unread\s+2\.5 MB[^]*fmt\.Println\("<b>"\)/);
  assert.equal(await tab.locator('.command code').first().innerText(), `sockwarden connections --pid 42 --agent ${site.url.slice(0, -1)}`);
  await tab.getByRole('button', {name: 'Copy: sockwarden connections'}).click();
  await tab.getByText(/^(Copied|Not copied)$/).first().waitFor();
  const text = await tab.getByRole('button', {name: 'Copy as text'}).getAttribute('data-copy');
  assert.match(text, /^missing-timeout header \(warning, proven\) in orders, pid 42\n[^]*\nWhere: main\.fetch orders\.go:41\n[^]*#\/findings\?open=f-0000000000000001$/);
  assert.doesNotMatch(text, /[\u0000-\u0009\u000b-\u001f\u202e\u2066]/);
});

const one = (id, severity, confidence, first_seen, changes) =>
  finding({id, severity, confidence, first_seen, summary: id, process: {...who, comm: 'shop'}, ...changes});
const order = tab => tab.locator('.incident > h3 .summary').allInnerTexts();

test('what is worst comes first, then what is proven, then what is oldest, unless one asks otherwise', async () => {
  const tab = await tabWith({findings: {findings: [one('f-4', 'warning', 'proven', '2026-11-22T04:09:00Z'), one('f-5', 'warning', 'likely', '2026-11-22T04:00:00Z'),
    one('f-3', 'warning', 'proven', '2026-11-22T04:08:00Z'), one('f-1', 'critical', 'likely', '2026-11-22T04:09:59Z')]}});
  await tab.locator('.incident').first().waitFor();
  assert.deepEqual(await order(tab), ['f-1', 'f-3', 'f-4', 'f-5']);
  await tab.getByLabel('Order').selectOption('newest first');
  await tab.waitForURL(/sort=newest/);
  await tab.locator('.incident', {hasText: 'f-4'}).waitFor();
  assert.deepEqual(await order(tab), ['f-1', 'f-4', 'f-3', 'f-5']);
});

test('two ends are one incident where the client reaches this host, and not where the port alone is the same', async () => {
  const ended = (id, severity, name, phase, role, remote, local) => finding({id, severity, class: name, phase, summary: id, process: {...who, comm: id}, endpoint: {role, protocol: '', remote, local}});
  const queue = ended('queue', 'critical', 'listen-overflow', undefined, 'listener', '', '0.0.0.0:80');
  const near = ended('near', 'warning', 'missing-timeout', 'dial', 'client', '127.0.0.1:80', ''), far = ended('far', 'warning', 'missing-timeout', 'dial', 'client', '192.0.2.7:80', '');
  const tab = await tabWith({findings: {findings: [queue, near, far]}});
  await tab.locator('.incident', {hasText: 'The other end: near'}).waitFor();
  assert.deepEqual((await order(tab)).sort(), ['far', 'queue']);
});

test('very many findings are a page at a time, and an open one is on it', async t => {
  const id = number => `f-${String(number).padStart(16, '0')}`;
  const all = Array.from({length: 4096}, (_, number) => one(id(number), 'warning', 'proven', time, {state: number < 2500 ? 'active' : 'resolved',
    resolution: 'healed', resolved_at: number < 2500 ? null : time, endpoint: {role: number % 2 ? 'client' : 'server', protocol: '', remote: '', local: '0.0.0.0:80'}}));
  const tab = await tabWith({findings: {findings: all}});
  await tab.getByText('1 to 100 of 2,500').waitFor();
  assert.equal(await tab.locator('.group .incident').count(), 100);
  await tab.getByText('And 1,576 more; a search finds them.').waitFor();
  await tab.goto(`${site.url}#/findings?open=${id(1234)}`);
  await tab.locator('.toggle[aria-expanded=true]', {hasText: id(1234)}).waitFor();
  await tab.goto(`${site.url}#/findings?open=${id(4095)}`);
  await tab.locator('.resolved .toggle[aria-expanded=true]', {hasText: id(4095)}).waitFor();
  const longest = await tab.evaluate(() => new Promise(resolve => {
    let longest = 0;
    new PerformanceObserver(list => { for (const each of list.getEntries()) longest = Math.max(longest, each.duration); }).observe({type: 'longtask'});
    setTimeout(() => resolve(longest), 4000);
  }));
  t.diagnostic(`nothing takes longer than ${Math.round(longest)} ms`);
});

test('what is muted, what is not proven and what is over stand apart, and say why', async () => {
  const over = resolution => finding({id: 'f-' + resolution, state: 'resolved', resolution, resolved_at: time, process: {...who, comm: 'shop'}});
  const muted = finding({id: 'f-muted', muted: {reason: 'accepted until the move', until: null}, process: {...who, comm: 'shop'}});
  const tab = await tabWith({findings: {findings: [muted, over('healed'), over('process gone'), over('restarted')]}});
  await tab.locator('.waits li').waitFor();
  assert.equal(await tab.locator('.waits li').count(), 1);
  assert.equal(await tab.locator('.group').count(), 0);
  await tab.locator('.muted .incident', {hasText: 'Muted: accepted until the move'}).waitFor();
  const text = await tab.locator('.resolved').innerText();
  for (const words of ['healed', 'the process is gone', 'the process was restarted']) assert.ok(text.includes(words), words);
  await tab.locator('.resolved .toggle').first().click();
  await tab.locator('.resolved .detail').getByText('Proof').waitFor();
});

test('what a link names and the agent has forgotten is said', async () => {
  const tab = await tabWith({});
  await tab.goto(`${site.url}#/findings?open=f-forgotten`);
  await tab.getByText('Of f-forgotten nothing is known any more').waitFor();
});

test('scans that fail, an agent without a scan and one that does not answer are said', async () => {
  const failing = {part: 'live', reason: 'cannot read <b>this</b>', since: time};
  const tab = await tabWith({status: {...answers.status, scan: {...answers.status.scan, failing}}});
  await tab.locator('[role=alert]', {hasText: '(live): cannot read <b>this</b>; what stands here is of'}).waitFor();
  await tab.unroute('**/api/v1/**');
  await tab.route('**/api/v1/**', route => route.abort());
  await tab.locator('[role=alert]', {hasText: 'The agent does not answer since'}).waitFor();
  await tab.locator('.incident').first().waitFor();
  const early = await tabWith(Object.fromEntries(Object.keys(answers).map(name => [name, null])));
  await early.locator('[role=alert]', {hasText: 'The agent shows nothing yet: the first scan is under way'}).waitFor();
});
