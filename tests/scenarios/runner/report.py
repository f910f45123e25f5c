"""Lines for a person, files for a machine."""

import collections
import json


class Score:
    """Recall and precision a class."""

    def __init__(self):
        self.found, self.missed, self.alarms = collections.Counter(), collections.Counter(), collections.Counter()

    def add(self, verdict):
        self.found.update(label for label, _ in verdict.found)
        self.missed.update(label for label, _ in verdict.missed)
        self.alarms.update(label for label, _ in verdict.alarms)

    @staticmethod
    def _share(part, whole):
        return part / whole if whole else 1.0

    def rows(self):
        for label in sorted({*self.found, *self.missed, *self.alarms}):
            found, missed, alarms = self.found[label], self.missed[label], self.alarms[label]
            yield {"class": label, "expected": found + missed, "found": found, "alarms": alarms,
                   "recall": self._share(found, found + missed), "precision": self._share(found, found + alarms)}

    @property
    def perfect(self):
        return not self.missed and not self.alarms


def line(scenario, verdict, seconds):
    told = [f"{label} after {after:.1f} s" for label, after in verdict.found]
    told += [f"MISSED {label}: {why}" for label, why in verdict.missed]
    told += [f"ALARM {label}: {text}" for label, text in verdict.alarms]
    told += [f"BROKEN {text}" for text in verdict.broken]
    return f"{'ok  ' if verdict.good else 'FAIL'} {scenario.name:<44} {seconds:5.1f} s  {'; '.join(told) or 'silent'}"


def table(score):
    yield f"{'class':<36} {'expected':>8} {'found':>6} {'alarms':>6} {'recall':>7} {'precision':>9}"
    for row in score.rows():
        yield (f"{row['class']:<36} {row['expected']:>8} {row['found']:>6} {row['alarms']:>6} "
               f"{row['recall']:>7.3f} {row['precision']:>9.3f}")


def write(path, rounds, score):
    """Summary with one case a scenario and round, as JUnit has it, in JSON."""
    cases = [case for one in rounds for case in one]
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps({
        "tests": len(cases), "failures": sum(not case["passed"] for case in cases), "score": list(score.rows()),
        "testcases": cases}, indent=1) + "\n")
