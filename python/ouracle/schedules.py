"""Schedules: how signal and noise depend on a package's own time.

A schedule knows the level ``z = α(t) x + σ(t) ε`` and its rates at every time of the *package's* clock, whatever that is:
seconds from data to noise or back, integers, or the noise level itself.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from . import _native

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Level:
    """A noise level ``z = αx + σε``."""

    alpha: float
    sigma: float

    @property
    def pair(self) -> list[float]:
        """``[α, σ]``."""
        return [self.alpha, self.sigma]

    @property
    def ratio(self) -> float:
        """``σ/α``, EDM's σ."""
        return self.sigma / self.alpha

    @property
    def half_log_snr(self) -> float:
        """``λ = ln(α/σ)``, half the log-signal-to-noise ratio; infinite without noise, minus infinite without signal."""
        if self.sigma <= 0 or self.alpha <= 0:
            return float("-inf") if self.sigma > 0 else float("inf")
        return float(np.log(self.alpha) - np.log(self.sigma))


DATA = Level(1.0, 0.0)
"""The data itself, without noise."""


class Schedule:
    """A schedule over the times between ``noise_time`` and ``data_time``.

    Subclasses say what the level is; ``rows`` gives it for many times at once.
    """

    #: Where sampling begins and where it ends, on the package's clock.
    noise_time: float
    data_time: float

    def rows(self, times: Array) -> Array:
        """Rows ``(α, σ, α′, σ′)`` at these times, ``(n, 4)``; rates are per unit of the package's time."""
        raise NotImplementedError

    def level(self, time: float) -> Level:
        """The level at a time."""
        alpha, sigma = self.rows(np.array([time], dtype=np.float64))[0, :2]
        return Level(float(alpha), float(sigma))

    def sde(self, times: Array) -> Array:
        """Rows ``(f, G)`` of ``dz = f z dt + √G dB`` in the direction of growing noise: ``f = α′/α``, ``G = (σ²)′ − 2fσ²``."""
        alpha, sigma, alpha_rate, sigma_rate = self.rows(np.atleast_1d(times)).T
        drift = alpha_rate / alpha
        return np.stack([drift, 2.0 * sigma * (sigma_rate - drift * sigma)], axis=1)

    def times_at(self, half_log_snr: ArrayLike) -> Array:
        """The times with these half log-signal-to-noise ratios, by bisection; the schedule must be monotone."""
        wanted = np.atleast_1d(np.asarray(half_log_snr, dtype=np.float64))
        noisy, clean = (np.full(len(wanted), end) for end in (self.noise_time, self.data_time))
        for _ in range(200):
            middle = (noisy + clean) / 2
            alpha, sigma = self.rows(middle)[:, :2].T
            with np.errstate(divide="ignore"):
                too_noisy = np.log(alpha) - np.log(sigma) < wanted
            noisy, clean = np.where(too_noisy, middle, noisy), np.where(too_noisy, clean, middle)
        return (noisy + clean) / 2


class Process(Schedule):
    """A noising process of the library in closed form, data at time 0 and noise at its end."""

    def __init__(self, kind: str, **parameters: float | str) -> None:
        self.kind = kind
        self.parameters = {name: str(value) for name, value in parameters.items()}
        self.native = _native.Process(json.dumps({"process": kind, **self.parameters}))
        self.noise_time, self.data_time = self.native.horizon, 0.0

    def rows(self, times: Array) -> Array:
        alpha, variance, alpha_rate, variance_rate, _, _ = self.native.at(np.ascontiguousarray(times, dtype=np.float64)).T
        sigma = np.sqrt(variance)
        with np.errstate(divide="ignore"):
            return np.stack([alpha, sigma, alpha_rate, variance_rate / (2 * sigma)], axis=1)

    def sde(self, times: Array) -> Array:
        return self.native.at(np.ascontiguousarray(np.atleast_1d(times), dtype=np.float64))[:, 4:]

    def __repr__(self) -> str:
        words = "".join(f", {name}={value}" for name, value in self.parameters.items())
        return f"Process({self.kind!r}{words})"


class VP:
    """Variance-preserving processes, ``α² + σ² = 1``."""

    @staticmethod
    def linear(beta_0: float | str = "0.1", beta_1: float | str = 20, T: float | str = 1) -> Process:
        """``β(t) = β₀ + (β₁ − β₀)t/T``."""
        return Process("vp-linear", b0=beta_0, b1=beta_1, T=T)

    @staticmethod
    def cosine(offset: float | str = "0.008", T: float | str = 1, end: float | str = "0.999") -> Process:
        """``α ∝ cos((π/2)(t/T + s)/(1 + s))``; ends before the signal vanishes at ``T``."""
        return Process("vp-cosine", s=offset, T=T, tend=end)


class SubVP:
    """Sub-variance-preserving processes."""

    @staticmethod
    def linear(beta_0: float | str = "0.1", beta_1: float | str = 20, T: float | str = 1) -> Process:
        """The drift of ``VP.linear`` with ``σ = 1 − α²``."""
        return Process("sub-vp-linear", b0=beta_0, b1=beta_1, T=T)


class VE:
    """Variance-exploding processes, ``α = 1``."""

    @staticmethod
    def geometric(sigma_min: float | str = "0.01", sigma_max: float | str = 50, T: float | str = 1) -> Process:
        """``σ(t)² = σ₋²((σ₊/σ₋)^{2t/T} − 1)``: without noise at ``t = 0``."""
        return Process("ve-geometric", smin=sigma_min, smax=sigma_max, T=T)


@dataclass(frozen=True, repr=False)
class Formula(Schedule):
    """A schedule from its own formulas ``α(t)``, ``σ(t)`` and their rates, each taking and giving an array."""

    alpha: Callable[[Array], Array]
    sigma: Callable[[Array], Array]
    alpha_rate: Callable[[Array], Array]
    sigma_rate: Callable[[Array], Array]
    noise_time: float
    data_time: float
    name: str = "Formula(...)"

    def rows(self, times: Array) -> Array:
        functions = (self.alpha, self.sigma, self.alpha_rate, self.sigma_rate)
        return np.stack([np.broadcast_to(f(times), times.shape).astype(np.float64) for f in functions], axis=1)

    def __repr__(self) -> str:
        return self.name


def EDM(sigma_min: float = 0.002, sigma_max: float = 80.0) -> Formula:
    """Karras' clock: time is the noise level itself, ``α = 1``, ``σ = t``. A denoiser ``D(x, σ)`` is the field ``x0``."""
    return Formula(
        np.ones_like, np.array, np.zeros_like, np.ones_like, sigma_max, 0.0, f"EDM(sigma_min={sigma_min}, sigma_max={sigma_max})"
    )


def FlowMatching(data_at: float = 1.0) -> Formula:
    """The straight path between data and noise on ``[0, 1]``: ``z = t x + (1 − t) ε`` with data at 1, or the reverse with data at 0.

    Raises:
        ValueError: if ``data_at`` is neither 0 nor 1.
    """
    if data_at not in (0, 1):
        raise ValueError(f"data_at is {data_at}; the data stand at time 0 or at time 1")
    up, down = np.array, lambda t: 1.0 - t
    rise, fall = np.ones_like, lambda t: -np.ones_like(t)
    alpha, sigma, alpha_rate, sigma_rate = (up, down, rise, fall) if data_at == 1 else (down, up, fall, rise)
    return Formula(alpha, sigma, alpha_rate, sigma_rate, 1.0 - data_at, float(data_at), f"FlowMatching(data_at={data_at})")


class Table(Schedule):
    """A discrete schedule: levels at the times ``0, 1, …, T − 1``, and between them by interpolation in ``ln(σ/α)``.

    Args:
        alphas_cumprod: the products ``ᾱ_t = α²``, each in ``(0, 1)``; ``σ² = 1 − ᾱ``.

    Raises:
        ValueError: if a product is outside ``(0, 1)``, which breaks every formula that divides by α or σ.
    """

    def __init__(self, alphas_cumprod: ArrayLike) -> None:
        bars = np.asarray(alphas_cumprod, dtype=np.float64)
        bad = np.flatnonzero(~((bars > 0) & (bars < 1)))
        if bars.ndim != 1 or len(bars) < 1 or len(bad):
            what = f"entry {bad[0]} is {bars[bad[0]]}" if bars.ndim == 1 and len(bad) else f"its shape is {bars.shape}"
            raise ValueError(f"a table of ᾱ needs numbers strictly between 0 and 1, but {what}")
        self.alphas_cumprod = bars
        self.noise_time, self.data_time = float(len(bars) - 1), -1.0

    @classmethod
    def ddpm(cls, beta_1: float = 1e-4, beta_T: float = 0.02, T: int = 1000) -> Table:
        """``β`` linear from ``beta_1`` to ``beta_T`` in ``T`` steps."""
        return cls(np.cumprod(1.0 - np.linspace(beta_1, beta_T, T)))

    def rows(self, times: Array) -> Array:
        times = np.asarray(times, dtype=np.float64)
        grid = np.arange(len(self.alphas_cumprod))
        log_ratio = np.interp(times, grid, (np.log1p(-self.alphas_cumprod) - np.log(self.alphas_cumprod)) / 2)
        alpha = 1 / np.sqrt(1 + np.exp(2 * log_ratio))
        sigma = np.exp(log_ratio) * alpha
        whole = times == np.round(times)
        exact = np.clip(times, 0, len(grid) - 1).astype(int)
        alpha = np.where(whole, np.sqrt(self.alphas_cumprod[exact]), alpha)
        sigma = np.where(whole, np.sqrt(1 - self.alphas_cumprod[exact]), sigma)
        # One step before the first level stand the data.
        alpha, sigma = np.where(times <= -1, 1.0, alpha), np.where(times <= -1, 0.0, sigma)
        unknown = np.full_like(alpha, np.nan)
        return np.stack([alpha, sigma, unknown, unknown], axis=1)

    def __repr__(self) -> str:
        return f"Table(<{len(self.alphas_cumprod)} levels>)"
