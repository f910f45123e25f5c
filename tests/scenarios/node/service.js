// A small HTTP service on node:http.
'use strict';

const { exec } = require('node:child_process');
const http = require('node:http');
const plan = require('./plan');

const jobs = new Map();

function finished(name) { // a promise that somebody else keeps, where somebody does
  if (!jobs.has(name)) jobs.set(name, new Promise(() => {}));
  return jobs.get(name);
}

async function answer(request, response) {
  const [, what, argument] = request.url.split('/');
  if (what === 'job') {
    const limit = plan.milliseconds('limit');
    await (limit ? Promise.race([finished(argument), plan.sleep(limit)]) : finished(argument));
  } else if (what === 'slow') {
    await plan.sleep(Number(argument) * 1000);
  } else if (what === 'child') {
    await new Promise((resolve) => { exec(`sleep ${Number(argument)}`, resolve); });
  } else if (what === 'busy') { // a computation on the event loop
    const end = plan.now() + Number(argument);
    while (plan.now() < end);
  }
  for await (const _ of request);
  response.end('ok');
}

const server = http.createServer({
  headersTimeout: plan.milliseconds('header_timeout') ?? 0,
  requestTimeout: plan.milliseconds('request_timeout') ?? 0,
  keepAliveTimeout: plan.milliseconds('idle_timeout') ?? 0,
}, (request, response) => { answer(request, response).catch(() => response.destroy()); });
server.listen({ host: '127.0.0.1', port: 0, backlog: plan.number('backlog', 511) }, () => plan.say({ port: server.address().port }));
process.on('SIGTERM', () => server.close(() => process.exit(0)));
