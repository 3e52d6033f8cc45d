"""Energies whose scores are known exactly, to be handed to a purifier in place of a trained network.

They answer in the framework, shape and precision of the question, can be differentiated there, and note every state that they are
asked about: from these a purifier's steps are read.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from . import _native, frameworks
from .laws import Gaussian

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Asked:
    """One question: the states ``(batch, d)``, and at which of the energy's levels."""

    states: Array
    level: int
    dtype: str


class Energy:
    """What the energies share: shapes, labels and the notes.

    ``score(x)`` and ``energy(x)`` take ``(batch, …)`` with ``d`` entries behind the batch, or a single ``(d,)``. Labels behind ``x``
    choose the level of an energy that has several and are ignored by any other. ``energy`` returns one number a row and is to be
    differentiated; the score is **minus** its gradient.
    """

    def __init__(self, dimension: int, levels: int, sigma: float | None) -> None:
        if sigma is not None:
            _deviation(sigma)
        self.dimension = dimension
        self.levels = levels
        #: The noise with which the energy was trained, a standard deviation, if it is known.
        self.sigma = sigma
        self.asked: list[Asked] = []
        #: The largest magnitude of an entry of a state.
        self.largest = 0.0

    def forget(self) -> None:
        """Forgets all questions."""
        self.asked, self.largest = [], 0.0

    def score(self, x: Any, *labels: Any, **_: Any) -> Any:
        """``∇ log p(x)``, shaped like ``x``."""
        flat, level = self._ask(x, labels)
        return self._score(flat, level).reshape(x.shape)

    def energy(self, x: Any, *labels: Any, **_: Any) -> Any:
        """``−log p(x)`` but for a constant, ``(batch,)``."""
        return self._energy(*self._ask(x, labels))

    def exact(self, states: Array, level: int = 0) -> Array:
        """The score at states ``(n, d)`` in double precision; no question is noted."""
        raise NotImplementedError

    def _score(self, flat: Any, level: int) -> Any:
        raise NotImplementedError

    def _energy(self, flat: Any, level: int) -> Any:
        raise NotImplementedError

    def _ask(self, x: Any, labels: Sequence[Any]) -> tuple[Any, int]:
        if not hasattr(x, "shape"):
            raise ValueError("an energy is asked at an array of states, (batch, …)")
        single = tuple(x.shape) == (self.dimension,)
        flat = x.reshape(1 if single else x.shape[0], -1) if len(x.shape) else x.reshape(1, 1)
        if flat.shape[1] != self.dimension:
            raise ValueError(f"the energy was asked at the shape {tuple(x.shape)}, {flat.shape[1]} entries a row; it has {self.dimension} dimensions")
        level = self._level(labels)
        if not frameworks.is_traced(x):
            states = frameworks.to_numpy(flat).copy()
            self.largest = max(self.largest, float(np.abs(states).max(initial=0.0)))
            self.asked.append(Asked(states, level, frameworks.precision(flat)))
        return flat, level

    def _level(self, labels: Sequence[Any]) -> int:
        if self.levels == 1:
            return 0
        given = np.unique(frameworks.to_numpy(labels[0])) if labels else np.array([])
        if len(given) != 1 or given[0] not in range(self.levels):
            raise ValueError(f"the energy has {self.levels} levels and was asked with the labels {given.tolist()}; give one and the same for all rows, from 0")
        return int(given[0])


def _deviation(sigma: Any) -> float:
    """The noise of training, if it is a number that this can be."""
    size = np.asarray(sigma)
    if size.ndim or size.dtype.kind not in "fiu" or not (np.isfinite(size) and size > 0):
        raise ValueError(f"the noise of training is {sigma!r}; give its standard deviation, a number > 0")
    return float(size)


class GaussianEnergy(Energy):
    """``½ (x − m)ᵀP(x − m)``, whose score is ``−P(x − m)``.

    Args:
        precision: ``P``, a number (times the identity) or ``(d, d)`` symmetric positive definite; of several levels ``(levels, d, d)``.
        mode: ``m``, ``(d,)``; 0 by default.
        sigma: the noise with which it was trained, a standard deviation; for Tweedie's step.

    Raises:
        ValueError: if shapes do not match or a matrix is not symmetric positive definite.
    """

    def __init__(self, precision: ArrayLike, mode: ArrayLike | None = None, sigma: float | None = None) -> None:
        matrices = np.asarray(precision, dtype=np.float64)
        d = len(np.atleast_1d(np.asarray(mode))) if mode is not None else matrices.shape[-1] if matrices.ndim else 1
        matrices = matrices * np.eye(d) if matrices.ndim == 0 else matrices
        matrices = matrices[None] if matrices.ndim == 2 else matrices
        if matrices.ndim != 3 or matrices.shape[1:] != (d, d):
            raise ValueError(f"the precision has the shape {np.shape(precision)} and the mode {d} entries; give a number, (d, d) or (levels, d, d), and (d,)")
        for matrix in matrices:
            # The same judge as for covariances; a precision must not be singular either.
            Gaussian(np.zeros(d), matrix)
            if np.linalg.eigvalsh(matrix)[0] <= 0:
                raise ValueError("the precision is singular; an energy needs one that is positive definite")
        super().__init__(d, len(matrices), sigma)
        self.precisions: Array = matrices
        self.mode: Array = np.zeros(d) if mode is None else np.atleast_1d(np.asarray(mode, dtype=np.float64))
        if not np.isfinite(self.mode).all():
            raise ValueError("an entry of the mode is not finite")

    @classmethod
    def trained(cls, law: Gaussian, sigma: ArrayLike) -> GaussianEnergy:
        """What denoising score matching finds on this data at this noise, or at several: ``P = (Σ + σ²I)⁻¹``."""
        noises = np.atleast_1d(np.asarray(sigma, dtype=np.float64))
        if noises.ndim != 1 or not len(noises) or not (np.isfinite(noises) & (noises > 0)).all():
            raise ValueError(f"the noise of training is {noises.tolist()}; give its standard deviation, a number > 0, or several, one a level")
        slopes, _ = law.native.prediction("score", np.stack([np.ones_like(noises), noises, 0 * noises, 0 * noises], axis=1))
        return cls(-(slopes + slopes.transpose(0, 2, 1)) / 2, law.mean, float(noises[0]) if len(noises) == 1 else None)

    @classmethod
    def of_classes(cls, mean: ArrayLike, covariance: ArrayLike, sigma: float) -> GaussianEnergy:
        """What it finds on two classes ``N(±μ, Σ)`` without their labels, among Gaussian energies: ``P = (Σ + μμᵀ + σ²I)⁻¹``."""
        law, noise = Gaussian(mean, covariance), _deviation(sigma)
        return cls(_native.trained_precision(law.mean, law.covariance, noise**2), None, noise)

    @property
    def precision(self) -> Array:
        """``P`` of the first level."""
        return self.precisions[0]

    def exact(self, states: Array, level: int = 0) -> Array:
        return -(states - self.mode) @ self.precisions[level]

    def _score(self, flat: Any, level: int) -> Any:
        return (frameworks.like(self.mode, flat) - flat) @ frameworks.like(self.precisions[level], flat)

    def _energy(self, flat: Any, level: int) -> Any:
        away = flat - frameworks.like(self.mode, flat)
        return (away * (away @ frameworks.like(self.precisions[level], flat))).sum(-1) / 2

    def __repr__(self) -> str:
        precision = self.precision if self.levels == 1 else self.precisions
        return f"GaussianEnergy({precision.tolist()}, mode={self.mode.tolist()})"


class MixtureEnergy(Energy):
    """The energy of two classes ``N(±μ, s²I)`` under noise ``σ``: score ``(μ tanh(μᵀx/τ²) − x)/τ²`` with ``τ² = s² + σ²``.

    Args:
        mean: ``μ``, ``(d,)``.
        variance: ``s²`` > 0, within a class.
        sigma: ``σ`` > 0, a standard deviation.

    Raises:
        ValueError: for anything else.
    """

    def __init__(self, mean: ArrayLike, variance: float, sigma: float) -> None:
        self.mean: Array = np.atleast_1d(np.asarray(mean, dtype=np.float64))
        if self.mean.ndim != 1 or not np.isfinite(self.mean).all() or not np.any(self.mean) or not (np.isfinite(variance) and variance > 0):
            raise ValueError(f"the mean of a class is {self.mean.tolist()} and its variance {variance}; give d finite entries, not all 0, and a positive number")
        # A mixture has no noiseless case: without σ there is no training by denoising.
        noise = _deviation(sigma)
        super().__init__(len(self.mean), 1, noise)
        #: ``τ² = s² + σ²``.
        self.spread = float(variance) + noise**2

    def exact(self, states: Array, level: int = 0) -> Array:
        return _native.mirrored_score(self.mean, self.spread, np.ascontiguousarray(states))

    def _score(self, flat: Any, level: int) -> Any:
        mean = frameworks.like(self.mean, flat)
        share = frameworks.namespace(flat).tanh(flat @ mean / self.spread)
        return (share[:, None] * mean - flat) / self.spread

    def _energy(self, flat: Any, level: int) -> Any:
        xp = frameworks.namespace(flat)
        # log cosh, without an exponential that overflows.
        size = xp.abs(flat @ frameworks.like(self.mean, flat)) / self.spread
        return (flat * flat).sum(-1) / (2 * self.spread) - size - xp.log1p(xp.exp(-2 * size))

    def fixed_point(self) -> float:
        """``t*`` in ``(0, 1)``: the modes are at ``±t*μ``, and not at the means of the classes; 0 if ``|μ|² ≤ τ²``."""
        return _native.mirrored_fixed_point(self.mean, self.spread)

    def slope(self, c: float, t: float) -> float:
        """What a step of length ``cτ²`` makes of a small change along ``μ`` at ``tμ``: it is multiplied by this."""
        return _native.mirrored_slope(self.mean, self.spread, c, t)

    def __repr__(self) -> str:
        return f"MixtureEnergy({self.mean.tolist()}, τ²={self.spread:.9g})"
