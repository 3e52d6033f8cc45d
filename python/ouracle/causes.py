"""Which mistake a wrong answer looks like: the samplers that return exactly what the subject returned."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .case import Case
from .frameworks import unit_roundoff
from .run import Run
from .schedules import Level

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Known:
    """A sampler of the library, right or wrong, with what to say of one that agrees with it."""

    name: str
    story: str
    eta: float = 1.0
    kappa: int | None = None
    finish: str = "plain"


#: What a sampler may turn out to be.
FAMILY: tuple[Known, ...] = (
    Known(
        "dpm-solver++3m-as-circulated",
        "its second difference D2 is a divided difference, h²x″/2, but is weighted as h²x″: a factor 2 is missing, and DPM-Solver++(3M) "
        "is of second order (in dpm-solver, k-diffusion and diffusers alike); double D2",
    ),
    Known(
        "sde-dpm-solver++3m",
        "its second difference is a divided difference, h²x″/2, but is weighted as h²x″: a factor 2 is missing; double d2",
        eta=0.0,
        kappa=1,
    ),
    Known("dpm-solver-3m", "the multistep DPM-Solver-3 whose second difference lacks a factor 2; double D2", kappa=1),
    Known("ddim", "it is DDIM, of first order: the higher-order terms do nothing", eta=0.0),
    Known("dpm-solver++2m", "it is DPM-Solver++(2M), of second order"),
    Known("heun", "it is Heun's method in σ, of second order"),
)


def steps_between(levels: Sequence[Level]) -> Array:
    """Rows ``(α, σ)`` of where each step starts, ``(α, σ)`` of where it ends."""
    return np.array([[*a.pair, *b.pair] for a, b in zip(levels, levels[1:])])


def agrees(run: Run, known: Known, case: Case, end: Level) -> bool:
    """Whether a run is the known sampler on the levels that it visited, to what rounding leaves."""
    given = run.from_start()
    levels = [level for level in run.levels if level.half_log_snr < end.half_log_snr] + [end]
    if given is None or len(levels) < 2:
        return False
    steps = steps_between(levels)
    if steps[-1, 3] == 0 and known.name not in ("ddim", "heun", "euler"):
        return False
    matrix, offset, noise, radii = case.gaussian.native.recursion(known.name, steps, known.eta, known.kappa, known.finish)
    factor = 8 * unit_roundoff(run.reading.precision) / unit_roundoff("float64")
    return all(
        float(np.abs(mine - theirs).max()) <= factor * radius for mine, theirs, radius in zip(given, (matrix, offset, noise), radii)
    )


def of_order(runs: Sequence[Run], case: Case, end: Level) -> str:
    """The cause of a low order: the known sampler that all runs agree with, if there is one."""
    for known in FAMILY:
        if all(agrees(run, known, case, end) for run in runs):
            return f"{known.story} (every entry agrees with `{known.name}` on the levels it visits, to rounding, at {len(runs)} numbers of steps)"
    return ""
