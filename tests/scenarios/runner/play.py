"""One scenario from start to verdict."""

import datetime
import re
import signal
import time

from . import judge
from .process import Process

START_LIMIT = 20.0
BEGIN_LIMIT = 60.0  # a mistake may take its time before it is there to be found


class Stage:
    """What all scenarios share: the commands, the services, the environment, the place for logs."""

    def __init__(self, builder, places, environment, logs):
        self.builder, self.places, self.environment, self.logs = builder, places, environment, logs

    def start(self, scenario, role, places):
        program = scenario.programs[role]
        plan = {key: re.sub(r"\{(\w+)\}", lambda match: str(places[match[1]]), value) for key, value in program.plan.items()}
        return Process(self.builder.command(program.kind), plan, self.environment, self.logs / f"{scenario.name}.{role}.log")


class Play:
    def __init__(self, stage, scenario):
        self.stage, self.scenario = stage, scenario
        self.processes = {}
        self.sightings = {}
        self.broken = []
        self.sent = False

    def begin(self):
        places = dict(self.stage.places)
        for role, program in self.scenario.programs.items():
            process = self.processes[role] = self.stage.start(self.scenario, role, places)
            if role == "client":
                continue
            if program.kind == "scripted":
                ready = process.wait_for("ports", START_LIMIT)
                for name, port in process.facts.get("ports", {}).items():
                    places[name] = f"[::1]:{port}" if name.endswith("6") else f"127.0.0.1:{port}"
            else:
                ready = "client" not in self.scenario.programs or process.wait_for("port", START_LIMIT)
                places["visited"] = f"127.0.0.1:{process.facts.get('port')}"
            if not ready:
                self.broken.append(f"{role} does not start")
                return False
        return True

    @property
    def facts(self):
        together = {}
        for process in self.processes.values():
            together.update(process.facts)
        return together

    @property
    def began(self):
        return self.facts.get("began") or max(process.started for process in self.processes.values())

    def main_process(self):
        return self.processes.get("client") or self.processes["server"]

    def send_signal(self):
        order = self.scenario.signal
        if self.sent or not order:
            return
        process = self.processes[order["process"]]
        if time.monotonic() - process.started > float(order["after"]):
            self.sent = True
            process.send(getattr(signal, order.get("name", "SIGTERM")))

    def look(self, agent):
        for role, process in self.processes.items():
            for finding in agent.findings(process.pid):
                if datetime.datetime.fromisoformat(finding["last_seen"]).timestamp() < process.started_at:
                    continue  # of an earlier process that had this pid
                own = finding.get("process", {}).get("pid") == process.pid
                whose = role if own else f"a child of the {role}"
                seen = self.sightings.setdefault((role, finding["id"]), judge.Sighting(whose, finding, []))
                state = (finding.get("state"), finding["count"], finding["confidence"], finding.get("evidence"))
                if not seen.history or state != seen.state:
                    seen.history.append((time.monotonic(), finding))
                    seen.state = state
                seen.finding = finding

    def watch(self, look, met):
        """Looks until what is expected is there, or the time for it is over; a healthy program until it ends."""
        mistake = bool(self.scenario.expect)
        # A count that a program states is final with its `began`: before, it is met by accident.
        stated = any(isinstance(number, str) for e in self.scenario.expect for number in (e.count, e.total))
        within = max((e.within for e in self.scenario.expect), default=self.scenario.lasts)
        while True:
            self.send_signal()
            look()
            ended = self.main_process().status() is not None
            elapsed = time.monotonic() - self.began
            settled = not stated or "began" in self.facts
            if mistake and (settled and met() or elapsed > within + (1.5 if "began" in self.facts else BEGIN_LIMIT)):
                return
            if not mistake and (ended or elapsed > within):
                break
            time.sleep(0.25)
        if not ended:
            self.broken.append(f"does not end within {within:g} s")
        elif self.main_process().status() != 0:
            self.broken.append(f"ends with status {self.main_process().status()}")

    def settle(self, look, seconds):
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            look()
            time.sleep(0.25)

    def end(self):
        for role in ("client", "server"):
            if role in self.processes:
                self.processes[role].end()


def play(stage, scenario, agent):
    """(verdict, findings seen, facts)"""
    show = Play(stage, scenario)
    try:
        if show.begin():
            look = lambda: show.look(agent)
            show.watch(look, lambda: judge.all_met(scenario, show.sightings.values(), show.facts))
            if not scenario.expect:
                show.end()
            show.settle(look, scenario.settle)
    finally:
        show.end()
    verdict = judge.judge(scenario, list(show.sightings.values()), show.facts, show.began)
    verdict.broken += show.broken
    return verdict, [one.finding for one in show.sightings.values()], show.facts
