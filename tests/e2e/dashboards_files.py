"""The dashboard and the rules as files: their expressions, and which metrics these name."""

import json
import pathlib
import re

import yaml

ROOT = pathlib.Path(__file__).resolve().parents[2]
DASHBOARD = ROOT / "dashboards" / "sockwarden.json"
RULES = [ROOT / "dashboards" / "rules" / name for name in ("recording.yaml", "alerts.yaml")]
METRICS_PAGE = ROOT / "agent" / "publish" / "metrics.md"

STRING = re.compile(r'"(?:[^"\\]|\\.)*"')
GROUPING = re.compile(r"\b(?:by|without|on|ignoring|group_left|group_right)\s*\([^)]*\)")
NAME = re.compile(r"(?<![\w:])[a-zA-Z_:][\w:]*(?!\s*\()(?![\w:])")
OPERATORS = {"and", "or", "unless", "bool", "offset", "by", "without", "on", "ignoring", "group_left", "group_right"}


def dashboard():
    return json.loads(DASHBOARD.read_text())


def rules():
    """Every rule of every group, as in the files."""
    return [rule for file in RULES for group in yaml.safe_load(file.read_text())["groups"] for rule in group["rules"]]


def alerts():
    return [rule for rule in rules() if "alert" in rule]


def panels(board):
    """Panels that show something: rows are opened."""
    for panel in board["panels"]:
        if panel["type"] == "row":
            yield from panel.get("panels", [])
        else:
            yield panel


def variables(board):
    return {variable["name"]: variable for variable in board["templating"]["list"]}


def substitute(expression, job="sockwarden.*"):
    """What Grafana makes of its variables where All is selected."""
    values = {"__rate_interval": "20s", "__interval": "5s", "__range": "5m", "job": job}
    return re.sub(r"\$(\w+)|\$\{(\w+)\}", lambda match: values.get(match[1] or match[2], ".*"), expression)


def metric_names(expression):
    """The metrics that an expression selects."""
    text = STRING.sub('""', expression)
    text = re.sub(r"\{[^}]*\}", "", text)
    text = re.sub(r"\[[^\]]*\]", "", text)
    text = GROUPING.sub(" ", text)
    return {name for name in NAME.findall(text) if name not in OPERATORS}


def documented_metrics():
    """Names in the first column of the tables of metrics.md."""
    names = set()
    for line in METRICS_PAGE.read_text().splitlines():
        if line.startswith("| `"):
            names.update(re.findall(r"`((?:sockwarden|process)_\w+)`", line.split("|")[1]))
    return names


def documented_name(name, documented):
    """The name under which metrics.md has a series, which may be one of several of its metric."""
    stem = re.sub(r"_(bucket|sum|count|created)$", "", name)
    return next((each for each in (name, stem, stem + "_total") if each in documented), None)
