"""A worker on a Redis list: BLPOP with its own timeout, over and over; the socket's limit lies above it."""

import socket

import plan

host, _, port = plan.text("address").rpartition(":")
with socket.create_connection((host, int(port)), timeout=5) as sock:
    sock.settimeout(plan.seconds("timeout"))
    wait = plan.text("wait")
    empty = 0
    for _ in range(plan.number("attempts", 2)):
        sock.sendall(f"*3\r\n$5\r\nBLPOP\r\n$4\r\njobs\r\n${len(wait)}\r\n{wait}\r\n".encode())
        empty += sock.recv(4096) == b"*-1\r\n"
    plan.say(empty=empty)
