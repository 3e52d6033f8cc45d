"""Schedules: are the levels usable, do rates and SDE fit them, and are they those of a named schedule?"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .. import conventions, frameworks, given, grades, likeness
from ..differences import derivative
from ..findings import Finding, Findings, caller
from ..given import Given
from ..grades import grade
from ..schedules import Schedule
from ..session import check

Array = NDArray[np.float64]


@check
def check_schedule(
    schedule: Any,
    *,
    times: Any = None,
    like: Schedule | None = None,
    sde: Callable[[Any], Any] | None = None,
    ends: tuple[float, float] | None = None,
    predicts: Sequence[str] = (),
    low: str | None = None,
    framework: str = "numpy",
    dtype: str = "float64",
    subject: str = "",
) -> Findings:
    """Whether a schedule is usable, consistent with itself, and the one that it should be.

    Args:
        schedule: a table (a bare one holds ᾱ; else ``{"betas": …}`` or another name of :data:`ouracle.given.TABLES`), a function
            of time that returns ``(α, σ)`` or ``(α, σ, α′, σ′)``, or a schedule of the library.
        times: ``(data_time, noise_time)``, or all times, of a function; the times of a table, its indices by default.
        like: the schedule that it should be. A table may also be a discretisation of a process, which is then named.
        sde: ``sde(t) -> (f, g)`` of ``dz = f z dt + g dB`` in the direction of growing noise.
        ends: the least and the greatest ``σ/α`` that it should reach.
        predicts: kinds of network that will be used on it; predicting noise needs a signal at the noisiest level.
        low: a lower precision, such as ``float32``, in which a function should lose no digits near the data.
        framework, dtype: of the times that a function takes, and its precision.
        subject: a name for the report.

    Returns:
        Findings on ``admissible``, ``monotone``, ``scale``, ``terminal SNR`` and, as far as they were asked for or given, ``betas``,
        ``rates``, ``f``, ``g``, ``ends``, ``levels`` and ``cancellation``.

    Raises:
        ValueError: if it cannot be understood what was given; the message says what is missing.
    """
    about: dict[str, Any] = dict(check="check_schedule", subject=subject or getattr(schedule, "__qualname__", ""), command=caller(), reference="closed form")
    if like is not None:
        about["case"] = repr(like)
        if times is None and callable(schedule) and not isinstance(schedule, Schedule):
            times = (like.data_time, like.noise_time)
    try:
        mine = given.read(schedule, times, framework, dtype)
    except ValueError:
        raise
    except Exception as error:  # noqa: BLE001 - a subject may raise anything
        return Findings([Finding("admissible", "fault", because=f"the schedule raised {type(error).__name__}: {error}", **about)])
    found = [_admissible(mine, predicts), _monotone(mine)]
    if all(finding.verdict not in ("fault", "wrong") for finding in found):
        found += [_scale(mine), _terminal(mine)]
    parts: list[Callable[[], list[Finding]]] = []
    if mine.tables is not None and "betas" in mine.tables:
        parts.append(lambda: [_betas(mine)])
    if mine.at is not None:
        parts.append(lambda: _moving(mine, sde, framework))
    if ends is not None:
        parts.append(lambda: [_ends(mine, ends)])
    if like is not None:
        parts.append(lambda: [likeness.finding(mine, like)])
    if low is not None and mine.at is not None:
        parts.append(lambda: [_cancellation(schedule, mine, framework, low)])
    for part in parts:
        try:
            found += part()
        except Exception as error:  # noqa: BLE001 - what was found before stays
            found.append(Finding("evaluation", "fault", because=f"the schedule raised {type(error).__name__}: {error}"))
    return Findings(replace(finding, **about) for finding in found)


def _admissible(mine: Given, predicts: Sequence[str]) -> Finding:
    """Finite levels with signal and noise: every formula divides by α or σ somewhere."""
    alpha, sigma = mine.alpha, mine.sigma
    broken = np.flatnonzero(~(np.isfinite(alpha) & np.isfinite(sigma) & (alpha >= 0) & (sigma >= 0)))
    if len(broken):
        i = int(broken[0])
        cause = ""
        if mine.tables is not None and "betas" in mine.tables and mine.tables["betas"].max() > 1:
            cause = f"beta is {mine.tables['betas'].max():.4g} > 1: a scale such as 1000/T was applied to too few steps"
        return Finding("admissible", "wrong", got=[alpha[i], sigma[i]], because=f"at time {mine.times[i]:g} (alpha, sigma) is no level", cause=cause)
    noisy = int(np.argmin(np.where(sigma > 0, alpha / np.where(sigma > 0, sigma, 1), np.inf)))
    silent, clean = np.flatnonzero(alpha == 0), np.flatnonzero(sigma == 0)
    # A function may start at the data themselves, and a list of sigmas may end there.
    ending = mine.at is not None or (mine.tables is not None and "sigmas" in mine.tables)
    inside = [int(i) for i in clean if not (ending and mine.times[i] == mine.data_time)]
    if inside:
        because = f"at time {mine.times[inside[0]]:g} there is no noise (ᾱ = 1), and formulas divide by 1 − ᾱ there; ᾱ must lie strictly below 1"
        return Finding("admissible", "wrong", got=float(alpha[inside[0]] ** 2), because=because, cause="ᾱ is 1 at a level: the clean end belongs before the first level")
    if len(silent) and any(int(i) != noisy for i in silent):
        return Finding("admissible", "wrong", got=0.0, because=f"α is 0 at time {mine.times[silent[0]]:g}, which is not the noisy end")
    if len(silent) and any(kind in ("eps", "score") for kind in predicts):
        because = f"α is 0 at time {mine.times[silent[0]]:g}: x̂ = (z − σε̂)/α divides by 0, so a network that predicts noise says nothing about the data"
        return Finding("admissible", "wrong", got=0.0, because=because, cause="zero terminal SNR with noise prediction; predict x0 or v, or keep ᾱ_T > 0")
    ends = " but for its noisy end" if len(silent) else ""
    return Finding("admissible", "right", because=f"α > 0 and σ > 0 at {len(alpha)} times" + (" but for its clean end" if len(clean) else "") + ends)


def _monotone(mine: Given) -> Finding:
    """Noise must grow strictly from level to level: a repeated level is a step of no length."""
    with np.errstate(divide="ignore", invalid="ignore"):
        logs = np.log(mine.alpha) - np.log(mine.sigma)
    if len(logs) < 2 or np.isnan(logs).any():
        return Finding("monotone", "undecided", because="there are fewer than two levels with a log-SNR")
    with np.errstate(invalid="ignore"):
        steps = np.diff(logs) * (1 if logs[0] < logs[-1] else -1)
    if np.isnan(steps).any():
        i = int(np.flatnonzero(np.isnan(steps))[0])
        return Finding("monotone", "wrong", because=f"the levels {i} and {i + 1} are both without noise or without signal", cause="a level is repeated")
    if (steps > 0).all():
        direction = "falls" if logs[-1] < logs[0] else "rises"
        return Finding("monotone", "right", because=f"the log-SNR {direction} strictly along {len(logs)} times", details={"half_log_snr": [float(logs[0]), float(logs[-1])]})
    i = int(np.argmin(steps))
    tied = bool((steps >= 0).all())
    where = f"between the times {mine.times[i]:g} and {mine.times[i + 1]:g}"
    if tied:
        # Rounding of ᾱ near 1, or of 1 near 0, may hide a step that is there.
        usual = float(np.median(steps))
        u = frameworks.unit_roundoff(mine.dtype)
        hidden = 4 * u * max(1.0, float((mine.alpha[i] / mine.sigma[i]) ** 2)) if mine.sigma[i] > 0 else np.inf
        if hidden > usual:
            return Finding("monotone", "degraded", got=0.0, because=f"{where} the level does not change: {mine.dtype} cannot hold the difference")
        place = "the last level is repeated" if i == len(steps) - 1 or i == 0 else "a level is repeated"
        return Finding("monotone", "wrong", got=0.0, because=f"{where} the level does not change", cause=f"{place}: a step there has no length, and what it should remove stays")
    return Finding("monotone", "wrong", got=float(steps[i]), because=f"{where} the log-SNR goes the other way by {-steps[i]:.3g}")


def _scale(mine: Given) -> Finding:
    """Which scale the state has, found out and not asked."""
    u = frameworks.unit_roundoff(mine.dtype)
    total = mine.alpha**2 + mine.sigma**2
    kinds = (
        ("variance preserving, α² + σ² = 1", total, 1.0),
        ("variance exploding, α = 1", mine.alpha, 1.0),
        ("a straight path, α + σ = 1", mine.alpha + mine.sigma, 1.0),
    )
    for words, values, exact in kinds:
        if grade(values, exact, 4 * u).verdict == "right":
            return Finding("scale", "right", because=words, error=float(np.abs(values - exact).max()), tolerance=32 * u)
    spread = float(np.ptp(total))
    if spread <= 32 * u * float(total.max()):
        return Finding("scale", "convention", got=float(total[0]), because=f"α² + σ² = {total[0]:.9g} at all times, not 1")
    return Finding("scale", "convention", because=f"neither α² + σ², nor α, nor α + σ is 1; α² + σ² lies in [{total.min():.4g}, {total.max():.4g}]")


def _terminal(mine: Given) -> Finding:
    """How much signal is left at the noisy end: what a sampler that starts from pure noise gets wrong."""
    snr = float(np.min((mine.alpha / np.where(mine.sigma > 0, mine.sigma, np.nan)) ** 2, where=mine.sigma > 0, initial=np.inf))
    if snr == 0:
        return Finding("terminal SNR", "convention", got=0.0, because="zero terminal SNR: the noisiest level holds no signal; x0 and v can be predicted there, noise says nothing")
    return Finding("terminal SNR", "right", got=snr, because=f"α²/σ² is {snr:.3g} at the noisy end; a start from pure noise leaves that much of the data's mean and variance out")


def _betas(mine: Given) -> Finding:
    """Betas in (0, 1), and the ᾱ given beside them their products."""
    assert mine.tables is not None
    betas, u = mine.tables["betas"], frameworks.unit_roundoff(mine.dtype)
    bad = np.flatnonzero(~((betas > 0) & (betas <= 1)))
    if len(bad):
        return Finding("betas", "wrong", got=float(betas[bad[0]]), because=f"entry {bad[0]} is outside (0, 1)")
    if "alphas_cumprod" not in mine.tables:
        return Finding("betas", "right", because=f"{len(betas)} betas in (0, 1]")
    products = np.cumprod(1 - betas)
    # Each factor rounds once.
    unit = u * (1 + np.arange(len(betas))) * products + np.finfo(float).tiny
    result = grade(mine.tables["alphas_cumprod"], products, unit)
    i, cause = result.index, ""
    if result.verdict != "right":
        shifted = np.concatenate([[1.0], products[:-1]])
        if grade(mine.tables["alphas_cumprod"], shifted, u * (1 + np.arange(len(betas))) * shifted).verdict == "right":
            cause = "ᾱ lags one entry behind: it is the product up to β_{t−1}"
    got, exact = float(mine.tables["alphas_cumprod"][i]), float(products[i])
    return Finding("betas", result.verdict, got, exact, result.error, result.tolerance, f"8·u·(t + 1)·ᾱ at entry {i}: each factor rounds once", cause=cause)


def _moving(mine: Given, sde: Callable[[Any], Any] | None, framework: str) -> list[Finding]:
    """Rates and SDE against the levels by differences."""
    assert mine.at is not None
    span = (float(mine.times.min()), float(mine.times.max()))
    # Away from round numbers, where piecewise schedules have their kinks.
    share = (np.arange(1, 24) * 0.6180339887498949) % 1
    times = np.sort(span[0] + (0.02 + 0.96 * share) * (span[1] - span[0]))
    u = frameworks.unit_roundoff(mine.dtype)
    levels = mine.at(times)
    slopes = derivative(lambda t: mine.at(t)[:, :2], times, span, u)  # type: ignore[misc]
    fine = np.isfinite(slopes.errors).all(axis=1)
    skipped = int((~fine).sum())
    note = f"differences of order 8 at {int(fine.sum())} times, whose error is bounded by their own last halving and rounding"
    note += f"; {skipped} times beside kinks left out" if skipped else ""
    found = []
    if levels.shape[1] == 4:
        for name, column in (("alpha", 2), ("sigma", 3)):
            found.append(_against(f"rate of {name}", levels[fine, column], slopes.values[fine, column - 2], slopes.errors[fine, column - 2], note, span))
    if sde is not None:
        alpha, sigma = levels[fine, 0], levels[fine, 1]
        rates, errors = slopes.values[fine], slopes.errors[fine]
        # Noise grows forwards in the process's own time, which may run against the subject's.
        turn = 1.0 if mine.noise_time > mine.data_time else -1.0
        drift = turn * rates[:, 0] / alpha
        noise = 2 * sigma * (turn * rates[:, 1] - drift * sigma)
        drift_error = errors[:, 0] / alpha + 8 * u * np.abs(drift)
        noise_error = 2 * sigma * (errors[:, 1] + sigma * drift_error) + 8 * u * (np.abs(2 * sigma * rates[:, 1]) + np.abs(2 * drift * sigma**2))
        answers = given.rows_of(sde, times[fine], framework, mine.dtype)
        found.append(_against("f", answers[:, 0], drift, drift_error, note, span))
        squared = _against("g²", answers[:, 1] ** 2, noise, noise_error, note, span)
        if squared.verdict == "wrong" and bool((np.abs(answers[:, 1] - noise) <= noise_error).all()):
            squared = replace(squared, cause="it gives g², where g is asked for: a variance for a standard deviation")
        elif squared.verdict == "wrong":
            squared = replace(squared, cause=_log_ratio(answers[:, 1] ** 2, noise, noise_error, mine) or squared.cause)
        found.append(squared)
    return found


def _log_ratio(got: Array, exact: Array, error: Array, mine: Given) -> str:
    ratio = conventions.constant_ratio(got, exact, 0.0, error / 8)
    usable = mine.ratio[(mine.ratio > 0) & np.isfinite(mine.ratio)]
    logs = 2 * float(np.log(usable.max() / usable.min())) if len(usable) else 0.0
    # The least level of a function that starts at the data is not known to more than a few per cent.
    if ratio is None or not abs(1 / ratio - logs) < 0.02 * logs:
        return ""
    return f"g² is the exact one divided by {1 / ratio:.5g}, which is 2 ln(σ_max/σ_min): the factor of a geometric schedule is missing"


def _against(name: str, got: Array, exact: Array, error: Array, note: str, span: tuple[float, float]) -> Finding:
    """The finding on values beside differences with known errors."""
    if len(exact) < 3:
        return Finding(name, "undecided", because="fewer than three times are away from kinks")
    off = np.where(np.isfinite(got), np.abs(got - exact), np.inf)
    with np.errstate(invalid="ignore", divide="ignore"):
        worst = int(np.argmax(off / error))
    right = bool((off <= error).all())
    cause = ""
    if not right:
        length = span[1] - span[0]
        ratio = conventions.constant_ratio(got, exact, 0.0, error / 8)
        if ratio is not None:
            named = conventions.name_of_factor(ratio, (("the length of the time span", length), ("1 over the length of the time span", 1 / length)))
            cause = f"it is the exact one times {named} at every time"
    return Finding(name, "right" if right else "wrong", float(got[worst]), float(exact[worst]), float(off[worst]), float(error[worst]), note, cause=cause)


def _ends(mine: Given, ends: tuple[float, float]) -> Finding:
    usable = mine.ratio[(mine.ratio > 0) & np.isfinite(mine.ratio)]
    got = np.array([usable.min(), usable.max()])
    exact = np.sort(np.asarray(ends, dtype=np.float64))
    u = frameworks.unit_roundoff(mine.dtype)
    # σ from 1 − ᾱ has the condition 1/σ².
    unit = 4 * u * exact * np.maximum(1.0, 1 / np.where(exact > 0, exact, 1) ** 2 if "ᾱ" in mine.form else 1.0) + np.finfo(float).tiny
    result = grade(got, exact, unit)
    forms = [
        conventions.Form("its levels run between the roots of these: a square is missing", np.sqrt(exact), 4 * unit / np.sqrt(exact)),
        conventions.Form("its levels run between the squares of these", exact**2, 4 * unit * exact),
        conventions.Form("its levels run between the inverses of these", 1 / exact[::-1], 4 * (unit / exact**2)[::-1]),
    ]
    form = None if result.verdict == "right" or exact[0] <= 0 else conventions.recognise(got, forms)
    return Finding("ends", result.verdict, got, exact, result.error, result.tolerance, result.words(mine.dtype), cause=form.words if form else "")


def _cancellation(schedule: Any, mine: Given, framework: str, low: str) -> Finding:
    """Whether digits are lost near the data: in low precision the error of σ must not grow when the time shrinks."""
    assert mine.at is not None
    away = np.array([2.0**-k for k in range(1, 15)])
    # Times that low precision holds exactly.
    toward = frameworks.to_numpy(frameworks.make(mine.data_time + (mine.noise_time - mine.data_time) * away, "numpy", low))
    exact = mine.at(toward)[:, :2]
    coarse = given.rows_of(schedule, toward, framework, low)[:, :2]
    u = frameworks.unit_roundoff(low)
    with np.errstate(divide="ignore", invalid="ignore"):
        units = np.abs(coarse - exact)[:, 1] / (u * np.abs(exact[:, 1]))
    units = np.where(np.isfinite(units), units, np.inf)
    worst = int(np.argmax(units))
    growth = float(np.log2(max(units[-1], 1e-3) / max(units[len(units) // 2], 1e-3)) / (len(units) - 1 - len(units) // 2))
    verdict = grades.verdict(units[worst])
    cause = "" if verdict == "right" else "a difference such as 1 − α² or 1 − exp(−x) cancels; use expm1 and log1p"
    because = f"8·u·σ in {low}; the error of σ is {units[worst]:.3g} units at time {toward[worst]:.4g} and grows like (distance from the data)^{-growth:.2f}"
    return Finding("cancellation", verdict, float(coarse[worst, 1]), float(exact[worst, 1]), float(units[worst] * u * abs(exact[worst, 1])), float(8 * u * abs(exact[worst, 1])), because, cause=cause)
