"""A log-likelihood by the probability flow, and the CRPS of a Gaussian forecast."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from ..case import Case
from ..checks.likelihood import check_likelihood
from ..checks.metric import check_metric
from ..findings import Findings
from ..schedules import FlowMatching
from . import Miniature, Mutation
from .conversions import LAW


def log_likelihood(case: Case, mistake: str = "") -> Callable[[Any, int], Any]:
    """In nats: Runge and Kutta's steps from the data at 0 to ``N(0, I)`` at 1, with the exact divergence of an affine field."""
    velocity = case.field("velocity")

    def rate(x: Any, t: float) -> tuple[Any, Any]:
        here = velocity(x, t)
        at = 0.0 if mistake == "time of the divergence is never updated" else t
        start = velocity(x, at)
        return here, sum((velocity(x + e, at) - start) @ e for e in np.eye(x.shape[1]))

    def log_prob(x: Any, steps: int) -> Any:
        total, h = np.zeros(len(x)), 1.0 / steps
        for k in range(steps):
            t = k * h
            a, da = rate(x, t)
            b, db = rate(x + h / 2 * a, t + h / 2)
            c, dc = rate(x + h / 2 * b, t + h / 2)
            d, dd = rate(x + h * c, t + h)
            x = x + h / 6 * (a + 2 * b + 2 * c + d)
            total = total + h / 6 * (da + 2 * db + 2 * dc + dd)
        prior = -np.sum(x**2, axis=1) / 2 - x.shape[1] / 2 * np.log(2 * np.pi)
        value = prior - total if mistake == "sign of the divergence" else prior + total
        if mistake == "d of 8-bit images":
            return value / 3072 * x.shape[1]
        return value - 7 * np.log(2) if mistake == "7 bits of 8-bit images" else value

    return log_prob


def crps(mistake: str = "") -> Callable[[Any, Any, Any], Any]:
    """The CRPS of ``N(mean, sd²)``."""

    def score(observed: Any, mean: Any, sd: Any) -> Any:
        scale = sd**2 if mistake == "variance for standard deviation" else sd
        if mistake == "forecast and observation swapped":
            observed, mean = mean, observed + scale
        w = (observed - mean) / scale
        cdf = np.array([0.5 * math.erfc(-value / math.sqrt(2)) for value in np.ravel(w)]).reshape(np.shape(w))
        return scale * (w * (2 * cdf - 1) + 2 * np.exp(-(w**2) / 2) / math.sqrt(2 * math.pi) - 1 / math.sqrt(math.pi))

    return score


def _ask(mistake: str) -> Findings:
    case = Case(LAW, FlowMatching(data_at=0))
    return check_likelihood(log_likelihood(case, mistake), case, refinements=(16, 32), unit="nats")


MINIATURES = (
    Miniature(
        "log-likelihood by the flow",
        (
            Mutation("time of the divergence is never updated", 6),
            Mutation("sign of the divergence", 9),
            Mutation("7 bits of 8-bit images", 10),
            Mutation("d of 8-bit images", 10),
        ),
        {"check_likelihood": _ask},
    ),
    Miniature(
        "CRPS of a Gaussian forecast",
        (Mutation("variance for standard deviation", 3), Mutation("forecast and observation swapped", 4)),
        {"check_metric": lambda mistake: check_metric(crps(mistake), "gaussian")},
    ),
)
