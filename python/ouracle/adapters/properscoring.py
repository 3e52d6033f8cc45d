"""properscoring: its scores as :func:`ouracle.check_metric` takes them."""

from __future__ import annotations

from typing import Any

import numpy as np
import properscoring

gaussian = properscoring.crps_gaussian
ensemble = properscoring.crps_ensemble


def quadrature(observed: Any, mean: Any, sd: Any) -> Any:
    """``crps_quadrature`` of Gaussian laws."""
    from scipy import stats

    return np.array([properscoring.crps_quadrature(y, stats.norm(loc=m, scale=s)) for y, m, s in zip(observed, mean, sd)])
