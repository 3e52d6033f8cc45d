"""Karras' churn: noise added before a step, against the exact law that the step then has."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from .. import Case, Finding, Findings, grades, schedules
from ..adapters import Unsupported
from ..adapters import k_diffusion as adapter
from ..recursion import Given, Recursion, between
from ..run import Sampler
from ..schedules import Level
from ..tape import TapeError
from . import cases


def exact(case: Case, levels: list[float], step: str, churn: dict[str, float]) -> tuple[Given, int]:
    """The law of the end given the start, and at how many levels noise is added.

    Before the step from `σ` to `σ′` the state is lifted to `σ̂ = (1 + γ)σ` by noise `S_noise·√(σ̂² − σ²) ξ`, with
    `γ = min(S_churn/N, √2 − 1)` inside the window `[S_tmin, S_tmax]` and 0 outside (Karras et al. 2022, algorithm 2).
    """
    d, count, steps = case.dimension, 0, len(levels) - 1
    matrix, offset, noise, radii = np.eye(d), np.zeros(d), np.zeros((d, d)), np.zeros(3)
    for sigma, after in zip(levels, levels[1:]):
        inside = churn["s_tmin"] <= sigma <= churn["s_tmax"]
        gamma = min(churn["s_churn"] / steps, 2**0.5 - 1) if inside else 0.0
        count += gamma > 0
        lifted = sigma * (1 + gamma)
        noise = noise + (lifted**2 - sigma**2) * churn["s_noise"] ** 2 * np.eye(d)
        once = Recursion(step, eta=0.0).law(case, between([Level(1.0, lifted), Level(1.0, after)]))
        # What rounding left of the parts so far goes through the step; each step adds its own.
        size = float(np.abs(once.matrix).sum(axis=1).max())
        scale = np.array([np.abs(matrix).max(), np.abs(offset).max() + 1, np.abs(noise).max()])
        radii = np.array([size, size, size**2]) * radii + np.array(once.radii)[0] * scale * 2 + np.array([0, once.radii[1], 0])
        matrix, offset, noise = once.matrix @ matrix, once.matrix @ offset + once.offset, once.matrix @ noise @ once.matrix.T
    return Given(matrix, offset, noise, tuple(radii)), count


def check_churn(function: Callable[..., Any], name: str, step: str, churn: dict[str, float], steps: int = 36) -> Findings:
    """Whether a sampler with churn adds as much noise as it should, at the levels where it should, and none when it is off."""
    case = Case(cases.GAUSSIAN, schedules.EDM())
    about: dict[str, Any] = dict(check="check_sampler", subject=f"{name} s_churn={churn['s_churn']:g}", case=repr(case), reference="recursion")
    grid = adapter.log_uniform()
    try:
        run = Sampler(adapter.sampler(function, case, grid=grid, **churn), case, framework="torch").read(steps)
    except (TapeError, Unsupported) as error:
        return Findings([Finding("churn", "undecided", because=str(error), **about)])
    law, count = exact(case, [float(sigma) for sigma in grid(steps)], step, churn)
    got = sum(bool(np.any(block)) for block in run.output.blocks[1:])
    because = f"noise counts at {got} of {steps} steps; it should at {count}"
    draws = Finding("draws", "right" if got == count else "wrong", got, count, because=because, **about)
    given = run.from_start()
    if given is None:
        return Findings([draws, Finding("churn", "undecided", because="the first state cannot be read off the noise", **about)])
    ratio, error, tolerance = law.excess(given, run.precision)
    verdict = grades.verdict(ratio)
    because = f"8 u κ along the {steps} steps, with κ of each step by interval arithmetic; the error is {ratio:.3g} u κ"
    return Findings([draws, Finding("churn", verdict, None, None, error, tolerance, because, **about)])
