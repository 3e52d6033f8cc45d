"""The moment equations of ``dx = f x dt + g dB``: ``m′ = f m`` and ``(s²)′ = 2 f s² + g²``, with derivatives by extrapolation."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Moments:
    """Mean and variance of ``x_t`` given ``x_0 = 1``."""

    mean: float
    variance: float


@dataclass(frozen=True)
class Residual:
    """The worse of the two equations at one time."""

    got: float
    exact: float
    tolerance: float
    kink: bool
    cause: str

    @property
    def error(self) -> float:
        """By how much the equation fails."""
        return abs(self.got - self.exact)


def derivative(function: Callable[[float], float], t: float, width: float, u: float) -> tuple[float, float]:
    """The derivative by central differences extrapolated to width 0 (Ridders), and a bound of its error.

    The bound is ten times the change of the last extrapolation, and what rounding of relative size ``u`` leaves of a difference.
    """
    shrink, best = 1.6, (0.0, float("inf"))
    previous: list[float] = []
    for _ in range(12):
        high, low = function(t + width), function(t - width)
        row = [(high - low) / (2 * width)]
        noise = 8 * u * (abs(high) + abs(low)) / (2 * width)
        for k, older in enumerate(previous):
            factor = shrink ** (2 * (k + 1))
            row.append((factor * row[k] - older) / (factor - 1))
        if previous:
            for k in range(1, len(row)):
                change = 10 * max(abs(row[k] - row[k - 1]), abs(row[k] - previous[k - 1])) + 2 * noise
                if change < best[1]:
                    best = (row[k], change)
        previous, width = row, width / shrink
    return best


def residual(moments: Callable[[float], Moments], t: float, drift: float, noise: float, u: float) -> Residual:
    """The moment equations at ``t`` with these coefficients; a time at which the derivatives from the two sides differ is a kink."""
    width = 0.02 * max(abs(t), 1e-3)
    here = moments(t)
    candidates: list[Residual] = []
    equations: tuple[tuple[Callable[[float], float], float, Callable[[float, float], str]], ...] = (
        (lambda s: moments(s).mean, drift * here.mean, lambda rate, slack: _drift_cause(rate, drift * here.mean, slack)),
        (lambda s: moments(s).variance, 2 * drift * here.variance + noise, lambda rate, slack: _noise_cause(rate, drift * here.variance, noise, slack)),
    )
    for got, exact, cause in equations:
        rate, error = derivative(got, t, width, u)
        size = abs(drift * here.mean) if not candidates else abs(2 * drift * here.variance) + abs(noise)
        left, right = ((got(t + side * width) - got(t)) / (side * width) for side in (-1e-3, 1e-3))
        kink = abs(left - right) > 0.05 * max(abs(left), abs(right)) + 64 * u * abs(got(t)) / (1e-3 * width)
        slack = error + 8 * u * size + 1e-300
        candidates.append(Residual(rate, exact, slack, kink, cause(rate, slack)))
    worst = max(candidates, key=lambda r: r.error / r.tolerance)
    return Residual(worst.got, worst.exact, worst.tolerance, any(r.kink for r in candidates), worst.cause)


def _drift_cause(rate: float, wanted: float, slack: float) -> str:
    for factor, story in ((2.0, "the drift is half of what its mean needs"), (0.5, "the drift is twice what its mean needs"), (-1.0, "the drift has the wrong sign, or time runs the other way")):
        if abs(rate - factor * wanted) <= slack:
            return story
    return ""


def _noise_cause(rate: float, half: float, noise: float, slack: float) -> str:
    wanted = rate - 2 * half
    stories = [
        (2 * noise, "g² is half of what its variance needs: a factor 2 is missing in g²"),
        (noise / 2, "g² is twice what its variance needs"),
        (noise**0.5, "the diffusion is g², not g: it is squared once too often"),
        (noise**2, "the root of the diffusion is taken twice"),
        (-noise, "the noise has the wrong sign, or time runs the other way"),
    ]
    found = next((story for value, story in stories if abs(wanted - value) <= slack), "")
    return found or (f"g² is {noise / wanted:.6g} times what its variance needs" if wanted > slack else "")
