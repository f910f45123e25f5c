#!/usr/bin/python3
"""What the pages name exists: each file that a page of the project links; each path of CONTRIBUTING.md; and on its walk, from the
hook to the alert, each function in the file that its row names."""

import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
PAGE = ROOT / "CONTRIBUTING.md"
HEADING = "## One connection, from the hook to the alert"
FOLDERS = {entry.name for entry in ROOT.iterdir() if entry.is_dir()} - {"build"}


def pages():
    listed = subprocess.run(["git", "-c", "safe.directory=*", "ls-files", "-co", "--exclude-standard", "*.md"],
                            cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return [ROOT / name for name in listed.splitlines() if (ROOT / name).exists()]


def code_in(text):
    return re.findall(r"`([^`]+)`", text)


def broken_links(page):
    text = re.sub(r"^```.*?^```", "", page.read_text(), flags=re.MULTILINE | re.DOTALL)
    for target in re.findall(r"\]\(([^)#\s]+)", text):
        if "://" not in target and not (page.parent / target).exists():
            yield f"links {target}, which is not there"


def lost_paths(text):
    """Paths from the root; NAME, CLASS, FOLDER and * stand for any name."""
    for word in re.split(r"[\s,]+", " ".join(code_in(text))):
        path = re.sub(r"NAME|CLASS|FOLDER", "*", word).rstrip("/")
        if "/" in path and path.split("/")[0] in FOLDERS and not list(ROOT.glob(path)):
            yield f"names {word}, which is not there"


def defines(source, name):
    """In C and C++ a definition begins its line; `BPF_PROG(name, …` is one, too. Elsewhere a function is `name(…`."""
    called = re.escape(name.removesuffix("()"))
    if not name.endswith("()"):
        return re.search(rf"\b{called}\b", source.read_text())
    pattern = rf"^\w[^;]*?\b{called}\(|\bBPF_PROG\({called}," if source.suffix in (".c", ".h", ".cpp") else rf"\b{called}\("
    return any(re.search(pattern, line) for line in source.read_text().splitlines())


def faults_of_walk(text):
    rows = re.findall(r"^\| \d+ \| `([^`]+)` \| (.+?) \| .* \|$", text.partition(HEADING)[2].partition("\n## ")[0], re.MULTILINE)
    if len(rows) < 10:
        yield f"has no walk below \"{HEADING}\""
    for file, names in rows:
        source = ROOT / file
        if not source.is_file():
            yield f"walks through {file}, which is not there"
            continue
        if not code_in(names):
            yield f"walks through {file} and names no function"
        yield from (f"names {name}, which {file} does not define" for name in code_in(names) if not defines(source, name))


def main():
    found = [f"{page.relative_to(ROOT)} {fault}" for page in pages() for fault in broken_links(page)]
    text = PAGE.read_text()
    found += [f"{PAGE.name} {fault}" for fault in [*lost_paths(text), *faults_of_walk(text)]]
    print("\n".join(found))
    return 1 if found else 0


sys.exit(main())
