#!/usr/bin/python3
"""Handshakes of real TLS clients and of nginx are counted once an end, with the time that they took; others are not."""

import contextlib
import os
import pathlib
import socket
import ssl
import subprocess
import sys
import tempfile
import time

from host import SKIPPED, Agent, check, free_port, nginx, until

METRIC = "sockwarden_tls_handshake_duration_seconds"
DELAY = 0.4


def certificate(folder):
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
                    "-days", "1", "-subj", "/CN=shop", "-addext", "subjectAltName=IP:127.0.0.1",
                    "-keyout", f"{folder}/shop.key", "-out", f"{folder}/shop.pem"], check=True, capture_output=True)
    return f"ssl_certificate {folder}/shop.pem; ssl_certificate_key {folder}/shop.key; ssl_protocols TLSv1.2 TLSv1.3;"


class Counts:
    """Handshakes and their seconds since this was made, of a client program and of nginx."""

    def __init__(self, agent, comm):
        self.agent = agent
        self.of = {"client": comm, "server": "nginx"}
        self.before = {role: self.now(role) for role in self.of}

    def now(self, role):
        labels = {"comm": self.of[role], "role": role}
        return self.agent.value(f"{METRIC}_count", **labels), self.agent.value(f"{METRIC}_sum", **labels)

    def grown(self, role):
        return tuple(now - before for now, before in zip(self.now(role), self.before[role]))

    def become(self, claim, expected):
        for role in self.of:
            until(lambda: self.grown(role)[0] >= expected, 15)
            check(f"{claim}: handshakes of the {role}", self.grown(role)[0], expected)


def curl(url, *arguments, succeeds=True):
    result = subprocess.run(["curl", "-s", "-o", "/dev/null", *arguments, url], check=False)
    check("curl ends well" if succeeds else "curl refuses", result.returncode == 0, succeeds)


def closed_by(agent, comm, number):
    """Waits until so many connections of a program have ended, so that what they did not count stays uncounted."""
    closed = lambda: agent.value("sockwarden_connections_closed_total", comm=comm, role="client")
    before = closed()
    return lambda: check(f"connections of {comm} that ended", until(lambda: closed() - before >= number, 15), True)


def short_connections(agent, url, authority):
    for version in ("1.2", "1.3"):
        counts = Counts(agent, "curl")
        began = time.monotonic()
        for _ in range(5):
            curl(url, "--cacert", authority, f"--tlsv{version}", "--tls-max", version)
        counts.become(f"five connections of TLS {version}", 5)
        for role in ("client", "server"):
            check(f"their seconds, seen by the {role}", counts.grown(role)[1],
                  lambda spent: 0 < spent < time.monotonic() - began)
    counts = Counts(agent, "curl")
    curl(url, "--cacert", authority, url, "-o", "/dev/null")
    counts.become("two requests on one connection", 1)


def open_connection(agent, port):
    counts = Counts(agent, "openssl")
    client = subprocess.Popen(["openssl", "s_client", "-quiet", "-connect", f"127.0.0.1:{port}"], stdin=subprocess.PIPE,
                              stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        counts.become("a connection that stays open", 1)
    finally:
        ended = closed_by(agent, "openssl", 1)
        client.kill()
        client.wait()
    ended()
    counts.become("the same, closed", 1)


def flights(port, authority, pause):
    """A client that thinks before it answers the server's first flight."""
    context = ssl.create_default_context(cafile=authority)
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    tls = context.wrap_bio(incoming, outgoing, server_hostname="127.0.0.1")
    with socket.create_connection(("127.0.0.1", port)) as connection:
        while True:
            try:
                tls.do_handshake()
                connection.sendall(outgoing.read())
                return
            except ssl.SSLWantReadError:
                connection.sendall(outgoing.read())
                incoming.write(connection.recv(65536))
                time.sleep(pause)


def slow_client(agent, port, authority):
    own = pathlib.Path("/proc/self/comm").read_text().strip()
    counts = Counts(agent, own)
    flights(port, authority, DELAY)
    counts.become("a client that takes its time", 1)
    for role in ("client", "server"):
        check(f"its seconds, seen by the {role}", counts.grown(role)[1], lambda spent: DELAY <= spent < 20)


def no_handshakes(agent, port, plain, url):
    counts = Counts(agent, "curl")
    ended = closed_by(agent, "curl", 3)
    curl(f"http://127.0.0.1:{plain}/")
    curl(url, "--tls-max", "1.2", succeeds=False)
    curl(url, succeeds=False)
    ended()
    counts.become("a plain request, and two clients that refuse the certificate", 0)
    own = pathlib.Path("/proc/self/comm").read_text().strip()
    counts, ended = Counts(agent, own), closed_by(agent, own, 1)
    with socket.create_connection(("127.0.0.1", port)) as half:
        half.sendall(bytes.fromhex("16030100300100002c0303") + bytes(20))
    ended()
    counts.become("half a hello", 0)


def main():
    if os.geteuid() != 0:
        print("SKIPPED: the agent needs root")
        return SKIPPED
    with contextlib.ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="sockwarden-tls-"))
        port = free_port()
        extra = f"listen 127.0.0.1:{port} ssl; {certificate(folder)}"
        plain = stack.enter_context(nginx(extra=extra))
        agent = stack.enter_context(Agent())
        url, authority = f"https://127.0.0.1:{port}/", f"{folder}/shop.pem"
        short_connections(agent, url, authority)
        open_connection(agent, port)
        slow_client(agent, port, authority)
        no_handshakes(agent, port, plain, url)
    return 0


if __name__ == "__main__":
    sys.exit(main())
