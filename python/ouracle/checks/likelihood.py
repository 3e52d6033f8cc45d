"""A log-likelihood by the probability flow: the law, the subject's own prior, its unit, and its estimate of the divergence."""

from __future__ import annotations

import inspect
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .. import _native, frameworks
from ..case import Case
from ..findings import Finding, Findings, caller
from ..laws import Gaussian, Mixture
from ..log_units import DECLARED, Fit, against, nearest, units
from ..schedules import DATA, Level
from ..session import check

Array = NDArray[np.float64]


@check
def check_likelihood(
    log_prob: Callable[..., Any],
    case: Case,
    *,
    start: Level = DATA,
    end: Level | None = None,
    prior: Gaussian | None = None,
    unit: str = "",
    refinements: Sequence[Any] = (),
    accuracy: float | None = None,
    probe: str = "",
    probes: int = 1,
    repeats: int = 200,
    points: ArrayLike | None = None,
    framework: str = "numpy",
    dtype: str = "float64",
    shape: tuple[int, ...] | None = None,
    subject: str = "",
    false_alarm: float = 1e-6,
    seed: int = 0,
) -> Findings:
    """Whether ``log_prob`` returns the log-density of the data, or of what its own prior flows to; in which unit; and if not, why.

    With the prior ``π`` at the level ``end`` and the exact flow ``y`` of ``x``, a perfect code returns
    ``log p(x) + log π(y) − log q(y)``, where ``q`` is the exact law at ``end``: what a prior that is not exact leaves is no error.

    Args:
        log_prob: ``log_prob(x)`` or ``log_prob(x, refinement)`` for ``x`` of the shape ``(batch, *shape)``, giving ``(batch,)``; its network
            is a field of ``case``.
        case: any law.
        start: the level of the data, such as ``σ = 1e-5`` for code that starts there.
        end: the level of the prior; without it only the law itself is a reference.
        prior: the law that the code puts at ``end``; without it ``N(0, 1)``, ``N(0, σ²)`` and the exact law are tried.
        unit: the unit that the code declares: ``nats``, ``nats/dim``, ``bits`` or ``bits/dim``; without one, the unit is found and named as a
            convention, and with one, another is wrong.
        refinements: what is passed as the second argument, coarse to fine (numbers of steps, tolerances), at least two: then what
            the last refinement moves is the tolerance.
        accuracy: what the code claims, in nats; 0 for a closed form. Without it and without refinements an error beyond rounding is
            undecided, unless it is a known mistake.
        probe: ``rademacher`` or ``gaussian`` if the divergence is estimated by random projections.
        probes: how many projections one call averages.
        repeats: how often the estimate is drawn.
        points: where to ask, ``(n, d)``; by default draws of the law.
        framework, dtype, shape: of the ``x`` that the code takes.
        subject: a name for the report.
        false_alarm: the rate for the call, with random projections.
        seed: of the points.

    Returns:
        One finding, ``log-likelihood``.

    Raises:
        ValueError: for a probe or a unit without a name, or refinements that the code does not take.
    """
    known = {*DECLARED, *(each.name for each in units(case.dimension))}
    if unit and unit not in known:
        raise ValueError(f"`{unit}` is no unit known here; choose one of {', '.join(DECLARED)}")
    if probe not in ("", "rademacher", "gaussian", "sphere"):
        raise ValueError(f"`{probe}` is no law of projections known here; choose rademacher, gaussian or sphere")
    if len(refinements) == 1 or (refinements and not _takes_two(log_prob)):
        raise ValueError("refinements need a log_prob(x, refinement) and at least two values, coarse to fine")
    d = case.dimension
    if points is None:
        x = case.law.sample(16, np.random.default_rng(seed)) * start.alpha
        x = x + start.sigma * np.random.default_rng(seed + 1).standard_normal(x.shape)
    else:
        x = np.asarray(points, dtype=np.float64).reshape(-1, d)
    about: dict[str, Any] = dict(check="check_likelihood", subject=subject or getattr(log_prob, "__qualname__", type(log_prob).__name__), case=repr(case), command=caller())
    asked = frameworks.make(x.reshape(len(x), *(shape or (d,))), framework, dtype)
    exact = _references(case, x, start, end, prior)
    variance = exact.projection_variance(probe) / probes if probe else 0.0
    try:
        if variance > 0:
            return Findings([_random(log_prob, asked, refinements, repeats, exact, variance, unit, false_alarm, about)])
        answers = [_ask(log_prob, asked, refinement) for refinement in refinements or (None,)]
    except Exception as error:  # noqa: BLE001 - whatever a subject raises is a finding
        return Findings([Finding("log-likelihood", "fault", because=f"{type(error).__name__}: {error}", **about)])
    fit = nearest(answers[-1], exact.right, d)
    kappa = exact.condition
    rounding = 8 * frameworks.unit_roundoff(dtype) * kappa
    tolerance, because, settled = rounding, f"8 u κ with u of {dtype} and κ = {kappa:.3g} nats", accuracy == 0
    if refinements:
        moved = [float(np.abs(b - a).max() / abs(fit.unit.scale)) for a, b in zip(answers, answers[1:])]
        tolerance = 2 * moved[-1] + rounding
        because = f"twice what the last refinement moves, {moved[-1]:.3g} nats, and rounding; a method whose error halves is nearer than that"
        settled = len(moved) == 1 or moved[-1] < moved[-2] or moved[-1] <= rounding
    elif accuracy:
        tolerance, because, settled = accuracy + rounding, "the accuracy that the code claims, and rounding", True
    return Findings([_decide(answers[-1], fit, exact, (tolerance, because, settled), unit, d, about)])


def _takes_two(call: Callable[..., Any]) -> bool:
    try:
        parameters = list(inspect.signature(call).parameters.values())
    except (TypeError, ValueError):
        return True
    places = [p for p in parameters if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)]
    return len(places) > 1 or any(p.kind is p.VAR_POSITIONAL for p in parameters)


def _ask(log_prob: Callable[..., Any], x: Any, refinement: Any) -> Array:
    answer = frameworks.to_numpy(log_prob(x) if refinement is None else log_prob(x, refinement))
    if answer.size != x.shape[0] or not np.isfinite(answer).all():
        raise ValueError(f"log_prob returned the shape {answer.shape} with {np.sum(~np.isfinite(answer))} entries that are not finite, for {x.shape[0]} points")
    return answer.ravel()


@dataclass(frozen=True)
class _References:
    """What a code may return: right, and wrong in a known way. In nats."""

    right: list[tuple[str, Array]]
    wrong: list[tuple[str, Array]]
    condition: float
    flow: Array | None
    #: ``log |det dy/dx|``, for each point.
    log_det: Array

    def projection_variance(self, probe: str) -> float:
        """The variance that projections of the divergence give an estimate, in nats²."""
        if self.flow is None:
            # On the line a sign always squares to 1; normals do not.
            return 0.0 if probe in ("rademacher", "sphere") else float(2 * np.max(self.log_det**2))
        return float(_native.projection_variance(np.ascontiguousarray(self.flow), probe))


def _references(case: Case, x: Array, start: Level, end: Level | None, prior: Gaussian | None) -> _References:
    law, d = case.log_density(x, start), case.dimension
    right, wrong = [("the law of the data", law)], [("the constant −½ d ln 2π is left out", law + d / 2 * math.log(2 * math.pi))]
    log_det, flow = np.zeros(len(x)), None
    if end is not None:
        y = case.flow(x, start, end)
        at_end = case.log_density(y, end)
        log_det = law - at_end
        named = [("its prior", prior)] if prior is not None else [(f"N(0, {s:.4g}²)", Gaussian(np.zeros(d), s**2)) for s in dict.fromkeys((1.0, end.sigma))]
        for name, law_of_prior in named:
            own = law_of_prior.native.log_density(np.ascontiguousarray(y), DATA.pair)
            right.append((f"the exact flow of the prior {name}", own + log_det))
            wrong += [
                (f"{slip} (with the prior {name})", value)
                for slip, value in (
                    ("the divergence has the wrong sign", own - log_det),
                    ("the divergence is left out", own),
                    ("the divergence counts half", own + log_det / 2),
                    ("the divergence counts twice", own + 2 * log_det),
                    ("the divergence is divided by the dimension", own + log_det / d),
                    ("the prior is left out", log_det),
                    ("the constant −½ d ln 2π of the prior is left out", own + log_det + d / 2 * math.log(2 * math.pi)),
                )
            ]
        if not isinstance(case.law, Mixture):
            matrix, _ = case.gaussian.native.flow(start.pair, end.pair)
            values, axes = np.linalg.eigh((matrix + matrix.T) / 2)
            flow = (axes * np.log(values)) @ axes.T
    return _References(right, wrong, _condition(case, x, law, start, log_det), flow, log_det)


def _condition(case: Case, x: Array, law: Array, start: Level, log_det: Array) -> float:
    """``κ``: the terms of the log-density by magnitude, and what a relative change of the point does to it."""
    score = np.abs(np.stack([(case.log_density(x + h, start) - case.log_density(x - h, start)) / 2e-6 for h in 1e-6 * np.eye(case.dimension)], axis=1))
    constants = case.dimension / 2 * math.log(2 * math.pi)
    return float(np.max(np.abs(law) + 2 * np.abs(law + constants) + 2 * constants + np.abs(log_det) + (score * np.abs(x)).sum(axis=1)))


def _decide(values: Array, fit: Fit, exact: _References, budget: tuple[float, str, bool], unit: str, d: int, about: dict[str, Any]) -> Finding:
    tolerance, because, settled = budget
    verdict, cause = "right", ""
    if fit.error <= tolerance:
        verdict, cause = against(unit, fit.unit.name)
    else:
        slip = nearest(values, exact.wrong, d)
        # A mistake is named if it fits ten times better than every right answer does.
        known = slip.error < fit.error / 10
        cause = f"{slip.reference}: agrees to {slip.error:.2g} nats, in {slip.unit.name}" if known else ""
        if known and not slip.reference.startswith("the constant"):
            fit = nearest(fit.unit.nats(values) if slip.unit.name == fit.unit.name else slip.unit.nats(values), exact.right[-1:], 1)
        verdict = "wrong" if settled or known else "undecided"
        if verdict == "undecided":
            because += "; the code claims no accuracy: give `refinements`, or `accuracy=0` for a closed form"
    return Finding(
        "log-likelihood", verdict, got=fit.got[:4].tolist(), exact=fit.exact[:4].tolist(), error=fit.error, tolerance=tolerance, because=because,
        reference="law" if fit.reference == "the law of the data" else "own flow", cause=cause,
        details={"unit": fit.unit.name, "reference": fit.reference, "points": len(values)}, **about,
    )  # fmt: skip


def _random(
    log_prob: Callable[..., Any], x: Any, refinements: Sequence[Any], repeats: int, exact: _References, variance: float, unit: str,
    false_alarm: float, about: dict[str, Any],
) -> Finding:  # fmt: skip
    """The mean of an estimate whose variance is known, by a test that holds for every sample size."""
    finest = refinements[-1] if refinements else None
    draws = np.stack([_ask(log_prob, x, finest) for _ in range(repeats)])
    d = x.size // x.shape[0] if hasattr(x, "size") and not callable(x.size) else int(np.prod(x.shape[1:]))
    fit = nearest(draws.mean(axis=0), exact.right, d)
    # Where a law is nearly its own flow the projections belong to the flow; both are tried, as right answers.
    residuals = fit.unit.nats(draws) - fit.exact
    # Points that share a projection are one draw, not several.
    shared = bool(np.ptp(residuals, axis=1).max() <= 1e-3 * math.sqrt(variance))
    residuals = residuals[:, 0] if shared else residuals.ravel()
    low, high = _native.mean_interval(np.ascontiguousarray(residuals), variance, false_alarm, 1)
    shift, _ = _native.resolution(len(residuals), false_alarm, 1)
    inside = low <= 0 <= high
    verdict, cause = against(unit, fit.unit.name) if inside else ("wrong", "")
    verdict = "consistent" if verdict == "right" else verdict
    if not inside:
        slip = nearest(draws.mean(axis=0), exact.wrong, d)
        cause = f"{slip.reference}: agrees to {slip.error:.2g} nats, in {slip.unit.name}" if slip.error < fit.error / 4 else ""
    return Finding(
        "log-likelihood",
        verdict,
        got=float(residuals.mean()),
        exact=0.0,
        error=float(abs(residuals.mean())),
        tolerance=float(max(high - residuals.mean(), residuals.mean() - low)),
        because=(
            f"mean of {len(residuals)} estimates less the exact value, in nats; false alarms at {false_alarm:g} with the exact sd {math.sqrt(variance):.3f} of an "
            f"estimate (measured {residuals.std():.3f}); a shift of {shift * math.sqrt(variance):.3g} nats would be seen"
        ),
        reference="law" if fit.reference == "the law of the data" else "own flow",
        cause=cause,
        details={"unit": fit.unit.name, "reference": fit.reference, "sd": float(residuals.std()), "exact sd": math.sqrt(variance), "draws": len(residuals)},
        **about,
    )
