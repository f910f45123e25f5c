#!/usr/bin/python3
"""A long poll: 204 after so many seconds if there is no news, by a timer of its own. tornado_poll.py PORT SECONDS"""

import asyncio
import sys

import tornado.web

news = asyncio.Condition()


class Poll(tornado.web.RequestHandler):
    async def get(self):
        async with news:
            try:
                await asyncio.wait_for(news.wait(), float(sys.argv[2]))
            except asyncio.TimeoutError:
                self.set_status(204)


async def main():
    application = tornado.web.Application([("/poll", Poll)])
    application.listen(int(sys.argv[1]), "127.0.0.1", idle_connection_timeout=300)
    await asyncio.Event().wait()


asyncio.run(main())
