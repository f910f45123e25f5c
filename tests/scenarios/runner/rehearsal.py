"""Each scenario on its own, with no agent: does it run, does it show its mistake, does it end?

The kernel's own view (ss, /proc) is held against what the scenario says of itself.
"""

import collections
import os
import re
import subprocess
import time

from . import judge
from .play import Play


def family(pid):
    """The process and its descendants."""
    listing = subprocess.run(["ps", "-eo", "pid=,ppid="], capture_output=True, text=True, check=True).stdout
    parents = [tuple(map(int, line.split())) for line in listing.splitlines()]
    group = {pid}
    while True:
        more = {child for child, parent in parents if parent in group} - group
        if not more:
            return group
        group |= more


def sockets(pid):
    """(state, seconds since data came or went, local port) of each TCP socket that the process holds."""
    listing = subprocess.run(["ss", "-tanpiOH"], capture_output=True, text=True, check=True).stdout
    mine = family(pid)
    for line in listing.splitlines():
        if not mine & {int(owner) for owner in re.findall(r"pid=(\d+)", line)}:
            continue
        idle = [int(value) / 1000 for value in re.findall(r"last(?:snd|rcv):(\d+)", line)]
        yield line.split()[0], min(idle, default=0.0)


def descriptors(pid):
    kinds = collections.Counter()
    for name in os.listdir(f"/proc/{pid}/fd"):
        try:
            target = os.readlink(f"/proc/{pid}/fd/{name}")
        except FileNotFoundError:
            continue
        kind = re.match(r"(socket|pipe|anon_inode:\[?\w+)", target)
        kinds[kind[1].replace("anon_inode:", "").strip("[") if kind else "file"] += 1
    return kinds


def look(show, expectation):
    """What the kernel shows of this mistake; a text where it does not show."""
    process = show.processes[expectation.process]
    bounds = judge.bounds_of(expectation.count, show.facts)
    least = bounds[0] if bounds else 1
    if expectation.class_name == "missing-timeout":
        held = list(sockets(process.pid))
        if expectation.qualifier == "dial":
            number = sum(state == "SYN-SENT" for state, _ in held)
        else:
            dripping = expectation.qualifier in ("server-header", "server-body")
            number = sum(state == "ESTAB" and (dripping or idle > 4) for state, idle in held)
    elif expectation.class_name in ("stuck-request", "connection-leak"):
        held = [(state, idle) for state, idle in sockets(process.pid) if state in ("ESTAB", "CLOSE-WAIT")]
        number = sum(idle > 2 for _, idle in held) if held else descriptors(process.pid)["socket"]
    elif expectation.class_name == "fd-leak":
        number = descriptors(process.pid).total() - 3
    else:
        return ""
    return "" if number >= least else f"{expectation.label}: the kernel shows {number}, not {least}"


def rehearse(stage, scenario, _agent):
    show = Play(stage, scenario)
    verdict = judge.Verdict()
    try:
        if show.begin() and scenario.expect:
            if not any(process.wait_for("began", 20) for process in reversed(show.processes.values())):
                show.broken.append("does not say when it began")
            time.sleep(max(0.0, show.began + 5.5 - time.monotonic()))
            for expectation in scenario.expect:
                if show.processes[expectation.process].status() is not None:
                    show.broken.append(f"{expectation.process} ends with status {show.processes[expectation.process].status()}")
                elif text := look(show, expectation):
                    show.broken.append(text)
        elif not show.broken:
            show.watch(lambda: None, lambda: False)
    finally:
        show.end()
    verdict.broken = show.broken
    return verdict, [], show.facts
