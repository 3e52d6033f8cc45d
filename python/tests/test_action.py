"""The action for GitHub: its steps are run as GitHub runs them, with programs of our own in the places of cargo and ouracle.

Nothing that comes from an input may become a part of a script, and nothing that an earlier run left may speak for this one.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[2]
ACTION = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))
STEPS = ACTION["runs"]["steps"]
TARGET = Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target"))
OURACLE = os.environ.get("OURACLE", str(TARGET / "release" / "ouracle"))
COUNTS = {"right": 500, "degraded": 0, "wrong": 12, "controls": 31}
# What a subject may call itself, to be taken for the counts.
IMPOSTOR = '"counts":{"right":9999}'

# Each notes its arguments. That of cargo installs that of ouracle, which leaves a report.
CARGO = """
import json, os, pathlib, shutil, sys
here = pathlib.Path(os.environ["STUBS"])
with (here / "calls.jsonl").open("a") as calls:
    calls.write(json.dumps(["cargo", *sys.argv[1:]]) + "\\n")
folder = pathlib.Path(sys.argv[sys.argv.index("--root") + 1]) / "bin"
folder.mkdir(parents=True, exist_ok=True)
shutil.copy(here / "program", folder / "ouracle")
"""
PROGRAM = """
import json, os, pathlib, sys
here = pathlib.Path(os.environ["STUBS"])
with (here / "calls.jsonl").open("a") as calls:
    calls.write(json.dumps(["ouracle", *sys.argv[1:]]) + "\\n")
script = json.loads((here / "script.json").read_text())
if sys.argv[1] == "diff":
    print("## ouracle diff: 1 worse")
    sys.exit(script["diff"])
out = pathlib.Path(next(option for option in sys.argv if option.startswith("--out="))[6:])
out.mkdir(parents=True, exist_ok=True)
for name, text in script["forms"].items():
    (out / name).write_text(text)
sys.exit(script["code"])
"""
FORMS = {
    "records.jsonl": "{}\n",
    "summary.md": "## ouracle: 12 of 512 answers are wrong.\n",
    "summary.json": json.dumps({"subject": {"name": IMPOSTOR}, "exit_code": 1, "counts": COUNTS, "quantities": {"counts": {"right": 1}}}, indent=2),
    "results.sarif": "{}",
}


@dataclass
class Job:
    """One use of the action in a workflow: what it did, and what it left."""

    folder: Path
    inputs: dict[str, str]
    outputs: dict[str, str] = field(default_factory=dict)
    code: int = 0

    @property
    def workspace(self) -> Path:
        return self.folder / "workspace"

    @property
    def summary(self) -> str:
        return (self.folder / "summary").read_text(encoding="utf-8")

    @property
    def calls(self) -> list[list[str]]:
        return [json.loads(line) for line in (self.folder / "stubs" / "calls.jsonl").read_text().splitlines()]

    def expression(self, text: str) -> str:
        """Replaces `${{ … }}` as the runner does: once, as text."""

        def value(match: re.Match[str]) -> str:
            kind, name = re.fullmatch(r"(inputs|steps\.test\.outputs)\.([a-z-]+)", match[1]).groups()
            return self.inputs[name] if kind == "inputs" else self.outputs.get(name, "")

        return re.sub(r"\$\{\{ (.*?) \}\}", value, text)

    def run(self) -> None:
        """Runs the steps that are scripts, until one fails."""
        environment = {
            "PATH": f"{self.folder / 'stubs'}{os.pathsep}{os.environ['PATH']}",
            "STUBS": str(self.folder / "stubs"),
            "RUNNER_TEMP": str(self.folder / "temp"),
            "GITHUB_ACTION_PATH": str(ROOT),
            "GITHUB_STEP_SUMMARY": str(self.folder / "summary"),
            "GITHUB_OUTPUT": str(self.folder / "output"),
            "GITHUB_PATH": str(self.folder / "path"),
        }
        for step in STEPS:
            if "run" not in step:
                continue
            for name in ("summary", "output", "path"):
                (self.folder / name).touch()
            script = self.folder / "script.sh"
            script.write_text(step["run"], encoding="utf-8")
            variables = {name: self.expression(text) for name, text in step.get("env", {}).items()}
            command = ["bash", "--noprofile", "--norc", "-eo", "pipefail", str(script)]
            self.code = subprocess.run(command, cwd=self.workspace, env=environment | variables, check=False, timeout=60).returncode
            added = (self.folder / "path").read_text(encoding="utf-8").splitlines()
            environment["PATH"] = os.pathsep.join([*reversed(added), environment["PATH"]])
            if step.get("id") == "test":
                lines = (self.folder / "output").read_text(encoding="utf-8").splitlines()
                assert [line.partition("=")[0] for line in lines] == ["verdict", "counts", "exit-code", "sarif"]
                self.outputs = dict(line.split("=", 1) for line in lines)
            if self.code != 0:
                break

    def result(self, name: str) -> str:
        return self.expression(ACTION["outputs"][name]["value"])


@pytest.fixture
def use(tmp_path):
    """Uses the action: ``use(subject=…, code=1)`` with what the stub of ouracle is to do."""

    def used(code: int = 0, diff: int = 0, forms: dict[str, str] | None = None, stale: dict[str, str] | None = None, **inputs: str) -> Job:
        given = {name: spec.get("default", "") for name, spec in ACTION["inputs"].items()} | {name.replace("_", "-"): text for name, text in inputs.items()}
        given.setdefault("subject", "")
        job = Job(tmp_path, given)
        stubs = tmp_path / "stubs"
        for folder in (stubs, job.workspace, tmp_path / "temp"):
            folder.mkdir()
        # There is no ouracle on the path until cargo has installed it.
        for name, program in (("cargo", CARGO), ("program", PROGRAM)):
            (stubs / name).write_text(f"#!{sys.executable}\n{program}", encoding="utf-8")
            (stubs / name).chmod(0o755)
        script = {"code": code, "diff": diff, "forms": FORMS if forms is None else forms}
        (stubs / "script.json").write_text(json.dumps(script), encoding="utf-8")
        for name, text in (stale or {}).items():
            (job.workspace / given["out"]).mkdir(exist_ok=True)
            (job.workspace / given["out"] / name).write_text(text, encoding="utf-8")
        job.run()
        return job

    return used


def test_the_inputs_and_outputs():
    inputs = ACTION["inputs"]
    required = [name for name, spec in inputs.items() if spec.get("required")]
    assert required == ["subject"]
    defaults = {name: spec["default"] for name, spec in inputs.items() if name not in required}
    assert defaults == {
        "tier": "core",
        "fail-on": "wrong",
        "out": "ouracle-report",
        "artifact": "ouracle-report",
        **dict.fromkeys(["version", "only", "timeout", "xfail", "baseline"], ""),
    }
    assert set(ACTION["outputs"]) == {"verdict", "counts", "exit-code"}
    for spec in [*inputs.values(), *ACTION["outputs"].values()]:
        assert spec["description"].endswith(".")
    used = set(re.findall(r"\$\{\{ inputs\.([a-z-]+) \}\}", (ROOT / "action.yml").read_text(encoding="utf-8")))
    assert used == set(inputs)


def test_the_documented_use():
    page = (ROOT / "protocol" / "README.md").read_text(encoding="utf-8")
    workflow = yaml.safe_load(page.partition("```yaml\n")[2].partition("```")[0])
    use = workflow["steps"][-1]
    assert use["uses"].endswith("/ouracle@v1")
    assert set(use["with"]) <= set(ACTION["inputs"])
    assert workflow["permissions"]["security-events"] == "write"


def test_the_steps():
    assert ACTION["runs"]["using"] == "composite"
    for step in STEPS:
        if "run" in step:
            assert step["shell"] == "bash"
            assert "${{" not in step["run"]
        else:
            assert re.fullmatch(r"[a-z-]+(/[a-z-]+)+@v[0-9]+", step["uses"])
            assert step["if"].startswith("${{ always()")
    assert [step["uses"].partition("@")[0] for step in STEPS if "uses" in step] == ["github/codeql-action/upload-sarif", "actions/upload-artifact"]
    # The verdict falls after everything is kept.
    assert STEPS[-1]["run"] == 'exit "$CODE"'


@pytest.mark.parametrize(
    ("code", "verdict"),
    [(0, "right"), (1, "wrong"), (3, "incomplete"), (4, "void"), (5, "nothing"), (2, "error"), (70, "error"), (137, "error")],
)
def test_the_exit_code_decides(use, code, verdict):
    job = use(code=code, subject="cmd:./harness")
    assert job.code == code
    assert job.result("exit-code") == str(code)
    assert job.result("verdict") == verdict
    assert json.loads(job.result("counts")) == COUNTS
    assert job.outputs["sarif"] == "true"
    assert job.summary == FORMS["summary.md"]


def test_a_run_that_left_nothing(use):
    job = use(code=2, subject="mini:nobody", forms={}, stale=FORMS)
    assert (job.code, job.result("verdict"), job.result("counts"), job.outputs["sarif"]) == (2, "error", "", "false")
    assert job.summary == ""


def test_no_counts_in_the_summary(use):
    job = use(subject="ref:", forms={**FORMS, "summary.json": '{"verdict": "All right."}'})
    assert (job.code, job.result("counts")) == (0, "")


def test_what_is_asked(use):
    job = use(subject="cmd:python harness.py", tier="smoke", fail_on="degraded", only="ou-1d/*", timeout="60", xfail="known.toml", out="here")
    install, asked = job.calls
    root = str(job.folder / "temp" / "ouracle")
    assert install == ["cargo", "install", "--path", str(ROOT), "--locked", "--root", root]
    options = ["--tier=smoke", "--fail-on=degraded", "--out=here", "--only=ou-1d/*", "--timeout=60", "--xfail=known.toml"]
    assert asked == ["ouracle", "test", *options, "--", "cmd:python harness.py"]


def test_what_is_asked_by_default(use):
    job = use(subject="cmd:./harness", version="0.1.0")
    install, asked = job.calls
    assert install == ["cargo", "install", "ouracle", "--locked", "--root", str(job.folder / "temp" / "ouracle"), "--version=0.1.0"]
    assert asked == ["ouracle", "test", "--tier=core", "--fail-on=wrong", "--out=ouracle-report", "--", "cmd:./harness"]


@pytest.mark.parametrize(
    ("code", "diff", "decides"),
    [(0, 0, 0), (0, 1, 1), (0, 2, 2), (3, 1, 1), (3, 3, 3), (3, 0, 3), (1, 0, 1), (1, 2, 1), (4, 1, 4), (5, 1, 5)],
)
def test_a_baseline(use, code, diff, decides):
    job = use(code=code, diff=diff, subject="cmd:./harness", baseline="old/records.jsonl")
    assert job.calls[-1] == ["ouracle", "diff", "--format=markdown", "--", "old/records.jsonl", "ouracle-report"]
    assert job.code == decides
    assert job.result("exit-code") == str(decides)
    assert job.summary == FORMS["summary.md"] + "## ouracle diff: 1 worse\n"


def test_no_run_is_not_compared(use):
    job = use(code=2, forms={}, stale=FORMS, subject="mini:nobody", baseline="old/records.jsonl")
    assert [call[:2] for call in job.calls[1:]] == [["ouracle", "test"]]
    assert job.code == 2


HOSTILE = [
    'cmd:true"; touch pwned; "',
    "cmd:true'; touch pwned; '",
    "$(touch pwned)",
    "`touch pwned`",
    "; touch pwned",
    "a\ntouch pwned\nverdict=right",
    "--help",
    "-",
    "${{ inputs.subject }}",
    "$SUBJECT * ~ \\ !x",
    "%s%n",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_an_input_is_no_code(use, text):
    names = ["subject", "tier", "fail-on", "version", "only", "timeout", "xfail", "baseline", "out"]
    given = {name: f"{text}-{name}" for name in names}
    job = use(**given)
    assert list(job.folder.rglob("pwned*")) == []
    assert sorted(path.name for path in job.workspace.iterdir()) == [Path(given["out"]).parts[0]]
    install, asked, compared = job.calls
    assert install[-1] == f"--version={given['version']}"
    assert asked == ["ouracle", "test", *(f"--{name}={given[name]}" for name in ("tier", "fail-on", "out", "only", "timeout", "xfail")), "--", given["subject"]]
    assert compared == ["ouracle", "diff", "--format=markdown", "--", given["baseline"], given["out"]]
    assert (job.code, job.result("verdict"), json.loads(job.result("counts"))) == (0, "right", COUNTS)


def test_the_command_line_has_these_options():
    """The stub takes any option; the program does not."""
    script = next(step["run"] for step in STEPS if step.get("id") == "test")
    for verb in ("test", "diff"):
        lines = [line for line in script.splitlines() if ("options" in line) == (verb == "test") and ("options" in line or f"ouracle {verb}" in line)]
        asked = set(re.findall(r"--[a-z-]+(?==)", "\n".join(lines)))
        told = subprocess.run([OURACLE, verb, "--help"], capture_output=True, encoding="utf-8", check=True).stdout
        assert asked
        assert asked <= set(re.findall(r"--[a-z-]+", told)), verb
