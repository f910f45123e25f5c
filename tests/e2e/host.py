"""The agent under test, and the real servers and clients that it watches."""

import contextlib
import http.client
import json
import os
import pathlib
import re
import signal
import socket
import subprocess
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
SOCKWARDEN = os.environ.get("SOCKWARDEN", str(ROOT / "build/ci/sockwarden"))
SKIPPED = 77


def bpf_objects():
    """Ids of all programs, maps and links in the kernel."""
    return {kind: set(re.findall(r"^(\d+):", subprocess.run(["bpftool", kind, "list"], capture_output=True, text=True,
                                                            check=True).stdout, re.M))
            for kind in ("prog", "map", "link")}


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def until(condition, seconds=20.0):
    """Polls until the condition is true; its last value either way."""
    deadline = time.monotonic() + seconds
    while True:
        value = condition()
        if value or time.monotonic() > deadline:
            return value
        time.sleep(0.1)


def check(claim, value, expected):
    """One claim of a test: prints it, and ends the test where it does not hold."""
    good = expected(value) if callable(expected) else value == expected
    print(f"  {'ok  ' if good else 'FAIL'} {claim}: {value}", flush=True)
    if not good:
        raise SystemExit(1)


def end(process, with_signal=signal.SIGTERM, seconds=20):
    if process.poll() is None:
        process.send_signal(with_signal)
        try:
            process.wait(seconds)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
    return process.returncode


SAMPLE = re.compile(r'^(\w+)(?:\{(.*)\})? (\S+)$')
LABEL = re.compile(r'(\w+)="((?:[^"\\]|\\.)*)"')


class Agent:
    """`sockwarden agent` on a free port."""

    def __init__(self, *arguments, profile="development", wrapper=(), stderr=None):
        self.port = free_port()
        self.log = tempfile.NamedTemporaryFile("w+", prefix="sockwarden-agent-", suffix=".log")
        self.process = subprocess.Popen(
            [*wrapper, SOCKWARDEN, "agent", "--profile", profile, "--web.listen-address", f"127.0.0.1:{self.port}",
             *arguments], stdout=self.log, stderr=stderr or self.log, stdin=subprocess.DEVNULL)
        if not until(lambda: self.process.poll() is not None or self.ready(), 60) or self.process.poll() is not None:
            self.log.seek(0)
            raise SystemExit(f"the agent did not start:\n{self.log.read()}")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        end(self.process)

    def get(self, path):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        with contextlib.closing(connection):
            connection.request("GET", path)
            response = connection.getresponse()
            return response.status, response.read().decode()

    def ready(self):
        with contextlib.suppress(OSError):
            return self.get("/-/ready")[0] == 200
        return False

    def api(self, path):
        return json.loads(self.get(path)[1])["data"]

    def samples(self):
        """Every sample of /metrics as (name, labels, value)."""
        for line in self.get("/metrics")[1].splitlines():
            match = SAMPLE.match(line)
            if match:
                yield match[1], dict(LABEL.findall(match[2] or "")), float(match[3])

    def value(self, name, **labels):
        """The sum over all series with these labels."""
        return sum(value for sample, has, value in self.samples()
                   if sample == name and all(has.get(key) == wanted for key, wanted in labels.items()))


def temp_paths(folder):
    """Directives that keep nginx's temporary files in a folder of ours."""
    return " ".join(f"{kind}_temp_path {folder};" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))


@contextlib.contextmanager
def nginx(response="ok", extra="", workers=1):
    """nginx with its own configuration on a free port; yields the port."""
    port = free_port()
    with tempfile.TemporaryDirectory(prefix="sockwarden-nginx-") as folder:
        pathlib.Path(folder, "nginx.conf").write_text(f"""
daemon off; worker_processes {workers}; pid {folder}/pid; error_log {folder}/error.log;
events {{ worker_connections 4096; }}
http {{
  access_log off; keepalive_requests 10000000;
  {temp_paths(folder)}
  server {{ listen 127.0.0.1:{port} backlog=4096; location / {{ return 200 "{response}"; }} {extra} }}
}}
""")
        server = subprocess.Popen(["nginx", "-p", folder, "-c", f"{folder}/nginx.conf"], stdin=subprocess.DEVNULL)
        try:
            if not until(lambda: can_connect(port)):
                raise SystemExit("nginx did not start")
            yield port
        finally:
            end(server, signal.SIGQUIT)


def can_connect(port):
    with contextlib.suppress(OSError):
        socket.create_connection(("127.0.0.1", port), 1).close()
        return True
    return False


def compiled(source, name, folder):
    """A small C program, built."""
    path = pathlib.Path(folder, name)
    subprocess.run(["gcc", "-O2", "-Wall", "-o", str(path), str(source)], check=True)
    return str(path)
