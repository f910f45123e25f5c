"""The agent under test: started here, or running elsewhere; asked over its API."""

import json
import os
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request


def free_port():
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return sock.getsockname()[1]


class Agent:
    def __init__(self, binary=None, url=None, log=None):
        self._popen = None
        if url is None:
            address = f"127.0.0.1:{free_port()}"
            url = f"http://{address}"
            with open(log, "w") as output:
                self._popen = subprocess.Popen([binary, "agent", "--profile", "development", "--web.listen-address", address],
                                               stdin=subprocess.DEVNULL, stdout=output, stderr=output, start_new_session=True)
        self._url = url.rstrip("/")
        self._log = log

    def wait_until_ready(self, limit=30):
        deadline = time.monotonic() + limit
        while time.monotonic() < deadline:
            if self._popen and self._popen.poll() is not None:
                raise SystemExit(f"scenarios: the agent ended with status {self._popen.returncode}, see {self._log}")
            try:
                with urllib.request.urlopen(f"{self._url}/-/ready", timeout=2):
                    return
            except (urllib.error.URLError, OSError):
                time.sleep(0.2)
        raise SystemExit(f"scenarios: the agent at {self._url} is not ready after {limit} s")

    def findings(self, pid):
        with urllib.request.urlopen(f"{self._url}/api/v1/findings?pid={pid}&state=all", timeout=10) as response:
            return json.load(response)["data"]["findings"]

    def end(self):
        if self._popen:
            os.killpg(self._popen.pid, signal.SIGTERM)
            try:
                self._popen.wait(10)
            except subprocess.TimeoutExpired:
                os.killpg(self._popen.pid, signal.SIGKILL)
                self._popen.wait()
