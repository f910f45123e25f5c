"""What runs on any host: supervisord, ssh sessions, Prometheus and its exporters."""

import os

from stage import once

CHILD = """
[program:{name}]
command=sh -c "while :; do sleep 20; echo alive; done"
stdout_logfile={folder}/{name}.out
stderr_logfile={folder}/{name}.err
"""
SSHD = """
Port {port}
ListenAddress 127.0.0.1
HostKey {folder}/ssh_host
AuthorizedKeysFile {folder}/ssh_user.pub
PidFile {folder}/sshd.pid
StrictModes no
PermitRootLogin yes
UsePAM no
"""


def supervisor(stage):
    """25 quiet children, with two pipes and two logs each."""
    text = f"[supervisord]\nnodaemon=true\nuser=root\nlogfile={stage.folder}/supervisord.out\npidfile={stage.folder}/supervisord.pid\n"
    text += "".join(CHILD.format(name=f"child-{number}", folder=stage.folder) for number in range(25))
    stage.keep("supervisord", "-c", stage.write("supervisord.conf", text))


def ssh(stage):
    """Sessions with a terminal, one that forwards a port."""
    port, key = stage.port("ssh"), stage.folder / "ssh_user"
    for name in ("ssh_host", "ssh_user"):
        once("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", stage.folder / name)
    os.makedirs("/run/sshd", exist_ok=True)
    stage.keep("/usr/sbin/sshd", "-D", "-e", "-f", stage.write("sshd.conf", SSHD.format(port=port, folder=stage.folder)), port=port)
    session = ["ssh", "-F", "none", "-p", port, "-i", key, "-o", "StrictHostKeyChecking=no", "-o", "UserKnownHostsFile=/dev/null",
               "-o", "ServerAliveInterval=15", "root@127.0.0.1"]
    for _ in range(3):
        stage.keep(*session[:-1], "-tt", session[-1], "cat")
    forwarded = stage.port("forwarded")
    stage.keep(*session[:-1], "-N", "-L", f"{forwarded}:127.0.0.1:{stage.port('nginx')}", session[-1], port=forwarded)
    stage.client("ask.py", "5", "10", f"http://127.0.0.1:{forwarded}/index.html")


def prometheus(stage):
    """Prometheus, five exporters, and what they ask."""
    at = {name: f"127.0.0.1:{stage.port(name)}" for name in
          ("node", "redis_exporter", "postgres_exporter", "nginx_exporter", "apache_exporter", "prometheus")}
    flag = {name: f"-web.listen-address={place}" for name, place in at.items()}
    commands = {
        "node": (["prometheus-node-exporter", f"-{flag['node']}"], {}),
        "redis_exporter": (["prometheus-redis-exporter", flag["redis_exporter"],
                            f"-redis.addr=redis://127.0.0.1:{stage.port('redis')}"], {}),
        "postgres_exporter": (["prometheus-postgres-exporter", f"-{flag['postgres_exporter']}"], {
            "DATA_SOURCE_NAME": f"postgresql://test@127.0.0.1:{stage.port('postgres')}/postgres?sslmode=disable"}),
        "nginx_exporter": (["prometheus-nginx-exporter", flag["nginx_exporter"],
                            f"-nginx.scrape-uri=http://127.0.0.1:{stage.port('nginx')}/status"], {}),
        "apache_exporter": (["prometheus-apache-exporter", f"--telemetry.address={at['apache_exporter']}",
                             f"--scrape_uri=http://127.0.0.1:{stage.port('apache')}/server-status?auto"], {}),
    }
    for name, (command, environment) in commands.items():
        stage.keep(*command, port=stage.port(name), **environment)
    targets = ", ".join(f'"{place}"' for place in at.values())
    config = stage.write("prometheus.yml", "global: {scrape_interval: 5s}\nscrape_configs:\n- job_name: all\n"
                         f"  static_configs: [{{targets: [{targets}]}}]\n")
    stage.keep("prometheus", f"--config.file={config}", f"--storage.tsdb.path={stage.folder}/tsdb", f"-{flag['prometheus']}",
               port=stage.port("prometheus"))


ALL = [supervisor, ssh, prometheus]
