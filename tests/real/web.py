"""Web servers, proxies, applications behind unix sockets, long polls."""

import pathlib

from host import temp_paths
from stage import CLIENTS, PYTHON

NGINX = """
user www-data; daemon off; worker_processes 1; pid {folder}/nginx.pid; error_log {folder}/nginx.log;
events {{ }}
http {{
  access_log off; root {folder}/site; {temp_paths} include /etc/nginx/mime.types;
  server {{
    listen 127.0.0.1:{nginx};
    location = /status {{ stub_status; }}
    location /slow {{ proxy_pass http://127.0.0.1:{slow}; proxy_read_timeout 600; }}
    location /app/ {{ proxy_pass http://unix:{folder}/gunicorn/socket; }}
    location ~ \\.php$ {{
      include /etc/nginx/fastcgi_params;
      fastcgi_param SCRIPT_FILENAME {folder}/site$fastcgi_script_name;
      fastcgi_pass unix:{folder}/php.socket;
    }}
  }}
}}
"""
APACHE = """
ServerName localhost
Listen 127.0.0.1:{apache}
LoadModule mpm_event_module {modules}/mod_mpm_event.so
LoadModule authz_core_module {modules}/mod_authz_core.so
LoadModule status_module {modules}/mod_status.so
User www-data
Group www-data
PidFile {folder}/apache.pid
DefaultRuntimeDir {folder}
ErrorLog {folder}/apache.log
Mutex file:{folder}
KeepAlive On
KeepAliveTimeout 5
DocumentRoot {folder}/site
<Location /server-status>
SetHandler server-status
</Location>
"""
HAPROXY = """
defaults
  mode http
  timeout connect 5s
  timeout client 600s
  timeout server 600s
listen web
  bind 127.0.0.1:{haproxy}
  option httpchk GET /index.html
  server nginx 127.0.0.1:{nginx} check inter 2s
  server apache 127.0.0.1:{apache} check inter 2s
listen slow
  bind 127.0.0.1:{haproxy_slow}
  server slow 127.0.0.1:{slow} check inter 2s
"""
FPM = """
[global]
error_log = {folder}/php.log
[site]
user = www-data
group = www-data
listen = {folder}/php.socket
listen.owner = www-data
pm = static
pm.max_children = 4
"""


def configured(stage, name, template):
    names = ("nginx", "apache", "haproxy", "haproxy_slow", "slow")
    return stage.write(name, template.format(folder=stage.folder, temp_paths=temp_paths(stage.folder), modules="/usr/lib/apache2/modules",
                                             **{each: stage.port(each) for each in names}))


def url(stage, port, path):
    return f"http://127.0.0.1:{stage.port(port)}{path}"


def servers(stage):
    """nginx, Apache and haproxy with its checks; answers that take 100 s, below limits of 600 s."""
    stage.write("site/index.html", "hello\n")
    stage.write("site/live.html", "<script>setInterval(() => fetch('/index.html').then(r => r.text()), 2000)</script>")
    stage.write("site/hello.php", "<?php usleep(300000); echo 'hello';")
    stage.keep("nginx", "-e", stage.folder / "nginx.log", "-p", stage.folder, "-c", configured(stage, "nginx.conf", NGINX),
               port=stage.port("nginx"))
    stage.keep("apache2", "-D", "FOREGROUND", "-f", configured(stage, "apache.conf", APACHE), port=stage.port("apache"))
    stage.keep("node", CLIENTS / "slow_server.js", stage.port("slow"), 100, port=stage.port("slow"))
    stage.keep("haproxy", "-db", "-f", configured(stage, "haproxy.cfg", HAPROXY), port=stage.port("haproxy"))
    for port in ("nginx", "apache", "haproxy"):
        stage.client("ask.py", "3", "10", url(stage, port, "/index.html"))
    for port in ("nginx", "haproxy_slow"):
        stage.client("ask.py", "1", "300", url(stage, port, "/slow"))


def applications(stage):
    """gunicorn and php-fpm behind nginx, on unix sockets."""
    home = stage.owned_folder("gunicorn", "www-data")
    stage.keep("gunicorn", "--workers", "2", "--bind", f"unix:{home}/socket", "--user", "www-data", "--group", "www-data",
               "--chdir", CLIENTS, "wsgi:application", path=home / "socket")
    fpm = sorted(pathlib.Path("/usr/sbin").glob("php-fpm*"))
    stage.keep(fpm[-1], "-F", "-n", "-y", stage.write("fpm.conf", FPM.format(folder=stage.folder)), path=stage.folder / "php.socket")
    stage.client("ask.py", "2", "30", url(stage, "nginx", "/app/"), url(stage, "nginx", "/hello.php"))


def long_polls(stage):
    """tornado and express answer after 40 s, by their own timers; three kinds of clients, with longer limits."""
    tornado, express = stage.port("tornado"), stage.port("express")
    stage.keep(PYTHON, CLIENTS / "tornado_poll.py", tornado, 40, port=tornado)
    stage.keep("node", CLIENTS / "express_poll.js", express, 40, port=express, NODE_PATH="/usr/share/nodejs")
    for port in (tornado, express):
        address = f"http://127.0.0.1:{port}/poll"
        stage.client("ask.py", "0", "300", address)
        stage.keep("sh", "-c", f"while curl -s -m 300 {address}; do :; done")
        stage.keep("node", CLIENTS / "poll.js", address)


def browser(stage):
    """chromium on a page that asks every two seconds."""
    stage.keep("chromium", "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-background-networking",
               f"--user-data-dir={stage.folder}/chromium", "--remote-debugging-port=0", url(stage, "nginx", "/live.html"))


ALL = [servers, applications, long_polls, browser]
