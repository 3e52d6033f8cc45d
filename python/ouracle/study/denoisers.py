"""Wrappers of networks as denoisers, against the exact posterior mean."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from .. import Case, Finding, Findings
from ..frameworks import to_numpy, unit_roundoff


def check_denoiser(subject: Callable[[Any, float], Any], case: Case, times: Sequence[float], name: str) -> Findings:
    """Whether `subject(x, time)` is `E[data | x]` at states drawn from the law of each time.

    The tolerance is `8 u κ`: the mean comes out of a matrix with this condition and of terms as large as the state, at a level that
    the wrapper may have found by its logarithm.
    """
    import torch

    exact = case.field("x0")
    rng = np.random.default_rng(0)
    worst = (0.0, 0.0, 1.0, float(times[0]))
    for time in times:
        level = case.schedule.level(float(time))
        mean, covariance = case.moments(level)
        x = torch.as_tensor(rng.multivariate_normal(mean, covariance, size=16))
        with torch.no_grad():
            got = to_numpy(subject(x, float(time)))
        wanted = to_numpy(exact(x, float(time)))
        kappa = float(np.linalg.cond(covariance) * (np.abs(to_numpy(x)).max() + 1) / level.alpha * (1 + abs(level.half_log_snr)))
        error, unit = float(np.abs(got - wanted).max()), unit_roundoff("float64") * kappa
        if not error / unit <= worst[0]:
            worst = (error / unit, error, unit, float(time))
    ratio, error, unit, time = worst
    verdict = "right" if ratio <= 8 else "degraded" if ratio <= 1024 else "wrong"
    because = f"8 u κ with κ = cond(α²C + σ²I)·(|x| + 1)/α·(1 + |ln(α/σ)|); the error is {ratio:.3g} u κ at time {time:.3g}"
    about: dict[str, Any] = dict(check="check_field_conversions", subject=name, case=repr(case), reference="closed form")
    return Findings([Finding("posterior mean", verdict, None, None, error, 8 * unit, because, **about)])
