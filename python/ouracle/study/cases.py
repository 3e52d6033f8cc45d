"""The laws that studies ask about."""

from __future__ import annotations

from ..laws import Gaussian, Mixture, PointMass

#: Full covariance, unequal variances on both sides of 1, and a mean that is not zero: what simpler data hide, these show.
GAUSSIAN = Gaussian([0.7, -0.4, 0.3], [[1.0, 0.6, -0.2], [0.6, 0.8, 0.1], [-0.2, 0.1, 0.3]])

#: All data at the mean of :data:`GAUSSIAN`: whatever variance is left over is the sampler's.
POINT = PointMass([0.7, -0.4, 0.3])

#: On the line, where the probability flow is the map between quantiles.
MIXTURE = Mixture([0.3, 0.7], [-1.0, 0.8], [0.04, 0.09])
