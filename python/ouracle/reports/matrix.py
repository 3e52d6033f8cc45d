"""The page of all studies: packages by checks."""

from __future__ import annotations

import os
from collections import Counter
from pathlib import Path

from ..findings import FAILING
from . import words
from .records import Study, read, shown
from .words import many, text

#: Columns in the order of a reader who follows the data: what a package says of its process, of fields, then what it makes of them.
ORDER = ("schedule", "sde", "conversions", "fields", "step", "recursion", "sampler", "order", "likelihood", "elbo", "loss", "imputer", "metric")


def home(out: Path) -> Path:
    """Where the page stands, for studies in this folder: ``reports/`` for ``reports/studies/``."""
    return out.parent if out.name == "studies" else out


def studies(out: Path) -> list[Study]:
    """All studies below this folder, by name and version."""
    return sorted((read(path) for path in out.glob("*/records.jsonl")), key=lambda study: (study.package.lower(), study.version))


def columns(found: list[Study]) -> list[str]:
    """The checks of all studies."""
    checks = {finding["check"] for study in found for finding in study.findings}
    return [check for check in ORDER if check in checks] + sorted(checks.difference(ORDER))


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
    checks = columns(found)
    rows = []
    for study in found:
        folder = Path(os.path.relpath(study.folder or place, place)).as_posix()
        cells = (words.verdict_cell(Counter(f["verdict"] for f in study.findings if f["check"] == check)) for check in checks)
        small = f"{many(len(study.questions), 'question')}{'' if study.complete else ', incomplete'}"
        name = f'<a href="{text(folder)}/index.html">{text(study.package)}</a> <span class="of">{text(study.version)}</span><small>{small}</small>'
        rows.append(f'<tr><th scope="row">{name}</th>{"".join(f"<td>{cell}</td>" for cell in cells)}</tr>')
    wrong = any(finding["verdict"] in FAILING for study in found for finding in study.findings)
    head = (
        '<p class="name">ouracle <span>· public packages under exact questions</span></p>\n'
        f"<h1>{text(headline(found))}</h1>\n{counts(found)}"
    )
    titles = "".join(f"<th>{text(check)}</th>" for check in checks)
    main = (
        '<section id="matrix">\n<div class="wide"><table class="ledger">\n'
        f"<thead><tr><th>package</th>{titles}</tr></thead>\n<tbody>\n{chr(10).join(rows)}\n</tbody>\n</table></div>\n"
        '<p class="note">A cell shows the worst verdict of a check and how many quantities have it, with the others below. <em>Right</em>: equal to the exact '
        "value within what rounding explains, or of the order it should have. <em>Consistent</em>: a random test with a stated false-alarm rate did not refute "
        "it. <em>Convention</em>: right in another convention, which is named. An empty cell was not asked.</p>\n</section>"
    )
    made = found[0].header["ouracle"] if found else ""
    footer = f"<p>Made by ouracle {text(made)}: <code>python -m ouracle.study --matrix</code>. Tests show errors, never their absence.</p>"
    return words.document(f"ouracle: {headline(found)}", "failed" if wrong else "passed", head, main, footer)
