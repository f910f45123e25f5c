// Workers that fetch one url with node:http or undici, each with the limits that the plan sets.
'use strict';

const fs = require('node:fs');
const http = require('node:http');
const https = require('node:https');
const plan = require('./plan');

const authority = process.env.SCENARIOS_CERTIFICATE && fs.readFileSync(process.env.SCENARIOS_CERTIFICATE);

function withHttp() {
  const options = { keepAlive: true };
  const agents = { 'http:': new http.Agent(options), 'https:': new https.Agent({ ...options, ca: authority }) };
  return (url) => new Promise((resolve, reject) => {
    const { protocol } = new URL(url);
    const limit = plan.milliseconds('timeout');
    const request = (protocol === 'https:' ? https : http).get(url, {
      agent: agents[protocol],
      timeout: plan.milliseconds('socket_timeout'),
      signal: limit && plan.text('limit') !== 'timer' ? AbortSignal.timeout(limit) : undefined,
    });
    const timer = limit && plan.text('limit') === 'timer' && setTimeout(() => request.destroy(new Error('timed out')), limit);
    request.on('timeout', () => request.destroy(new Error('socket timed out')));
    request.on('error', reject);
    request.on('close', () => clearTimeout(timer));
    request.on('response', (response) => {
      response.on('error', reject);
      response.on('end', resolve);
      response.resume();
    });
  });
}

function withUndici() {
  const { Agent, request } = require('undici');
  const dispatcher = new Agent({
    headersTimeout: plan.milliseconds('header_timeout') ?? 0,
    bodyTimeout: plan.milliseconds('body_timeout') ?? 0,
    connect: { timeout: plan.milliseconds('dial_timeout') ?? 0, ca: authority },
  });
  const limit = plan.milliseconds('timeout');
  return async (url) => {
    const { body } = await request(url, { dispatcher, signal: limit && AbortSignal.timeout(limit) });
    await body.dump({ limit: 1 << 30 });
  };
}

function withFetch() {
  const limit = plan.milliseconds('timeout');
  return async (url) => { await (await fetch(url, { signal: limit && AbortSignal.timeout(limit) })).arrayBuffer(); };
}

const fetchUrl = { http: withHttp, undici: withUndici, fetch: withFetch }[plan.text('library')]();
const waiting = plan.barrier(plan.number('workers', 3));

async function work() {
  for (let i = 0; i < plan.number('warm'); i += 1) await fetchUrl(plan.text('warm_url'));
  waiting();
  for (let i = 0; i < plan.number('attempts', 1); i += 1) {
    try {
      await fetchUrl(plan.text('url'));
    } catch (error) {
      console.error(String(error));
    }
  }
}

// What many a program does besides: a heartbeat, a refresh of something.
const ticking = plan.milliseconds('ticker') && setInterval(() => {}, plan.milliseconds('ticker'));
Promise.all(Array.from({ length: plan.number('workers', 3) }, work)).then(() => {
  clearInterval(ticking);
  plan.say({ done: true });
});
