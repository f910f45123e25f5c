"""What real_programs.yaml talks to: repositories, proxies, poolers and servers, each with its own files and free ports."""

import hashlib
import os
import pathlib
import pwd
import signal
import socket
import subprocess
import time

from host import end, free_port, temp_paths, until
from servers import database, start, start_postgres, start_redis

HERE = pathlib.Path(__file__).resolve().parent
HOSTS = range(1, 12)  # nginx answers at 127.0.0.1 to .11, so that each of its clients has an endpoint of its own
WEB = """
user www-data; daemon off; worker_processes 1; pid {folder}/web.pid; error_log {folder}/web.log;
events {{ }}
http {{
  access_log off; root {folder}/site; default_type application/octet-stream;
  {temp_paths}
  server {{
    {listen}
    location = /slow {{ limit_rate 20k; alias {folder}/site/30000; }}
    location /smart/ {{
      fastcgi_pass unix:{folder}/fcgiwrap/socket;
      include /etc/nginx/fastcgi_params;
      fastcgi_param SCRIPT_FILENAME /usr/lib/git-core/git-http-backend;
      fastcgi_param GIT_PROJECT_ROOT {folder}/site;
      fastcgi_param GIT_HTTP_EXPORT_ALL "";
      fastcgi_param PATH_INFO $fastcgi_script_name;
      rewrite ^/smart(/.*)$ $1 break;
    }}
  }}
}}
"""
EDGE = """
daemon off; worker_processes 1; pid {folder}/edge.pid; error_log {folder}/edge.log;
events {{ }}
http {{
  access_log off;
  {temp_paths}
  upstream keeping {{ server 127.0.0.2:{web}; keepalive 16; }}
  upstream scant {{ server 127.0.0.3:{web}; keepalive 2; }}
  server {{ listen 127.0.0.1:{closing}; location / {{ proxy_pass http://127.0.0.4:{web}; }} }}
  server {{
    listen 127.0.0.1:{keeping};
    location / {{ proxy_pass http://keeping; proxy_http_version 1.1; proxy_set_header Connection ""; }}
  }}
  server {{
    listen 127.0.0.1:{scant};
    location / {{ proxy_pass http://scant; proxy_http_version 1.1; proxy_set_header Connection ""; }}
  }}
}}
"""
HAPROXY = """
global
  maxconn 1000
defaults
  mode http
  timeout connect 5000
  timeout client 50000
  timeout server 50000
listen reuse
  bind 127.0.0.1:{reuse}
  server one 127.0.0.5:{web}
listen server-close
  bind 127.0.0.1:{server_close}
  option http-server-close
  server one 127.0.0.6:{web}
listen checked
  bind 127.0.0.1:{checked}
  option httpchk GET /2000
  server by-request 127.0.0.7:{web} check inter 1s
  server by-connection 127.0.0.8:{web} check inter 1s no-check-ssl
"""
PGBOUNCER = """
[databases]
postgres = host=127.0.0.1 port={postgres} user=test
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {pgbouncer}
auth_type = any
pool_mode = transaction
default_pool_size = 4
unix_socket_dir =
"""


def as_user(name):
    account = pwd.getpwnam(name)
    return ["setpriv", f"--reuid={account.pw_uid}", f"--regid={account.pw_gid}", "--clear-groups"]


def quietly(command, **options):
    return subprocess.run(command, check=True, capture_output=True, **options)


def make_site(folder):
    site = pathlib.Path(folder, "site")
    site.mkdir()
    for size in (0, 200, 2000, 30000):
        (site / str(size)).write_bytes(b"x" * size)
    make_packages(site / "apt")
    make_repository(site / "repository.git")
    quietly(["chmod", "-R", "a+rX", site])


def make_packages(place, count=20):
    """A Debian repository of small packages."""
    index = ""
    for number in range(count):
        tree, name = place / f"tree-{number}", f"sample-{number}"
        (tree / "DEBIAN").mkdir(parents=True)
        control = f"Package: {name}\nVersion: 1\nArchitecture: all\nMaintainer: test <test@localhost>\nDescription: sample\n"
        (tree / "DEBIAN/control").write_text(control)
        (tree / "content").write_bytes(os.urandom(40_000))
        package = place / f"{name}_1_all.deb"
        quietly(["dpkg-deb", "-Znone", "-b", tree, package])
        content = package.read_bytes()
        index += f"{control}Filename: ./{package.name}\nSize: {len(content)}\nSHA256: {hashlib.sha256(content).hexdigest()}\n\n"
    (place / "Packages").write_text(index)
    digest = hashlib.sha256(index.encode()).hexdigest()
    when = time.strftime("%a, %d %b %Y %H:%M:%S UTC", time.gmtime())
    (place / "Release").write_text(f"Date: {when}\nSHA256:\n {digest} {len(index)} Packages\n")


def make_repository(place, commits=30):
    """A bare git repository of loose objects, which the dumb protocol fetches one by one."""
    quietly(["git", "init", "--bare", "-b", "main", place])
    stream = ""
    for number in range(commits):
        text = f"{number}\n" * 200
        stream += (f"commit refs/heads/main\ncommitter test <test@localhost> {1_700_000_000 + number} +0000\ndata 4\nnext\n"
                   f"M 100644 inline file-{number}\ndata {len(text)}\n{text}\n")
    quietly(["git", "-C", place, "fast-import", "--quiet"], input=stream.encode())
    quietly(["git", "-C", place, "update-server-info"])


class RealServers:
    """`places`: what the manifest's commands name in braces; `pids`: the servers that are judged."""

    def __init__(self, stack, folder):
        self.stack, self.folder, self.pids = stack, folder, {}
        names = ("web closing keeping scant reuse server_close checked postgres pgbouncer redis h2 h2_tls").split()
        self.places = {name: free_port() for name in names}
        self.places["mute"] = self.mute()

    def mute(self):
        """A listener that accepts in the kernel alone, and says nothing."""
        return self.stack.enter_context(socket.create_server(("127.0.0.1", 0))).getsockname()[1]

    def start(self):
        folder, places = self.folder, self.places
        make_site(folder)
        self.pids["fcgiwrap"] = self.start_fcgiwrap()
        listen = " ".join(f"listen 127.0.0.{host}:{places['web']};" for host in HOSTS)
        self.pids["nginx"] = self.configured("nginx", WEB, "web", "web.conf", listen=listen)
        self.pids["nginx-proxy"] = self.configured("nginx", EDGE, "closing", "edge.conf")
        self.pids["redis"] = start_redis(self.stack, folder, places["redis"])
        self.pids["postgresql"] = start_postgres(self.stack, folder, places["postgres"])
        self.pids["haproxy"] = self.configured("haproxy", HAPROXY, "reuse", "haproxy.cfg")
        self.pids["pgbouncer"] = self.configured("pgbouncer", PGBOUNCER, "pgbouncer", "pgbouncer.ini")
        quietly(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost",
                 "-addext", "subjectAltName=IP:127.0.0.1", "-out", f"{folder}/certificate.pem", "-keyout", f"{folder}/key.pem"])
        self.pids["node-h2-server"] = start(self.stack, ["node", HERE / "h2_server.mjs", folder, str(places["h2"]),
                                                         str(places["h2_tls"])], places["h2_tls"])
        places.update(folder=folder, here=HERE, database=" ".join(database(places["postgres"])),
                      pooled=" ".join(database(places["pgbouncer"])))

    def configured(self, program, template, port, name, **more):
        path = pathlib.Path(self.folder, name)
        path.write_text(template.format(folder=self.folder, temp_paths=temp_paths(self.folder), **self.places, **more))
        command = {"nginx": ["nginx", "-p", self.folder, "-c", path], "haproxy": ["haproxy", "-db", "-f", path],
                   "pgbouncer": [*as_user("postgres"), "pgbouncer", path]}[program]
        return start(self.stack, command, self.places[port])

    def start_fcgiwrap(self):
        place, account = pathlib.Path(self.folder, "fcgiwrap"), pwd.getpwnam("www-data")
        place.mkdir(mode=0o755)
        os.chown(place, account.pw_uid, account.pw_gid)
        path = place / "socket"
        process = subprocess.Popen([*as_user("www-data"), "fcgiwrap", "-s", f"unix:{path}"],
                                   stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.stack.callback(end, process)
        if not until(lambda: os.path.exists(path)):
            raise SystemExit("fcgiwrap did not start")
        return process.pid
