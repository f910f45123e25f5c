"""Builds what needs building, once for each state of its sources, and says how each program is started."""

import hashlib
import os
import shutil
import subprocess

from .manifest import SCENARIOS

ROOT = SCENARIOS.parent.parent


class Builder:
    def __init__(self, folder):
        self.folder = folder
        self.environment = {**os.environ, "GO111MODULE": "off", "GOPATH": "/usr/share/gocode", "GOFLAGS": "",
                            "npm_config_update_notifier": "false"}

    def build(self, languages):
        steps = {
            "go": lambda out: ["go", "build", "-o", out / "shop", "."],
            "cpp": lambda out: ["g++", "-std=c++20", "-O1", "-g", "-Wall", "-Wextra", "-Wpedantic", "-Wshadow",
                                "-I/usr/include/postgresql", "-o", out / "shop", *sorted((SCENARIOS / "cpp").glob("*.cpp")), "-lcurl", "-lpq", "-lssl", "-pthread"],
            "java": lambda out: ["javac", "-Xlint", "-g", "-d", out, *sorted((SCENARIOS / "java").glob("*.java"))],
            "node": lambda out: ["npm", "ci", "--no-audit", "--no-fund", "--ignore-scripts", "--prefix", out],
        }
        for language in sorted(languages & set(steps)):
            self._build(language, steps[language])

    def _build(self, language, command):
        out = self.folder / language
        sources = sorted((SCENARIOS / language).glob("package*.json" if language == "node" else "*.*"))
        state = hashlib.sha256(b"".join(path.name.encode() + path.read_bytes() for path in sources)).hexdigest()
        stamp = out / ".built"
        if stamp.exists() and stamp.read_text() == state:
            return
        print(f"building {language}", flush=True)
        out.mkdir(parents=True, exist_ok=True)
        if language == "node":
            for path in sources:
                shutil.copy(path, out)
        done = subprocess.run([str(word) for word in command(out)], cwd=SCENARIOS / language, env=self.environment,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
        if done.returncode != 0:
            raise SystemExit(f"scenarios: {language} does not build:\n{done.stdout}")
        stamp.write_text(state)

    def command(self, kind):
        """`go`, `cpp`, `python fetch`, `node fetch`, `ruby fetch`, `java Fetch`, or a part of the harness."""
        language, _, name = kind.partition(" ")
        return {
            "go": [str(self.folder / "go/shop")],
            "cpp": [str(self.folder / "cpp/shop")],
            "python": ["/usr/bin/python3", str(SCENARIOS / "python" / f"{name}.py")],
            "node": ["node", str(SCENARIOS / "node" / f"{name}.js")],
            "ruby": ["ruby", str(SCENARIOS / "ruby" / f"{name}.rb")],
            "java": ["java", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xmx128m", "-cp", str(self.folder / "java"), name],
        }.get(language, ["/usr/bin/python3", str(SCENARIOS / "harness" / f"{kind}.py")])
