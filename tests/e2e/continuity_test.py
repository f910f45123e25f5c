#!/usr/bin/python3
"""Findings are the same ones after a restart of the agent, as far as the kernel still shows the facts, and none is reported
twice after SIGHUP."""

import collections
import contextlib
import os
import pathlib
import re
import signal
import subprocess
import sys
import tempfile

from host import Agent, check, end, until

WORKLOAD = pathlib.Path(__file__).with_name("dashboards_workload.py")
DIAL = """
import socket, sys
socket.create_connection(("127.0.0.1", int(sys.argv[1])), float(sys.argv[2]) or None)
"""
SCANS = 4  # a second each in this profile


def start(stack, python, *arguments):
    process = subprocess.Popen([python, *map(str, arguments)], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                               stderr=subprocess.DEVNULL, text=True)
    stack.callback(end, process)
    return process


def ids(agent, pids, state="active"):
    """Finding ids by what they say, of these processes."""
    return {(one["process"]["pid"], one["class"], one.get("phase", "")): one["id"]
            for pid in pids for one in agent.api(f"/api/v1/findings?state={state}&pid={pid}")["findings"]}


def log_of(agent):
    return pathlib.Path(agent.log.name).read_text()


def reported(agent, identities):
    """How often the log tells of each."""
    counts = collections.Counter(re.findall(r"f-[0-9a-f]{16}", log_of(agent)))
    return {one: counts[one] for one in identities}


def totals(agent, comm):
    return sorted((labels["class"], labels.get("qualifier", ""), value) for name, labels, value in agent.samples()
                  if name == "sockwarden_finding_subjects_total" and labels["comm"] == comm)


def scans(agent):
    return agent.value("sockwarden_scans_total")


def after_scans(agent, count):
    before = scans(agent)
    return until(lambda: scans(agent) >= before + count, 30)


def main():
    with contextlib.ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="sockwarden-continuity-"))
        configuration = pathlib.Path(folder, "sockwarden.yaml")
        configuration.write_text("findings:\n  retention: 20m\n")
        first = stack.enter_context(Agent("--config", str(configuration)))

        # A name of their own: totals are by name, and this host runs other programs.
        python = pathlib.Path(folder, f"continuity-{os.getpid()}"[-15:])
        python.symlink_to("/usr/bin/python3")
        stalled, leaking = start(stack, python, WORKLOAD, "stall", 4), start(stack, python, WORKLOAD, "leak-connections", 5)
        full = int(stalled.stdout.readline())
        leaking.stdout.readline()
        endless, limited = start(stack, python, "-c", DIAL, full, 0), start(stack, python, "-c", DIAL, full, 300)
        serving = start(stack, python, WORKLOAD, "serve")
        sick, healthy = [stalled.pid, leaking.pid, endless.pid], [limited.pid, serving.pid]
        expected = {(stalled.pid, "listen-overflow", ""), (leaking.pid, "connection-leak", ""),
                    (endless.pid, "missing-timeout", "dial")}
        until(lambda: set(ids(first, sick)) == expected, 40)
        known = ids(first, sick)
        check("findings", set(known), expected)

        check("totals", before := totals(first, python.name), lambda all: len(all) == len(expected))
        for text in ("findings:\n  retention: 30m\n", "findings:\n  retention: 20m\n"):
            configuration.write_text(text)
            read = log_of(first).count("settings reloaded")
            first.process.send_signal(signal.SIGHUP)
            check("the configuration is read again", until(lambda: log_of(first).count("settings reloaded") > read), True)
            check("it looks again", after_scans(first, SCANS), True)
        check("findings after SIGHUP, resolved ones too", ids(first, sick, "all"), known)
        check("each is told once by the log", reported(first, known.values()), {one: 1 for one in known.values()})
        check("each is counted once", totals(first, python.name), before)
        check("findings of the healthy", ids(first, healthy, "all"), {})

        end(first.process)
        second = stack.enter_context(Agent("--config", str(configuration)))
        # A leak is told where it is seen to grow: held and growing no more, it is to the second agent a pool at rest.
        shown = {key: one for key, one in known.items() if key[0] != leaking.pid}
        until(lambda: ids(second, sick) == shown, 40)
        check("findings after a restart", ids(second, sick), shown)
        check("each is told once by its log", reported(second, shown.values()), {one: 1 for one in shown.values()})
        end(endless)
        stalled.stdin.write("\n")
        stalled.stdin.flush()
        healed = {known[key] for key in known if key[0] in (stalled.pid, endless.pid)}
        resolved = lambda: set(ids(second, sick, "resolved").values()) >= healed
        check("what heals is resolved under the same identity", until(resolved, 20), True)
        check("findings of the healthy", ids(second, healthy, "all"), {})
    return 0


if __name__ == "__main__":
    sys.exit(main())
