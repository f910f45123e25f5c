// A real agent, a real browser, and programs to look at; all of it ends with the test.
import assert from 'node:assert/strict';
import {spawn} from 'node:child_process';
import {once} from 'node:events';
import {readFileSync} from 'node:fs';
import {createServer} from 'node:net';
import {chromium} from 'playwright-core';

const root = new URL('../../', import.meta.url).pathname;
const binary = process.env.SOCKWARDEN ?? root + 'build/ci/sockwarden';
const axe = readFileSync(new URL('node_modules/axe-core/axe.min.js', import.meta.url), 'utf8');
const flags = ['--no-sandbox', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update',
  '--disable-sync'];

async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const {port} = server.address();
  server.close();
  await once(server, 'close');
  return port;
}

/// Asks until `holds` says so.
export async function until(holds, what, seconds = 60) {
  const deadline = Date.now() + seconds * 1000;
  while (!(await holds())) {
    assert.ok(Date.now() < deadline, `${what} within ${seconds} s`);
    await new Promise(resolve => setTimeout(resolve, 100));
  }
}

export async function ended(child, signal = 'SIGTERM') {
  if (!child || child.exitCode !== null || child.signalCode !== null) return;
  child.kill(signal);
  await once(child, 'exit');
}

export const python = (code, ...args) => spawn('/usr/bin/python3', ['-c', code, ...args.map(String)], {stdio: ['pipe', 'pipe', 'inherit']});
export const demo = () => spawn('/usr/bin/python3', [root + 'deploy/demo/orders.py'], {stdio: 'ignore'});

export async function startSite() {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}/`;
  const agent = spawn(binary, ['agent', '--profile', 'development', '--web.listen-address', `127.0.0.1:${port}`], {stdio: 'inherit'});
  await until(() => fetch(`${url}-/ready`).then(answer => answer.ok, () => assert.equal(agent.exitCode, null, 'the agent ended')), 'the agent is ready');
  const browser = await chromium.launch({executablePath: '/usr/bin/chromium', args: flags});
  const site = {
    url,
    ask: path => fetch(`${url}api/v1/${path}`).then(answer => answer.json()).then(({data}) => data),
    /// A tab that notes what should never be: errors of the console, requests to others.
    async tab(options = {}) {
      const context = await browser.newContext({viewport: {width: 1280, height: 900}, bypassCSP: false, ...options});
      const page = await context.newPage();
      page.faults = [];
      page.on('console', message => {
        if (['error', 'warning'].includes(message.type()) && !message.text().includes('404')) page.faults.push(message.text());
      });
      page.on('pageerror', error => page.faults.push(String(error)));
      page.on('request', request => request.url().startsWith(url) || page.faults.push(`asks ${request.url()}`));
      return page;
    },
    async close() {
      await browser.close();
      await ended(agent);
    },
  };
  return site;
}

/// What axe-core finds that hinders people.
export async function hindrances(page) {
  // Run by the debugger, to which the page's policy does not apply.
  await page.evaluate(axe);
  const {violations} = await page.evaluate(() => axe.run(document, {resultTypes: ['violations']}));
  return violations.filter(each => ['serious', 'critical'].includes(each.impact))
    .map(each => `${each.id}: ${each.nodes.map(node => `${node.html} (${node.failureSummary})`).slice(0, 3).join(' | ')}`);
}

export async function tooWide(page) {
  return page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
}
