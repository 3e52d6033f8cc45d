"""The training loss of noise, data and v, with min-SNR weights."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from .. import tape
from ..case import Case
from ..checks.loss import check_loss
from ..findings import Findings
from ..schedules import VP
from . import Miniature, Mutation
from .conversions import LAW

GAMMA = 5.0


def loss(case: Case, kind: str, mistake: str = "") -> Callable[[Any, float], Any]:
    """The mean over dimensions of the weighted squared error."""
    # A network that is not perfect: with a perfect one a wrong target may hide.
    network = case.field(kind, scale=0.8)

    def value(x: Any, t: float) -> Any:
        level = case.schedule.level(t)
        alpha, sigma = level.alpha, level.sigma
        noise = tape.generator().standard_normal(x.shape)
        z = alpha * x + (sigma**2 if mistake == "σ² for σ" else sigma) * noise
        target = {"eps": noise, "x0": x, "v": alpha * noise - sigma * x}[kind]
        if mistake == "v with the other sign":
            target = sigma * x - alpha * noise
        if mistake == "data for noise":
            target = x
        snr = (alpha / sigma) ** 2
        least = max(snr, GAMMA) if mistake == "clamp(min=γ)" else min(snr, GAMMA)
        if mistake == "min(snr + 1, γ)":
            least = min(snr + 1, GAMMA)
        weight = least / {"eps": snr, "x0": 1.0, "v": snr + 1}[kind]
        error = np.sum((network(z, t / 2 if mistake == "network asked at half the time" else t) - target) ** 2, axis=-1)
        return weight * error / (3072 if mistake == "3072 dimensions" else x.shape[-1])

    return value


def _asks(kind: str) -> Callable[[str], Findings]:
    def ask(mistake: str) -> Findings:
        case = Case(LAW, VP.linear())
        return check_loss(loss(case, kind, mistake), case, weight="min-snr", reduction="mean", gamma=GAMMA)

    return ask


MINIATURES = (
    Miniature(
        "loss of noise",
        (
            Mutation("σ² for σ", 3),
            Mutation("data for noise", 4),
            Mutation("clamp(min=γ)", 4),
            Mutation("network asked at half the time", 9),
            Mutation("3072 dimensions", 10),
        ),
        {"check_loss": _asks("eps")},
    ),
    Miniature(
        "loss of v",
        (Mutation("v with the other sign", 4), Mutation("min(snr + 1, γ)", 4)),
        {"check_loss": _asks("v")},
    ),
)
