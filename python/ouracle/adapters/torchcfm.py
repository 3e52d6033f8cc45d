"""torchcfm: matchers that draw a location `x_t` and the velocity `u_t` that a network is trained on, noise (or a source) at 0, data at 1.

A matcher is an affine map of its source `x0`, its data `x1` and a noise ε of its own, so its path is read exactly by putting in
unit vectors. What a trained network converges to, `E[u_t | x_t]`, is then compared with the exact velocity, exactly for
independent pairs and otherwise by regression on draws.
"""

from __future__ import annotations

import inspect
import types
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .. import schedules
from ..frameworks import to_numpy

Array = NDArray[np.float64]


def matchers(module: types.ModuleType | None = None) -> dict[str, type]:
    """Every matcher that a module (without one, `torchcfm.conditional_flow_matching`) defines, by name."""
    if module is None:
        import torchcfm.conditional_flow_matching as module  # type: ignore[import-not-found,no-redef]
    found = {name: value for name, value in vars(module).items() if inspect.isclass(value) and value.__module__ == module.__name__}
    return {n: v for n, v in sorted(found.items()) if hasattr(v, "compute_conditional_flow") and hasattr(v, "sample_xt")}


@dataclass(frozen=True)
class Path:
    """Location and velocity of a matcher at one time: `x_t = Σ location_k · (x0, x1, ε)_k`, and `u_t` likewise."""

    location: Array
    velocity: Array
    #: How far the two are from linear with one coefficient for all entries, and what rounding explains.
    residual: float
    allowance: float


def read(matcher: Any, time: float, d: int = 3) -> Path:
    """The path of a matcher at a time, from unit vectors in the places of `x0`, `x1` and its noise, without any pairing of batches."""
    import torch

    rng = np.random.Generator(np.random.Philox(0))
    units = np.concatenate([np.eye(3 * d), rng.standard_normal((4, 3 * d))])
    source, data, noise = (torch.as_tensor(part) for part in np.split(units, 3, axis=1))
    t = torch.full((len(units),), float(time), dtype=torch.float64)
    location = matcher.sample_xt(source, data, t, noise)
    flow = matcher.compute_conditional_flow(source, data, t, location)
    rows = [to_numpy(part).reshape(len(units), d) for part in (location, flow)]
    coefficients = [np.array([np.trace(part[k * d : (k + 1) * d]) / d for k in range(3)]) for part in rows]
    expected = [sum(c * piece for c, piece in zip(cs, np.split(units, 3, axis=1))) for cs in coefficients]
    residual = max(float(np.abs(part - linear).max()) for part, linear in zip(rows, expected))
    size = max(1.0, *(float(np.abs(part).max()) for part in rows))
    return Path(*coefficients, residual, 8 * 2.0**-53 * 8 * size)


class Schedule(schedules.Schedule):
    """The schedule that a matcher's locations follow if source and noise are standard normal: `x_t = α(t) x1 + σ(t) z`.

    Its rates are those of the velocities: `α′` is the share of `x1` in `u_t`, and `σσ′` the covariance of the noises of `x_t` and
    `u_t`; so `E[u_t | x_t]` is the velocity of a case with this schedule.
    """

    def __init__(self, matcher: Any) -> None:
        self.native = matcher
        self.noise_time, self.data_time = 0.0, 1.0

    def rows(self, times: Array) -> Array:
        import torch

        t = np.ravel(np.asarray(times, dtype=np.float64))
        # Three rows for each time: source, data and noise, one at a time.
        parts = [torch.as_tensor(np.tile(unit, len(t))[:, None]) for unit in np.eye(3)]
        repeated = torch.as_tensor(np.repeat(t, 3))
        location = self.native.sample_xt(parts[0], parts[1], repeated, parts[2])
        flow = self.native.compute_conditional_flow(parts[0], parts[1], repeated, location)
        (b, alpha, c), (b_rate, alpha_rate, c_rate) = (to_numpy(part).reshape(-1, 3).T for part in (location, flow))
        sigma = np.hypot(b, c)
        return np.stack([alpha, sigma, alpha_rate, (b * b_rate + c * c_rate) / sigma], axis=1)

    def __repr__(self) -> str:
        return f"torchcfm.{type(self.native).__name__}(sigma={self.native.sigma})"


def draws(
    matcher: Any, sources: Callable[[int], Array], data: Callable[[int], Array], time: float, batches: int, size: int, seed: int = 0
) -> tuple[Array, Array]:
    """Locations and velocities from `sample_location_and_conditional_flow` over batches, each `(batches·size, d)`.

    The package pairs batches with NumPy's global generator and draws noise with PyTorch's; both are seeded and put back.
    """
    import torch

    kept = np.random.get_state()
    np.random.seed(seed)
    locations, velocities = [], []
    try:
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            for _ in range(batches):
                x0, x1 = (torch.as_tensor(draw(size)) for draw in (sources, data))
                t = torch.full((size,), float(time), dtype=torch.float64)
                _, location, flow = matcher.sample_location_and_conditional_flow(x0, x1, t=t)[:3]
                locations.append(to_numpy(location))
                velocities.append(to_numpy(flow))
    finally:
        np.random.set_state(kept)
    return np.concatenate(locations), np.concatenate(velocities)
