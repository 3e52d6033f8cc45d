"""A Brownian path as SDE solvers query it: increments that add up, and the laws of increments and Lévy areas."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .. import _native, frameworks
from ..findings import Finding, Findings, caller
from ..session import check

Array = NDArray[np.float64]


@check
def check_brownian(
    path: Callable[[float, float], Any],
    *,
    begin: float = 0.0,
    end: float = 1.0,
    subject: str = "",
    false_alarm: float = 1e-6,
) -> Findings:
    """Whether increments of one path add up, and whether increments and areas have the law of Brownian motion.

    Args:
        path: ``path(s, t)`` for ``s < t`` gives the increment ``W = B(t) − B(s)`` of many independent paths, ``(n,)``, or the pair of it and
            the space-time Lévy area ``H = 1/(t−s) ∫ (B_r − B_s) dr − ½W``; always of the same paths.
        begin, end: the interval of time.
        subject: a name for the report.
        false_alarm: the rate for the call, shared over its random tests.

    Returns:
        Findings ``repeatable``, ``additivity``, ``variance``, ``independence``, and for areas ``area additivity``, ``area variance``,
        ``area independence``.
    """
    about: dict[str, Any] = dict(check="check_brownian", subject=subject or getattr(path, "__qualname__", type(path).__name__), case=f"B on [{begin:g}, {end:g}]", command=caller())
    middle, quarter = begin + 0.375 * (end - begin), begin + 0.6875 * (end - begin)
    spans = [(begin, end), (begin, middle), (middle, end), (middle, quarter), (quarter, end)]
    try:
        parts = [_asked(path, s, t) for s, t in spans]
        again = _asked(path, begin, middle)
    except Exception as error:  # noqa: BLE001 - whatever a subject raises is a finding
        return Findings([Finding("repeatable", "fault", because=f"{type(error).__name__}: {error}", **about)])
    has_area = parts[0][1] is not None
    u = frameworks.unit_roundoff(parts[0][2])
    names = ["variance", "independence"] + (["area variance", "area independence"] if has_area else [])
    tests = 2 * len(names)
    (whole, *_), (left, *_), (right, *_), (first, *_), (second, *_) = parts
    findings = [
        _equal("repeatable", again[0], left, u, "a second question about the same interval gets another answer", about),
        _equal("additivity", left + right, whole, u, "the increments of two intervals are not that of both together", about),
        _equal("additivity of a finer interval", first + second, right, u, "the increments of two intervals are not that of both together", about),
        _variance("variance", [(w, t - s) for (s, t), (w, _, _) in zip(spans[1:3], parts[1:3])], (false_alarm, tests), about),
        _product("independence", left / np.sqrt(middle - begin), right / np.sqrt(end - middle), (false_alarm, tests), about),
    ]
    if has_area:
        # U = ∫ (B_r − B_s) dr = h (H + W/2) of two intervals, and of both together.
        u_parts = [(t - s) * (h + w / 2) for (s, t), (w, h, _) in zip(spans[:3], parts[:3])]
        together = u_parts[1] + u_parts[2] + (end - middle) * left
        findings += [
            _equal("area additivity", together, u_parts[0], 4 * u, "the areas of two intervals are not that of both together: a sign or a factor of H", about),
            _variance("area variance", [(h, (t - s) / 12) for (s, t), (_, h, _) in zip(spans[1:3], parts[1:3])], (false_alarm, tests), about),
            _product("area independence", left / np.sqrt(middle - begin), parts[1][1] / np.sqrt((middle - begin) / 12), (false_alarm, tests), about),
        ]
    return Findings(findings)


def _asked(path: Callable[[float, float], Any], s: float, t: float) -> tuple[Array, Any, str]:
    answer = path(s, t)
    increment, area = answer if isinstance(answer, tuple) else (answer, None)
    dtype = frameworks.precision(increment) if hasattr(increment, "dtype") else "float64"
    values = frameworks.to_numpy(increment).ravel()
    if len(values) < 1000 or not np.isfinite(values).all():
        raise ValueError(f"{len(values)} increments, {np.sum(~np.isfinite(values))} of them not finite; give at least 1000 independent paths")
    return values, None if area is None else frameworks.to_numpy(area).ravel(), dtype


def _equal(quantity: str, got: Array, exact: Array, u: float, story: str, about: dict[str, Any]) -> Finding:
    error = float(np.abs(got - exact).max())
    tolerance = 8 * u * float(np.abs(exact).max() + np.abs(got).max())
    # A path is often built by dividing intervals: a few roundings at each of its levels.
    verdict = "right" if error <= 16 * tolerance else "wrong"
    because = "8 u κ for each of 16 levels of a tree of intervals, κ the largest increment"
    return Finding(quantity, verdict, error=error, tolerance=16 * tolerance, because=because, reference="closed form", cause=story if verdict == "wrong" else "", **about)


def _variance(quantity: str, samples: list[tuple[Array, float]], plan: tuple[float, int], about: dict[str, Any]) -> Finding:
    """The mean square against the exact variance, by a bound on the tail of χ² that holds for every size."""
    alarm, tests = plan
    squares = np.concatenate([values**2 / variance for values, variance in samples])
    ratio, n = float(squares.mean()), len(squares)
    _, resolution = _native.resolution(n, alarm, tests)
    wrong = _native.refutes_variance(n, ratio, alarm, tests)
    cause = ""
    if wrong:
        cause = "it is 0: the path does not move" if ratio == 0 else f"the variance is {ratio:.4g} times what it should be"
    because = f"mean square of {n} values in units of the exact variance; false alarms at {alarm:g} over {tests} tests; a change by {resolution:.3g} would be seen"
    return Finding(quantity, "wrong" if wrong else "consistent", got=ratio, exact=1.0, error=abs(ratio - 1), tolerance=resolution, because=because, reference="law", cause=cause, **about)


def _product(quantity: str, a: Array, b: Array, plan: tuple[float, int], about: dict[str, Any]) -> Finding:
    """The mean of the product of two independent standard normals, whose variance is 1."""
    alarm, tests = plan
    products = np.ascontiguousarray(a * b)
    low, high = _native.mean_interval(products, 1.0, alarm, tests)
    resolution, _ = _native.resolution(len(products), alarm, tests)
    because = f"mean of {len(products)} products; false alarms at {alarm:g} over {tests} tests; a correlation of {resolution:.3g} would be seen"
    mean = float(products.mean())
    inside = low <= 0 <= high
    cause = "" if inside else f"they are correlated, {mean:.3g}"
    return Finding(quantity, "consistent" if inside else "wrong", got=mean, exact=0.0, error=abs(mean), tolerance=max(high - mean, mean - low), because=because, reference="law", cause=cause, **about)
