"""What a network learns from pairs of input and target: their regression, against the exact field."""

from __future__ import annotations

from collections.abc import Callable
from statistics import NormalDist
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..case import Case
from ..fields import kind_of
from ..findings import Finding, Findings, caller
from ..frameworks import to_numpy
from ..session import check

Array = NDArray[np.float64]


@check
def check_regression(
    draw: Callable[[int, int], tuple[Any, Any]],
    case: Case,
    time: float,
    *,
    kind: str = "velocity",
    samples: int = 20_000,
    false_alarm: float = 1e-6,
    seed: int = 0,
    subject: str = "",
) -> Findings:
    """Whether the target of a training code has the exact field as its conditional mean, ``E[target | z] = field(z, t)``.

    On Gaussian data the field is affine in ``z``, and so is a wrong one that comes from wrong coefficients. So the rest
    ``target − field(z, t)`` is regressed on ``(1, z)``: every coefficient must be zero, and if target and input are jointly
    Gaussian, each divided by its standard error has Student's law exactly.

    Args:
        draw: ``draw(n, seed)`` gives ``n`` independent pairs ``(z, target)`` at the time, each ``(n, …)``.
        case: Gaussian data; its schedule is that of the code's inputs.
        time: on the clock of the case.
        kind: what the target is a draw of.
        samples: how many pairs are drawn.
        false_alarm: the rate for the call, shared among all coefficients.
        seed: given to ``draw``.
        subject: a name for the report.

    Returns:
        One finding, ``regression``, ``consistent`` or ``wrong``.

    Raises:
        ValueError: for a law that is not Gaussian, or too few samples.
    """
    d = case.gaussian.dimension
    if samples < 100 * (d + 1):
        raise ValueError(f"{samples} samples are too few for {d + 1} coefficients; give at least {100 * (d + 1)}")
    about: dict[str, Any] = dict(check="check_regression", subject=subject, case=repr(case), command=caller(), reference="law")
    try:
        states, targets = (to_numpy(part).reshape(samples, d) for part in draw(samples, seed))
    except Exception as error:  # noqa: BLE001 - a subject may raise anything
        return Findings([Finding("regression", "fault", because=f"the draws raised {type(error).__name__}: {error}", **about)])
    if not (np.isfinite(states).all() and np.isfinite(targets).all()):
        return Findings([Finding("regression", "fault", because="there are NaN or infinite entries among the draws", **about)])
    rest = targets - case.field(kind)(states, time)
    # Standardised inputs, so that every coefficient is in units of the rest.
    mean, covariance = case.moments(case.schedule.level(time))
    spread = np.sqrt(np.diag(covariance))
    inputs = np.column_stack([np.ones(samples), (states - mean) / spread])
    gram = np.linalg.inv(inputs.T @ inputs)
    coefficients = gram @ inputs.T @ rest
    freedom = samples - d - 1
    noise = np.sqrt(((rest - inputs @ coefficients) ** 2).sum(axis=0) / freedom)
    errors = np.sqrt(np.diag(gram))[:, None] * noise[None, :]
    # A target without any noise is judged by rounding alone.
    errors = np.maximum(errors, 8 * 2.0**-53 * np.sqrt(samples) * (np.abs(targets).max() + 1))
    normal = NormalDist().inv_cdf(1 - false_alarm / (2 * coefficients.size))
    # Student's quantile is beyond the normal one, by this to first order in 1/freedom.
    bound = normal * (1 + (normal**2 + 1) / (4 * freedom))
    scores = np.abs(coefficients) / errors
    worst = np.unravel_index(int(np.argmax(scores)), scores.shape)
    verdict = "consistent" if scores[worst] <= bound else "wrong"
    name = "the constant" if worst[0] == 0 else f"input {worst[0] - 1}"
    because = (
        f"{bound:.3g} standard errors, false alarms at {false_alarm:g} over {coefficients.size} coefficients; the largest is "
        f"{scores[worst]:.3g}, of {name} on output {worst[1]}; {samples} pairs, seed {seed}"
    )
    resolution = float(bound * errors.max())
    return Findings(
        [
            Finding(
                "regression", verdict, float(coefficients[worst]), 0.0, float(abs(coefficients[worst])), float(bound * errors[worst]), because,
                details={"time": time, "kind": kind_of(kind), "resolution": resolution, "samples": samples}, **about,
            )
        ]
    )  # fmt: skip
