// One HTTP/2 session without TLS: calls that are answered at once, then a stream that stays open.
// PLAN: do = serve | call; address; path = /watch, whose answer begins, or /never; heartbeat, stay in seconds.
'use strict';

const http2 = require('node:http2');
const plan = require('./plan');

function serve() {
  const server = http2.createServer();
  server.on('stream', (stream, headers) => {
    if (headers[':path'] === '/watch') stream.respond({ ':status': 200 });
    else if (headers[':path'] !== '/never') stream.respond({ ':status': 200 }, { endStream: true });
  });
  process.on('SIGTERM', () => process.exit(0));
  server.listen(0, '127.0.0.1', () => plan.say({ port: server.address().port }));
}

function call(session, path) {
  return new Promise((resolve, reject) => {
    session.request({ ':path': path }).on('error', reject).on('end', resolve).resume().end();
  });
}

async function client() {
  const session = http2.connect(`http://${plan.text('address')}`);
  for (let i = 0; i < 5; i += 1) await call(session, '/now');
  const heartbeat = plan.milliseconds('heartbeat') && setInterval(() => {
    const watchdog = setTimeout(() => session.destroy(), 4000);
    session.ping(() => clearTimeout(watchdog));
  }, plan.milliseconds('heartbeat'));
  plan.say({ waiting: 1, began: plan.now() });
  const open = call(session, plan.text('path'));
  const stay = plan.milliseconds('stay');
  await (stay ? Promise.race([open, plan.sleep(stay)]) : open);
  clearInterval(heartbeat);
  session.destroy();
  plan.say({ done: true });
}

if (plan.text('do') === 'serve') serve();
else client().catch((error) => { console.error(error); process.exitCode = 1; });
