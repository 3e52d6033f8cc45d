"""Gaussian processes in time, of which some values are seen: their exact law at all times, in time linear in their number.

::

    process = oc.OrnsteinUhlenbeck(variance=1.7, rate=0.8, mean=0.4)
    smoothed = process.smooth(times, values, observed, noise=0.01)
    smoothed.mean, smoothed.variance, smoothed.log_likelihood

Times may be irregular; they increase, and each comes once. What was not observed is told by ``observed``, a mask, and not by NaN.
"""

from __future__ import annotations

import os
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from . import _native
from .laws import Gaussian, ou_series

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Smoothed:
    """What the observations say of the process (not of further observations) at each time."""

    mean: Array
    """``E[x_i | y]``, ``(n,)``."""
    variance: Array
    """``Var(x_i | y)``, ``(n,)``."""
    log_likelihood: float
    """``log p(y)``, in nats."""


@dataclass(frozen=True)
class OrnsteinUhlenbeck:
    """The stationary Ornstein–Uhlenbeck process, covariance ``variance·exp(−rate·|τ|)``.

    Args:
        variance: the stationary variance, positive.
        rate: the rate of return, positive, per unit of time.
        mean: finite.
    """

    variance: float
    rate: float
    mean: float = 0.0

    def smooth(self, times: ArrayLike, values: ArrayLike, observed: ArrayLike | None = None, *, noise: float = 0.0, threads: int = 0) -> Smoothed:
        """Mean, variance and log-likelihood given what was observed, in one pass each way.

        Args:
            times: increasing, ``(n,)``.
            values: what was observed, ``(n,)``; without meaning where nothing was.
            observed: where something was, ``(n,)``; everywhere by default.
            noise: the variance of the observation noise, 0 or more.
            threads: 0 for all cores. The result does not depend on it, to the last bit.

        Raises:
            ValueError: with the place, if a time does not increase, an observed value is not finite, or arrays do not fit.
        """
        t, y, mask = _arrays(times, values, observed)
        return Smoothed(*_native.smooth_ou(t, y, mask, self.variance, self.rate, self.mean, noise, threads or os.cpu_count() or 1))

    def law(self, times: ArrayLike) -> Gaussian:
        """The joint law at some times, in any order: for cases of a few dimensions."""
        return ou_series(times, rate=self.rate, variance=self.variance, mean=self.mean)


@dataclass(frozen=True)
class Matern32:
    """The Matérn-3/2 process of mean 0, covariance ``variance·(1 + rate·|τ|)·exp(−rate·|τ|)``, ``rate = √3/lengthscale``.

    Args:
        variance: positive.
        rate: positive, per unit of time.
    """

    variance: float
    rate: float

    def smooth(self, times: ArrayLike, values: ArrayLike, observed: ArrayLike | None = None, *, noise: float = 0.0) -> Smoothed:
        """As :meth:`OrnsteinUhlenbeck.smooth`, with the value and its derivative as state."""
        t, y, mask = _arrays(times, values, observed)
        return Smoothed(*_native.smooth_matern(t, y, mask, self.variance, self.rate, noise))

    def law(self, times: ArrayLike) -> Gaussian:
        """The joint law at some times, in any order: for cases of a few dimensions."""
        points = np.atleast_1d(np.asarray(times, dtype=np.float64))
        return Gaussian(np.zeros(len(points)), _native.matern_covariance(points, self.variance, self.rate))


def _arrays(times: ArrayLike, values: ArrayLike, observed: ArrayLike | None) -> tuple[Array, Array, NDArray[np.bool_] | None]:
    t, y = (np.ascontiguousarray(a, dtype=np.float64) for a in (times, values))
    mask = None if observed is None else np.ascontiguousarray(observed)
    for name, array in (("times", t), ("values", y), ("observed", mask)):
        if array is not None and array.ndim != 1:
            raise ValueError(f"{name} has the shape {array.shape}; give one series as an array of one axis")
    if mask is not None and mask.dtype != np.bool_:
        if not np.isin(mask, (0, 1)).all():
            raise ValueError("observed holds values beside 0 and 1; it is a mask: true where something was observed")
        mask = mask.astype(np.bool_)
    return t, y, mask
