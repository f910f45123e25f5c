#!/usr/bin/python3
"""Every code block of the pages about findings compiles, by the language that it says it is."""

import pathlib
import re
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
LANGUAGES = {
    "go": ("main.go", ["go", "vet", "main.go"]),
    "python": ("snippet.py", [sys.executable, "-m", "py_compile", "snippet.py"]),
    "javascript": ("snippet.js", ["node", "--check", "snippet.js"]),
    "java": ("Snippet.java", ["javac", "-Xlint:all", "-d", "classes", "Snippet.java"]),
    "cpp": ("snippet.cpp", ["g++", "-I/usr/include/postgresql", "-std=c++20", "-Wall", "-Wextra", "-fsyntax-only", "snippet.cpp"]),
}
NEEDED = ["go", "python", "javascript", "java", "cpp"]


def compile_block(language, code):
    name, command = LANGUAGES[language]
    with tempfile.TemporaryDirectory() as folder:
        pathlib.Path(folder, name).write_text(code)
        result = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=300)
        return "" if result.returncode == 0 else result.stdout + result.stderr


def main():
    pages = sorted((ROOT / "agent/detect").glob("*.md"))
    failures, checks = [], 0
    for page in pages:
        blocks = [block for block in BLOCK.findall(page.read_text()) if block[0] in LANGUAGES]
        missing = [language for language in NEEDED if language not in {block[0] for block in blocks}]
        if missing:
            failures.append(f"{page.name}: no fix in {', '.join(missing)}")
        for language, code in blocks:
            checks += 1
            if complaint := compile_block(language, code):
                failures.append(f"{page.name}: the {language} block does not compile:\n{complaint}")
    print("\n".join(failures) if failures else f"{checks} blocks of {len(pages)} pages compile")
    return 1 if failures or not pages else 0


sys.exit(main())
