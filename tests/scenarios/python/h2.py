"""HTTP/2 without TLS, in which either side may speak first.

PLAN of the server: do = serve; first = server | client, whose SETTINGS come first.
PLAN of the client: do = forget (a client a request, left open) | share (one for all); rounds; pause.
"""

import socket
import struct
import threading
import time

import plan

DATA, HEADERS, SETTINGS = 0, 1, 4
END_STREAM, END_HEADERS, ACK = 1, 4, 1
PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
GET = b"\x82\x86\x84\x41\x01x"  # HPACK: :method GET, :scheme http, :path /, :authority x
OK = b"\x88"  # :status 200


def frame(kind, flags=0, stream=0, body=b""):
    return struct.pack(">I", len(body))[1:] + bytes([kind, flags]) + struct.pack(">I", stream) + body


def read_frame(stream):
    head = stream.read(9)
    if len(head) < 9:
        raise EOFError
    body = stream.read(int.from_bytes(head[:3], "big"))
    return head[3], head[4], int.from_bytes(head[5:], "big"), body


def serve_one(sock):
    stream = sock.makefile("rb")
    try:
        if plan.text("first") == "server":
            sock.sendall(frame(SETTINGS))
        stream.read(len(PREFACE))
        sock.sendall(frame(SETTINGS, ACK) if plan.text("first") == "server" else frame(SETTINGS) + frame(SETTINGS, ACK))
        while True:
            kind, _, number, _ = read_frame(stream)
            if kind == HEADERS:
                sock.sendall(frame(HEADERS, END_HEADERS, number, OK) + frame(DATA, END_STREAM, number, b"answer"))
    except (OSError, EOFError):
        sock.close()


def serve():
    listener = socket.create_server(("127.0.0.1", 0), backlog=64)
    plan.say(port=listener.getsockname()[1])
    while True:
        threading.Thread(target=serve_one, args=(listener.accept()[0],), daemon=True).start()


class Client:
    def __init__(self):
        host, _, port = plan.text("address").rpartition(":")
        self.sock = socket.create_connection((host, int(port)), timeout=10)
        self.stream, self.number = self.sock.makefile("rb"), 1
        time.sleep(0.05)  # the server's SETTINGS are there, if they come first
        self.sock.sendall(PREFACE + frame(SETTINGS))

    def get(self):
        self.sock.sendall(frame(HEADERS, END_HEADERS | END_STREAM, self.number, GET))
        while True:
            kind, flags, number, _ = read_frame(self.stream)
            if kind == SETTINGS and not flags & ACK:
                self.sock.sendall(frame(SETTINGS, ACK))
            if kind == DATA and flags & END_STREAM and number == self.number:
                break
        self.number += 2


clients = []


def ask():
    for index in range(plan.number("rounds")):
        if index == 0 or plan.text("do") == "forget":
            clients.append(Client())
        clients[-1].get()
        time.sleep(plan.seconds("pause") or 0)
    plan.say(leaked=len(clients))


{"serve": serve, "forget": ask, "share": ask}[plan.text("do")]()
plan.say(began=plan.now())
while plan.text("stay") == "yes":
    time.sleep(1)
