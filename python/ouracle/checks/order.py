"""The order of convergence of a sampler, against the exact law."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .. import causes, orders
from ..case import Case
from ..findings import Finding, Findings, caller
from ..frameworks import unit_roundoff
from ..run import Run, Sampler, SubjectError
from ..schedules import DATA, Level
from ..session import check
from ..tape import TapeError

Array = NDArray[np.float64]


@check
def check_order(
    sampler: Callable[..., Any],
    case: Case,
    *,
    order: int,
    steps: Sequence[int] = (20, 40, 80, 160),
    end: Level = DATA,
    framework: str | None = None,
    dtype: str = "float64",
    precision: str | None = None,
    shape: tuple[int, ...] | None = None,
    subject: str = "",
) -> Findings:
    """Whether a sampler converges to the exact law at the order that it should have.

    The error with ``N`` steps is that of mean and covariance, in units of the exact covariance, once the first state that the
    network sees has exactly its law: the floor that a prior leaves is gone. Choose a grid uniform in log-SNR that ends at a
    positive noise level ``end``: a last step to the data has order one, whatever the method.

    Args:
        sampler: ``sampler(noise, steps)``, whose network is a field of ``case``.
        case: Gaussian data with several unequal variances and a mean that is not zero.
        order: the nominal order; converging faster is right.
        steps: numbers of steps, growing, at least three; four halvings tell most.
        end: the level at which the samples are.
        framework, dtype, shape: of the noise that the sampler takes; the framework is that of the case's field if it was made for one.
        precision: in which the subject keeps its coefficients, if that is less than its states have.
        subject: a name for the report.

    Returns:
        The finding ``order``; ``run`` if the subject raised.

    Raises:
        ValueError: if the sampler does not take a number of steps, or there are fewer than three of them.
    """
    subject_sampler = Sampler(sampler, case, framework=framework, dtype=dtype, shape=shape)
    if len(steps) < 3 or not subject_sampler.takes_steps:
        raise ValueError("an order needs a sampler(noise, steps) and at least three numbers of steps; give `lambda noise, steps: …`")
    about: dict[str, Any] = dict(check="check_order", subject=subject or subject_sampler.name, case=repr(case), command=caller(), reference="law")
    try:
        runs, fault = read_all(subject_sampler, steps, about, precision=precision)
    except TapeError as error:
        return Findings([Finding("order", "undecided", because=str(error), **about)])
    numbers = list(steps)[: len(runs)]
    faults = [fault] if fault is not None else []
    return Findings(faults + ([decide(runs, case, order, numbers, end, about)] if len(runs) >= 3 else []))


def read_all(
    sampler: Sampler, ladder: Sequence[int | None], about: dict[str, Any], *, seed: int = 0, precision: str | None = None
) -> tuple[list[Run], Finding | None]:
    """The runs up to the first number of steps at which the subject raises, and the finding that it does.

    Raises:
        TapeError: if a tape cannot read the sampler.
    """
    runs: list[Run] = []
    for n in ladder:
        try:
            runs.append(sampler.read(n, seed, precision))
        except SubjectError as error:
            return runs, faulty(error, n, about)
    return runs, None


def faulty(error: SubjectError, steps: int | None, about: dict[str, Any]) -> Finding:
    """The finding that a subject raised."""
    when = "" if steps is None else f" with {steps} steps"
    return Finding("run", "fault", because=f"{error}{when}", details={"traceback": error.trace}, **about)


def decide(runs: Sequence[Run], case: Case, nominal: int, steps: Sequence[int], end: Level, about: dict[str, Any]) -> Finding:
    """The finding on the order of runs with these numbers of steps."""
    laws = [run.law_from_exact_start() for run in runs]
    if any(law is None for law in laws):
        because = "the network was not asked, or its first state cannot be read off the noise, so there is no start whose law is known"
        return Finding("order", "undecided", because=because, **about)
    errors = [causes.distance(law, case.moments(end)) for law in laws if law is not None]
    # Eight units for each step, as for any recursion.
    precision = max((run.precision for run in runs), key=unit_roundoff)
    floor = 8 * unit_roundoff(precision) * (max(steps) + 1)
    measured = orders.measure(steps, errors, floor)
    verdict = measured.verdict(nominal)
    cause = ""
    if verdict == "wrong":
        cause = causes.of_order(runs, case, end) if measured.low > 0.5 else causes.of_divergence(runs, steps, case, end) or causes.of_growth(measured)
    return Finding(
        "order",
        verdict,
        got=round(measured.slopes[-1], 2) if measured.slopes else None,
        exact=nominal,
        error=errors[-1],
        because=measured.words() + f" (order {nominal} is refuted below {nominal - 0.5})",
        cause=cause,
        details={"steps": list(steps), "errors": errors, "slopes": list(measured.slopes), "floor": floor, "draws": [r.output.draws for r in runs]},
        **about,
    )

