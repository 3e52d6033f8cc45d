"""Laws of data under which everything a diffusion model computes is known exactly."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Union

import numpy as np
from numpy.typing import ArrayLike, NDArray

from . import _native

Array = NDArray[np.float64]


#: From here on NumPy decomposes the covariance (with the LAPACK of the machine, several times faster), and fields work along the principal
#: axes. Below, the library decomposes it, with one algorithm everywhere.
LARGE = 256


class Gaussian:
    """Gaussian data ``N(mean, covariance)`` in ``d`` dimensions.

    Args:
        mean: a number, or ``(d,)``.
        covariance: a number (times the identity), variances ``(d,)``, or ``(d, d)`` positive semidefinite.

    Raises:
        ValueError: if the shapes do not match, an entry is not finite, or the covariance is not symmetric positive
            semidefinite.
    """

    def __init__(self, mean: ArrayLike, covariance: ArrayLike) -> None:
        centre = np.atleast_1d(np.asarray(mean, dtype=np.float64))
        spread = np.asarray(covariance, dtype=np.float64)
        if spread.ndim == 1 and len(centre) == 1:
            centre = np.full(len(spread), centre[0])
        if spread.ndim == 0:
            spread = spread * np.eye(len(centre))
        elif spread.ndim == 1:
            spread = np.diag(spread)
        if centre.ndim != 1 or spread.ndim != 2:
            raise ValueError(
                f"the mean has the shape {centre.shape} and the covariance {spread.shape}; give (d,) and (d, d), (d,) or a number"
            )
        self.mean: Array = centre
        self.covariance: Array = spread
        # What cannot be decomposed is refused by the library, with a sentence.
        usable = len(centre) >= LARGE and spread.shape == 2 * centre.shape and bool(np.isfinite(spread).all())
        decomposition = None
        if usable:
            values, vectors = np.linalg.eigh(spread)
            decomposition = (values, vectors)
        self.native = _native.Gaussian(np.ascontiguousarray(centre), np.ascontiguousarray(spread), decomposition)
        #: The principal axes as columns, ``(d, d)``, if there are many.
        self.principal_axes: Array | None = None if decomposition is None else self.native.principal_axes

    @property
    def dimension(self) -> int:
        """The number of dimensions ``d``."""
        return len(self.mean)

    def sample(self, n: int, rng: np.random.Generator) -> Array:
        """``n`` independent draws, ``(n, d)``."""
        if self.principal_axes is None:
            return rng.multivariate_normal(self.mean, self.covariance, size=n, method="eigh")
        coordinates = rng.standard_normal((n, self.dimension)) * np.sqrt(self.native.variances)
        return self.mean + coordinates @ self.principal_axes.T

    def __repr__(self) -> str:
        if self.principal_axes is not None:
            return f"Gaussian({self.dimension} dimensions)"
        return f"Gaussian(mean={self.mean.tolist()}, covariance={self.covariance.tolist()})"


class PointMass(Gaussian):
    """All data at one point: the exact sampler ends there without any variance, which shows what a terminal level leaves over."""

    def __init__(self, mean: ArrayLike) -> None:
        centre = np.atleast_1d(np.asarray(mean, dtype=np.float64))
        super().__init__(centre, np.zeros((len(centre), len(centre))))

    def __repr__(self) -> str:
        if self.principal_axes is not None:
            return f"PointMass({self.dimension} dimensions)"
        return f"PointMass({self.mean.tolist()})"


class Mixture:
    """A mixture of Gaussian laws on the line. Its score is not affine, and its probability flow is the monotone map between quantiles.

    Args:
        weights: positive, with sum 1.
        means: finite.
        variances: positive.

    Raises:
        ValueError: for anything else.
    """

    def __init__(self, weights: Sequence[float], means: Sequence[float], variances: Sequence[float]) -> None:
        self.weights: Array = np.asarray(weights, dtype=np.float64)
        self.means: Array = np.asarray(means, dtype=np.float64)
        self.variances: Array = np.asarray(variances, dtype=np.float64)
        self.native = _native.Mixture(self.weights.tolist(), self.means.tolist(), self.variances.tolist())
        self.components = tuple(Gaussian(m, v) for m, v in zip(self.means, self.variances))

    @property
    def dimension(self) -> int:
        """One: the law lives on the line."""
        return 1

    @property
    def mean(self) -> Array:
        """The mean, ``(1,)``."""
        return np.array([self.weights @ self.means])

    @property
    def covariance(self) -> Array:
        """The variance, ``(1, 1)``."""
        return np.array([[self.weights @ (self.variances + (self.means - self.mean) ** 2)]])

    def sample(self, n: int, rng: np.random.Generator) -> Array:
        """``n`` independent draws, ``(n, 1)``."""
        which = rng.choice(len(self.weights), size=n, p=self.weights / self.weights.sum())
        return (self.means[which] + np.sqrt(self.variances[which]) * rng.standard_normal(n))[:, None]

    def __repr__(self) -> str:
        return f"Mixture({self.weights.tolist()}, {self.means.tolist()}, {self.variances.tolist()})"


Law = Union[Gaussian, Mixture]


def ou_series(times: ArrayLike, *, rate: float, variance: float, mean: float = 0.0) -> Gaussian:
    """The stationary Ornstein–Uhlenbeck process seen at ``times``: covariance ``variance·exp(−rate·|tᵢ − tⱼ|)``.

    Raises:
        ValueError: if the rate or the variance is not positive, or two times are equal.
    """
    points = np.atleast_1d(np.asarray(times, dtype=np.float64))
    if not rate > 0 or not variance > 0:
        raise ValueError(f"the rate is {rate} and the stationary variance {variance}; both must be positive")
    if len(np.unique(points)) < len(points):
        raise ValueError("two of the times are equal; a value is seen once")
    return Gaussian(np.full(len(points), mean), _native.ou_covariance(points, variance, rate))
