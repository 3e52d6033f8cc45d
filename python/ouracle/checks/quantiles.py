"""Deterministic samplers on a mixture: the exact probability flow on the line is the monotone map between quantiles."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import NormalDist
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .. import orders
from ..findings import Finding, Findings
from ..frameworks import to_numpy, unit_roundoff
from ..run import Sampler
from ..schedules import Level
from ..tape import Silent, TapeError, playing

Array = NDArray[np.float64]

#: Starts at evenly spaced probabilities.
POINTS = 41


def check_quantiles(sampler: Sampler, ladder: Sequence[int | None], order: int | None, end: Level, about: dict[str, Any]) -> Findings:
    """Where a sampler carries 41 starts, against the exact flow from the first states that its network saw.

    The error is the largest distance in units of the standard deviation of the exact law.
    """
    about = about | {"reference": "own flow"}
    case = sampler.case
    starts = np.array([NormalDist().inv_cdf((i + 0.5) / POINTS) for i in range(POINTS)])
    unit = float(np.sqrt(case.moments(end)[1][0, 0]))
    errors, drawn, precision = [], [], "float64"
    for n in ladder:
        case.forget()
        tape = Silent()
        with playing(tape):
            try:
                out = to_numpy(sampler(starts.reshape(POINTS, *sampler.shape), n)).reshape(POINTS, -1)
            except TapeError as error:
                return Findings([Finding("quantile map", "undecided", because=str(error), **about)])
        calls = case.calls()
        if not calls or calls[0].states is None or len(calls[0].states) != POINTS:
            because = "the network was not asked with the batch of the noise, so the start of the flow is not known"
            return Findings([Finding("quantile map", "undecided", because=because, **about)])
        if tape.shapes:
            because = f"the sampler drew noise {len(tape.shapes)} times; only a deterministic sampler carries quantiles to quantiles"
            return Findings([Finding("quantile map", "undecided", because=because, **about)])
        exact = case.flow(calls[0].states, calls[0].level, end)
        errors.append(float(np.abs(out - exact).max()) / unit)
        drawn.append(len(tape.shapes))
        precision = max(precision, calls[0].dtype, key=unit_roundoff)
    numbers = [n for n in ladder if n is not None]
    details = {"steps": list(ladder), "errors": errors}
    if len(numbers) < 3:
        because = "three numbers of steps are needed to tell discretisation from a mistake"
        return Findings([Finding("quantile map", "undecided", error=errors[-1], because=because, details=details, **about)])
    measured = orders.measure(numbers, errors, 8 * unit_roundoff(precision) * (max(numbers) + 1))
    return Findings(
        [
            Finding(
                "quantile map",
                measured.verdict(order or 1),
                got=round(measured.slopes[-1], 2) if measured.slopes else None,
                exact=order or "at least 1",
                error=errors[-1],
                because=measured.words(),
                details=details | {"slopes": list(measured.slopes), "floor": measured.floor},
                **about,
            )
        ]
    )
