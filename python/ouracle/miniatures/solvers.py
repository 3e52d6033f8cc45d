"""Steps of linear SDEs: Euler–Maruyama on a given path, Langevin steps with noise of their own, and exact Ornstein–Uhlenbeck steps."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from .. import tape
from ..checks.sde_solver import check_sde_solver
from ..findings import Findings
from ..linear import LinearSde
from . import Miniature, Mutation

Solver = Callable[[LinearSde, Any, Any], Any]


def euler(mistake: str = "") -> Solver:
    """Euler–Maruyama along a path, in either direction of time."""

    def solve(equation: LinearSde, times: Any, path: Any) -> Any:
        x = path.start(equation.start)
        for s, t in zip(times, times[1:]):
            h = abs(t - s) if mistake == "sign of dt lost" else t - s
            at = t if mistake == "drift at the next time" else s
            noise = equation.diffusion(s, x)
            if mistake == "g² for g":
                noise = noise**2
            x = x + equation.drift(at, x) * h + noise * path.increment(s, t)
        return x

    return solve


def langevin(mistake: str = "") -> Solver:
    """Euler–Maruyama with noise of its own, ``√h z``."""

    def solve(equation: LinearSde, times: Any, path: Any) -> Any:
        x = path.start(equation.start)
        for s, t in zip(times, times[1:]):
            h = t - s
            scale = h if mistake == "h for √h" else np.sqrt(h)
            x = x + equation.drift(s, x) * h + equation.diffusion(s, x) * scale * tape.generator().standard_normal(x.shape)
        return x

    return solve


def ornstein_uhlenbeck(mistake: str = "") -> Solver:
    """Exact steps, with the variance ``g²(1 − e^{−2θh})/2θ``."""

    def solve(equation: LinearSde, times: Any, path: Any) -> Any:
        theta, x = equation.rate, path.start(equation.start)
        for s, t in zip(times, times[1:]):
            h, noise = t - s, equation.noise
            decay = 1 - np.exp(-2 * theta * h) if mistake == "1 − exp for expm1" else -np.expm1(-2 * theta * h)
            variance = noise**2 * decay / (2 * theta)
            scale = variance if mistake == "variance for standard deviation" else np.sqrt(variance)
            x = np.exp(-theta * h) * x - np.expm1(-theta * h) * equation.force / theta + scale * tape.generator().standard_normal(x.shape)
        return x

    return solve


MINIATURES = (
    Miniature(
        "Euler–Maruyama",
        (Mutation("drift at the next time", 2), Mutation("g² for g", 3), Mutation("sign of dt lost", 9)),
        {"check_sde_solver": lambda mistake: check_sde_solver(euler(mistake), euler=True)},
    ),
    Miniature(
        "Langevin steps",
        (Mutation("h for √h", 3),),
        {"check_sde_solver": lambda mistake: check_sde_solver(langevin(mistake), LinearSde.ou(), own_noise=True)},
    ),
    Miniature(
        "exact Ornstein–Uhlenbeck steps",
        (Mutation("variance for standard deviation", 3), Mutation("1 − exp for expm1", 8)),
        {
            "check_sde_solver": lambda mistake: check_sde_solver(ornstein_uhlenbeck(mistake), LinearSde.ou(), own_noise=True),
            "check_sde_solver without a pull": lambda mistake: _slow(mistake),
        },
    ),
)


def _slow(mistake: str) -> Findings:
    """A process that hardly reverts, whose variance is ``g²h`` to all digits."""
    return check_sde_solver(ornstein_uhlenbeck(mistake), LinearSde.ou(rate=1e-17), own_noise=True)
