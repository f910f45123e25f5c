// Rounds of requests: which client does them, for how long it lives, and what becomes of the body.
'use strict';

const fs = require('node:fs');
const http = require('node:http');
const https = require('node:https');
const plan = require('./plan');

const authority = process.env.SCENARIOS_CERTIFICATE && fs.readFileSync(process.env.SCENARIOS_CERTIFICATE);
const forgotten = [];

function newHttp() {
  const options = { keepAlive: plan.text('keep_alive', 'on') === 'on', maxSockets: plan.number('pool', Infinity), ca: authority };
  if (plan.text('idle_limit')) options.maxFreeSockets = plan.number('idle_limit');
  const secure = plan.text('url').startsWith('https');
  const agent = secure ? new https.Agent(options) : new http.Agent(options);
  return {
    use: (url, body) => new Promise((resolve, reject) => {
      const request = (secure ? https : http).request(url, { agent, method: plan.text('method', 'GET'), timeout: 10000 });
      request.on('error', reject);
      request.on('response', (response) => {
        if (body === 'leak') {
          forgotten.push(response);
          resolve();
        } else if (body === 'close') {
          response.on('close', resolve);
          response.destroy();
        } else {
          response.on('close', resolve);
          response.resume();
        }
      });
      request.end();
    }),
    close: () => agent.destroy(),
  };
}

function newUndici() {
  const { Agent, request } = require('undici');
  const dispatcher = new Agent({
    headersTimeout: 10000, bodyTimeout: 10000, connections: plan.number('pool', 128), connect: { ca: authority },
  });
  return {
    use: async (url, body) => {
      const answer = await request(url, { dispatcher, method: plan.text('method', 'GET') });
      answer.body.on('error', () => {});
      if (body === 'leak') forgotten.push(answer);
      else if (body === 'close') answer.body.destroy();
      else await answer.body.dump({ limit: 1 << 30 });
    },
    close: () => dispatcher.close(),
  };
}

const newClient = { http: newHttp, undici: newUndici }[plan.text('library')];
const shared = newClient();

async function one() {
  const fresh = plan.text('client_per') === 'request';
  const mine = fresh ? newClient() : shared;
  await mine.use(plan.text('url'), plan.text('body'));
  if (fresh) await mine.close();
}

async function main() {
  const workers = plan.number('workers', 1);
  for (let round = 0; round < plan.number('rounds', 30); round += 1) {
    await Promise.all(Array.from({ length: workers }, one));
    await plan.sleep(plan.milliseconds('pause') ?? 0);
  }
  plan.say({ began: plan.now(), leaked: forgotten.length, requests: workers * plan.number('rounds', 30) });
  while (plan.text('stay') === 'yes') {
    if (plan.text('after')) await shared.use(plan.text('after'), 'read');
    await plan.sleep(1000);
  }
  process.exit(0);
}

main();
