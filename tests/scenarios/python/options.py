"""Socket options: set too late, never, or to an effect that was not wanted."""

import errno
import socket
import struct
import time

import plan


def dial():
    host, _, port = plan.text("address").rpartition(":")
    return socket.create_connection((host, int(port)), timeout=10)


def small_writes():
    """Header and body of each request in two small writes: Nagle holds the second until the first is acknowledged."""
    sock = dial()
    if plan.text("no_delay") == "yes":
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    head, body = b"POST /bytes/20 HTTP/1.1\r\nHost: localhost\r\nContent-Length: 40\r\n\r\n", b"x" * 40
    slow = 0
    for _ in range(plan.number("rounds", 80)):
        start = time.monotonic()
        for piece in (head + body,) if plan.text("together") == "yes" else (head, body):
            sock.sendall(piece)
        sock.recv(4096)
        slow += time.monotonic() - start > 0.03
        time.sleep(0.02)
    plan.say(stalls=slow)
    return sock


def linger():
    """SO_LINGER 0 on a connection with an upload under way: what is not sent is thrown away."""
    for _ in range(plan.number("rounds", 10)):
        sock = dial()
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        sock.settimeout(0.2)
        try:
            if plan.text("drained") == "yes":  # all is said and answered: a reset throws nothing away
                sock.sendall(b"GET /bytes/200 HTTP/1.1\r\nHost: localhost\r\n\r\n")
                time.sleep(0.1)
                sock.recv(4096)
            else:
                sock.sendall(b"POST /sink HTTP/1.1\r\nHost: localhost\r\nContent-Length: 50000000\r\n\r\n" + b"x" * 20_000_000)
        except socket.timeout:
            pass
        sock.close()
        time.sleep(0.2)


def late_buffer():
    """SO_RCVBUF after connect: the window scale is settled by then."""
    kept = []
    for _ in range(plan.number("rounds", 10)):
        host, _, port = plan.text("address").rpartition(":")
        sock = socket.socket()
        if plan.text("early") == "yes":
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 18)
        sock.connect((host, int(port)))
        if plan.text("early") != "yes":
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 18)
        sock.settimeout(5)
        for _ in range(3):
            sock.sendall(b"GET /bytes/20000 HTTP/1.1\r\nHost: localhost\r\n\r\n")
            size = 0
            while size < 20000:
                size += len(sock.recv(65536))
        kept.append(sock)
        time.sleep(0.1)
        if len(kept) > 2:
            kept.pop(0).close()
    for sock in kept:
        sock.close()


def late_reuse_port():
    """SO_REUSEPORT after bind: the second worker cannot bind."""
    kept, port = [], 0
    for _ in range(2):
        sock = socket.socket()
        if plan.text("early") == "yes":
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        try:
            sock.bind(("127.0.0.1", port))
            if plan.text("early") != "yes":
                sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
            sock.listen(16)
            port = sock.getsockname()[1]
        except OSError as error:
            assert error.errno == errno.EADDRINUSE
        kept.append(sock)
    return kept


def restart():
    """A restart soon after the old listener has closed its connections: bind fails while they are in TIME_WAIT."""
    port, failed = 0, 0
    for _ in range(2):
        listener = socket.socket()
        if plan.text("reuse") == "yes":
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind(("127.0.0.1", port))
        except OSError:
            failed += 1
            listener.close()
            continue
        listener.listen(16)
        port = listener.getsockname()[1]
        client = socket.create_connection(("127.0.0.1", port), timeout=5)
        server, _ = listener.accept()
        server.close()
        client.recv(1)
        client.close()
        listener.close()
    plan.say(failed=failed)


def taken():
    """A port that is listened on: SO_REUSEADDR would not help, although connections are in TIME_WAIT there."""
    listener = socket.create_server(("127.0.0.1", 0))
    port = listener.getsockname()[1]
    client = socket.create_connection(("127.0.0.1", port), timeout=5)
    server, _ = listener.accept()
    server.close()
    client.recv(1)
    client.close()
    with socket.socket() as second:
        try:
            second.bind(("127.0.0.1", port))
        except OSError as error:
            assert error.errno == errno.EADDRINUSE
    listener.close()
    time.sleep(plan.seconds("pause") or 3)


ways = {"small_writes": small_writes, "linger": linger, "late_buffer": late_buffer, "late_reuse_port": late_reuse_port,
        "restart": restart, "taken": taken}
held = ways[plan.text("way")]()
plan.say(began=plan.now())
while plan.text("stay") == "yes":
    time.sleep(1)
