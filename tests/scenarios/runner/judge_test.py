"""How findings are judged. Run: python3 -m unittest discover -s tests/scenarios -p '*_test.py' -t tests/scenarios"""

import unittest

from runner.judge import Sighting, all_met, judge
from runner.manifest import BadManifest, scenario

HARNESS = {"scripted": [{"class": "stuck-request", "reason": "on purpose"}], "visitor": []}


def subject(**keys):
    return scenario({"name": "one", "client": {"program": "go", "plan": {"url": "http://{plain4}/"}}, **keys}, HARNESS)


def finding(**keys):
    return {"class": "missing-timeout", "phase": "header", "confidence": "proven", "state": "active", "count": 3, "total": 3,
            "id": "f-1", "severity": "warning", "process": {"pid": 42}, "endpoint": {"role": "client"}, "first_seen": "…",
            "last_seen": "…", "resolved_at": None, "origin": [], "evidence": {"waited_seconds": 5.0}, "summary": "…",
            "advice": "…", **keys}


def seen(*states, role="client", at=104.0):
    return Sighting(role, states[-1], [(at + index, state) for index, state in enumerate(states)])


HEADER = {"process": "client", "class": "missing-timeout", "phase": "header", "count": "waiting", "confidence": "proven"}
FACTS = {"waiting": 3}


class Judged(unittest.TestCase):
    def verdict(self, entry, *sightings, began=100.0):
        return judge(entry, sightings, FACTS, began)

    def test_what_is_expected_and_there_is_found(self):
        verdict = self.verdict(subject(expect=[HEADER]), seen(finding()))
        self.assertTrue(verdict.good)
        self.assertEqual(verdict.found, [("missing-timeout/header", 4.0)])

    def test_what_is_not_there_is_missed(self):
        self.assertEqual(len(self.verdict(subject(expect=[HEADER])).missed), 1)

    def test_another_phase_is_missed_and_an_alarm(self):
        verdict = self.verdict(subject(expect=[HEADER]), seen(finding(phase="body")))
        self.assertEqual((len(verdict.missed), len(verdict.alarms)), (1, 1))

    def test_the_other_process_is_an_alarm(self):
        verdict = self.verdict(subject(expect=[HEADER]), seen(finding(), role="server"))
        self.assertEqual((len(verdict.missed), len(verdict.alarms)), (1, 1))

    def test_a_wrong_count_is_missed(self):
        self.assertEqual(self.verdict(subject(expect=[HEADER]), seen(finding(count=2))).missed[0][1], "count 2, not 3")

    def test_a_count_that_became_right_is_found_when_it_did(self):
        self.assertEqual(self.verdict(subject(expect=[HEADER]), seen(finding(count=1), finding())).found[0][1], 5.0)

    def test_a_range_holds_its_ends(self):
        entry = subject(expect=[{**HEADER, "count": [3, 5]}])
        self.assertTrue(self.verdict(entry, seen(finding(count=5))).good)
        self.assertFalse(self.verdict(entry, seen(finding(count=6))).good)

    def test_likely_is_not_proven(self):
        self.assertFalse(self.verdict(subject(expect=[HEADER]), seen(finding(confidence="likely"))).good)

    def test_a_wait_of_a_client_on_a_connection_that_it_accepted_is_missed(self):
        self.assertFalse(self.verdict(subject(expect=[HEADER]), seen(finding(endpoint={"role": "server"}))).good)

    def test_a_finding_of_a_child_is_an_alarm(self):
        self.assertEqual(len(self.verdict(subject(), seen(finding(), role="a child of the client")).alarms), 1)

    def test_a_finding_that_breaks_the_contract_fails(self):
        half = finding()
        del half["first_seen"]
        self.assertEqual(self.verdict(subject(expect=[HEADER]), seen(half)).broken,
                         ["a finding of missing-timeout/header lacks first_seen"])

    def test_proof_without_evidence_fails(self):
        self.assertFalse(self.verdict(subject(expect=[HEADER]), seen(finding(evidence={}))).good)

    def test_late_is_missed(self):
        self.assertFalse(self.verdict(subject(expect=[HEADER]), seen(finding(), at=106.5)).good)

    def test_a_finding_that_is_retracted_while_the_mistake_lasts_is_missed(self):
        self.assertFalse(self.verdict(subject(expect=[HEADER]), seen(finding(), finding(state="resolved"))).good)

    def test_two_findings_for_one_cause_are_an_alarm(self):
        self.assertEqual(len(self.verdict(subject(expect=[HEADER]), seen(finding()), seen(finding())).alarms), 1)

    def test_a_healthy_program_is_silent(self):
        self.assertTrue(self.verdict(subject()).good)

    def test_a_retracted_finding_on_a_healthy_program_is_an_alarm(self):
        self.assertFalse(self.verdict(subject(), seen(finding(state="resolved"))).good)

    def test_what_may_be_reported_is_no_alarm(self):
        may = [{"process": "client", "class": "missing-timeout", "phase": "header", "reason": "true"}]
        self.assertTrue(self.verdict(subject(may=may), seen(finding())).good)

    def test_the_harness_may_do_what_it_does_on_purpose_and_no_more(self):
        stuck = {**finding(), "class": "stuck-request"}
        self.assertTrue(self.verdict(subject(), seen(stuck, role="server")).good)
        self.assertFalse(self.verdict(subject(), seen(stuck, role="client")).good)

    def test_another_reading_is_accepted_where_it_is_named(self):
        entry = subject(expect=[{"process": "client", "class": "connection-leak", "or": ["missing-timeout/header"]}])
        self.assertTrue(self.verdict(entry, seen(finding())).good)

    def test_a_fact_that_was_not_said_meets_nothing(self):
        entry = subject(expect=[{**HEADER, "count": "leaked"}])
        self.assertFalse(all_met(entry, [seen(finding())], FACTS))
        self.assertTrue(all_met(subject(expect=[HEADER]), [seen(finding())], FACTS))


class Checked(unittest.TestCase):
    def test_an_unknown_class_is_named(self):
        with self.assertRaisesRegex(BadManifest, "class 'slow' is none of"):
            subject(expect=[{"process": "client", "class": "slow"}])

    def test_a_missing_phase_is_named(self):
        with self.assertRaisesRegex(BadManifest, "needs its phase"):
            subject(expect=[{"process": "client", "class": "missing-timeout"}])

    def test_an_allowance_needs_its_reason(self):
        with self.assertRaisesRegex(BadManifest, "needs its reason"):
            subject(may=[{"process": "client", "class": "pool-churn"}])

    def test_an_unknown_key_is_named(self):
        with self.assertRaisesRegex(BadManifest, "unknown keys"):
            subject(expects=[])


if __name__ == "__main__":
    unittest.main()
