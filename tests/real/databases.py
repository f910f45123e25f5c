"""Databases, their clients, and pools at rest."""

import signal

from servers import POSTGRES, database, start_postgres
from stage import CLIENTS, once

JARS = [f"/usr/share/java/{name}.jar" for name in ("HikariCP", "postgresql", "slf4j-api")]


def postgres(stage):
    """pgbench, a replica that streams, and a session that comes to touch 150 tables."""
    port, replica = stage.port("postgres"), stage.port("replica")
    start_postgres(stage.stack, str(stage.folder), port)
    home = stage.owned_folder("replica", "postgres")
    bin_folder = POSTGRES[-1]
    once("setpriv", "--reuid=postgres", "--regid=postgres", "--init-groups", bin_folder / "pg_basebackup", "-R", "-c", "fast", "-D", home,
         "-h", "127.0.0.1", "-p", port, "-U", "test", cwd="/")
    home.chmod(0o700)
    stage.keep(bin_folder / "postgres", "-D", home, "-p", replica, "-k", home, "-c", "listen_addresses=127.0.0.1", port=replica,
               user="postgres", ends_by=signal.SIGINT)
    stage.keep("pgbench", "-n", "-c", "4", "-T", "86400", "--rate", "10", *database(port))
    stage.client("tables.py", port)


def pools(stage):
    """HikariCP and psycopg2's pool: filled once, three connections used."""
    port = stage.port("postgres")
    classes = stage.folder / "classes"
    once("javac", "-cp", ":".join(JARS), "-d", classes, CLIENTS / "HikariPool.java")
    stage.keep("java", "-Xmx128m", "-cp", ":".join([str(classes), *JARS]), "HikariPool", port)
    stage.client("psycopg2_pool.py", port)


def mariadb(stage):
    """Clients on its unix socket, and one that waits for the binary log to go on."""
    port, home = stage.port("mariadb"), stage.owned_folder("mariadb", "mysql")
    once("mariadb-install-db", "--no-defaults", "--user=mysql", f"--datadir={home}/data", f"--tmpdir={home}",
         "--auth-root-authentication-method=normal", "--skip-test-db")
    socket = home / "socket"
    stage.keep("mariadbd", "--no-defaults", "--user=mysql", f"--datadir={home}/data", f"--tmpdir={home}", f"--socket={socket}",
               f"--port={port}", "--bind-address=127.0.0.1", "--innodb-buffer-pool-size=16M", f"--log-bin={home}/log",
               "--server-id=1", path=socket, port=port)
    stage.client("mariadb_clients.py", socket)
    stage.keep("mariadb-binlog", "--no-defaults", "--read-from-remote-server", "--stop-never", "-h", "127.0.0.1", "-P", port,
               "-u", "root", "log.000001")


def redis(stage):
    """Clients on its unix socket; one waits for a list with a limit, one is subscribed."""
    port, socket = stage.port("redis"), stage.folder / "redis"
    stage.keep("redis-server", "--port", port, "--bind", "127.0.0.1", "--unixsocket", socket, "--dir", stage.folder, "--save", "",
               port=port)
    stage.client("redis_clients.py", socket)


ALL = [postgres, pools, mariadb, redis]
