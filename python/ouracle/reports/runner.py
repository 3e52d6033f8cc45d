"""The runner of studies: asks every question, runs the twins of what fails, and keeps what was computed whatever happens."""

from __future__ import annotations

import contextlib
import importlib
import importlib.metadata
import importlib.util
import os
import pkgutil
import platform
import random
import re
import shlex
import sys
import time
import traceback
import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, fields
from datetime import datetime, timezone
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import numpy as np

from .._native import __version__
from ..findings import FAILING, VERDICTS, Finding, Findings
from ..study import Question
from .records import FORMAT, Record, Stream, counts

_PACKAGE = re.compile(r"^PACKAGE\b[^=\n]*=", re.MULTILINE)

#: Packages whose versions decide what the numbers are.
_BENEATH = ("numpy", "scipy", "torch", "jax", "jaxlib")


class NotReady(Exception):
    """A study that cannot be asked: its package is not installed, or it has no questions."""


@dataclass(frozen=True)
class Subject:
    """A package under study: installed, with its questions."""

    name: str
    package: str
    version: str
    questions: tuple[Question, ...]

    def command(self, question: str) -> str:
        """How to ask this question again."""
        # Quoted always, since a shell would expand an identifier with a star or a bracket.
        quoted = shlex.quote(question)
        return f"python -m ouracle.study {self.name} --only {quoted if quoted != question else repr(question)}"


def names() -> list[str]:
    """The names of all studies, as they are written in a command: the modules that say of which package they are."""
    from .. import study

    # Read and not imported: a study may need its package, and what stands beside the studies is none.
    modules = ((module, importlib.util.find_spec(f"ouracle.study.{module.name}")) for module in pkgutil.iter_modules(study.__path__))
    sources = ((module.name, Path(spec.origin)) for module, spec in modules if spec is not None and spec.origin is not None)
    return sorted(name.replace("_", "-") for name, file in sources if _PACKAGE.search(file.read_text(encoding="utf-8")))


def load(name: str) -> Subject:
    """The study of this name, one of :func:`names`.

    Raises:
        NotReady: if the package, or one that it needs, is not installed; if the study has no questions, or two of one name.
    """
    name = name.replace("_", "-")
    package = name
    try:
        module = importlib.import_module(f"ouracle.study.{name.replace('-', '_')}")
        package = str(module.PACKAGE)
        version = importlib.metadata.version(package)
        # Imported here, so that the first question neither pays for it nor takes the blame.
        importlib.import_module(module.MODULE)
        questions = tuple(module.questions())
    except importlib.metadata.PackageNotFoundError as error:
        raise NotReady(f"{name}: the package is not installed; pip install {package}") from error
    except ModuleNotFoundError as error:
        raise NotReady(f"{name}: there is no module `{error.name}`; pip install {package}, and what it needs") from error
    except Exception as error:
        raise NotReady(f"{name}: the study cannot begin: {type(error).__name__}: {error}") from error
    ids = [question.id for question in questions]
    twice = sorted({one for one in ids if ids.count(one) > 1})
    if twice:
        raise NotReady(f"{name}: two questions are called `{twice[0]}`; an identifier belongs to one question for good")
    if not questions:
        raise NotReady(f"{name}: the study asks no questions; nothing asked is nothing found")
    return Subject(name, package, version, questions)


def chosen(subject: Subject, only: Sequence[str]) -> tuple[Question, ...]:
    """The questions that one of the patterns names, or all if there are no patterns."""
    return tuple(q for q in subject.questions if not only or any(q.id == glob or fnmatchcase(q.id, glob) for glob in only))


def run(subject: Subject, stream: Stream, *, only: Sequence[str] = (), say: Callable[[str], None] = print) -> bool:
    """Asks the questions and writes the records; whether it came to the end.

    An interruption ends the stream without a footer.
    """
    questions = chosen(subject, only)
    began = time.monotonic()
    stream.write(
        "header",
        format=FORMAT,
        package=subject.package,
        version=subject.version,
        study=subject.name,
        ouracle=__version__,
        questions=len(subject.questions),
        **({"only": list(only)} if only else {}),
        environment=environment(),
        time={"began": datetime.now(timezone.utc).isoformat(timespec="seconds")},
    )
    findings: list[Record] = []
    width = len(str(len(questions)))
    try:
        for number, question in enumerate(questions, 1):
            for record in records(subject, question):
                findings.append(stream.write("finding", **record))
                say(f"[{number:>{width}}/{len(questions)}] {line(findings[-1])}")
    except KeyboardInterrupt:
        say(f"interrupted: {len(findings)} findings are kept, and there is no footer")
        return False
    stream.write("footer", **counts(findings), time={"seconds": round(time.monotonic() - began, 3)})
    return True


def records(subject: Subject, question: Question) -> Iterator[Record]:
    """What is written of one question: a record for each finding, with what its twin did."""
    began = time.monotonic()
    found = ask(question.ask, question)
    asked = time.monotonic() - began
    twins = ask(question.twin, question) if question.twin and any(f.verdict in FAILING for f in found) else None
    for finding in found:
        record: Record = {"question": question.id, **finding.record()}
        # The check is the column of the matrix; the function that made the finding stands beside it.
        record |= {"check": question.check, "subject": question.subject, "command": subject.command(question.id)}
        if finding.check:
            record["function"] = finding.check
        if question.reproduction and finding.verdict in FAILING:
            record["reproduction"] = f"reproductions/{question.reproduction.removeprefix('reproductions/')}"
        if question.twin:
            record["twin"] = {"change": question.change, **outcome(finding, found, twins)}
        record["time"] = {"seconds": round(asked, 3)}
        yield record


def ask(check: Callable[[], Any], question: Question) -> Findings:
    """The findings of one check. An exception of the subject is a finding too, and so is an answer that says nothing."""
    _settle(question.id)
    try:
        answer = check()
        findings = Findings([answer] if isinstance(answer, Finding) else answer)
        stray = next((finding for finding in findings if not isinstance(finding, Finding)), None)
        if stray is not None:
            raise TypeError(f"the check returned a {type(stray).__name__} among its findings")
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # also what is no Exception: a subject that calls sys.exit
        where = [f"{_place(frame.filename)}:{frame.lineno} in {frame.name}: {frame.line}" for frame in traceback.extract_tb(error.__traceback__)[1:]]
        because = f"{type(error).__name__}: {error}".strip(": ")
        return Findings([Finding(question.check, "fault", because=because, details={"traceback": where[-3:]})])
    if not findings:
        return Findings([Finding(question.check, "undecided", because="the check returned no findings, so nothing was checked")])
    return findings


def partner(finding: Finding, found: Findings, twins: Findings) -> Finding | None:
    """The twin's finding on the same thing: the one of this quantity, or of several the one in the same place among them."""
    place = [other for other in found if other.quantity == finding.quantity].index(finding)
    same = [twin for twin in twins if twin.quantity == finding.quantity]
    return same[place] if place < len(same) else None


def outcome(finding: Finding, found: Findings, twins: Findings | None) -> Record:
    """What the twin says about a finding: ``shown`` if the one change mends it and spoils nothing else."""
    if finding.verdict not in FAILING or twins is None:
        return {"outcome": "not needed"}
    same = partner(finding, found, twins)
    others = ((other, partner(other, found, twins)) for other in found if other.passes)
    spoilt = [other.quantity for other, twin in others if twin is not None and not twin.passes]
    # A subject that raised has no quantities to compare: its twin must be right in everything that it answers.
    shown = (same.passes if same else twins.passes) and not spoilt
    told = (same or max(twins, key=lambda twin: VERDICTS.index(twin.verdict))).record()
    kept: Record = {key: told[key] for key in ("verdict", "got", "error", "tolerance", "because", "details") if key in told}
    return {"outcome": "shown" if shown else "not shown", **({"spoils": spoilt} if spoilt else {}), **kept}


def line(record: Record) -> str:
    """A finding on one line of progress."""
    words = [f"{record['verdict']:<11}", f"{record['question']}:", record["quantity"]]
    if record.get("error") is not None:
        words.append(f"error {_short(record['error'])}")
        if record.get("tolerance") is not None:
            words.append(f"(tolerance {_short(record['tolerance'])})")
    elif record["verdict"] == "fault":
        words.append(record.get("because", ""))
    twin = record.get("twin", {}).get("outcome", "not needed")
    if twin != "not needed":
        words.append("· the change mends it" if twin == "shown" else f"· the change does not mend it: {record['twin']['verdict']}")
    return " ".join([*words, f"· {record['time']['seconds']:.1f} s"])


def told(record: Record) -> str:
    """A finding in full."""
    known = {entry.name for entry in fields(Finding)}
    finding = Finding(**{name: value for name, value in record.items() if name in known})
    trace = [f"  raised in {where}" for where in reversed(finding.details.get("traceback", []))]
    twin = record.get("twin", {"outcome": "not needed"})
    change = [] if twin["outcome"] == "not needed" else [f"  change    {twin['change']}: {twin['outcome']}, {twin.get('verdict')} with it"]
    return "\n".join([f"{record['question']}\n{finding}", *trace, *change])


def environment() -> dict[str, Any]:
    """The machine and what the package stands on."""
    versions = {}
    for package in _BENEATH:
        with contextlib.suppress(importlib.metadata.PackageNotFoundError):
            versions[package] = importlib.metadata.version(package)
    return {
        "python": platform.python_version(),
        "system": f"{platform.system()} {platform.machine()}",
        "packages": versions,
    }


def _place(file: str) -> str:
    """The path of a module as it is imported, without the directory in which it was found."""
    found = [folder for folder in sys.path if folder and file.startswith(folder.rstrip("/\\") + os.sep)]
    return file[len(max(found, key=len)) :].lstrip("/\\") if found else file


def _settle(name: str) -> None:
    # Every question starts from random states of its own, so that it answers the same alone and after others.
    seed = zlib.crc32(name.encode())
    random.seed(seed)
    np.random.seed(seed)
    torch = sys.modules.get("torch")
    if torch is not None:
        torch.manual_seed(seed)
        torch.set_num_threads(1)


def _short(value: Any) -> str:
    return f"{value:.3g}" if isinstance(value, float) else str(value)
