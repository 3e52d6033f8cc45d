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
from ..run import Sampler, SubjectError
from ..schedules import Level
from ..tape import Tape, TapeError, playing

Array = NDArray[np.float64]

#: Starts at evenly spaced probabilities.
POINTS = 41


class _Constant(Tape):
    """A tape on which every draw is the same number, which counts."""

    value = 0.0

    def draw(self, shape: Sequence[int]) -> Array:
        self.shapes.append(tuple(int(n) for n in shape))
        return np.full(self.shapes[-1], self.value)


def _carry(sampler: Sampler, starts: Array, n: int | None, value: float) -> tuple[Array, int]:
    """Where the starts go if every draw is `value`, and how many draws there were."""
    tape = _Constant()
    tape.value = value
    with playing(tape):
        out = to_numpy(sampler(starts.reshape(POINTS, *sampler.shape), n)).reshape(POINTS, -1)
    return out, len(tape.shapes)


def check_quantiles(sampler: Sampler, ladder: Sequence[int | None], order: int | None, end: Level, about: dict[str, Any]) -> Findings:
    """Where a sampler carries 41 starts, against the exact flow from the first states that its network saw.

    The error is the largest distance in units of the standard deviation of the exact law.
    """
    about = about | {"reference": "own flow"}
    case = sampler.case
    starts = np.array([NormalDist().inv_cdf((i + 0.5) / POINTS) for i in range(POINTS)])
    unit = float(np.sqrt(case.moments(end)[1][0, 0]))
    errors: list[float] = []
    drawn: list[int] = []
    precision = "float64"
    for n in ladder:
        case.forget()
        try:
            out, drawn_now = _carry(sampler, starts, n, 0.0)
            calls = case.calls()
            # Noise that is drawn and multiplied by zero does not count: another tape gives the same samples.
            noisy = _carry(sampler, starts, n, 1.0)[0] if drawn_now else out
        except TapeError as error:
            return Findings([Finding("quantile map", "undecided", because=str(error), **about)])
        except SubjectError as error:
            return Findings([Finding("run", "fault", because=f"{error} with {n} steps", details={"traceback": error.trace, "errors": errors}, **about)])
        if not np.isfinite(out).all():
            because = f"with {n} steps the sampler returned {np.sum(~np.isfinite(out))} of {out.size} entries that are not finite"
            return Findings([Finding("quantile map", "fault", because=because, details={"errors": errors}, **about)])
        if not calls or calls[0].states is None or len(calls[0].states) != POINTS:
            because = "the network was not asked with the batch of the noise, so the start of the flow is not known"
            return Findings([Finding("quantile map", "undecided", because=because, **about)])
        if not np.array_equal(out, noisy, equal_nan=True):
            because = f"the sampler drew noise {drawn_now} times, and it counts; only a deterministic sampler carries quantiles to quantiles"
            return Findings([Finding("quantile map", "undecided", because=because, **about)])
        exact = case.flow(calls[0].states, calls[0].level, end)
        errors.append(float(np.abs(out - exact).max()) / unit)
        drawn.append(drawn_now)
        precision = max(precision, calls[0].dtype, key=unit_roundoff)
    numbers = [n for n in ladder if n is not None]
    details = {"steps": list(ladder), "errors": errors, "draws": drawn}
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
