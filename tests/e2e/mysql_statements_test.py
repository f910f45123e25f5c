#!/usr/bin/python3
"""Statements that the agent counts for a MySQL client are those that MariaDB itself counts: text, prepared, executed."""

import contextlib
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

from host import ROOT, SKIPPED, Agent, check, until

sys.path.insert(0, str(ROOT / "tests" / "scenarios"))
from runner.build import Builder  # noqa: E402
from runner.process import Process  # noqa: E402
from runner.services import Services  # noqa: E402

GO = {"do": "database", "engine": "mysql", "workers": 4, "max_idle": 4, "rounds": 20, "takes": 0.01, "stay": "yes"}
# What runs, its plan, and the share of text as `sockwarden pools` must have it.
CLIENTS = (("go, a statement prepared for each execution", "go", GO, (0, 80, 80)),
           ("go, statements as text", "go", {**GO, "statements": "text"}, (80, 0, 0)),
           ("go, a statement prepared once a connection", "go", {**GO, "statements": "prepared"}, (0, 4, 80)),
           ("go, transactions", "go", {**GO, "work": "commit"}, (240, 0, 0)),
           ("PyMySQL, one connection", "python database_mysql", {"work": "shared", "rounds": 25, "stay": "yes"}, (51, 0, 0)))  # with SET AUTOCOMMIT = 0


class Server:
    def __init__(self, place):
        self.host, self.port = place.split(":")
        self.own = 0
        first = self.counted()
        self.own = self.counted()["text"] - first["text"]  # what a look at the counters adds to them

    def counted(self):
        """Statements since the server started, by how they came, without this look."""
        rows = subprocess.run(["mariadb", "--no-defaults", "-h", self.host, "-P", self.port, "-u", "scenarios", "-pscenarios", "-N", "-e",
                               "SHOW GLOBAL STATUS"], check=True, capture_output=True, text=True).stdout
        values = dict(line.split("\t", 1) for line in rows.splitlines())
        executed = int(values["Com_stmt_execute"])
        return {"text": int(values["Questions"]) - executed - self.own, "prepared": int(values["Com_stmt_prepare"]),
                "executed": executed}


def statements(agent, pid):
    for pool in agent.api("/api/v1/pools")["pools"]:
        if pool["process"]["pid"] == pid and pool["protocol"] == "mysql":
            return pool["statements"], pool
    return {}, {}


def main():
    missing = [tool for tool in ("mariadbd", "mariadb", "go") if not shutil.which(tool)]
    if missing:
        print(f"  skipped: not installed: {', '.join(missing)}")
        return SKIPPED
    build = ROOT / "build" / "scenarios"
    build.mkdir(parents=True, exist_ok=True)
    builder = Builder(build)
    builder.build({"go"})
    with contextlib.ExitStack() as stack:
        folder = pathlib.Path(tempfile.mkdtemp(prefix="sockwarden-mysql-"))
        os.chmod(folder, 0o755)  # the server is another user
        services = Services(folder)
        stack.callback(services.end)
        services.start({"mysql"})
        server = Server(services.places["mysql"])
        agent = stack.enter_context(Agent())
        for number, (about, kind, plan, expected) in enumerate(CLIENTS):
            before = server.counted()
            client = Process(builder.command(kind), {"address": services.places["mysql"], **plan}, {}, folder / f"{number}.log")
            stack.callback(client.end)
            check(f"{about}: did its work", client.wait_for("began", 60), True)
            after = server.counted()
            by_server = {key: after[key] - before[key] - (server.own if key == "text" else 0) for key in after}
            check(f"{about}: what MariaDB counted", tuple(by_server.values()), expected)
            until(lambda: statements(agent, client.pid)[0] == by_server)
            seen, pool = statements(agent, client.pid)
            check(f"{about}: what the agent counted", seen, by_server)
            check(f"{about}: nothing is in use at rest", until(lambda: statements(agent, client.pid)[1]["in_use"] == 0), True)
            check(f"{about}: the account and the database", pool["name"], "scenarios/shop")
            client.end()
    return 0


if __name__ == "__main__":
    sys.exit(main())
