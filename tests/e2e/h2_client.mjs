// One session for many requests, some at once, then at rest for a while: h2_client.mjs ORIGIN SECONDS
import http2 from 'node:http2';
import { setTimeout as sleep } from 'node:timers/promises';

const [origin, seconds] = process.argv.slice(2);
const session = http2.connect(origin, { rejectUnauthorized: false });
const get = () =>
  new Promise((resolve, reject) => {
    const stream = session.request({ ':path': '/' });
    stream.setTimeout(10_000, () => stream.close(http2.constants.NGHTTP2_CANCEL));
    stream.on('data', () => {}).on('end', resolve).on('error', reject).end();
  });
for (const until = Date.now() + seconds * 1000; Date.now() < until; await sleep(200)) {
  await Promise.all([get(), get(), get()]);
}
await sleep(8_000);
session.close();
