"""The kill matrix: every miniature, right and with each of its mistakes, before every check that takes its kind."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ..findings import FAILING, VERDICTS, Finding, Findings
from . import OPERATORS, Miniature, Mutation
from .bounds import MINIATURES as BOUNDS
from .conversions import MINIATURES as CONVERSIONS
from .imputers import MINIATURES as IMPUTERS
from .likelihoods import MINIATURES as LIKELIHOODS
from .losses import MINIATURES as LOSSES
from .purifiers import MINIATURES as PURIFIERS
from .samplers import MINIATURES as SAMPLERS
from .schedules import MINIATURES as SCHEDULES
from .score_losses import MINIATURES as SCORE_LOSSES
from .solvers import MINIATURES as SOLVERS

ALL: tuple[Miniature, ...] = (*SCHEDULES, *CONVERSIONS, *SAMPLERS, *SOLVERS, *LIKELIHOODS, *BOUNDS, *LOSSES, *SCORE_LOSSES, *IMPUTERS, *PURIFIERS)


@dataclass(frozen=True)
class Cell:
    """What one check said of one program."""

    check: str
    findings: Findings

    @property
    def kills(self) -> bool:
        """Whether something was found wrong."""
        return any(finding.verdict in FAILING for finding in self.findings)

    @property
    def worst(self) -> Finding:
        """The worst finding; one that names a cause before one that does not."""
        return max(self.findings, key=lambda finding: (VERDICTS.index(finding.verdict), bool(finding.cause)))


@dataclass(frozen=True)
class Row:
    """One program: a miniature with or without a mistake."""

    miniature: Miniature
    mutation: Mutation | None
    cells: tuple[Cell, ...]

    @property
    def killers(self) -> list[Cell]:
        """The checks that find something wrong."""
        return [cell for cell in self.cells if cell.kills]

    @property
    def as_it_should(self) -> bool:
        """A right program passes every check, a mistake is found by one."""
        if self.mutation is None:
            return all(cell.findings.passes for cell in self.cells)
        return bool(self.killers)


def run(miniatures: Sequence[Miniature] = ALL) -> list[Row]:
    """All rows, each miniature without a mistake first."""
    rows = []
    for miniature in miniatures:
        for mutation in (None, *miniature.mutations):
            name = mutation.name if mutation else ""
            rows.append(Row(miniature, mutation, tuple(Cell(check, ask(name)) for check, ask in miniature.checks.items())))
    return rows


def page(rows: Sequence[Row]) -> str:
    """The matrix as a page of Markdown, a function of the rows alone."""
    right = [row for row in rows if row.mutation is None]
    mistakes = [row for row in rows if row.mutation is not None]
    survivors = [row for row in mistakes if not row.killers]
    alarms = [row for row in right if not row.as_it_should]
    lines = [
        "# Kill matrix",
        "",
        "Made by `python -m ouracle.miniatures`: small programs of our own, each with mistakes that were found in public code, before every",
        "check that takes their kind. A right program must pass all of them, and a mistake must be found by one.",
        "",
        f"{len(mistakes)} mistakes in {len(right)} programs: {len(mistakes) - len(survivors)} found, {len(survivors)} not; {len(alarms)} false alarms.",
        "",
        "## Operators",
        "",
        "| operator | mistakes | found by |",
        "|---|---|---|",
    ]
    for number, words in OPERATORS.items():
        of_it = [row for row in mistakes if row.mutation is not None and row.mutation.operator == number]
        names = sorted({cell.check.split()[0] for row in of_it for cell in row.killers})
        found = sum(bool(row.killers) for row in of_it)
        lines.append(f"| {number}. {words} | {found} of {len(of_it)} | {', '.join(f'`{name}`' for name in names)} |")
    lines += ["", "## Programs and mistakes", "", "| program | mistake | operator | check | finds | looks like |", "|---|---|---|---|---|---|"]
    for row in rows:
        lines += _lines(row)
    return "\n".join(lines) + "\n"


def _lines(row: Row) -> list[str]:
    mistake = row.mutation.name if row.mutation else "none"
    operator = str(row.mutation.operator) if row.mutation else ""
    lines = []
    for cell in row.cells:
        if row.mutation is None:
            finds = "passes" if cell.findings.passes else "**false alarm**: " + _words(cell.worst)
            lines.append(f"| {row.miniature.name} | {mistake} | {operator} | `{cell.check}` | {finds} | |")
        elif cell.kills:
            bad = [finding for finding in cell.findings if finding.verdict in FAILING]
            words = ", ".join(f"{finding.quantity} {finding.verdict}" for finding in bad)
            cause = next((finding.cause for finding in bad if finding.cause), "")
            lines.append(f"| {row.miniature.name} | {mistake} | {operator} | `{cell.check}` | {words} | {_cell(cause)} |")
        else:
            lines.append(f"| {row.miniature.name} | {mistake} | {operator} | `{cell.check}` | {'nothing' if row.killers else '**nothing: it survives**'} | |")
    return lines


def _words(finding: Finding) -> str:
    return _cell(f"{finding.quantity} {finding.verdict}: {finding.because}")


def _cell(text: str) -> str:
    return text.replace("|", "\\|")
