"""Numbers, verdicts and text as the pages write them."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from html import escape
from importlib.resources import files
from typing import Any

from .records import SEVERITY

#: Control characters, separators of lines, and what sets the direction of writing.
_DISTURBING = re.compile(r"[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]")

_PLURALS = {"fault": "faults", "expected failure": "expected failures"}

#: Verdicts as a cell has them, the worst last: what is not offered is no verdict on what is, and what was expected to fail is known.
_IN_A_CELL = tuple(
    verdict
    for entry in ("unsupported", *(entry for entry in SEVERITY if entry != "unsupported"))
    for verdict in (("expected failure", entry) if entry == "degraded" else (entry,))
)

#: What a finding was compared with, in words.
REFERENCES = {
    "law": "the exact law",
    "own flow": "the exact flow of its own start",
    "recursion": "the exact recursion of its own steps",
    "closed form": "the closed form",
    "order": "the order that it should have",
}


def style() -> str:
    """The style sheet, which each page carries with it."""
    return files(__package__).joinpath("page.css").read_text(encoding="utf-8")


def text(value: Any) -> str:
    """Text for a page; what stands in backticks is code."""
    return re.sub(r"`([^`]+)`", r"<code>\1</code>", escape(str(value), quote=True))


def anchor(name: str) -> str:
    """An identifier as the end of an address."""
    return re.sub(r"[^A-Za-z0-9.-]+", "-", name).strip("-")


def pill(kind: str, words: str | None = None) -> str:
    """A verdict in its colour; the sign before it says the same without colour."""
    return f'<span class="pill {kind}">{text(words if words is not None else kind)}</span>'


def number(value: Any, digits: int = 3) -> str:
    """A number with this many significant digits; what is none, as it is."""
    if value is None or isinstance(value, (str, bool, int)):
        return "" if value is None else str(value)
    if not math.isfinite(value):
        return str(value)
    mantissa, _, exponent = f"{value:.{digits}g}".partition("e")
    return f"{mantissa}e{int(exponent)}" if exponent else mantissa


def digits_for(error: Any, exact: Any) -> int:
    """How many digits show that two numbers differ: two of the difference, and from four to ten in all."""
    sizes = [abs(entry) for entry in _entries(exact) if isinstance(entry, (int, float)) and math.isfinite(entry)]
    if not isinstance(error, (int, float)) or not error > 0 or not math.isfinite(error) or not max(sizes, default=0):
        return 6
    return min(max(math.ceil(math.log10(max(sizes) / error)) + 2, 4), 10)


def quantity(value: Any, digits: int) -> str:
    """A number, a vector or a matrix, a row a line, or several of these by name; long ones are cut."""
    if isinstance(value, dict):
        return "\n".join(f"{name}\n{quantity(entry, digits)}" if isinstance(entry, list) else f"{name} {quantity(entry, digits)}" for name, entry in value.items())
    if isinstance(value, list):
        if value and all(isinstance(row, list) for row in value):
            return "\n".join([*(quantity(row, digits) for row in value[:8]), *(["…"] if len(value) > 8 else [])])
        shown = ", ".join(number(entry, digits) if not isinstance(entry, (list, dict)) else str(entry) for entry in value[:12])
        return f"[{shown}{f', … ({len(value)} in all)' if len(value) > 12 else ''}]"
    return number(value, digits)


def _entries(value: Any) -> Iterable[Any]:
    if isinstance(value, (list, dict)):
        for item in value.values() if isinstance(value, dict) else value:
            yield from _entries(item)
    else:
        yield value


def ratio(error: Any, tolerance: Any) -> str:
    """How many times its tolerance an error is."""
    if not isinstance(error, (int, float)) or not isinstance(tolerance, (int, float)) or not tolerance > 0 or not math.isfinite(error):
        return ""
    times = error / tolerance
    if times <= 1:
        return ""
    return f"{times:.2g} times the tolerance" if times < 10 else f"{float(f'{times:.2g}'):,.0f} times the tolerance" if times < 1e6 else f"{number(times, 2)} times the tolerance"


def clip(words: str, most: int) -> str:
    """The beginning of a text."""
    return words if len(words) <= most else words[: most - 1].rstrip() + "…"


def line(words: str, most: int) -> str:
    """The beginning of a text from elsewhere, as a part of a line: nothing in it ends the line or turns it round."""
    return clip(_DISTURBING.sub("\ufffd", words), most)


def tally(cells: Iterable[tuple[str, str, str]]) -> str:
    """Large numbers with their names, ``(value, name, class)``."""
    inside = "".join(f'<div{f" class={kind!r}" if kind else ""}><dd>{value}</dd><dt>{text(name)}</dt></div>' for value, name, kind in cells)
    return f'<dl class="tally">{inside}</dl>'


def facts(pairs: Iterable[tuple[str, str]]) -> str:
    """Small facts in a line."""
    return '<dl class="facts">' + "".join(f"<div><dt>{text(name)}</dt><dd>{text(value)}</dd></div>" for name, value in pairs) + "</dl>"


def verdict_cell(verdicts: dict[str, int]) -> str:
    """The worst verdict with its number, and below it the numbers of the others, worst first."""
    if not verdicts:
        return ""
    worst, *others = sorted(verdicts, key=_IN_A_CELL.index, reverse=True)
    rest = " · ".join(f"{verdicts[verdict]} {plural(verdict, verdicts[verdict])}" for verdict in others)
    return pill(worst, f"{verdicts[worst]} {plural(worst, verdicts[worst])}") + (f"<small>{rest}</small>" if rest else "")


def plural(verdict: str, count: int) -> str:
    """The verdict after a number."""
    return _PLURALS.get(verdict, verdict) if count != 1 else verdict


def many(count: int, noun: str) -> str:
    """``1 question``, ``2 questions``."""
    return f"{count} {noun}{'' if count == 1 else 's'}"


def document(title: str, kind: str, header: str, main: str, footer: str) -> str:
    """A whole page, without scripts and without anything from elsewhere."""
    return f"""<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8" />
<meta name="viewport" content="width=device-width, initial-scale=1" />
<meta name="color-scheme" content="light dark" />
<title>{text(title)}</title>
<style>
{style()}</style>
</head>
<body>
<header class="{kind}">
{header}
</header>
<main>
{main}
</main>
<footer>
{footer}
</footer>
</body>
</html>
"""
