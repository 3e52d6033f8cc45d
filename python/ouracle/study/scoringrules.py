"""scoringrules: the CRPS of a Gaussian law, every estimator from an ensemble, and the score of quantiles, on its backends."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

from .. import Finding, Findings, check_metric, frameworks
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
        yield _question(f"crps_normal/{backend}", "crps_normal", adapter.normal(backend), "gaussian", backend, "")
        for estimator, claimed in adapter.ESTIMATORS.items():
            subject = f"crps_ensemble(estimator={estimator!r})"
            yield _question(f"crps_ensemble/{estimator}/{backend}", subject, adapter.ensemble(estimator, backend), "ensemble", backend, claimed)
        yield _question(f"crps_quantile/{backend}", "crps_quantile", adapter.quantile(backend), "quantiles", backend, "")


def _prepare(backend: str) -> None:
    import scoringrules

    if backend == "jax":
        import jax

        jax.config.update("jax_enable_x64", True)
    if backend != "numpy":
        scoringrules.register_backend(backend)


def _refusal(metric: Any, backend: str) -> str:
    """What the package says if it refuses this estimator on this backend, where versions differ."""
    try:
        metric(frameworks.make(np.zeros(2), backend, "float64"), frameworks.make(np.ones((2, 3)), backend, "float64"))
    except (ValueError, ImportError, NotImplementedError) as error:
        return f"{type(error).__name__}: {error}"
    return ""


def _question(name: str, subject: str, metric: Any, forecast: str, backend: str, claimed: str) -> Question:
    def ask() -> Findings:
        reason = _refusal(metric, backend) if forecast == "ensemble" else ""
        if reason:
            return Findings([Finding("crps", "unsupported", because=reason, subject=subject)])
        return check_metric(metric, forecast, framework=backend, estimator=claimed, subject=subject)

    def in_double() -> Findings:
        import torch

        from scoringrules.backend import backends

        usual, pi = torch.get_default_dtype(), backends[backend].pi
        torch.set_default_dtype(torch.float64)
        backends[backend].pi = torch.asarray(torch.pi, dtype=torch.float64)
        try:
            return ask()
        finally:
            torch.set_default_dtype(usual)
            backends[backend].pi = pi

    if backend != "torch":
        return Question(name, "metric", subject, ask)
    change = "the default precision of PyTorch and the backend's π are double, so that √2, √π and grids of levels are"
    return Question(name, "metric", subject, ask, in_double, change, "single_precision.py")
