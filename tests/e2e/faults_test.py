#!/usr/bin/python3
"""What goes wrong around the agent: it goes on, or says so; and it goes on as before once it is over."""

import contextlib
import fcntl
import os
import pathlib
import re
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time

from host import SKIPPED, SOCKWARDEN, Agent, bpf_objects, check, compiled, end, free_port, until

HERE = pathlib.Path(__file__).parent
OPENED = "sockwarden_connections_opened_total"
INTERVAL = 1.0  # of the development profile


def scans(agent):
    return agent.value("sockwarden_scans_total")


@contextlib.contextmanager
def scans_go_on(agent, claim):
    """Within what is done meanwhile a scan starts every interval; one may be under way, and one late."""
    before, begin = scans(agent), time.monotonic()
    yield
    seconds = time.monotonic() - begin
    done = scans(agent) - before
    check(f"{claim}: scans within {seconds:.1f} s", done, lambda value: value >= seconds / INTERVAL - 2)
    check(f"{claim}: ready", agent.ready(), True)


class Load:
    """A program that makes exactly as many connections as it says, under a name of its own."""

    def __init__(self, folder):
        self.path = compiled(HERE / "faults_load.c", "faults-load", folder)
        self.number = 0

    def run(self, kind, count):
        self.number += 1
        name = f"load-{os.getpid() % 10000}-{self.number}"
        result = subprocess.run([self.path, kind, str(count), name], capture_output=True, text=True, timeout=120)
        if result.returncode != 0:
            raise SystemExit(f"the load {kind} failed: {result.stderr}")
        return name, int(result.stdout)

    def is_counted(self, agent, kind, count):
        name, made = self.run(kind, count)
        opened = lambda: agent.value(OPENED, role="client", comm=name)
        until(lambda: opened() >= made, 15)
        check(f"{kind}: connections of {made} that are counted", opened(), made)


def killed_at_any_moment():
    before = bpf_objects()
    for number in range(8):
        process = subprocess.Popen([SOCKWARDEN, "agent", "--web.listen-address", f"127.0.0.1:{free_port()}"],
                                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, stdin=subprocess.DEVNULL)
        time.sleep(0.15 * number)
        end(process, signal.SIGKILL)
    check("killed eight times while it starts: left in the kernel",
          until(lambda: not any(bpf_objects()[kind] - before[kind] for kind in before), 30), True)


def tables_and_ring_are_full(load):
    """Nothing is counted twice or lost; what had no room is in a row of its own, and that is told."""
    with Agent("--ring-bytes", "4096", "--max-endpoints", "8") as agent:
        with scans_go_on(agent, "a ring of 4 KiB and eight rows of endpoints"):
            for kind, count in (("churn", 3000), ("endpoints", 500)):
                load.is_counted(agent, kind, count)
        agent.process.send_signal(signal.SIGSTOP)  # nobody takes anything out of the ring
        _, made = load.run("churn", 500)
        agent.process.send_signal(signal.SIGCONT)
        check("details that found the ring full are counted",
              until(lambda: (lost := agent.value("sockwarden_details_lost_total")) >= made and lost, 10)
              or agent.value("sockwarden_details_lost_total"), lambda value: value >= made)
        check("endpoints that found no row are counted", agent.value("sockwarden_losses_total", kind="endpoint"),
              lambda value: value > 0)


def table_of_processes_is_full(load):
    """Whose row has no room is counted as nobody's."""
    with Agent("--max-processes", "16") as agent, scans_go_on(agent, "sixteen rows of processes"):
        before = agent.value(OPENED, role="client")
        _, made = load.run("forks", 300)
        opened = lambda: agent.value(OPENED, role="client") - before
        until(lambda: opened() >= made, 15)
        check(f"connections of {made} that are counted", opened(), lambda value: value >= made)
        check("processes that found no row are counted", agent.value("sockwarden_losses_total", kind="process"),
              lambda value: value > 0)


def processes_come_and_go(agent, load):
    with scans_go_on(agent, "processes, programs, descriptors and namespaces come and go"):
        for kind, count in (("forks", 1000), ("execs", 60), ("passing", 200), ("namespaces", 20)):
            load.is_counted(agent, kind, count)


def a_pid_is_used_again(agent, load):
    """The second process of a pid is not the first."""
    for _ in range(50):
        names = load.number
        first = subprocess.Popen([load.path, "churn", "3", f"first-{names}"], stdout=subprocess.PIPE, text=True)
        first.communicate(timeout=20)
        pathlib.Path("/proc/sys/kernel/ns_last_pid").write_text(str(first.pid - 1))
        second = subprocess.Popen([load.path, "churn", "5", f"second-{names}"], stdout=subprocess.PIPE, text=True)
        second.communicate(timeout=20)
        load.number += 1
        if second.pid == first.pid:
            break
    else:
        raise SystemExit("no pid came twice in 50 attempts")
    opened = lambda name: agent.value(OPENED, role="client", comm=f"{name}-{names}")
    until(lambda: opened("second") >= 5, 15)
    check("connections of two processes with one pid", (opened("first"), opened("second")), (3, 5))


def stopped_for_a_while(agent, load, seconds):
    agent.process.send_signal(signal.SIGSTOP)
    name, made = load.run("churn", 500)
    time.sleep(seconds)
    agent.process.send_signal(signal.SIGCONT)
    check("stopped, and let go on: ready again", until(agent.ready, 10), True)
    opened = lambda: agent.value(OPENED, role="client", comm=name)
    until(lambda: opened() >= made, 10)
    check("connections made meanwhile", opened(), made)


def a_storm_of_reloads(agent):
    with scans_go_on(agent, "a storm of SIGHUP"):
        deadline = time.monotonic() + 4
        while time.monotonic() < deadline:
            agent.process.send_signal(signal.SIGHUP)
            time.sleep(0.0005)


def half_closed(port):
    """Connections to the port whose other side has closed, as the kernel lists them."""
    listing = subprocess.run(["ss", "-Htan", "state", "close-wait", f"sport = :{port}"], capture_output=True, text=True)
    return len(listing.stdout.splitlines())


def clients_that_hang(agent):
    request = b"GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n"
    with contextlib.ExitStack() as clients, scans_go_on(agent, "clients that hang"):
        def connect():
            client = clients.enter_context(socket.socket())
            client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
            client.connect(("127.0.0.1", agent.port))
            return client

        memory = agent.value("process_resident_memory_bytes")
        for _ in range(50):
            connect().sendall(request)
        check("50 scrapers that read nothing: memory grows by MB", until(
            lambda: (agent.value("process_resident_memory_bytes") - memory) / 1e6, 3), lambda value: value < 100)
        for number in range(20):
            client = connect()
            client.sendall(request if number % 2 else request[:20])
            client.shutdown(socket.SHUT_WR)
        idle = connect()
        idle.sendall(b"GET /-/healthy HTTP/1.1\r\nHost: localhost\r\n\r\n")
        idle.recv(4096)
        idle.shutdown(socket.SHUT_WR)
        # Answers that are not taken have their minute.
        taken = lambda: half_closed(agent.port) <= 10
        check("half-closed clients that have their answer are closed", until(taken, 20), True)


def standard_error_takes_nothing():
    """A pipe that nobody reads; afterwards a disk that is full."""
    reading, writing = os.pipe()
    fcntl.fcntl(writing, fcntl.F_SETPIPE_SZ, 4096)
    with Agent(stderr=writing) as agent:
        with scans_go_on(agent, "standard error is a full pipe"):
            dropped = lambda: agent.value("sockwarden_log_lines_dropped_total")
            deadline = time.monotonic() + 60
            while dropped() == 0 and time.monotonic() < deadline:
                for _ in range(500):
                    agent.process.send_signal(signal.SIGHUP)
                    time.sleep(0.0005)
        check("lines that were dropped", dropped(), lambda value: value > 0)
        check("SIGTERM ends it with", end(agent.process), 0)
    os.close(reading)
    os.close(writing)
    with open("/dev/full", "w") as full, Agent(stderr=full) as agent, scans_go_on(agent, "standard error is a full disk"):
        check("lines that were lost are counted", until(lambda: agent.value("sockwarden_log_lines_dropped_total"), 10),
              lambda value: value > 0)
        time.sleep(1)


def held_by(pid):
    """(kind, id) of what the descriptors of a process keep in the kernel."""
    held = set()
    for entry in pathlib.Path(f"/proc/{pid}/fdinfo").iterdir():
        with contextlib.suppress(OSError):
            held.update(re.findall(r"^(prog|map|link)_id:\t(\d+)$", entry.read_text(), re.MULTILINE))
    return held


@contextlib.contextmanager
def memory_cgroup():
    """A control group with a memory limit of either version; yields (folder, file of the limit, file of the use)."""
    for line in pathlib.Path("/proc/mounts").read_text().splitlines():
        _, mount, kind, options = line.split()[:4]
        second = kind == "cgroup2" and "memory" in pathlib.Path(mount, "cgroup.subtree_control").read_text().split()
        if second or (kind == "cgroup" and "memory" in options.split(",")):
            folder = pathlib.Path(mount, f"sockwarden-faults-{os.getpid()}")
            folder.mkdir()
            names = ("memory.max", "memory.current") if second else ("memory.limit_in_bytes", "memory.usage_in_bytes")
            try:
                yield folder, *(folder / name for name in names)
            finally:
                until(lambda: not (folder / "cgroup.procs").read_text(), 10)
                folder.rmdir()
            return
    yield None, None, None


def memory_limit_is_reached(load):
    """It lives within it or it is killed, at once and as a whole: nothing in between."""
    with memory_cgroup() as (folder, limit, use):
        if folder is None:
            print("  no control group with a memory limit here: not tested")
            return
        with Agent(wrapper=("sh", "-c", f'echo $$ > {folder}/cgroup.procs && exec "$0" "$@"')) as agent:
            held = held_by(agent.process.pid)
            check("programs, maps and links that it holds", len(held), lambda count: count > 10)
            limit.write_text(str(int(use.read_text()) + (2 << 20)))
            for _ in range(3):
                load.run("endpoints", 2000)
            alive = agent.process.poll() is None and until(agent.ready, 10)
            check("at its memory limit it is ready, or was killed",
                  alive or until(lambda: agent.process.poll() == -signal.SIGKILL, 10), True)
            limit.write_text(str(1 << 40))
    check("left in the kernel", until(lambda: not held & {(kind, one) for kind, ids in bpf_objects().items() for one in ids}, 30),
          True)


def the_clock_steps(load, folder):
    """Ahead by a day, back by two; and as in a machine that was suspended: nothing runs, and then it is an hour later."""
    shim, ahead = pathlib.Path(folder, "step_clock.so"), pathlib.Path(folder, "ahead")
    subprocess.run(["gcc", "-O2", "-Wall", "-shared", "-fPIC", "-o", str(shim), str(HERE / "step_clock.c")], check=True)
    ahead.write_text("0")
    day, now = 86400, lambda: agent.api("/api/v1/status")["scan"]["time"][:13]  # to the hour
    with Agent(wrapper=("env", f"LD_PRELOAD={shim}", f"STEP_CLOCK={ahead}")) as agent:
        before = now()
        for step in (day, -day, day + 3600):
            if step > day:
                agent.process.send_signal(signal.SIGSTOP)
            ahead.write_text(str(step))
            agent.process.send_signal(signal.SIGCONT)
            with scans_go_on(agent, f"the clock is {step / 3600:.0f} hours ahead"):
                check("it is another time", until(lambda: now() != before, 10), True)
                load.is_counted(agent, "churn", 50)
                before = now()
            status = agent.api("/api/v1/status")
            check("uptime, age of the last scan", (status["uptime_seconds"], status["scan"]["last_good_age_seconds"]),
                  lambda ages: 0 <= ages[0] < 600 and 0 <= ages[1] < 60)
        check("findings on the agent", agent.api(f"/api/v1/findings?state=all&pid={agent.process.pid}")["findings"], [])


class Supervisor:
    """The service manager's socket."""

    def __init__(self, folder):
        self.path = str(pathlib.Path(folder, "notify"))
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind(self.path)
        self.socket.settimeout(0.2)
        self.pings, self.over = 0, threading.Event()
        self.thread = threading.Thread(target=self.listen)

    def listen(self):
        while not self.over.is_set():
            with contextlib.suppress(TimeoutError):
                self.pings += self.socket.recv(4096).count(b"WATCHDOG=1")

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.over.set()
        self.thread.join()
        self.socket.close()


def scans_hang(folder):
    """A scan that never ends: the process is healthy, not ready, and the watchdog is not fed."""
    shim, order = pathlib.Path(folder, "refuse_bpf.so"), pathlib.Path(folder, "refused")
    subprocess.run(["gcc", "-O2", "-Wall", "-Wextra", "-Werror", "-shared", "-fPIC", "-o", str(shim),
                    str(HERE / "refuse_bpf.c"), "-ldl"], check=True)
    with Supervisor(folder) as supervisor:
        environment = {"LD_PRELOAD": str(shim), "REFUSE_BPF": str(order), "NOTIFY_SOCKET": supervisor.path,
                       "WATCHDOG_USEC": "2000000"}
        with Agent(wrapper=("env", *(f"{name}={value}" for name, value in environment.items()))) as agent:
            check("while scans are good the watchdog is fed", until(lambda: supervisor.pings >= 3, 10), True)
            order.write_text("HANG descriptor_seen\n")
            check("a scan hangs: ready says", until(lambda: not agent.ready() and agent.get("/-/ready"), 10),
                  lambda answer: answer[0] == 503 and "the one under way has not ended" in answer[1])
            check("a scan hangs: healthy says", agent.get("/-/healthy")[0], 200)
            fed = supervisor.pings
            time.sleep(2.5)
            check("a scan hangs: the watchdog is fed", supervisor.pings - fed, 0)
            order.unlink()
            check("it goes on: ready", until(agent.ready, 10), True)
            check("it goes on: the watchdog is fed", until(lambda: supervisor.pings > fed, 10), True)


def main():
    if os.geteuid() != 0:
        print("SKIPPED: needs root")
        return SKIPPED
    # By hand: the long forms.
    seconds = 30 if "--long" in sys.argv else 4
    with tempfile.TemporaryDirectory(prefix="sockwarden-faults-") as folder:
        load = Load(folder)
        killed_at_any_moment()
        tables_and_ring_are_full(load)
        table_of_processes_is_full(load)
        with Agent() as agent:
            processes_come_and_go(agent, load)
            a_pid_is_used_again(agent, load)
            stopped_for_a_while(agent, load, seconds)
            a_storm_of_reloads(agent)
            # Before clients that hang: half a request stays longer than the development threshold, and is told.
            check("findings on the agent itself", agent.api(
                f"/api/v1/findings?state=all&pid={agent.process.pid}")["findings"], [])
            clients_that_hang(agent)
        standard_error_takes_nothing()
        the_clock_steps(load, folder)
        memory_limit_is_reached(load)
        scans_hang(folder)
    return 0


if __name__ == "__main__":
    sys.exit(main())
