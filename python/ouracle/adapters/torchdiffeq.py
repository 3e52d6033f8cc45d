"""torchdiffeq: its methods on a linear equation without noise, in both directions of time."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from torchdiffeq import odeint
from torchdiffeq._impl.odeint import SOLVERS

from ..increments import Increments, Solver
from ..linear import LinearSde

#: The orders that the methods are named for; the multistep methods start with lower orders and are only required to converge.
ORDERS = {"euler": 1, "midpoint": 2, "heun2": 2, "heun3": 3, "rk4": 4}
#: Adams–Bashforth of the default order 12 is unstable unless the step times the rate is below about 0.001.
OPTIONS = {name: {"max_order": 4} for name in ("explicit_adams", "implicit_adams", "fixed_adams")}


def methods() -> list[str]:
    """The names of all methods."""
    return sorted(SOLVERS)


def is_adaptive(method: str) -> bool:
    """Whether the method chooses its own steps."""
    return not any("FixedGrid" in base.__name__ for base in SOLVERS[method].__mro__)


def ode_solver(method: str) -> Solver:
    """A method as :func:`ouracle.check_sde_solver` takes it, for an equation without noise.

    A method that chooses its steps gets a tolerance in place of their number ``N``: ``N⁻⁴``, so that it has to converge as well.
    """

    def solve(equation: LinearSde, times: np.ndarray, path: Increments) -> Any:
        start = torch.as_tensor(path.start(equation.start), dtype=torch.float64)
        ts = torch.as_tensor(times, dtype=torch.float64)
        if is_adaptive(method):
            tolerance = float(len(times) - 1) ** -4
            return odeint(equation.drift, start, ts[[0, -1]], method=method, rtol=tolerance, atol=tolerance)[-1]
        return odeint(equation.drift, start, ts, method=method, options=OPTIONS.get(method))[-1]

    solve.__qualname__ = method
    return solve
