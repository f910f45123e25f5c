#!/usr/bin/python3
"""The agent serves on the sockets that systemd passes, and says what is wrong where there are none that it can use."""

import contextlib
import http.client
import os
import pathlib
import signal
import subprocess
import sys
import tempfile

from host import SKIPPED, SOCKWARDEN, check, end, free_port, until

FLAG = "--web.systemd-socket"


def get(host, port, path):
    connection = http.client.HTTPConnection(host, port, timeout=60)
    with contextlib.closing(connection):
        connection.request("GET", path)
        return connection.getresponse().status


def activated(log, *arguments, listen):
    """systemd's own launcher: it listens, and becomes the agent at the first connection."""
    flags = [word for address in listen for word in ("-l", address)]
    return subprocess.Popen(["systemd-socket-activate", *flags, SOCKWARDEN, "agent", FLAG, *arguments],
                            stdout=log, stderr=log, stdin=subprocess.DEVNULL)


def refused(*launcher):
    """Exit status and last words of an agent that was passed what it cannot use."""
    result = subprocess.run([*launcher, SOCKWARDEN, "agent", FLAG], capture_output=True, text=True, timeout=60,
                            stdin=subprocess.DEVNULL)
    return result.returncode, result.stderr.strip().splitlines()[-1]


def serves(log):
    v4, v6, unused = free_port(), free_port(), free_port()
    process = activated(log, "--web.listen-address", f"127.0.0.1:{unused}", listen=(f"127.0.0.1:{v4}", f"[::1]:{v6}"))
    try:
        answer = lambda host, port: lambda: process.poll() is None and answered(host, port)
        check("the request that starts the agent is answered by it", until(answer("127.0.0.1", v4), 60), 200)
        check("over IPv6 on the second socket", until(answer("::1", v6), 20), 200)
        check("on the address of the configuration nobody listens", answered("127.0.0.1", unused), None)
    finally:
        status = end(process, signal.SIGTERM)
    check("SIGTERM ends it with", status, 0)
    log.seek(0)
    check("it says where it serves", f"http://127.0.0.1:{v4}/ http://[::1]:{v6}/" in log.read(), True)


def answered(host, port):
    with contextlib.suppress(OSError, http.client.HTTPException):
        return get(host, port, "/-/healthy")
    return None


def clear_sentences():
    status, line = refused()
    check(f"no socket: {line}", status == 1 and "sockwarden.socket" in line, True)
    pass_file = 'exec 3</dev/null; export LISTEN_FDS=1 LISTEN_PID=$$; exec "$0" "$@"'
    status, line = refused("sh", "-c", pass_file)
    check(f"a file: {line}", status == 1 and "no listening TCP socket" in line, True)


def main():
    if os.geteuid() != 0:
        print("SKIPPED: the agent needs root")
        return SKIPPED
    with tempfile.TemporaryDirectory(prefix="sockwarden-activation-") as folder:
        with pathlib.Path(folder, "log").open("w+") as log:
            serves(log)
    clear_sentences()
    return 0


if __name__ == "__main__":
    sys.exit(main())
