"""The stream of records of a study: a header, a record for each finding, a footer. No footer: the run did not end.

All durations and dates stand in ``time``, and what depends on the machine in ``environment``; everything else is a function of
the package's version and ours, so that two runs differ in these fields alone.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TextIO

from ..findings import FAILING, VERDICTS

#: From best to worst, as the pages sort them: a crash is loud, a wrong answer is not.
SEVERITY = (*(verdict for verdict in VERDICTS if verdict not in ("fault", "wrong")), "fault", "wrong")

Record = dict[str, Any]

FORMAT = 1

#: Of a path, the part that says which machine it is on; what follows is the package's own. And where an object lies in memory.
_ROOT = r"(?<![\w/.:<])(?:/|[A-Za-z]:[\\/])"
_NAME = r"[^\s'\":,;()\[\]\\/]"
_MACHINE = (
    re.compile(rf"{_ROOT}(?:{_NAME}+[\\/])*(?:site-packages|dist-packages)[\\/]"),
    re.compile(rf"{_ROOT}(?:{_NAME}+[\\/])*(?=ouracle[\\/])"),
    re.compile(rf"{_ROOT}(?:{_NAME}+[\\/])+(?={_NAME}+\.\w)"),
    re.compile(r" at 0x[0-9a-fA-F]+"),
)


def portable(value: Any) -> Any:
    """The value without directories of this machine and addresses in its memory, in every string that it holds."""
    if isinstance(value, str):
        for pattern in _MACHINE:
            value = pattern.sub("", value)
        return value
    if isinstance(value, dict):
        return {key: portable(item) for key, item in value.items()}
    if isinstance(value, list):
        return [portable(item) for item in value]
    return value


class Stream:
    """Writes records as they come, each line at once: what is computed is kept, whatever happens next."""

    def __init__(self, file: TextIO | None) -> None:
        self.file = file
        self.records: list[Record] = []

    def write(self, kind: str, **fields: Any) -> Record:
        """Writes one record and returns it."""
        record: Record = {"record": kind, **portable(fields)}
        self.records.append(record)
        if self.file is not None:
            self.file.write(json.dumps(record, ensure_ascii=False, allow_nan=False, default=str) + "\n")
            self.file.flush()
        return record


@dataclass(frozen=True)
class Study:
    """What the records of one run say."""

    header: Record
    findings: list[Record]
    footer: Record | None
    #: The folder of ``records.jsonl``, if they were read from there.
    folder: Path | None = field(default=None)

    @property
    def package(self) -> str:
        """The name of the distribution."""
        return str(self.header["package"])

    @property
    def version(self) -> str:
        """Its version."""
        return str(self.header["version"])

    @property
    def complete(self) -> bool:
        """Whether every question of the study was asked."""
        return self.footer is not None and not self.header.get("only")

    @property
    def questions(self) -> dict[str, list[Record]]:
        """The findings of each question, in the order of asking."""
        grouped: dict[str, list[Record]] = {}
        for finding in self.findings:
            grouped.setdefault(finding["question"], []).append(finding)
        return grouped

    @property
    def failures(self) -> list[tuple[str, list[Record]]]:
        """Questions with a finding that fails, and all such findings of theirs; worst first, then in the order of asking."""
        failing = ((name, [f for f in found if f["verdict"] in FAILING]) for name, found in self.questions.items())
        return sorted(((name, found) for name, found in failing if found), key=lambda item: -badness(item[1]))


def badness(findings: list[Record]) -> int:
    """The place of the worst verdict among all verdicts; higher is worse."""
    return max((SEVERITY.index(finding["verdict"]) for finding in findings), default=0)


def worst(findings: list[Record]) -> str:
    """The worst verdict."""
    return SEVERITY[badness(findings)]


def shown(finding: Record) -> bool:
    """Whether the cause is shown: the one change of the twin mends it."""
    return bool(finding.get("twin", {}).get("outcome") == "shown")


def counts(findings: list[Record]) -> dict[str, Any]:
    """How many findings have each verdict, and how many twins did what; verdicts from best to worst."""
    verdicts = Counter(finding["verdict"] for finding in findings)
    twins = Counter(finding["twin"]["outcome"] for finding in findings if "twin" in finding)
    return {
        "questions": len({finding["question"] for finding in findings}),
        "findings": len(findings),
        "verdicts": {verdict: verdicts[verdict] for verdict in VERDICTS if verdicts[verdict]},
        "twins": dict(sorted(twins.items())),
    }


def of_records(records: list[Record], folder: Path | None = None) -> Study:
    """The study that these records tell.

    Raises:
        ValueError: if they do not begin with a header of a format that is known.
    """
    if not records or records[0].get("record") != "header":
        raise ValueError(f"{folder or 'the stream'}: the first record is no header; run the study again")
    if records[0].get("format") != FORMAT:
        raise ValueError(f"{folder or 'the stream'}: format {records[0].get('format')} is not {FORMAT}; run the study again")
    footers = [record for record in records if record["record"] == "footer"]
    return Study(records[0], [record for record in records if record["record"] == "finding"], footers[-1] if footers else None, folder)


def read(path: Path) -> Study:
    """The study in this ``records.jsonl``. A last line that was cut off is left out: its run did not end.

    Raises:
        ValueError: for a line before the last that is no JSON, or records without a header.
    """
    # Only a newline ends a line: strings hold other separators.
    lines = path.read_text(encoding="utf-8").rstrip("\n").split("\n")
    records: list[Record] = []
    for number, line in enumerate(lines, 1):
        try:
            records.append(json.loads(line))
        except json.JSONDecodeError as error:
            if number == len(lines):
                break
            raise ValueError(f"line {number} of {path.name} is no JSON ({error.msg}); run the study again") from error
    return of_records(records, path.parent)
