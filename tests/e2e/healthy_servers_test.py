#!/usr/bin/python3
"""nginx, haproxy, PostgreSQL and Redis at their defaults, loaded and with idle clients: nothing is found wrong.

HEALTHY_SERVERS_SECONDS says for how long they are loaded; a minute unless it is set."""

import contextlib
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time

from host import SKIPPED, Agent, check, free_port
from servers import POSTGRES, database, start_haproxy, start_nginx, start_postgres, start_redis

LOADED_SECONDS = int(os.environ.get("HEALTHY_SERVERS_SECONDS", 60))
IDLE_CLIENTS = 5


def idle_client(stack, port):
    """A client that asked once, and keeps its connection."""
    connection = stack.enter_context(socket.create_connection(("127.0.0.1", port), 10))
    connection.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
    return connection.recv(4096).startswith(b"HTTP/1.1 200")


class Load:
    """Programs that keep the servers busy, one after another until the time is over."""

    def __init__(self, commands):
        self.pids, self.failed = [], []
        self.until = time.monotonic() + LOADED_SECONDS
        self.threads = [threading.Thread(target=self.keep_running, args=(command,)) for command in commands]

    def keep_running(self, command):
        while time.monotonic() < self.until:
            process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                                       stderr=subprocess.DEVNULL)
            self.pids.append(process.pid)
            try:
                status = process.wait(LOADED_SECONDS + 20)
            except subprocess.TimeoutExpired:
                process.kill()
                status = process.wait()
            if status != 0:
                self.failed.append(f"{command[0]}: {status}")
                return

    def __enter__(self):
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *_):
        for thread in self.threads:
            thread.join()


def found(agent, pid):
    return [f"{one['class']} {one.get('phase', '')}{one.get('cause', '')} of {one['process']['comm']}: {one['summary']}"
            for one in agent.api(f"/api/v1/findings?state=all&pid={pid}")["findings"]]


def main():
    missing = [tool for tool in ("nginx", "haproxy", "redis-server", "redis-benchmark", "pgbench", "wrk")
               if not shutil.which(tool)]
    if missing or not POSTGRES:
        print(f"  skipped: not installed: {', '.join(missing) or 'postgresql'}")
        return SKIPPED
    with contextlib.ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="sockwarden-healthy-"))
        os.chmod(folder, 0o755)  # PostgreSQL and nginx's workers are other users
        agent = stack.enter_context(Agent())
        web, proxy, redis, postgres = (free_port() for _ in range(4))
        servers = {"nginx": start_nginx(stack, folder, web), "haproxy": start_haproxy(stack, folder, proxy, web),
                   "Redis": start_redis(stack, folder, redis), "PostgreSQL": start_postgres(stack, folder, postgres)}
        seconds = str(LOADED_SECONDS)
        with Load([["wrk", "-t1", "-c20", f"-d{seconds}", f"http://127.0.0.1:{web}/"],
                   ["wrk", "-t1", "-c20", f"-d{seconds}", f"http://127.0.0.1:{proxy}/"],
                   ["pgbench", "-c", "8", "-T", seconds, *database(postgres)],
                   ["redis-benchmark", "-p", str(redis), "-c", "50", "-n", "50000", "-q", "-t", "get,set,lpush"]]) as load:
            for port in [web, proxy] * IDLE_CLIENTS:
                check("an idle client was answered first", idle_client(stack, port), True)
                time.sleep(1)
        check("load generators that failed", load.failed, [])
        for name, pid in servers.items():
            check(f"findings about {name}", found(agent, pid), [])
        check("findings about the load generators", [text for pid in load.pids for text in found(agent, pid)], [])
    return 0


if __name__ == "__main__":
    sys.exit(main())
