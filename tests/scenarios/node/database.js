// Work with PostgreSQL through pg: a pool, a client for each query, or clients that are checked out and forgotten.
'use strict';

const { Client, Pool } = require('pg');
const plan = require('./plan');

const [host, port] = plan.text('address').split(':');
const where = { host, port: Number(port), user: 'scenarios', database: 'postgres', connectionTimeoutMillis: 5000 };
if (plan.text('session_limit')) where.options = `-c idle_session_timeout=${plan.text('session_limit')}s`;
const pool = new Pool({ ...where, max: plan.number('pool', 10), idleTimeoutMillis: plan.milliseconds('idle_time') ?? 10000 });
pool.on('error', () => {}); // an idle client whose session the server has ended: the pool drops it
const forgotten = [];

const works = {
  async per_query() {
    const client = new Client(where);
    await client.connect();
    await client.query('SELECT 1');
    await client.end();
  },
  async checked_out() {
    const client = await pool.connect();
    await client.query('SELECT 1');
    forgotten.push(client);
  },
  async transaction() {
    const client = await pool.connect();
    await client.query('BEGIN');
    await client.query('SELECT 1');
    forgotten.push(client);
  },
  async pooled() {
    await pool.query('SELECT pg_sleep($1)', [plan.number('takes')]);
  },
};

async function main() {
  for (let round = 0; round < plan.number('rounds', 30); round += 1) {
    const burst = round === Math.floor(plan.number('rounds', 30) / 2) && plan.number('burst');
    await Promise.all(Array.from({ length: burst || plan.number('workers', 1) }, works[plan.text('work')]));
    await plan.sleep(plan.milliseconds('pause') ?? 0);
  }
  plan.say({ began: plan.now(), leaked: forgotten.length });
  while (plan.text('stay') === 'yes') {
    if (plan.text('after')) await works.pooled();
    await plan.sleep(1000);
  }
  process.exit(0);
}

main();
