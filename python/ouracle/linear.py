"""Linear SDEs on the line with additive noise, whose solution on a given Brownian path is known exactly, in both directions of time."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from . import _native, frameworks

Array = NDArray[np.float64]


@dataclass(frozen=True)
class LinearSde:
    """``dX = (−rate·X + force + force_slope·t) dt + (noise + noise_slope·t) dB`` from ``X(begin) = start`` to ``end``.

    With ``end < begin`` it is solved backwards in time, along the same path of ``B``. Itô and Stratonovich agree: the noise does not
    depend on the state. Coefficients that change with time show at which time a solver asks for them.

    Raises:
        ValueError: if a number is not finite, or begin and end are equal.
    """

    rate: float
    force: float
    noise: float
    start: float
    force_slope: float = 0.0
    noise_slope: float = 0.0
    begin: float = 0.0
    end: float = 1.0

    def __post_init__(self) -> None:
        if not np.isfinite([self.start, self.begin, self.end]).all() or self.begin == self.end:
            raise ValueError(f"the equation starts from {self.start} at {self.begin} and ends at {self.end}; give finite numbers and two different times")
        _ = self.native  # refuses coefficients that are not finite

    @classmethod
    def ou(cls, rate: float = 1.5, mean: float = 0.4, noise: float = 0.7, start: float = 2.0, end: float = 1.0) -> LinearSde:
        """The Ornstein–Uhlenbeck process ``dX = rate·(mean − X) dt + noise dB``."""
        return cls(rate=rate, force=rate * mean, noise=noise, start=start, end=end)

    @classmethod
    def forced(cls, end: float = 1.0) -> LinearSde:
        """An Ornstein–Uhlenbeck process whose force and noise change with time."""
        return cls(rate=1.5, force=0.6, force_slope=-0.8, noise=0.7, noise_slope=0.5, start=2.0, end=end)

    @property
    def native(self) -> _native.LinearSde:
        """The equation on its own clock."""
        return _native.LinearSde(self.rate, self.noise, self.noise_slope, self.force, self.force_slope)

    def drift(self, t: Any, x: Any) -> Any:
        """The drift, for arrays of any framework."""
        return -self.rate * x + (self.force + self.force_slope * t)

    def diffusion(self, t: Any, x: Any) -> Any:
        """What multiplies ``dB``, in the shape of ``x``, of which it does not depend otherwise."""
        return frameworks.namespace(x).ones_like(x) * (self.noise + self.noise_slope * t)

    def backwards(self) -> LinearSde:
        """The same equation from ``end`` to ``begin``."""
        return replace(self, begin=self.end, end=self.begin)

    @property
    def direction(self) -> float:
        """1 forwards in time, −1 backwards."""
        return 1.0 if self.end > self.begin else -1.0

    def elapsed(self, *, drift: float = 1.0, noise: float = 1.0, mirrored: bool = False) -> LinearSde:
        """The equation in the time ``τ`` since its start, which always grows, driven by ``B`` as it stands in the path.

        Backwards both terms change their sign, because ``dt`` and ``dB`` do. The arguments make wrong versions: ``drift`` and ``noise``
        multiply the two terms, and ``mirrored`` takes the coefficients at ``begin + τ`` also backwards.
        """
        sign = self.direction
        slope = 1.0 if mirrored else sign
        return LinearSde(
            rate=drift * sign * self.rate,
            force=drift * sign * (self.force + self.force_slope * self.begin),
            force_slope=drift * sign * slope * self.force_slope,
            noise=noise * sign * (self.noise + self.noise_slope * self.begin),
            noise_slope=noise * sign * slope * self.noise_slope,
            start=self.start,
            end=abs(self.end - self.begin),
        )

    def moments(self) -> tuple[float, float]:
        """Mean and variance at the end."""
        clock = self.elapsed()
        factor, offset, variance = clock.native.transition(np.zeros(1), np.array([clock.end]))[0]
        return float(factor * self.start + offset), float(variance)

    def response(self, times: Array) -> Array:
        """``dX(end)/dB`` at times of the equation's own clock: the solution is its mean plus ``∫ response dB`` over growing time."""
        return self.elapsed()._response(np.abs(np.asarray(times, dtype=np.float64) - self.begin))

    def _response(self, elapsed: Array) -> Array:
        at = np.ascontiguousarray(np.ravel(elapsed))
        factors = self.native.transition(at, np.full(len(at), self.end))[:, 0]
        return (factors * self.native.coefficients(at)[:, 2]).reshape(np.shape(elapsed))

    def euler(self, times: Array) -> tuple[float, Array]:
        """What Euler–Maruyama gives on this grid: the mean, and what multiplies the increment of ``B`` over each step."""
        times = np.ascontiguousarray(times, dtype=np.float64)
        steps = self.native.euler(times[:-1].copy(), times[1:].copy())
        mean, later = self.start, np.ones(len(steps))
        for factor, offset, _ in steps:
            mean = factor * mean + offset
        later[:-1] = np.cumprod(steps[:0:-1, 0])[::-1]
        return float(mean), later * steps[:, 2]
