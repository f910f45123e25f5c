#!/usr/bin/python3
"""What any user of a host can show of his processes, or ask of the web port: scans go on, memory and descriptors come back, what is
shown is valid and without tricks, and the agent accuses neither itself nor its reader."""

import contextlib
import json
import os
import pathlib
import re
import socket
import subprocess
import sys
import tempfile
import threading

from attackers import SETTINGS, built, holds, readers
from host import SKIPPED, SOCKWARDEN, Agent, check, end, until

OBEYED = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")  # by a terminal
TURNED = re.compile(r"[\u202a-\u202e\u2066-\u2069]")  # what is shown after them


def short_lived_control_groups(count):
    """Processes that are gone together with their control groups, before anybody can look."""
    mount = next(line.split()[1] for line in pathlib.Path("/proc/mounts").read_text().splitlines()
                 if line.split()[2] == "cgroup2")
    with socket.create_server(("127.0.0.1", 0), backlog=64) as server:
        for number in range(count):
            folder = pathlib.Path(mount, f"evil-{os.getpid()}-{number}")
            folder.mkdir()
            dial = "import socket, sys; socket.create_connection(('127.0.0.1', int(sys.argv[1]))).recv(1)"
            words = f'echo 0 > {folder}/cgroup.procs; exec /usr/bin/python3 -SIc "$0" "$1"'
            with subprocess.Popen(["sh", "-c", words, dial, str(server.getsockname()[1])]) as client:
                server.accept()[0].close()
                client.wait()
            until(lambda: not (folder / "cgroup.procs").read_text(), 5)
            folder.rmdir()


def slow_requests(port, over, count=400):
    """Connections to the web port that say a letter now and then, or nothing."""
    with contextlib.ExitStack() as stack:
        clients = [stack.enter_context(socket.socket()) for _ in range(count)]
        for number, client in enumerate(clients):
            client.settimeout(2)
            with contextlib.suppress(OSError):
                client.connect(("127.0.0.1", port))
                client.sendall(b"GET /metrics HT" if number % 2 else b"")
        while not over.wait(0.5):
            for client in clients[1::2]:
                with contextlib.suppress(OSError):
                    client.sendall(b"T")


def crowds(agent, program):
    over = threading.Event()
    threads = [threading.Thread(target=short_lived_control_groups, args=(60,)),
               threading.Thread(target=slow_requests, args=(agent.port, over))]
    waits = subprocess.Popen([program, "waits", "500", "8"], stdin=subprocess.DEVNULL)
    for thread in threads:
        thread.start()
    try:
        holds(agent, "200 processes of empty arguments, beside waits, control groups, slow requests",
              [program, "arguments", "200", "8"], longest_pause=10)  # a host of its own may be that busy
    finally:
        over.set()
        for thread in threads:
            thread.join()
        end(waits)


def what_is_shown(agent, program):
    """Of names that are markup, escape sequences and no UTF-8."""
    with subprocess.Popen([program, "names", "0", "12"], stdin=subprocess.DEVNULL) as attack:
        named = lambda: [one for one in agent.api("/api/v1/findings?state=all")["findings"] if "red" in one["process"]["comm"]]
        check("a process with such a name has its finding", bool(until(named, 20)), True)
        pages = {path: agent.get(path)[1] for path in ("/metrics", "/api/v1/findings?state=all", "/api/v1/connections", "/")}
        shown = subprocess.run([SOCKWARDEN, "findings", "--agent", f"http://127.0.0.1:{agent.port}"], capture_output=True,
                               timeout=30)
        end(attack)
    agent.log.seek(0)
    for name, text in (("the findings on a terminal", shown.stdout.decode()), ("the log", agent.log.read())):
        check(f"{name}: characters that a terminal obeys", OBEYED.findall(text) + TURNED.findall(text), [])
    for name in (name for name in pages if name.startswith("/api")):
        check(f"{name} is JSON", json.loads(pages[name])["status"], "success")
    check("the page holds no name of a process", "<img src=x" not in pages["/"], True)
    if subprocess.run(["which", "promtool"], capture_output=True).returncode == 0:
        done = subprocess.run(["promtool", "check", "metrics"], input=pages["/metrics"].encode(), capture_output=True)
        check("promtool finds no error", done.returncode, lambda status: status in (0, 3))  # 3: matters of style


def main():
    if os.geteuid() != 0:
        print("SKIPPED: needs root")
        return SKIPPED
    with tempfile.TemporaryDirectory(prefix="sockwarden-attacks-") as folder:
        settings = pathlib.Path(folder, "agent.yaml")
        settings.write_text(SETTINGS)
        program = built("crowd", folder)
        with Agent("--config", str(settings)) as agent:
            descriptors = agent.value("process_open_fds")
            crowds(agent, program)
            what_is_shown(agent, program)
            back = lambda: agent.value("process_open_fds") <= descriptors + 6  # the reader's, and a client's or two
            check("descriptors are given back", until(back, 15), True)
            own = [agent.process.pid, *readers(agent)]
            check("findings on the agent or its reader", [one["class"] for pid in own for one in agent.api(
                f"/api/v1/findings?state=all&pid={pid}")["findings"]], [])
            check("SIGTERM ends it with", end(agent.process), 0)
    return 0


if __name__ == "__main__":
    sys.exit(main())
