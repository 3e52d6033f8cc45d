"""Orders of convergence, measured and decided.

The global error of a method of order ``p`` has an expansion ``C N^{-p}(1 + c/N + …)`` with an integer ``p``. So slopes between
successive numbers of steps tend to an integer at the rate 1/N, the next one is known by extrapolation, and a nominal order is
refuted once everything the slopes can still tend to rounds to a smaller integer.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Order:
    """What a ladder of errors says about the order."""

    steps: tuple[int, ...]
    errors: tuple[float, ...]
    #: Errors up to here are rounding.
    floor: float
    slopes: tuple[float, ...]
    #: Where the slopes tend to.
    low: float
    high: float

    @property
    def known(self) -> bool:
        """Whether there are enough errors above rounding to say anything."""
        return len(self.slopes) >= 2

    def verdict(self, nominal: float, spacing: float = 1.0) -> str:
        """``right``, ``wrong`` or ``undecided`` for a nominal order; a higher order than nominal is right.

        ``spacing`` is how far apart possible orders are: 1 for methods of ordinary differential equations, ½ on a Brownian path.
        """
        if self.exact:
            return "right"
        if not self.known:
            return "undecided"
        least = nominal - spacing / 2
        if self.low > least:
            return "right"
        return "wrong" if self.high < least else "undecided"

    @property
    def exact(self) -> bool:
        """Whether every error is within rounding: the method is exact on this case."""
        return all(error <= self.floor for error in self.errors)

    def words(self) -> str:
        """The slopes as a sentence."""
        if self.exact:
            return "every error is within rounding"
        if not self.known:
            return "fewer than three errors stand above rounding; use fewer steps"
        return f"slopes {' '.join(f'{slope:.2f}' for slope in self.slopes)} tend to [{self.low:.2f}, {self.high:.2f}]"


def measure(steps: Sequence[int], errors: Sequence[float], floor: float) -> Order:
    """The order of errors at these numbers of steps, of which those up to ``floor`` are rounding.

    Raises:
        ValueError: if the numbers of steps do not grow.
    """
    if any(b <= a for a, b in zip(steps, steps[1:])):
        raise ValueError(f"the numbers of steps {list(steps)} must grow")
    usable = [(n, e) for n, e in zip(steps, errors) if np.isfinite(e)]
    # Once an error has met the floor, later ones say nothing either.
    cut = next((i for i, (_, e) in enumerate(usable) if e <= floor), len(usable))
    usable = usable[:cut]
    slopes = [float(np.log(e / f) / np.log(m / n)) for (n, e), (m, f) in zip(usable, usable[1:])]
    if len(slopes) < 2:
        return Order(tuple(steps), tuple(errors), floor, tuple(slopes), float("-inf"), float("inf"))
    # A slope between N and 2N is off by c/N, so the next ones have as much to go as the last one went; and as much again is
    # granted for the terms beyond. A slope that was seen is never outside, so that erratic errors decide nothing.
    before, last = slopes[-2:]
    limit, granted = 2 * last - before, abs(last - before)
    ends = (before, last, limit - granted, limit + granted)
    return Order(tuple(steps), tuple(errors), floor, tuple(slopes), min(ends), max(ends))
