"""Programs that mean no good, beside a running agent: what has to hold meanwhile."""

import os
import pathlib
import signal
import subprocess
import time

from host import ROOT, check, end

ATTACKS = ROOT / "tests/e2e/attacks"
MEGABYTE = 1 << 20
# A wait of the attackers is looked at after one second.
SETTINGS = "profile: development\nkernel: {scan_interval: 200ms}\noverrides:\n  - match: {comm: 'evil*'}\n    wait: 1s\n"


def built(name, folder, *flags):
    """Without optimisation: a stack of a fixed shape is part of some."""
    path = pathlib.Path(folder, name)
    subprocess.run(["gcc", "-w", "-O0", "-o", str(path), str(ATTACKS / f"{name}.c"), *flags, "-lpthread", "-ldl"],
                   check=True)
    return str(path)


def readers(agent):
    """Pids of the agent's readers that live."""
    found = []
    for status in pathlib.Path("/proc").glob("[0-9]*/status"):
        try:
            text = status.read_text(errors="replace")  # another's name may be no UTF-8
        except OSError:
            continue
        if f"\nPPid:\t{agent.process.pid}\n" in text and "\nState:\tZ" not in text:
            found.append(int(status.parent.name))
    return found


def resident(pid):
    try:
        pages = pathlib.Path(f"/proc/{pid}/statm").read_text().split()[1]
    except OSError:
        return 0
    return int(pages) * os.sysconf("SC_PAGE_SIZE")


def watch(agent, attack, least_seconds=3.0):
    """While the attack runs: the longest time without a scan, and the most memory of the agent and its reader."""
    begin = last = time.monotonic()
    scans, longest, most = agent.value("sockwarden_scans_total"), 0.0, [0, 0]
    while attack.poll() is None or time.monotonic() - begin < least_seconds:
        time.sleep(0.2)
        now, count = time.monotonic(), agent.value("sockwarden_scans_total")
        if count > scans:
            longest, last, scans = max(longest, now - last), now, count
        else:
            longest = max(longest, now - last)
        most[0] = max(most[0], resident(agent.process.pid))
        most[1] = max([most[1], *map(resident, readers(agent))])
        if now - begin > 90:
            end(attack, signal.SIGKILL)
    return longest, most


def holds(agent, name, command, longest_pause=4):
    """The claims that are the same for every attack."""
    longest, (own, reader) = watch(agent, subprocess.Popen(command, stdin=subprocess.DEVNULL))
    check(f"{name}: the agent lives", agent.process.poll(), None)
    # The reader's deadline is five seconds: had the scans waited for it, it would show.
    check(f"{name}: scans went on, the longest pause in seconds", round(longest, 1),
          lambda value: value < longest_pause)
    check(f"{name}: megabytes of the agent", own // MEGABYTE, lambda value: value < 200)
    check(f"{name}: megabytes of its reader", reader // MEGABYTE, lambda value: value < 256)
