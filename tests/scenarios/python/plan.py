"""What a scenario is told (environment variable PLAN, one key=value a line) and what it tells (a line of JSON)."""

import json
import os
import sys
import threading
import time

_lock = threading.Lock()
_facts = {}
_plan = dict(line.split("=", 1) for line in os.environ.get("PLAN", "").splitlines() if "=" in line)


def text(key, default=""):
    return _plan.get(key, default)


def number(key, default=0):
    return int(_plan.get(key, default))


def seconds(key):
    """None where the plan sets no limit: what a library takes for 'wait for ever'."""
    return float(_plan[key]) if key in _plan else None


def say(**facts):
    with _lock:
        _facts.update(facts)
        sys.stdout.write(json.dumps({"pid": os.getpid(), "facts": _facts}) + "\n")
        sys.stdout.flush()


def now():
    return time.monotonic()


class Barrier:
    """Says `fact`=count and the moment when the last of `count` workers has come here."""

    def __init__(self, count, fact="waiting"):
        self._left, self._count, self._fact, self._guard = count, count, fact, threading.Lock()

    def arrive(self):
        with self._guard:
            self._left -= 1
            if self._left == 0:
                say(**{self._fact: self._count, "began": now()})
