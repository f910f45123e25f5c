// What a scenario is told (environment variable PLAN, one key=value a line) and what it tells (a line of JSON).
'use strict';

const plan = Object.fromEntries((process.env.PLAN || '').split('\n').filter((line) => line.includes('='))
  .map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]));
const said = {};

exports.text = (key, fallback = '') => plan[key] ?? fallback;
exports.number = (key, fallback = 0) => (key in plan ? Number(plan[key]) : fallback);
exports.milliseconds = (key) => (key in plan ? Number(plan[key]) * 1000 : undefined);
exports.now = () => Number(process.hrtime.bigint()) / 1e9; // CLOCK_MONOTONIC
exports.say = (facts) => {
  Object.assign(said, facts);
  process.stdout.write(`${JSON.stringify({ pid: process.pid, facts: said })}\n`);
};
exports.sleep = (milliseconds) => new Promise((resolve) => { setTimeout(resolve, milliseconds); });
exports.barrier = (count, fact = 'waiting') => {
  let left = count;
  return () => {
    left -= 1;
    if (left === 0) exports.say({ [fact]: count, began: exports.now() });
  };
};
