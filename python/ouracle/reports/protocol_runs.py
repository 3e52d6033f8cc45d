"""Runs of ``ouracle test``, read back: what a program in any language answered, judged by the driver.

The reading is closed, as the driver's own is: an unknown record, an unknown or absent field, another major format, counts that do
not agree with the footer are errors that name the file and the line. A last line that was cut off is left out: its run did not end.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .records import Record

#: The major format that is read.
FORMAT = "1"


def _text(value: Any) -> bool:
    return isinstance(value, str)


def _count(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def _number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _flag(value: Any) -> bool:
    return isinstance(value, bool)


def _any(value: Any) -> bool:
    return True


def _object(value: Any) -> bool:
    return isinstance(value, dict)


def _texts(value: Any) -> bool:
    return isinstance(value, list) and all(map(_text, value))


def _list(value: Any) -> bool:
    return isinstance(value, list)


def _or_none(known: Callable[[Any], bool]) -> Callable[[Any], bool]:
    return lambda value: value is None or known(value)


def _one_of(*names: str) -> Callable[[Any], bool]:
    return lambda value: isinstance(value, str) and value in names


VERDICTS = ("right", "degraded", "wrong", "undecided", "unsupported", "fault")

#: The counts of the footer.
COUNTS = ("right", "degraded", "wrong", "undecided", "unsupported", "faults", "expected_failures", "stale", "controls", "caught")

#: The fields of each record, all of which must be there.
FIELDS: dict[str, dict[str, Callable[[Any], bool]]] = {
    "header": {
        "kind": _one_of("test"), "format": _text, "ouracle": _text, "address": _text, "subject": _object, "conventions": _object,
        "able": _object, "tier": _text, "only": _or_none(_text), "seed": _count, "false_alarm": _number, "fail_on": _text,
        "required": _flag, "questions": _count, "environment": _object,
    },
    "control": {
        "id": _text, "story": _text, "wanted": _one_of("right", "wrong"), "asked": _count, "failed": _count, "caught": _flag,
        "looks_like": _texts,
    },
    "result": {
        "test": _text, "dtype": _text, "case": _text, "quantity": _text, "claims": _texts, "tier": _text, "flags": _texts, "point": _any,
        "expect": _one_of("value", "at-most", "refuse"), "verdict": _one_of(*VERDICTS), "answer": _any, "exact": _texts,
        "radius": _or_none(_text), "condition": _list, "ratio": _or_none(_number), "message": _or_none(_text), "fault": _or_none(_object),
        "expected_failure": _or_none(_object), "time": _number,
    },
    "cause": {"quantity": _text, "failed": _count, "looks_like": _list},
    "chatter": {"lines": _texts, "dropped": _count},
    "footer": {"counts": _object, "exit_code": _count, "time": _object},
}  # fmt: skip

#: Fields of objects within them; those of ``subject`` but its name may be absent.
SUBJECT: dict[str, Callable[[Any], bool]] = {"name": _text, "version": _text, "language": _text, "homepage": _text}
MISTAKE: dict[str, Callable[[Any], bool]] = {"id": _text, "story": _text, "links": _texts, "matches": _count}
FOOTER_COUNTS: dict[str, Callable[[Any], bool]] = dict.fromkeys(COUNTS, _count)


@dataclass(frozen=True)
class ProtocolRun:
    """What the records of one run of ``ouracle test`` say."""

    header: Record
    controls: list[Record]
    results: list[Record]
    causes: list[Record]
    footer: Record | None
    #: The folder of the records.
    folder: Path

    @property
    def name(self) -> str:
        """What the subject calls itself."""
        return str(self.header["subject"]["name"])

    @property
    def version(self) -> str:
        """Its version, empty if it gives none."""
        return str(self.header["subject"].get("version", ""))

    @property
    def language(self) -> str:
        """The language it is written in, empty if it gives none."""
        return str(self.header["subject"].get("language", ""))

    @property
    def complete(self) -> bool:
        """Whether every question of the tier was asked, and the run came to its end."""
        return self.footer is not None and self.header["only"] is None and len(self.results) == self.header["questions"]

    @property
    def void(self) -> str:
        """Why nothing that the run says counts; empty if it does. A judge that lets a known mistake pass is no judge."""
        survivors = [str(control["id"]) for control in self.controls if not control["caught"]]
        if survivors:
            return f"the control {survivors[0]} survived" if len(survivors) == 1 else f"{len(survivors)} controls survived, such as {survivors[0]}"
        return "no control was asked" if self.results and not self.controls else ""

    @property
    def asked(self) -> list[Record]:
        """The results of questions that the subject does not decline."""
        return [result for result in self.results if result["verdict"] != "unsupported"]

    def offered(self, result: Record) -> bool:
        """Whether the subject said that it can answer such questions; of the others, it was asked none."""
        return result["quantity"] in self.header["able"]


def outcome(result: Record) -> str:
    """The verdict as the matrix has it: draws that were not refuted are consistent, and what was expected to fail did so."""
    verdict = str(result["verdict"])
    if result["expected_failure"] is not None and verdict not in ("right", "unsupported"):
        return "expected failure"
    # Draws have no condition number, and an exact law.
    random = verdict == "right" and result["expect"] == "value" and result["exact"] and not result["condition"]
    return "consistent" if random else verdict


def counted(run: ProtocolRun) -> dict[str, int]:
    """The counts of the footer, from the records themselves; stale expectations, which no record shows, from the footer."""
    seen = Counter(outcome(result) for result in run.results)
    seen["right"] += seen["consistent"]
    names = {"faults": "fault", "expected_failures": "expected failure"}
    counts = {name: seen[names.get(name, name)] for name in COUNTS}
    stale = run.footer["counts"]["stale"] if run.footer is not None else 0
    return {**counts, "stale": stale, "controls": len(run.controls), "caught": sum(control["caught"] for control in run.controls)}


def is_protocol_run(path: Path) -> bool:
    """Whether a file of records begins as those of ``ouracle test`` do."""
    with path.open("rb") as file:
        try:
            header = json.loads(file.readline())
        except (ValueError, RecursionError):
            return False
    return isinstance(header, dict) and header.get("kind") == "test"


def read(path: Path) -> ProtocolRun:
    """The run in this file of records.

    Raises:
        ValueError: for a line that is no record of this format, stands where it must not, or says what the others do not.
    """
    run: ProtocolRun | None = None
    footer: tuple[int, Record] | None = None
    seen: set[tuple[str, str]] = set()
    for number, record in _lines(path):
        where = f"{path}, line {number}"
        kind = record["record"]
        if footer is not None:
            raise ValueError(f"{where}: it stands after the footer")
        if (kind == "header") != (run is None):
            raise ValueError(f"{where}: {'it stands before the header' if run is None else 'it is a second header'}")
        if run is None:
            run = ProtocolRun(record, [], [], [], None, path.parent)
        elif kind == "control":
            run.controls.append(record)
        elif kind == "cause":
            failed = sum(result["quantity"] == record["quantity"] and result["verdict"] in ("wrong", "degraded") for result in run.results)
            if record["failed"] != failed or any(mistake["matches"] > failed for mistake in record["looks_like"]):
                raise ValueError(f"{where}: it explains {record['failed']} failures of {_clipped(record['quantity'])}, but the records show {failed}")
            run.causes.append(record)
        elif kind == "footer":
            footer = number, record
        elif kind == "result":
            key = record["test"], record["dtype"]
            if key in seen:
                raise ValueError(f"{where}: the result of {_clipped(key[0])} in {_clipped(key[1])} is there twice")
            seen.add(key)
            run.results.append(record)
    if run is None:
        raise ValueError(f"{path}: there is no record in it; run `ouracle test` again")
    if len(run.results) > run.header["questions"]:
        raise ValueError(f"{path}: {len(run.results)} results answer {run.header['questions']} questions")
    if footer is not None:
        number, record = footer
        run = ProtocolRun(run.header, run.controls, run.results, run.causes, record, run.folder)
        for name, count in counted(run).items():
            if record["counts"][name] != count:
                raise ValueError(f"{path}, line {number}: the footer counts {record['counts'][name]} {name}, but the records show {count}")
    return run


def _lines(path: Path) -> Iterator[tuple[int, Record]]:
    """The records with their line numbers. Only a newline ends a line: strings hold other separators."""
    lines = path.read_bytes().split(b"\n")
    for number, line in enumerate(lines, 1):
        if number == len(lines) and not line:
            return
        try:
            record = json.loads(line.decode("utf-8"), object_pairs_hook=_once, parse_constant=_no_number)
            # What cannot be written again cannot stand on a page: half a surrogate pair, behind an escape.
            json.dumps(record, ensure_ascii=False).encode("utf-8")
            problem = _problem(record)
        except (ValueError, RecursionError) as error:
            if number == len(lines) and number > 1:
                return
            problem = f"it is no JSON ({error})"
        if problem:
            raise ValueError(f"{path}, line {number}: {problem}")
        yield number, record


def _problem(record: Any) -> str:
    """Why this is no record of the format, empty if it is one."""
    kind = record.get("record") if isinstance(record, dict) else None
    if not isinstance(kind, str) or kind not in FIELDS:
        return f"{_clipped(kind)} is not {', '.join(FIELDS)}"
    if kind == "header" and isinstance(record.get("format"), str) and record["format"].split(".")[0] != FORMAT:
        return f"its format is {_clipped(record['format'])}, and {FORMAT}.x is read; run `ouracle test` again"
    objects = [("", {key: value for key, value in record.items() if key != "record"}, FIELDS[kind])]
    if kind == "header":
        objects.append(("subject.", record.get("subject"), {name: known for name, known in SUBJECT.items() if name == "name" or _has(record.get("subject"), name)}))
    if kind == "footer":
        objects.append(("counts.", record.get("counts"), FOOTER_COUNTS))
    if kind == "cause" and isinstance(record.get("looks_like"), list):
        objects += [(f"looks_like[{at}].", mistake, MISTAKE) for at, mistake in enumerate(record["looks_like"])]
    return next(filter(None, (_misfit(*entry) for entry in objects)), "")


def _has(value: Any, name: str) -> bool:
    return isinstance(value, dict) and name in value


def _misfit(place: str, value: Any, fields: dict[str, Callable[[Any], bool]]) -> str:
    if not isinstance(value, dict):
        return f"{place.rstrip('.')} is no object"
    for name in value:
        if name not in fields:
            return f"it has a field {_clipped(place + name)} that this version does not know"
    for name, known in fields.items():
        if name not in value:
            return f"it has no field {place}{name}"
        if not known(value[name]):
            return f"its field {place}{name} cannot be {_clipped(value[name])}"
    return ""


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    record = dict(pairs)
    if len(record) < len(pairs):
        raise ValueError("a field is there twice")
    return record


def _no_number(name: str) -> Any:
    raise ValueError(f"{name} is not JSON")


def _clipped(value: Any) -> str:
    """The beginning of what a file has, as one line without control characters."""
    shown = ascii(value)
    return shown if len(shown) <= 80 else f"{shown[:79]}…"
