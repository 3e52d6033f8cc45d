"""zuko: the log-likelihood of its continuous flow, `FreeFormJacobianTransform`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from zuko.transforms import FreeFormJacobianTransform

from ..case import Case


def log_prob(case: Case, start: float, end: float, *, exact: bool = True) -> Callable[[Any, float], Any]:
    """``log_prob(x, tolerance)`` in nats, with the exact velocity of the case and the prior ``N(0, I)``.

    Args:
        case: any law, under a schedule whose clock the transform runs on.
        start, end: the times of the data and of the prior.
        exact: whether the divergence is exact, or estimated by one normal projection.
    """
    velocity = case.field("velocity")

    def value(x: Any, tolerance: float) -> Any:
        transform = FreeFormJacobianTransform(lambda t, z: velocity(z, t), t0=start, t1=end, atol=tolerance, rtol=tolerance, exact=exact)
        y, log_det = transform.call_and_ladj(x)
        prior = torch.distributions.Normal(torch.zeros((), dtype=x.dtype), 1.0)
        return prior.log_prob(y).sum(-1) + log_det

    value.__qualname__ = f"FreeFormJacobianTransform(exact={exact})"
    return value
