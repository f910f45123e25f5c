#!/usr/bin/python3
"""A real Prometheus scrapes two real agents, one of them through TLS and a password, while real programs use connections
well and badly and nginx is under full load: no scrape fails, and every expression of the dashboard and the rules is
answered, with data where there is some.

--minutes N scrapes for N minutes; without it, or SOCKWARDEN_SCRAPE_SECONDS, half a minute."""

import argparse
import contextlib
import os
import pathlib
import secrets
import ssl
import subprocess
import sys
import time
import urllib.request

import dashboards_files as files
from dashboards_prometheus import Prometheus, quick_rules, scratch
from host import SKIPPED, Agent, check, end, nginx, until

WORKLOAD = pathlib.Path(__file__).with_name("dashboards_workload.py")
USER = "prometheus"

# They show findings, or what can be inferred from longer or other traffic than that of this test.
EMPTY_WHERE_ALL_IS_WELL = {"Findings now", "Findings by class", "New findings"}
INFERRED = {"sockwarden_pool_kept_idle_connections", "sockwarden_pool_idle_limit_seconds",
            "sockwarden_pool_lifetime_limit_seconds", "sockwarden_pool_text_statements_ratio",
            "sockwarden_waits"}
METRICS_OF_FINDINGS = {"sockwarden_findings", "sockwarden_findings_muted", "sockwarden_finding_subjects_total", "job_service:sockwarden_findings:sum"}


class SecureAgent(Agent):
    """An agent that answers through TLS, to who knows the password."""

    def __init__(self, folder):
        self.folder, self.password = pathlib.Path(folder), secrets.token_hex(16)
        self.authority = self.make_certificate("agent")
        self.make_certificate("stranger")
        hashed = subprocess.run(["htpasswd", "-niBC", "4", USER], input=self.password, capture_output=True, text=True,
                                check=True).stdout.strip().split(":", 1)[1]
        config = self.folder / "web.yml"
        config.write_text("tls_server_config:\n  cert_file: agent.pem\n  key_file: agent.key\n"
                          f"basic_auth_users:\n  {USER}: {hashed}\n")
        super().__init__("--web.config.file", str(config))

    def make_certificate(self, name):
        certificate = self.folder / f"{name}.pem"
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
                        "-days", "1", "-subj", f"/CN={name}", "-addext", "subjectAltName=IP:127.0.0.1",
                        "-keyout", str(self.folder / f"{name}.key"), "-out", str(certificate)],
                       check=True, capture_output=True)
        return str(certificate)

    def get(self, path):
        passwords = urllib.request.HTTPPasswordMgrWithDefaultRealm()
        url = f"https://127.0.0.1:{self.port}{path}"
        passwords.add_password(None, url, USER, self.password)
        opener = urllib.request.build_opener(urllib.request.HTTPBasicAuthHandler(passwords), urllib.request.HTTPSHandler(
            context=ssl.create_default_context(cafile=self.authority)))
        with opener.open(url, timeout=20) as response:
            return response.status, response.read().decode()

    def scrape(self, job, password=None, authority=None, scheme="https"):
        return {"job_name": job, "scheme": scheme, "tls_config": {"ca_file": authority or self.authority},
                "basic_auth": {"username": USER, "password": password or self.password},
                "static_configs": [{"targets": [f"127.0.0.1:{self.port}"]}]}


@contextlib.contextmanager
def traffic():
    with contextlib.ExitStack() as stack:
        def start(*arguments):
            process = subprocess.Popen([sys.executable, str(WORKLOAD), *arguments], stdout=subprocess.PIPE, text=True)
            stack.callback(end, process)
            return process
        port = start("serve").stdout.readline().strip()
        start("call", port)
        yield


@contextlib.contextmanager
def load():
    """As many requests as nginx answers, so that the agent's host is never idle."""
    with nginx() as port:
        wrk = subprocess.Popen(["wrk", "-t", "1", "-c", "50", "-d", "1h", f"http://127.0.0.1:{port}/"],
                               stdout=subprocess.DEVNULL, stdin=subprocess.DEVNULL)
        try:
            yield
        finally:
            end(wrk)


def check_scrapes(prometheus, seconds):
    check("requests a second that nginx answered meanwhile",
          prometheus.number(f'sum(rate(sockwarden_exchanges_total{{job="sockwarden", comm="nginx", role="server"}}[{seconds}s]))'),
          lambda rate: rate > 500)
    for job in ("sockwarden", "sockwarden-tls"):
        scrapes = prometheus.number(f'count_over_time(up{{job="{job}"}}[{seconds}s])')
        check(f"scrapes of {job}", scrapes, lambda number: number >= seconds / 4)
        check(f"scrapes of {job} that failed", prometheus.number(f'sum_over_time((1 - up{{job="{job}"}})[{seconds}s:1s])'), 0)
        check(f"samples a scrape of {job}", prometheus.number(f'scrape_samples_scraped{{job="{job}"}}'), lambda n: n > 50)
    for job in ("sockwarden-wrong-password", "sockwarden-wrong-authority", "sockwarden-no-tls"):
        check(f"scrapes of {job} that succeeded", prometheus.number(f'max_over_time(up{{job="{job}"}}[{seconds}s])'), 0)
    errors = {target["labels"]["job"]: target["lastError"] for target in prometheus.api("targets")["activeTargets"]}
    check("why the wrong password was refused", errors["sockwarden-wrong-password"], lambda error: "401" in error)
    check("why the wrong authority was refused", errors["sockwarden-wrong-authority"], lambda error: "certificate" in error)


def check_names(prometheus):
    scraped = set(prometheus.api("label/__name__/values"))
    board = files.dashboard()
    expressions = [t["expr"] for panel in files.panels(board) for t in panel["targets"]] + [r["expr"] for r in files.rules()]
    used = set().union(*map(files.metric_names, expressions))
    check("metrics of expressions that no scrape brought", sorted(used - scraped - METRICS_OF_FINDINGS - INFERRED), [])
    undocumented = {name for name in scraped if name.startswith("sockwarden_")
                    and not files.documented_name(name, files.documented_metrics())}
    check("metrics that were scraped and are not in metrics.md", sorted(undocumented), [])


def shows_data(prometheus, panel):
    """Asks each query of a panel as Grafana does; true where one of them has an answer."""
    answers = []
    for target in panel["targets"]:
        expression = files.substitute(target["expr"])
        answers.append(prometheus.now(expression) if target["instant"] else prometheus.over_time(expression))
    return any(answers)


def may_be_empty(panel):
    used = set().union(*(files.metric_names(target["expr"]) for target in panel["targets"]))
    return panel["title"] in EMPTY_WHERE_ALL_IS_WELL or used <= INFERRED or any("sockwarden_findings{" in t["expr"] and 'class="' in t["expr"]
                                                            for t in panel["targets"])


def check_panels(prometheus):
    panels = list(files.panels(files.dashboard()))
    empty = [panel["title"] for panel in panels if not shows_data(prometheus, panel) and not may_be_empty(panel)]
    check(f"of {len(panels)} panels without data", empty, [])


def check_variables(prometheus):
    for name, variable in files.variables(files.dashboard()).items():
        query = variable.get("query")
        if not isinstance(query, dict):
            continue
        selector, label = files.substitute(query["query"])[len("label_values("):-1].rsplit(", ", 1)
        values = prometheus.api(f"label/{label}/values", **{"match[]": selector})
        # A host without systemd or containers has neither.
        if name not in ("unit", "container"):
            check(f"choices of ${name}", len(values), lambda count: count > 0)
    annotations = [a["expr"] for a in files.dashboard()["annotations"]["list"] if "expr" in a]
    for expression in annotations:
        prometheus.over_time(files.substitute(expression))


def check_rules(prometheus):
    def evaluated():
        return [rule for group in prometheus.api("rules")["groups"] for rule in group["rules"]]
    check("rules that Prometheus has", len(evaluated()), len(files.rules()))
    until(lambda: all(rule["health"] != "unknown" for rule in evaluated()), 30)
    check("rules that fail", [(r["name"], r.get("lastError")) for r in evaluated() if r["health"] != "ok"], [])
    silent = {"SockwardenScanStalled", "SockwardenScansFail", "SockwardenHookMissing", "SockwardenReloadFailed", "SockwardenRestarts",
              "SockwardenAbsent"}
    firing = {rule["name"] for rule in evaluated() if rule.get("state") == "firing"}
    check("alerts on the agent while it is well", sorted(firing & silent), [])


def run(seconds):
    with contextlib.ExitStack() as stack:
        folder = stack.enter_context(scratch())
        secure = stack.enter_context(SecureAgent(folder))
        plain = stack.enter_context(Agent())
        scrapes = [{"job_name": "sockwarden", "static_configs": [{"targets": [f"127.0.0.1:{plain.port}"]}]},
                   secure.scrape("sockwarden-tls"), secure.scrape("sockwarden-wrong-password", password="guess"),
                   secure.scrape("sockwarden-wrong-authority", authority=str(secure.folder / "stranger.pem")),
                   secure.scrape("sockwarden-no-tls", scheme="http")]
        stack.enter_context(traffic())
        stack.enter_context(load())
        prometheus = stack.enter_context(Prometheus(folder, scrapes, quick_rules(folder)))
        began = time.monotonic()
        answered = 'min(count_over_time(up{job=~"sockwarden|sockwarden-tls"}[1h]))'
        until(lambda: time.monotonic() - began > seconds and (prometheus.number(answered) or 0) >= seconds / 4, seconds + 60)
        check_scrapes(prometheus, seconds)
        check_names(prometheus)
        check_rules(prometheus)
        check_variables(prometheus)
        check_panels(prometheus)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float)
    minutes = parser.parse_args().minutes
    if os.geteuid() != 0:
        print("SKIPPED: the agent needs root")
        sys.exit(SKIPPED)
    run(int(minutes * 60) if minutes else int(os.environ.get("SOCKWARDEN_SCRAPE_SECONDS", "30")))
