#!/usr/bin/python3
"""`sockwarden top` in a real terminal of 80 and of 200 columns, on the demo: every view, its keys, what it says when the agent
is gone, and that it is no finding of its own. `top_test.py --record FOLDER` keeps each screen as text."""

import argparse
import contextlib
import os
import pathlib
import subprocess
import sys
import tempfile

from host import ROOT, SKIPPED, SOCKWARDEN, Agent, check, end, until

if subprocess.run(["which", "tmux"], capture_output=True, check=False).returncode != 0:
    print("skipped: no tmux")
    sys.exit(SKIPPED)


class Terminal:
    """A command in tmux, on a socket of its own."""

    def __init__(self, folder, columns, command, record):
        # A server that was told to end may still hold its socket.
        socket = tempfile.mktemp(prefix="tmux-", dir=folder)
        self.tmux, self.record, self.columns = ["tmux", "-f", "/dev/null", "-S", socket], record, columns
        environment = {**os.environ, "TERM": "xterm-256color", "LC_ALL": "C"}
        environment.pop("TMUX", None)
        self.call("new-session", "-d", "-x", str(columns), "-y", "24", "-c", folder, f"{command}; echo left $?; cat",
                  env=environment)

    def call(self, *arguments, env=None):
        return subprocess.run([*self.tmux, *arguments], check=True, capture_output=True, text=True, env=env).stdout

    def screen(self):
        return self.call("capture-pane", "-p")

    def press(self, *keys):
        self.call("send-keys", *keys)

    def shows(self, name, *texts):
        """Waits until the screen holds all the texts; keeps it."""
        screen = until(lambda: (now := self.screen()) and all(text in now for text in texts) and now)
        if self.record:
            pathlib.Path(self.record, f"{self.columns}-{name}.txt").write_text(self.screen())
        check(f"{self.columns} columns, {name} shows {', '.join(texts)}", bool(screen) or self.screen(), True)
        return screen

    def close(self):
        with contextlib.suppress(subprocess.CalledProcessError):
            self.call("kill-server")


def look_around(agent, folder, columns, record):
    terminal = Terminal(folder, columns, f"'{SOCKWARDEN}' top --interval 0.5 --agent http://127.0.0.1:{agent.port}", record)
    try:
        screen = terminal.shows("services", "SERVICE", "orders", "connections,")
        check("what is sick stands first", screen.splitlines()[3].split()[0], "orders")
        terminal.press("t")
        terminal.shows("tree", "  to 127.0.0.1:")
        terminal.press("t", "Enter")
        terminal.shows("pools", "Services > orders", "SERVER", "EXCH/C")
        terminal.press("Enter")
        terminal.shows("connections", "ESTAB", "IDLE")
        terminal.press("Enter")
        terminal.shows("connection", "opened_at", "process.pid")
        terminal.press("2")
        terminal.shows("findings", "SEVERITY", "missing-timeout (header)", "undrained-body")
        terminal.press("/", *"undrained", "Enter")
        screen = terminal.shows("filter", "/undrained")
        check("the filter hides the rest", "missing-timeout (header)" in screen, False)
        terminal.press("Enter")
        terminal.shows("finding", "What ", "Who ", "Fix")
        terminal.press("e")
        terminal.shows("explain", "WHAT IT MEANS")
        terminal.press("Escape")
        terminal.press("w")
        terminal.shows("written", "Written: sockwarden-top-")
        reports = list(pathlib.Path(folder).glob("sockwarden-top-*.txt"))
        check("the report holds the finding", "undrained-body" in reports[0].read_text(), True)
        reports[0].unlink()
        terminal.press("?")
        terminal.shows("help", "hold still")
        terminal.press("Escape", "1")
        terminal.call("resize-window", "-x", "50", "-y", "12")
        terminal.shows("narrow", "SERVICE", "orders")
        terminal.press("q")
        terminal.shows("left", "left 0")
    finally:
        terminal.close()


def without_agent(agent, folder, record):
    terminal = Terminal(folder, 80, f"'{SOCKWARDEN}' top --interval 0.3 --agent http://127.0.0.1:{agent.port}", record)
    try:
        terminal.shows("before", "orders")
        end(agent.process)
        terminal.shows("gone", "No answer: cannot ask the agent at", "orders")
        terminal.press("q")
        terminal.shows("left", "left 0")
    finally:
        terminal.close()


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--record", metavar="FOLDER")
    record = parser.parse_args().record
    if record:
        pathlib.Path(record).mkdir(parents=True, exist_ok=True)
    refused = subprocess.run([SOCKWARDEN, "top"], stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
    check("without a terminal", (refused.returncode, "top needs a terminal" in refused.stderr), (2, True))
    with Agent() as agent, tempfile.TemporaryDirectory() as folder:
        demo = subprocess.Popen([sys.executable, ROOT / "deploy/demo/orders.py"], stdout=subprocess.DEVNULL)
        try:
            wanted = {"missing-timeout", "undrained-body"}
            check("the demo's mistakes are found",
                  until(lambda: wanted <= {one["class"] for one in agent.api("/api/v1/findings")["findings"]}, 60), True)
            for columns in (80, 200):
                look_around(agent, folder, columns, record)
            own = [one for one in agent.api("/api/v1/findings?state=all")["findings"] if one["process"]["comm"] == "sockwarden"]
            check("it is no finding of its own", own, [])
            without_agent(agent, folder, record)
        finally:
            end(demo)


main()
