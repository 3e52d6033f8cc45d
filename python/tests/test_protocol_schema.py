"""The schema of the protocol: what is right passes, each kind of mistake fails, and the documents keep to it."""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Iterator
from typing import Any

import protocol
import pytest
from jsonschema import Draft202012Validator

from ouracle.pytest_plugin.expected import ExpectedFailures

GAUSSIAN = {"kind": "gaussian", "mean": [1, -0.5], "cov": [[0.75, 0.25], [0.25, 2]]}
MIXTURE = {"weights": [0.25, 0.75], "means": [-1, 2], "variances": [0.5, 1]}
OU = {"kind": "ou", "rate": "1", "horizon": "1"}
CASE = {"process": OU, "data": GAUSSIAN, "model": {"kind": "exact"}}
PROCESSES: list[dict[str, Any]] = [
    OU,
    {"kind": "vp-linear", "b0": "1/10", "b1": "20", "horizon": "1"},
    {"kind": "sub-vp-linear", "b0": "0.1", "b1": "2e1", "horizon": "1"},
    {"kind": "ve-geometric", "smin": "0.01", "smax": "50", "horizon": "1"},
    {"kind": "vp-cosine", "s": "0.008", "unit": "1", "horizon": "0.9946"},
]
MODELS: list[dict[str, Any]] = [
    {"kind": "exact"},
    {"kind": "gaussian-score", "mean": [0, 0], "cov": [[1, 0], [0, 1]]},
    {"kind": "mixture-score", **MIXTURE},
    {"kind": "shifted", "by": [0.5, 0]},
    {"kind": "scaled", "by": 1.125},
    {"kind": "wrong-time", "by": 0.125},
]
X, T = {"x": [0.5, -2]}, {"t": 0.25}
POINTS: dict[str, dict[str, Any]] = {
    **dict.fromkeys(["mean", "covariance", "squared-diffusion"], T),
    **dict.fromkeys(["score", "log-density", "drift", "reverse-drift", "velocity"], X | T),
    "ddim-step": X | T | {"s": 0.125},
    "prior-kl": {},
    **dict.fromkeys(["elbo", "lower-bound"], X),
    "flow-log-likelihood": X | {"steps": 64},
}
DRAWS: dict[str, dict[str, Any]] = {"noised": X | T, "dsm-term": X | T, "euler-end": X | {"steps": 8}}


def hello(**more: Any) -> dict[str, Any]:
    return {"id": 1, "cmd": "hello", "protocol": 1, **more}


def setup(**parts: Any) -> dict[str, Any]:
    return {"id": 2, "cmd": "setup", "case": {**CASE, **parts}}


def evaluate(quantity: str = "score", *points: Any, **more: Any) -> dict[str, Any]:
    return {"id": 3, "cmd": "evaluate", "quantity": quantity, "dtype": "f64", "points": list(points) or [X | T], **more}


def sample(quantity: str = "noised", **more: Any) -> dict[str, Any]:
    return {"id": 4, "cmd": "sample", "quantity": quantity, "n": 3, "seed": 7, "point": DRAWS[quantity], **more}


REQUESTS = [
    hello(),
    hello(later={"any": "thing"}),
    *(setup(process=process) for process in PROCESSES),
    *(setup(process={**process, "later": 1}) for process in PROCESSES),
    *(setup(model=model) for model in MODELS),
    setup(data={"kind": "mixture", **MIXTURE}),
    setup(prior=GAUSSIAN, later=None),
    *(evaluate(quantity, point) for quantity, point in POINTS.items()),
    evaluate("score", X | {"t": "nan"}, {"x": ["inf", "-inf"], "t": -1}, X | T | {"later": []}),
    *(evaluate(dtype=dtype) for dtype in ("f64", "f32", "bf16", "f16")),
    *(sample(quantity) for quantity in DRAWS),
    {"id": 5, "cmd": "bye"},
    {"id": 5, "cmd": "bye", "later": True},
]

BROKEN_REQUESTS = [
    [],
    {"cmd": "bye"},
    {"id": 1},
    {"id": "1", "cmd": "bye"},
    {"id": 1.5, "cmd": "bye"},
    {"id": 0, "cmd": "bye"},
    {"id": 1, "cmd": "dance"},
    {"id": 1, "cmd": "hello"},
    hello(protocol=2),
    {"id": 2, "cmd": "setup"},
    {"id": 2, "cmd": "setup", "case": {"process": OU, "data": GAUSSIAN}},
    *(setup(process={name: value for name, value in process.items() if name != left_out}) for process in PROCESSES for left_out in process),
    *(setup(model={name: value for name, value in model.items() if name != left_out}) for model in MODELS for left_out in model),
    setup(process={**OU, "kind": "brownian"}),
    setup(process={**OU, "rate": 1}),
    setup(process={**OU, "rate": "fast"}),
    setup(process={**OU, "rate": "1/2/3"}),
    setup(data={"kind": "gaussian", "mean": 1, "cov": [[1]]}),
    setup(data={"kind": "gaussian", "mean": [1], "cov": [1]}),
    setup(data={"kind": "gaussian", **MIXTURE}),
    setup(data={"kind": "gaussian", "mean": [1], "cov": []}),
    setup(data={"kind": "mixture", "weights": [1], "means": [0]}),
    setup(prior=OU),
    setup(model={"kind": "shifted", "by": 0.5}),
    setup(model={"kind": "scaled", "by": [0.5]}),
    *(evaluate(quantity, {name: value for name, value in point.items() if name != left_out}) for quantity, point in POINTS.items() for left_out in point),
    evaluate("beauty"),
    evaluate("noised"),
    evaluate(dtype="f128"),
    evaluate(points=[]),
    evaluate("score", {"x": 0.5, "t": 0.25}),
    evaluate("score", {"x": [], "t": 0.25}),
    evaluate("score", X | {"t": "0.25"}),
    evaluate("score", X | {"t": None}),
    evaluate("flow-log-likelihood", X | {"steps": 0}),
    *(sample(point={name: value for name, value in DRAWS["noised"].items() if name != left_out}) for left_out in DRAWS["noised"]),
    sample("euler-end", point=X | T),
    {**sample(), "quantity": "score"},
    sample(n=0),
    sample(seed=-1),
    sample(seed=None),
]

GREETING: dict[str, Any] = {
    "id": 1,
    "status": "ok",
    "protocol": 1,
    "subject": {"name": "mine", "version": "1.0", "language": "fortran", "homepage": "https://example.org"},
    "conventions": {"time": "data-at-1", "predicts": "v", "reduce": "mean", "log": "bit", "sum": "plain"},
    "able": {"score": {"dtype": ["f32", "f64"]}, "noised": {}, "flow-log-likelihood": {"order": 2, "note": "Heun"}},
}
LEAST = {"id": 1, "subject": {"name": "mine"}, "able": {}}
DONE = {"id": 2, "status": "ok"}
VALUES = {"id": 3, "status": "ok", "values": [[0.5], "nan", [["inf", "-inf"], [1, 2e-300]], -0.25, {"error": "no"}]}
DECLINED = [
    {"id": 3, "status": "unsupported", "message": "no such schedule"},
    {"id": 3, "status": "refused"},
    {"id": 3, "status": "refused", "message": "t < 0"},
    {"id": 3, "status": "error", "message": "ValueError", "traceback": "line 1\nline 2"},
]
ANSWERS = [("hello", GREETING), ("hello", LEAST), ("setup", DONE), ("values", VALUES)]
ANSWERS += [(kind, answer) for kind in ("hello", "setup", "values") for answer in DECLINED]


def with_(message: dict[str, Any], *path: str, value: Any) -> dict[str, Any]:
    """The message with another value, or a new field, at the end of this path."""
    message = copy.deepcopy(message)
    inner = message
    for name in path[:-1]:
        inner = inner[name]
    inner[path[-1]] = value
    return message


def without(message: dict[str, Any], name: str) -> dict[str, Any]:
    return {key: value for key, value in message.items() if key != name}


def mistyped(message: Any) -> Iterator[Any]:
    """The message with one value of another type, for every value that it has."""
    for name in message if isinstance(message, dict) else range(len(message)):
        for junk in ({"junk": None}, [None], True):
            if name != "later" and not (isinstance(junk, dict) and message[name] == {}):
                yield replaced(message, name, junk)
        if isinstance(message[name], (dict, list)) and name != "later":
            for inner in mistyped(message[name]):
                yield replaced(message, name, inner)


def replaced(message: Any, name: Any, value: Any) -> Any:
    message = copy.copy(message)
    message[name] = value
    return message


BROKEN_ANSWERS = [
    *((kind, without(answer, "id")) for kind, answer in ANSWERS),
    *((kind, with_(answer, "id", value="3")) for kind, answer in ANSWERS),
    *((kind, with_(answer, "later", value=1)) for kind, answer in ANSWERS),
    *((kind, with_(answer, "cmd", value="evaluate")) for kind, answer in ANSWERS),
    *((kind, with_(answer, "status", value="fine")) for kind, answer in ANSWERS),
    *((kind, without(answer, "message")) for kind in ("hello", "setup", "values") for answer in DECLINED if answer["status"] in ("unsupported", "error")),
    *((kind, with_(DECLINED[0], "values", value=[1])) for kind in ("setup", "values")),
    ("hello", without(GREETING, "subject")),
    ("hello", without(GREETING, "able")),
    ("hello", with_(GREETING, "protocol", value=2)),
    ("hello", with_(GREETING, "subject", value="mine")),
    ("hello", with_(GREETING, "subject", value={"version": "1.0"})),
    ("hello", with_(GREETING, "subject", "version", value=1.0)),
    ("hello", with_(GREETING, "subject", "licence", value="MIT")),
    *(("hello", with_(GREETING, "conventions", name, value="other")) for name in [*GREETING["conventions"], "colour"]),
    ("hello", with_(GREETING, "able", value=["score"])),
    ("hello", with_(GREETING, "able", "score", value=True)),
    ("hello", with_(GREETING, "able", "score", value={"dtype": "f64"})),
    ("hello", with_(GREETING, "able", "score", value={"dtype": ["f128"]})),
    ("hello", with_(GREETING, "able", "score", value={"dtype": []})),
    ("hello", with_(GREETING, "able", "score", value={"dtype": ["f64", "f64"]})),
    ("hello", with_(GREETING, "able", "score", value={"order": 0})),
    ("hello", with_(GREETING, "able", "score", value={"estimator": "monte-carlo"})),
    ("setup", without(DONE, "status")),
    ("setup", with_(DONE, "message", value="hello")),
    ("values", without(VALUES, "status")),
    ("values", without(VALUES, "values")),
    ("values", with_(VALUES, "message", value="hello")),
    *(("values", with_(VALUES, "values", value=value)) for value in (1, {}, [], "nan")),
    *(
        ("values", with_(VALUES, "values", value=[value]))
        for value in (None, True, "0.5", "NaN", "Infinity", {}, {"error": None}, {"error": 3}, {"error": "no", "code": 3}, {"message": "no"}, [{"error": "no"}], [[None]])
    ),
]


def test_the_schema_is_one():
    Draft202012Validator.check_schema(protocol.SCHEMA)


@pytest.mark.parametrize("message", REQUESTS, ids=json.dumps)
def test_a_request_passes(message):
    assert protocol.problems(message) == []
    assert protocol.problems(message, "request") == []


@pytest.mark.parametrize("message", BROKEN_REQUESTS, ids=json.dumps)
def test_a_broken_request_fails(message):
    assert protocol.problems(message)
    assert protocol.problems(message, "request")


@pytest.mark.parametrize("message", REQUESTS, ids=json.dumps)
def test_every_field_of_a_request_is_looked_at(message):
    for name in set(message) - {"later"}:
        assert protocol.problems(without(message, name)), name
    for broken in mistyped(message):
        assert protocol.problems(broken), broken


@pytest.mark.parametrize(("kind", "message"), ANSWERS, ids=json.dumps)
def test_every_field_of_an_answer_is_looked_at(kind, message):
    for broken in mistyped(message):
        assert protocol.problems(broken, f"answer-to-{kind}"), broken


@pytest.mark.parametrize(("kind", "message"), ANSWERS, ids=json.dumps)
def test_an_answer_passes(kind, message):
    assert protocol.problems(message) == []
    assert protocol.problems(message, f"answer-to-{kind}") == []


@pytest.mark.parametrize(("kind", "message"), BROKEN_ANSWERS, ids=json.dumps)
def test_a_broken_answer_fails(kind, message):
    assert protocol.problems(message, f"answer-to-{kind}")


def test_the_fields_of_all_answers_are_closed():
    """A field that slips into one of them must be written into the schema first."""
    opened = []
    for name in ("answer-to-hello", "answer-to-setup", "answer-to-values"):
        for shape in protocol.SCHEMA["$defs"][name]["oneOf"]:
            if "$ref" not in shape and shape["additionalProperties"] is not False:
                opened.append(name)
    closed = [protocol.SCHEMA["$defs"][name].get("additionalProperties") for name in ("declined", "subject", "conventions", "ability")]
    assert opened == []
    assert closed == [False] * 4


def test_the_documented_conversation():
    lines = protocol.documented()
    assert list(protocol.problems_of_conversation(lines)) == []
    assert [json.loads(line[2:])["cmd"] for line in lines if line[0] == ">"] == ["hello", "setup", "evaluate", "sample", "evaluate", "bye"]


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        (lambda lines: lines[:-1], "no bye"),
        (lambda lines: [*lines, lines[1]], "after bye"),
        (lambda lines: lines[:1] + lines[2:], "before the answer"),
        (lambda lines: lines[1:], "without a question"),
        (lambda lines: [*lines[:3], lines[3].replace('"id":2', '"id":7'), *lines[4:]], "has id 7"),
        (lambda lines: [*lines[:5], lines[5].replace("[0.32863215207100754],", ""), *lines[6:]], "2 values for 3"),
        (lambda lines: [*lines[:5], lines[5].replace("[0.32863215207100754]", "NaN"), *lines[6:]], "not valid"),
        (lambda lines: [*lines[:7], lines[7].replace("[0.2288940188362207],", ""), *lines[8:]], "1 values for 2"),
    ],
)
def test_a_broken_conversation_is_noticed(change, problem):
    found = list(protocol.problems_of_conversation(change(protocol.documented())))
    assert any(problem in line for line in found), found


def tables(heading: str) -> dict[str, list[str]]:
    """The rows of all tables under a heading of the page, by the name in their first column."""
    page = (protocol.FOLDER / "README.md").read_text(encoding="utf-8")
    section = page.partition(f"### {heading}\n")[2].partition("\n### ")[0]
    # A bar within a cell is written with a backslash.
    rows = [re.split(r"(?<!\\)\|", line)[1:-1] for line in section.splitlines() if line.startswith("| `")]
    return {re.findall("`([^`]*)`", row[0])[0]: [cell.strip() for cell in row] for row in rows}


def test_the_page_lists_what_the_schema_lists():
    asked = tables("What can be asked")
    definitions = protocol.SCHEMA["$defs"]
    evaluated = definitions["evaluate"]["properties"]["quantity"]["enum"]
    sampled = definitions["sample"]["properties"]["quantity"]["enum"]
    assert set(evaluated) == set(POINTS)
    assert set(sampled) == set(DRAWS)
    assert list(asked) == [*evaluated, *sampled, *(process["kind"] for process in PROCESSES)]
    for quantity, point in {**POINTS, **DRAWS}.items():
        assert [name for name in asked[quantity][1].split(", ") if name] == list(point), quantity
    for process in PROCESSES:
        assert asked[process["kind"]][0] == f"`{process['kind']}` {{{', '.join(list(process)[1:])}}}"
    conventions = tables("Conventions")
    assert list(conventions) == list(definitions["conventions"]["properties"])
    for name, choices in definitions["conventions"]["properties"].items():
        written = re.findall("`([^`]*)`", conventions[name][1] + conventions[name][2])
        assert (choices["enum"], choices["default"]) == (written, written[0])


def test_the_documented_expected_failure(tmp_path):
    page = (protocol.FOLDER / "README.md").read_text(encoding="utf-8")
    path = tmp_path / "ouracle-xfail.toml"
    path.write_text(page.partition("```toml\n")[2].partition("```")[0], encoding="utf-8")
    assert [entry.id for entry in ExpectedFailures.read(path).entries] == ["ou-1d/score/9d6e36"]
