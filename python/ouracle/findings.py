"""What a check found: one line for each quantity, and the reason for the verdict beside it."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, fields
from typing import Any

#: From best to worst. `right` and `consistent` pass; `convention` is a difference of convention, which is no error;
#: `undecided` and `unsupported` decide nothing; the rest fail.
VERDICTS = ("right", "consistent", "convention", "unsupported", "undecided", "degraded", "wrong", "fault")
PASSING = ("right", "consistent", "convention")
FAILING = ("degraded", "wrong", "fault")


@dataclass(frozen=True)
class Finding:
    """The verdict on one quantity of one subject.

    Verdicts: ``right`` (agrees with the exact value within what rounding explains, or has the order it should), ``consistent``
    (a random test with a stated false-alarm rate did not refute it), ``convention`` (right in another convention, which is
    named), ``degraded`` (more digits lost than sound code loses), ``wrong``, ``undecided`` (the measurement cannot tell),
    ``unsupported`` (the subject does not offer it), ``fault`` (the subject raised or returned something unusable).
    """

    quantity: str
    verdict: str
    #: What the subject gave, and what is exact.
    got: Any = None
    exact: Any = None
    #: The distance, and what of it rounding, discretisation or chance would explain.
    error: float | None = None
    tolerance: float | None = None
    #: Where the tolerance comes from.
    because: str = ""
    #: What was compared with: ``law``, ``own flow``, ``recursion``, ``closed form`` or ``order``.
    reference: str = ""
    #: The mistake it looks like, with the evidence.
    cause: str = ""
    #: How to see it again.
    command: str = ""
    #: The check, the subject and the case.
    check: str = ""
    subject: str = ""
    case: str = ""
    #: Further numbers: orders, draws, levels.
    details: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.verdict not in VERDICTS:
            raise ValueError(f"`{self.verdict}` is no verdict; choose one of {', '.join(VERDICTS)}")

    @property
    def passes(self) -> bool:
        """Whether the verdict is right, consistent or a convention."""
        return self.verdict in PASSING

    def __str__(self) -> str:
        lines = [f"{self.verdict.upper():<9} {self.quantity}" + (f" of {self.subject}" if self.subject else "")]
        for label, value in (("got", self.got), ("exact", self.exact)):
            if value is not None:
                lines.append(f"  {label:<11}{_short(value)}")
        if self.error is not None:
            within = f", tolerance {self.tolerance:.3g}" if self.tolerance is not None else ""
            lines.append(f"  error      {self.error:.3g}{within}" + (f" ({self.because})" if self.because else ""))
        elif self.because:
            lines.append(f"  because    {self.because}")
        for label, text in (("against", self.reference), ("looks like", self.cause), ("on", self.case), ("again", self.command)):
            if text:
                lines.append(f"  {label:<11}{text}")
        return "\n".join(lines)

    def record(self) -> dict[str, Any]:
        """As a JSON object."""
        plain = {entry.name: _plain(getattr(self, entry.name)) for entry in fields(self)}
        return {name: value for name, value in plain.items() if value not in (None, "", {})}


class Findings(Sequence[Finding]):
    """The findings of one check, in the order in which they were made."""

    def __init__(self, findings: Iterable[Finding]) -> None:
        self._findings = tuple(findings)

    def __getitem__(self, index: Any) -> Any:
        chosen = self._findings[index]
        return Findings(chosen) if isinstance(index, slice) else chosen

    def __len__(self) -> int:
        return len(self._findings)

    def __iter__(self) -> Iterator[Finding]:
        return iter(self._findings)

    def __add__(self, other: Iterable[Finding]) -> Findings:
        return Findings((*self._findings, *other))

    @property
    def verdict(self) -> str:
        """The worst verdict; of no findings, ``undecided``: nothing was checked."""
        return max((finding.verdict for finding in self), key=VERDICTS.index, default="undecided")

    @property
    def passes(self) -> bool:
        """Whether something was checked and everything passes."""
        return bool(self._findings) and all(finding.passes for finding in self)

    def of(self, quantity: str) -> Finding:
        """The finding on this quantity.

        Raises:
            KeyError: if the check did not look at it.
        """
        for finding in self:
            if finding.quantity == quantity:
                return finding
        raise KeyError(f"no finding on `{quantity}`; there are {', '.join(f.quantity for f in self) or 'none'}")

    def raise_for_failure(self) -> None:
        """Raises unless everything passes.

        Raises:
            AssertionError: with the findings that do not pass, worst first.
        """
        if self.passes:
            return
        bad = sorted((f for f in self if not f.passes), key=lambda f: -VERDICTS.index(f.verdict))
        raise AssertionError("\n" + "\n".join(map(str, bad)) if bad else "nothing was checked")

    def __str__(self) -> str:
        return "\n".join(map(str, self)) or "nothing was checked"

    __repr__ = __str__

    def to_markdown(self) -> str:
        """A table, worst first."""
        rows = sorted(self, key=lambda f: -VERDICTS.index(f.verdict))
        cells = ((f.verdict, f.quantity, _short(f.got), _short(f.exact), _number(f.error), _number(f.tolerance), f.cause) for f in rows)
        lines = ["| verdict | quantity | got | exact | error | tolerance | looks like |", "|---|---|---|---|---|---|---|"]
        return "\n".join(lines + ["| " + " | ".join(str(cell).replace("|", "\\|") for cell in row) + " |" for row in cells])

    def to_json(self) -> str:
        """One JSON object a line."""
        return "\n".join(json.dumps(finding.record(), ensure_ascii=False) for finding in self)


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:.3g}"


def _plain(value: Any) -> Any:
    if hasattr(value, "detach"):  # a tensor that keeps its history
        value = value.detach()
    if hasattr(value, "tolist"):
        value = value.tolist()
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    # JSON has no word for what is not a number.
    if isinstance(value, float) and (value != value or value in (float("inf"), float("-inf"))):
        return {"inf": "inf", "-inf": "-inf"}.get(str(value), "nan")
    return value if value is None or isinstance(value, (str, int, float)) else str(value)


def _short(value: Any) -> str:
    if value is None:
        return ""
    if hasattr(value, "tolist"):
        value = value.tolist()
    if isinstance(value, float):
        return f"{value:.9g}"
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(_short(item) for item in value) + "]"
    if isinstance(value, dict):
        return ", ".join(f"{name} {_short(item)}" for name, item in value.items())
    return str(value)


def caller() -> str:
    """Where the check was called, for the reader who wants to see it again."""
    frame = sys._getframe(1)
    while frame.f_back is not None and frame.f_globals.get("__name__", "").split(".")[0] == "ouracle":
        frame = frame.f_back
    return f"{frame.f_code.co_filename}:{frame.f_lineno}"
