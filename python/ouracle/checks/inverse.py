"""Samplers that run from data to noise."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from .. import orders
from ..causes import distance
from ..findings import Finding, Findings, caller
from ..frameworks import to_numpy, unit_roundoff
from ..run import Sampler
from ..tape import TapeError


def check_inverse(sampler: Any, *, steps: Sequence[int], subject: str = "") -> Findings:
    """Whether an inversion tends to the law of its last level, from data of the exact law.

    Args:
        sampler: ``sampler(noise, steps)``, which turns the noise into data, and inverts; with ``end(steps)`` and ``tables``.
        steps: numbers of steps, growing, at least three.
        subject: a name for the report.

    Returns:
        One finding, ``x_T``.
    """
    about: dict[str, Any] = dict(check="check_inverse", subject=subject, case=repr(sampler.case), command=caller(), reference="law")
    driven = Sampler(sampler, sampler.case, **sampler.call)
    errors, precision = [], "float64"
    try:
        for n in steps:
            run = driven.read(n, precision="float32")
            errors.append(distance((run.output.mean, run.output.covariance), sampler.case.moments(sampler.end(n))))
            precision = run.precision
    except TapeError as error:
        out = to_numpy(sampler(np.ones((1, sampler.case.dimension)), steps[0]))
        verdict = "undecided" if np.isfinite(out).all() else "fault"
        return Findings([Finding("x_T", verdict, because=str(error), **about)])
    measured = orders.measure(steps, errors, 8 * unit_roundoff(precision) * (max(steps) + 1))
    details = {"steps": list(steps), "errors": errors, "slopes": list(measured.slopes)}
    got = round(measured.slopes[-1], 2) if measured.slopes else None
    return Findings([Finding("x_T", measured.verdict(1), got=got, exact="at least 1", error=errors[-1], because=measured.words(), details=details, **about)])
