"""The manifest as values, checked: a wrong entry is named with what is wrong in it."""

import dataclasses
import fnmatch
import json
import pathlib
import re

import yaml

SCENARIOS = pathlib.Path(__file__).resolve().parent.parent
REGISTRY = SCENARIOS.parent.parent / "agent/detect/classes.json"
QUALIFIERS = {one["class"]: one.get("qualifier", "") for one in json.loads(REGISTRY.read_text())}
SCRIPTED = re.compile(r"\{((?:plain|tls|mute|full)[46])\}")
SERVICES = ("nginx", "nginx_tls", "nginx_port", "postgres", "mysql", "redis")
ENTRY_KEYS = {"name", "about", "client", "server", "scripted", "expect", "may", "lasts", "signal", "settle"}


class BadManifest(Exception):
    pass


@dataclasses.dataclass
class Program:
    kind: str  # "go", "python fetch", "scripted", "visitor"
    plan: dict


@dataclasses.dataclass
class Expectation:
    process: str
    class_name: str
    qualifier: str = ""
    count: object = None  # number, [least, most], the name of a fact, or None
    total: object = None  # the same, for what is an event and not a state
    instead: tuple = ()  # labels of other readings that are as true
    confidence: tuple = ("proven", "likely")
    within: float = 6.0
    state: str = "active"
    evidence: dict = dataclasses.field(default_factory=dict)

    @property
    def label(self):
        return self.class_name + (f"/{self.qualifier}" if self.qualifier else "")


@dataclasses.dataclass
class Allowance:
    process: str
    class_name: str
    qualifier: str
    reason: str


@dataclasses.dataclass
class Scenario:
    name: str
    about: str
    programs: dict  # role -> Program, in the order in which they are started
    subjects: tuple
    expect: list
    may: list
    lasts: float
    settle: float
    signal: dict

    @property
    def services(self):
        text = "".join(str(value) for program in self.programs.values() for value in program.plan.values())
        return {name for name in SERVICES if "{" + name in text}


def qualified(entry, where):
    class_name = entry.get("class")
    if class_name not in QUALIFIERS:
        raise BadManifest(f"{where}: class {class_name!r} is none of {', '.join(sorted(QUALIFIERS))}")
    return class_name, str(entry.get(QUALIFIERS[class_name], ""))


def expectation(entry, where):
    class_name, qualifier = qualified(entry, where)
    if QUALIFIERS[class_name] and not qualifier:
        raise BadManifest(f"{where}: {class_name} needs its {QUALIFIERS[class_name]}")
    confidence = entry.get("confidence", ["proven", "likely"])
    return Expectation(entry["process"], class_name, qualifier, entry.get("count"), entry.get("total"),
                       tuple(entry.get("or", ())),
                       tuple([confidence] if isinstance(confidence, str) else confidence),
                       float(entry.get("within", 6)), entry.get("state", "active"), entry.get("evidence", {}))


def allowance(entry, where, process=None):
    if not entry.get("reason"):
        raise BadManifest(f"{where}: a finding that may be reported needs its reason")
    return Allowance(process or entry["process"], *qualified(entry, where), entry["reason"])


def program(entry, where):
    if not isinstance(entry, dict) or "program" not in entry:
        raise BadManifest(f"{where}: needs a program")
    return Program(entry["program"], {key: str(value) for key, value in entry.get("plan", {}).items()})


def scenario(entry, harness):
    where = f"scenario {entry.get('name', entry)!r}"
    unknown = set(entry) - ENTRY_KEYS
    if unknown or "name" not in entry:
        raise BadManifest(f"{where}: unknown keys {sorted(unknown)}" if unknown else f"{where}: needs a name")
    programs = {}
    if "server" in entry:
        programs["server"] = program(entry["server"], where)
    if "client" in entry:
        client = program(entry["client"], where)
        listeners = sorted(set(SCRIPTED.findall("".join(client.plan.values()))))
        if listeners and "server" not in programs:
            plan = {"listen": ",".join(listeners), **{k: str(v) for k, v in entry.get("scripted", {}).items()}}
            programs["server"] = Program("scripted", plan)
        programs["client"] = client
    subjects = tuple(role for role, one in programs.items() if one.kind not in harness)
    if not subjects:
        raise BadManifest(f"{where}: has no program of its own")
    may = [allowance(one, where) for one in entry.get("may", [])]
    for role, one in programs.items():
        may += [allowance(allowed, f"harness {one.kind}", role) for allowed in harness.get(one.kind, [])]
    return Scenario(entry["name"], entry.get("about", ""), programs, subjects,
                  [expectation(one, where) for one in entry.get("expect", [])], may,
                  float(entry.get("lasts", 60)), float(entry.get("settle", 2.5)), entry.get("signal", {}))


def read(path):
    try:
        return yaml.safe_load(path.read_text())
    except (OSError, yaml.YAMLError) as error:
        raise BadManifest(f"{path}: {error}") from error


def load(path, only="*", class_name=None):
    """The scenarios of the manifest and of the files in the folder of its name, those whose name matches, and what is allowed
    of the shared services."""
    path = pathlib.Path(path)
    document = read(path)
    entries = [entry for part in [path, *sorted(path.with_suffix("").glob("*.yaml"))] for entry in read(part)["scenarios"]]
    scenarios = [scenario(entry, document["harness"]) for entry in entries]
    names = [one.name for one in scenarios]
    for name in names:
        if names.count(name) > 1:
            raise BadManifest(f"scenario {name!r} is there twice")
    wanted = [one for one in scenarios if any(fnmatch.fnmatch(one.name, glob) for glob in only.split(","))]
    if class_name:
        wanted = [one for one in wanted if any(e.label.startswith(class_name) for e in one.expect)]
    services = {name: [allowance(one, f"service {name}", name) for one in allowed]
                for name, allowed in document.get("services", {}).items()}
    return wanted, services
