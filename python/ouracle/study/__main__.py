"""`python -m ouracle.study PACKAGE`: asks a public package the questions of its study, and writes what it found."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from ..findings import FAILING
from ..reports import matrix, page, runner
from ..reports.records import Record, Stream, of_records

#: Exit codes mean one thing each. What is wrong with a public package is a result and no failure, unless `--check` says so.
DONE, WRONG, USAGE, INCOMPLETE, NOTHING = 0, 1, 2, 3, 5


def parser() -> argparse.ArgumentParser:
    """The arguments."""
    words = argparse.ArgumentParser("python -m ouracle.study", description="Ask public packages questions whose answers are known exactly.")
    words.add_argument("packages", nargs="*", metavar="PACKAGE", help="names of studies, or `all`; `--list` shows them")
    words.add_argument("--only", action="append", default=[], metavar="GLOB", help="only questions whose identifier matches; may be repeated")
    words.add_argument("--out", type=Path, metavar="DIR", help="where the studies stand (default: reports/studies; with --only, nothing is written)")
    words.add_argument("--list", action="store_true", help="list the studies, or the questions of these packages, and ask nothing")
    words.add_argument("--check", action="store_true", help="exit with 1 if a finding is degraded, wrong or a fault")
    words.add_argument(
        "--matrix",
        nargs="*",
        type=Path,
        metavar="FOLDER",
        help="write the page of all subjects anew, and ask nothing: from the records in these folders, of studies or of `ouracle test` (default: reports/studies and reports/subjects)",
    )
    return words


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the command and returns its exit code."""
    given = parser().parse_args(arguments)
    out: Path = given.out or Path("reports/studies")
    known = runner.names()
    wanted = known if "all" in given.packages else [name.replace("_", "-") for name in given.packages]
    unknown = [name for name in wanted if name not in known]
    if unknown or not (wanted or given.list or given.matrix is not None):
        what = f"there is no study `{unknown[0]}`" if unknown else "name a package"
        print(f"{what}; choose from {', '.join(known) or 'none'}, or `all`", file=sys.stderr)
        return USAGE
    if given.list:
        return listing(wanted)
    if given.matrix is not None:
        return write_matrix(out, given.matrix)

    writes = given.out is not None or not given.only
    findings: list[Record] = []
    incomplete = False
    for name in wanted:
        try:
            subject = runner.load(name)
        except runner.NotReady as error:
            print(f"error: {error}", file=sys.stderr)
            incomplete = True
            continue
        if not runner.chosen(subject, given.only):
            print(f"{name}: no question matches {' or '.join(given.only)}; `--list {name}` shows them", file=sys.stderr)
            continue
        records, ended = study(subject, given.only, out if writes else None)
        findings += records
        if not ended:
            incomplete = True
            break
    if writes and findings and write_matrix(out) != DONE:
        incomplete = True
    if not findings:
        return NOTHING
    if given.check and any(finding["verdict"] in FAILING for finding in findings):
        return WRONG
    return INCOMPLETE if incomplete else DONE


def study(subject: runner.Subject, only: Sequence[str], out: Path | None) -> tuple[list[Record], bool]:
    """Runs one study; its findings, and whether it came to the end."""
    print(f"{subject.package} {subject.version}: {len(runner.chosen(subject, only))} of {len(subject.questions)} questions")
    if out is None:
        stream = Stream(None)
        ended = runner.run(subject, stream, only=only)
        findings = of_records(stream.records).findings
        print("", *map(runner.told, findings), sep="\n")
        return findings, ended
    folder = out / f"{subject.package}-{subject.version}"
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "records.jsonl").open("w", encoding="utf-8") as file:
        stream = Stream(file)
        ended = runner.run(subject, stream, only=only)
    whole = of_records(stream.records, folder)
    (folder / "index.html").write_text(page.html(whole), encoding="utf-8")
    print(f"{page.headline(whole)}\n{folder / 'index.html'}")
    return whole.findings, ended


def write_matrix(out: Path, places: Sequence[Path] = ()) -> int:
    """Writes the pages of all studies from their records, and the page of all subjects; the exit code."""
    try:
        subjects = matrix.read(matrix.records_in(places) if places else matrix.standing(out))
    except (OSError, ValueError) as error:
        print(f"error: {error}", file=sys.stderr)
        return USAGE
    if not subjects:
        print(f"no study has been written to {out} yet", file=sys.stderr)
        return NOTHING
    for study in subjects.studies:
        if study.folder is not None:
            (study.folder / "index.html").write_text(page.html(study), encoding="utf-8")
    home = matrix.home(out)
    home.mkdir(parents=True, exist_ok=True)
    (home / "index.html").write_text(matrix.html(subjects, home), encoding="utf-8")
    print(home / "index.html")
    return DONE


def listing(packages: Sequence[str]) -> int:
    """Lists the studies, or the questions of some."""
    overview = len(packages) != 1
    for name in packages or runner.names():
        try:
            subject = runner.load(name)
        except runner.NotReady as error:
            print(error)
            continue
        print(f"{name:<20} {subject.version:<14} {len(subject.questions)} questions")
        width = max(len(question.id) for question in subject.questions)
        for question in () if overview else subject.questions:
            print(f"  {question.id:<{width}}  {question.check:<12}  {question.subject}{' (twin)' if question.twin else ''}")
    return DONE


if __name__ == "__main__":
    sys.exit(main())
