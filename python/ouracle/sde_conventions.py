"""Coefficients of an SDE against a schedule's, and what they are if they are not those: another clock, a factor, a root."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from .findings import Finding
from .frameworks import unit_roundoff
from .schedules import Schedule

Array = NDArray[np.float64]


class _Given(Protocol):
    @property
    def drift(self) -> float: ...
    @property
    def noise(self) -> float: ...
    @property
    def stray(self) -> float: ...


@dataclass(frozen=True)
class _Way:
    """A way in which coefficients differ from the exact ones."""

    verdict: str
    story: str
    values: Array


def of_coefficients(
    schedule: Schedule, at: Array, ask: Callable[[float], Any], given: Sequence[_Given], dtype: str, mark: str, about: dict[str, Any]
) -> list[Finding]:
    """The findings ``drift`` and ``diffusion``."""
    exact_drift, exact_noise = schedule.sde(at).T
    alpha, sigma, alpha_rate, sigma_rate = schedule.rows(at).T
    # κ: the terms of g² = 2σ(σ′ − fσ) by magnitude, and what a relative change of the time does.
    step = 1e-6 * np.maximum(np.abs(at), 1e-3)
    moved = (schedule.sde(at + step) - schedule.sde(at - step)) / (2 * step[:, None]) * at[:, None]
    drift_kappa = np.abs(exact_drift) + np.abs(moved[:, 0])
    noise_kappa = np.abs(2 * sigma * sigma_rate) + np.abs(2 * alpha_rate / alpha * sigma**2) + np.abs(moved[:, 1])
    drift, noise = np.array([c.drift for c in given]), np.array([c.noise for c in given])
    mirror = schedule.noise_time + schedule.data_time - at
    turned_drift, turned_noise = schedule.sde(mirror).T
    horizon = abs(schedule.noise_time - schedule.data_time)
    reversed_time = "its time runs from noise to data, the other way from the schedule's"
    drift_ways = [
        _Way("convention", reversed_time, -turned_drift),
        _Way("wrong", "its coefficients are at the mirrored time, but its drift has the sign of growing noise", turned_drift),
        _Way("wrong", "the drift has the wrong sign", -exact_drift),
        _Way("wrong", "the drift is twice what it should be: a factor ½ is missing", 2 * exact_drift),
        _Way("wrong", "the drift is half of what it should be", exact_drift / 2),
        _Way("wrong", f"a factor 1/T is missing, T = {horizon:g}", horizon * exact_drift),
        _Way("wrong", "the drift is left out", 0 * exact_drift),
    ]
    with np.errstate(divide="ignore", invalid="ignore"):
        log_range = 2 * np.log(np.max(sigma / alpha) / np.min(sigma / alpha))
    noise_ways = [
        _Way("convention", reversed_time, turned_noise),
        _Way("wrong", "g² is half of what it should be: a factor 2 is missing in g²", exact_noise / 2),
        _Way("wrong", "g² is twice what it should be", 2 * exact_noise),
        _Way("wrong", "the diffusion is g², not g: a variance is given as a standard deviation", exact_noise**2),
        _Way("wrong", "the root of the diffusion is taken twice", np.sqrt(np.abs(exact_noise))),
        _Way("wrong", f"a factor 1/T is missing, T = {horizon:g}", horizon * exact_noise),
        _Way("wrong", f"g² is divided by 2 ln(σ₊/σ₋) = {log_range:.4g}: g lacks √(2 ln(σ₊/σ₋))", exact_noise / log_range),
        _Way("wrong", "the noise is left out", 0 * exact_noise),
    ]
    u = unit_roundoff(dtype)
    stray = max(c.stray for c in given)
    findings = [
        _judge(f"drift{mark}", at, drift, exact_drift, drift_kappa, drift_ways, u, dtype, about),
        _judge(f"diffusion{mark}", at, noise, exact_noise, noise_kappa, noise_ways, u, dtype, about),
    ]
    if stray > 64 * u * float(max(np.abs(drift).max(), np.abs(noise).max(), 1.0)):
        because = f"drift and g gᵀ are {stray:.3g} away from f(t)·x and g(t)²·I"
        findings[0] = replace(findings[0], verdict="wrong", because=because, error=stray, cause="the drift is not linear in the state, or the noise not isotropic")
    return findings


def _judge(quantity: str, at: Array, got: Array, exact: Array, kappa: Array, ways: Sequence[_Way], u: float, dtype: str, about: dict[str, Any]) -> Finding:
    def excess(values: Array) -> float:
        # A coefficient that is exactly 0 has no digits to lose.
        return float(np.max(np.abs(got - values) / (u * np.maximum(kappa, np.abs(values)) + 1e-300)))

    ratio, verdict, cause = excess(exact), "right", ""
    if ratio > 8:
        verdict = "degraded" if ratio <= 1024 else "wrong"
        # The nearest way; a right answer in another clock is a convention.
        way = min(ways, key=lambda way: excess(way.values))
        if verdict == "wrong" and excess(way.values) <= 1024:
            verdict, cause = way.verdict, way.story
        elif verdict == "wrong":
            quotients = got / np.where(exact == 0, np.nan, exact)
            if np.ptp(quotients) <= 1024 * u * np.abs(quotients).max():
                cause = f"it is {quotients[0]:.6g} times what it should be, at every time"
    worst = int(np.argmax(np.abs(got - exact)))
    return Finding(
        quantity,
        verdict,
        got=float(got[worst]),
        exact=float(exact[worst]),
        error=float(abs(got[worst] - exact[worst])),
        tolerance=float(8 * u * kappa[worst]),
        because=f"8 u κ at t = {at[worst]:.4g}, u of {dtype}, κ the terms of the coefficient and what a relative change of t does; the error is {ratio:.3g} u κ",
        reference="closed form",
        cause=cause,
        details={"times": at.tolist(), "got": got.tolist(), "exact": exact.tolist()},
        **about,
    )


def of_horizons(findings: Sequence[Finding], ends: Sequence[float | None]) -> list[Finding]:
    """With the remark that a coefficient is right at ``T = 1`` alone, where it is."""
    told = []
    for finding in findings:
        name = finding.quantity.split(" at T = ")[0]
        others = [f for f in findings if f.quantity == f"{name} at T = 1"]
        if finding.verdict == "wrong" and others and others[0].verdict == "right" and others[0] is not finding and len(ends) > 1:
            remark = "right at T = 1 and wrong at another end: a factor 1/T is missing or misplaced"
            finding = replace(finding, cause=f"{finding.cause}; {remark}" if finding.cause else remark)
        told.append(finding)
    return told
