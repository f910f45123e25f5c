#!/usr/bin/python3
"""Programs that do a bit of everything that the dashboard shows, well and badly.

    dashboards_workload.py serve                 prints its port, answers until it is ended
    dashboards_workload.py call PORT             uses that server until it is ended
    dashboards_workload.py leak-connections N    holds N connections whose peer has closed, until it reads a line
    dashboards_workload.py stall BACKLOG         leaves its accept queue full, until it reads a line
    dashboards_workload.py hang                  waits for an answer without a timeout, and gets it after a line

The last three print the port, and `mended` after the line.
"""

import os
import socket
import sys
import threading
import time

ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
LARGE = b"HTTP/1.1 200 OK\r\nContent-Length: 200000\r\n\r\n" + b"x" * 200_000
REQUEST = b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"
MOST_LEAKED = 400


def answer(connection):
    """Answers each request; forgets the connection, instead of closing it, after a request for /forget."""
    forgotten = False
    try:
        while request := connection.recv(4096):
            forgotten = forgotten or b"/forget" in request
            connection.sendall(LARGE if b"/large" in request else ANSWER)
            if b"/close" in request:
                break
    except OSError:
        pass
    if not forgotten:
        connection.close()
    else:
        kept.append(connection)


kept = []


def listener(backlog=64):
    listening = socket.socket()
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listening.bind(("127.0.0.1", 0))
    listening.listen(backlog)
    return listening


def accept_for_ever(listening):
    while True:
        threading.Thread(target=answer, args=(listening.accept()[0],), daemon=True).start()


def serve():
    listening = listener()
    print(listening.getsockname()[1], flush=True)
    accept_for_ever(listening)


def ask(connection, path="/"):
    connection.sendall(REQUEST.replace(b"/", path.encode(), 1))
    return connection.recv(4096)


def refused_port():
    """A port that nobody listens on while this process runs: bound, never listened on."""
    holder = socket.socket()
    holder.bind(("127.0.0.1", 0))
    kept.append(holder)
    return holder.getsockname()[1]


def call(port):
    here = ("127.0.0.1", port)
    pooled = socket.create_connection(here)
    pooled.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    pooled.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    nobody = refused_port()
    for number in range(10**9):
        for _ in range(5):
            ask(pooled)
        with socket.create_connection(here) as fresh:
            fresh.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            ask(fresh)
            time.sleep(0.05)
            ask(fresh)
        with socket.create_connection(here) as careless:
            ask(careless, "/large")
        socket.create_connection(here).close()
        with socket.socket() as failing:
            failing.connect_ex(("127.0.0.1", nobody))
        if number % 10 == 0:
            with socket.create_connection(here) as forgotten:
                ask(forgotten, "/forget")
        if len(kept) < MOST_LEAKED:
            kept.append(os.open("/dev/null", os.O_RDONLY))
            kept.append(os.pipe())
        time.sleep(0.2)


def leak_connections(count):
    """The peer is a part of this program that closes; what leaks is the connections of its client part."""
    listening = listener()
    threading.Thread(target=accept_for_ever, args=(listening,), daemon=True).start()
    leaked = []
    for _ in range(count):
        connection = socket.create_connection(listening.getsockname())
        ask(connection, "/close")
        leaked.append(connection)
        time.sleep(0.2)
    print(listening.getsockname()[1], flush=True)
    sys.stdin.readline()
    for connection in leaked:
        connection.close()
    print("mended", flush=True)
    sys.stdin.readline()


def stall(backlog):
    """The kernel queues one connection more than the backlog."""
    listening = listener(backlog)
    waiting = [socket.create_connection(listening.getsockname()) for _ in range(backlog + 1)]
    print(listening.getsockname()[1], flush=True)
    sys.stdin.readline()
    for connection in waiting:
        listening.accept()[0].close()
        connection.close()
    print("mended", flush=True)
    sys.stdin.readline()


def hang():
    """The peer is a part of this program; it is the client part that waits."""
    listening = listener()
    with socket.create_connection(listening.getsockname()) as asking:
        asking.sendall(REQUEST)
        peer = listening.accept()[0]
        print(listening.getsockname()[1], flush=True)
        threading.Thread(target=lambda: (sys.stdin.readline(), peer.sendall(ANSWER)), daemon=True).start()
        asking.recv(4096)
    peer.close()
    print("mended", flush=True)
    sys.stdin.readline()


if __name__ == "__main__":
    what, *arguments = sys.argv[1:]
    {"serve": serve, "call": call, "leak-connections": leak_connections, "stall": stall, "hang": hang}[what](*map(int, arguments))
