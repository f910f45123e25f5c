"""A real Prometheus, a real Alertmanager, and a receiver of its notifications, all on free ports."""

import http.server
import json
import pathlib
import subprocess
import tempfile
import threading
import time
import urllib.parse
import urllib.request

import yaml

import dashboards_files
from host import end, free_port, until


def fetch(url, seconds=20):
    with urllib.request.urlopen(url, timeout=seconds) as response:
        return response.read()


class Service:
    """A program in a folder of its own that is ready once its address answers."""

    def __init__(self, name, folder, port, ready_path, command):
        self.name, self.port = name, port
        self.log = pathlib.Path(folder, f"{name}.log")
        with self.log.open("w") as log:
            self.process = subprocess.Popen(command, cwd=folder, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        if not until(lambda: self.process.poll() is not None or self.answers(ready_path), 60) or self.process.poll() is not None:
            self.stop()
            raise SystemExit(f"{name} did not start:\n{self.log.read_text()[-4000:]}")

    def answers(self, path):
        try:
            return bool(fetch(f"http://127.0.0.1:{self.port}{path}", 5) is not None)
        except OSError:
            return False

    def stop(self):
        end(self.process)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()


def quick_rules(folder, alert_after=None):
    """Copies of the rules that are evaluated as often as the test scrapes; `alert_after` replaces every `for`."""
    copies = []
    for file in dashboards_files.RULES:
        content = yaml.safe_load(file.read_text())
        for group in content["groups"]:
            group.pop("interval", None)
            for rule in group["rules"]:
                if alert_after and "alert" in rule:
                    rule["for"] = alert_after
        copy = pathlib.Path(folder, file.name)
        copy.write_text(yaml.safe_dump(content, sort_keys=False))
        copies.append(str(copy))
    return copies


class Prometheus(Service):
    def __init__(self, folder, scrape_configs, rule_files=(), alertmanager_port=None, interval="2s"):
        port = free_port()
        config = {"global": {"scrape_interval": interval, "scrape_timeout": interval, "evaluation_interval": interval},
                  "scrape_configs": scrape_configs, "rule_files": list(rule_files)}
        if alertmanager_port:
            config["alerting"] = {"alertmanagers": [{"static_configs": [{"targets": [f"127.0.0.1:{alertmanager_port}"]}]}]}
        file = pathlib.Path(folder, "prometheus.yml")
        file.write_text(yaml.safe_dump(config))
        super().__init__("prometheus", folder, port, "/-/ready",
                         ["prometheus", f"--config.file={file}", f"--storage.tsdb.path={folder}/data",
                          f"--web.listen-address=127.0.0.1:{port}", "--log.level=warn"])

    def api(self, path, **parameters):
        """`data` of an answer; an error of the query ends the test with Prometheus' own words."""
        url = f"http://127.0.0.1:{self.port}/api/v1/{path}?{urllib.parse.urlencode(parameters, doseq=True)}"
        try:
            answer = json.loads(fetch(url))
        except urllib.error.HTTPError as error:
            raise SystemExit(f"Prometheus refused {path} {parameters}: {error.read().decode()}") from error
        return answer["data"]

    def now(self, expression):
        return self.api("query", query=expression)["result"]

    def over_time(self, expression, seconds=60, step=5):
        end_time = time.time()
        return self.api("query_range", query=expression, start=end_time - seconds, end=end_time, step=step)["result"]

    def number(self, expression):
        """The one value of an expression, or None."""
        result = self.now(expression)
        return float(result[0]["value"][1]) if len(result) == 1 else None


class Alertmanager(Service):
    def __init__(self, folder, webhook_port):
        port = free_port()
        file = pathlib.Path(folder, "alertmanager.yml")
        file.write_text(yaml.safe_dump({
            "route": {"receiver": "test", "group_by": ["alertname", "comm"], "group_wait": "0s", "group_interval": "1s",
                      "repeat_interval": "1h"},
            "receivers": [{"name": "test", "webhook_configs": [
                {"url": f"http://127.0.0.1:{webhook_port}/", "send_resolved": True}]}]}))
        super().__init__("alertmanager", folder, port, "/-/ready",
                         ["prometheus-alertmanager", f"--config.file={file}", f"--storage.path={folder}/alertmanager",
                          f"--web.listen-address=127.0.0.1:{port}", "--cluster.listen-address=", "--log.level=warn"])


class Webhook:
    """Keeps every alert that Alertmanager notifies of."""

    def __init__(self):
        self.received = []
        webhook = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                webhook.received.extend(body["alerts"])
                self.send_response(200)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.port = self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()

    def notified(self, status, **labels):
        """Notifications of this status about alerts with these labels."""
        return [alert for alert in self.received if alert["status"] == status
                and all(alert["labels"].get(name) == value for name, value in labels.items())]


def scratch():
    return tempfile.TemporaryDirectory(prefix="sockwarden-dashboards-")
