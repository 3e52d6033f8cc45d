"""The noise of a purifier: what it adds to its input, and what its steps add, against Langevin's ``2α``.

A step ``x + αs + √q z`` is a Langevin step if ``q = 2α``: in the convention H, drift ``η/2`` and noise ``√η``, with ``η = 2α``; in F, drift
``η`` and noise ``√(2η)``, with ``η = α``. So the same steps have two names, and a formula of one convention with the ``η`` of the other
is off by a factor 2 in the bias.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from ..grades import RIGHT, grade
from .lengths import Rule, common
from .trail import Trail

Array = NDArray[np.float64]

CONVENTIONS = {"H": ("drift η/2, noise √η", 0.5), "F": ("drift η, noise √(2η)", 1.0)}


def variances(trail: Trail) -> tuple[Array, Array]:
    """What the steps' noises add to each entry if they are independent, and the units of rounding of these."""
    values, units = [], []
    for step in trail.steps:
        q = sum(c**2 for c in step.noise.values())
        values.append(q)
        # A factor is read from n·d draws of size one; its square doubles what rounding leaves.
        units.append(2 * np.sqrt(q) * step.allowance / RIGHT + (step.allowance / RIGHT) ** 2)
    return np.array(values), np.array(units)


def of_steps(trail: Trail, eta: float | None, convention: str) -> Iterator[Rule]:
    """The finding on the noise of Langevin steps, and on their length if ``η`` was said."""
    lengths, units = common(trail.steps)
    q, slack = variances(trail)
    noisy = q > 0
    last_is_quiet = len(q) > 1 and not noisy[-1] and bool(noisy[:-1].all())
    use = np.arange(len(q)) < len(q) - last_is_quiet
    reused = [k for k, step in enumerate(trail.steps) if step.reused]
    exact = 2 * lengths[use]
    result = grade(q[use], exact, slack[use] + 2 * units[use])
    tail = "; the last step adds none" if last_is_quiet else ""
    if reused:
        cause = "the same noise is added at every step: it is drawn once, and not for each" if len(reused) >= noisy.sum() - 1 else f"step {reused[0]} adds noise that was used before"
        yield Rule("noise", "wrong", "the draws of a step must be its own; with them again, errors add up and do not average out", cause, q.tolist(), exact.tolist())
    elif np.any(lengths <= 0):
        yield Rule("noise", "wrong", "steps against the score have no stationary law", "the sign of the score: it climbs the energy", q.tolist(), exact.tolist())
    elif result.verdict == "right":
        first = lengths[0]
        words = f"q = 2α: your steps are the H convention (drift η/2, noise √η) with η = {2 * first:.6g}, which is the F convention (drift η, noise √(2η)) with η = {first:.6g}"
        yield Rule("noise", "right", words + tail, "", float(q[0]), float(exact[0]), result.error, result.tolerance)
    else:
        yield Rule("noise", result.verdict, f"Langevin steps of length α need noise of variance 2α{tail}", _cause(lengths[use], units[use], q[use], slack[use]), float(q[0]), float(exact[0]), result.error, result.tolerance)
    yield from _eta(lengths, units, eta, convention, trail.dtype)


def _cause(lengths: Array, units: Array, q: Array, slack: Array) -> str:
    known = {
        "no noise at all: these are steps of purification": 0 * lengths,
        "√2 is missing: the drift is η and the noise √η": lengths,
        "η is doubled in the noise: the drift is η/2 and the noise √(2η), or η and 2√η": 4 * lengths,
        "a variance for a standard deviation: the noise is multiplied by η where the drift is η/2, or by 2η where it is η": 4 * lengths**2,
        "a variance for a standard deviation: the noise is multiplied by η, as the drift is": lengths**2,
    }
    for words, exact in known.items():
        if np.all(np.abs(q - exact) <= RIGHT * (slack + 4 * units * (1 + 2 * np.abs(lengths)))):
            return words
    ratio = q / (2 * lengths)
    same = np.all(np.abs(ratio - ratio[0]) <= RIGHT * (slack + units) / np.abs(lengths) * (1 + np.abs(ratio)))
    return f"the temperature is {ratio[0]:.6g}: the stationary covariance is so many times too large" if same else ""


def _eta(lengths: Array, units: Array, eta: float | None, convention: str, dtype: str) -> Iterator[Rule]:
    if eta is None:
        return
    names = [convention] if convention else list(CONVENTIONS)
    for name in names:
        words, factor = CONVENTIONS[name]
        result = grade(lengths, factor * eta, units)
        if result.verdict == "right":
            yield Rule("step length", "right", f"α = {lengths[0]:.6g}: the {name} convention ({words}) with η = {eta:.6g}", "", lengths.tolist(), factor * eta, result.error, result.tolerance)
            return
    cause = ""
    other = {"H": "F", "F": "H"}.get(convention, "")
    if other and np.all(np.abs(lengths - CONVENTIONS[other][1] * eta) <= RIGHT * units):
        mine = lengths[0] / CONVENTIONS[convention][1]
        cause = f"your steps are the {other} convention ({CONVENTIONS[other][0]}) with η = {eta:.6g}; in {convention} that is η = {mine:.6g}, and the bias is {mine / eta:.3g} times what it should be"
    elif np.all(np.abs(lengths + CONVENTIONS[names[0]][1] * eta) <= RIGHT * units):
        cause = "the sign of the score: it climbs the energy"
    yield Rule("step length", result.verdict, result.words(dtype, "that of reading a length from a state"), cause, lengths.tolist(), CONVENTIONS[names[0]][1] * eta, result.error, result.tolerance)


def injected(trail: Trail, sigma: float | None) -> Iterator[Rule]:
    """The finding on noise that is added to the input, if there is any or should be."""
    entry = trail.entry
    factors = list(entry.noise.values())
    unit = entry.allowance / RIGHT
    if trail.binary is not None:
        same = np.sqrt(np.pi / 2) * trail.binary
        words = f"every entry moves by ±{trail.binary:.6g}"
        cause = f"binary noise of the mean size of Gaussian noise with σ = {same:.6g}; its variance is 2/π of that one's, and no closed form of Gaussian noise applies"
        matches = sigma is not None and abs(trail.binary - np.sqrt(2 / np.pi) * sigma) <= RIGHT * unit
        yield Rule("injected noise", "convention" if sigma is None or matches else "wrong", words, cause, trail.binary, sigma)
        return
    if not entry.explained:
        yield Rule("injected noise", "wrong", f"between the input and the first question lies more than noise and a clip: {entry.residual:.3g} is left over, and rounding would explain {entry.allowance:.3g}", "", entry.residual)
        return
    got = float(np.sqrt(sum(c**2 for c in factors)))
    if sigma is None:
        if factors:
            yield Rule("injected noise", "right", f"σ = {got:.6g} is added to the input, once", "", got)
        return
    result = grade(got, sigma, unit)
    known = {"no noise is added to the input": 0.0, "a variance for a standard deviation: σ² is multiplied with the noise": sigma**2, "√σ for σ": np.sqrt(sigma), "√2·σ": np.sqrt(2) * sigma}
    cause = next((words for words, value in known.items() if abs(got - value) <= RIGHT * unit), "") if result.verdict != "right" else ""
    yield Rule("injected noise", result.verdict, result.words(trail.dtype, "that of reading a factor from a state"), cause, got, sigma, result.error, result.tolerance)
