"""The scripted server. The path of a request says how it is answered; the listener says how far a connection gets.

PLAN: listen = names of listeners, a kind and a family each: plain4 tls4 mute4 full4 plain6 …
      mute reads the ClientHello and says nothing; full never accepts and its queue is full.
      idle = seconds after which a kept-alive connection is closed, silently (default 120).
"""

import asyncio
import os
import signal
import socket
import ssl

import plan

HOSTS = {"4": (socket.AF_INET, "127.0.0.1"), "6": (socket.AF_INET6, "::1")}
counts = {"accepted": 0, "requests": 0}
kept = []


def listener(family, backlog):
    kind, host = HOSTS[family]
    sock = socket.socket(kind, socket.SOCK_STREAM)
    sock.bind((host, 0))
    sock.listen(backlog)
    return sock


def fill_queue(sock):
    """Connects until the kernel no longer answers: from then on every SYN is dropped."""
    while True:
        peer = socket.socket(sock.family, socket.SOCK_STREAM)
        peer.settimeout(0.5)
        try:
            peer.connect(sock.getsockname())
        except socket.timeout:
            peer.close()
            return
        kept.append(peer)


async def never(reader):
    """Says nothing for as long as the client stays."""
    while not reader.at_eof():
        await asyncio.sleep(0.5)
    raise EOFError


def head(status, *fields):
    return ("HTTP/1.1 " + status + "\r\n" + "".join(field + "\r\n" for field in fields) + "\r\n").encode()


async def answer(method, parts, reader, writer):
    """Answers one request; False: the connection is over."""
    kind = parts[0]
    size = int(float(parts[1])) if len(parts) > 1 else 0
    body = b"x" * size
    plain = head("200 OK", f"Content-Length: {size}")
    if method == "HEAD":
        writer.write(plain)
    elif kind == "bytes":
        writer.write(plain + body)
    elif kind == "split":  # headers and body apart, so that a client can return between them
        writer.write(plain)
        await writer.drain()
        await asyncio.sleep(0.05)
        writer.write(body)
    elif kind == "chunked":
        writer.write(head("200 OK", "Transfer-Encoding: chunked"))
        for start in range(0, size, 8192):
            piece = body[start:start + 8192]
            writer.write(f"{len(piece):x}\r\n".encode() + piece + b"\r\n")
        writer.write(b"0\r\n\r\n")
    elif kind == "silent":
        await never(reader)
    elif kind == "half":
        writer.write(plain + body[:size // 2])
        await never(reader)
    elif kind == "halfchunk":
        writer.write(head("200 OK", "Transfer-Encoding: chunked") + f"{size:x}\r\n".encode() + body + b"\r\n")
        await never(reader)
    elif kind == "slow":
        await asyncio.sleep(float(parts[1]))
        writer.write(head("200 OK", "Content-Length: 2") + b"ok")
    elif kind == "drip":  # /drip/BYTES/SECONDS
        writer.write(plain)
        for _ in range(size):
            writer.write(b"x")
            await writer.drain()
            await asyncio.sleep(float(parts[2]))
    elif kind == "events":  # /events/COUNT/SECONDS
        writer.write(head("200 OK", "Content-Type: text/event-stream", "Transfer-Encoding: chunked"))
        for index in range(size):
            event = f"data: {index}\n\n".encode()
            writer.write(f"{len(event):x}\r\n".encode() + event + b"\r\n")
            await writer.drain()
            await asyncio.sleep(float(parts[2]))
        writer.write(b"0\r\n\r\n")
    elif kind == "upgrade":  # /upgrade/COUNT/SECONDS: the server pings, the client answers
        writer.write(head("101 Switching Protocols", "Upgrade: echo", "Connection: Upgrade"))
        for _ in range(size):
            writer.write(b"ping\n")
            await writer.drain()
            await asyncio.wait_for(reader.readline(), 30)
            await asyncio.sleep(float(parts[2]))
        return False
    elif kind == "status":
        writer.write(head(f"{size} Status", *(() if size in (204, 304) else ("Content-Length: 0",))))
    elif kind == "close":
        writer.write(head("200 OK", f"Content-Length: {size}", "Connection: close") + body)
        return False
    elif kind == "hangup":  # answers as if the connection stayed, and closes it
        writer.write(plain + body)
        await writer.drain()
        return False
    else:
        writer.write(head("404 Not Found", "Content-Length: 0"))
    await writer.drain()
    return True


async def serve(reader, writer):
    counts["accepted"] += 1
    try:
        going = True
        idle = plan.seconds("idle") or 120
        while going:
            lines = (await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), idle)).decode().split("\r\n")
            method, path, _ = lines[0].split(" ", 2)
            fields = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines[1:])}
            if fields.get("expect"):
                writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
            if int(fields.get("content-length", 0)):
                await asyncio.wait_for(reader.readexactly(int(fields["content-length"])), 60)
            counts["requests"] += 1
            going = await answer(method, path.strip("/").split("/"), reader, writer)
            going = going and fields.get("connection", "").lower() != "close"
    except (OSError, ValueError, EOFError, asyncio.TimeoutError):
        pass
    finally:
        try:
            writer.close()
            await writer.wait_closed()
        except OSError:
            pass


async def mute(reader, writer):
    try:
        await reader.read(4096)
        await never(reader)
    except (OSError, EOFError):
        writer.close()


async def main():
    ports, servers = {}, []
    for name in plan.text("listen", "plain4").split(","):
        kind, family = name[:-1], name[-1]
        sock = listener(family, 0 if kind == "full" else 1024)
        ports[name] = sock.getsockname()[1]
        if kind == "full":
            fill_queue(sock)
            kept.append(sock)
            continue
        context = None
        if kind == "tls":
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(os.environ["SCENARIOS_CERTIFICATE"], os.environ["SCENARIOS_KEY"])
        servers.append(await asyncio.start_server(mute if kind == "mute" else serve, sock=sock, ssl=context, limit=1 << 20))
    plan.say(ports=ports)
    done = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, done.set)
    last = None
    while not done.is_set():
        try:
            await asyncio.wait_for(done.wait(), 0.5)
        except asyncio.TimeoutError:
            pass
        if counts != last:
            last = dict(counts)
            plan.say(**counts)
    os._exit(0)  # connections that wait for ever would keep the loop


asyncio.run(main())
