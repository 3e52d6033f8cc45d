"""Grades of deterministic answers: how many units of rounding they are off.

The unit is ``u·κ``, the unit roundoff of the subject's precision times the condition of what it computes. Sound code stays within
8 units, code that loses digits within 1024; beyond that the answer is wrong.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

RIGHT, DEGRADED = 8.0, 1024.0


@dataclass(frozen=True)
class Grade:
    """The worst of many answers: its place, its error and its unit."""

    verdict: str
    index: int
    error: float
    unit: float

    @property
    def tolerance(self) -> float:
        """What sound code may be off."""
        return RIGHT * self.unit

    def words(self, dtype: str, condition: str = "the condition of the formula") -> str:
        """Where the tolerance comes from."""
        return f"8·u·κ with u of {dtype} and κ {condition}; the error is {self.error / self.unit if self.unit else np.inf:.3g} units"


def verdict(units: float) -> str:
    """The grade of an answer that is so many units off."""
    return "right" if units <= RIGHT else "degraded" if units <= DEGRADED else "wrong"


def grade(got: ArrayLike, exact: ArrayLike, unit: ArrayLike) -> Grade:
    """The grade of an array of answers; an answer that is not finite is wrong."""
    values: NDArray[np.float64] = np.asarray(got, dtype=np.float64)
    truth, units = (np.broadcast_to(np.asarray(a, dtype=np.float64), values.shape) for a in (exact, unit))
    with np.errstate(invalid="ignore"):
        error = np.where(np.isfinite(values), np.abs(values - truth), np.inf)
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = np.where(error == 0, 0.0, error / units)
    ratio = np.where(np.isnan(ratio), np.inf, ratio)
    worst = int(np.argmax(ratio))
    most = float(ratio.flat[worst]) if ratio.size else 0.0
    return Grade(verdict(most), worst, float(error.flat[worst]), float(units.flat[worst]))


def within(got: ArrayLike, exact: ArrayLike, unit: ArrayLike) -> bool:
    """Whether all answers are right to rounding."""
    return grade(got, exact, unit).verdict == "right"
