"""Stands between clients and another server. PLAN: to = host:port; do = relay (bytes) | ask (one question for each request)."""

import asyncio
import signal

import plan

HOST, _, PORT = plan.text("to").rpartition(":")


async def pump(reader, writer):
    try:
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
    except OSError:
        pass
    writer.close()


async def relay(reader, writer):
    other_reader, other_writer = await asyncio.open_connection(HOST, int(PORT))
    await asyncio.gather(pump(reader, other_writer), pump(other_reader, writer))


async def ask(reader, writer):
    """The mistake: a connection for each question, closed right behind its answer."""
    await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), 10)
    other_reader, other_writer = await asyncio.open_connection(HOST, int(PORT))
    other_writer.write(f"GET /2048 HTTP/1.1\r\nHost: {HOST}\r\n\r\n".encode())
    await asyncio.wait_for(other_reader.readuntil(b"\r\n\r\n"), 10)
    await asyncio.wait_for(other_reader.readexactly(2048), 10)
    other_writer.close()
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
    await asyncio.wait_for(reader.read(1), 10)  # its client leaves
    writer.close()


async def main():
    server = await asyncio.start_server({"relay": relay, "ask": ask}[plan.text("do")], "127.0.0.1", 0)
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, server.close)
    plan.say(port=server.sockets[0].getsockname()[1])
    try:
        await server.serve_forever()
    except asyncio.CancelledError:
        pass


asyncio.run(main())
