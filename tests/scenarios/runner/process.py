"""A started program: its plan in, its facts out, and an end by its process group."""

import json
import os
import signal
import subprocess
import threading
import time


# The machine's own settings (proxies, trusted certificates) are no part of any scenario.
CLEAN = {key: os.environ[key] for key in ("PATH", "HOME", "LANG", "TMPDIR") if key in os.environ}


class Process:
    alive = set()

    def __init__(self, command, plan, environment, log):
        text = "".join(f"{key}={value}\n" for key, value in plan.items())
        self.started = time.monotonic()
        self.started_at = time.time()
        self._facts = {}
        self._changed = threading.Condition()
        self._log = open(log, "w")
        self._popen = subprocess.Popen(command, env={**CLEAN, **environment, "PLAN": text}, stdin=subprocess.DEVNULL,
                                       stdout=subprocess.PIPE, stderr=self._log, start_new_session=True, text=True)
        self.pid = self._popen.pid
        Process.alive.add(self)
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self):
        for line in self._popen.stdout:
            self._log.write(line)
            try:
                facts = json.loads(line)["facts"]
            except (ValueError, KeyError, TypeError):
                continue
            with self._changed:
                self._facts.update(facts)
                self._changed.notify_all()

    @property
    def facts(self):
        with self._changed:
            return dict(self._facts)

    def wait_for(self, fact, limit):
        """True once the program has said this fact; False where it ended or the limit is over."""
        deadline = time.monotonic() + limit
        with self._changed:
            while fact not in self._facts:
                if self._popen.poll() is not None or not self._changed.wait(min(0.2, max(0.0, deadline - time.monotonic()))):
                    if self._popen.poll() is not None or time.monotonic() >= deadline:
                        break
            return fact in self._facts

    def status(self):
        return self._popen.poll()

    def send(self, number):
        if self.status() is None:
            os.killpg(self.pid, number)

    @classmethod
    def end_all(cls):
        for process in list(cls.alive):
            process.end(0.5)

    def end(self, patience=3.0):
        """SIGTERM, then SIGKILL: nothing of the group is left."""
        for number, limit in ((signal.SIGTERM, patience), (signal.SIGKILL, 5.0)):
            try:
                os.killpg(self.pid, number)
                self._popen.wait(limit)
            except ProcessLookupError:
                break
            except subprocess.TimeoutExpired:
                continue
        try:
            os.killpg(self.pid, signal.SIGKILL)  # what the leader left behind
        except ProcessLookupError:
            pass
        self._popen.wait()
        Process.alive.discard(self)
        self._reader.join(2)
        self._log.close()
