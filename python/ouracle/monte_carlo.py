"""Where no tape reaches: samples against an exact law, with a bound on false alarms that holds for every sample size.

The empirical distribution of ``n`` independent samples is within ``√(ln(2/α)/2n)`` of the true one except with probability ``α``
(Dvoretzky, Kiefer, Wolfowitz, Massart). A Gaussian law in ``d`` dimensions is determined by the laws of its ``d²`` projections on the
axes of its covariance and on the sums and differences of two of them; each gets an equal share of ``α``.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .laws import Gaussian, Mixture

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Distance:
    """The largest distance of empirical and exact distribution functions, and how much of it chance explains."""

    value: float
    resolution: float
    samples: int

    @property
    def least(self) -> float:
        """What chance does not explain."""
        return max(0.0, self.value - self.resolution)

    @property
    def most(self) -> float:
        """As far as the laws may be apart."""
        return self.value + self.resolution


def distance(samples: Array, law: Gaussian | Mixture, false_alarm: float) -> Distance:
    """The distance of samples ``(n, d)`` from a law.

    Raises:
        ValueError: if a sample is not finite or has the wrong size.
    """
    samples = np.asarray(samples, dtype=np.float64).reshape(len(samples), -1)
    if samples.shape[1] != law.dimension or not np.isfinite(samples).all():
        raise ValueError(f"samples have the shape {samples.shape} and {np.sum(~np.isfinite(samples))} entries that are not finite; the law has {law.dimension} dimensions")
    projections = _mixture(samples, law) if isinstance(law, Mixture) else _gaussian(samples, law)
    n = len(samples)
    worst = 0.0
    for values, cdf in projections:
        ordered = cdf(np.sort(values))
        grid = np.arange(n + 1) / n
        worst = max(worst, float(np.max(grid[1:] - ordered)), float(np.max(ordered - grid[:-1])))
    return Distance(worst, math.sqrt(math.log(2 * len(projections) / false_alarm) / (2 * n)), n)


_Projection = tuple[Array, Callable[[Array], Array]]


def _normal_cdf(mean: float, variance: float) -> Callable[[Array], Array]:
    if variance <= 0:
        return lambda x: (x >= mean).astype(np.float64)
    unit = math.sqrt(2 * variance)
    return lambda x: np.array([0.5 * math.erfc((mean - value) / unit) for value in x])


def _gaussian(samples: Array, law: Gaussian) -> list[_Projection]:
    _, axes = np.linalg.eigh(law.covariance)
    d = law.dimension
    pairs = [(i, j, sign) for i in range(d) for j in range(i) for sign in (1.0, -1.0)]
    directions = [axes[:, i] for i in range(d)] + [(axes[:, i] + sign * axes[:, j]) / math.sqrt(2) for i, j, sign in pairs]
    return [(samples @ v, _normal_cdf(float(v @ law.mean), float(v @ law.covariance @ v))) for v in directions]


def _mixture(samples: Array, law: Mixture) -> list[_Projection]:
    parts = [_normal_cdf(float(m), float(v)) for m, v in zip(law.means, law.variances)]
    return [(samples[:, 0], lambda x: sum((w * part(x) for w, part in zip(law.weights, parts)), np.zeros(len(x))))]
