#!/usr/bin/python3
"""Connections and exchanges of real programs are counted exactly, through every variant and with any ring size."""

import json
import re
import subprocess
import sys
import tempfile

from host import ROOT, Agent, check, compiled, nginx, until

POORER = "hash,receive-only,no-reason,no-cast"


def run(*command):
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def counts(agent, comm, role):
    """(opened, closed, exchanges) of a program."""
    return tuple(agent.value(f"sockwarden_{name}_total", comm=comm, role=role)
                 for name in ("connections_opened", "connections_closed", "exchanges"))


def expect(agent, claim, comm, role, wanted):
    until(lambda: counts(agent, comm, role) == wanted, 15)
    check(f"{claim}: opened, closed, exchanges of {comm} ({role})", counts(agent, comm, role), wanted)


def difference(agent, before, comm, role):
    return tuple(now - then for now, then in zip(counts(agent, comm, role), before))


def h2load(agent, port):
    before = counts(agent, "nginx", "server")
    run("h2load", "--h1", "-n50000", "-c50", f"http://127.0.0.1:{port}/")
    expect(agent, "h2load, 50,000 requests on 50 connections", "h2load", "client", (50, 50, 50000))
    until(lambda: difference(agent, before, "nginx", "server") == (50, 50, 50000), 15)
    check("the same at nginx", difference(agent, before, "nginx", "server"), (50, 50, 50000))


def wrk(agent, port):
    output = run("wrk", "-t2", "-c20", "-d3", f"http://127.0.0.1:{port}/")
    requests = int(re.search(r"(\d+) requests in", output)[1])
    until(lambda: counts(agent, "wrk", "client")[1] >= 20, 15)
    opened, closed, exchanges = counts(agent, "wrk", "client")
    check("wrk: connections opened and closed", (opened, closed), lambda pair: pair[0] == pair[1] and pair[0] in (20, 21))
    check(f"wrk: exchanges, of {requests} requests and at most 20 in flight", exchanges,
          lambda exchanges: requests <= exchanges <= requests + 20)


def curl(agent, port):
    total = 0
    for requests in (1, 5, 100):
        run("curl", "-s", *[f"http://127.0.0.1:{port}/{i}" for i in range(requests)], "-o", "/dev/null")
        total += requests
    expect(agent, "curl with 1, 5 and 100 requests", "curl", "client", (3, 3, total))


def reconnect(agent, port, program, rounds):
    before = counts(agent, "nginx", "server")
    run(program, str(port), str(rounds))
    expect(agent, f"{rounds} times connect, send, receive, close", "reconnect", "client", (rounds, rounds, rounds))
    until(lambda: difference(agent, before, "nginx", "server") == (rounds, rounds, rounds), 15)
    check("the same at nginx", difference(agent, before, "nginx", "server"), (rounds, rounds, rounds))


def lost(agent):
    return agent.value("sockwarden_details_lost_total")


def main():
    with tempfile.TemporaryDirectory(prefix="sockwarden-traffic-") as folder:
        program = compiled(ROOT / "tests/e2e/reconnect.c", "reconnect", folder)
        for name, arguments, rounds in (("chosen by itself", (), 100000),
                                        ("poorer variant", ("--kernel-variant", POORER), 20000)):
            print(f"{name}:", flush=True)
            with nginx() as port, Agent(*arguments) as agent:
                h2load(agent, port)
                wrk(agent, port)
                curl(agent, port)
                reconnect(agent, port, program, rounds)
                check("details lost", lost(agent), 0)
                check("records lost", agent.value("sockwarden_losses_total", kind="record"), 0)
        print("a ring of 4 KiB:", flush=True)
        with nginx() as port, Agent("--ring-bytes", "4096") as agent:
            reconnect(agent, port, program, 20000)
            print(f"  details lost: {lost(agent):.0f} (the totals above are exact all the same)")
            check("the status says so too", agent.api("/api/v1/status")["losses"], lambda losses: json.dumps(losses))


if __name__ == "__main__":
    sys.exit(main())
