"""torchsde: every method with every type of integral and noise on linear equations, its Brownian interval, and its logqp."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from .. import Finding, Findings, LinearSde, check_brownian, check_sde_solver
from ..findings import caller
from . import Question

PACKAGE = "torchsde"
MODULE = "torchsde"

#: Two equations: that of the textbooks, and one whose force and noise change with time.
EQUATIONS = {"ou": LinearSde.ou(), "forced": LinearSde.forced()}


def questions() -> Iterable[Question]:
    """What is asked."""
    import torch

    from ..adapters import torchsde as adapter

    torch.set_num_threads(1)
    for method, sde_type, noise_type, order in adapter.methods():
        subject = f"{method} ({sde_type}, {noise_type})"
        if isinstance(order, str):
            yield Question(f"{method}/{sde_type}/{noise_type}", "sde-solver", subject, _unsupported(subject, order))
            continue
        for world, equation in EQUATIONS.items():
            yield Question(f"{method}/{sde_type}/{noise_type}/{world}", "sde-solver", subject, _asks(adapter, method, sde_type, noise_type, order, equation))
    yield Question("backwards", "sde-solver", "sdeint", _unsupported("sdeint", "times must not fall: torchsde solves forwards in time only"))
    for name in adapter.AREAS:
        yield Question(f"BrownianInterval/{name}", "brownian", "BrownianInterval", _interval(adapter, name))
    yield Question("logqp", "likelihood", "sdeint(logqp=True)", lambda: _logqp(adapter))


def _asks(adapter: object, method: str, sde_type: str, noise_type: str, order: float, equation: LinearSde) -> Callable[[], Findings]:
    solver = adapter.sde_solver(method, sde_type, noise_type)  # type: ignore[attr-defined]
    return lambda: check_sde_solver(solver, equation, steps=(8, 16, 32), strong=order, euler=method == "euler", backwards=False)


def _interval(adapter: object, area: str) -> Callable[[], Findings]:
    return lambda: check_brownian(adapter.brownian_interval(area), subject=f"BrownianInterval with levy_area_approximation={area!r}")  # type: ignore[attr-defined]


def _logqp(adapter: object) -> Findings:
    """``½ ∫ ((f − h)/g)² dt`` of two drifts whose difference is constant, so that every step is exact."""
    got, exact, unit = adapter.logqp()  # type: ignore[attr-defined]
    error = abs(got - exact)
    verdict = "right" if error <= 8 * unit else "degraded" if error <= 1024 * unit else "wrong"
    because = "8 u κ, κ the number of steps times the value, and what the difference of the drifts cancels"
    finding = Finding("KL of paths", verdict, got=got, exact=exact, error=error, tolerance=8 * unit, because=because, reference="closed form", command=caller(), check="check_sde_solver")
    return Findings([finding])


def _unsupported(subject: str, reason: str) -> Callable[[], Findings]:
    return lambda: Findings([Finding("law forwards", "unsupported", because=reason, subject=subject, check="check_sde_solver")])
