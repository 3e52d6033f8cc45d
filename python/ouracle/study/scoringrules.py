"""scoringrules: the CRPS of a Gaussian law, every estimator from an ensemble, and the score of quantiles, on its backends."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from .. import Findings, check_metric
from . import Question

PACKAGE = "scoringrules"
MODULE = "scoringrules"

BACKENDS = ("numpy", "torch", "jax")


def questions() -> Iterable[Question]:
    """What is asked."""
    import importlib.util

    from ..adapters import scoringrules as adapter

    for backend in BACKENDS:
        if importlib.util.find_spec(backend) is None:
            continue
        _prepare(backend)
        yield Question(f"crps_normal/{backend}", "metric", "crps_normal", _asks(adapter.normal(backend), "gaussian", backend, ""))
        for estimator, claimed in adapter.ESTIMATORS.items():
            subject = f"crps_ensemble(estimator={estimator!r})"
            yield Question(f"crps_ensemble/{estimator}/{backend}", "metric", subject, _asks(adapter.ensemble(estimator, backend), "ensemble", backend, claimed))
        yield Question(f"crps_quantile/{backend}", "metric", "crps_quantile", _asks(adapter.quantile(backend), "quantiles", backend, ""))


def _prepare(backend: str) -> None:
    import scoringrules

    if backend == "jax":
        import jax

        jax.config.update("jax_enable_x64", True)
    if backend != "numpy":
        scoringrules.register_backend(backend)


def _asks(metric: Any, forecast: str, backend: str, claimed: str) -> Callable[[], Findings]:
    return lambda: check_metric(metric, forecast, framework=backend, estimator=claimed)
