"""Plug-in models: Gaussian data, a score with a known error, and with them the likelihood, the bound and the gap of the model."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from . import _native
from .laws import Gaussian
from .schedules import Process

Array = NDArray[np.float64]


class PluginModel:
    """A score-based model whose likelihood and evidence lower bound are known in closed form, in any dimension.

    The reverse SDE of ``process`` runs with a network that returns ``(I + E) ∇log r_t``: ``r`` is the law of the data, or that law around
    another mean, and ``E`` has the eigenvalues ``score_errors`` along the principal axes of the covariance. Values are in nats. The
    covariance is decomposed once, with ``law``.

    Args:
        law: the data, positive definite.
        process: the noising process; ``VP.linear()`` and the like.
        score_errors: ``δ``, a number or ``(d,)`` in ascending order of the variances along the axes.
        score_mean: the mean of the data that the score believes in, ``(d,)``; without it, that of the data.
        prior: mean ``(d,)`` and variance of a round prior; without it, the moments of the data at the end of the process.
        lam: the member ``λ <= 1`` of the plug-in family: 0 is the reverse SDE, 1 the probability flow, which has no bound.

    Raises:
        ValueError: if the covariance is singular in doubles, a shape does not fit, or a number is outside its domain.
    """

    def __init__(
        self,
        law: Gaussian,
        process: Process,
        *,
        score_errors: ArrayLike = 0.0,
        score_mean: ArrayLike | None = None,
        prior: tuple[ArrayLike, float] | None = None,
        lam: float = 0.0,
    ) -> None:
        def vector(values: ArrayLike) -> Array:
            array = np.asarray(values, dtype=np.float64)
            return np.full(law.dimension, array) if array.ndim == 0 else np.ascontiguousarray(array.reshape(-1))

        self.law = law
        self.native = _native.PluginModel(
            law.native,
            process.native,
            vector(score_errors),
            None if score_mean is None else vector(score_mean),
            None if prior is None else (vector(prior[0]), float(prior[1])),
            lam,
        )

    def _rows(self, x: ArrayLike) -> Array:
        return np.ascontiguousarray(x, dtype=np.float64).reshape(-1, self.law.dimension)

    def log_likelihood(self, x: ArrayLike) -> Array:
        """``log p(x)``, ``(n,)`` for ``(n, d)``."""
        return self.native.log_likelihood(self._rows(x))

    def elbo(self, x: ArrayLike) -> Array:
        """``ELBO(x)``, ``(n,)`` for ``(n, d)``.

        Raises:
            ValueError: for the probability flow, ``lam=1``.
        """
        return self.native.elbo(self._rows(x))

    def gap(self, x: ArrayLike) -> Array:
        """``log p(x) − ELBO(x)``: not negative but for the rounding of the two, which it inherits."""
        return self.log_likelihood(x) - self.elbo(x)

    def mean_gap(self) -> tuple[float, float]:
        """Two numbers between which the average of the gap over the data lies: a certificate, for the covariance as given.

        The eigenvalues are floating point; what their decomposition left over is bounded, and the bound is part of the width.

        Raises:
            ValueError: for the probability flow, ``lam=1``.
        """
        return self.native.mean_gap(np.ascontiguousarray(self.law.covariance))
