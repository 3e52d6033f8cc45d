"""Which mistake a wrong answer looks like: the samplers that return exactly what the subject returned."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from .case import Case
from .recursion import Recursion, between
from .run import Run
from .schedules import Level


@dataclass(frozen=True)
class Known:
    """A sampler of the library, right or wrong, with what to say of one that agrees with it."""

    recursion: Recursion
    story: str


#: What a sampler may turn out to be.
FAMILY: tuple[Known, ...] = (
    Known(
        Recursion("dpm-solver++3m-as-circulated"),
        "its second difference D2 is a divided difference, h²x″/2, but is weighted as h²x″: a factor 2 is missing, and DPM-Solver++(3M) "
        "is of second order (in dpm-solver, k-diffusion and diffusers alike); double D2",
    ),
    Known(
        Recursion("sde-dpm-solver++3m", eta=0.0, kappa=1),
        "its second difference d2 is a divided difference, h²x″/2, but is weighted as h²x″: a factor 2 is missing; double d2",
    ),
    Known(
        Recursion("dpm-solver-3m", kappa=1),
        "its second difference D2 is a divided difference, h²ε″/2, but is weighted as h²ε″: a factor 2 is missing; double D2",
    ),
    Known(Recursion("ddim", eta=0.0), "it is DDIM, of first order: the terms of higher order do nothing"),
    Known(Recursion("dpm-solver++2m"), "it is DPM-Solver++(2M), of second order"),
    Known(Recursion("heun"), "it is Heun's method in σ, of second order"),
)


def agrees(run: Run, known: Known, case: Case, end: Level) -> bool:
    """Whether a run is the known sampler on the levels that it visited, to what rounding leaves."""
    given = run.from_start()
    levels = [level for level in run.levels if level.half_log_snr < end.half_log_snr] + [end]
    if given is None or len(levels) < 2:
        return False
    if end.sigma == 0 and known.recursion.name not in ("ddim", "heun"):
        return False
    ratio, _, _ = known.recursion.law(case, between(levels)).excess(given, run.precision)
    return ratio <= 8


def of_order(runs: Sequence[Run], case: Case, end: Level) -> str:
    """The cause of a low order: the known sampler that all runs agree with, if there is one."""
    for known in FAMILY:
        if all(agrees(run, known, case, end) for run in runs):
            return f"{known.story} (every entry agrees with `{known.recursion.name}` on the levels it visits, to rounding, at {len(runs)} numbers of steps)"
    return ""
