"""scoringrules: its scores as :func:`ouracle.check_metric` takes them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import scoringrules

#: The estimators of `crps_ensemble`, with what their documentation says of them.
ESTIMATORS = {"nrg": "1/M²", "qd": "1/M²", "int": "1/M²", "fair": "fair", "pwm": "fair", "akr": "", "akr_circperm": ""}


def ensemble(estimator: str, backend: str = "numpy") -> Callable[[Any, Any], Any]:
    """``crps_ensemble`` with this estimator."""
    return lambda observed, members: scoringrules.crps_ensemble(observed, members, estimator=estimator, backend=backend)


def normal(backend: str = "numpy") -> Callable[[Any, Any, Any], Any]:
    """``crps_normal``."""
    return lambda observed, mean, sd: scoringrules.crps_normal(observed, mean, sd, backend=backend)


def quantile(backend: str = "numpy") -> Callable[[Any, Any, Any], Any]:
    """``crps_quantile``."""
    return lambda observed, quantiles, levels: scoringrules.crps_quantile(observed, quantiles, levels, backend=backend)
