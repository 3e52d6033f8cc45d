"""torchsde: its methods on a tape of increments, and its Brownian interval.

>>> findings = oc.check_sde_solver(sde_solver("srk", "ito", "additive"), strong=1.5, backwards=False)
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import torch
import torchsde
from torchsde import settings

from ..increments import Increments, Solver
from ..linear import LinearSde


class Path(torchsde.BaseBrownian):
    """A batch of Brownian paths that are known by increments and Lévy areas over the steps of a grid."""

    def __init__(self, path: Increments) -> None:
        self._path = path

    def __call__(self, ta: Any, tb: Any = None, return_U: bool = False, return_A: bool = False) -> Any:
        start, end = (float(self._path.grid[0]), float(ta)) if tb is None else (float(ta), float(tb))
        parts = [self._column(self._path.increment(start, end))]
        if return_U:
            # U = ∫ (W_s − W_ta) ds = h (H + W/2)
            area = self._path.area(start, end) + self._path.increment(start, end) / 2
            parts.append(self._column((end - start) * area))
        if return_A:
            # With one channel of noise the antisymmetric Lévy area is 0.
            parts.append(torch.zeros(self._path.rows, 1, 1, dtype=self.dtype))
        return parts[0] if len(parts) == 1 else tuple(parts)

    @staticmethod
    def _column(values: np.ndarray) -> Any:
        return torch.as_tensor(values, dtype=torch.float64)[:, None]

    def __repr__(self) -> str:
        return f"Path({len(self._path.grid) - 1} steps)"

    @property
    def dtype(self) -> Any:
        return torch.float64

    @property
    def device(self) -> Any:
        return torch.device("cpu")

    @property
    def shape(self) -> Any:
        return torch.Size([self._path.rows, 1])

    @property
    def levy_area_approximation(self) -> str:
        return "foster"


class Module(torch.nn.Module):
    """The equation as torchsde takes it, with the type of noise that it should be treated as."""

    def __init__(self, equation: LinearSde, sde_type: str, noise_type: str) -> None:
        super().__init__()
        self.equation, self.sde_type, self.noise_type = equation, sde_type, noise_type

    def f(self, t: Any, y: Any) -> Any:
        """The drift."""
        return self.equation.drift(t, y)

    def g(self, t: Any, y: Any) -> Any:
        """The diffusion; as a matrix, unless the noise is diagonal."""
        # torchsde differentiates some diffusions by the state, even where they do not depend on it.
        value = self.equation.diffusion(t, y) + 0.0 * y
        return value if self.noise_type == "diagonal" else value[:, :, None]


def sde_solver(method: str, sde_type: str, noise_type: str) -> Solver:
    """A method of torchsde as :func:`ouracle.check_sde_solver` takes it; forwards in time only, as torchsde itself."""

    def solve(equation: LinearSde, times: np.ndarray, path: Increments) -> Any:
        start = torch.as_tensor(path.start(equation.start), dtype=torch.float64)[:, None]
        ts = torch.as_tensor(times[[0, -1]], dtype=torch.float64)
        step = float(times[1] - times[0])
        ys = torchsde.sdeint(Module(equation, sde_type, noise_type), start, ts, bm=Path(path), method=method, dt=step)
        return ys[-1, :, 0].detach()

    solve.__qualname__ = f"{method}/{sde_type}/{noise_type}"
    return solve


def methods() -> Iterator[tuple[str, str, str, Any]]:
    """Method, type of integral, type of noise and nominal strong order of all that torchsde offers; the order is a reason if it does not."""
    for method in settings.METHODS.all():
        for sde_type in settings.SDE_TYPES.all():
            for noise_type in settings.NOISE_TYPES.all():
                yield method, sde_type, noise_type, _strong_order(method, sde_type, noise_type)


def _strong_order(method: str, sde_type: str, noise_type: str) -> Any:
    from torchsde._core import base_sde
    from torchsde._core.methods import select

    try:
        module = base_sde.ForwardSDE(Module(LinearSde.ou(), sde_type, noise_type))
        solver = select(method, sde_type)(
            sde=module, bm=Path(Increments(np.linspace(0, 1, 2))), dt=1.0, adaptive=False, rtol=1e-5, atol=1e-4, dt_min=1e-5, options={}
        )
    except (ValueError, TypeError, NotImplementedError, AttributeError) as error:
        return f"{type(error).__name__}: {error}"
    return float(solver.strong_order)


#: What a Brownian interval may know beside increments; areas between channels are not asked about.
AREAS = ("none", "space-time", "davie", "foster")


def brownian_interval(area: str, paths: int = 4000, seed: int = 0) -> Any:
    """``path(s, t)`` of a `BrownianInterval` on ``[0, 1]``, for :func:`ouracle.check_brownian`."""
    interval = torchsde.BrownianInterval(0.0, 1.0, size=(paths, 1), dtype=torch.float64, entropy=seed, levy_area_approximation=area)

    def path(s: float, t: float) -> Any:
        if area == "none":
            return interval(s, t)[:, 0]
        increment, integral = interval(s, t, return_U=True)
        return increment[:, 0], (integral / (t - s) - increment / 2)[:, 0]

    return path


class _TwoDrifts(torch.nn.Module):
    """An Ornstein–Uhlenbeck process against one of another mean: drifts and prior drifts differ by 0.6, whatever the state."""

    noise_type, sde_type = "diagonal", "ito"

    def f(self, t: Any, y: Any) -> Any:
        return 1.5 * (0.4 - y)

    def g(self, t: Any, y: Any) -> Any:
        return torch.full_like(y, 0.7)

    def h(self, t: Any, y: Any) -> Any:
        return -1.5 * y


def logqp(steps: int = 64) -> tuple[float, float, float]:
    """The KL of paths on ``[0, ½]`` that `sdeint(logqp=True)` reports, the exact ``½ ∫ ((f − h)/g)² dt``, and a unit of rounding."""
    start = torch.full((4, 1), 2.0, dtype=torch.float64)
    ts = torch.tensor([0.0, 0.5], dtype=torch.float64)
    _, found = torchsde.sdeint(_TwoDrifts(), start, ts, method="euler", dt=0.5 / steps, logqp=True)
    exact = 0.5 * (0.6 / 0.7) ** 2 * 0.5
    # The difference of the drifts is taken from values as large as the state.
    return float(found.sum() / 4), exact, 2.0**-53 * steps * exact * (3.0 / 0.6)
