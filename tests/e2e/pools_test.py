#!/usr/bin/python3
"""A hundred goroutines on a Go transport that keeps two idle connections: `sockwarden pools` says that 98 of 100 are thrown away
each time, names the two, and suggests a number; with that number applied the same program is silent."""

import contextlib
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

from host import ROOT, SKIPPED, SOCKWARDEN, Agent, check, until

sys.path.insert(0, str(ROOT / "tests/scenarios"))
from runner.build import Builder  # noqa: E402
from runner.process import Process  # noqa: E402

WORKERS = 100


class Shop:
    """The scenarios's Go client against the scenarios's server, whose answers take 50 ms."""

    def __init__(self, stack, builder, folder):
        self.stack, self.builder, self.folder = stack, builder, folder
        server = self.start("scripted", listen="plain4")
        if not server.wait_for("ports", 20):
            raise SystemExit("the server did not start")
        self.url = f"http://127.0.0.1:{server.facts['ports']['plain4']}/slow/0.05"

    def start(self, kind, **plan):
        environment = {"PYTHONPATH": str(ROOT / "tests/scenarios/python")}
        process = Process(self.builder.command(kind), plan, environment, pathlib.Path(self.folder, f"{kind}.log"))
        self.stack.callback(process.end)
        return process

    def work(self, kept):
        return self.start("go", do="rounds", url=self.url, client="bare", workers=WORKERS, idle_per_host=kept, rounds=40,
                          pause=0.1, timeout=10, stay="yes")


def pools(agent, pid, *arguments):
    return subprocess.run([SOCKWARDEN, "pools", "--agent", f"http://127.0.0.1:{agent.port}", "--pid", str(pid), *arguments],
                          check=True, capture_output=True, text=True, env={**os.environ, "COLUMNS": "80"}).stdout


def advice(agent, pid):
    """What is suggested for how many idle connections to keep."""
    rows = json.loads(pools(agent, pid, "--format", "json"))["pools"]
    return [one for row in rows for one in row["advice"] if one["setting"] == "idle connections kept"]


def findings(agent, pid):
    return agent.api(f"/api/v1/findings?state=all&pid={pid}")["findings"]


def wasteful(agent, shop):
    """Runs it as it comes; returns the number that is suggested."""
    program = shop.work(kept=2)
    check("the program has done its rounds", program.wait_for("began", 120), True)
    said = until(lambda: [one for one in advice(agent, program.pid) if one["value"] == str(WORKERS)])
    check("one number of connections to keep is suggested", len(said), 1)
    text = pools(agent, program.pid)
    print(re.sub("^", "  | ", text.rstrip(), flags=re.M))
    flat = " ".join(text.split())
    check("98 of 100 are thrown away", "98 of 100 are thrown away each time" in flat, True)
    check("the limit is named", "only 2 are kept" in flat, True)
    check("a number is suggested", f"idle connections kept: {WORKERS}" in flat, True)
    check("Go's name of it is given", "Go MaxIdleConnsPerHost" in flat, True)
    check("the widest line", max(map(len, text.splitlines())), lambda columns: columns <= 80)
    found = findings(agent, program.pid)
    check("the finding", [(one["class"], one.get("cause")) for one in found], [("pool-churn", "idle-limit")])
    check("its limit", found[0]["evidence"]["kept_idle"], 2)
    program.end()
    return int(said[0]["value"])


def tuned(agent, shop, kept):
    program = shop.work(kept)
    check("the tuned program has done its rounds", program.wait_for("began", 120), True)
    # Go dials once more where a connection comes back late; the program counts its dials itself.
    expected = (program.facts["opened"], min(program.facts["opened"], WORKERS))
    until(lambda: opened(agent, program.pid) == expected)
    check("all its connections are in one pool and kept", opened(agent, program.pid), expected)
    check("nothing more to keep is suggested", advice(agent, program.pid), [])
    check("findings about it", findings(agent, program.pid), [])


def opened(agent, pid):
    rows = json.loads(pools(agent, pid, "--format", "json"))["pools"]
    return (rows[0]["opened"], rows[0]["open"]) if len(rows) == 1 else rows


def main():
    if not shutil.which("go"):
        print("  skipped: not installed: go")
        return SKIPPED
    builder = Builder(ROOT / "build/scenarios")
    builder.build({"go"})
    with contextlib.ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="sockwarden-pools-"))
        agent = stack.enter_context(Agent())
        shop = Shop(stack, builder, folder)
        tuned(agent, shop, wasteful(agent, shop))
    return 0


if __name__ == "__main__":
    sys.exit(main())
