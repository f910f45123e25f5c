// Files and sockets that are opened and forgotten, or closed as they should be.
'use strict';

const dgram = require('node:dgram');
const fs = require('node:fs');
const net = require('node:net');
const plan = require('./plan');

const kept = [];

const ways = {
  file: async () => kept.push(fs.openSync('/etc/hostname', 'r')),
  udp: () => new Promise((resolve) => {
    const socket = dgram.createSocket('udp4');
    kept.push(socket);
    socket.bind(0, '127.0.0.1', resolve);
  }),
  close_wait: () => new Promise((resolve) => { // the peer has ended; half-open is allowed and nobody ends our side
    const [host, port] = plan.text('address').split(':');
    const socket = net.connect({ host, port: Number(port), allowHalfOpen: true });
    kept.push(socket);
    socket.write('GET /hangup/200 HTTP/1.1\r\nHost: localhost\r\n\r\n');
    socket.resume();
    socket.on('end', resolve);
  }),
  closed: async () => fs.closeSync(fs.openSync('/etc/hostname', 'r')),
};

async function main() {
  for (let i = 0; i < plan.number('count', 60); i += 1) {
    await ways[plan.text('kind')]();
    await plan.sleep(plan.milliseconds('pause') ?? 100);
  }
  plan.say({ began: plan.now(), leaked: kept.length });
  while (plan.text('stay') === 'yes') await plan.sleep(1000);
  process.exit(0);
}

main();
