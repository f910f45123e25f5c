#!/usr/bin/python3
"""Real programs as people run them, all at once: what the agent says of each is true, by real_programs.yaml."""

import contextlib
import os
import shutil
import subprocess
import sys
import tempfile
import time

import yaml

from host import SKIPPED, Agent, end, until
from real_servers import HERE, RealServers
from servers import POSTGRES

TOOLS = ("apt-get curl fcgiwrap git h2load haproxy nginx node openssl pgbench pgbouncer psql redis-benchmark redis-server").split()
QUALIFIERS = ("cause", "phase", "type", "option")
LONGEST_SECONDS = 75
SCANS_AFTER = 3


class Program:
    def __init__(self, entry, places):
        self.name, self.status = entry["name"], entry.get("status", 0)
        self.must, self.may = ([self.rule(one, places) for one in entry.get(key, [])] for key in ("must", "may"))
        self.command = [str(word).format(**places) for word in entry.get("command", [])]
        self.pid = self.process = None

    def rule(self, rule, places):
        if not rule.get("reason"):
            raise SystemExit(f"real_programs.yaml: {self.name}: a verdict without its reason")
        return {key: str(value).format(**places) for key, value in rule.items() if key != "reason"}

    def start(self, stack, folder):
        log = stack.enter_context(open(f"{folder}/{self.name}.output", "w+"))
        self.process = subprocess.Popen(self.command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True)
        self.pid, self.log = self.process.pid, log
        stack.callback(end, self.process)

    def wait(self, deadline):
        """Why it did not do what it is for; empty where it did."""
        try:
            status = self.process.wait(max(0.1, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            return f"runs for longer than {LONGEST_SECONDS} s"
        self.log.seek(0)
        return "" if status == self.status else f"ended with {status}: {self.log.read()[-400:]}"


def satisfies(rule, finding):
    endpoint = finding.get("endpoint") or {}
    has = {**{key: finding.get(key, "") for key in ("class", *QUALIFIERS)},
           "remote": endpoint.get("remote", ""), "local": endpoint.get("local", "")}
    return all(has[key] == wanted for key, wanted in rule.items())


def found(agent, pid):
    return agent.api(f"/api/v1/findings?state=all&pid={pid}")["findings"]


def text_of(finding):
    qualifier = "/".join(str(finding[key]) for key in QUALIFIERS if finding.get(key))
    return (f"{finding['class']} {qualifier} ({finding['confidence']}, {finding['state']}) of {finding['process']['comm']} "
            f"{' '.join(finding['process']['cmdline'])[:60]}: {finding['summary']}")


def missing_of(program, findings):
    return [rule for rule in program.must if not any(satisfies(rule, one) for one in findings)]


def judge(programs, agent):
    """Lines that say what is not as the manifest has it."""
    wrong, explained = [], set()
    for program in programs:
        findings = found(agent, program.pid)
        explained |= {one["id"] for one in findings}
        lost = [f"not found: {rule}" for rule in missing_of(program, findings)]
        alarms = [f"untrue: {text_of(one)}" for one in findings
                  if not any(satisfies(rule, one) for rule in program.must + program.may)]
        kept = len(findings) - len(alarms)
        print(f"  {'FAIL' if lost or alarms else 'ok  '} {program.name}: {kept} true, {len(alarms)} not, {len(lost)} missing",
              flush=True)
        wrong += [f"{program.name}: {line}" for line in lost + alarms]
    for finding in found(agent, os.getpid()):
        # This test asks the agent with a connection for each request: true, and no program of the manifest.
        asks = finding["process"]["pid"] == os.getpid() and finding["class"] == "pool-churn"
        if finding["id"] not in explained and not asks:
            wrong.append(f"beside the programs: {text_of(finding)}")
    return wrong


def main():
    missing = [tool for tool in TOOLS if not shutil.which(tool)]
    if missing or not POSTGRES:
        print(f"  skipped: not installed: {', '.join(missing) or 'postgresql'}")
        return SKIPPED
    with contextlib.ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="sockwarden-real-"))
        os.chmod(folder, 0o755)  # the servers and apt's methods are other users
        agent = stack.enter_context(Agent())
        servers = RealServers(stack, folder)
        servers.start()
        entries = yaml.safe_load((HERE / "real_programs.yaml").read_text())["programs"]
        programs = [Program(entry, servers.places) for entry in entries]
        clients = [program for program in programs if program.command]
        for program in programs:
            program.pid = servers.pids.get(program.name)
        for program in clients:
            program.start(stack, folder)
        deadline = time.monotonic() + LONGEST_SECONDS
        wrong = [f"{program.name}: {why}" for program in clients if (why := program.wait(deadline))]
        scans = agent.value("sockwarden_scans_total") + SCANS_AFTER
        until(lambda: agent.value("sockwarden_scans_total") >= scans)
        wrong += judge(programs, agent)
    print("\n".join(wrong))
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
