"""What purification by a mixture's exact score leaves alone: the sign of ``μᵀx``, and the fixed points.

Along ``μ`` one step is ``u ↦ (1 − c)u + c|μ| tanh(|μ|u/τ²)`` with ``c = α/τ²``: odd, and for ``0 < c ≤ 1`` it keeps the sign of ``u``. So no Bayes
decision of two isotropic classes changes, however many steps there are; for ``c > 1`` large ``|u|`` overshoot and flip.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .. import frameworks
from ..energies import Energy, GaussianEnergy, MixtureEnergy
from ..grades import grade
from ..tape import Silent, TapeError, playing
from .lengths import Rule, common
from .trail import Trail

Array = NDArray[np.float64]


def points(energy: Energy, rows: int, seed: int) -> Array:
    """Inputs in general position, as far apart as the energy is wide; of a mixture also far out and between the modes."""
    rng = np.random.Generator(np.random.Philox(key=[seed, 0]))
    normal = rng.standard_normal((rows, energy.dimension))
    if isinstance(energy, GaussianEnergy):
        values, axes = np.linalg.eigh(energy.precision)
        return energy.mode + 1.5 * normal @ (axes / np.sqrt(values)).T
    assert isinstance(energy, MixtureEnergy)
    spread = 0.4 * np.sqrt(energy.spread) * normal
    along = np.concatenate([np.geomspace(0.05, 1.5, rows - rows // 3), np.geomspace(2.0, 12.0, rows // 3)])
    signs = np.where(np.arange(rows) % 2 == 0, 1.0, -1.0)
    mean = energy.mean
    across = spread - np.outer(spread @ mean, mean) / (mean @ mean)
    return np.outer(signs * along, mean) + across


def ratios(energy: MixtureEnergy, trail: Trail) -> Array | None:
    """``c = α/τ²`` of each step, if the lengths are fixed and there is no noise."""
    plain = all(step.shared and step.plain and step.explained and not step.noise and step.probe is None for step in trail.steps)
    return common(trail.steps)[0] / energy.spread if plain and trail.entry.plain and not trail.entry.noise and trail.entry.explained else None


def holds(energy: MixtureEnergy, trail: Trail) -> bool:
    """Whether it is proved that no decision along μ changes."""
    c = ratios(energy, trail)
    return c is not None and bool(np.all((c > 0) & (c <= 1)))


def judged(purify: Callable[[Array], Any], energy: MixtureEnergy, trail: Trail) -> Iterator[Rule]:
    """The findings ``decisions`` and ``fixed points``."""
    c = ratios(energy, trail)
    visited = np.stack([*(step.state for step in trail.steps), trail.output]) @ energy.mean
    before = trail.points
    flips = int(np.sum(np.any(visited[1:] * visited[:-1] < 0, axis=0)))
    if c is not None:
        words = f"c = α/τ² is {c.max():.6g} at most; for 0 < c ≤ 1 the sign of μᵀx is kept for every x"
        cause = f"decisions flip: c = {c.max():.6g} > 1, so that inputs far out overshoot the other mode" if c.max() > 1 else "the sign of the score" if c.min() < 0 else ""
        bad = bool(flips) or c.max() > 1 or c.min() < 0
        yield Rule("decisions", "wrong" if bad else "right", f"{words}; {flips} of {len(before)} inputs change sides", cause, flips, 0)
        yield from _fixed_points(purify, energy, c, trail.dtype)
    elif not trail.entry.noise and not any(step.noise for step in trail.steps):
        words = f"{flips} of {len(before)} inputs change sides"
        yield Rule("decisions", "wrong" if flips else "consistent", words, "a step overshoots the other mode" if flips else "", flips, 0)


def _fixed_points(purify: Callable[[Array], Any], energy: MixtureEnergy, c: Array, dtype: str) -> Iterator[Rule]:
    t = energy.fixed_point()
    exact = np.outer([0.0, t, -t], energy.mean)
    try:
        with playing(Silent()):
            got = frameworks.to_numpy(purify(exact)).reshape(exact.shape)
    except (TapeError, ValueError) as error:
        yield Rule("fixed points", "fault", str(error))
        return
    size = float(np.abs(energy.mean).max())
    drift = float(energy.mean @ energy.mean) / energy.spread
    # Rounding of a mode is carried on by the slope of the map there; 0 stays 0.
    slopes = np.maximum(1.0, np.abs([energy.slope(float(one), t) for one in c]))
    u = frameworks.unit_roundoff(dtype)
    unit = 4 * u * size * (len(c) + 1) * float(np.prod(slopes)) * (1 + float(np.abs(c).max()) * (1 + drift))
    result = grade(got, exact, unit)
    cause = ""
    if t and grade(got[1], energy.mean, unit).verdict == "right":
        cause = "it ends at the mean of a class"
    words = f"0 and ±t*μ with t* = {t:.9g}" if t else "0 alone: |μ|² ≤ τ², there is one mode"
    yield Rule("fixed points", result.verdict, f"{words}; {result.words(dtype, 'of the slope there')}", cause, got.tolist(), exact.tolist(), result.error, result.tolerance)
