// The page in a real browser, over a real agent that watches a real program.
import assert from 'node:assert/strict';
import {spawn} from 'node:child_process';
import {createServer} from 'node:net';
import {once} from 'node:events';
import {after, before, test} from 'node:test';
import {chromium} from 'playwright-core';

const binary = process.env.SOCKWARDEN ?? new URL('../../build/ci/sockwarden', import.meta.url).pathname;
const flags = ['--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update',
  '--disable-sync'];
let agent, browser, page, url, silent, client;

async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const {port} = server.address();
  server.close();
  await once(server, 'close');
  return port;
}

// A client whose name is markup, blocked for ever on a server that never answers.
const hostile = `
import ctypes, socket, sys
ctypes.CDLL(None).prctl(15, b'<b>"x"\\n', 0, 0, 0)
s = socket.create_connection(('127.0.0.1', int(sys.argv[1])))
s.sendall(b'GET / HTTP/1.1\\r\\nHost: x\\r\\n\\r\\n')
s.recv(1)
`;

before(async () => {
  const port = await freePort();
  url = `http://127.0.0.1:${port}/`;
  agent = spawn(binary, ['agent', '--profile', 'development', '--web.listen-address', `127.0.0.1:${port}`],
    {stdio: 'inherit'});
  const deadline = Date.now() + 60000;
  while (!(await fetch(`${url}-/ready`).then(r => r.ok, () => false))) {
    assert.ok(Date.now() < deadline && agent.exitCode === null, 'the agent did not become ready');
    await new Promise(resolve => setTimeout(resolve, 200));
  }
  silent = createServer(() => {}).listen(0, '127.0.0.1');
  await once(silent, 'listening');
  client = spawn('/usr/bin/python3', ['-c', hostile, String(silent.address().port)], {stdio: 'inherit'});
  browser = await chromium.launch({executablePath: '/usr/bin/chromium', args: ['--no-sandbox', ...flags]});
  page = await browser.newPage();
});

after(async () => {
  await browser?.close();
  client?.kill();
  silent?.close();
  if (agent && agent.exitCode === null) {
    agent.kill('SIGTERM');
    await once(agent, 'exit');
  }
});

test('a finding is shown with its program, whose name cannot become markup', async () => {
  const deadline = Date.now() + 30000;
  let text = '';
  do {
    await page.goto(url);
    text = await page.locator('.finding').allInnerTexts().then(all => all.join('\n'));
  } while (!text.includes('missing-timeout (header)') && Date.now() < deadline);
  assert.match(text, /missing-timeout \(header\)/);
  assert.match(text, /<b>"x"/);
  assert.match(text, /waits? for the answer/);
  assert.equal(await page.locator('.finding b b').count(), 0);
});

test('the page fits a phone and loads nothing from elsewhere', async () => {
  const asked = [];
  page.on('request', request => asked.push(request.url()));
  await page.setViewportSize({width: 360, height: 640});
  await page.goto(url);
  assert.deepEqual(asked.filter(address => !address.startsWith(url)), []);
  const wide = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
  assert.ok(wide <= 0, `the page is ${wide} pixels too wide`);
});

test('every address on the page answers', async () => {
  await page.goto(url);
  const links = await page.locator('a').evaluateAll(all => all.map(a => a.href));
  assert.ok(links.length >= 7);
  for (const link of links) assert.equal((await fetch(link)).status, 200, link);
});

test('without findings the page says so', async () => {
  client.kill();
  await once(client, 'exit');
  const deadline = Date.now() + 30000;
  let text = '';
  do {
    await page.goto(url);
    text = await page.locator('body').innerText();
  } while (text.includes('<b>"x"') && Date.now() < deadline);
  assert.doesNotMatch(text, /<b>"x"/);
});
