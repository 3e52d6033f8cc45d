"""Samplers: the ancestral sampler and DDIM of a short chain, Heun's method, and DPM-Solver++(3M)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from .. import tape
from ..case import Case
from ..checks.order import check_order
from ..checks.sampler import check_sampler
from ..findings import Findings
from ..laws import PointMass
from ..recursion import Recursion
from ..schedules import EDM, Level, Table
from . import Miniature, Mutation
from .conversions import LAW

Sampler = Callable[..., Any]
END = Level(1.0, 0.02)


def ancestral(case: Case, mistake: str = "") -> Sampler:
    """DDPM on every level of the table."""
    eps, table = case.field("eps"), case.schedule.alphas_cumprod  # type: ignore[attr-defined]

    def sample(noise: Any, steps: int = 0) -> Any:
        x, last = noise, len(table) - 1
        for t in range(last, -1, -1):
            asked = last - t if mistake == "time runs the other way" else t
            before = table[t - 1] if t else (table[0] if mistake == "ends at ᾱ₀, not at 1" else 1.0)
            now = table[t - 1] if mistake == "σ of the level below" and t else table[t]
            alpha = table[t] / before
            e = eps(x, asked)
            data = (x - np.sqrt(1 - now) * e) / np.sqrt(table[t])
            if mistake == "noise decoded as data":
                data = e
            if alpha == 1.0:
                continue
            mean = (np.sqrt(before) * (1 - alpha) * data + np.sqrt(alpha) * (1 - before) * x) / (1 - table[t])
            variance = (1 - alpha) * (1 - before) / (1 - table[t])
            scale = variance if mistake == "variance for standard deviation" else np.sqrt(variance)
            x = mean + (scale * tape.generator().standard_normal(x.shape) if t else 0.0)
        return x

    return sample


def ddim(case: Case, mistake: str = "") -> Sampler:
    """DDIM without noise."""
    eps, table = case.field("eps"), case.schedule.alphas_cumprod  # type: ignore[attr-defined]

    def sample(noise: Any, steps: int = 0) -> Any:
        x = noise
        for t in range(len(table) - 1, -1, -1):
            before = table[t - 1] if t else 1.0
            if mistake == "next level two below":
                before = table[t - 2] if t > 1 else 1.0
            e = eps(x, max(t - 1, 0) if mistake == "network asked at the next time" else t)
            data = (x - np.sqrt(1 - table[t]) * e) / np.sqrt(table[t])
            direction = data if mistake == "data in the place of noise" else e
            x = np.sqrt(before) * data + (1 - before if mistake == "variance for standard deviation" else np.sqrt(1 - before)) * direction
        return x

    return sample


def heun(case: Case, mistake: str = "") -> Sampler:
    """Heun's method in σ, from 80 to 0.02."""
    denoiser = case.field("D")

    def sample(noise: Any, steps: int) -> Any:
        sigmas = np.geomspace(80.0, END.sigma, steps + 1)
        if mistake == "last level twice":
            sigmas[-1] = sigmas[-2]
        x = 80.0 * noise
        for a, b in zip(sigmas, sigmas[1:]):
            slope = (x - denoiser(x, a)) / a
            guess = x + (a - b if mistake == "sign of dt in the first stage" else b - a) * slope
            second = (guess - denoiser(guess, b)) / (a if mistake == "second stage at the first level" else b)
            x = x + (b - a) * (slope + second) / 2
        return x

    return sample


def multistep(case: Case, mistake: str = "") -> Sampler:
    """DPM-Solver++(3M) with α = 1: differences divided as Newton divides them, twice the second being h²x″."""
    denoiser = case.field("D")
    kappa = {"D2 without its factor 2": 1.0, "D2 with the other sign": -2.0}.get(mistake, 2.0)

    def sample(noise: Any, steps: int) -> Any:
        x: Any = 80.0 * noise
        past: list[tuple[Any, Any]] = []
        sigmas = np.geomspace(80.0, END.sigma, steps + 1)
        for a, b in zip(sigmas, sigmas[1:]):
            h = np.log(a / b)
            past = [(np.log(1 / a), denoiser(x, a)), *past][:3]
            step = b / a * x - np.expm1(-h) * past[0][1]
            if len(past) > 1:
                r0 = (past[0][0] - past[1][0]) / h
                first = (past[0][1] - past[1][1]) / r0
                second = 0.0
                if len(past) > 2:
                    r1 = (past[1][0] - past[2][0]) / h
                    older = (past[1][1] - past[2][1]) / r1
                    second = kappa * (first - older) / (r0 + r1)
                    first = first + r0 / (r0 + r1) * (first - older)
                step = step + (1 + np.expm1(-h) / h) * first - (1 / h + np.expm1(-h) / h**2 - 0.5) * second
            x = step
        return x

    return sample


def _chain() -> Case:
    return Case(LAW, Table.ddpm(1e-2, 0.3, T=20))


def _levels(table: Table) -> list[Level]:
    return [*(table.level(t) for t in range(len(table.alphas_cumprod) - 1, -1, -1)), Level(1.0, 0.0)]


def _recursion(make: Callable[[Case, str], Sampler], recursion: Recursion) -> Callable[[str], Findings]:
    def ask(mistake: str) -> Findings:
        case = _chain()
        assert isinstance(case.schedule, Table)
        levels = _levels(case.schedule)
        return check_sampler(make(case, mistake), case, steps=20, recursion=recursion, levels=lambda _: levels)

    return ask


def _point(make: Callable[[Case, str], Sampler], recursion: Recursion) -> Callable[[str], Findings]:
    def ask(mistake: str) -> Findings:
        case = Case(PointMass([0.7, -0.4, 0.3]), Table.ddpm(1e-2, 0.3, T=20))
        assert isinstance(case.schedule, Table)
        levels = _levels(case.schedule)
        return check_sampler(make(case, mistake), case, steps=20, recursion=recursion, levels=lambda _: levels)

    return ask


def _order(make: Callable[[Case, str], Sampler], order: int) -> Callable[[str], Findings]:
    def ask(mistake: str) -> Findings:
        case = Case(LAW, EDM())
        return check_order(make(case, mistake), case, order=order, end=END)

    return ask


def _converges(make: Callable[[Case, str], Sampler], recursion: Recursion) -> Callable[[str], Findings]:
    def levels(steps: int) -> list[Level]:
        return [Level(1.0, float(sigma)) for sigma in np.geomspace(80.0, END.sigma, steps + 1)]

    def ask(mistake: str) -> Findings:
        case = Case(LAW, EDM())
        return check_sampler(make(case, mistake), case, end=END, deterministic=True, recursion=recursion, levels=levels)

    return ask


_ANCESTRAL, _DDIM = Recursion("ancestral-posterior"), Recursion("ddim", eta=0.0)

MINIATURES = (
    Miniature(
        "ancestral sampler",
        (
            Mutation("σ of the level below", 2),
            Mutation("variance for standard deviation", 3),
            Mutation("noise decoded as data", 4),
            Mutation("ends at ᾱ₀, not at 1", 7),
            Mutation("time runs the other way", 9),
        ),
        {"check_sampler": _recursion(ancestral, _ANCESTRAL), "check_sampler on a point mass": _point(ancestral, _ANCESTRAL)},
    ),
    Miniature(
        "DDIM",
        (
            Mutation("next level two below", 2),
            Mutation("variance for standard deviation", 3),
            Mutation("data in the place of noise", 4),
            Mutation("network asked at the next time", 9),
        ),
        {"check_sampler": _recursion(ddim, _DDIM), "check_sampler on a point mass": _point(ddim, _DDIM)},
    ),
    Miniature(
        "Heun's method",
        (
            Mutation("second stage at the first level", 2),
            Mutation("last level twice", 7),
            Mutation("sign of dt in the first stage", 9),
        ),
        {"check_order": _order(heun, 2), "check_sampler": _converges(heun, Recursion("heun"))},
    ),
    Miniature(
        "DPM-Solver++(3M)",
        (Mutation("D2 without its factor 2", 1), Mutation("D2 with the other sign", 1)),
        {"check_order": _order(multistep, 3), "check_sampler": _converges(multistep, Recursion("sde-dpm-solver++3m", eta=0.0, kappa=2))},
    ),
)
