"""Whether a subject's levels are those of a named schedule, and if not, what they are instead."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from . import frameworks
from .conventions import Form, recognise, time_maps
from .findings import Finding
from .given import Given
from .grades import grade
from .schedules import VP, Process, Schedule, Table

Array = NDArray[np.float64]


def finding(mine: Given, like: Schedule) -> Finding:
    """The finding ``levels``: compared as they are, then in other conventions, then with known mistakes."""
    u = frameworks.unit_roundoff(mine.dtype)
    if mine.tables is not None and not isinstance(like, Table):
        return _discretised(mine, like, u)
    exact = like.rows(mine.times)[:, :2]
    if mine.tables is not None and isinstance(like, Table) and len(like.alphas_cumprod) != len(mine.alpha):
        because = f"it has {len(mine.alpha)} levels, and the schedule that it should be {len(like.alphas_cumprod)}"
        return Finding("levels", "wrong", len(mine.alpha), len(like.alphas_cumprod), because=because)
    got = np.stack([mine.alpha, mine.sigma], axis=1)
    unit = _unit(exact, mine, u, like.rows(mine.times)[:, 2:])
    result = grade(got, exact, unit)
    place = np.unravel_index(result.index, got.shape)
    because = result.words(mine.dtype, "of σ as the root of 1 − α²") + f", at time {mine.times[place[0]]:g}"
    form = recognise(got, _forms(mine, like, u)) if result.verdict != "right" else None
    verdict = "convention" if form is not None and form.convention else result.verdict
    cause = form.words if form is not None else ("" if result.verdict == "right" else _other_betas(mine, like))
    got_here, exact_here = got[place[0]], exact[place[0]]
    return Finding("levels", verdict, got_here, exact_here, result.error, result.tolerance, because, cause=cause)


def _unit(exact: Array, mine: Given, u: float, rates: Array) -> Array:
    """``u·κ``: levels round once for each factor of a product and with their time, and σ is a root of ``1 − α²``, where α's
    rounding counts ``α²/σ``."""
    alpha, sigma = exact.T
    factors = np.sqrt(1 + np.arange(len(alpha))) if mine.tables is not None else np.full(len(alpha), 4.0)
    with np.errstate(divide="ignore", invalid="ignore"):
        noise = np.where(sigma > 0, sigma + np.minimum(alpha**2 / sigma, alpha / np.sqrt(u)), alpha / np.sqrt(u))
        moving = np.nan_to_num(np.abs(mine.times[:, None] * rates), nan=0.0, posinf=0.0)
    return u * (np.stack([factors * alpha, factors * noise], axis=1) + moving) + np.finfo(float).tiny


def _forms(mine: Given, like: Schedule, u: float) -> Iterator[Form]:
    """What the subject's two numbers may be instead, conventions first."""
    maps = time_maps(like.data_time, like.noise_time) if mine.at is not None else time_maps(0.0, len(mine.times) - 1.0)[:2]
    for clock, slope, offset in maps:
        times = slope * mine.times + offset
        # A time that was scaled may miss the end by its rounding.
        low, high = sorted((like.data_time, like.noise_time))
        if times.min() < low - 1e-12 or times.max() > high * (1 + 1e-12):
            continue
        times = np.clip(times, low, high)
        alpha, sigma, *rates = like.rows(times).T
        levels = np.stack([alpha, sigma], axis=1)
        with np.errstate(divide="ignore"):
            relative = np.minimum(_unit(levels, mine, u, slope * np.stack(rates, axis=1)) / levels, 1.0)
        with np.errstate(divide="ignore", invalid="ignore"):
            ratio = sigma / alpha
            root = np.sqrt(1 + ratio**2)
        pairs = (
            ("", alpha, sigma, True),
            ("its state is scaled to α = 1", np.ones_like(alpha), ratio, True),
            ("its state is scaled to α² + σ² = 1", 1 / root, ratio / root, True),
            ("it gives σ before α", sigma, alpha, True),
            ("it gives σ², a variance, for σ", alpha, sigma**2, False),
            ("it gives α² and σ² for α and σ", alpha**2, sigma**2, False),
            ("it gives √α for α", np.sqrt(alpha), np.sqrt(np.maximum(1 - alpha, 0)), False),
            ("it takes ᾱ for α", alpha**2, np.sqrt(np.maximum(1 - alpha**4, 0)), False),
        )
        for words, a, s, fine in pairs:
            if clock or words:
                values = np.stack([a, s], axis=1)
                # A form of two numbers is at most quadratic in them.
                yield Form(" and ".join(w for w in (clock, words) if w), values, 2 * np.abs(values) * relative.sum(axis=1, keepdims=True), fine)


def _other_betas(mine: Given, like: Schedule) -> str:
    """If the levels are those of another linear VP process: which."""
    if not (isinstance(like, Process) and like.kind == "vp-linear"):
        return ""
    end = like.noise_time
    use = (mine.times > 0.01 * end) & (mine.alpha > 0)
    if use.sum() < 4:
        return ""
    t = mine.times[use]
    design = np.stack([t - t**2 / (2 * end), t**2 / (2 * end)], axis=1)
    first, last = np.linalg.lstsq(design, -2 * np.log(mine.alpha[use]), rcond=None)[0]
    if not (first >= 0 and last > 0):
        return ""
    other = VP.linear(float(first), float(last), float(end)).rows(t)[:, 0]
    if np.abs(other / mine.alpha[use] - 1).max() > 1e-6:
        return ""
    return f"its levels are those of VP.linear({first:.6g}, {last:.6g}); it should be {like!r}"


def _discretised(mine: Given, like: Schedule, u: float) -> Finding:
    """A table beside a process: which times and which rule for the betas it has."""
    n = len(mine.alpha)
    tables = mine.tables or {}
    bars = mine.alpha**2
    betas = tables["betas"] if "betas" in tables else 1 - bars / np.concatenate([[1.0], bars[:-1]])
    nearest: tuple[float, str] = (np.inf, "")
    for words, exact in _rules(like, n):
        # A beta is a difference from 1, and the last may be clipped.
        clipped = np.where((betas < exact) & (exact > 0.99) & (betas > 0.99), betas, exact)
        result = grade(betas, clipped, 8 * u * (1 + exact) if "betas" not in tables else 8 * u * (exact + 1))
        distance = float(np.abs(betas - clipped).max())
        if result.verdict == "right":
            return Finding("levels", "right", error=result.error, tolerance=result.tolerance, because=f"{words}; {result.words(mine.dtype, '8 (a beta is a difference from 1)')}")
        if distance < nearest[0]:
            nearest = (distance, words)
    because = f"no known discretisation of {like!r} to {n} levels agrees; the nearest is: {nearest[1]}, whose betas differ by {nearest[0]:.3g}"
    return Finding("levels", "wrong", error=nearest[0], tolerance=64 * u, because=because)


def _rules(like: Schedule, n: int) -> Iterator[tuple[str, Array]]:
    """Betas of the usual discretisations of a process."""
    start, length = like.data_time, like.noise_time - like.data_time
    span = float(like.parameters.get("T", 1)) if isinstance(like, Process) else length
    steps = np.arange(n)
    grids = {
        "(i + 1)/n": (steps + 1) / n,
        "i/(n − 1)": steps / max(n - 1, 1),
        "i/n": steps / n,
        "(i + ½)/n": (steps + 0.5) / n,
        "1e-3 … 1": np.linspace(1e-3, 1, n),
        "1e-5 … 1": np.linspace(1e-5, 1, n),
    }
    for name, grid in grids.items():
        times = start + span * grid
        inside = np.abs(times - start) <= abs(length) * (1 + 1e-12)
        rows = like.rows(np.where(inside, times, like.noise_time))
        bars = np.where(inside, rows[:, 0] ** 2, 0.0)
        yield f"exact levels at the times {name}", 1 - bars / np.concatenate([[1.0], np.where(bars[:-1] > 0, bars[:-1], 1.0)])
        with np.errstate(invalid="ignore"):
            drift = like.sde(np.where(inside, times, like.noise_time))[:, 0]
        if np.isfinite(drift).all() and inside.all():
            yield f"betas β(t)·T/n at the times {name} (first order in 1/n)", -2 * drift * span / n
