"""Schedules: a linear VP process in continuous time, a cosine table, and Karras' noise levels."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from ..checks.schedule import check_schedule
from ..checks.sde import Sde, check_sde
from ..findings import Findings
from ..schedules import VP
from . import Miniature, Mutation

Array = NDArray[np.float64]
#: Not 1, so that a 1/T that is left out shows.
T = 2.0


def linear(mistake: str = "", T: float = T) -> tuple[Callable[[Array], tuple[Array, ...]], Callable[[Array], tuple[Array, Array]]]:
    """Levels with rates, and the SDE ``(f, g)``."""
    beta_0, slope = 0.1, (19.1 if mistake == "β_d = 19.1" else 19.9) / T

    def levels(t: Array) -> tuple[Array, ...]:
        t = np.asarray(t)
        one = t.dtype.type(1)
        integral = t.dtype.type(beta_0) * t + t.dtype.type(slope) * t * t / 2
        alpha = np.exp(-integral / 2)
        square = one - alpha * alpha if mistake == "1 − α² for expm1" else -np.expm1(-integral)
        sigma = square if mistake == "σ² for σ" else np.sqrt(square)
        beta = t.dtype.type(beta_0) + t.dtype.type(slope) * t
        # At t = 0 σ starts like √t, with no rate.
        with np.errstate(divide="ignore"):
            rate = alpha * alpha * beta / np.sqrt(square) / (1 if mistake == "twice σ′" else 2)
        return alpha, sigma, -alpha * beta / 2, rate

    def sde(t: Array) -> tuple[Array, Array]:
        beta = beta_0 + slope * np.asarray(t) * (T if mistake == "1/T left out" else 1.0)
        noise = beta / 2 if mistake == "g² halved" else beta
        return -beta / 2, noise if mistake == "g² for g" else np.sqrt(noise)

    return levels, sde


def _ask_linear(mistake: str) -> Findings:
    levels, sde = linear(mistake)
    return check_schedule(levels, times=(0.0, T), like=VP.linear("0.1", 20, 2), sde=sde, low="float32")


def _ask_sde(mistake: str) -> Findings:
    def of(end: float) -> Sde:
        levels, sde = linear(mistake, end)

        def marginal(x: Array, t: Array) -> tuple[Array, Array]:
            alpha, sigma, *_ = levels(t)
            return alpha * x, sigma

        return Sde(lambda x, t: sde(t)[0] * x, lambda t: sde(t)[1], marginal)

    return check_sde(of, lambda end: VP.linear("0.1", 20, int(end)), horizons=(1.0, T))


def cosine(mistake: str = "", steps: int = 50) -> Array:
    """``ᾱ`` of a cosine schedule, its betas clipped."""
    ends = np.arange(steps + 1) / steps
    bars = np.cos((ends + 0.008) / 1.008 * np.pi / 2) ** 2
    products = np.cumprod(np.clip(1 - bars[1:] / bars[:-1], 0, 0.999) * -1 + 1)
    return np.concatenate([[1.0], products[:-1]]) if mistake == "starts at ᾱ = 1" else products


def karras(mistake: str = "", steps: int = 12) -> Array:
    """``σ`` between 80 and 0.002, with the last step to 0."""
    share = np.arange(steps) / (steps - 1)
    low, high = (0.002**0.5, 80.0**0.5) if mistake == "roots of the ends" else (0.002, 80.0)
    sigmas = (high ** (1 / 7) + share * (low ** (1 / 7) - high ** (1 / 7))) ** 7
    return np.append(sigmas, sigmas[-1] if mistake == "last level twice" else 0.0)


def betas(mistake: str = "", steps: int = 15) -> Array:
    """The linear betas of a thousand steps, for fewer steps."""
    scale = 1000 / steps if mistake == "1000/T for so few steps" else 1.0
    return np.linspace(1e-4, 0.02, steps) * scale


MINIATURES = (
    Miniature(
        "linear schedule and its SDE",
        (
            Mutation("σ² for σ", 3),
            Mutation("g² for g", 3),
            Mutation("g² halved", 5),
            Mutation("twice σ′", 5),
            Mutation("1/T left out", 5),
            Mutation("1 − α² for expm1", 8),
            Mutation("β_d = 19.1", 10),
        ),
        {"check_schedule": _ask_linear, "check_sde": _ask_sde},
    ),
    Miniature(
        "cosine table",
        (Mutation("starts at ᾱ = 1", 7),),
        {"check_schedule": lambda mistake: check_schedule({"alphas_cumprod": cosine(mistake)}, like=VP.cosine())},
    ),
    Miniature(
        "Karras' noise levels",
        (Mutation("last level twice", 7), Mutation("roots of the ends", 3)),
        {"check_schedule": lambda mistake: check_schedule({"sigmas": karras(mistake)}, ends=(0.002, 80.0))},
    ),
    Miniature(
        "linear betas",
        (Mutation("1000/T for so few steps", 10),),
        {"check_schedule": lambda mistake: check_schedule({"betas": betas(mistake)})},
    ),
)
