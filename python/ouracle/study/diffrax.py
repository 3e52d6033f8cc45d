"""diffrax: every SDE solver on linear equations, forwards and backwards in time, and its Brownian trees."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from .. import Finding, Findings, LinearSde, check_brownian, check_sde_solver
from . import Question

PACKAGE = "diffrax"
MODULE = "diffrax"

#: Two equations: that of the textbooks, and one whose force and noise change with time.
EQUATIONS = {"ou": LinearSde.ou(), "forced": LinearSde.forced()}


def questions() -> Iterable[Question]:
    """What is asked."""
    import diffrax
    import jax

    from ..adapters import diffrax as adapter

    jax.config.update("jax_enable_x64", True)
    for name, solver, reason in adapter.sde_solvers():
        if reason:
            yield Question(f"{name}/unsupported", "sde-solver", name, _unsupported(name, reason))
            continue
        nominal = solver.strong_order(None)
        twin = adapter.mended(solver)
        for world, equation in EQUATIONS.items():
            yield Question(
                f"{name}/{world}",
                "sde-solver",
                name,
                _asks(adapter.sde_solver(solver), equation, nominal, name),
                _asks(adapter.sde_solver(twin), equation, nominal, name) if twin is not None else None,
                "each drift is multiplied with the signed step, and the Lévy area H keeps its sign when time is reversed" if twin is not None else "",
                "backwards.py" if twin is not None else "",
            )
    for area in (diffrax.BrownianIncrement, diffrax.SpaceTimeLevyArea, diffrax.SpaceTimeTimeLevyArea):
        yield Question(f"VirtualBrownianTree/{area.__name__}", "brownian", "VirtualBrownianTree", _tree(adapter, area))


def _asks(solver: Any, equation: LinearSde, nominal: float | None, name: str) -> Callable[[], Findings]:
    return lambda: check_sde_solver(solver, equation, steps=(8, 16, 32), strong=nominal, euler=name == "Euler", subject=name)


def _tree(adapter: Any, area: Any) -> Callable[[], Findings]:
    return lambda: check_brownian(adapter.brownian_tree(area), subject=f"VirtualBrownianTree with {area.__name__}")


def _unsupported(name: str, reason: str) -> Callable[[], Findings]:
    return lambda: Findings([Finding("law forwards", "unsupported", because=reason, subject=name, check="check_sde_solver")])
