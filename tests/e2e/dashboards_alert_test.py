#!/usr/bin/python3
"""A real leak makes a real Alertmanager notify, with service, endpoint and cause; mending it makes it resolve."""

import contextlib
import os
import pathlib
import subprocess
import sys

from dashboards_prometheus import Alertmanager, Prometheus, Webhook, quick_rules, scratch
from host import SKIPPED, Agent, check, end, until

WORKLOAD = pathlib.Path(__file__).with_name("dashboards_workload.py")
LEAKED = 12
BACKLOG = 8


@contextlib.contextmanager
def faulty_program(*arguments):
    """A program with a fault that a line on its input mends. Yields it and its port."""
    program = subprocess.Popen([sys.executable, str(WORKLOAD), *map(str, arguments)], stdin=subprocess.PIPE,
                               stdout=subprocess.PIPE, text=True)
    try:
        yield program, program.stdout.readline().strip()
    finally:
        end(program)


def mend(program):
    program.stdin.write("\n")
    program.stdin.flush()
    check("the program is mended", program.stdout.readline().strip(), "mended")


def check_fired(webhook, program, alert, endpoint, cause, page):
    comm = pathlib.Path(f"/proc/{program.pid}/comm").read_text().strip()
    here = {"alertname": alert, "comm": comm, "server_address": endpoint}
    until(lambda: webhook.notified("firing", **here), 60)
    check(f"{alert} is notified", len(webhook.notified("firing", **here)), lambda number: number >= 1)
    annotations = webhook.notified("firing", **here)[0]["annotations"]
    check("of the service", annotations["service"], lambda service: comm in service)
    check("of the server", annotations["server"], endpoint)
    check("on the host", annotations["host"], lambda host: host and ":" not in host)
    check("what to do first", annotations.get("first_step"), bool)
    check("of the cause", annotations["cause"], cause)
    check("with its runbook", annotations["runbook_url"], f"agent/detect/{page}.md")
    check("and not as resolved", webhook.notified("resolved", **here), [])


def check_resolved(webhook, prometheus, alert, endpoint):
    here = {"alertname": alert, "server_address": endpoint}
    until(lambda: webhook.notified("resolved", **here), 60)
    check(f"{alert} is notified as over", len(webhook.notified("resolved", **here)), lambda number: number >= 1)
    check("and Prometheus has no such alert", [a for a in prometheus.api("alerts")["alerts"]
                                              if a["labels"].get("server_address") == endpoint and a["labels"]["alertname"] == alert], [])


def check_full_queue(agent, webhook, prometheus):
    alert = "SockwardenAcceptQueueNearlyFull"
    with faulty_program("stall", BACKLOG) as (program, port):
        endpoint = f"127.0.0.1:{port}"
        until(lambda: agent.value("sockwarden_accept_queue_length", server_address=endpoint) > BACKLOG, 60)
        check("connections that wait for accept()", agent.value("sockwarden_accept_queue_length", server_address=endpoint), BACKLOG + 1)
        check_fired(webhook, program, alert, endpoint, "the program accepts too slowly", "listen-overflow")
        mend(program)
        check_resolved(webhook, prometheus, alert, endpoint)


def check_hanging_wait(webhook, prometheus):
    alert = "SockwardenMissingTimeout"
    with faulty_program("hang") as (program, port):
        endpoint = f"127.0.0.1:{port}"
        check_fired(webhook, program, alert, endpoint, "no timeout in phase header", "missing-timeout")
        mend(program)
        check_resolved(webhook, prometheus, alert, endpoint)


def check_leak(agent, webhook, prometheus):
    alert = "SockwardenConnectionLeak"
    with faulty_program("leak-connections", LEAKED) as (program, port):
        def counts():
            found = agent.api(f"/api/v1/findings?pid={program.pid}")["findings"]
            return [finding["count"] for finding in found if finding["class"] == "connection-leak"]
        endpoint = f"127.0.0.1:{port}"
        until(lambda: counts() == [LEAKED], 60)
        check("connections that the agent finds leaked", counts(), [LEAKED])
        check_fired(webhook, program, alert, endpoint, "a connection checked out and never given back", "connection-leak")
        mend(program)
        check_resolved(webhook, prometheus, alert, endpoint)


def run():
    with contextlib.ExitStack() as stack:
        folder = stack.enter_context(scratch())
        webhook = stack.enter_context(Webhook())
        alertmanager = stack.enter_context(Alertmanager(folder, webhook.port))
        agent = stack.enter_context(Agent())
        target = {"job_name": "sockwarden", "static_configs": [{"targets": [f"127.0.0.1:{agent.port}"]}]}
        rules = quick_rules(folder, alert_after="0s")
        prometheus = stack.enter_context(Prometheus(folder, [target], rules, alertmanager.port, interval="1s"))
        check_full_queue(agent, webhook, prometheus)
        check_hanging_wait(webhook, prometheus)
        check_leak(agent, webhook, prometheus)


if __name__ == "__main__":
    if os.geteuid() != 0:
        print("SKIPPED: the agent needs root")
        sys.exit(SKIPPED)
    run()
