"""Schedules as people hand them over: a table of ᾱ, of betas or of sigmas, a function of time, or one of ours."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from . import _native, frameworks
from .schedules import Schedule

Array = NDArray[np.float64]

#: What a table may hold.
TABLES = ("alphas_cumprod", "betas", "sigmas", "log_snr", "half_log_snr", "alpha", "sigma")


@dataclass(frozen=True)
class Given:
    """A subject's schedule at some of its own times."""

    #: How it was understood.
    form: str
    times: Array
    alpha: Array
    sigma: Array
    #: The times of data and noise on the subject's clock.
    data_time: float
    noise_time: float
    dtype: str
    #: Rows ``(α, σ)`` or ``(α, σ, α′, σ′)`` at any times; none for a table.
    at: Callable[[Array], Array] | None = None
    #: The table itself, by name.
    tables: Mapping[str, Array] | None = None

    @property
    def ratio(self) -> Array:
        """``σ/α``."""
        with np.errstate(divide="ignore", invalid="ignore"):
            return self.sigma / self.alpha


def rows_of(call: Callable[[Any], Any], times: Array, framework: str, dtype: str) -> Array:
    """A subject's function at times: all at once if it can, one by one if it must. Rows of two or four numbers.

    Raises:
        ValueError: if it returns anything else.
    """
    def ask(values: Array) -> Array:
        answer = call(frameworks.make(values, framework, dtype))
        if isinstance(answer, (tuple, list)):
            parts = [np.broadcast_to(np.ravel(frameworks.to_numpy(part)), np.shape(values)) for part in answer]
            return np.stack(parts, axis=-1)
        return np.asarray(frameworks.to_numpy(answer))

    try:
        rows = ask(times)
        if rows.shape == (2, len(times)) and len(times) != 2:
            rows = rows.T
        if rows.ndim == 2 and rows.shape[0] == len(times) and rows.shape[1] in (2, 4):
            return rows
    except Exception:  # noqa: BLE001 - a function of one time is asked again below, and then its error is the reader's
        pass
    single = [np.ravel(ask_one(call, float(t), framework, dtype)) for t in times]
    if any(len(row) not in (2, 4) for row in single) or len({len(row) for row in single}) > 1:
        raise ValueError(
            f"the schedule returned {len(single[0])} numbers at one time; it should return (alpha, sigma) or (alpha, sigma, alpha', sigma')"
        )
    return np.array(single)


def ask_one(call: Callable[[Any], Any], time: float, framework: str, dtype: str) -> Array:
    """The answer at one time, as an array."""
    answer = call(frameworks.make(np.float64(time), framework, dtype))
    parts = answer if isinstance(answer, (tuple, list)) else [answer]
    return np.concatenate([np.ravel(frameworks.to_numpy(part)) for part in parts])


def read(schedule: Any, times: Any, framework: str, dtype: str, n: int = 257) -> Given:
    """Understands what was given.

    Args:
        schedule: a table (array or list: ᾱ; or a dict with names of :data:`TABLES`), a function of time, or a :class:`Schedule`.
        times: ``(data_time, noise_time)`` or all times, for a function.

    Raises:
        ValueError: if a bare table could be several things, or a function comes without times.
    """
    if isinstance(schedule, Schedule):
        times = times if times is not None else (schedule.data_time, schedule.noise_time)
        return _function(lambda t: schedule.rows(np.atleast_1d(np.asarray(t, dtype=np.float64))), times, "numpy", "float64", n, repr(schedule))
    if callable(schedule):
        if times is None:
            raise ValueError("a schedule that is a function needs its times: give times=(data_time, noise_time)")
        return _function(schedule, times, framework, dtype, n, "a function of time")
    return _table(schedule, times)


def _function(call: Callable[[Any], Any], times: Any, framework: str, dtype: str, n: int, form: str) -> Given:
    given = np.asarray(times, dtype=np.float64)
    if given.ndim != 1 or len(given) < 2 or not np.isfinite(given).all():
        raise ValueError("times should be (data_time, noise_time), or all the times from data to noise")
    grid = np.linspace(given[0], given[1], n) if len(given) == 2 else given
    rows = rows_of(call, grid, framework, dtype)
    ends = rows[[0, -1], 0] / np.where(rows[[0, -1], 1] == 0, np.finfo(float).tiny, rows[[0, -1], 1])
    data, noise = (grid[0], grid[-1]) if ends[0] >= ends[1] else (grid[-1], grid[0])
    return Given(form, grid, rows[:, 0], rows[:, 1], float(data), float(noise), dtype, lambda t: rows_of(call, t, framework, dtype))


def _table(schedule: Any, times: Any) -> Given:
    named = dict(schedule) if isinstance(schedule, Mapping) else {"": schedule}
    unknown = [name for name in named if name and name not in TABLES]
    if unknown or not named:
        raise ValueError(f"`{', '.join(map(str, unknown))}` is no table known here; choose {', '.join(TABLES)}")
    dtype = max((frameworks.precision(v) for v in named.values() if hasattr(v, "dtype")), key=frameworks.unit_roundoff, default="float64")
    tables = {name: np.ravel(frameworks.to_numpy(values)) for name, values in named.items()}
    lengths = {len(values) for values in tables.values()}
    if len(lengths) != 1 or not min(lengths):
        raise ValueError(f"the tables have the lengths {sorted(lengths)}; they must be one and the same, at least 1")
    if "" in tables:
        tables = {_guess(tables[""]): tables[""]}
    with np.errstate(invalid="ignore", divide="ignore", over="ignore"):
        form, alpha, sigma = _levels(tables)
    steps = np.arange(len(alpha), dtype=np.float64) if times is None else np.asarray(times, dtype=np.float64)
    with np.errstate(invalid="ignore", divide="ignore"):
        rising = alpha[0] * sigma[-1] >= alpha[-1] * sigma[0]
    data, noise = (steps[0], steps[-1]) if rising else (steps[-1], steps[0])
    return Given(form, steps, alpha, sigma, float(data), float(noise), dtype, None, tables)


def _guess(table: Array) -> str:
    """What a table without a name holds."""
    if np.all(table[1:] <= table[:-1]) and table[0] <= 1:
        return "alphas_cumprod"
    if np.nanmax(table) > 1 and np.nanmin(table) >= 0:
        return "sigmas"
    raise ValueError("a table of numbers could be betas, reversed ᾱ or sigmas; give its name, as in {'betas': table}")


def _levels(tables: Mapping[str, Array]) -> tuple[str, Array, Array]:
    if "alpha" in tables and "sigma" in tables:
        return "tables of α and σ", tables["alpha"], tables["sigma"]
    if "alphas_cumprod" in tables:
        bars = tables["alphas_cumprod"]
        return "a table of ᾱ", np.sqrt(bars), np.sqrt(1 - bars)
    if "betas" in tables:
        alpha, sigma = _native.levels_of_betas(np.ascontiguousarray(tables["betas"])).T
        return "a table of betas", alpha, sigma
    if "sigmas" in tables:
        return "a table of σ/α", np.ones_like(tables["sigmas"]), tables["sigmas"]
    half = tables["half_log_snr"] if "half_log_snr" in tables else tables["log_snr"] / 2
    return "a table of log-SNR", np.sqrt(1 / (1 + np.exp(-2 * half))), np.sqrt(1 / (1 + np.exp(2 * half)))
