"""Which rule the lengths of a purifier's steps follow, and which mistake they look like.

A fixed length ``α``; Tweedie's ``α = σ²``; ``α = λδ/(1 − z)`` from a probe, which on a Gaussian energy is ``λ gᵀg/gᵀPg`` whatever the probe;
Langevin steps with noise of variance ``2α``, in the convention H (``x + η/2 s + √η z``) or F (``x + η s + √(2η) z``).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .. import _native, frameworks
from ..energies import Energy, GaussianEnergy, MixtureEnergy
from ..grades import RIGHT, grade
from .trail import Step, Trail

Array = NDArray[np.float64]

#: To what the published code clips the length of a step.
PUBLISHED = (1e-5, 1e-1)


@dataclass(frozen=True)
class Rule:
    """What the lengths are: its words, whether they are right, and the cause if not."""

    quantity: str
    verdict: str
    words: str
    cause: str = ""
    got: object = None
    exact: object = None
    error: float | None = None
    tolerance: float | None = None
    #: ``λ`` of adaptive steps.
    relaxation: float | None = None


def kind(trail: Trail) -> str:
    """``langevin``, ``adaptive`` or ``fixed``, by what the steps do."""
    if any(step.noise for step in trail.steps):
        return "langevin"
    if any(not step.shared or step.probe is not None for step in trail.steps):
        return "adaptive"
    return "fixed"


def common(steps: Sequence[Step]) -> tuple[Array, Array]:
    """The one length of each step, and its unit of rounding."""
    return np.array([step.lengths[0] for step in steps]), np.array([step.unit()[0] + frameworks.unit_roundoff("float64") * abs(step.lengths[0]) for step in steps])


def fixed(trail: Trail, energy: Energy, length: float | None) -> Rule:
    """Steps of a length that is declared, or that is taken as it is if none is."""
    lengths, units = common(trail.steps)
    if length is None:
        climbs = bool(np.any(lengths < -RIGHT * units))
        cause = "the sign of the score: it climbs the energy, away from the mode" if climbs else ""
        hint = _relation(lengths[0], units[0], energy.sigma) if len(lengths) == 1 else ""
        words = f"{len(lengths)} step{'s' if len(lengths) > 1 else ''} along the score, α = {_list(lengths)}" + (f", which is {hint}" if hint else "")
        return Rule("step length", "wrong" if climbs else "right", words, cause, got=_few(lengths))
    result = grade(lengths, length, units)
    cause = "" if result.verdict == "right" else _ratio(lengths, units, length) or _relation(lengths[0], units[0], energy.sigma)
    words = result.words(trail.dtype, "that of reading a length from a state")
    return Rule("step length", result.verdict, words, cause, _few(lengths), length, result.error, result.tolerance)


def tweedie(trail: Trail, energy: Energy) -> Rule:
    """One step of length ``σ²``: the posterior mean of the clean data."""
    lengths, units = common(trail.steps)
    exact = float(energy.sigma or np.nan) ** 2
    if len(lengths) > 1:
        return Rule("step length", "wrong", "Tweedie's formula is one step", f"it makes {len(lengths)} steps of {_list(lengths)}", _few(lengths), exact)
    result = grade(lengths, exact, units)
    cause = "" if result.verdict == "right" else _relation(lengths[0], units[0], energy.sigma) or _ratio(lengths, units, exact)
    words = f"α = σ² gives the posterior mean if the noise of the input is that of the training, σ = {energy.sigma:g}; {result.words(trail.dtype, 'that of reading a length from a state')}"
    return Rule("step length", result.verdict, words, cause, float(lengths[0]), exact, result.error, result.tolerance)


def _relation(length: float, unit: float, sigma: float | None) -> str:
    """What a length is in terms of the noise of the training."""
    if sigma is None:
        return ""
    known = {"σ², Tweedie's step": sigma**2, "σ, a standard deviation where the variance belongs": sigma, "σ²/2": sigma**2 / 2, "2σ², as bad as no step at all": 2 * sigma**2, "−σ²: the sign of the score": -(sigma**2)}
    return next((words for words, value in known.items() if abs(length - value) <= RIGHT * unit), "")


def _ratio(lengths: Array, units: Array, exact: float) -> str:
    """A factor that all lengths have in common."""
    known = {"the sign of the score: it climbs the energy": -1.0, "half the length that was said": 0.5, "twice the length that was said": 2.0, "the square of the length that was said": exact, "the root of the length that was said": exact**-0.5 if exact > 0 else np.nan}
    return next((words for words, factor in known.items() if np.all(np.abs(lengths - factor * exact) <= RIGHT * units)), "")


def adaptive(trail: Trail, energy: Energy, relaxation: float | None) -> Iterator[Rule]:
    """Steps of length ``λδ/(1 − z)``, step by step from the purifier's own states."""
    got, unit, exact, cancels = _table(trail, energy)
    with np.errstate(divide="ignore", invalid="ignore"):
        ratios, slack = got / exact, RIGHT * (unit / np.abs(exact) + np.abs(got / exact) * cancels)
    usable = np.isfinite(ratios) & np.isfinite(slack)
    clip = _clip(got, unit)
    scale = relaxation if relaxation is not None else _commonest(ratios[usable], slack[usable])
    with np.errstate(invalid="ignore"):
        agrees = usable & (np.abs(ratios - scale) <= slack)
    held = _held(got, scale * exact, clip, unit) & ~agrees
    if np.any(usable) and np.median(slack[usable]) > abs(scale) / 2:
        words = f"1 − z cancels: at the probe δ = {trail.steps[0].probe or 0:.3g} rounding in {trail.dtype} explains any length; take a larger one"
        yield Rule("step length", "undecided", words, "", got[0, :3].tolist(), (scale * exact[0, :3]).tolist(), error=float(np.nanmax(np.abs(ratios - scale))), tolerance=float(np.median(slack[usable])))
        return
    if (agrees | held | (got == 0) | ~usable).all() and agrees.sum() >= 3:
        error = float(np.abs(ratios - scale)[agrees].max())
        yield _as_it_should(scale, relaxation, trail, energy, clip if np.any(held) else [], error, float(slack[agrees].max()))
        yield from _saddle(got, trail, energy)
        return
    cause = _cause(trail, got, exact, ratios, slack, usable, relaxation)
    words = "three rows of the first step; a length should be λδ/(1 − z)" + ("" if relaxation is not None else ", shown with λ = 1")
    yield Rule("step length", "wrong", words, cause, got[0, :3].tolist(), ((relaxation or 1.0) * exact[0, :3]).tolist())


def _table(trail: Trail, energy: Energy) -> tuple[Array, Array, Array, Array]:
    """Of every step and row: the length, its unit, the exact one for ``λ = 1``, and the relative rounding that the probe costs."""
    u = frameworks.unit_roundoff(trail.dtype)
    rows = []
    for step in trail.steps:
        probe = step.probe or 0.0
        if isinstance(energy, GaussianEnergy):
            exact = np.asarray(_native.gaussian_lengths(energy.precisions[step.level], np.ascontiguousarray(step.score), 1.0))
        elif isinstance(energy, MixtureEnergy):
            exact = np.asarray(_native.mirrored_lengths(energy.mean, energy.spread, np.ascontiguousarray(step.state), probe, 1.0))
        else:
            exact = np.full(len(step.state), np.nan)
        d = step.score.shape[1]
        with np.errstate(divide="ignore", invalid="ignore"):
            # 1 − z is δ/α: it keeps what rounding of a score of d terms, at a state that was rounded itself, leaves of it.
            size = 1 + np.abs(step.state).max(axis=1) / np.linalg.norm(step.score, axis=1)
            cancels = u * (d + 4) * (1 + size * np.abs(exact / probe) if probe else np.ones(len(exact)))
        rows.append((step.lengths, step.unit(), exact, cancels))
    got, unit, exact, cancels = (np.stack(parts) for parts in zip(*rows))
    return got, unit, exact, cancels


def _commonest(ratios: Array, slack: Array) -> float:
    """The ratio that most rows have, to their rounding; those that are known best count most."""
    if not ratios.size:
        return np.nan
    near = np.abs(ratios[:, None] - ratios) <= slack[:, None] + slack
    most = near[int(near.sum(axis=1).argmax())]
    weights = slack[most] ** -2.0
    return float(weights @ ratios[most] / weights.sum())


def _clip(got: Array, unit: Array) -> list[float]:
    """The least and the largest length, where several rows have it or the published code clips: there a clip may hold them."""
    found = []
    with np.errstate(invalid="ignore"):
        for end, published in zip((np.nanmin(got), np.nanmax(got)), PUBLISHED):
            near = np.abs(got - end) <= 2 * RIGHT * unit
            if near.sum() > 1 or np.any(near & (np.abs(got - published) <= RIGHT * unit)):
                found.append(float(end))
    return found


def _held(got: Array, free: Array, clip: list[float], unit: Array) -> NDArray[np.bool_]:
    """Where a length stands at an end of the clip, and without it would be beyond."""
    if not clip:
        return np.zeros(got.shape, dtype=bool)
    low, high, slack = min(clip), max(clip), 2 * RIGHT * unit
    with np.errstate(invalid="ignore"):
        return ((np.abs(got - low) <= slack) & (free <= got + slack)) | ((np.abs(got - high) <= slack) & (free >= got - slack))


def _as_it_should(scale: float, declared: float | None, trail: Trail, energy: Energy, clip: list[float], error: float, slack: float) -> Rule:
    probes = sorted({float(f"{step.probe:.6g}") for step in trail.steps if step.probe is not None})
    words = f"α = λδ/(1 − z) with λ = {scale:.9g}" + (f", asked at the probe δ = {_list(np.array(probes))}" if probes else ", without a probe")
    words += "; on a Gaussian energy the probe does not matter" if isinstance(energy, GaussianEnergy) else ""
    words += ". The tolerance is 8·u·κ; 1 − z cancels, κ is about 1/(δ·curvature)"
    if clip:
        held = " and ".join(f"{end:.6g}" for end in dict.fromkeys(clip))
        return Rule("step length", "convention", words, f"some lengths are clipped, to {held}; the energy decay of the exact rule does not hold for them", scale, declared, error, slack, relaxation=scale)
    if not 0 < scale < 2:
        likely = next((f"; that is λ/δ with λ = {scale * p:.6g}: the factor δ is missing" for p in probes if 0 < scale * p < 2), "")
        return Rule("step length", "wrong", words, f"λ is not between 0 and 2, so that steps raise the energy{likely}", scale, declared, error, slack)
    return Rule("step length", "right", words, "", scale, declared, error, slack, relaxation=scale)


def _saddle(got: Array, trail: Trail, energy: Energy) -> Iterator[Rule]:
    """Between the modes the energy is concave along the score: a length without a clamp is negative there."""
    if not isinstance(energy, MixtureEnergy):
        return
    backwards = int(np.sum(got < 0))
    if backwards:
        k, row = np.argwhere(got < 0)[0]
        words = f"at x = {_list(trail.steps[k].state[row])} the length is {got[k, row]:.4g}; {backwards} of {got.size} are negative"
        yield Rule("step sign", "wrong", words, "it moves towards the saddle between the modes, where the energy is concave along the score; clamp the length from below", float(got[k, row]))
    else:
        yield Rule("step sign", "right", "no length is negative, between the modes neither")


def _cause(trail: Trail, got: Array, exact: Array, ratios: Array, slack: Array, usable: NDArray[np.bool_], relaxation: float | None) -> str:
    if all(step.shared for step in trail.steps):
        lengths, units = common(trail.steps)
        if np.ptp(lengths) <= 2 * RIGHT * units.max():
            near = [end for end in PUBLISHED if abs(lengths[0] - end) <= RIGHT * units[0]]
            return f"every length is {lengths[0]:.6g}: the clip of the published code always holds it" if near else f"every length is {lengths[0]:.6g}: the probe has no effect"
        return "one length for the whole batch: z is summed over all samples, so a sample is purified differently beside others"
    # Each alternative, as what multiplies the exact length for λ = 1.
    probe = trail.steps[0].probe or np.nan
    if relaxation is not None:
        known = {"the factor δ is missing": 1 / probe, "the factor λ is missing": 1 / relaxation, "λ and δ are missing": 1 / (relaxation * probe), "the sign of the length": -1.0}
        for words, factor in known.items():
            if np.all((np.abs(ratios - factor * relaxation) <= slack)[usable]):
                return words
    with np.errstate(all="ignore"):
        norms = np.stack([np.linalg.norm(step.score, axis=1) for step in trail.steps])
        z = 1 - probe / exact
        others = {
            "z is not divided by |s|²": probe / (1 - z * norms**2),
            "z is divided by |s| and not by |s|²": probe / (1 - z * norms),
            "1 + z for 1 − z": probe / (1 + z),
            "1/(1 − z) is turned over": probe * (1 - z),
            "it is multiplied by |s|": exact * norms,
            "it is divided by |s|, a step of fixed size": exact / norms,
            "the gradient is divided by its own norm": 1 / norms,
        }
        for words, lengths in others.items():
            quotient, off = got / lengths, np.abs(slack * exact / lengths)
            use = usable & np.isfinite(quotient)
            if use.sum() >= 3 and np.all(np.abs(quotient - _commonest(quotient[use], off[use]))[use] <= 2 * off[use]):
                return words
    return ""


def _few(lengths: Array) -> object:
    return float(lengths[0]) if f'{lengths.min():.9g}' == f'{lengths.max():.9g}' else lengths.tolist()


def _list(lengths: Array) -> str:
    values = np.atleast_1d(lengths)
    words = [f"{value:.6g}" for value in values]
    return words[0] if len(set(words)) == 1 else ", ".join(words[:4]) + (", …" if len(words) > 4 else "")
