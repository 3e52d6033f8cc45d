"""Which mistake a wrong answer looks like: the samplers that return exactly what the subject returned."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from . import grades
from .case import Case
from .orders import Order
from .recursion import Recursion, between
from .run import Run
from .schedules import Level

Array = NDArray[np.float64]


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
    return grades.verdict(ratio) == "right"


def of_order(runs: Sequence[Run], case: Case, end: Level) -> str:
    """The cause of a low order: the known sampler that all runs agree with, if there is one."""
    for known in FAMILY:
        if all(agrees(run, known, case, end) for run in runs):
            return f"{known.story} (every entry agrees with `{known.recursion.name}` on the levels it visits, to rounding, at {len(runs)} numbers of steps)"
    return ""


def of_growth(measured: Order) -> str:
    """What errors look like that fall first and grow later, like ``√N`` or faster: digits are lost. Empty if they do not."""
    least = int(np.argmin(measured.errors))
    later = measured.errors[least:]
    if len(later) < 2 or least == 0 or any(b <= a for a, b in zip(later, later[1:])):
        return ""
    if np.log(later[-1] / later[-2]) < 0.5 * np.log(measured.steps[-1] / measured.steps[-2]):
        return ""
    return (
        f"its error falls to {measured.errors[least]:.2g} at {measured.steps[least]} steps and grows from there, to {later[-1]:.2g} at "
        f"{measured.steps[-1]}, as lost digits do and discretisation does not: numbers that are nearly equal for short steps are subtracted"
    )


def of_divergence(runs: Sequence[Run], steps: Sequence[int], case: Case, end: Level) -> str:
    """What a sampler that does not tend to the exact law looks like; empty if nothing fits.

    What it tends to is extrapolated from its two finest runs, with the error of a method of first order. A fit is a law ten times
    nearer to that than the exact one.
    """
    levels = runs[-1].levels
    coarse, fine = (run.law_from_exact_start() for run in runs[-2:])
    if coarse is None or fine is None or not levels:
        return ""
    share = steps[-2] / (steps[-1] - steps[-2])
    law = (fine[0] + share * (fine[0] - coarse[0]), fine[1] + share * (fine[1] - coarse[1]))
    if len(levels) > 1 and levels[0].half_log_snr > levels[-1].half_log_snr:
        return (
            f"its network is asked from λ = {levels[0].half_log_snr:.3g} down to {levels[-1].half_log_snr:.3g}, from data to noise: its time "
            "runs the other way from the schedule's, or it inverts instead of sampling"
        )
    error = distance(law, case.moments(end))
    last = levels[-1]
    if last != end and distance(law, case.moments(last)) < error / 10:
        return f"its samples have the law of its last level, σ/α = {last.ratio:.3g}, not of σ/α = {end.ratio:.3g}: the last step is missing or has length 0"
    mean, covariance = case.moments(end)
    scale = float(np.sqrt(np.trace(law[1]) / np.trace(covariance))) if np.trace(covariance) > 0 else 0.0
    if scale > 0 and distance((law[0] / scale, law[1] / scale**2), (mean, covariance)) < error / 10:
        return f"its samples are the right ones times about {scale:.3g}: a convention of the state's scale, or a factor left over"
    if distance((-law[0], law[1]), (mean, covariance)) < error / 10:
        return "its mean has the other sign: the sign of the field or of a step"
    return ""


def distance(law: tuple[Array, Array], exact: tuple[Array, Array]) -> float:
    """How far two laws are apart: the errors of mean and covariance, in units of the exact standard deviation and covariance.

    A point mass has no units of its own; there the errors count as they are.
    """
    (mean, covariance), (exact_mean, exact_covariance) = law, exact
    unit = float(np.sqrt(np.trace(exact_covariance) / len(exact_mean))) or 1.0
    return float(np.linalg.norm(mean - exact_mean) / unit + np.linalg.norm(covariance - exact_covariance) / unit**2)
