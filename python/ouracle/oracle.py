"""The oracle itself: certified values of the quantities that the claims of the library name."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any

from . import _native


@dataclass(frozen=True)
class Answer:
    """A value that is known within a radius.

    The decimals have as many digits as were asked for; ``float`` rounds the value to a double.
    """

    value: Decimal
    #: The true value lies within ``radius`` of ``value``: by proof, unless it is estimated.
    radius: Decimal
    #: Whether the radius is an estimate, since no bound of the truncation is known.
    estimated: bool = False

    def __float__(self) -> float:
        return float(self.value)

    def __str__(self) -> str:
        return f"{self.value} ± {self.radius}" + (" (estimated)" if self.estimated else "")


@dataclass(frozen=True)
class Claim:
    """A claim of the library, and the quantities that can be asked of it."""

    id: str
    title: str
    quantities: tuple[str, ...]


def ask(question: str, parameters: Mapping[str, Any] | None = None, digits: int = 20, **more: Any) -> Answer:
    """The certified value of ``CLAIM/QUANTITY`` at these parameters.

    >>> print(ask("lin-moments-scalar/variance", process="vp-linear", b0="0.1", b1=20, T=1, t="1/2", m0=0, v0="1/4"))
    0.94070214066012950799 ± 3.4E-21

    Args:
        question: a claim and one of its quantities; :func:`claims` lists them.
        parameters: by name, as in ``ouracle ask``. Strings such as ``"0.1"`` or ``"1/3"`` are exact; a float is the double that
            it is; lists are vectors and matrices. More parameters can be given by keyword.
        digits: how many decimal digits of the answer to give.

    Raises:
        ValueError: for a question that does not exist, or a parameter that is missing, unknown or outside its domain; the
            message says what to give.
    """
    given = {**(parameters or {}), **more}
    value, radius, estimated = _native.ask(question, json.dumps({name: _exact(entry, name) for name, entry in given.items()}), digits)
    return Answer(Decimal(value), Decimal(radius), estimated)


def claims() -> tuple[Claim, ...]:
    """Every claim that can be asked."""
    return tuple(Claim(name, title, tuple(quantities)) for name, title, quantities in _native.claims())


def _exact(value: Any, name: str) -> Any:
    """The value in a form that loses nothing on the way."""
    if hasattr(value, "tolist"):
        value = value.tolist()
    if isinstance(value, (list, tuple)):
        return [_exact(entry, name) for entry in value]
    if isinstance(value, (str, bool, int)):
        return value
    if isinstance(value, float) and value - value == 0:
        return str(Fraction(value))
    if isinstance(value, (Fraction, Decimal)):
        return str(value)
    raise ValueError(f"parameter `{name}` is {value!r}; give a finite number, a string such as \"1/3\", or a list of them")
