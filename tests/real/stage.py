"""Where healthy programs run: a folder, free ports, and the processes that were started, ended in reverse."""

import os
import pathlib
import pwd
import signal
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "e2e"))

from host import can_connect, end, free_port, until  # noqa: E402

PYTHON = "/usr/bin/python3"  # Debian's, which has Debian's modules
CLIENTS = HERE / "clients"


class Stage:
    def __init__(self, stack, folder):
        self.stack, self.folder = stack, pathlib.Path(folder)
        self.started, self.ports = [], {}

    def port(self, name):
        """A free port, the same for the same name."""
        return self.ports.setdefault(name, free_port())

    def write(self, name, text):
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        return path

    def owned_folder(self, name, user):
        path, account = self.folder / name, pwd.getpwnam(user)
        path.mkdir()
        os.chown(path, account.pw_uid, account.pw_gid)
        return path

    def keep(self, *command, port=None, path=None, user=None, ends_by=signal.SIGTERM, **environment):
        """Starts what must run until the end, and waits until its port or its unix socket is there."""
        words = [str(word) for word in command]
        if user:
            words = ["setpriv", f"--reuid={user}", f"--regid={user}", "--init-groups", *words]
        name = pathlib.Path(str(command[0])).name
        log = self.stack.enter_context(open(self.folder / f"{len(self.started)}-{name}.log", "w+"))
        process = subprocess.Popen(words, stdin=subprocess.PIPE, stdout=log, stderr=log, cwd=self.folder,
                                   env={**os.environ, **environment})
        self.stack.callback(end, process, ends_by)
        self.started.append((" ".join(words), process, log))
        if port or path:
            ready = (lambda: can_connect(port)) if port else (lambda: os.path.exists(path))
            until(lambda: process.poll() is not None or ready(), 60)
            if process.poll() is not None or not ready():
                raise SystemExit(f"{words} did not start: {tail(log)}")
        return process

    def client(self, name, *arguments):
        return self.keep(PYTHON, CLIENTS / name, *arguments)

    def gone(self):
        """What has ended although it must run."""
        return [f"{text}: ended with {process.returncode}: {tail(log)}" for text, process, log in self.started
                if process.poll() is not None]


def once(*command, **options):
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True, **options)
    if done.returncode != 0:
        raise SystemExit(f"{command} failed: {done.stdout[-400:]} {done.stderr[-400:]}")
    return done.stdout


def tail(log):
    log.flush()
    log.seek(0)
    return log.read()[-600:]
