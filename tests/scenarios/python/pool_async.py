"""Rounds of requests with aiohttp."""

import asyncio

import aiohttp

import plan

forgotten = []
limit = aiohttp.ClientTimeout(total=10)


async def use(session, url, body):
    response = await session.get(url)
    if body == "leak":
        forgotten.append(response)
    elif body == "close":
        response.close()
    else:
        await response.read()
        response.release()


async def one(session):
    if plan.text("client_per") == "request":
        async with aiohttp.ClientSession(timeout=limit) as fresh:
            await use(fresh, plan.text("url"), plan.text("body"))
    else:
        await use(session, plan.text("url"), plan.text("body"))


async def main():
    connector = aiohttp.TCPConnector(force_close=plan.text("keep_alive") == "off", limit=plan.number("pool", 100))
    async with aiohttp.ClientSession(timeout=limit, connector=connector) as session:
        for _ in range(plan.number("rounds", 30)):
            await asyncio.gather(*(one(session) for _ in range(plan.number("workers", 1))))
            await asyncio.sleep(plan.seconds("pause") or 0)
        plan.say(began=plan.now(), leaked=len(forgotten), requests=plan.number("rounds", 30) * plan.number("workers", 1))
        while plan.text("stay") == "yes":
            if plan.text("after"):
                await use(session, plan.text("after"), "read")
            await asyncio.sleep(1)


asyncio.run(main())
