"""Real servers at their defaults, started for one test on free ports, with all their files in one folder."""

import os
import pathlib
import pwd
import signal
import subprocess

from host import can_connect, end, temp_paths, until

POSTGRES = sorted(pathlib.Path("/usr/lib/postgresql").glob("*/bin"))
# The timeouts are those that Debian's own haproxy.cfg sets.
HAPROXY = """
global
  maxconn 1000
defaults
  mode http
  timeout connect 5000
  timeout client 50000
  timeout server 50000
frontend shop
  bind 127.0.0.1:{port}
  default_backend web
backend web
  server one 127.0.0.1:{backend}
"""
NGINX = """
daemon off; worker_processes 2; pid {folder}/nginx.pid; error_log {folder}/error.log;
events {{ }}
http {{
  access_log off;
  {temp_paths}
  server {{ listen 127.0.0.1:{port}; location / {{ return 200 "ok"; }} }}
}}
"""


def start(stack, command, port, how_to_end=signal.SIGTERM):
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    stack.callback(end, process, how_to_end)
    if not until(lambda: process.poll() is not None or can_connect(port), 30) or process.poll() is not None:
        raise SystemExit(f"{command[0]} did not start")
    return process.pid


def start_nginx(stack, folder, port):
    pathlib.Path(folder, "nginx.conf").write_text(NGINX.format(folder=folder, temp_paths=temp_paths(folder), port=port))
    return start(stack, ["nginx", "-p", folder, "-c", f"{folder}/nginx.conf"], port)


def start_haproxy(stack, folder, port, backend):
    pathlib.Path(folder, "haproxy.cfg").write_text(HAPROXY.format(port=port, backend=backend))
    return start(stack, ["haproxy", "-db", "-f", f"{folder}/haproxy.cfg"], port)


def start_redis(stack, folder, port):
    return start(stack, ["redis-server", "--port", str(port), "--bind", "127.0.0.1", "--dir", folder, "--save", ""], port)


def start_postgres(stack, folder, port):
    account = pwd.getpwnam("postgres")
    data = f"{folder}/postgres"
    os.mkdir(data, 0o700)
    os.chown(data, account.pw_uid, account.pw_gid)
    as_postgres = ["setpriv", f"--reuid={account.pw_uid}", f"--regid={account.pw_gid}", "--clear-groups"]
    subprocess.run([*as_postgres, POSTGRES[-1] / "initdb", "-D", data, "-U", "test", "-A", "trust", "--no-sync"],
                   check=True, capture_output=True, cwd="/")
    pid = start(stack, [*as_postgres, str(POSTGRES[-1] / "postgres"), "-D", data, "-p", str(port), "-k", data,
                        "-c", "listen_addresses=127.0.0.1"], port, signal.SIGINT)
    subprocess.run(["pgbench", "-i", "-q", *database(port)], check=True, capture_output=True)
    return pid


def database(port):
    return ["-h", "127.0.0.1", "-p", str(port), "-U", "test", "postgres"]
