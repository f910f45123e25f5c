"""The scripted client of a scenario that is a server. Every wait of its own has a limit.

PLAN: do = loris | half_head | silent | slow_post | idle | call | crowd | visit; address = host:port; count; path; …
"""

import asyncio
import os
import ssl

import plan

HOST, _, PORT = plan.text("address").rpartition(":")
COUNT = plan.number("count", 3)
opened = []


async def dial(limit=10):
    context = ssl.create_default_context(cafile=os.environ["SCENARIOS_CERTIFICATE"]) if plan.text("tls") == "yes" else None
    name = {"server_hostname": "localhost"} if context else {}
    reader, writer = await asyncio.wait_for(asyncio.open_connection(HOST.strip("[]"), int(PORT), ssl=context, **name), limit)
    opened.append(writer)
    return reader, writer


def get(path, *fields):
    return "".join(line + "\r\n" for line in (f"GET {path} HTTP/1.1", "Host: localhost", *fields, "")).encode()


async def reply(reader, limit=60):
    lines = (await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), limit)).lower().split(b"\r\n")
    size = next((int(line.split(b":")[1]) for line in lines if line.startswith(b"content-length:")), 0)
    await asyncio.wait_for(reader.readexactly(size), limit)


async def ask_once(path, limit=60):
    reader, writer = await dial()
    try:
        writer.write(get(path, "Connection: close"))
        await reply(reader, limit)
    finally:
        writer.close()


async def first():
    """One request before all others, which the server may answer by hanging up."""
    if plan.text("first"):
        try:
            await ask_once(plan.text("first"))
        except (OSError, EOFError):
            pass


async def drip(writer, text):
    for byte in text:
        writer.write(bytes([byte]))
        await writer.drain()
        await asyncio.sleep(1)


async def loris():
    writers = [(await dial())[1] for _ in range(COUNT)]
    plan.say(waiting=COUNT, began=plan.now())
    await asyncio.gather(*(drip(writer, get("/ok", "X-Padding: " + "x" * 600)) for writer in writers))


async def half_head():
    for _ in range(COUNT):
        _, writer = await dial()
        writer.write(b"GET /ok HTTP/1.1\r\nHost: loc")
        await writer.drain()
    plan.say(waiting=COUNT, began=plan.now())
    await asyncio.sleep(plan.seconds("stay") or 600)


async def silent():
    """Clients that say nothing, beside others that were answered."""
    for _ in range(3):
        await ask_once("/ok")
    for _ in range(COUNT):
        await dial()
    plan.say(waiting=COUNT, began=plan.now())
    await asyncio.sleep(plan.seconds("stay") or 600)


async def slow_post():
    writers = []
    for _ in range(COUNT):
        _, writer = await dial()
        size = plan.number("size", 1000)
        writer.write(f"POST /upload HTTP/1.1\r\nHost: localhost\r\nContent-Length: {size}\r\n\r\n".encode() + b"x" * 10)
        await writer.drain()
        writers.append(writer)
    plan.say(waiting=COUNT, began=plan.now())
    if plan.text("drip") == "yes":
        await asyncio.gather(*(drip(writer, b"x" * (plan.number("size", 1000) - 10)) for writer in writers))
    await asyncio.sleep(plan.seconds("stay") or 600)


async def idle():
    for _ in range(COUNT):
        reader, writer = await dial()
        writer.write(get("/ok"))
        await reply(reader)
    plan.say(waiting=COUNT, began=plan.now())
    await asyncio.sleep(plan.seconds("stay") or 600)


async def call():
    """Some requests that are answered, then `count` to the paths, while others go on being answered."""
    for _ in range(plan.number("warm", 5)):
        await ask_once("/ok")
    await first()
    asked, paths = [], plan.text("path").split(",")
    for index in range(COUNT):
        reader, writer = await dial()
        writer.write(get(paths[index % len(paths)]))
        asked.append(reply(reader, plan.seconds("limit") or 600))
        await asyncio.sleep(plan.seconds("apart") or 0.05)
    plan.say(waiting=COUNT, began=plan.now())
    answers = asyncio.gather(*asked, return_exceptions=True)
    while not answers.done():
        if plan.text("others") == "yes":
            await ask_once("/ok")
        await asyncio.sleep(0.5)


async def crowd():
    """More connections at once than an accept queue holds."""
    await first()
    if plan.text("block"):
        _, writer = await dial()
        writer.write(get(plan.text("block")))
        await asyncio.sleep(0.3)
    dials = [asyncio.create_task(dial(plan.seconds("limit") or 600)) for _ in range(COUNT)]
    await asyncio.sleep(0.2)
    plan.say(asked=COUNT, began=plan.now())
    await asyncio.gather(*dials, return_exceptions=True)


async def visit():
    """What a server's day looks like: `rounds` of `count` clients, each with a connection of its own."""

    async def client():
        reader, writer = await dial()
        for _ in range(plan.number("exchanges", 3)):
            writer.write(get(plan.text("path", "/ok")))
            await reply(reader, plan.seconds("limit") or 60)
            await asyncio.sleep(plan.seconds("pause") or 0.1)
        writer.close()

    for _ in range(plan.number("rounds", 10)):
        await asyncio.gather(*(client() for _ in range(COUNT)))
    plan.say(visits=COUNT * plan.number("rounds", 10))


async def leave():
    """Clients that ask once and close."""
    for _ in range(COUNT):
        reader, writer = await dial()
        writer.write(get("/ok"))
        await reply(reader)
        writer.close()
        await writer.wait_closed()
        await asyncio.sleep(0.2)
    plan.say(left=COUNT, began=plan.now())
    await asyncio.sleep(600)


async def main():
    try:
        await {"loris": loris, "half_head": half_head, "silent": silent, "slow_post": slow_post, "idle": idle, "call": call,
               "crowd": crowd, "visit": visit, "leave": leave}[plan.text("do")]()
    except (OSError, EOFError, asyncio.TimeoutError) as error:
        plan.say(ended=repr(error))
    for writer in opened:
        writer.close()
    plan.say(done=True)


asyncio.run(main())
