#!/usr/bin/python3
"""The dashboard keeps to Grafana's schema and to good practice, and every alert has its tests and its runbook."""

import itertools
import json
import pathlib
import re
import subprocess

import yaml

import dashboards_files as files
from host import check

ROOT = files.ROOT
CLASSES = [one["class"] for one in json.loads((ROOT / "agent/detect/classes.json").read_text())]
GRID_WIDTH = 24


def overlaps(one, other):
    a, b = one["gridPos"], other["gridPos"]
    return a["x"] < b["x"] + b["w"] and b["x"] < a["x"] + a["w"] and a["y"] < b["y"] + b["h"] and b["y"] < a["y"] + a["h"]


def names(panels):
    return [f"{panel['id']} {panel.get('title')}" for panel in panels]


def check_layout(board):
    everything = board["panels"]
    ids = [panel["id"] for panel in everything]
    check("panels share an id", sorted(i for i in set(ids) if ids.count(i) > 1), [])
    check("panels overlap", [names(pair) for pair in itertools.combinations(everything, 2) if overlaps(*pair)], [])
    outside = [panel for panel in everything if panel["gridPos"]["x"] < 0 or panel["gridPos"]["h"] < 1
               or panel["gridPos"]["x"] + panel["gridPos"]["w"] > GRID_WIDTH]
    check("panels beyond the grid", names(outside), [])
    titles = [panel["title"] for panel in everything]
    check("panels share a title", sorted(t for t in set(titles) if titles.count(t) > 1), [])


def check_board(board):
    check("uid of the dashboard", board["uid"], "sockwarden")
    check("schema of Grafana 9.5 to 11", board["schemaVersion"], lambda version: 38 <= version <= 39)
    check("the file carries no id of one Grafana", board["id"], None)
    variables = files.variables(board)
    check("variables", list(variables),
          ["datasource", "job", "instance", "service", "unit", "container", "comm", "runbooks"])
    for name in ("job", "instance", "service", "unit", "container", "comm"):
        choice = variables[name]
        check(f"${name} takes several and all, also series without the label",
              (choice["multi"], choice["includeAll"], choice["allValue"]), (True, True, ".*"))
    used = set(re.findall(r"\$\{?(\w+)", files.DASHBOARD.read_text()))
    check("variables that are used and not defined", sorted(n for n in used - set(variables) if not n.startswith("__")), [])


def check_panels(board):
    panels = list(files.panels(board))
    lack = {"a title": lambda p: not p.get("title"), "a description": lambda p: len(p.get("description", "")) < 15,
            "a unit": lambda p: not p["fieldConfig"]["defaults"].get("unit"),
            "the data source variable": lambda p: any(source != {"type": "prometheus", "uid": "${datasource}"}
                                                      for source in [p["datasource"], *(t["datasource"] for t in p["targets"])]),
            "distinct refIds": lambda p: len({t["refId"] for t in p["targets"]}) != len(p["targets"]),
            "a legend": lambda p: p["type"] == "timeseries" and any("{{" not in t["legendFormat"] for t in p["targets"]),
            "job and instance in each selector": lambda p: any(not is_filtered(t["expr"]) for t in p["targets"])}
    for what, is_lacking in lack.items():
        check(f"panels without {what}", names(filter(is_lacking, panels)), [])
    expressions = [target["expr"] for panel in panels for target in panel["targets"]]
    check("rates over a fixed window", [e for e in expressions if re.search(r"\brate\([^[]*\[(?!\$__rate_interval)", e)], [])
    check("anything by pid", [text for text in expressions + [str(rule["expr"]) for rule in files.rules()]
                              if re.search(r"\bpid\b", text)], [])
    check("classes without a panel", [name for name in CLASSES if not any(f'class="{name}"' in e for e in expressions)], [])


def is_filtered(expression):
    """Every selector of the expression asks for job and instance; sockwarden_build_info is there to join with."""
    selectors = re.findall(r"[\w:]+\{([^}]*)\}", expression)
    bare = {name for name in files.metric_names(re.sub(r"[\w:]+\{[^}]*\}", "0", expression))} - {"sockwarden_build_info"}
    return not bare and all("$job" in labels and "$instance" in labels for labels in selectors)


def check_names(board):
    documented = files.documented_metrics()
    recorded = {rule["record"] for rule in files.rules() if "record" in rule}
    expressions = [t["expr"] for panel in files.panels(board) for t in panel["targets"]] + [r["expr"] for r in files.rules()]
    used = set().union(*map(files.metric_names, expressions))
    prometheus_own = {"up", "scrape_duration_seconds"}
    check("metrics that metrics.md does not have",
          sorted(n for n in used - recorded - prometheus_own if not files.documented_name(n, documented)), [])
    shown = {files.documented_name(name, documented) for name in used}
    check("metrics of the agent that nothing shows",
          sorted(n for n in documented - shown - {"sockwarden_config_last_reload_success_timestamp_seconds",
                                                  "sockwarden_connections_preexisting_total", "sockwarden_connect_attempts_total",
                                                  "process_virtual_memory_bytes", "process_start_time_seconds"}), [])


def heading_anchors(page):
    lines = [line for line in page.read_text().splitlines() if line.startswith("#")]
    return {re.sub(r"[^\w -]", "", line.lstrip("# ").lower()).replace(" ", "-") for line in lines}


def check_alerts():
    alerts = files.alerts()
    check("classes without an alert", [name for name in CLASSES
                                       if not any(f'class="{name}"' in alert["expr"] for alert in alerts)], [])
    for alert in alerts:
        about_finding = "sockwarden_findings{" in alert["expr"]
        wanted = {"summary", "description", "runbook_url"} | ({"service", "host", "server", "cause", "first_step"} if about_finding else set())
        check(f"{alert['alert']} lacks", sorted(wanted - set(alert["annotations"])), [])
        own = alert.get("labels", {}).get("severity")  # an alert on a finding is as bad as that is
        check(f"{alert['alert']} is", own, None if about_finding else lambda severity: severity in ("critical", "warning", "info"))
        page, _, anchor = alert["annotations"]["runbook_url"].partition("#")
        if page.startswith("dashboards/"):
            check(f"the runbook of {alert['alert']} has its heading", anchor in heading_anchors(ROOT / page), True)
        else:
            check(f"the runbook of {alert['alert']}", page, f"agent/detect/{pathlib.Path(page).stem}.md")
            check(f"{page} is a class", pathlib.Path(page).stem in CLASSES, True)
            check(f"{page} exists", (ROOT / page).is_file(), True)


def check_rule_tests():
    for rules in files.RULES:
        subprocess.run(["promtool", "check", "rules", "--lint-fatal", str(rules)], check=True, stdout=subprocess.DEVNULL)
    tests = sorted((ROOT / "dashboards" / "rules").glob("*_test.yaml"))
    subprocess.run(["promtool", "test", "rules", *(test.name for test in tests)], check=True, cwd=tests[0].parent,
                   stdout=subprocess.DEVNULL)
    fires, silent = set(), set()
    for test in (case for file in tests for case in yaml.safe_load(file.read_text())["tests"]):
        for claim in test.get("alert_rule_test", []):
            (fires if claim["exp_alerts"] else silent).add(claim["alertname"])
    every = {alert["alert"] for alert in files.alerts()}
    check("alerts that no test sees fire", sorted(every - fires), [])
    check("alerts that no test sees silent", sorted(every - silent), [])
    expressions = [claim["expr"] for file in tests for case in yaml.safe_load(file.read_text())["tests"]
                   for claim in case.get("promql_expr_test", [])]
    tested = set().union(*map(files.metric_names, expressions))
    check("recorded series that no test checks", sorted({r["record"] for r in files.rules() if "record" in r} - tested), [])


if __name__ == "__main__":
    the_board = files.dashboard()
    check_layout(the_board)
    check_board(the_board)
    check_panels(the_board)
    check_names(the_board)
    check_alerts()
    check_rule_tests()
