#!/usr/bin/python3
"""Each class of agent/detect/classes.json has its detector, its test, its page and its scenarios, and none is left without a line."""

import json
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests/scenarios"))

from runner.manifest import SCENARIOS, load  # noqa: E402

SEVERITIES = {"critical", "warning", "info"}
KEYS = {"class", "qualifier", "title", "severity", "subject", "supersedes", "asks", "alert", "panel"}
NEEDED = {"class", "title", "severity", "alert", "panel"}


def faults(one, scenarios):
    name = one["class"]
    if not re.fullmatch(r"[a-z]+(-[a-z]+)*", name):
        yield "the name is not of lower-case words with hyphens"
    yield from (f"unknown key {key}" for key in set(one) - KEYS)
    yield from (f"no {key}" for key in NEEDED - set(one))
    if '"' in one["title"] or ";" in one["title"]:
        yield "the title has a character that the table of C++ cannot have"
    if not one["severity"] or set(one["severity"]) - SEVERITIES:
        yield "its severities are none, or unknown ones"
    detect = ROOT / "agent/detect"
    page = detect / f"{name}.md"
    if not page.exists() or page.read_text().partition("\n")[0] != f"# {name}: {one['title']}":
        yield f"{page.name} does not begin with \"# {name}: {one['title']}\""
    file = name.replace("-", "_") + ".cpp"
    function = f"judge_{file[:-4]}" if one.get("asks") else file[:-4]
    if f"DetectorResult {function}(const DetectionContext& context" not in (detect / file).read_text():
        yield f"{file} has no detector {function}()"
    if not any(re.search(rf"\b{function}\b", test.read_text()) for test in (ROOT / "tests/unit/detect").glob("*_test.cpp")):
        yield "no unit test asks the detector"
    if not any(expected.class_name == name for scenario in scenarios for expected in scenario.expect):
        yield "no scenario has the mistake"


def main():
    classes = json.loads((ROOT / "agent/detect/classes.json").read_text())
    scenarios, _ = load(SCENARIOS / "manifest.yaml")
    found = [f"{one['class']}: {fault}" for one in classes for fault in faults(one, scenarios)]
    panels = [one["panel"] for one in classes]
    found += [f"panel {panel} is that of two classes" for panel in sorted(set(panels)) if panels.count(panel) > 1]
    pages = {page.stem for page in (ROOT / "agent/detect").glob("*.md")} - {one["class"] for one in classes}
    found += [f"{page}.md is the page of no class" for page in sorted(pages)]
    print("\n".join(found))
    return 1 if found else 0


sys.exit(main())
