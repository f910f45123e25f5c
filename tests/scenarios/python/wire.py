"""Both ends of a small binary protocol (32 bytes ask, 24 answer), of HTTP and of Redis, by plain sockets.

PLAN of the server: do = serve; what it does wrong: cut (bytes of an answer that SO_LINGER 0 cuts off), buffer = late | early,
pieces = yes (each answer in two writes), forks = yes (a process a connection), idle (seconds until it resets a quiet connection).
PLAN of the client: do = each (a connection a request) | kept (one for all) | pieces (each request in two writes) | rest (used again after `pause`)
| fill (a pool with a minimum, replaced by age) | forget (used once, kept) | batch (some connections at once, then a rest)
| read (`least` bytes of a larger answer); say = wire | http | redis.
"""

import os
import select
import signal
import socket
import struct
import threading
import time

import plan

AT_ONCE = struct.pack("ii", 1, 0)  # SO_LINGER
REQUESTS = {
    "wire": b"\x80\x0d" + bytes(30),
    "http": b"GET /bytes/%d HTTP/1.1\r\nHost: localhost\r\n%s\r\n"
    % (plan.number("bytes", 20), b"Connection: close\r\n" if plan.text("keep_alive") == "off" else b""),
    "redis": b"*2\r\n$3\r\nGET\r\n$4\r\nnone\r\n",
}
REQUEST = REQUESTS[plan.text("say", "wire")]
ROUNDS = plan.number("rounds", 20)


def serve_one(sock):
    if plan.text("buffer") == "late":
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 65536)
    if plan.text("no_delay") == "yes":
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    sock.settimeout(plan.seconds("idle") or 60)
    answer = bytes(plan.number("answer", 24))
    cut_at = 16 if plan.text("pieces") == "yes" else len(answer)
    got = b""
    try:
        while part := sock.recv(4096):
            got += part
            if len(got) < 32:
                continue
            got = got[32:]
            if plan.number("cut"):
                sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, AT_ONCE)
                sock.setblocking(False)
                try:
                    sock.send(bytes(plan.number("cut")))
                except BlockingIOError:
                    pass
                time.sleep(0.1)
                break
            for piece in filter(None, (answer[:cut_at], answer[cut_at:])):
                sock.sendall(piece)
    except socket.timeout:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, AT_ONCE)
    except OSError:
        pass
    sock.close()


def serve():
    listener = socket.socket()
    if plan.text("buffer") == "early":
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 65536)
    listener.bind(("127.0.0.1", 0))
    listener.listen(64)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    plan.say(port=listener.getsockname()[1])
    while True:
        sock, _ = listener.accept()
        if plan.text("forks") != "yes":
            threading.Thread(target=serve_one, args=(sock,), daemon=True).start()
        elif os.fork() == 0:
            serve_one(sock)
            os._exit(0)
        else:
            sock.close()


def dial():
    host, _, port = plan.text("address").rpartition(":")
    return socket.create_connection((host, int(port)), timeout=10)


def ask(sock, request=REQUEST):
    sock.sendall(request)
    return sock.recv(65536)


def each():
    """A connection a request. Released as a JVM does it, by shutdown() and close(), where the plan says so."""
    for _ in range(ROUNDS):
        sock = dial()
        ask(sock)
        time.sleep(plan.seconds("hold") or 0)
        if plan.text("shutdown") == "yes":
            sock.shutdown(socket.SHUT_WR)
            time.sleep(0.005)
        sock.close()
        time.sleep(plan.seconds("pause") or 0.2)


def read():
    """Of each answer the `least`, then released in the same way."""
    for _ in range(ROUNDS):
        sock = dial()
        got = len(ask(sock))
        while got < plan.number("least"):
            got += len(sock.recv(65536))
        time.sleep(0.5)  # a pool that lets go of what was idle, not a client a request
        sock.shutdown(socket.SHUT_WR)
        time.sleep(0.005)
        sock.close()


def kept():
    with dial() as sock:
        for _ in range(ROUNDS):
            got = len(ask(sock))
            while got < plan.number("least"):
                got += len(sock.recv(65536))
            time.sleep(plan.seconds("pause") or 0.2)


def pieces():
    with dial() as sock:
        if plan.text("no_delay") == "yes":
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for _ in range(ROUNDS):
            sock.send(REQUEST[:16])
            sock.send(REQUEST[16:])
            sock.recv(4096)


def rest():
    """A connection is used again later than the server keeps it; with `look` it is looked at before."""
    sock, stale = dial(), 0
    for _ in range(ROUNDS):
        if plan.text("look") == "yes" and select.select([sock], [], [], 0)[0]:
            sock.close()
            sock = dial()
        try:
            if not ask(sock):
                raise ConnectionResetError
        except OSError:
            stale += 1
            sock.close()
            sock = dial()
            ask(sock)
        time.sleep(plan.seconds("pause"))
    plan.say(stale=stale)


def fill():
    """A pool of `size`, filled one by one and tested; the newest does the work, and each goes at its age."""
    pool, end, work = [], time.time() + plan.seconds("lasts"), 0
    while time.time() < end:
        for one in [one for one in pool if time.time() - one[1] > plan.seconds("age")][:1]:
            pool.remove(one)
            one[0].close()
        if len(pool) < plan.number("size"):
            pool.append((dial(), time.time()))
            ask(pool[-1][0])
        if time.time() > work:
            ask(pool[-1][0])
            work = time.time() + 1
        time.sleep(0.2)


forgotten = []


def forget():
    for _ in range(ROUNDS):
        forgotten.append(dial())
        ask(forgotten[-1])
        time.sleep(plan.seconds("pause"))
    plan.say(leaked=ROUNDS)


def batch():
    """Some connections at once, kept while the server closes them, and replaced at the next use: all, or the `few` that are used."""
    pool = []
    for number in range(plan.number("batches", 2)):
        used = plan.number("few", 8) if number else 8
        for sock in pool[:used]:
            sock.close()
        pool[:used] = [dial() for _ in range(used)]
        for sock in pool[:used]:
            ask(sock)
        time.sleep(plan.seconds("pause"))


globals()[plan.text("do")]()
plan.say(began=plan.now())
while plan.text("stay") == "yes":
    time.sleep(1)
