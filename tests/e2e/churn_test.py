#!/usr/bin/python3
"""Connections, processes and network namespaces that come and go leave no line in the kernel's log, and none is missing.

  tests/e2e/churn_test.py [--seconds 20] [--rate 10000]     ten minutes by hand: --seconds 600
"""

import argparse
import contextlib
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time

from host import Agent, check, compiled, end, until

SOURCE = pathlib.Path(__file__).with_name("churn.c")


def kernel_log():
    return subprocess.run(["dmesg"], check=True, capture_output=True, text=True).stdout.splitlines()


@contextlib.contextmanager
def namespaces_that_come_and_go(program, counts):
    """One at a time, each with a loopback of its own on which a hundred connections are made."""
    script = (f"i=0; while :; do i=$((i+1)); ns=churn-$$-$i; ip netns add $ns && ip -n $ns link set lo up && "
              f"ip netns exec $ns {program} 1000 0.1 >/dev/null; ip netns del $ns; echo $i; done")
    process = subprocess.Popen(["sh", "-c", script], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    try:
        yield
    finally:
        process.terminate()
        counts["namespaces"] = len(process.communicate()[0].splitlines())
        for name in subprocess.run(["ip", "netns", "list"], capture_output=True, text=True, check=False).stdout.split():
            if name.startswith(f"churn-{process.pid}-"):
                subprocess.run(["ip", "netns", "del", name], check=False)


def ends(agent, comm):
    return tuple(agent.value(f"sockwarden_connections_{what}_total", comm=comm, role="client") for what in ("opened", "closed"))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--seconds", type=float, default=20)
    parser.add_argument("--rate", type=float, default=10000)
    options = parser.parse_args()
    if os.geteuid() != 0:
        print("SKIPPED: needs root")
        return 77
    counts = {}
    before = kernel_log()
    with tempfile.TemporaryDirectory(prefix="sockwarden-churn-") as folder:
        one = compiled(SOURCE, "churn-one", folder)
        forks = shutil.copy(one, pathlib.Path(folder, "churn-forks"))
        elsewhere = shutil.copy(one, pathlib.Path(folder, "churn-ns"))
        with Agent("--scan-interval", "1s", profile="production") as agent:
            began = time.monotonic()
            share = options.rate * 0.9
            runs = [subprocess.Popen([one, str(share), str(options.seconds)], stdout=subprocess.PIPE, text=True),
                    subprocess.Popen([str(forks), str(options.rate - share), str(options.seconds), "fork"],
                                     stdout=subprocess.PIPE, text=True)]
            with namespaces_that_come_and_go(elsewhere, counts):
                made = [int(run.communicate()[0]) for run in runs]
            took = time.monotonic() - began
            print(f"  {sum(made)} connections in {took:.0f} s, {sum(made) / took:.0f} a second, {made[1] // 20} processes, "
                  f"{counts['namespaces']} namespaces", flush=True)
            check("namespaces came and went", counts["namespaces"], lambda count: count > 0)
            for comm, number in (("churn-one", made[0]), ("churn-forks", made[1])):
                until(lambda: ends(agent, comm) == (number, number), 30)
                check(f"{comm}: opened and closed", ends(agent, comm), (number, number))
            check("scans failed", agent.value("sockwarden_scan_failures_total"), 0)
            # Seen: 2 of 6,000,000 times the kernel gave no room for one; the counts were exact all the same.
            check("records lost, of a million", agent.value("sockwarden_losses_total", kind="record") / sum(made) * 1e6,
                  lambda lost: lost < 10)
        end(agent.process)
    check("new lines in the kernel's log", [line for line in kernel_log() if line not in before], [])
    return 0


if __name__ == "__main__":
    sys.exit(main())
