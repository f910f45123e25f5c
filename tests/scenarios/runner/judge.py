"""What was found against what had to be found. Pure: no clock, no process, no network."""

import dataclasses

from .manifest import QUALIFIERS

KEYS = {"id", "class", "confidence", "severity", "state", "process", "endpoint", "count", "total", "first_seen", "last_seen",
        "resolved_at", "evidence", "origin", "summary", "advice"}


@dataclasses.dataclass
class Sighting:
    """A finding as last seen, with the moment (CLOCK_MONOTONIC) when each state of it was first seen."""
    role: str
    finding: dict
    history: list  # (moment, finding), only where something that is judged changed
    state: tuple = ()


@dataclasses.dataclass
class Verdict:
    found: list = dataclasses.field(default_factory=list)  # (label, seconds)
    missed: list = dataclasses.field(default_factory=list)  # (label, why)
    alarms: list = dataclasses.field(default_factory=list)  # (label, text)
    broken: list = dataclasses.field(default_factory=list)  # the scenario itself did not do what it is for

    @property
    def good(self):
        return not (self.missed or self.alarms or self.broken)


def malformed(finding):
    """What of the public contract a finding lacks; empty where it keeps it."""
    lacking = sorted(KEYS - set(finding))
    lacking += [key for key in ("summary", "advice") if key in finding and not finding[key]]
    if finding.get("confidence") == "proven" and not finding.get("evidence"):
        lacking.append("evidence of what is proven")
    return f"a finding of {label(finding)} lacks {', '.join(lacking)}" if lacking else ""


def wrong_side(finding):
    """A wait of a server is about a connection that it accepted, a wait of a client about one that it opened."""
    side = (finding.get("endpoint") or {}).get("role")
    if finding["class"] != "missing-timeout" or not side:
        return ""
    return "" if (side == "server") == qualifier(finding).startswith("server-") else f"the endpoint's role is {side}"


def qualifier(finding):
    return str(finding.get(QUALIFIERS.get(finding["class"], ""), "") or "")


def label(finding):
    return finding["class"] + (f"/{qualifier(finding)}" if qualifier(finding) else "")


def bounds_of(wanted, facts):
    """(least, most), or None where any number will do, or where the fact is not said yet."""
    if isinstance(wanted, str):
        wanted = facts.get(wanted)
    if wanted is None:
        return None
    return tuple(wanted) if isinstance(wanted, list) else (wanted, wanted)


def objection(expectation, finding, facts):
    """Why this finding is not yet what is expected; empty where it is."""
    if expectation.state != "any" and finding.get("state", "active") != expectation.state:
        return f"state {finding['state']}"
    if finding["confidence"] not in expectation.confidence:
        return f"confidence {finding['confidence']}"
    if wrong := wrong_side(finding):
        return wrong
    for key, wanted in (("count", expectation.count), ("total", expectation.total)):
        bounds = bounds_of(wanted, facts)
        if isinstance(wanted, str) and bounds is None:
            return f"the program has not said {wanted!r}"
        if bounds and not bounds[0] <= finding[key] <= bounds[1]:
            least, most = bounds
            return f"{key} {finding[key]}, not {least if least == most else f'{least} to {most}'}"
    for key, value in expectation.evidence.items():
        if finding.get("evidence", {}).get(key) != value:
            return f"evidence {key} is {finding.get('evidence', {}).get(key)!r}, not {value!r}"
    return ""


def matches(rule, sighting):
    finding = sighting.finding
    if rule.process != sighting.role:
        return False
    if rule.class_name == finding["class"] and rule.qualifier in ("", qualifier(finding)):
        return True
    return label(finding) in getattr(rule, "instead", ())


def moment_met(expectation, sighting, facts):
    return next((moment for moment, finding in sighting.history if not objection(expectation, finding, facts)), None)


def all_met(scenario, sightings, facts):
    """True once every expectation has its finding: the scenario need not be watched much longer."""
    return all(any(matches(e, s) and not objection(e, s.finding, facts) for s in sightings) for e in scenario.expect)


def judge(scenario, sightings, facts, began):
    verdict, left = Verdict(), list(sightings)
    verdict.broken = sorted({text for text in (malformed(one.finding) for one in sightings) if text})
    for expectation in scenario.expect:
        candidates = [one for one in left if matches(expectation, one)]
        good = [one for one in candidates if not objection(expectation, one.finding, facts)]
        chosen = (good or candidates)[:1]
        if not chosen:
            verdict.missed.append((expectation.label, "no such finding"))
            continue
        left.remove(chosen[0])
        for double in candidates:
            if double is not chosen[0]:
                left.remove(double)
                verdict.alarms.append((expectation.label, f"reported twice: {double.finding.get('summary', '')}"))
        met = moment_met(expectation, chosen[0], facts)
        if not good:
            verdict.missed.append((expectation.label, objection(expectation, chosen[0].finding, facts)))
        elif met is not None and met - began > expectation.within:
            verdict.missed.append((expectation.label, f"after {met - began:.1f} s, not within {expectation.within:g} s"))
        else:
            verdict.found.append((expectation.label, (met or began) - began))
    for sighting in left:
        if not any(matches(rule, sighting) for rule in scenario.may):
            finding = sighting.finding
            verdict.alarms.append((label(finding), f"{sighting.role}: {finding['confidence']}, {finding.get('state')}, "
                                                   f"count {finding['count']}: {finding.get('summary', '')}"))
    return verdict
