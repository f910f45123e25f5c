// A long poll: 204 after so many seconds, by a timer of its own. express_poll.js PORT SECONDS
const express = require('express');

const application = express();
application.get('/poll', (request, response) => {
  setTimeout(() => response.status(204).end(), 1000 * process.argv[3]);
});
application.listen(Number(process.argv[2]), '127.0.0.1');
