// The page in a real browser, over a real agent that watches real programs.
import assert from 'node:assert/strict';
import {readdirSync, readFileSync, statSync} from 'node:fs';
import {once} from 'node:events';
import {createServer} from 'node:net';
import {after, before, test} from 'node:test';
import {demo, ended, hindrances, python, startSite, tooWide, until} from './site.mjs';

// A client whose name is markup and control characters, blocked for ever on a server that never answers.
const hostile = `
import ctypes, socket, sys
ctypes.CDLL(None).prctl(15, b'<b>"x"\\n\\x1b[1m', 0, 0, 0)
s = socket.create_connection(('127.0.0.1', int(sys.argv[1])))
s.sendall(b'GET / HTTP/1.1\\r\\nHost: x\\r\\n\\r\\n')
s.recv(1)
`;
const shownName = '<b>"x"\\n\\u001b[1m';
const views = ['findings', 'services', 'pools', 'connections', 'descriptors', 'listeners', 'map', 'agent', 'class?name=missing-timeout'];

let site, page, silent, client, shop;

before(async () => {
  site = await startSite();
  silent = createServer(() => {}).listen(0, '127.0.0.1');
  await once(silent, 'listening');
  shop = demo();
  page = await site.tab();
});

after(async () => {
  await ended(client);
  await ended(shop);
  silent?.close();
  await site?.close();
});

const show = async (view, tab = page) => {
  await tab.goto(`${site.url}#/${view}`);
  await tab.locator('main h1').first().waitFor();
};

test('a finding appears and heals while one looks, with a name that cannot become markup', async () => {
  await show('findings');
  await page.evaluate(() => {
    window.said = '';
    new MutationObserver(() => { window.said += document.getElementById('news').textContent; }).observe(document.getElementById('news'), {childList: true});
  });
  client = python(hostile, silent.address().port);
  const card = page.locator('.group', {hasText: shownName}).locator('.incident', {hasText: 'missing-timeout header'});
  await card.waitFor({timeout: 60_000});
  assert.match(await card.innerText(), /waits? for the answer/);
  assert.equal(await page.locator('main b').count(), 0);
  assert.match(await page.title(), /^\(\d+\) Findings/);
  await ended(client);
  const over = page.locator('.resolved .incident', {hasText: shownName});
  await over.waitFor({timeout: 60_000});
  assert.match(await over.innerText(), /the process is gone/);
  await card.waitFor({state: 'detached'});
  assert.match(await page.evaluate(() => window.said), /New: [^]*missing-timeout in <b>"x"[^]*Over: [^]*missing-timeout in <b>"x"/);
  assert.deepEqual(page.faults, []);
});

test('both ends of one cause are one incident, with proof, fix in its language, and ways to what it is about', async () => {
  const both = page.locator('.incident.critical', {hasText: 'stuck-request'}).filter({hasText: 'The other end: orders, client, missing-timeout header'});
  await both.waitFor({timeout: 60_000});
  await both.locator('.toggle').click();
  await both.getByText('In Python:').first().waitFor();
  const text = await both.innerText();
  assert.match(text, /is parked in futex without a time limit/);
  assert.match(text, /is blocked in recvfrom/);
  assert.match(page.url(), /open=f-[0-9a-f]{16}/);
  await both.getByRole('link', {name: 'Its pool'}).click();
  await page.locator('.uplot canvas').waitFor();
  assert.match(await page.locator('main h1').innerText(), /Pools/);
  await page.locator('tr .to-finding').first().click();
  await page.locator('.incident [aria-expanded=true]').first().waitFor();
  assert.deepEqual(page.faults, []);
});

for (const [name, options] of Object.entries({
  light: {colorScheme: 'light'},
  dark: {colorScheme: 'dark'},
  phone: {viewport: {width: 320, height: 640}, colorScheme: 'dark'},
  '4K': {viewport: {width: 3840, height: 2160}},
})) {
  test(`every view in ${name}: nothing hinders, nothing is too wide, nothing is asked elsewhere`, async () => {
    const tab = await site.tab(options);
    for (const view of views) {
      await show(view, tab);
      await until(async () => !(await tab.locator('main').innerText()).includes('Asking the agent'), `${view} is answered`);
      if (name !== '4K') assert.deepEqual(await hindrances(tab), [], view);  // the same elements as in light
      assert.ok(await tooWide(tab) <= 0, `${view} is ${await tooWide(tab)} pixels too wide`);
    }
    assert.deepEqual(tab.faults, []);
    await tab.context().close();
  });
}

test('the keyboard alone leads from a finding to its proof and through the views', async () => {
  await show('findings');
  await page.locator('.toggle').first().waitFor();
  await page.keyboard.press('j');
  await page.keyboard.press('Enter');
  await page.locator('.toggle[aria-expanded=true]').waitFor();
  assert.equal(await page.evaluate(() => document.activeElement.className), 'toggle');
  await page.keyboard.press('4');
  await page.locator('main h1', {hasText: 'Connections'}).waitFor();
  await page.keyboard.press('/');
  await page.keyboard.type('no such name');
  await page.getByText('0 connections').waitFor();
  await page.waitForURL(/q=no\+such\+name/);
  await page.goBack();
  await page.locator('.toggle[aria-expanded=true]').waitFor();
});

test('a moment of the last hour is shown as it was', async () => {
  await show('findings');
  await page.locator('.track input').waitFor({timeout: 60_000});
  await page.locator('.track input').press('Home');
  await page.getByText('Back to now').waitFor();
  const at = new URL(page.url().replace('#/', '')).searchParams.get('at');
  const moment = await site.ask(`history?at=${at}`);
  assert.ok(Date.parse(moment.time) / 1000 - Number(at) < 1, `${moment.time} is not ${at}`);
  await page.getByText('Back to now').click();
  await page.locator('.timeline.past').waitFor({state: 'detached'});
  assert.deepEqual(page.faults, []);
});

test('every address on the page answers, and what did not change is not sent again', async () => {
  await show('findings');
  const links = await page.locator('footer a').evaluateAll(all => all.map(a => a.href));
  assert.ok(links.length >= 12);
  for (const link of links) assert.equal((await fetch(link)).status, 200, link);
  for (const path of ['', 'page/main.js', 'page/style.css']) {
    const first = await fetch(site.url + path);
    const again = await fetch(site.url + path, {headers: {'If-None-Match': first.headers.get('ETag')}});
    assert.equal(again.status, 304, path);
  }
});

test('colours follow the choice and stay', async () => {
  const tab = await site.tab({colorScheme: 'light'});
  await show('agent', tab);
  await tab.keyboard.press('t');
  await tab.keyboard.press('t');
  const dark = await tab.evaluate(() => getComputedStyle(document.body).backgroundColor);
  await tab.reload();
  assert.equal(await tab.evaluate(() => getComputedStyle(document.body).backgroundColor), dark);
  assert.equal(dark, 'rgb(17, 21, 27)');
  await tab.context().close();
});

test('the charts are those of the version that is pinned', () => {
  for (const [ours, theirs] of [['uplot.js', 'uPlot.iife.min.js'], ['uplot.css', 'uPlot.min.css']]) {
    const copy = readFileSync(new URL(`../../agent/publish/page/${ours}`, import.meta.url));
    assert.ok(copy.equals(readFileSync(new URL(`node_modules/uplot/dist/${theirs}`, import.meta.url))), ours);
  }
});

test('all of the page is below 150 kB', () => {
  const folder = new URL('../../agent/publish/page/', import.meta.url);
  const size = readdirSync(folder).reduce((sum, name) => sum + statSync(new URL(name, folder)).size, 0);
  assert.ok(size < 150_000, `${size} bytes`);
});
