"""flow_matching (Meta): velocities `u(x, t)` from noise at 0 to data at 1, `ODESolver`, and schedulers that know their derivatives.

Works for any velocity code on this clock: :func:`velocity` gives the exact network, :func:`ode` drives a solver.
"""

from __future__ import annotations

import inspect
import types
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .. import schedules
from ..case import Case
from ..frameworks import to_numpy
from ..schedules import Level

Array = NDArray[np.float64]

#: Solvers of torchdiffeq with a fixed step, and the order that each should have.
FIXED_STEP = {"euler": 1, "midpoint": 2, "heun2": 2, "heun3": 3, "rk4": 4, "explicit_adams": 4, "implicit_adams": 4}


def path_schedulers(module: types.ModuleType | None = None) -> dict[str, type]:
    """Every concrete `Scheduler` that a module (without one, `flow_matching.path.scheduler.scheduler`) defines, by name."""
    if module is None:
        import flow_matching.path.scheduler.scheduler as module  # type: ignore[import-not-found,no-redef]
    found = {name: value for name, value in vars(module).items() if inspect.isclass(value) and value.__module__ == module.__name__}
    return {n: v for n, v in sorted(found.items()) if issubclass(v, module.Scheduler) and not inspect.isabstract(v)}


class Schedule(schedules.Schedule):
    """A scheduler of the package, with the rates that it states itself: `t ↦ (α, σ, α′, σ′)`, noise at 0 and data at 1."""

    def __init__(self, native: Callable[[Any], Any], noise_time: float = 0.0, data_time: float = 1.0) -> None:
        self.native = native
        self.noise_time, self.data_time = noise_time, data_time

    def rows(self, times: Array) -> Array:
        import torch

        out = self.native(torch.as_tensor(np.atleast_1d(times), dtype=torch.float64))
        return np.stack([to_numpy(part) for part in (out.alpha_t, out.sigma_t, out.d_alpha_t, out.d_sigma_t)], axis=1)

    def __repr__(self) -> str:
        return f"flow_matching.{type(self.native).__name__}"


def velocity(case: Case) -> Any:
    """The exact velocity of a case as a `ModelWrapper`."""
    from flow_matching.utils import ModelWrapper

    exact = case.field("velocity")

    class Exact(ModelWrapper):  # type: ignore[misc]
        """The drift of the probability flow of the case."""

        def __init__(self) -> None:
            super().__init__(None)

        def forward(self, x: Any, t: Any, **_: Any) -> Any:
            return exact(x, t)

    return Exact()


def ode(
    case: Case, *, method: str = "euler", span: Sequence[float] = (0.0, 1.0), solver: Any = None, **options: Any
) -> Callable[[Any, int], Any]:
    """`ODESolver(velocity).sample` as `run(noise, steps)`, with equal steps over the times of `span`.

    Args:
        case: on this clock, such as `FlowMatching()` or a :class:`Schedule` of this module.
        method: a solver of torchdiffeq.
        span: where the solver starts and where it ends; a span inside `(0, 1)` avoids the ends, where some rates are infinite.
        solver: another class with the interface of `ODESolver`.
        options: further keywords of `sample`.
    """
    start, stop = (float(time) for time in span)
    model, first = velocity(case), case.schedule.level(start)

    def run(noise: Any, steps: int) -> Any:
        import torch

        kind = solver
        if kind is None:
            from flow_matching.solver import ODESolver as kind
        x = noise * (first.alpha**2 + first.sigma**2) ** 0.5
        grid = torch.linspace(start, stop, steps + 1, dtype=torch.float64)
        return kind(velocity_model=model).sample(x_init=x, step_size=None, method=method, time_grid=grid, **options)

    run.__name__ = run.__qualname__ = f"ODESolver.sample[{method}]"
    return run


def log_likelihood(
    case: Case, *, method: str = "dopri5", step_size: float | None = None, tolerance: float = 1e-9, exact_divergence: bool = True, **options: Any
) -> Callable[[Any], Any]:
    """`ODESolver(velocity).compute_likelihood` as `x ↦ log p`, `(batch,)` in nats, with the prior `N(0, I)` at time 0."""
    model, d = velocity(case), case.dimension

    def prior(x: Any) -> Any:
        return -(x.reshape(len(x), -1) ** 2).sum(1) / 2 - d / 2 * float(np.log(2 * np.pi))

    def run(x: Any) -> Any:
        import torch
        from flow_matching.solver import ODESolver

        grid = torch.tensor([1.0, 0.0], dtype=torch.float64)
        return ODESolver(velocity_model=model).compute_likelihood(
            x_1=x, log_p0=prior, step_size=step_size, method=method, atol=tolerance, rtol=tolerance, time_grid=grid,
            exact_divergence=exact_divergence, **options,
        )[1]  # fmt: skip

    return run


def conversions(path: Any) -> dict[tuple[str, str], Callable[..., Any]]:
    """The functions `A_to_B(a, x_t, t)` of an affine path, by the kinds that they take and give."""
    names = {"target": "x0", "epsilon": "eps", "velocity": "velocity"}
    found = {}
    for name in dir(path):
        source, _, goal = name.partition("_to_")
        if source in names and goal in names:
            found[names[source], names[goal]] = getattr(path, name)
    return found


def end(case: Case, stop: float = 1.0) -> Level:
    """The level at which a solver stops."""
    return case.schedule.level(stop)
