"""Descriptors: forgotten one after the other, or held as a program holds them that knows what it does."""

import collections
import glob
import os
import select
import socket
import subprocess
import tempfile
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
    return glob.glob("/usr/share/**/*.py", recursive=True)[:600] or glob.glob("/usr/lib/python3/**/*.py", recursive=True)[:600]


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


ways = {"leak": leak, "cache": cache, "hold": hold, "rotate": rotate, "load": load}
leaked = ways[plan.text("way", "leak")]()
plan.say(began=plan.now(), leaked=leaked)
while plan.text("stay") == "yes":
    time.sleep(1)
