"""Where each step of a sampler lands: all data at one point are carried along exactly, whatever the method and its order."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from .. import frameworks, grades, tape
from ..findings import Finding, Findings, caller
from ..laws import Law, PointMass
from ..schedules import Level
from ..tape import TapeError

Array = NDArray[np.float64]


class Stepwise(Protocol):
    """A sampler that shows its states: ``trace`` holds the level and the states ``(batch, d)`` before each step, and after the last.

    One that takes arrays of another framework than NumPy, or of another shape than ``(batch, 3)``, says so in a dictionary
    ``call`` with ``framework`` and ``shape``.
    """

    trace: list[tuple[Level, Array]]

    def __call__(self, noise: Any, steps: int) -> Any:
        """Samples, from the exact law of the first level."""
        ...

    def on(self, law: Law) -> Stepwise:
        """The same sampler with the exact network of another law."""
        ...


def check_steps(
    sampler: Stepwise,
    *,
    steps: int = 20,
    entries: Sequence[Level] = (),
    squared: bool = False,
    dtype: str = "float64",
    precision: str = "float64",
    subject: str = "",
) -> Findings:
    """Whether each step of a sampler takes a point mass to the next level of its own list.

    With all data at ``m`` the exact network knows the noise of a state, and any consistent step from ``αm + σξ`` gives
    ``α′m + σ′ξ′`` with ``ξ′`` standard normal: deterministic or not, of whatever order. So the level where a step lands,
    ``(α̂, σ̂)``, is read off the mean and the covariance of its states, which a noise tape knows exactly.

    Args:
        sampler: with ``trace`` and ``on``, starting from the law of its first level.
        steps: the number of steps.
        entries: the table from which the levels come; a step that lands on another entry is told by it.
        squared: whether the levels are kept as ``ᾱ``, near 1 where there is little noise, so that ``1 − ᾱ`` loses digits.
        dtype, precision: of the states, and of the table.
        subject: a name for the report.

    Returns:
        One finding, ``levels reached``: the step that is off by most.
    """
    point = sampler.on(PointMass([0.7, -0.4, 0.3]))
    name = subject or type(sampler).__name__
    about: dict[str, Any] = dict(check="check_steps", subject=name, case="all data at (0.7, -0.4, 0.3)", command=caller(), reference="closed form")
    try:
        call = getattr(point, "call", {})

        def run(noise: Array) -> Any:
            return point(frameworks.make(noise, call.get("framework", "numpy"), dtype), steps)

        reading = tape.read(run, call.get("shape", (3,)), scale=lambda: _largest(point), steps=steps)
    except TapeError as error:
        return Findings([Finding("levels reached", "undecided", because=str(error), **about)])
    worst = max((precision, dtype, reading.precision), key=frameworks.unit_roundoff)
    expected = [level for level, _ in point.trace]
    landed = [landing(states, np.array([0.7, -0.4, 0.3])) for _, states in point.trace]
    units = rounding(expected, squared)
    u = frameworks.unit_roundoff(worst)
    errors = [max(abs(a.alpha - b.alpha), abs(a.sigma - b.sigma)) for a, b in zip(landed, expected)]
    ratios = [error / (u * unit) for error, unit in zip(errors, units)]
    at = int(np.argmax(ratios))
    verdict = grades.verdict(ratios[at])
    cause = _cause(landed, expected, entries, [8 * u * unit for unit in units], at) if verdict != "right" else ""
    if cause.startswith("it leaves out"):
        verdict = "convention"
    return Findings([
        Finding(
            "levels reached",
            verdict,
            got={"alpha": landed[at].alpha, "sigma": landed[at].sigma},
            exact={"alpha": expected[at].alpha, "sigma": expected[at].sigma},
            error=errors[at],
            tolerance=8 * u * units[at],
            because=f"8 u κ after step {at} of {len(expected) - 1}, with u of {worst} and κ from the levels"
            + (", kept as ᾱ" if squared else "")
            + f"; the error is {ratios[at]:.3g} u κ",
            cause=cause,
            details={"errors": errors, "ratios": ratios},
            **about,
        )
    ])


def _largest(sampler: Stepwise) -> float:
    return max(float(np.abs(states).max()) for _, states in sampler.trace)


def landing(states: Array, point: Array) -> Level:
    """The level ``(α̂, σ̂)`` of a tape's states ``(1 + columns, d)`` of a point mass."""
    alpha = float(states[0] @ point / (point @ point))
    columns = states[1:] - states[0]
    return Level(alpha, float(np.sqrt((columns**2).sum() / len(point))))


def rounding(levels: Sequence[Level], squared: bool) -> list[float]:
    """How many units of roundoff may have gathered in a state at each level.

    A step rounds a few numbers as large as its states, and from an answer ``ε`` where there is little signal it finds the data to
    ``1/α`` units; a table of ``ᾱ`` has lost ``1/σ²`` units of ``1 − ᾱ``. The network of a point mass takes an error at ``σ`` to
    ``σ′/σ`` of it at ``σ′``.
    """
    units = [4 * (levels[0].alpha + levels[0].sigma)]
    for noisy, clean in zip(levels, levels[1:]):
        gain = max(1.0, clean.alpha / noisy.alpha) if noisy.alpha > 0 else 1.0
        fresh = 4 * gain * max(noisy.alpha + noisy.sigma, clean.alpha + clean.sigma)
        if squared:
            fresh += 1 / noisy.sigma**2
        units.append(units[-1] * (clean.sigma / noisy.sigma) + fresh)
    return units


def _cause(landed: Sequence[Level], expected: Sequence[Level], entries: Sequence[Level], allowed: Sequence[float], at: int) -> str:
    """What the landings look like."""
    last = len(expected) - 1
    off = [k for k in range(1, len(expected)) if _apart(landed[k], expected[k]) > allowed[k]]
    if off == [last] and abs(landed[last].alpha - expected[last].alpha) <= allowed[last] and landed[last].sigma < expected[last].sigma:
        return f"it leaves out the noise of its last step, as ancestral sampling does: σ = {landed[last].sigma:.3g} for {expected[last].sigma:.3g}"
    if any(not np.isfinite([*level.pair]).all() for level in landed):
        return "a state is not finite"
    k = off[0] if off else at
    got, wanted, before = (_entry(level, entries, allowed[k]) for level in (landed[k], expected[k], expected[k - 1]))
    if got is not None and got != wanted:
        start = f" from entry {before}" if before is not None else ""
        aim = f"entry {wanted}, the next of its list" if wanted is not None else "the data" if expected[k].sigma == 0 else f"σ = {expected[k].sigma:.4g}"
        stride = len(entries) // last
        fixed = f": a fixed stride of {len(entries)} // {last}" if before is not None and before - got == stride else ""
        return f"step {k}{start} lands on entry {got} of its table{fixed}, and not on {aim}"
    if 0 < k and expected[k - 1].alpha == 0 and abs(landed[k].alpha) <= allowed[k]:
        return f"step {k} starts without signal, α = 0, and divides by α to find the data: the answer of the network is lost"
    if k > 0 and _apart(landed[k], expected[k - 1]) <= allowed[k]:
        return f"step {k} does nothing: it stays at σ = {expected[k - 1].sigma:.4g}"
    return f"step {k} is the first to miss: it lands on (α, σ) = ({landed[k].alpha:.6g}, {landed[k].sigma:.6g})"


def _apart(one: Level, other: Level) -> float:
    distance = max(abs(one.alpha - other.alpha), abs(one.sigma - other.sigma))
    return distance if np.isfinite(distance) else float("inf")


def _entry(level: Level, entries: Sequence[Level], allowed: float) -> int | None:
    """The entry of the table that a level is, if it is one."""
    if not entries:
        return None
    distances = [_apart(level, entry) for entry in entries]
    best = int(np.argmin(distances))
    return best if distances[best] <= allowed else None
