#!/usr/bin/python3
"""What goes wrong ends in one clear sentence, and nothing stays behind in the kernel."""

import json
import os
import pathlib
import signal
import socket
import subprocess
import sys
import tempfile

from host import SOCKWARDEN, Agent, bpf_objects, check, end, nginx, until


def left_behind(before):
    after = bpf_objects()
    return {kind: sorted(after[kind] - before[kind]) for kind in before if after[kind] - before[kind]}


def nothing_is_left(how, claim):
    before = bpf_objects()
    agent = Agent()
    check(f"{claim}: attached while it runs", bool(left_behind(before)), True)
    status = end(agent.process, how)
    # The kernel frees what was attached after a grace period. Other agents on this host may come and go meanwhile.
    check(f"{claim}: left in the kernel", until(lambda: not left_behind(before), 30), True)
    return status


def sentence(*command, wrapper=(), env=None):
    """Exit status and last line of standard error of a run that is bound to fail."""
    result = subprocess.run([*wrapper, SOCKWARDEN, *command], capture_output=True, text=True, timeout=60,
                            stdin=subprocess.DEVNULL, env=env)
    lines = [line for line in result.stderr.splitlines() if line.strip()]
    return result.returncode, lines[-1] if lines else ""


def two_agents(port):
    with Agent() as first, Agent() as second:
        for _ in range(20):
            with socket.create_connection(("127.0.0.1", port)) as client:
                client.sendall(b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
                while client.recv(4096):
                    pass
        for agent in (first, second):
            name = pathlib.Path("/proc/self/comm").read_text().strip()
            count = until(lambda: (value := agent.value("sockwarden_exchanges_total", comm=name, role="client")) >= 20
                          and value, 15)
            check("each of two agents counts every exchange", count, lambda value: value >= 20)


def full_tables(port):
    """More endpoints than fit: what does not fit is summed under `other`, and the sums are exact."""
    with Agent("--max-endpoints", "4") as agent:
        listeners = [socket.create_server(("127.0.0.1", 0)) for _ in range(12)]
        before = agent.value("sockwarden_connections_opened_total", role="client", comm=own_name())
        for listener in listeners:
            with socket.create_connection(listener.getsockname()) as client:
                listener.accept()[0].close()
                client.recv(1)
        opened = lambda: agent.value("sockwarden_connections_opened_total", role="client", comm=own_name())
        until(lambda: opened() - before >= 12, 15)
        check("connections opened to 12 endpoints with room for 4", opened() - before, lambda value: value >= 12)
        check("of them under other", agent.value("sockwarden_connections_opened_total", role="client", comm=own_name(),
                                                 server_address="other"), lambda value: value > 0)
        check("the full table is a metric", agent.value("sockwarden_losses_total", kind="endpoint"),
              lambda value: value > 0)


def own_name():
    return pathlib.Path("/proc/self/comm").read_text().strip()


def clear_sentences(folder):
    busy = socket.create_server(("127.0.0.1", 0))
    port = busy.getsockname()[1]
    status, line = sentence("agent", "--web.listen-address", f"127.0.0.1:{port}")
    check(f"a busy port: {line}", status == 1 and str(port) in line and "in use" in line, True)

    broken = pathlib.Path(folder, "broken.yaml")
    broken.write_text("profile: production\nwebb:\n  listen_addresses: []\n")
    status, line = sentence("agent", "--config", str(broken))
    check(f"an unknown key: {line}", status == 2 and "broken.yaml:2" in line and "web" in line, True)
    broken.write_text("profile: [production\n")
    status, line = sentence("agent", "--config", str(broken))
    check(f"a broken file: {line}", status == 2 and "broken.yaml" in line, True)

    status, line = sentence("agent", "--no-such-flag")
    check(f"a wrong flag: {line}", status == 2 and "--no-such-flag" in line, True)
    status, line = sentence("agent", wrapper=("capsh", "--drop=cap_bpf,cap_sys_admin", "--", "-c", 'exec "$0" "$@"'))
    check(f"no CAP_BPF: {line}", status == 1 and "CAP_BPF" in line, True)

    hide = 'mount --bind /dev/null /sys/kernel/btf/vmlinux && exec "$0" "$@"'
    status, line = sentence("agent", wrapper=("unshare", "--mount", "sh", "-c", hide))
    check(f"no BTF: {line}", status == 1 and "CONFIG_DEBUG_INFO_BTF" in line, True)


def doctor(*flags, wrapper=()):
    result = subprocess.run([*wrapper, SOCKWARDEN, "doctor", "--format", "json", *flags], capture_output=True, text=True,
                            timeout=60)
    report = json.loads(result.stdout)
    return result.returncode, report["ability"], {hook["name"]: hook["lost"] for hook in report["hooks"] if hook["lost"]}


def what_is_lost():
    """A host is as able as its poorest variant, and each loss is named."""
    status, ability, lost = doctor()
    check("doctor: its exit status follows from what is lost", (status, ability), (1, "reduced") if lost else (0, "full"))
    for variant, hook in (("hash", "inet_sock_set_state"), ("receive-only", "sock_send_length"), ("no-reason", "tcp_send_reset")):
        status, ability, lost = doctor("--kernel-variant", variant)
        check(f"doctor with the variant {variant}: status, ability, is a loss named", (status, ability, hook in lost),
              (1, "reduced", True))
    status, ability, lost = doctor(wrapper=("capsh", "--drop=cap_bpf,cap_sys_admin", "--", "-c", 'exec "$0" "$@"'))
    check("doctor without CAP_BPF", (status, ability), (2, "unable"))


def without_cgroup2():
    """Reduced, and says so; what is still true goes on."""
    mounts = [line.split()[1] for line in pathlib.Path("/proc/mounts").read_text().splitlines()
              if line.split()[2] == "cgroup2"]
    wrapper = ("unshare", "--mount", "sh", "-c", f'umount -l {" ".join(mounts)} && exec "$0" "$@"')
    doctor = subprocess.run([*wrapper, SOCKWARDEN, "doctor"], capture_output=True, text=True, timeout=60)
    check("doctor without cgroup2 exits with", doctor.returncode, 1)
    check("and says what to do", "mount -t cgroup2" in doctor.stdout, True)
    with nginx() as port, Agent(wrapper=wrapper) as agent:
        subprocess.run(["curl", "-s", "-o", "/dev/null", f"http://127.0.0.1:{port}/"], check=True)
        check("connections are still counted", until(
            lambda: agent.value("sockwarden_connections_opened_total", comm="curl", role="client"), 15), 1)


def main():
    if os.geteuid() != 0:
        print("SKIPPED: needs root")
        return 77
    check("SIGTERM ends it with", nothing_is_left(signal.SIGTERM, "after SIGTERM"), 0)
    nothing_is_left(signal.SIGKILL, "after SIGKILL")
    with nginx() as port:
        two_agents(port)
        full_tables(port)
    with tempfile.TemporaryDirectory(prefix="sockwarden-robustness-") as folder:
        clear_sentences(folder)
    what_is_lost()
    without_cgroup2()
    return 0


if __name__ == "__main__":
    sys.exit(main())
