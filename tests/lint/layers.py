#!/usr/bin/env python3
"""Usage: tests/lint/layers.py BUILD
Checks the layers of agent/ against the link lines in CMakeLists.txt, which are the architecture: each folder includes what it
links and links what it includes, nothing points back, and the compiler itself refuses an include that is not linked."""
import json
import pathlib
import re
import shlex
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
SKIPPED = 77


def linked_folders():
    """Folder -> the folders that its library links, in the order of CMakeLists.txt."""
    lines = re.findall(r"^agent_library\(([^)]*)\)", (ROOT / "CMakeLists.txt").read_text(), re.MULTILINE)
    libraries = {words[0]: words[1:] for words in map(str.split, lines)}
    return {name: {word for word in words if word in libraries} for name, words in libraries.items()}


def included_folders(folder):
    """Folder that is included -> a file that does."""
    found = {}
    for source in sorted((ROOT / "agent" / folder).glob("*.[ch]*")):
        if source.suffix in (".cpp", ".h"):
            for name in re.findall(r'^#include "agent/(\w+)/', source.read_text(), re.MULTILINE):
                found.setdefault(name, source.relative_to(ROOT))
    found.pop(folder, None)
    return found


def everything_below(folder, linked):
    return linked[folder].union(*(everything_below(name, linked) for name in linked[folder]))


def compiles(command, header):
    """Whether a source of the command's library may include the header."""
    words = [word for word in shlex.split(command["command"]) if pathlib.Path(word).name != "ccache"]
    words = words[: words.index("-o")] + ["-fsyntax-only", "-include", header, "-x", "c++", "/dev/null"]
    return subprocess.run(words, cwd=command["directory"], capture_output=True, check=False).returncode == 0


def one_header(folder):
    return next((ROOT / "agent" / folder).glob("*.h")).relative_to(ROOT)


def complaints(linked, commands):
    seen = []
    for folder, links in linked.items():
        for link in links:
            if link == folder or link not in seen:
                yield f"agent/{folder} links agent/{link}, which comes after it"
        seen.append(folder)
        included = included_folders(folder)
        for name in sorted(included.keys() - links):
            yield f"{included[name]} includes agent/{name}, which agent/{folder} does not link"
        for name in sorted(links - included.keys()):
            yield f"agent/{folder} links agent/{name} and includes nothing of it"
        if folder not in commands:
            continue
        below = everything_below(folder, linked) | {folder}
        shown = {path.name for tree in re.findall(r"-I(\S+)", commands[folder]["command"])
                 for path in pathlib.Path(tree).glob("agent/*")}
        for name in sorted(shown - below):
            yield f"agent/{folder} is compiled with agent/{name} in reach, which is not below it"
    # The claim itself, once: a right include compiles, a wrong one does not.
    if not compiles(commands["detect"], str(one_header("model"))):
        yield "agent/detect cannot include agent/model"
    if compiles(commands["detect"], str(one_header("evidence"))):
        yield "agent/detect can include agent/evidence"


def main():
    path = pathlib.Path(sys.argv[1]) / "compile_commands.json"
    if not path.exists():
        print(f"no {path}: cmake --preset ci")
        return SKIPPED
    commands = {}
    for command in json.loads(path.read_text()):
        source = pathlib.Path(command["file"])
        if source.is_relative_to(ROOT / "agent") and source.parent != ROOT / "agent":
            commands.setdefault(source.parent.name, command)
    linked = linked_folders()
    found = list(complaints(linked, commands))
    for folder in sorted(path.name for path in (ROOT / "agent").iterdir() if path.is_dir() and path.name not in linked):
        found.append(f"agent/{folder} has no line in CMakeLists.txt")
    print("\n".join(found))
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
