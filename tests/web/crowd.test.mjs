// The page on a host with very many connections. How fast it is, is told and no pass or fail.
import assert from 'node:assert/strict';
import {once} from 'node:events';
import {after, before, test} from 'node:test';
import {ended, python, startSite, until} from './site.mjs';

const pairs = 50_000;  // each is two connections of this host

// As many processes as the limit of descriptors asks for; each has its own address on loopback.
const crowd = `
import os, resource, socket, sys
pairs = int(sys.argv[1])
limit = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
resource.setrlimit(resource.RLIMIT_NOFILE, (limit, limit))
each = min(20_000, (limit - 100) // 2)
number = 0
while pairs > 0:
    mine, pairs, number = min(each, pairs), pairs - each, number + 1
    read, write = os.pipe()
    if os.fork() == 0:
        os.close(read)
        listener = socket.create_server((f'127.0.{number}.1', 0), backlog=4096)
        kept = []
        for _ in range(mine):
            kept += [socket.create_connection(listener.getsockname()), listener.accept()[0]]
        os.close(write)
        sys.stdin.read()
        os._exit(0)
    os.close(write)
    os.read(read, 1)
print(each, flush=True)
sys.stdin.read()
`;

let site, page, programs, each;

before(async () => {
  site = await startSite();
  programs = python(crowd, pairs);
  each = Number((await once(programs.stdout, 'data'))[0]);
  await until(async () => (await site.ask('connections?limit=1')).matching >= 2 * pairs, 'all are seen', 120);
  page = await site.tab();
}, {timeout: 180_000});

after(async () => {
  programs?.stdin.end();
  await ended(programs);
  await site?.close();
});

const counted = () => page.locator('.count').innerText().then(text => Number(text.replace(/[^0-9]/g, '')));

/// Types into the search, and waits for the count to become another one; milliseconds.
const typed = text => page.evaluate(async wanted => {
  const field = document.querySelector('input[type=search]'), before = document.querySelector('.count').textContent;
  const begin = performance.now();
  field.value = wanted;
  field.dispatchEvent(new Event('input', {bubbles: true}));
  while ((document.querySelector('.count')?.textContent ?? before) === before) await new Promise(requestAnimationFrame);
  return performance.now() - begin;
}, text);

test('a hundred thousand connections are a page at a time, and none freezes it', async t => {
  await page.goto(`${site.url}#/connections?sort=age`);
  await page.locator('tbody tr').first().waitFor();
  const rows = await page.evaluate(() => performance.now());
  const paint = await page.evaluate(() => performance.getEntriesByName('first-contentful-paint')[0].startTime);
  t.diagnostic(`first paint after ${Math.round(paint)} ms, all rows after at most ${Math.round(rows)} ms`);
  assert.ok(await counted() >= 2 * pairs);
  assert.equal(await page.locator('tbody tr').count(), 100);
  await page.getByText('next →').click();
  await page.getByText('101 to 200 of').waitFor();
  await page.goto(`${site.url}#/connections?sort=age&page=999`);
  await page.getByText(/^99,901 to 100,000 of/).waitFor();
});

test('they are filtered and sorted by the agent', async t => {
  await page.goto(`${site.url}#/connections`);
  await page.locator('tbody tr').first().waitFor();
  const took = [];
  for (const [text, count] of [['127.0.1.1', each], ['nothing like it', 0], ['127.0.2.1', Math.min(each, pairs - each)]]) {
    took.push(Math.round(await typed(text)));
    assert.equal(await counted(), count === 0 ? 0 : 2 * count + 1, text);  // and who listens
  }
  t.diagnostic(`a filter shows after ${took.join(', ')} ms`);
  await page.goto(`${site.url}#/connections?remote=127.0.1.1&role=client`);
  await page.getByText(`${each.toLocaleString('en')} connections`).waitFor();
  assert.deepEqual(page.faults, []);
});
