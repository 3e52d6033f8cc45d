"""The whole map of a purifier beside the exact one: factor, fixed point, covariance, contraction, and a user's formula of the law."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .. import frameworks
from ..energies import GaussianEnergy
from ..grades import grade
from .affine import Map, exact, contraction as rate
from .lengths import Rule

Array = NDArray[np.float64]
#: ``(mean, covariance) -> (mean, covariance)``.
Formula = Callable[[Array, Array], tuple[ArrayLike, ArrayLike]]


def judged(own: Map, ideal: Map, energy: GaussianEnergy, said: Array, at: Array) -> Iterator[Rule]:
    """The map that was read at ``at``, against that of steps of the lengths ``said``."""
    unit = own.unit + ideal.unit
    result = grade(own.factor, ideal.factor, unit)
    words = f"Π(I − αP) over {len(said)} steps; {result.words(own.precision, 'of the steps one after the other')}"
    cause = "" if result.verdict == "right" else _cause(own, energy, said)
    yield Rule("factor", result.verdict, words, cause, own.factor.tolist(), ideal.factor.tolist(), result.error, result.tolerance)
    kept = own.factor @ energy.mode + own.offset
    result = grade(kept, energy.mode, unit * (1 + float(np.abs(energy.mode).sum()) + float(np.abs(at).sum())))
    words = result.words(own.precision, "of the map at the mode, which it must leave where it is")
    yield Rule("fixed point", result.verdict, words, "", kept.tolist(), energy.mode.tolist(), result.error, result.tolerance)
    if np.any(own.noise) or np.any(ideal.noise):
        result = grade(own.noise, ideal.noise, own.noise_unit + ideal.noise_unit + 2 * unit * float(np.sqrt(np.trace(ideal.noise))))
        words = f"what the purifier's own noise leaves in its output; {result.words(own.precision, 'of the factor, twice')}"
        yield Rule("covariance", result.verdict, words, "", own.noise.tolist(), ideal.noise.tolist(), result.error, result.tolerance)


def _cause(own: Map, energy: GaussianEnergy, said: Array) -> str:
    """The number of steps, or the sign, that the map itself would be exact for."""
    first, k = (float(said[0]) if len(said) else 0.0), len(said)
    known = [("the sign of the score: it climbs the energy", -first, k)]
    known += [(f"the map is that of {other} steps and not of {k}", first, other) for other in (k - 1, k + 1, 2 * k) if other >= 0]
    for words, length, count in known:
        units = np.full(count, frameworks.unit_roundoff("float64") * abs(length))
        other = exact(energy, [0] * count, np.full(count, length), np.zeros(count), 0.0, units, own.precision)
        if grade(own.factor, other.factor, own.unit + other.unit).verdict == "right":
            return words
    return ""


def contraction(energy: GaussianEnergy, found: Array, levels: Sequence[int]) -> Rule:
    """Whether the steps that are made bring two inputs closer together."""
    rates = [rate(energy.precisions[level], float(a)) for level, a in zip(levels, found)]
    limits = [2 / np.linalg.eigvalsh(energy.precisions[level])[-1] for level in levels]
    far = [k for k, (a, limit) in enumerate(zip(found, limits)) if a < 0 or a >= limit]
    cause = ""
    if far and found[far[0]] < 0:
        cause = "the sign of the score: displacements from the mode grow"
    elif far:
        cause = f"step {far[0]} has the length {found[far[0]]:.6g}, and 2/λ_max is {limits[far[0]]:.6g}: displacements grow"
    words = "a displacement shrinks by ρ = max|1 − αλ| a step at least, if 0 < α < 2/λ_max"
    return Rule("contraction", "wrong" if far else "right", words, cause, max(rates))


def law(formula: Formula, ideal: Map, mean: Array, seed: int) -> Rule:
    """A user's formula of the law after purification, for a start in general position."""
    d = len(mean)
    root = np.random.Generator(np.random.Philox(key=[seed, 1])).standard_normal((d, d))
    start = root @ root.T / d + 0.1 * np.eye(d)
    try:
        claimed = [np.asarray(part, dtype=np.float64) for part in formula(mean.copy(), start.copy())]
        if [part.shape for part in claimed] != [(d,), (d, d)]:
            raise ValueError(f"it returned the shapes {[part.shape for part in claimed]}; (d,) and (d, d) were expected")
    except Exception as error:  # noqa: BLE001 - a formula may raise anything
        return Rule("law", "fault", f"the formula of the law raised {type(error).__name__}: {error}")
    factor = ideal.factor
    truth = (factor @ mean + ideal.offset, factor @ start @ factor.T + ideal.noise)
    unit = ideal.unit * (float(np.abs(factor).sum()) + 1) * (float(np.abs(start).sum()) + float(np.abs(mean).sum()) + 1)
    results = [grade(got, value, unit) for got, value in zip(claimed, truth)]
    worst = max(results, key=lambda r: r.error)
    known = {
        "covariance BᵏS₀: the second factor Bᵏ is missing": factor @ start + ideal.noise,
        "the noise of the purifier is missing": factor @ start @ factor.T,
        "the covariance of the input: as if purification moved the mean alone": start,
        "BᵏBᵏ without the covariance of the input": factor @ factor.T,
    }
    cause = ""
    if results[1].verdict != "right":
        cause = next((words for words, value in known.items() if grade(claimed[1], value, unit).verdict == "right"), "")
    elif results[0].verdict != "right" and grade(claimed[0], factor @ mean, unit).verdict == "right":
        cause = "Bᵏm₀ for the mean: the mode of the energy is forgotten"
    words = f"N(m + Bᵏ(m₀ − m), BᵏS₀Bᵏ + noise); {worst.words('float64', 'of the factor, twice')}"
    return Rule("law", worst.verdict, words, cause, [part.tolist() for part in claimed], [part.tolist() for part in truth], worst.error, worst.tolerance)
