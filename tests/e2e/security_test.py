#!/usr/bin/python3
"""What SECURITY.md states, asked of a running agent."""

import base64
import collections
import contextlib
import http.client
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import threading
import time

from host import ROOT, SKIPPED, SOCKWARDEN, Agent, check, end, until

CAPABILITIES = {"CAP_DAC_READ_SEARCH": 2, "CAP_NET_ADMIN": 12, "CAP_SYS_PTRACE": 19, "CAP_PERFMON": 38, "CAP_BPF": 39}
# bcrypt of "right" at cost 10, some 50 ms of work
RIGHT = "$2b$10$abcdefghijklmnopqrstuu1VS0P7v3ZJmd2gzBFIzgfN7OOl6Rl52"
NOBODY = 65534


def told(path):
    """The lines of a status file of /proc."""
    return dict(line.split(":\t", 1) for line in pathlib.Path(path).read_text().splitlines() if ":\t" in line)


def mask(*names):
    return sum(1 << CAPABILITIES[name] for name in names)


def page():
    return (ROOT / "SECURITY.md").read_text()


def table_of_capabilities():
    """Name -> whether the page says that it is kept."""
    rows = re.findall(r"^\| `(CAP_\w+)` \|.*\| (kept|given up)[^|]*\|$", page(), re.MULTILINE)
    return {name: word == "kept" for name, word in rows}


def statements_on_the_process(agent):
    stated = table_of_capabilities()
    check("the page names what the unit grants", set(stated), set(CAPABILITIES))
    unit = (ROOT / "deploy/sockwarden.service").read_text()
    check("the unit's bounding set", set(re.search(r"^CapabilityBoundingSet=(.*)$", unit, re.M)[1].split()), set(stated))
    kept = mask(*(name for name, is_kept in stated.items() if is_kept))
    release = tuple(map(int, os.uname().release.split(".")[:2]))
    if release < (5, 19):
        kept |= mask("CAP_BPF")
    status = told(f"/proc/{agent.process.pid}/status")
    for name, expected in (("CapEff", kept), ("CapPrm", kept), ("CapInh", 0), ("CapAmb", 0), ("CapBnd", kept)):
        check(f"{name} of a running agent", hex(int(status[name], 16)), hex(expected))
    check("no_new_privs and seccomp", (status["NoNewPrivs"], status["Seccomp"]), ("1", "2"))
    threads = [told(task / "status") for task in pathlib.Path(f"/proc/{agent.process.pid}/task").iterdir()
               if int(task.name) != agent.process.pid]
    check("seccomp of every other thread", {thread["Seccomp"] for thread in threads}, {"2"})
    held = collections.Counter(int(thread["CapPrm"], 16) for thread in threads)
    certificates, reader = mask("CAP_DAC_READ_SEARCH"), mask("CAP_DAC_READ_SEARCH", "CAP_SYS_PTRACE")
    check("threads by what they hold", held,
          lambda held: held.keys() <= {0, certificates, reader} and held[certificates] <= 1 and held[reader] <= 1)
    scans = agent.value("sockwarden_scans_total")
    check("scans go on so", until(lambda: agent.value("sockwarden_scans_total") >= scans + 2, 10), True)
    check("scans that failed", agent.value("sockwarden_scan_failures_total"), 0)


def statements_on_the_unit():
    unit = re.sub(r"^ExecStart=\S+", "ExecStart=/bin/true", (ROOT / "deploy/sockwarden.service").read_text(), flags=re.M)
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder, "sockwarden.service")
        path.write_text(unit)
        report = subprocess.run(["systemd-analyze", "security", "--offline=true", str(path)], capture_output=True, text=True)
    exposure = re.search(r"exposure level for \S+: ([\d.]+)", report.stdout)[1]
    check("systemd-analyze security", float(exposure), lambda value: value <= 2.8)
    check("the page says so", f"gives it {exposure}" in page(), True)


def ask(agent, path, headers=None, uid=None):
    """Status and body; as another user where one is given."""
    if uid is None:
        connection = http.client.HTTPConnection("127.0.0.1", agent.port, timeout=30)
        with contextlib.closing(connection):
            connection.request("GET", path, headers=headers or {})
            response = connection.getresponse()
            return response.status, response.read().decode()
    result = subprocess.run(["setpriv", f"--reuid={uid}", f"--regid={uid}", "--clear-groups", "curl", "-s", "-w", "\n%{http_code}",
                             f"http://127.0.0.1:{agent.port}{path}"], capture_output=True, text=True, timeout=60)
    body, _, status = result.stdout.rpartition("\n")
    return int(status), body


LEAK = """
import socket, sys, time
server = socket.create_server(("127.0.0.1", 0))
held = []
for _ in range(30):
    held.append(socket.create_connection(server.getsockname()))
    server.accept()[0].close()
    time.sleep(0.1)
time.sleep(600)
"""


def statements_on_what_is_told(agent):
    for host, expected in ((f"localhost:{agent.port}", 200), ("evil.example", 421), (f"127.0.0.1:{agent.port}", 200)):
        check(f"Host: {host}", ask(agent, "/metrics", {"Host": host})[0], expected)
    check("/metrics%00", ask(agent, "/metrics%00")[0], 404)
    secrets = ["--password=hunter2", "--token", "hunter3", "postgres://app:hunter4@db/orders"]
    program = subprocess.Popen(["/usr/bin/python3", "-c", LEAK, *secrets], stdin=subprocess.DEVNULL)
    try:
        path = f"/api/v1/findings?pid={program.pid}"
        check("a finding is there", bool(until(lambda: json.loads(ask(agent, path)[1])["data"]["findings"], 40)), True)
        seen = {}
        for user in (None, NOBODY):
            body = ask(agent, path, uid=user)[1]
            check("a command line shows no secret", "hunter" not in body and "--password=***" in body, True)
            seen[user] = json.loads(body)["data"]["findings"][0]["process"]["exe"]
        check("the executable of root's process, told to root", bool(seen[None]), True)
        check("told to another user", seen[NOBODY], None)
    finally:
        end(program)


def basic(user, password):
    return {"Authorization": "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()}


def statements_on_passwords(folder):
    config = pathlib.Path(folder, "web.yaml")
    config.write_text(f"basic_auth_users:\n  prom: {RIGHT}\n")
    over, guesses = threading.Event(), [0]

    class Guarded(Agent):
        def get(self, path):
            return ask(self, path, basic("prom", "right"))

    def guess(agent, number):
        while not over.is_set():
            guesses[0] += 1
            with contextlib.suppress(OSError, http.client.HTTPException):
                ask(agent, "/metrics", basic("prom", f"{number}-{guesses[0]}"))

    with Guarded("--web.config.file", str(config)) as agent:
        threads = [threading.Thread(target=guess, args=(agent, number)) for number in range(20)]
        for thread in threads:
            thread.start()
        times, used, begin = [], agent.value("process_cpu_seconds_total"), time.monotonic()
        scans = agent.value("sockwarden_scans_total")
        while time.monotonic() - begin < 6:
            asked = time.monotonic()
            check("while 20 guess, the right password", agent.get("/metrics")[0], 200)
            times.append(time.monotonic() - asked)
            time.sleep(0.5)
        seconds = time.monotonic() - begin
        cpu = (agent.value("process_cpu_seconds_total") - used) / seconds
        done = agent.value("sockwarden_scans_total") - scans
        over.set()
        for thread in threads:
            thread.join()
        print(f"  guesses {guesses[0]}, longest wait of the right one {max(times):.2f} s, {cpu:.2f} cores")
        check("scans go on", done, lambda value: value >= seconds - 2)
        # Queued behind 20 checks each, it would wait for seconds every time.
        check("the right password waits for no guess", sorted(times)[len(times) // 2], lambda value: value < 1)


def main():
    if os.geteuid() != 0:
        print("SKIPPED: needs root")
        return SKIPPED
    statements_on_the_unit()
    with Agent() as agent:
        statements_on_the_process(agent)
        statements_on_what_is_told(agent)
    with tempfile.TemporaryDirectory(prefix="sockwarden-security-") as folder:
        statements_on_passwords(folder)
    return 0


if __name__ == "__main__":
    sys.exit(main())
