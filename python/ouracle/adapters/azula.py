"""azula: samplers `Sampler(denoiser, steps=…)` of a `Denoiser` with a `Schedule`, on the clock `[0, 1]` with noise at 1."""

from __future__ import annotations

import functools
import inspect
import types
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .. import schedules
from ..case import Case
from ..schedules import Level
from . import Unsupported

Array = NDArray[np.float64]
Grid = Callable[[int], Array]


def samplers(module: types.ModuleType | None = None) -> dict[str, type]:
    """Every subclass of `Sampler` that a module (without one, `azula.sample`) defines, by name."""
    if module is None:
        import azula.sample as module  # type: ignore[import-not-found,no-redef]
    base = module.Sampler
    return _subclasses(module, base)


def noise_schedules(module: types.ModuleType | None = None) -> dict[str, type]:
    """Every subclass of `Schedule` that a module (without one, `azula.noise`) defines, by name."""
    if module is None:
        import azula.noise as module  # type: ignore[import-not-found,no-redef]
    return _subclasses(module, module.Schedule)


def _subclasses(module: types.ModuleType, base: type) -> dict[str, type]:
    found = {name: value for name, value in vars(module).items() if inspect.isclass(value) and issubclass(value, base)}
    return {name: value for name, value in sorted(found.items()) if value is not base and value.__module__ == module.__name__}


class Schedule(schedules.Schedule):
    """A schedule of the package, `t ↦ (α, σ)` on PyTorch's tensors; its rates are its derivatives by automatic differentiation."""

    def __init__(self, native: Callable[[Any], Any], noise_time: float = 1.0, data_time: float = 0.0) -> None:
        self.native = native
        self.noise_time, self.data_time = noise_time, data_time

    def rows(self, times: Array) -> Array:
        import torch

        with torch.enable_grad():
            t = torch.as_tensor(np.atleast_1d(times), dtype=torch.float64).requires_grad_()
            columns = []
            for scale in self.native(t):
                # A scale that does not depend on time has no graph, and the rate 0.
                rate = torch.autograd.grad(scale.sum(), t, retain_graph=True)[0] if scale.requires_grad else torch.zeros_like(t)
                columns.append((scale.detach(), rate))
        (alpha, alpha_rate), (sigma, sigma_rate) = columns
        return torch.stack([alpha, sigma, alpha_rate, sigma_rate], dim=1).numpy()

    def level(self, time: float) -> Level:
        import torch

        with torch.no_grad():
            alpha, sigma = self.native(torch.as_tensor(time, dtype=torch.float64))
        return Level(float(alpha), float(sigma))

    def __repr__(self) -> str:
        return f"azula.{type(self.native).__name__}"


def denoiser(case: Case) -> Any:
    """The exact `Denoiser` of a case whose schedule is a :class:`Schedule` of this module."""
    from azula.denoise import Denoiser, DiracPosterior

    if not isinstance(case.schedule, Schedule):
        raise Unsupported(f"the case has the schedule {case.schedule!r}; give it `adapters.azula.Schedule(azula's own)`")
    exact, native = case.field("x0"), case.schedule.native

    class Exact(Denoiser):  # type: ignore[misc]
        """The posterior mean of the case."""

        schedule = native

        def forward(self, x_t: Any, t: Any, **_: Any) -> Any:
            return DiracPosterior(mean=exact(x_t, t))

    return Exact()


def log_uniform(schedule: schedules.Schedule, stop: float = 0.0, start: float = 1.0) -> Grid:
    """Times uniform in log-SNR from `start` to `stop` on the schedule, `(steps + 1,)`."""
    noisy, clean = schedule.level(start).half_log_snr, schedule.level(stop).half_log_snr

    @functools.cache
    def times(steps: int) -> Array:
        inner = schedule.times_at(np.linspace(noisy, clean, steps + 1)[1:-1])
        return np.concatenate([[start], inner, [stop]])

    return times


def sampler(kind: type, case: Case, *, grid: Grid | None = None, own_start: bool = False, **options: Any) -> Callable[[Any, int], Any]:
    """A sampler of the package as `run(noise, steps)`, with the exact denoiser of the case.

    Args:
        kind: a subclass of `Sampler`.
        case: with a :class:`Schedule` of this module.
        grid: gives the times for a number of steps, noisy to clean; without one, the sampler's own, `linspace(start, stop)`.
        own_start: whether the sampler draws its first state by its `init`, for data of mean 0 and variance 1; otherwise it is the
            noise times `√(α² + σ²)`, which has the same law.
        options: further keywords of the sampler, such as `eta`, `order`, `start`, `stop`.

    Raises:
        Unsupported: if the sampler needs something that the adapter does not know, or has no `timesteps` to replace.
    """
    parameters = inspect.signature(kind).parameters
    unknown = [
        p.name
        for p in parameters.values()
        if p.default is p.empty and p.kind not in (p.VAR_KEYWORD, p.VAR_POSITIONAL) and p.name not in ("denoiser", *options)
    ]
    if unknown:
        raise Unsupported(f"`{kind.__name__}` needs `{unknown[0]}`, which the adapter does not know; give it as an option, `{unknown[0]}=…`")
    if grid is not None and not hasattr(kind, "timesteps"):
        raise Unsupported(f"`{kind.__name__}` has no `timesteps`, so it cannot be put on a grid; leave `grid` out")
    exact, schedule = denoiser(case), case.schedule

    def run(noise: Any, steps: int) -> Any:
        import torch

        made = _on(kind, None if grid is None else grid(steps))(exact, steps=steps, silent=True, dtype=torch.float64, **options)
        if own_start:
            return made(made.init(tuple(noise.shape), dtype=noise.dtype))
        level = schedule.level(float(made.timesteps[0]))
        return made(noise * (level.alpha**2 + level.sigma**2) ** 0.5)

    run.__name__ = run.__qualname__ = kind.__name__
    return run


def _on(kind: type, times: Array | None) -> type:
    """The sampler with these times in the place of its own."""
    if times is None:
        return kind
    import torch

    grid = torch.as_tensor(times, dtype=torch.float64)
    return type(kind.__name__, (kind,), {"timesteps": property(lambda self: grid)})


def end(case: Case, stop: float = 0.0) -> Level:
    """The level at which a sampler stops: azula's schedules keep a little noise at time 0."""
    return case.schedule.level(stop)
