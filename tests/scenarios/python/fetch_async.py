"""The same with aiohttp: one event loop, one session."""

import asyncio
import os
import ssl
import sys

import aiohttp

import plan


async def work(session, waiting):
    for _ in range(plan.number("warm")):
        async with session.get(plan.text("warm_url")) as response:
            await response.read()
    waiting.arrive()
    for _ in range(plan.number("attempts", 1)):
        try:
            async with session.get(plan.text("url")) as response:
                await response.read()
        except (aiohttp.ClientError, asyncio.TimeoutError) as error:
            print(repr(error), file=sys.stderr)


async def tick():
    """What many a program does besides: a heartbeat, a refresh of something."""
    while True:
        await asyncio.sleep(plan.seconds("ticker"))


async def main():
    workers = plan.number("workers", 3)
    waiting = plan.Barrier(workers)
    limit = aiohttp.ClientTimeout(total=plan.seconds("timeout"), sock_read=plan.seconds("read_timeout"),
                                  sock_connect=plan.seconds("dial_timeout"))
    context = ssl.create_default_context(cafile=os.environ.get("SCENARIOS_CERTIFICATE"))
    ticking = asyncio.create_task(tick()) if plan.seconds("ticker") else None
    async with aiohttp.ClientSession(timeout=limit, connector=aiohttp.TCPConnector(ssl=context)) as session:
        await asyncio.gather(*(work(session, waiting) for _ in range(workers)))
    if ticking:
        ticking.cancel()
    plan.say(done=True)


asyncio.run(main())
