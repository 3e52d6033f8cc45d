"""The page of all studies: packages by checks."""

from __future__ import annotations

import os
from collections import Counter
from pathlib import Path
from typing import Any

from ..findings import FAILING
from . import words
from .records import Study, read, shown
from .words import many, text

#: Columns, with the checks that belong to each, in the order of a reader who follows the data: what a package says of its process, of
#: fields, then what it makes of them. A check without a column has its own.
COLUMNS: dict[str, tuple[str, ...]] = {
    "schedules": ("schedule", "sde"),
    "fields": ("fields", "field conversions", "conversions"),
    "samplers": ("sampler", "steps", "step", "recursion", "order", "quantile map", "precision"),
    "SDE solvers": ("sde-solver", "brownian"),
    "ODE solvers": ("ode-solver",),
    "likelihoods": ("likelihood", "elbo"),
    "losses": ("loss", "regression"),
    "imputers": ("imputer",),
    "metrics": ("metric",),
}
COLUMN = {check: column for column, checks in COLUMNS.items() for check in checks}


def home(out: Path) -> Path:
    """Where the page stands, for studies in this folder: ``reports/`` for ``reports/studies/``."""
    return out.parent if out.name == "studies" else out


def studies(out: Path) -> list[Study]:
    """All studies below this folder, by name and version."""
    return sorted((read(path) for path in out.glob("*/records.jsonl")), key=lambda study: (study.package.lower(), study.version))


def column_of(finding: dict[str, Any]) -> str:
    """The column in which a finding stands."""
    check = str(finding["check"])
    return COLUMN.get(check, check)


def columns(found: list[Study]) -> list[str]:
    """The columns that the checks of all studies fill."""
    filled = {column_of(finding) for study in found for finding in study.findings}
    return [column for column in COLUMNS if column in filled] + sorted(filled.difference(COLUMNS))


def headline(found: list[Study]) -> str:
    """What all studies say, in one sentence."""
    failures = [entry for study in found for entry in study.failures]
    known = sum(1 for _, findings in failures if all(map(shown, findings)))
    asked = sum(len(study.questions) for study in found)
    said = f"{many(len(found), 'public package')}, {many(asked, 'question')} with known answers"
    if not failures:
        return f"{said}: no answer is wrong."
    return f"{said}: {many(len(failures), 'answer')} {'fails' if len(failures) == 1 else 'fail'}" + (f", {'each' if known == len(failures) else f'{known} of them'} with the cause shown." if known else ".")


def counts(found: list[Study]) -> str:
    """The counts over all studies."""
    findings = [finding for study in found for finding in study.findings]
    verdicts = Counter(finding["verdict"] for finding in findings)
    failing = [finding for finding in findings if finding["verdict"] in FAILING]
    cells = [(str(len(found)), "packages", ""), (str(sum(len(study.questions) for study in found)), "questions", ""), (str(len(findings)), "findings", "")]
    cells += [(str(verdicts[v]), words.plural(v, verdicts[v]), "bad" if verdicts[v] else "") for v in reversed(FAILING)]
    return words.tally([*cells, (f"{sum(map(shown, failing))} of {len(failing)}", "causes shown", "")])


def html(found: list[Study], place: Path) -> str:
    """The page, to stand in the folder ``place``."""
    filled = columns(found)
    rows = []
    for study in found:
        folder = Path(os.path.relpath(study.folder or place, place)).as_posix()
        cells = (words.verdict_cell(Counter(f["verdict"] for f in study.findings if column_of(f) == column)) for column in filled)
        small = f"{many(len(study.questions), 'question')}{'' if study.complete else ', incomplete'}"
        name = f'<a href="{text(folder)}/index.html">{text(study.package)}</a> <span class="of">{text(study.version)}</span><small>{small}</small>'
        rows.append(f'<tr><th scope="row">{name}</th>{"".join(f"<td>{cell}</td>" for cell in cells)}</tr>')
    wrong = any(finding["verdict"] in FAILING for study in found for finding in study.findings)
    head = (
        '<p class="name">ouracle <span>· public packages under exact questions</span></p>\n'
        f"<h1>{text(headline(found))}</h1>\n{counts(found)}"
    )
    titles = "".join(f"<th>{text(column)}</th>" for column in filled)
    main = (
        '<section id="matrix" class="all">\n<div class="wide"><table class="ledger">\n'
        f"<thead><tr><th>package</th>{titles}</tr></thead>\n<tbody>\n{chr(10).join(rows)}\n</tbody>\n</table></div>\n"
        '<p class="note">A cell shows the worst verdict on such code and how many quantities have it, with the others below. <em>Right</em>: equal to the exact '
        "value within what rounding explains, or of the order it should have. <em>Consistent</em>: a random test with a stated false-alarm rate did not refute "
        "it. <em>Convention</em>: right in another convention, which is named. An empty cell was not asked.</p>\n</section>"
    )
    made = found[0].header["ouracle"] if found else ""
    footer = f"<p>Made by ouracle {text(made)}: <code>python -m ouracle.study --matrix</code>. Tests show errors, never their absence.</p>"
    return words.document(f"ouracle: {headline(found)}", "failed" if wrong else "passed", head, main, footer)
