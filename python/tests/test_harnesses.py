"""The harnesses that people copy: complete programs of thirty lines, right by the driver, and wrong if their formula is.

Python, C, JavaScript and Rust are built and examined here. The other languages are examples; they say so.
"""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
import sys
import threading
from collections import Counter
from pathlib import Path
from typing import Any

import harnesses
import protocol
import pytest
from harnesses import HARNESSES, TARGET

from ouracle.reports import protocol_runs

OURACLE = os.environ.get("OURACLE", str(TARGET / "release" / "ouracle"))
# A line of each formula, and the same with twice the angle forgotten: w is then 1 − exp(−rate t).
EXAMINED = {
    "python/harness.py": ("-math.expm1(-2 * rate * t)", "-math.expm1(-rate * t)"),
    "c/harness.c": ("expm1(-2 * rate * t)", "expm1(-rate * t)"),
    "node/harness.mjs": ("Math.expm1(-2 * rate * t)", "Math.expm1(-rate * t)"),
    "rust/harness.rs": ("(-2.0 * rate * t).exp_m1()", "(-rate * t).exp_m1()"),
}
EXAMPLES = ["java/Harness.java", "julia/harness.jl", "r/harness.R"]
EXACT = {"kind": "exact"}
OU = {"kind": "ou", "rate": "3/4", "horizon": "1"}


def built(harness: str, source: str, folder: Path) -> list[str]:
    """The command that runs this source of a harness."""
    path = folder / Path(harness).name
    path.write_text(source, encoding="utf-8")
    if harness.startswith("python"):
        return [sys.executable, str(path)]
    if harness.startswith("node"):
        return [harnesses.node(), str(path)]
    if harness.startswith("c/"):
        return [str(harnesses.c(path, path.with_suffix("")))]
    return [str(harnesses.rust(source, "harness" if source == text(harness) else "harness-broken"))]


def text(harness: str) -> str:
    return (HARNESSES / harness).read_text(encoding="utf-8")


@pytest.fixture(scope="module", params=EXAMINED)
def harness(request, tmp_path_factory):
    """The name of a harness, and the command that runs it."""
    return request.param, built(request.param, text(request.param), tmp_path_factory.mktemp("right"))


@pytest.fixture(scope="module", params=EXAMINED)
def broken(request, tmp_path_factory):
    """The same with one line of its formula broken."""
    right, wrong = EXAMINED[request.param]
    source = text(request.param)
    assert source.count(right) == 1
    return request.param, built(request.param, source.replace(right, wrong), tmp_path_factory.mktemp("broken"))


def examine(command: list[str], folder: Path) -> tuple[int, list[dict[str, Any]]]:
    """The exit code and the records of `ouracle test`."""
    arguments = [OURACLE, "test", f"cmd:{shlex.join(command)}", "--tier", "smoke", "--out", str(folder)]
    code = subprocess.run(arguments, check=False, timeout=600).returncode
    # The page of all subjects reads them closed: what the driver writes and what is read there cannot drift apart.
    run = protocol_runs.read(folder / "records.jsonl")
    assert run.complete and not run.void
    return code, [json.loads(line) for line in (folder / "records.jsonl").read_text(encoding="utf-8").splitlines()]


def test_a_harness_is_right(harness, tmp_path):
    code, records = examine(harness[1], tmp_path)
    counts = records[-1]["counts"]
    verdicts = Counter((record["quantity"], record["verdict"]) for record in records if record["record"] == "result")
    assert code == 0, counts
    assert (counts["wrong"], counts["faults"], counts["degraded"]) == (0, 0, 0)
    for quantity in records[0]["able"]:
        assert verdicts[quantity, "right"] > 0, quantity


def test_a_broken_harness_is_wrong(broken, tmp_path):
    code, records = examine(broken[1], tmp_path)
    assert code == 1
    assert records[-1]["counts"]["wrong"] > 0


def told(command: list[str], questions: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The answers to these questions, each by the protocol, and a good end after `bye`."""
    lines = [json.dumps(question, separators=(",", ":")) for question in [*questions, {"id": 99, "cmd": "bye"}]]
    done = subprocess.run(command, input="\n".join(lines) + "\n", capture_output=True, encoding="utf-8", check=True, timeout=60)
    answers = [json.loads(line, parse_constant=lambda name: pytest.fail(f"{name} is not JSON")) for line in done.stdout.splitlines()]
    assert len(answers) == len(questions)
    for question, answer in zip(questions, answers):
        if question["cmd"] in protocol.ANSWERS:
            assert protocol.problems(question, "request") == []
            assert protocol.problems_of_pair(question, answer) == []
    return answers


def gaussian(mean: float = 0.5, variance: float = 0.75) -> dict[str, Any]:
    return {"kind": "gaussian", "mean": [mean], "cov": [[variance]]}


def setup(number: int, process: Any = OU, data: Any = None, model: Any = EXACT, **more: Any) -> dict[str, Any]:
    return {"id": number, "cmd": "setup", "case": {"process": process, "data": data or gaussian(), "model": model, **more}}


def test_what_a_harness_knows(harness):
    vp = {"kind": "vp-linear", "b0": "1/10", "b1": "20", "horizon": "1"}
    plane = {"kind": "gaussian", "mean": [0, 1], "cov": [[1, 0], [0, 1]]}
    mixture = {"kind": "mixture", "weights": [1], "means": [0], "variances": [1]}
    settings = {
        "ok": [setup(1), setup(2, prior=gaussian(), later=[{"x": 1}])],
        "unsupported": [
            setup(3, process=vp),
            setup(4, data=plane),
            setup(5, data=mixture, prior=gaussian()),
            setup(6, model={"kind": "shifted", "by": [0.5]}),
        ],
        "refused": [setup(7, data=gaussian(variance=-0.75)), setup(8, data=gaussian(variance=0))],
    }
    for status, questions in settings.items():
        assert [answer["status"] for answer in told(harness[1], questions)] == [status] * len(questions)
    strange = [
        {"id": 11, "cmd": "dance"},
        {"id": 12, "cmd": "evaluate", "quantity": "prior-kl", "dtype": "f64", "points": [{}]},
        {"id": 13, "cmd": "sample", "quantity": "dsm-term", "n": 2, "seed": 1, "point": {"x": [0.5], "t": 0.5}},
    ]
    for answer in told(harness[1], [setup(10), *strange])[1:]:
        assert answer["status"] == "unsupported"
        assert answer["message"]


def test_one_bad_point_spoils_no_other(harness):
    name = told(harness[1], [{"id": 1, "cmd": "hello", "protocol": 1, "later": True}])[0]
    quantity = next(quantity for quantity in name["able"] if quantity in ("score", "log-density"))
    good = {"x": [-0.5], "t": 0.25, "later": 1}
    bad = [{"x": [1], "t": -0.5}, {"x": ["nan"], "t": 0.5}, {"x": [1], "t": "nan"}, {"x": [1], "t": 1.5}, {"x": [1, 0.5], "t": 0.5}]
    points = [good, bad[0], good, *bad[1:], good]
    values = told(harness[1], [setup(1), {"id": 2, "cmd": "evaluate", "quantity": quantity, "dtype": "f64", "points": points}])[1]["values"]
    assert [isinstance(value, dict) for value in values] == [False, True, False, True, True, True, True, False]
    assert values[0] == values[2] == values[-1]


def test_answers_come_line_by_line(harness):
    """A subject that keeps its answers in a buffer would be waited for in vain."""
    buffered = {name: value for name, value in os.environ.items() if name != "PYTHONUNBUFFERED"}
    with subprocess.Popen(harness[1], stdin=subprocess.PIPE, stdout=subprocess.PIPE, encoding="utf-8", env=buffered) as subject:
        patience = threading.Timer(60, subject.kill)
        patience.start()
        for question in [{"id": 1, "cmd": "hello", "protocol": 1}, setup(2), {"id": 3, "cmd": "dance"}]:
            subject.stdin.write(json.dumps(question, separators=(",", ":")) + "\n")
            subject.stdin.flush()
            answer = subject.stdout.readline()
            assert f'"id":{question["id"]}' in answer.replace(" ", "")
        subject.stdin.close()  # no bye: the driver may be gone
        assert subject.stdout.read() == ""
        assert subject.wait() == 0
        patience.cancel()


def test_a_long_line(harness):
    able = told(harness[1], [{"id": 1, "cmd": "hello", "protocol": 1}])[0]["able"]
    quantity = "score" if "score" in able else "log-density"
    points = [{"x": [number / 1024], "t": 0.25} for number in range(5000)]
    answer = told(harness[1], [setup(1), {"id": 2, "cmd": "evaluate", "quantity": quantity, "dtype": "f64", "points": points}])[1]
    flat = [value[0] if isinstance(value, list) else value for value in answer["values"]]
    # The score is a line and the log-density a parabola, so that second differences are constant.
    steps = [after - before for before, after in zip(flat, flat[1:])]
    bends = [after - before for before, after in zip(steps, steps[1:])]
    assert flat[0] > flat[-1]
    assert max(bends) - min(bends) < 1e-12


def test_the_documented_conversation_is_that_of_the_python_harness():
    lines = protocol.documented()
    done = subprocess.run(
        [sys.executable, str(HARNESSES / "python/harness.py")],
        input="".join(f"{line[2:]}\n" for line in lines if line.startswith("> ")),
        capture_output=True,
        encoding="utf-8",
        check=True,
        timeout=60,
    )
    written = [json.loads(line[2:]) for line in lines if line.startswith("< ")]
    said = [json.loads(line) for line in done.stdout.splitlines()]
    # The last digit of an exponential is a matter of the C library.
    assert said == [near(answer, other) for answer, other in zip(written, said)]
    assert len(said) == len(written)


def near(written: Any, said: Any) -> Any:
    if isinstance(written, list) and isinstance(said, list) and len(written) == len(said):
        return [near(*pair) for pair in zip(written, said)]
    if isinstance(written, dict) and isinstance(said, dict):
        return {name: near(value, said.get(name)) for name, value in written.items()}
    return pytest.approx(written, rel=1e-14) if isinstance(written, float) else written


@pytest.mark.parametrize(("name", "longest"), [*((name, 30) for name in EXAMINED), *((name, 40) for name in EXAMPLES)])
def test_a_harness_is_short(name, longest):
    lines = text(name).splitlines()
    assert len([line for line in lines if line.strip()]) <= longest
    assert max(map(len, lines)) <= 120
    assert not any("\t" in line or re.search(r";\s*;", line) for line in lines)


def test_every_harness_is_listed_and_says_whether_it_is_run():
    found = sorted(str(path.relative_to(HARNESSES)) for path in HARNESSES.rglob("*") if path.is_file())
    assert found == sorted([*EXAMINED, *EXAMPLES])
    page = (protocol.FOLDER / "README.md").read_text(encoding="utf-8")
    rows = {name: next(line for line in page.splitlines() if f"](harnesses/{name})" in line) for name in found}
    for name in EXAMINED:
        assert rows[name].endswith("| yes |")
    for name in EXAMPLES:
        assert "| no; " in rows[name]
        assert "An example that our tests do not run" in text(name)
