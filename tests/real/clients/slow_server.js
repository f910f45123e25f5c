// Answers /slow after so many seconds, all else at once. slow_server.js PORT SECONDS
const http = require('node:http');

const answer = (request, response) => {
  const wait = request.url === '/slow' ? 1000 * process.argv[3] : 0;
  setTimeout(() => response.end('done\n'), wait);
};
http.createServer(answer).listen(Number(process.argv[2]), '127.0.0.1');
