"""torchdiffeq: every method on a linear equation whose force changes with time, forwards and backwards."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from .. import Findings, LinearSde, check_sde_solver
from . import Question

PACKAGE = "torchdiffeq"
MODULE = "torchdiffeq"

#: Without noise, so that the solution is the mean of an Ornstein–Uhlenbeck process.
EQUATIONS = {
    "ou": LinearSde(rate=1.5, force=0.6, noise=0.0, start=2.0),
    "forced": LinearSde(rate=1.5, force=0.6, force_slope=-0.8, noise=0.0, start=2.0),
}


def questions() -> Iterable[Question]:
    """What is asked."""
    import torch

    from ..adapters import torchdiffeq as adapter

    torch.set_num_threads(1)
    for method in adapter.methods():
        for world, equation in EQUATIONS.items():
            yield Question(f"{method}/{world}", "ode-solver", method, _asks(adapter, method, equation))


def _asks(adapter: Any, method: str, equation: LinearSde) -> Callable[[], Findings]:
    # Methods that choose their steps get the tolerance N⁻⁴; far apart, so that the jumps of their errors matter little, and not so small
    # that methods of second order take a minute.
    adaptive = (4, 16, 64) if method in ("adaptive_heun", "fehlberg2") else (16, 64, 256)
    steps = adaptive if adapter.is_adaptive(method) else (8, 16, 32, 64)
    return lambda: check_sde_solver(adapter.ode_solver(method), equation, steps=steps, weak=adapter.ORDERS.get(method))
