#!/usr/bin/python3
"""While the kernel refuses what a scan needs, nothing is resolved and no counter falls, and everybody can see that scans fail,
where and why; afterwards all goes on as before. The refusals are real errors of bpf(2), injected at the system call."""

import contextlib
import json
import os
import pathlib
import socket
import subprocess
import sys
import tempfile
import threading

from host import SOCKWARDEN, Agent, check, end, until

# Which part of a scan fails under which refusal.
FAULTS = [("descriptors", ["LINK_CREATE descriptor_seen"]),
          ("descriptors", ["MAP_LOOKUP_BATCH descriptor_coun"]),
          ("descriptors", ["ITER_CREATE descriptor_seen"]),
          ("live", ["READ bpf_iter"]),
          ("totals", ["MAP_LOOKUP_BATCH endpoints"]),
          ("totals", ["MAP_LOOKUP_BATCH process_roles"]),
          ("losses", ["MAP_LOOKUP_ELEM losses"]),
          ("endings", ["MAP_LOOKUP_BATCH ending_connecti"]),
          ("endings", ["PROG_TEST_RUN"])]
CLIENT = """
import socket, sys
connection = socket.create_connection(("127.0.0.1", int(sys.argv[1])))
connection.sendall(b"GET / HTTP/1.1\\r\\nHost: x\\r\\n\\r\\n")
connection.recv(1)
"""
DIALER = """
import socket, sys
for line in sys.stdin:
    for _ in range(int(line)):
        socket.create_connection(("127.0.0.1", int(sys.argv[1]))).close()
    print(line, flush=True)
"""
OPENED = "sockwarden_connections_opened_total"


class Faults:
    """The shim, and the file that says what it refuses."""

    def __init__(self, folder):
        self.shim, self.file = pathlib.Path(folder, "refuse_bpf.so"), pathlib.Path(folder, "refused")
        subprocess.run(["gcc", "-O2", "-Wall", "-Wextra", "-Werror", "-shared", "-fPIC", "-o", str(self.shim),
                        str(pathlib.Path(__file__).with_name("refuse_bpf.c")), "-ldl"], check=True)
        self.variables = {"LD_PRELOAD": str(self.shim), "REFUSE_BPF": str(self.file)}
        self.wrapper = ("env", *(f"{name}={value}" for name, value in self.variables.items()))

    @contextlib.contextmanager
    def refuse(self, *lines):
        fresh = self.file.with_suffix(".new")
        fresh.write_text("".join(f"{line}\n" for line in lines))
        fresh.rename(self.file)  # never half written
        try:
            yield
        finally:
            self.file.unlink()

    def run(self, *arguments):
        return subprocess.run([SOCKWARDEN, *arguments], env={**os.environ, **self.variables}, capture_output=True, text=True,
                              timeout=60, stdin=subprocess.DEVNULL)


class BlindAgent(Agent):
    """One whose first scan fails."""

    def ready(self):
        with contextlib.suppress(OSError):
            return "scans fail" in self.get("/-/ready")[1]
        return False


class Falls:
    """Looks at a counter all the time, and keeps every fall."""

    def __init__(self, agent, name):
        self.agent, self.name, self.last, self.seen, self.looks = agent, name, {}, [], 0
        self.over = threading.Event()
        self.thread = threading.Thread(target=self.look)

    def look(self):
        while not self.over.wait(0.3):
            now = {tuple(sorted(labels.items())): value for name, labels, value in self.agent.samples() if name == self.name}
            self.seen += [(key, before, now.get(key)) for key, before in self.last.items() if now.get(key, -1) < before]
            self.last, self.looks = now, self.looks + 1

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.over.set()
        self.thread.join()


def failures(agent, part=None):
    labels = {"part": part} if part else {}
    return agent.value("sockwarden_scan_failures_total", **labels)


def findings(agent, pid):
    return [(one["id"], one["class"], one["state"], one["first_seen"])
            for one in agent.api(f"/api/v1/findings?state=all&class=missing-timeout&pid={pid}")["findings"]]


def log_lines(agent, *words):
    lines = pathlib.Path(agent.log.name).read_text().splitlines()
    return [line for line in lines if all(word in line for word in words)]


class Program:
    """Python under a name of its own, since counts are by name."""

    def __init__(self, folder, name, code, port):
        self.name = f"{name}-{os.getpid()}"[-15:]
        python = pathlib.Path(folder, self.name)
        python.symlink_to("/usr/bin/python3")
        self.process = subprocess.Popen([str(python), "-c", code, str(port)], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        text=True)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        end(self.process)

    def open(self, times):
        self.process.stdin.write(f"{times}\n")
        self.process.stdin.flush()
        self.process.stdout.readline()


def opened_by(agent, program):
    return agent.value(OPENED, role="client", comm=program.name)


def each_part_fails(faults, agent, client, dialer):
    known = until(lambda: [one for one in findings(agent, client.pid) if one[2] == "active"], 30)
    check("a client that hangs is found", [one[1:3] for one in known], [("missing-timeout", "active")])
    check("of scans that are good the log tells nothing", log_lines(agent, "scans fail"), [])
    check("and no failure is counted", failures(agent), 0)

    for number, (part, refused) in enumerate(FAULTS, 1):
        print(f"  -- {part}: {refused[0]}", flush=True)
        opened, failed = opened_by(agent, dialer), failures(agent, part)
        others = failures(agent) - failed
        with faults.refuse(*refused):
            dialer.open(5)
            check("failures are counted", until(lambda: failures(agent, part) >= failed + 4, 30), True)
            check("/-/ready says 503", until(lambda: agent.get("/-/ready")[0] == 503), True)
            check("and why", agent.get("/-/ready")[1].strip(),
                  lambda line: f"({part}): cannot " in line and "Operation not permitted" in line)
            check("/-/healthy says", agent.get("/-/healthy")[0], 200)
            scan = agent.api("/api/v1/status")["scan"]
            check("the status names the part", scan["failing"]["part"], part)
            check("the reason", scan["failing"]["reason"], lambda reason: "Operation not permitted" in reason)
            check("and the age of what it shows", scan["last_good_age_seconds"], lambda age: age > 3)
            check("no other part is counted", failures(agent) - failures(agent, part), others)
            check("the finding is still there", findings(agent, client.pid), known)
        check("without the fault it is ready", until(lambda: agent.get("/-/ready")[0] == 200, 30), True)
        check("nothing fails", agent.api("/api/v1/status")["scan"]["failing"], None)
        check("the finding is the same one", findings(agent, client.pid), known)
        check("what was opened meanwhile is counted", until(lambda: opened_by(agent, dialer) >= opened + 5)
              and opened_by(agent, dialer), opened + 5)
        check("the log has a line where it began, one a fault", len(log_lines(agent, "error", "scans fail")), number)
        check("and one where it ended", len(log_lines(agent, "scans are good again")), number)


def running_agent(faults, folder):
    with contextlib.ExitStack() as stack:
        agent = stack.enter_context(Agent("--log.format", "json", wrapper=faults.wrapper))
        silent = stack.enter_context(socket.create_server(("127.0.0.1", 0)))
        port = silent.getsockname()[1]
        half = stack.enter_context(socket.create_connection(("127.0.0.1", port)))
        half.shutdown(socket.SHUT_WR)  # ends for as long as it is held, so that each scan asks whether it has
        client = stack.enter_context(Program(folder, "hangs", CLIENT, port)).process
        dialer = stack.enter_context(Program(folder, "dials", DIALER, port))
        with Falls(agent, OPENED) as falls:
            each_part_fails(faults, agent, client, dialer)
        check("looks at the counters of connections", falls.looks, lambda looks: looks > len(FAULTS))
        check("counters that fell", falls.seen, [])
        end(client)
        check("what ends is resolved where scans are good",
              until(lambda: [one[2] for one in findings(agent, client.pid)] == ["resolved"]), True)


def first_scan(faults):
    with faults.refuse("MAP_LOOKUP_BATCH endpoints"):
        agent = BlindAgent(wrapper=faults.wrapper)
        with agent:
            check("an agent that never saw anything is not ready", agent.get("/-/ready"),
                  lambda answer: answer[0] == 503 and "no scan was good yet" in answer[1])
            check("it is healthy", agent.get("/-/healthy")[0], 200)
            check("its metrics tell of the failures", failures(agent, "totals"), lambda count: count > 0)
            check("and which version it is", agent.value("sockwarden_build_info"), 1)
            check("the API too", json.loads(agent.get("/api/v1/findings")[1])["error"],
                  lambda sentence: "Operation not permitted" in sentence)
            faults.file.write_text("")
            check("without the fault it is ready", until(lambda: agent.get("/-/ready")[0] == 200, 30), True)


def watched_commands(faults, folder):
    mark = pathlib.Path(folder, "mark")
    command = ["--", "sh", "-c", f"touch {mark}; exit 3"]
    for what, refused in (("its programs", "PROG_LOAD socket_state"), ("a first scan", "MAP_LOOKUP_BATCH endpoints")):
        with faults.refuse(refused):
            done = faults.run("run", *command)
            check(f"run without {what} exits with", done.returncode, 125)
            check("says one sentence", done.stderr.splitlines(),
                  lambda lines: len(lines) == 1 and "Operation not permitted" in lines[0] and "--allow-unwatched" in lines[0])
            check("and starts nothing", mark.exists(), False)
            check("check exits with", faults.run("check", "--pid", str(os.getpid()), "--for", "1s").returncode, 125)
            done = faults.run("run", "--allow-unwatched", "--format", "json", *command)
            check("run --allow-unwatched exits with the command's status", done.returncode, 3)
            check("having started it", mark.exists(), True)
            check("says one sentence", len(done.stderr.splitlines()), 1)
            report = json.loads(done.stdout)
            check("and in JSON that it did not watch", (report["watched"], report["findings"]), (False, []))
            check("with the reason", report["reason"], lambda reason: "Operation not permitted" in reason)
            check("a command that is not there", faults.run("run", "--allow-unwatched", "--", "/no/such").returncode, 127)
            mark.unlink()
    done = faults.run("run", "--format", "json", *command)
    report = json.loads(done.stdout)
    check("run that can watch exits with the command's status", done.returncode, 3)
    check("having started it", mark.exists(), True)
    check("and says that it watched", (report["watched"], report["reason"], report["scans"]["failed"]), (True, None, 0))
    check("on stderr nothing", done.stderr, "")

    later = ["--", "sh", "-c", f"echo MAP_LOOKUP_BATCH endpoints > {faults.file}; sleep 3; exit 3"]
    done = faults.run("run", "--format", "json", *later)
    faults.file.unlink()
    scans = json.loads(done.stdout)["scans"]
    check("run whose scans fail later exits with the command's status", done.returncode, 3)
    check("counts them", (scans["done"], scans["failed"]), lambda counts: counts[0] >= 1 and counts[1] >= 2)
    check("and says why", scans["reason"], lambda reason: "Operation not permitted" in reason)
    done = faults.run("run", *later)
    faults.file.unlink()
    check("as text too", [line for line in done.stderr.splitlines() if line.startswith("Note: ")],
          lambda lines: len(lines) == 1 and "scans failed" in lines[0] and "Operation not permitted" in lines[0])


def doctor(faults):
    status = lambda done: (done.returncode == 2, json.loads(done.stdout)["ability"] == "unable",
                           json.loads(done.stdout)["scan"]["ok"])
    check("doctor where a scan is good: unable, a good scan", status(faults.run("doctor", "--format", "json")),
          (False, False, True))
    with faults.refuse("MAP_LOOKUP_BATCH endpoints"):
        done = faults.run("doctor", "--format", "json")
        check("where one fails", status(done), (True, True, False))
        check("doctor names the part", json.loads(done.stdout)["scan"]["part"], "totals")
        check("and the reason", "A scan fails (totals): cannot " in faults.run("doctor").stdout, True)


def choosing(faults):
    """A refusal brings the next variant, which says why; without any left nothing runs, and the sentence says what was refused."""
    def hook_of(name, *refused):
        with faults.refuse(*refused):
            hooks = {hook["name"]: hook for hook in json.loads(faults.run("doctor", "--format", "json").stdout)["hooks"]}
        return {key: hooks[name][key] for key in ("attached", "variant", "variant_reason")}

    for name, refused, variant in (("tcp_rcv_space_adjust", "PROG_LOAD socket_receive", "bpf_skc_to_tcp_sock"),
                                   ("ending_connections", "PROG_LOAD ending_settle", "probe_read"),
                                   ("inet_sock_set_state", "MAP_CREATE socket_records", "hash")):
        best = json.loads(faults.run("doctor", "--format", "json").stdout)
        if [hook["variant"] for hook in best["hooks"] if hook["name"] == name] == [variant]:
            print(f"  (this kernel has no better variant of {name})")
            continue
        hook = hook_of(name, refused)
        check(f"{name}: after {refused} the next variant", (hook["attached"], hook["variant"]), (True, variant))
        check("says what the kernel said", hook["variant_reason"], lambda reason: "Operation not permitted" in reason)
    hook = hook_of("ending_connections", "PROG_LOAD ending_settle", "PROG_LOAD ending_settle_b")
    check("ending_connections: without any variant it is left out", hook["attached"], False)
    hook = hook_of("ending_connections", "PROG_TEST_RUN")
    check("what loads and may not be run is left out, too", hook["attached"], False)
    with faults.refuse("PROG_LOAD descriptor_seen"):
        done = faults.run("doctor", "--format", "json")
        check("a hook that must be there, without any variant: unable", done.returncode, 2)
        check("the sentence names the program, errno, and that no capability is missing",
              json.loads(done.stdout)["failure"],
              lambda text: all(word in text for word in ("descriptor_seen", "Operation not permitted", "no capability is missing",
                                                         "lockdown ")))


def missing_capabilities():
    without = lambda name: subprocess.run(["capsh", f"--drop={name}", "--", "-c", f"exec {SOCKWARDEN} doctor --format json"],
                                          capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL)
    check("without CAP_PERFMON and CAP_SYS_ADMIN", json.loads(without("cap_perfmon,cap_sys_admin").stdout)["failure"],
          lambda text: "CAP_PERFMON missing" in text and "CAP_BPF" not in text)
    check("without CAP_BPF", json.loads(without("cap_bpf,cap_sys_admin").stdout)["failure"],
          lambda text: "CAP_BPF missing" in text and "CAP_PERFMON" not in text)


def main():
    if os.geteuid() != 0:
        print("SKIPPED: needs root")
        return 77
    with tempfile.TemporaryDirectory(prefix="sockwarden-failures-") as folder:
        faults = Faults(folder)
        doctor(faults)
        choosing(faults)
        missing_capabilities()
        watched_commands(faults, folder)
        first_scan(faults)
        running_agent(faults, folder)
    return 0


if __name__ == "__main__":
    sys.exit(main())
