"""Coefficients of an SDE against a schedule's, and what they are if they are not those: another clock, a factor, a root."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .conventions import Form, constant_ratio, recognise
from .findings import Finding
from .grades import grade
from .schedules import Schedule

Array = NDArray[np.float64]

_CONDITION = "the terms of the coefficient and what a relative change of the time does"


def of_coefficients(schedule: Schedule, at: Array, drift: Array, noise: Array, u: float, dtype: str, mark: str, about: dict[str, Any]) -> list[Finding]:
    """The findings ``drift`` and ``diffusion`` on ``f`` and ``g²`` at these times."""
    exact_drift, exact_noise = schedule.sde(at).T
    drift_unit, noise_unit = u * _conditions(schedule, at)
    mirror = schedule.noise_time + schedule.data_time - at
    turned_drift, turned_noise = schedule.sde(mirror).T
    mirror_drift, mirror_noise = u * _conditions(schedule, mirror)
    horizon = abs(schedule.noise_time - schedule.data_time)
    reversed_time = "its time runs from noise to data, the other way from the schedule's"
    alpha, sigma = schedule.rows(np.array([schedule.noise_time, at[np.argmin(np.abs(at - schedule.data_time))]]))[:, :2].T
    slips = [
        Form("the drift has the wrong sign", -exact_drift, drift_unit, convention=False),
        Form("the drift is twice what it should be: a factor ½ is missing", 2 * exact_drift, 2 * drift_unit, convention=False),
        Form("the drift is half of what it should be", exact_drift / 2, drift_unit, convention=False),
        Form(f"a factor 1/T is missing, T = {horizon:g}", horizon * exact_drift, horizon * drift_unit, convention=False),
        Form("the drift is left out", 0 * exact_drift, drift_unit, convention=False),
        Form(reversed_time, -turned_drift, mirror_drift),
        Form("its time is mirrored, but its drift has the sign of growing noise", turned_drift, mirror_drift, convention=False),
    ]
    roots = np.sqrt(np.abs(exact_noise))
    wide = 2 * np.log(np.abs(sigma[0] / alpha[0] / (sigma[1] / alpha[1]))) if np.all(sigma > 0) else 1.0
    blurs = [
        Form("g² is half of what it should be: a factor 2 is missing in g²", exact_noise / 2, noise_unit, convention=False),
        Form("g² is twice what it should be", 2 * exact_noise, 2 * noise_unit, convention=False),
        Form("the diffusion is g², not g: a variance is given as a standard deviation", exact_noise**2, 2 * noise_unit * np.abs(exact_noise), convention=False),
        Form("the root of the diffusion is taken twice", roots, noise_unit / np.maximum(roots, 1e-300), convention=False),
        Form(f"a factor 1/T is missing, T = {horizon:g}", horizon * exact_noise, horizon * noise_unit, convention=False),
        Form("the noise is left out", 0 * exact_noise, noise_unit, convention=False),
        Form(reversed_time, turned_noise, mirror_noise),
    ]
    return [
        _judge(f"drift{mark}", at, drift, exact_drift, drift_unit, slips, 1.0, dtype, about),
        _judge(f"diffusion{mark}", at, noise, exact_noise, noise_unit, blurs, wide, dtype, about),
    ]


def _conditions(schedule: Schedule, at: Array) -> Array:
    """``κ`` of ``f`` and ``g²``, ``(2, n)``: the terms of ``g² = 2σσ′ − 2fσ²`` by magnitude, and what a relative change of the time does."""
    alpha, sigma, alpha_rate, sigma_rate = schedule.rows(at).T
    drift, _ = schedule.sde(at).T
    step = 1e-6 * np.maximum(np.abs(at), 1e-3)
    moved = np.abs((schedule.sde(at + step) - schedule.sde(at - step)) / (2 * step[:, None]) * at[:, None])
    terms = np.abs(2 * sigma * sigma_rate) + np.abs(2 * alpha_rate / alpha * sigma**2)
    return np.stack([np.abs(drift) + moved[:, 0], terms + moved[:, 1]])


def _judge(
    quantity: str, at: Array, got: Array, exact: Array, unit: Array, forms: Sequence[Form], wide: float, dtype: str, about: dict[str, Any]
) -> Finding:
    # A coefficient that is exactly 0 has no digits to lose.
    given = grade(got, exact, np.maximum(unit, 1e-300))
    verdict, cause = given.verdict, ""
    form = recognise(got, forms) if verdict == "wrong" else None
    ratio = constant_ratio(got, exact, np.maximum(unit, 1e-300)) if verdict == "wrong" and form is None else None
    if form is not None:
        verdict, cause = "convention" if form.convention else "wrong", form.words
    elif ratio is not None:
        # The range of noise levels of a geometric schedule is a factor of its g² that is easily forgotten.
        near = abs(1 / ratio / wide - 1) < 0.5 and quantity.startswith("diffusion")
        hint = ": the factor 2 ln(σ₊/σ₋) of a geometric schedule is about as large" if near else ""
        cause = f"{'g²' if quantity.startswith('diffusion') else 'it'} is {ratio:.6g} times what it should be, at every time{hint}"
    i = given.index
    return Finding(
        quantity, verdict, got=float(got[i]), exact=float(exact[i]), error=given.error, tolerance=given.tolerance,
        because=f"at t = {at[i]:.4g}: {given.words(dtype, _CONDITION)}", reference="closed form", cause=cause,
        details={"times": at.tolist(), "got": got.tolist(), "exact": exact.tolist()}, **about,
    )  # fmt: skip


def of_horizons(findings: Sequence[Finding], ends: Sequence[float | None]) -> list[Finding]:
    """With the remark that a coefficient is right at ``T = 1`` alone, where it is."""
    told = []
    for finding in findings:
        name = finding.quantity.split(" at T = ")[0]
        at_one = [f for f in findings if f.quantity == f"{name} at T = 1" and f.verdict == "right"]
        if finding.verdict == "wrong" and at_one and len(ends) > 1:
            remark = "it is right at T = 1: a factor 1/T is missing or misplaced"
            finding = replace(finding, cause=f"{finding.cause}; {remark}" if finding.cause else remark)
        told.append(finding)
    return told
