// Node's HTTP/2 server at its defaults, plain and with TLS: h2_server.mjs FOLDER PORT TLS_PORT
import fs from 'node:fs';
import http2 from 'node:http2';

const [folder, port, tlsPort] = process.argv.slice(2);
const answer = (stream) => {
  stream.respond({ ':status': 200, 'content-type': 'text/plain' });
  stream.end('x'.repeat(2000));
};
http2.createServer().on('stream', answer).listen(Number(port), '127.0.0.1');
const keys = { key: fs.readFileSync(`${folder}/key.pem`), cert: fs.readFileSync(`${folder}/certificate.pem`) };
http2.createSecureServer(keys).on('stream', answer).listen(Number(tlsPort), '127.0.0.1');
