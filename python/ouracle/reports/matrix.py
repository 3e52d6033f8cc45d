"""The page of all subjects by kinds of code: public packages, studied from Python, and harnesses, asked over the protocol."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

from ..findings import FAILING
from . import protocol_runs, records, words
from .protocol_runs import ProtocolRun
from .records import Study, shown
from .words import many, text

#: Columns, with the checks of studies and the quantities of the protocol that belong to each, in the order of a reader who follows the
#: data: what a subject says of its process, of fields, then what it makes of them. What is not here has a column of its own.
COLUMNS: dict[str, tuple[str, ...]] = {
    "schedules": ("schedule", "sde", "mean", "covariance", "drift", "squared-diffusion", "noised"),
    "fields": ("fields", "field conversions", "conversions", "score", "reverse-drift", "velocity"),
    "samplers": ("sampler", "steps", "step", "recursion", "order", "quantile map", "precision", "ddim-step"),
    "SDE solvers": ("sde-solver", "brownian", "euler-end"),
    "ODE solvers": ("ode-solver",),
    "likelihoods": ("likelihood", "elbo", "log-density", "flow-log-likelihood", "lower-bound", "prior-kl"),
    "losses": ("loss", "regression", "dsm-term"),
    "imputers": ("imputer",),
    "metrics": ("metric",),
}
COLUMN = {name: column for column, names in COLUMNS.items() for name in names}

#: Languages as their users write them, where that is not what harnesses say.
LANGUAGES = {"c": "C", "c++": "C++", "java": "Java", "javascript": "JavaScript", "julia": "Julia", "python": "Python", "r": "R", "rust": "Rust"}


@dataclass(frozen=True)
class Subjects:
    """All that stands on the page, from both roads."""

    #: Studies of packages, by name and version.
    studies: list[Study]
    #: Runs over the protocol, by language and name.
    runs: list[ProtocolRun]

    def __bool__(self) -> bool:
        return bool(self.studies or self.runs)

    @property
    def sound(self) -> list[ProtocolRun]:
        """The runs that count."""
        return [run for run in self.runs if not run.void]


def home(out: Path) -> Path:
    """Where the page stands, for studies in this folder: ``reports/`` for ``reports/studies/``."""
    return out.parent if out.name == "studies" else out


def standing(out: Path) -> list[Path]:
    """The records that stand where they are written: studies in this folder, runs of harnesses in ``subjects/`` beside the page."""
    return [*sorted(out.glob("*/records.jsonl")), *sorted(home(out).glob("subjects/*/records.jsonl"))]


def records_in(places: Iterable[Path]) -> list[Path]:
    """The files of records at these places: a file, a folder with ``records.jsonl``, or one with such folders.

    Raises:
        ValueError: if there are none at one of them.
    """
    files: dict[Path, Path] = {}
    for place in places:
        found = [place] if place.is_file() else [*place.glob("records.jsonl"), *sorted(place.glob("*/records.jsonl"))]
        if not found:
            raise ValueError(f"there are no records in {place}; name a folder with `records.jsonl`, or one of such folders")
        for file in found:
            files.setdefault(file.resolve(), file)
    return list(files.values())


def read(files: Iterable[Path]) -> Subjects:
    """The subjects of these records, each of whichever road.

    Raises:
        ValueError: if a file is not what its road writes.
    """
    studies: list[Study] = []
    runs: list[ProtocolRun] = []
    for file in files:
        if protocol_runs.is_protocol_run(file):
            runs.append(protocol_runs.read(file))
        else:
            try:
                studies.append(records.read(file))
            except ValueError as error:
                raise ValueError(f"{file}: {error}") from error
    studies.sort(key=lambda study: (study.package.lower(), study.version))
    runs.sort(key=lambda run: (language(run).lower(), run.name.lower(), run.version, str(run.folder)))
    return Subjects(studies, runs)


def language(run: ProtocolRun) -> str:
    """The language of a subject as its users write it."""
    return LANGUAGES.get(run.language.lower(), words.line(run.language, 24))


def column_of(name: str) -> str:
    """The column in which a check or a quantity stands."""
    return COLUMN.get(name, words.line(name, 24))


def columns(subjects: Subjects) -> list[str]:
    """The columns that the checks of all studies and the answers of all runs fill."""
    filled = {column_of(str(finding["check"])) for study in subjects.studies for finding in study.findings}
    filled |= {column_of(result["quantity"]) for run in subjects.sound for result in run.results if run.offered(result)}
    return [column for column in COLUMNS if column in filled] + sorted(filled.difference(COLUMNS))


def outcomes(runs: Iterable[ProtocolRun]) -> Counter[str]:
    """How often each verdict was given in these runs."""
    return Counter(protocol_runs.outcome(result) for run in runs for result in run.results)


def alike(runs: Iterable[ProtocolRun]) -> tuple[int, int]:
    """How many wrong answers are those of a known mistake, and how many there are."""
    causes = [cause for run in runs for cause in run.causes]
    return sum(max((mistake["matches"] for mistake in cause["looks_like"]), default=0) for cause in causes), sum(cause["failed"] for cause in causes)


def headline(subjects: Subjects) -> str:
    """What all studies and all runs say, in one sentence."""
    parts = []
    known_answers = " with known answers"
    if subjects.studies:
        failures = [entry for study in subjects.studies for entry in study.failures]
        known = sum(1 for _, findings in failures if all(map(shown, findings)))
        asked = sum(len(study.questions) for study in subjects.studies)
        packages = many(len(subjects.studies), "public package")
        cause = f", {'each' if known == len(failures) else f'{known} of them'} with the cause shown" if known else ""
        parts.append(f"{packages} in Python {failing(len(subjects.studies), len(failures))} of {many(asked, 'question')}{known_answers}{cause}")
        known_answers = ""
    if subjects.runs:
        seen = outcomes(subjects.sound)
        spoken = list(dict.fromkeys(filter(None, map(language, subjects.runs))))
        asked = sum(len(run.asked) for run in subjects.sound)
        said = harnesses(len(subjects.runs)) + (f" in {listed(spoken)}" if spoken else "")
        said += f" {failing(len(subjects.runs), sum(seen[verdict] for verdict in FAILING))} of {many(asked, 'question')}{known_answers}"
        void, cut = len(subjects.runs) - len(subjects.sound), sum(not run.complete for run in subjects.sound)
        said += "".join(f", {many(count, 'run')} {'is' if count == 1 else 'are'} {what}" for count, what in ((void, "void"), (cut, "incomplete")) if count)
        parts.append(said)
    return "; ".join(parts) + "."


def failing(subjects: int, count: int) -> str:
    """``fails 1``, ``fail none``."""
    return f"{'fails' if subjects == 1 else 'fail'} {count or 'none'}"


def harnesses(count: int) -> str:
    """``1 harness``, ``2 harnesses``."""
    return many(count, "harness") if count == 1 else f"{count} harnesses"


def listed(names: Sequence[str]) -> str:
    """``C``, ``C and Rust``, ``C, R and Rust``."""
    return " and ".join(filter(None, (", ".join(names[:-1]), names[-1])))


def counts(subjects: Subjects) -> str:
    """The counts over all studies, and below them those over all runs that count."""
    tallies = []
    if subjects.studies:
        findings = [finding for study in subjects.studies for finding in study.findings]
        wrong = [finding for finding in findings if finding["verdict"] in FAILING]
        asked = sum(len(study.questions) for study in subjects.studies)
        cells = [(str(len(subjects.studies)), "packages", ""), (str(asked), "questions", ""), (str(len(findings)), "findings", "")]
        cells += failed(Counter(finding["verdict"] for finding in findings))
        tallies.append(words.tally([*cells, (f"{sum(map(shown, wrong))} of {len(wrong)}", "causes shown", "")]))
    if subjects.runs:
        seen = outcomes(subjects.sound)
        controls = [control for run in subjects.runs for control in run.controls]
        caught = sum(control["caught"] for control in controls)
        cells = [
            (str(len(subjects.runs)), "harness" if len(subjects.runs) == 1 else "harnesses", ""),
            (str(sum(len(run.asked) for run in subjects.sound)), "questions", ""),
            (f"{caught} of {len(controls)}", "controls caught", "" if caught == len(controls) else "bad"),
        ]
        cells += failed(seen)
        cells += [(str(seen[verdict]), words.plural(verdict, seen[verdict]), "") for verdict in ("undecided", "expected failure") if seen[verdict]]
        void = len(subjects.runs) - len(subjects.sound)
        cells += [(str(void), "void", "bad")] if void else []
        known, all_wrong = alike(subjects.sound)
        cells += [(f"{known} of {all_wrong}", "known mistakes", "")] if all_wrong else []
        tallies.append(words.tally(cells))
    return "\n".join(tallies)


def failed(verdicts: Counter[str]) -> list[tuple[str, str, str]]:
    """Cells of the verdicts that fail, the worst first."""
    return [(str(verdicts[v]), words.plural(v, verdicts[v]), "bad" if verdicts[v] else "") for v in reversed(FAILING)]


def study_row(study: Study, place: Path, filled: list[str]) -> str:
    """A package."""
    cells = [words.verdict_cell(Counter(f["verdict"] for f in study.findings if column_of(str(f["check"])) == column)) for column in filled]
    small = f"{many(len(study.questions), 'question')}{'' if study.complete else ', incomplete'}"
    return row(study.package, study.version, small, address(study.folder, place), cells)


def run_row(run: ProtocolRun, place: Path, filled: list[str]) -> str:
    """A harness. Nothing is shown of a run in which a control survived."""
    small = f"{len(run.asked)} of {many(run.header['questions'], 'question')}{'' if run.complete else ', incomplete'}"
    link = address(run.folder, place) if (run.folder / "index.html").exists() else ""
    if run.void:
        return row(run.name, run.version, small, link, [], language(run), f'<td colspan="{max(len(filled), 1)}">{void_cell(run)}</td>')
    return row(run.name, run.version, small, link, [run_cell(run, column) for column in filled], language(run))


def void_cell(run: ProtocolRun) -> str:
    """Why a run is void."""
    return f"{words.pill('void')}<small>{text(words.line(run.void, 120))}: nothing that this run says counts</small>"


def run_cell(run: ProtocolRun, column: str) -> str:
    """The verdicts on a kind of code, and what failures look like."""
    here = [result for result in run.results if run.offered(result) and column_of(result["quantity"]) == column]
    likely = (cause["looks_like"][0]["id"] for cause in run.causes if cause["looks_like"] and column_of(cause["quantity"]) == column)
    names = ", ".join(words.line(name, 40) for name in dict.fromkeys(likely))
    return words.verdict_cell(Counter(map(protocol_runs.outcome, here))) + (f"<small>looks like <em>{text(names)}</em></small>" if names else "")


def row(name: str, version: str, small: str, link: str, cells: list[str], spoken: str = "", rest: str = "") -> str:
    """A row; what a subject calls itself stays within its own place, whatever it writes."""
    shown_name = f"<bdi>{text(words.line(name, 60))}</bdi>"
    head = (f'<a href="{text(link)}">{shown_name}</a>' if link else shown_name) + (f' <span class="of"><bdi>{text(words.line(version, 30))}</bdi></span>' if version else "")
    head += "".join(f"<small><bdi>{text(line)}</bdi></small>" for line in (spoken, small) if line)
    return f'<tr><th scope="row">{head}</th>{"".join(f"<td>{cell}</td>" for cell in cells)}{rest}</tr>'


def address(folder: Path | None, place: Path) -> str:
    """The page in a folder, as seen from another."""
    return quote(f"{Path(os.path.relpath(folder or place, place)).as_posix()}/index.html")


def group(title: str, rows: list[str], width: int) -> str:
    """Rows under a title."""
    return f'<tbody>\n<tr class="group"><th colspan="{width}" scope="rowgroup">{text(title)}</th></tr>\n{chr(10).join(rows)}\n</tbody>' if rows else ""


def mood(subjects: Subjects) -> str:
    """Whether something fails; if not, whether all of it was decided."""
    if any(finding["verdict"] in FAILING for study in subjects.studies for finding in study.findings) or any(outcomes(subjects.sound)[verdict] for verdict in FAILING):
        return "failed"
    return "undecided" if len(subjects.sound) < len(subjects.runs) or not all(run.complete for run in subjects.runs) else "passed"


def html(subjects: Subjects, place: Path) -> str:
    """The page, to stand in the folder ``place``."""
    filled = columns(subjects)
    groups = (
        group("public packages, studied from Python", [study_row(study, place, filled) for study in subjects.studies], len(filled) + 1),
        group("harnesses in any language, asked by ouracle test", [run_row(run, place, filled) for run in subjects.runs], len(filled) + 1),
    )
    head = f'<p class="name">ouracle <span>· code under exact questions</span></p>\n<h1>{text(headline(subjects))}</h1>\n{counts(subjects)}'
    titles = "".join(f"<th>{text(column)}</th>" for column in filled)
    main = (
        '<section id="matrix" class="all">\n<div class="wide"><table class="ledger">\n'
        f"<thead><tr><th>subject</th>{titles}</tr></thead>\n{chr(10).join(filter(None, groups))}\n</table></div>\n{NOTE}\n</section>"
    )
    header: Callable[[Any], str] = lambda entry: str(entry.header["ouracle"])
    made = ", ".join(sorted({*map(header, subjects.studies), *map(header, subjects.runs)}))
    footer = f"<p>Made by ouracle {text(words.line(made, 80))}: <code>python -m ouracle.study --matrix</code>. Tests show errors, never their absence.</p>"
    return words.document(f"ouracle: {headline(subjects)}", mood(subjects), head, main, footer)


NOTE = (
    '<p class="note">A cell shows the worst verdict on such code and how many quantities (of a package) or answers (of a harness) have it, with the others below. '
    "<em>Right</em>: equal to the exact value within what rounding explains, or of the order it should have. <em>Consistent</em>: a random test with a stated "
    "false-alarm rate did not refute it. <em>Convention</em>: right in another convention, which is named. <em>Unsupported</em>: it is not offered, which says nothing "
    "of what is. An empty cell was not asked.</p>\n"
    '<p class="note">Of a harness, the questions are those that it can answer by its own word, and <em>looks like</em> names a known mistake that gives the same wrong '
    "answers. Before it was asked, programs that are wrong on purpose were, through the same pipe; if one of these controls survives, the run is <em>void</em>. "
    "<em>Incomplete</em>: the run was cut short, or only a part was asked. <em>Expected failure</em>: on a list, with a reason and a date.</p>"
)
