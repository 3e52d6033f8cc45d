"""Exact recursions: what a named sampler must return over given levels, and how far rounding may carry it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .case import Case
from .frameworks import unit_roundoff
from .schedules import Level

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Recursion:
    """A sampler of the library by name: ``ddim``, ``ancestral-posterior``, ``heun``, ``dpm-solver++2m``, …

    Args:
        name: see the error that an unknown name gives for all of them.
        eta: the amount of noise between 0 and 1, of samplers that have one.
        kappa: what multiplies the second difference of third-order multistep samplers; 2 is consistent, 1 in circulation.
        finish: ``plain``, ``lower-order`` or ``denoised`` last steps of multistep samplers.
    """

    name: str
    eta: float = 1.0
    kappa: int | None = None
    finish: str = "plain"

    def law(self, case: Case, steps: Array) -> Given:
        """The law of the end given the start, over steps with the rows ``(α, σ)`` of the start, ``(α, σ)`` of the end.

        Raises:
            ValueError: if there is no such sampler, or a level is not one.
        """
        rows = np.ascontiguousarray(steps, dtype=np.float64)
        matrix, offset, noise, radii = case.gaussian.native.recursion(self.name, rows, self.eta, self.kappa, self.finish)
        # The exact data prediction may have slope 0 (a point mass), but decoded from noise, (z − σε̂)/α, it rounds like 1/α at the last
        # level: what cancels there is no mistake of the subject. Eight such units in a standard deviation are 64 in a variance.
        least = unit_roundoff("float64") * rows[-1, 2] / rows[-1, 0]
        size = float(np.abs(case.law.mean).max(initial=1.0))
        return Given(matrix, offset, noise, (max(radii[0], least), max(radii[1], least * size), max(radii[2], 8 * least**2)))


@dataclass(frozen=True)
class Given:
    """The law ``N(Az + b, C)`` of an end given a start ``z``, and what rounding leaves of each part in double precision."""

    matrix: Array
    offset: Array
    noise: Array
    radii: tuple[float, float, float] = (0.0, 0.0, 0.0)

    def apply(self, mean: Array, covariance: Array) -> tuple[Array, Array]:
        """Mean and covariance of the end for a start with these."""
        return self.matrix @ mean + self.offset, self.matrix @ covariance @ self.matrix.T + self.noise

    def excess(self, other: Given, precision: str) -> tuple[float, float, float]:
        """How far another law is from this one: ``(ratio, error, tolerance)`` of the worst part, a ratio of 8 being sound.

        The unit of the ratio is the radius of this law, by interval arithmetic, carried over to the other's precision: ``u·κ`` with
        the condition ``κ`` of the whole recursion.
        """
        units = unit_roundoff(precision) / unit_roundoff("float64")
        worst = (0.0, 0.0, 0.0)
        parts = ((self.matrix, other.matrix), (self.offset, other.offset), (self.noise, other.noise))
        for (mine, theirs), radius in zip(parts, self.radii):
            error, unit = float(np.abs(mine - theirs).max()), units * radius
            ratio = error / unit if unit > 0 else (0.0 if error == 0 else float("inf"))
            if not ratio <= worst[0] or worst[2] == 0:
                worst = (ratio, error, 8 * unit)
        return worst


def between(levels: Sequence[Level]) -> Array:
    """The steps from each level to the next."""
    return np.array([[*a.pair, *b.pair] for a, b in zip(levels, levels[1:])])
