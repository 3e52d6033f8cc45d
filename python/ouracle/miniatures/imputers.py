"""Imputation with a network that knows the known entries."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from .. import tape
from ..case import Case
from ..checks.imputer import check_imputer
from ..findings import Findings
from ..schedules import VP
from . import Miniature, Mutation
from .conversions import LAW

OBSERVED, MASK = (1.5, 0.0, 0.0), (1, 0, 0)


def imputer(network: Case, mistake: str = "") -> Callable[..., Any]:
    """The ancestral sampler on the unknown entries; the known ones are put in at the end."""
    eps = network.field("eps")

    def impute(noise: Any, observed: Any, mask: Any, steps: int) -> Any:
        known = mask[0] == (0 if mistake == "mask read the other way" else 1)
        hidden = np.flatnonzero(~(mask[0] == 1))
        times = network.schedule.times_at(np.linspace(-4.0, 5.0, steps + 1))
        z = noise[:, hidden]
        for k, (time, later) in enumerate(zip(times, [*times[1:], 0.0])):
            a, b = network.schedule.level(float(time)), network.schedule.level(float(later))
            e = eps(z, float(time))
            data = (z - a.sigma * e) / a.alpha
            factor = a.alpha / b.alpha
            forward = a.sigma**2 - factor**2 * b.sigma**2
            variance = forward * b.sigma**2 / a.sigma**2
            z = (factor * b.sigma**2 * z + b.alpha * forward * data) / a.sigma**2
            scale = variance if mistake == "variance for standard deviation" else np.sqrt(variance)
            if k < steps:
                z = z + scale * tape.generator().standard_normal(z.shape)
        out = np.zeros_like(noise)
        out[:, hidden] = z
        if mistake == "known entries left noisy":
            level = network.schedule.level(float(times[-1]))
            return np.where(known, level.alpha * observed + level.sigma * tape.generator().standard_normal(noise.shape), out)
        return np.where(known, observed, out)

    return impute


def _ask(mistake: str) -> Findings:
    case = Case(LAW, VP.linear())
    # The mistake is to leave out what is known.
    informed = case.given(np.array(MASK, bool), np.zeros(3) if mistake == "known values not shown" else np.array(OBSERVED))
    return check_imputer(imputer(informed, mistake), case, OBSERVED, MASK, network=informed)


MINIATURES = (
    Miniature(
        "imputer with a conditional network",
        (
            Mutation("variance for standard deviation", 3),
            Mutation("mask read the other way", 6),
            Mutation("known values not shown", 6),
            Mutation("known entries left noisy", 7),
        ),
        {"check_imputer": _ask},
    ),
)
