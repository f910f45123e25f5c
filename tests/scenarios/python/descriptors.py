"""Descriptors: forgotten one after the other, or held as a program holds them that knows what it does."""

import collections
import glob
import os
import select
import socket
import subprocess
import tempfile
import threading
import time

import plan

kept = []


def connection(path):
    host, _, port = plan.text("address").rpartition(":")
    sock = socket.create_connection((host, int(port)), timeout=5)
    sock.sendall(f"GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
    sock.recv(4096)
    return sock


def forget(kind):
    before = len(kept)
    if kind == "file":
        kept.append(open("/etc/hostname"))
    elif kind == "tempfile":  # no name leads to it
        kept.append(tempfile.TemporaryFile())
    elif kind == "pipe":
        kept.extend(os.pipe())
    elif kind == "epoll":
        kept.append(select.epoll())
    elif kind == "eventfd":
        kept.append(os.eventfd(0))
    elif kind == "unix":
        kept.extend(socket.socketpair())
    elif kind == "udp":
        kept.append(socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
    elif kind == "tcp":
        kept.append(socket.socket(socket.AF_INET, socket.SOCK_STREAM))
    elif kind == "close_wait":
        kept.append(connection("/hangup/200"))
    elif kind == "popen":  # the child has ended, its pipes are still held
        child = subprocess.Popen(["true"], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        child.wait()
        kept.extend((child.stdin, child.stdout))
    return len(kept) - before


def leak():
    leaked = 0
    for _ in range(plan.number("count", 60)):
        leaked += forget(plan.text("kind"))
        time.sleep(plan.seconds("pause") or 0.1)
    return leaked


def files():
    """Any files that are there to be read."""
    return glob.glob("/usr/lib/python3*/**/*.py", recursive=True)[:600]


def cache():
    """A cache of open files that never holds more than `count`: it fills, and then turns over."""
    held = collections.OrderedDict()
    names = files()
    for index in range(plan.number("rounds", 1000)):
        name = names[index * 7 % len(names)]
        if name not in held and len(held) >= plan.number("count", 60):
            held.popitem(last=False)[1].close()
        held.setdefault(name, None)
        held[name] = held[name] or open(name, "rb")
        held[name].seek(0)
        held[name].read(100)
        time.sleep(0.01)
    return 0


def hold():
    """Many files held from start to end, each read now and then, or never."""
    held = [open(name, "rb") for name in files()[:plan.number("count", 500)]]
    for _ in range(10):
        for file in held[::10]:
            file.seek(0)
            file.read(10)
        time.sleep(1)
    for file in held:
        file.close()
    return 0


def rotate():
    """A log that is closed and opened anew every 50 lines."""
    with tempfile.TemporaryDirectory() as folder:
        log = open(f"{folder}/log.0", "w")
        for line in range(1000):
            if line % 50 == 49:
                log.close()
                os.rename(f"{folder}/log.0", f"{folder}/log.{line}")
                log = open(f"{folder}/log.0", "w")
            log.write("a line\n")
            log.flush()
            time.sleep(0.01)
        log.close()
    return 0


def load():
    """Files in use grow with the load and fall with it: each is held for two seconds."""
    held = collections.deque()
    start = time.monotonic()
    while (age := time.monotonic() - start) < 12:
        for _ in range(int(4 - abs(age - 6) / 1.5)):
            held.append((time.monotonic(), open("/etc/hostname")))
        while held and time.monotonic() - held[0][0] > 2:
            held.popleft()[1].close()
        time.sleep(0.1)
    while held:
        held.popleft()[1].close()
    return 0


def pread():
    """A cache of files that fills, one file every 200 ms, each read again and again without a position."""
    with tempfile.TemporaryDirectory() as folder:
        held = []
        for index in range(plan.number("count", 50)):
            with open(f"{folder}/{index}", "wb") as file:
                file.write(b"x" * 8192)
            held.append(os.open(f"{folder}/{index}", os.O_RDWR))
            for fd in held:
                os.pread(fd, 8192, 0)
            time.sleep(0.2)
    return 0


def children():
    """A supervisor of quiet children: each has two pipes, a terminal, and a handle of the log that all share."""
    kept_children = []
    with tempfile.TemporaryDirectory() as folder:
        for _ in range(plan.number("count", 20)):
            terminal, its_side = os.openpty()
            child = subprocess.Popen(["sleep", "60"], stdin=its_side, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
            os.close(its_side)
            kept_children.append((child, terminal, open(f"{folder}/log", "ab")))
            time.sleep(0.4)
        time.sleep(8)
        for child, _, _ in kept_children:
            child.kill()
            child.wait()
    return 0


def threads():
    """Workers that come one by one, each with an eventfd and an event loop of its own, asleep until the end."""
    end = threading.Event()

    def work():
        wake, loop = os.eventfd(0), select.epoll()
        end.wait()
        os.close(wake)
        loop.close()

    workers = [threading.Thread(target=work) for _ in range(plan.number("count", 20))]
    for worker in workers:
        worker.start()
        time.sleep(0.4)
    time.sleep(8)
    end.set()
    for worker in workers:
        worker.join()
    return 0


def peers():
    """A server and its clients in another process, on unix sockets that are all kept; each says a word now and then."""
    with tempfile.TemporaryDirectory() as folder:
        listener = socket.socket(socket.AF_UNIX)
        listener.bind(f"{folder}/socket")
        listener.listen(64)
        client = os.fork()
        if client == 0:
            clients = []
            while len(clients) < plan.number("count", 20):
                clients.append(socket.socket(socket.AF_UNIX))
                clients[-1].connect(f"{folder}/socket")
                time.sleep(0.4)
                clients[0].send(b"x")
            time.sleep(8)
            os._exit(0)
        accepted = [listener.accept()[0] for _ in range(plan.number("count", 20))]
        os.waitpid(client, 0)
        return len(accepted) * 0


ways = {"leak": leak, "cache": cache, "hold": hold, "rotate": rotate, "load": load, "pread": pread, "children": children,
        "threads": threads, "peers": peers}
leaked = ways[plan.text("way", "leak")]()
plan.say(began=plan.now(), leaked=leaked)
while plan.text("stay") == "yes":
    time.sleep(1)
