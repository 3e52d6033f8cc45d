"""properscoring: the CRPS of a Gaussian law, by quadrature, and from an ensemble."""

from __future__ import annotations

from collections.abc import Iterable

from .. import check_metric
from . import Question

PACKAGE = "properscoring"
MODULE = "properscoring"


def questions() -> Iterable[Question]:
    """What is asked."""
    from ..adapters import properscoring as adapter

    yield Question("crps_gaussian", "metric", "crps_gaussian", lambda: check_metric(adapter.gaussian, "gaussian"))
    yield Question("crps_ensemble", "metric", "crps_ensemble", lambda: check_metric(adapter.ensemble, "ensemble", subject="crps_ensemble"))
    # Its `tol` cuts the tails where the distribution function is within 1e-6 of its limits.
    yield Question("crps_quadrature", "metric", "crps_quadrature", lambda: check_metric(adapter.quadrature, "gaussian", accuracy=1e-6))
