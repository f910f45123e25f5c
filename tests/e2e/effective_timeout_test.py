#!/usr/bin/python3
"""A client that gives up after 25 s on a server that is stuck: silent in both profiles, and a known timeout of 25 s after
the second attempt. The same clients without a timeout are found."""

import contextlib
import http.server
import json
import os
import shutil
import subprocess
import sys
import tempfile
import threading

from host import Agent, check, end, until

TIMEOUT = 25
PATHS = ["/quick"] * 3 + ["/stuck"] * 2

# Each is asked three times what is answered at once, then twice what is not. The first leaves its limit to the socket, the
# others to a timer of their event loop.
BLOCKING = """
import http.client, sys
port, limit, paths = int(sys.argv[1]), float(sys.argv[2]) or None, sys.argv[3:]
connection = http.client.HTTPConnection("127.0.0.1", port, timeout=limit)
for path in paths:
    try:
        connection.request("GET", path)
        connection.getresponse().read()
    except TimeoutError:
        connection.close()
"""
EVENT_LOOP = """
import asyncio, sys
port, limit, paths = int(sys.argv[1]), float(sys.argv[2]) or None, sys.argv[3:]

async def main():
    streams = None
    for path in paths:
        streams = streams or await asyncio.open_connection("127.0.0.1", port)
        streams[1].write(f"GET {path} HTTP/1.1\\r\\nHost: localhost\\r\\n\\r\\n".encode())
        try:
            await asyncio.wait_for(streams[0].readuntil(b"ok"), limit)
        except asyncio.TimeoutError:
            streams[1].close()
            streams = None

asyncio.run(main())
"""
NODE = """
const http = require('node:http');
const [port, limit, ...paths] = process.argv.slice(1);
const agent = new http.Agent({keepAlive: true, maxSockets: 1});
const get = (path) => new Promise((done) => {
  const signal = Number(limit) ? AbortSignal.timeout(limit * 1000) : undefined;
  http.get({host: '127.0.0.1', port, path, agent, signal}, (response) => response.resume().on('end', done)).on('error', done);
});
(async () => { for (const path of paths) await get(path); })();
"""


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    taken = threading.Lock()

    def do_GET(self):
        if self.path == "/stuck":
            self.taken.acquire()  # and never given back: from the second request on nothing is answered
        else:
            self.send_response(200)
            self.send_header("Content-Length", "2")
            self.end_headers()
            self.wfile.write(b"ok")

    def log_message(self, *_):
        pass


def serve():
    """A server whose handlers wait for a lock that nobody gives back, on a port for each client."""
    Handler.taken.acquire()
    servers = [http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) for _ in range(6)]
    for server in servers:
        threading.Thread(target=server.serve_forever, daemon=True).start()
    print(json.dumps([server.server_port for server in servers]), flush=True)
    threading.Event().wait()


def start(stack, command, **options):
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL, **options)
    stack.callback(end, process)
    return process


def found(agent, process, state="all"):
    return [f"{one['class']} {one.get('phase', '')} {one['confidence']} {one['state']}: {one['summary']}"
            for one in agent.api(f"/api/v1/findings?state={state}&pid={process.pid}")["findings"]]


def waits_for_ever(agent, process):
    return [one for one in found(agent, process, "active") if one.startswith("missing-timeout header")]


def timeouts(agent, port):
    return [one for one in agent.api("/api/v1/timeouts")["timeouts"] if one["endpoint"] == f"127.0.0.1:{port}"]


def main():
    with contextlib.ExitStack() as stack:
        production = stack.enter_context(Agent(profile="production"))
        development = stack.enter_context(Agent(profile="development"))
        server = start(stack, [sys.executable, __file__, "serve"], stdout=subprocess.PIPE)
        ports = iter(json.loads(server.stdout.readline()))
        kinds = {"a blocking socket": ["/usr/bin/python3", "-c", BLOCKING],
                 "asyncio": ["/usr/bin/python3", "-c", EVENT_LOOP]}
        if node := shutil.which("node"):
            kinds["Node"] = [node, "-e", NODE]
        limited, endless = {}, {}
        for name, command in kinds.items():
            for group, limit in ((limited, TIMEOUT), (endless, 0)):
                port = next(ports)
                # Node takes what follows -- as the program's own.
                rest = [str(port), str(limit), *PATHS]
                group[name] = port, start(stack, command + rest)

        for name, (_, process) in endless.items():
            check(f"{name} without a timeout is found in development",
                  until(lambda: waits_for_ever(development, process), 20), lambda has: len(has) == 1)
        for name, (_, process) in endless.items():
            check(f"{name} without a timeout is found in production",
                  until(lambda: waits_for_ever(production, process), 45), lambda has: len(has) == 1)
        for name, (_, process) in limited.items():
            check(f"{name} gave up twice", until(lambda: process.poll() is not None, 2 * TIMEOUT), True)
        for name, (port, process) in limited.items():
            for profile, agent in (("production", production), ("development", development)):
                known = until(lambda: timeouts(agent, port), 10)
                check(f"{name}, {profile}: the timeout that it has shown", known,
                      lambda rows: len(rows) == 1 and rows[0]["phase"] == "header"
                      and abs(rows[0]["effective_timeout_seconds"] - TIMEOUT) < TIMEOUT / 10)
                check(f"{name}, {profile}: findings, resolved ones too", found(agent, process), [])
        for port, _ in endless.values():
            check("a client without a timeout has shown none", timeouts(production, port), [])
        for name, (port, _) in limited.items():
            production.log.seek(0)
            lines = [line for line in production.log if f"on 127.0.0.1:{port} after" in line]
            check(f"{name}: lines about it in the log", len(lines), 1)
    return 0


if __name__ == "__main__":
    sys.exit(serve() if sys.argv[1:] == ["serve"] else main())
