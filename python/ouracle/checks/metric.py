"""The continuous ranked probability score as people compute it: from a Gaussian law, from an ensemble, from a grid of quantiles."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .. import _native, frameworks
from ..findings import Finding, Findings, caller
from ..session import check

Array = NDArray[np.float64]

#: What a metric may be fed with.
FORECASTS = ("gaussian", "ensemble", "quantiles")


@dataclass(frozen=True)
class Reading:
    """Something that a metric may return: ``right``, a ``convention``, or ``wrong``, with what to say of it."""

    verdict: str
    story: str
    values: Array
    radius: Array


@check
def check_metric(
    metric: Callable[..., Any],
    forecast: str,
    *,
    estimator: str = "",
    accuracy: float = 0.0,
    framework: str = "numpy",
    dtype: str = "float64",
    members: int = 20,
    subject: str = "",
    seed: int = 0,
) -> Findings:
    """Which score ``metric`` computes: the CRPS, one of its estimators, or something else.

    Args:
        metric: ``metric(observed, mean, sd)``, ``metric(observed, members)`` or ``metric(observed, quantiles, levels)`` for the forecasts
            ``gaussian``, ``ensemble`` and ``quantiles``: shapes ``(n,)``, ``(n, M)``, ``(n, K)`` and ``(K,)``. It gives ``(n,)``, or their mean or sum.
        forecast: one of the three.
        estimator: what the metric says of itself: ``1/M²`` or ``fair`` for an ensemble; without it both are right, and the finding
            names it as a convention.
        accuracy: what the metric claims beside rounding, if it computes by quadrature.
        framework, dtype: of the arrays.
        members: the size ``M`` of an ensemble; it should be small, so that estimators differ.
        subject: a name for the report.
        seed: of the numbers that are scored.

    Returns:
        One finding, ``crps``.

    Raises:
        ValueError: if the forecast has another name, or there are fewer than three members.
    """
    if forecast not in FORECASTS:
        raise ValueError(f"`{forecast}` is no forecast known here; choose one of {', '.join(FORECASTS)}")
    if members < 3:
        raise ValueError(f"an ensemble of {members} members cannot tell estimators apart; give at least three")
    about: dict[str, Any] = dict(check="check_metric", subject=subject or getattr(metric, "__qualname__", type(metric).__name__), case=forecast, command=caller(), reference="closed form")
    arguments, readings = _CASES[forecast](np.random.default_rng(seed), members, dtype)
    arrays = [frameworks.make(argument, framework, dtype) for argument in arguments]
    swapped, returned = False, None
    try:
        returned = frameworks.to_numpy(metric(*arrays))
    except Exception as error:  # noqa: BLE001 - perhaps the arguments stand in another order
        try:
            returned, swapped = frameworks.to_numpy(metric(*arrays[1::-1], *arrays[2:])), True
        except Exception:  # noqa: BLE001 - it is no better the other way round
            return Findings([Finding("crps", "fault", because=f"{type(error).__name__}: {error}", **about)])
    if returned.size not in (1, len(arguments[0])) or not np.isfinite(returned).all():
        because = f"it returned the shape {returned.shape}, {np.sum(~np.isfinite(returned))} entries not finite, for {len(arguments[0])} observations"
        return Findings([Finding("crps", "fault", because=because, **about)])
    return Findings([_decide(returned.ravel(), arguments[0], readings, estimator, swapped, dtype, accuracy, about)])


def _decide(returned: Array, observed: Array, readings: list[Reading], estimator: str, swapped: bool, dtype: str, accuracy: float, about: dict[str, Any]) -> Finding:
    unit = 8 * frameworks.unit_roundoff(dtype) / frameworks.unit_roundoff("float64")
    single = returned.size == 1 and len(observed) > 1
    best: tuple[float, float, float, Reading, str] | None = None
    for reading in readings:
        for reduction, weight in _reductions(observed, single):
            values = reading.values @ weight if single else reading.values * weight
            allowed = unit * float(np.max(np.abs(weight) @ reading.radius if single else reading.radius * abs(weight))) + accuracy
            error = float(np.max(np.abs(returned - values)))
            if best is None or error / allowed < best[0]:
                best = (error / allowed, error, allowed, reading, reduction)
    assert best is not None
    ratio, error, allowed, reading, reduction = best
    # Eight units are allowed; a thousand are lost digits, and beyond that it is another formula.
    notes = [text for text in (reading.story, reduction, "its first two arguments stand in the other order" if swapped else "") if text]
    if ratio > 128:
        right = readings[0]
        single_precision = ratio <= frameworks.unit_roundoff("float32") / frameworks.unit_roundoff(dtype)
        cause = f"it has the digits of single precision only, for input in {dtype}: {'; '.join(notes)}" if single_precision else ""
        verdict, allowed = "wrong", unit * float(right.radius.max())
        error = float(np.max(np.abs(returned - (right.values.mean() if single else right.values))))
        reading = right
    else:
        grade = "right" if ratio <= 1 else "degraded"
        verdict = reading.verdict if reading.verdict == "wrong" else grade
        if verdict == "right" and (reading.verdict == "convention" or reduction or swapped):
            verdict = "convention"
        if verdict == "convention" and estimator and reading.verdict == "convention":
            verdict = "right" if estimator in reading.story else "wrong"
        cause = "; ".join(notes) if verdict != "right" else ""
    if estimator and verdict == "right" and estimator not in reading.story and len(readings[0].values) and "ensemble" in about["case"]:
        verdict, cause = "wrong", f"{reading.story}, not {estimator}"
    shown = readings[0] if verdict == "wrong" else reading
    return Finding(
        "crps", verdict, got=returned[:4].tolist(), exact=shown.values[:4].tolist() if not single else float(shown.values.mean()), error=error, tolerance=allowed,
        because=f"8 units of rounding of {dtype}, by interval arithmetic" + (f", and the {accuracy:g} that it claims" if accuracy else ""), cause=cause, details={"reading": reading.story, "reduction": reduction}, **about,
    )  # fmt: skip


def _reductions(observed: Array, single: bool) -> list[tuple[str, Any]]:
    n = len(observed)
    if not single:
        return [("", 1.0), ("with the sign turned, so that larger is better", -1.0)]
    return [
        ("the mean over the observations", np.full(n, 1 / n)),
        ("the sum over the observations", np.ones(n)),
        ("the sum over the observations, divided by Σ|y|", np.full(n, 1 / np.abs(observed).sum())),
    ]


def _gaussian(rng: np.random.Generator, _: int, dtype: str) -> tuple[list[Array], list[Reading]]:
    n = 24
    # Positive, and nowhere 1, so that every wrong order of arguments and every square shows.
    mean, sd = _rounded(rng.uniform(1.2, 3.0, n), dtype), _rounded(np.where(rng.random(n) < 0.5, rng.uniform(0.3, 0.8, n), rng.uniform(1.3, 2.5, n)), dtype)
    observed = _rounded(mean + sd * rng.uniform(-3, 3, n), dtype)
    observed = np.where(np.abs(observed) < 0.2, 0.5, observed)

    def crps(centre: Array, spread: Array, y: Array) -> tuple[Array, Array]:
        columns = [np.ascontiguousarray(column) for column in (centre, spread, y, np.zeros(n))]
        return _native.gaussian_crps(*columns)

    exact, radius = crps(mean, sd, observed)
    width = sd / math.sqrt(math.pi)
    density = (observed - mean) ** 2 / (2 * sd**2) + np.log(sd) + math.log(2 * math.pi) / 2
    readings = [
        Reading("right", "the CRPS of a Gaussian law", exact, radius),
        Reading("convention", "its last argument is a variance, not a standard deviation", *crps(mean, np.sqrt(sd), observed)),
        Reading("wrong", "the square of the standard deviation stands where the standard deviation belongs", *crps(mean, sd**2, observed)),
        Reading("wrong", "mean and standard deviation are swapped", *crps(sd, mean, observed)),
        Reading("wrong", "observation and standard deviation are swapped", *crps(mean, np.abs(observed), sd)),
        Reading("wrong", "half of the score: the factor 2 of the pinball loss is left out", exact / 2, radius),
        Reading("wrong", "the term −sd/√π is left out", exact + width, radius),
        Reading("wrong", "2/√π stands where 1/√π belongs", exact - width, radius),
        Reading("wrong", "the score is not multiplied by the standard deviation", exact / sd, radius / sd),
        Reading("wrong", "it is the logarithmic score −log p(y), not the CRPS", density, radius),
    ]
    return [observed, mean, sd], readings


def _ensemble(rng: np.random.Generator, m: int, dtype: str) -> tuple[list[Array], list[Reading]]:
    n = 24
    members = _rounded(rng.normal(0.5, 1.3, (n, m)), dtype)
    observed = _rounded(rng.normal(0.2, 1.5, n), dtype)

    def score(pairs: str, shift: int = 1, rows: Array = members) -> tuple[Array, Array]:
        return _native.ensemble_crps(np.ascontiguousarray(rows), observed, pairs, shift)

    levels = np.arange(1, 20) / 20
    quantiles = np.quantile(members, levels, axis=1).T.copy()
    pinball = _native.quantile_crps(levels, quantiles, observed)
    misses = np.abs(members - observed[:, None]).mean(axis=1)
    all_pairs, radius = score("all")
    bias = f"E of it is (1 + 1/M) times the CRPS of a calibrated Gaussian law; here 1/M = 1/{m}"
    readings = [
        Reading("convention", f"1/M²: the score of the empirical law, each member paired also with itself; {bias}", all_pairs, radius),
        Reading("convention", "fair (also called PWM): the spread over M(M − 1) pairs; unbiased", *score("distinct")),
        Reading("convention", "the approximate kernel representation: the spread over neighbours in the order given; unbiased, of larger variance", *score("shifted")),
        Reading("convention", "the approximate kernel representation over members half the ensemble apart; unbiased, of larger variance", *score("shifted", m // 2)),
        Reading("wrong", "the spread over neighbours of the sorted ensemble: far too small", *score("shifted", 1, np.sort(members, axis=1))),
        Reading("wrong", "the spread over members half the ensemble apart in the sorted ensemble: too large", *score("shifted", m // 2, np.sort(members, axis=1))),
        Reading("wrong", "the mean of 19 pinball losses, which is no CRPS (1.048 times that of a calibrated Gaussian law)", *pinball),
        Reading("wrong", "forecast and observation are swapped in the pinball loss", *_swapped_pinball(levels, quantiles, observed)),
        Reading("wrong", "half of the score: the factor 2 of the pinball loss is left out", all_pairs / 2, radius),
        Reading("wrong", "the spread of the ensemble is left out", misses, radius),
        Reading("wrong", "the spread of the ensemble is not halved", 2 * all_pairs - misses, 3 * radius),
    ]
    return [observed, members], readings


def _quantiles(rng: np.random.Generator, _: int, dtype: str) -> tuple[list[Array], list[Reading]]:
    n, levels = 24, _rounded(np.arange(1, 20) / 20, dtype)
    quantiles = _rounded(np.sort(rng.normal(0.5, 1.3, (n, len(levels))), axis=1), dtype)
    observed = _rounded(rng.normal(0.2, 1.5, n), dtype)
    values, radius = _native.quantile_crps(levels, quantiles, observed)
    readings = [
        Reading("right", "twice the mean pinball loss (the quantile-grid score, not the CRPS)", values, radius),
        Reading("wrong", "forecast and observation are swapped in the pinball loss", *_swapped_pinball(levels, quantiles, observed)),
        Reading("convention", "the mean pinball loss, half of the quantile-grid score", values / 2, radius),
        Reading("convention", "the sum of doubled pinball losses over the levels", values * len(levels), radius * len(levels)),
        Reading("convention", "the sum of pinball losses over the levels", values * len(levels) / 2, radius * len(levels)),
    ]
    return [observed, quantiles, levels], readings


def _swapped_pinball(levels: Array, quantiles: Array, observed: Array) -> tuple[Array, Array]:
    """The loss of ``y`` as a quantile of level ``q`` of each forecast: the level of a miss is turned round."""
    return _native.quantile_crps(1 - levels, quantiles, observed)


def _rounded(values: Array, dtype: str) -> Array:
    """Numbers that the precision of the subject has, so that it is not blamed for theirs."""
    return values.astype(dtype).astype(np.float64)


_CASES: dict[str, Callable[[np.random.Generator, int, str], tuple[list[Array], list[Reading]]]] = {
    "gaussian": _gaussian,
    "ensemble": _ensemble,
    "quantiles": _quantiles,
}
