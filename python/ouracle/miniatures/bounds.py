"""The variational bound of a short chain, term by term."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from .. import tape
from ..case import Case
from ..checks.elbo_terms import check_elbo_terms
from ..findings import Findings
from ..schedules import Table
from . import Miniature, Mutation
from .conversions import LAW


def bound(case: Case, mistake: str = "") -> Callable[[Any], dict[str, Any]]:
    """Negative terms in bits per dimension, as DDPM code reports them: one draw of noise for each step."""
    eps, table = case.field("eps"), case.schedule.alphas_cumprod  # type: ignore[attr-defined]
    steps = len(table)

    def noised(x: Any, t: int) -> tuple[Any, Any]:
        noise = tape.generator().standard_normal(x.shape)
        return np.sqrt(table[t]) * x + np.sqrt(1 - table[t]) * noise, noise

    def kl(x: Any, t: int) -> Any:
        """The step from ``z_t`` to ``z_{t−1}``, in nats."""
        z, noise = noised(x, t)
        before = table[t] if mistake == "ᾱ_t for ᾱ_{t−1} in the weight" else table[t - 1]
        weight = (1 - table[t]) / table[t] * before / (1 - before) - 1
        if mistake == "ᾱ_t for ᾱ_{t−1} in the weight":
            weight = (1 - table[t - 1]) / (1 - table[t])
        if mistake == "other sign of expm1":
            weight = 1 - table[t] / (1 - table[t]) * (1 - before) / before
        return weight / 2 * np.sum((noise - eps(z, t)) ** 2, axis=-1)

    def terms(x: Any) -> dict[str, Any]:
        d = 3072 if mistake == "3072 dimensions" else x.shape[-1]
        last = table[-1]
        log_variance = np.log(1 - last) / (2 if mistake == "log σ for log σ²" else 1)
        prior = np.sum((last * x**2 + np.exp(log_variance) - 1 - log_variance) / 2, axis=-1)
        diffusion = [kl(x, steps - 1 if mistake == "t is never updated" else t) for t in range(1, steps)]
        if mistake == "last step masked":
            diffusion[-1] = 0 * diffusion[-1]
        z, _ = noised(x, 0)
        data = (z - np.sqrt(1 - table[0]) * eps(z, 0)) / np.sqrt(table[0])
        variance = np.sqrt(1 - table[0]) if mistake == "σ for σ² in the decoder" else 1 - table[0]
        decoded = np.sum((x - data) ** 2 / variance + np.log(2 * np.pi * variance), axis=-1) / 2
        parts = {"prior": prior, "diffusion": np.stack(diffusion, axis=-1), "reconstruction": decoded}
        total = sum(np.sum(part) for name, part in parts.items() if not (mistake == "no prior in the total" and name == "prior"))
        return {name: part / (d * np.log(2)) for name, part in (*parts.items(), ("total", total))}

    return terms


def _ask(mistake: str) -> Findings:
    # Ends at ᾱ = 0.1: the prior term is not nearly 0.
    case = Case(LAW, Table.ddpm(2e-2, 0.5, T=8))
    return check_elbo_terms(bound(case, mistake), case, unit="bits/dim", decoder="denoised σ²")


MINIATURES = (
    Miniature(
        "bound of a chain",
        (
            Mutation("ᾱ_t for ᾱ_{t−1} in the weight", 2),
            Mutation("σ for σ² in the decoder", 3),
            Mutation("log σ for log σ²", 6),
            Mutation("t is never updated", 6),
            Mutation("last step masked", 6),
            Mutation("no prior in the total", 6),
            Mutation("other sign of expm1", 9),
            Mutation("3072 dimensions", 10),
        ),
        {"check_elbo_terms": _ask},
    ),
)
