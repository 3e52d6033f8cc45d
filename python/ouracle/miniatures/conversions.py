"""Conversions between predictions."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from ..case import Case
from ..checks.field_conversions import check_field_conversions
from ..findings import Findings
from ..laws import Gaussian
from ..schedules import VP
from . import Miniature, Mutation

LAW = Gaussian([0.7, -0.4, 0.3], [[1, 0.6, -0.2], [0.6, 0.8, 0.1], [-0.2, 0.1, 0.3]])


def conversions(mistake: str = "") -> dict[str, Callable[..., Any]]:
    """All branches to the data, two to the noise, and EDM's preconditioning."""
    sigma_data = 1.0 if mistake == "σ_data of another data set" else 0.5

    def raw(z: Any, f: Any, a: float, s: float) -> Any:
        n = s / a
        return sigma_data**2 / (n**2 + sigma_data**2) * z / a + n * sigma_data / np.sqrt(n**2 + sigma_data**2) * f

    branches: dict[str, Callable[..., Any]] = {
        "eps->x0": lambda z, e, a, s: (z - s * e) / a,
        "x0->eps": lambda z, x, a, s: (z - a * x) / s,
        "score->eps": lambda z, g, a, s: -s * g,
        "v->x0": lambda z, v, a, s: (a * z - s * v) / (a**2 + s**2),
        "v->eps": lambda z, v, a, s: (s * z + a * v) / (a**2 + s**2),
        "F->x0": raw,
    }
    wrong: dict[str, tuple[str, Callable[..., Any]]] = {
        "data taken for noise": ("x0->eps", lambda z, x, a, s: x),
        "v decoded as noise": ("v->x0", lambda z, v, a, s: (z - s * v) / a),
        "sign of v in one branch": ("v->eps", lambda z, v, a, s: (s * z - a * v) / (a**2 + s**2)),
        "σ² for σ": ("eps->x0", lambda z, e, a, s: (z - s**2 * e) / a),
        "root of σ for σ": ("score->eps", lambda z, g, a, s: -np.sqrt(s) * g),
        "α and σ swapped": ("eps->x0", lambda z, e, a, s: (z - a * e) / s),
    }
    if mistake in wrong:
        branch, call = wrong[mistake]
        branches[branch] = call
    return branches


def _ask(mistake: str) -> Findings:
    return check_field_conversions(conversions(mistake), Case(LAW, VP.linear()))


MINIATURES = (
    Miniature(
        "conversions of predictions",
        (
            Mutation("data taken for noise", 4),
            Mutation("v decoded as noise", 4),
            Mutation("sign of v in one branch", 4),
            Mutation("α and σ swapped", 4),
            Mutation("σ² for σ", 3),
            Mutation("root of σ for σ", 3),
            Mutation("σ_data of another data set", 10),
        ),
        {"check_field_conversions": _ask},
    ),
)
