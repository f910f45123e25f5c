#!/usr/bin/python3
"""What a local user can do to whoever reads his processes costs the agent a deadline, and nothing else."""

import os
import pathlib
import signal
import subprocess
import sys
import tempfile

from attackers import ATTACKS, SETTINGS, built, holds, readers
from host import SKIPPED, Agent, check, end, until


def frames(agent, pid):
    return [frame for finding in agent.api(f"/api/v1/findings?state=all&pid={pid}")["findings"]
            for stack in finding["origin"] or [] for frame in stack["frames"]]


def names_come_from_the_reader(agent, folder):
    """A program without tricks, whose connect() is in a library of its own."""
    library = str(pathlib.Path(folder, "plain.so"))
    subprocess.run(["gcc", "-w", "-g", "-O1", "-fno-omit-frame-pointer", "-shared", "-fPIC", "-o", library,
                    str(ATTACKS / "debug_bomb_library.c")], check=True)
    with subprocess.Popen([built("debug_bomb", folder, "-fno-omit-frame-pointer"), library, "20"]) as program:
        found = until(lambda: frames(agent, program.pid), 30)
        end(program, signal.SIGKILL)
    check("a stack has names with lines", found,
          lambda names: any("evil_connect" in name and "debug_bomb_library.c:" in name for name in names))
    check("it was the reader that read them", agent.value("sockwarden_reads_total", result="answered"),
          lambda value: value > 0)
    return library


def confined(agent):
    """What the reader may do, as the kernel tells it."""
    pid = readers(agent)[0]
    status = dict(line.split(":\t", 1) for line in pathlib.Path(f"/proc/{pid}/status").read_text().splitlines()
                  if ":\t" in line)
    sys_ptrace, dac_read_search = 1 << 19, 1 << 2
    check("the reader's capabilities", int(status["CapEff"], 16), sys_ptrace | dac_read_search)
    check("no new privileges", status["NoNewPrivs"], "1")
    check("a filter of system calls", status["Seccomp"], "2")
    sockets = [os.readlink(link) for link in pathlib.Path(f"/proc/{pid}/fd").iterdir()]
    check("its descriptors", sorted(sockets), lambda links: len(links) == 4 and links[:3] == ["/dev/null"] * 3)


def killed_at_any_moment(agent, program, library):
    for _ in range(3):
        until(lambda: readers(agent), 5)
        started = agent.value("sockwarden_reader_starts_total")
        for pid in readers(agent):
            os.kill(pid, signal.SIGKILL)
        with subprocess.Popen([program, library, "20"]) as attack:
            found = until(lambda: frames(agent, attack.pid), 30)
            end(attack, signal.SIGKILL)
        check("a reader that was killed is started again, and reads", found,
              lambda names: any("evil_connect" in name for name in names))
        check("starts are counted", agent.value("sockwarden_reader_starts_total"),
              lambda count: count > started)


def debug_sections(agent, folder, program, library):
    hostile = str(pathlib.Path(folder, "hostile.so"))
    subprocess.run([sys.executable, str(ATTACKS / "debug_bomb.py"), library, hostile, ".debug_str", "2000000000"],
                   check=True)
    holds(agent, "debug sections of 2 GB", [program, hostile, "6"])
    holds(agent, "a library that is cut while it is read", [program, hostile, "6", "2500"])


def never_answers(agent, folder):
    """A page of the attacker's memory is a file of FUSE whose server waits."""
    fuse = subprocess.run(["pkg-config", "--cflags", "--libs", "fuse3"], capture_output=True, text=True, check=False)
    if fuse.returncode != 0 or not os.path.exists("/dev/fuse"):
        print("  skipped: a page that never answers, without FUSE")
        return
    failed = agent.value("sockwarden_reads_total", result="failed")
    holds(agent, "a page that never answers", [built("read_blocks_on_fuse", folder, *fuse.stdout.split()), "12"])
    check("it cost one deadline", agent.value("sockwarden_reads_total", result="failed"), failed + 1)


def main():
    with tempfile.TemporaryDirectory(prefix="sockwarden-reader-") as folder:
        settings = pathlib.Path(folder, "agent.yaml")
        settings.write_text(SETTINGS)
        with Agent("--config", str(settings)) as agent:
            library = names_come_from_the_reader(agent, folder)
            confined(agent)
            program = str(pathlib.Path(folder, "debug_bomb"))
            debug_sections(agent, folder, program, library)
            holds(agent, "a FIFO by the name of a mapped file", [built("open_blocks_on_fifo", folder), "6"])
            holds(agent, "300 threads in poll() of 20,000 entries", [built("many_pollers", folder), "300", "6"])
            never_answers(agent, folder)
            killed_at_any_moment(agent, program, library)
            check("the agent stops when it is told to", end(agent.process), 0)
    return 0


if os.geteuid() != 0:
    print("needs root")
    sys.exit(SKIPPED)
sys.exit(main())
