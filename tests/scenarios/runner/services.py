"""Real servers that several scenarios share: started for one run, on free ports, with all their files in one folder."""

import os
import pwd
import shutil
import signal
import socket
import subprocess
import time
from pathlib import Path

from .agent import free_port

MYSQL_ACCOUNT = """
CREATE DATABASE shop;
CREATE USER scenarios IDENTIFIED BY 'scenarios';
GRANT ALL ON shop.* TO scenarios;
GRANT REPLICATION SLAVE ON *.* TO scenarios;
"""
POSTGRES = sorted(Path("/usr/lib/postgresql").glob("*/bin"))
NGINX = """
daemon off; master_process on; worker_processes 1; pid {folder}/nginx.pid; error_log {folder}/nginx.error.log;
events {{ worker_connections 1024; }}
http {{
  access_log off; client_body_temp_path {folder}/nginx_body; proxy_temp_path {folder}/nginx_proxy;
  fastcgi_temp_path {folder}/nginx_fastcgi; uwsgi_temp_path {folder}/nginx_uwsgi; scgi_temp_path {folder}/nginx_scgi;
  keepalive_requests 100000;
  server {{
    {listen}
    listen 127.0.0.1:{nginx_tls} ssl http2;
    ssl_certificate {folder}/certificate.pem; ssl_certificate_key {folder}/key.pem;
    root {folder}/site;
    location = /ok {{ return 200 "ok"; }}
  }}
}}
"""


def certificate(folder):
    """A self-made certificate for localhost, 127.0.0.1 and ::1; what the scenarios trust."""
    files = folder / "certificate.pem", folder / "key.pem"
    subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost",
                    "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1,IP:::1", "-out", files[0], "-keyout", files[1]],
                   check=True, capture_output=True)
    return {"SCENARIOS_CERTIFICATE": str(files[0]), "SCENARIOS_KEY": str(files[1])}


class Services:
    def __init__(self, folder):
        self.folder = folder
        self.places = {}
        self.pids = {}
        self._started = []

    def start(self, names):
        if names & {"nginx", "nginx_tls", "nginx_port"}:
            self._nginx()
        if "redis" in names:
            port = free_port()
            self._run("redis", ["redis-server", "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", str(self.folder)],
                      [port])
            self.places["redis"] = f"127.0.0.1:{port}"
        if "postgres" in names:
            self._postgres()
        if "mysql" in names:
            self._mysql()

    def _run(self, name, command, ports):
        with open(self.folder / f"{name}.log", "w") as log:
            process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True)
        self._started.append(process)
        self.pids[name] = process.pid
        deadline = time.monotonic() + 30
        for port in ports:
            while True:
                try:
                    socket.create_connection(("127.0.0.1", port), 1).close()
                    break
                except OSError as error:
                    if process.poll() is not None or time.monotonic() > deadline:
                        raise SystemExit(f"scenarios: {name} does not start, see {self.folder}/{name}.log") from error
                    time.sleep(0.1)

    def _nginx(self):
        site = self.folder / "site"
        site.mkdir(exist_ok=True)
        for size in (0, 200, 2048, 65536, 5 << 20):
            (site / str(size)).write_bytes(b"x" * size)
        ports = {"nginx": free_port(), "nginx_tls": free_port()}
        configuration = self.folder / "nginx.conf"
        listen = " ".join(f"listen 127.0.0.{host}:{ports['nginx']};" for host in range(1, 25))
        configuration.write_text(NGINX.format(folder=self.folder, listen=listen, **ports))
        self._run("nginx", ["nginx", "-c", str(configuration)], ports.values())
        self.places.update({name: f"127.0.0.1:{port}" for name, port in ports.items()}, nginx_port=ports["nginx"])

    def _postgres(self):
        account = pwd.getpwnam("postgres")
        data = self.folder / "postgres"
        data.mkdir(mode=0o700)
        os.chown(data, account.pw_uid, account.pw_gid)
        as_postgres = ["runuser", "-u", "postgres", "--"]
        subprocess.run([*as_postgres, POSTGRES[-1] / "initdb", "-D", data, "-U", "scenarios", "-A", "trust", "--no-sync"],
                       check=True, capture_output=True, cwd="/")
        port = free_port()
        # The postmaster itself, not runuser, leads the process group: its pid is the one to watch and to end.
        self._run("postgres", ["setpriv", f"--reuid={account.pw_uid}", f"--regid={account.pw_gid}", "--clear-groups",
                               str(POSTGRES[-1] / "postgres"), "-D", str(data), "-p", str(port), "-k", str(data),
                               "-c", "listen_addresses=127.0.0.1", "-c", "max_connections=300", "-c", "fsync=off"], [port])
        self.places["postgres"] = f"127.0.0.1:{port}"

    def _mysql(self):
        """MariaDB with a folder, a port and a user of its own; the account is made before it listens."""
        account = pwd.getpwnam("mysql")
        data, first = self.folder / "mysql", self.folder / "mysql.sql"
        data.mkdir(mode=0o700)
        os.chown(data, account.pw_uid, account.pw_gid)
        first.write_text(MYSQL_ACCOUNT)
        subprocess.run(["mariadb-install-db", "--no-defaults", "--user=mysql", f"--datadir={data}", "--skip-test-db"],
                       check=True, capture_output=True)
        port = free_port()
        self._run("mysql", ["setpriv", f"--reuid={account.pw_uid}", f"--regid={account.pw_gid}", "--clear-groups", "mariadbd",
                            "--no-defaults", f"--datadir={data}", f"--socket={data}/socket", f"--pid-file={data}/pid",
                            "--bind-address=127.0.0.1", f"--port={port}", f"--init-file={first}", "--skip-name-resolve",
                            "--log-bin=binlog", "--server-id=1", "--max-connections=300", "--innodb-flush-log-at-trx-commit=0"], [port])
        self.places["mysql"] = f"127.0.0.1:{port}"

    def end(self):
        for process in reversed(self._started):
            if process.poll() is None:
                process.send_signal(signal.SIGTERM if process.pid == self.pids.get("mysql") else signal.SIGINT)  # PostgreSQL: fast shutdown
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)
