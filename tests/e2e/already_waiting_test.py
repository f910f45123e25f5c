#!/usr/bin/python3
"""Programs that hang before anyone looks: what they asked for was not seen, and yet those that wait for nothing else are
found, by a `check` and by an agent that starts later. What could as well be rest, or a wait by design, is no finding."""

import contextlib
import json
import shutil
import socket
import subprocess
import sys
import tempfile
import threading

from host import SOCKWARDEN, Agent, check, end, free_port, until
from servers import start_redis

SCANS = 14  # a second each: past three times the threshold of 4 s

BLOCKING = """
import http.client, sys, time
connection = http.client.HTTPConnection("127.0.0.1", int(sys.argv[1]), timeout=float(sys.argv[2]) or None)
for path in sys.argv[3:]:
    connection.request("GET", path)
    connection.getresponse().read()
    time.sleep(0.05)  # some ticks, by which the kernel tells who spoke last
sys.stdin.read()
"""
EVENT_LOOP = """
import asyncio, sys

async def main():
    reader, writer = await asyncio.open_connection("127.0.0.1", int(sys.argv[1]))
    writer.write(b"GET /stuck HTTP/1.1\\r\\nHost: localhost\\r\\n\\r\\n")
    await reader.readline()

asyncio.run(main())
"""
THREADS = """
import http.client, sys, threading

def ask():
    connection = http.client.HTTPConnection("127.0.0.1", int(sys.argv[1]))
    connection.request("GET", "/stuck")
    connection.getresponse().read()

for _ in range(3):
    threading.Thread(target=ask).start()
"""
SHIPPER = """
import socket, sys, threading
connection = socket.create_connection(("127.0.0.1", int(sys.argv[1])))
connection.sendall(b"one line of a log\\n")
threading.Thread(target=lambda: connection.recv(1), daemon=True).start()
sys.stdin.read()
"""
NODE = """
const [port, serves] = process.argv.slice(1);
if (serves) require('node:http').createServer((_, answer) => answer.end()).listen(0, '127.0.0.1');
require('node:http').get({host: '127.0.0.1', port, path: '/stuck', agent: false});
"""


class Server:
    """Answers /quick and nothing else; knows how often it was asked for what."""

    def __init__(self):
        self.socket = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.port = self.socket.getsockname()[1]
        self.asked = []
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            threading.Thread(target=self.serve, args=self.socket.accept()[:1], daemon=True).start()

    def serve(self, connection):
        while data := connection.recv(4096):
            self.asked.append(data.split(b" ")[1])
            if self.asked[-1] == b"/quick":
                connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")


def main():
    with contextlib.ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="sockwarden-already-"))
        server, redis_port = Server(), free_port()
        start_redis(stack, folder, redis_port)

        def start(*command):
            process = subprocess.Popen([str(part) for part in command], stdin=subprocess.PIPE,
                                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            stack.callback(end, process)
            return process.pid

        def python(text, *arguments):
            return start(sys.executable, "-c", text, server.port, *arguments)

        stuck = {"blocking": python(BLOCKING, 0, "/stuck"), "event loop": python(EVENT_LOOP),
                 "three threads": python(THREADS)}
        unseen = {"second request": python(BLOCKING, 0, "/quick", "/stuck"), "log shipper": python(SHIPPER)}
        healthy = {"90 s timeout": python(BLOCKING, 90, "/stuck"), "idle": python(BLOCKING, 0, "/quick"),
                   "subscriber": start("redis-cli", "-p", redis_port, "SUBSCRIBE", "news")}
        if shutil.which("node"):
            stuck["node"] = start("node", "-e", NODE, server.port)
            healthy["node that also serves"] = start("node", "-e", NODE, server.port, "serves")
        waiting = len(stuck) + 2 + len(unseen) + len(healthy) - 2  # the idle one and the subscriber were answered
        check("requests without an answer", until(lambda: sum(path != b"/quick" for path in server.asked) == waiting), True)

        watched = {**stuck, **unseen, **healthy}
        pids = [word for pid in watched.values() for word in ("--pid", str(pid))]
        looking = subprocess.Popen([SOCKWARDEN, "check", *pids, "--for", f"{SCANS + 4}s", "--format", "json"],
                                   stdout=subprocess.PIPE, text=True)
        stack.callback(end, looking)
        agent = stack.enter_context(Agent())

        names = {pid: name for name, pid in watched.items()}
        told = lambda findings: {names[one["process"]["pid"]]: (one["class"], one.get("phase"), one["confidence"])
                                 for one in findings if one["process"]["pid"] in names}
        expected = {name: ("missing-timeout", "header", "likely") for name in stuck}
        report = json.loads(looking.communicate(timeout=60)[0])
        check("a check finds", told(report["findings"]), expected)
        verdicts = {names[wait["pid"]]: wait["verdict"] for wait in report["waits"]}
        check("it tells of every wait what is known of its limit", verdicts,
              {name: "limited" if name == "90 s timeout" else "unproven" for name in
               {*stuck, *unseen, "90 s timeout", "node that also serves"} if name in watched})
        check("an agent that started later finds",
              until(lambda: told(agent.api("/api/v1/findings?state=all")["findings"]) == expected, 30), True)
        threads = agent.api(f"/api/v1/findings?pid={stuck['three threads']}")["findings"]
        check("connections of three threads", [one["count"] for one in threads], [3])
        evidence = [one["evidence"] for one in agent.api(f"/api/v1/findings?pid={stuck['blocking']}")["findings"]]
        check("its evidence", evidence[0], lambda facts: facts["blocked_in"] == "recvfrom" and
              facts["received_bytes"] == 0 and facts["sent_bytes"] > 30 and facts["so_rcvtimeo_seconds"] is None)
    return 0


if __name__ == "__main__":
    sys.exit(main())
