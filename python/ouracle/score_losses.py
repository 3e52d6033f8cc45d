"""Which loss of score matching returned these numbers: compared run by run with every candidate, not on average.

A run is known completely: the sample, what was drawn for it, and the points at which the model was asked. So each candidate (which
loss, by projections of which law) predicts the very number that came back. One number times a candidate is another scale; other
weights of its two or three parts are another objective, whose minimiser is known.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from . import conventions, projections
from .energy_model import EnergyModel
from .projections import Draw

Array = NDArray[np.float64]

#: Losses that weigh a trace and a square, and losses that square a difference.
TRACE = ("ism", "ssm", "ssm-vr", "sliced mixture", "fd-ssm", "fd-ssm one-sided", "fd-ssm-vr")
SQUARE = ("esm", "dsm", "sliced-dsm", "fd-dsm")
DIFFERENCES = ("fd-ssm", "fd-ssm one-sided", "fd-ssm-vr", "fd-dsm")


@dataclass(frozen=True)
class Record:
    """One call of a loss with one sample."""

    x: Array
    value: float
    #: Where the model was asked, ``(k, d)``, in order.
    asked: Array
    draws: tuple[Draw, ...]
    #: The score of the data at ``x``, if it is known.
    of_data: Array | None = None


@dataclass(frozen=True)
class Sight:
    """Where a loss asked its model: around which points, how far apart; ``(n, particles, d)`` each."""

    kind: str
    centre: Array
    up: Array
    down: Array
    noise: Array
    #: What rounding does to an entry of a point.
    slack: float

    @property
    def steps(self) -> Array:
        """Half of the way from one end of a difference to the other."""
        return (self.up - self.down) / 2


@dataclass(frozen=True)
class Candidate:
    """A loss with projections of one law: its parts in every run, ``(n, parts)``, and one unit of rounding of each."""

    loss: str
    law: str
    parts: Array
    units: Array
    particles: int
    sigma: Array
    epsilon: float | None
    #: The projections or steps, ``(n, particles, d)``.
    v: Array | None = None
    #: A mistake that this candidate is by itself.
    story: str = ""


@dataclass(frozen=True)
class Fit:
    """A candidate with weights of its parts, which predicts every number."""

    candidate: Candidate
    weights: Array
    #: What the weights may be off, relative to the largest: 8 units of rounding of every value.
    precision: float
    #: The loss grows with this power of the noise.
    power: int
    values: Array
    units: Array

    @property
    def minimiser(self) -> float:
        """The score that minimises it on average, over the score of the data."""
        first, second = self.combined
        above, below = (second, first) if self.candidate.loss in SQUARE else (first, second)
        return above / below if below else float("inf")

    @property
    def combined(self) -> tuple[float, float]:
        """The weights of trace and square, or of square and product."""
        w = self.weights
        return (float(w[0] + w[1]), float(w[2] + w[3])) if self.candidate.loss == "sliced mixture" else (float(w[0]), float(w[1]))

    @property
    def doubt(self) -> float:
        """What a ratio of the weights may be off, relatively; twice, for the square of what is small."""
        sizes = [abs(weight) for weight in self.combined if weight]
        return 2 * self.precision * sum(max(sizes) / size for size in sizes)

    @property
    def scale(self) -> float:
        """How many times the loss it is, if its minimiser is right."""
        return self.combined[0]


def look(records: Sequence[Record], u: float) -> Sight | None:
    """What the calls of the model have in common; none if they make no pattern that is known."""
    seen = [_look(record, u) for record in records]
    if any(one is None for one in seen) or len({(one.kind, one.centre.shape) for one in seen if one}) != 1:
        return None
    first = seen[0]
    assert first is not None
    stack = {name: np.stack([getattr(one, name) for one in seen]) for name in ("centre", "up", "down", "noise")}
    return Sight(first.kind, **stack, slack=max(one.slack for one in seen if one))


def _look(record: Record, u: float) -> Sight | None:
    x, asked = record.x, record.asked
    slack = 4 * u * max(1.0, float(np.abs(asked).max(initial=0.0)), float(np.abs(x).max()))
    if not len(asked):
        return None
    here = np.all(np.abs(asked - x) <= slack, axis=1)
    if here.all():
        at = x[None]
        return Sight("here", at, at, at, 0 * at, slack)
    away = asked[~here]
    if not here.any() and np.all(np.abs(away - away[0]) <= slack):
        at = away[:1]
        return Sight("noised", at, at, at, at - x, slack)
    pairs = [(away[: len(away) // 2], away[len(away) // 2 :]), (away[::2], away[1::2])] if len(away) % 2 == 0 else []
    for up, down in pairs:
        if np.all(np.abs(up + down - 2 * x) <= 2 * slack):
            at = np.broadcast_to(x, up.shape)
            return Sight("differences here", at, up, down, 0 * at, slack)
    if not here.any() and len(away) == 2:
        at = (away[:1] + away[1:]) / 2
        return Sight("differences noised", at, away[:1], away[1:], at - x, slack)
    if not here.any() and len(away) == 3:
        for middle in range(3):
            up, down = (away[k] for k in range(3) if k != middle)
            at = away[middle]
            if np.all(np.abs(up + down - 2 * at) <= 2 * slack):
                return Sight("differences noised", at[None], up[None], down[None], at[None] - x, slack)
    if not here.any():
        return Sight("noised", away, away, away, away - x, slack)
    return None


def candidates(records: Sequence[Record], sight: Sight, model: EnergyModel, ratio: float, sigma: float | None) -> Iterator[Candidate]:
    """Every loss that asks its model in this way, by projections of every law that what was drawn allows.

    ``ratio`` is the unit of rounding of the subject over that of double precision.
    """
    n, d = len(records), model.dimension
    found = _noise(records, sight, sigma)
    spread = found if found is not None else np.ones(n)
    base = Candidate("", "", np.zeros((n, 1)), np.zeros((n, 1)), 1, spread, None)

    def make(loss: str, law: str = "", v: Array | None = None, epsilon: float | None = None, story: str = "", swap: bool = False) -> Candidate:
        particles = max(sight.centre.shape[1], v.shape[1] if v is not None else 1)

        def flat(array: Array) -> Array:
            return np.ascontiguousarray(np.broadcast_to(array, (n, particles, d))).reshape(-1, d)

        places = {"centre": flat(sight.centre), "up": flat(sight.down if swap else sight.up), "down": flat(sight.up if swap else sight.down), "noise": flat(sight.noise)}
        places["variance"] = np.repeat(spread**2, particles)
        if v is not None:
            places["v"] = flat(v)
        if epsilon is not None:
            places["factor"] = np.full(n * particles, d / epsilon**2)
        if records[0].of_data is not None:
            places["of_data"] = flat(np.stack([record.of_data for record in records if record.of_data is not None])[:, None])
        if loss == "sliced mixture":
            columns = [tuple(array[:, k] for array in model.native.parts(name, places)) for name, k in (("ssm", 0), ("ism", 0), ("ssm", 1), ("ssm-vr", 1))]
            pair = tuple(np.stack(arrays, axis=1) for arrays in zip(*columns))
        else:
            pair = model.native.parts(loss, places)
        values, radii = (array.reshape(n, particles, -1).mean(axis=1) for array in pair)
        return replace(base, loss=loss, law=law, parts=values, units=ratio * radii, particles=particles, epsilon=epsilon, v=v, story=story)

    if sight.kind.startswith("differences"):
        drawn = _aligned(records, sight.steps.shape[1], d)
        law, epsilon = _steps(sight, drawn)
        if model.takes == "score":
            yield make("fd-ssm-vr", law, sight.steps)
            return
        if sight.kind == "differences noised" and found is not None:
            yield make("fd-dsm", law, sight.steps, epsilon)
        yield make("fd-ssm", law, sight.steps, epsilon)
        story = "the square is that of a difference to one side, which is of first order in ε: only L(x + v) − L(x − v) is of second"
        for swap in (False, True):
            yield make("fd-ssm one-sided", law, sight.steps, epsilon, story, swap)
        return
    if sight.kind == "noised" and found is not None:
        yield make("dsm")
    yield make("ism")
    if sight.kind == "here" and records[0].of_data is not None:
        yield make("esm")
    sliced = list(_projections(records, d, sight.centre.shape[1]))
    for loss in ("ssm", "ssm-vr", *(("sliced-dsm",) if sight.kind == "noised" and found is not None else ()), "sliced mixture"):
        for law, v in sliced:
            yield make(loss, law, v)


def _projections(records: Sequence[Record], d: int, particles: int) -> Iterator[tuple[str, Array]]:
    """Laws, and the projections ``(n, M, d)`` of all runs."""
    per_run = [dict(projections.streams(record.draws, d)) for record in records]
    for name, first in per_run[0].items():
        if any(name not in one or one[name].shape != first.shape for one in per_run) or particles not in (1, len(first)):
            continue
        together = np.stack([one[name] for one in per_run])
        for law, v in projections.laws(together.reshape(-1, d)):
            yield law, v.reshape(together.shape)


def _aligned(records: Sequence[Record], particles: int, d: int) -> Array | None:
    """The normal numbers that steps may be made of, ``(n, particles, d)``: the last ones."""
    rows = [[draw.values.reshape(-1, d) for draw in record.draws if draw.normal and draw.values.size == particles * d] for record in records]
    return np.stack([one[-1] for one in rows]) if all(rows) else None


def _steps(sight: Sight, drawn: Array | None) -> tuple[str, float]:
    """The law of the steps, and ε with ``E v vᵀ = ε²/d``."""
    steps = sight.steps.reshape(-1, sight.steps.shape[-1])
    d = steps.shape[1]
    flat = None if drawn is None else drawn.reshape(steps.shape)
    law = projections.law_of_steps(steps, flat, sight.slack)
    if law == "gaussian" and flat is not None:
        c = projections.multiple(steps, flat, sight.slack)
        return law, float(np.sqrt(d)) * abs(projections.short(c or 0.0, sight.slack))
    length = float(np.sqrt(np.mean(np.sum(steps**2, axis=1))))
    slack = 2 * sight.slack * float(np.sqrt(d))
    short = projections.short(length, slack)
    rooted = projections.short(length / float(np.sqrt(d)), slack / float(np.sqrt(d)))
    # A step of ε√d is one as well.
    return law, short if len(f"{short!r}") <= len(f"{rooted!r}") else rooted * float(np.sqrt(d))


def _noise(records: Sequence[Record], sight: Sight, declared: float | None) -> Array | None:
    """The standard deviation of the noise of each run: what a normal draw was multiplied with."""
    if not np.any(np.abs(sight.noise) > sight.slack):
        return None
    found = []
    for record, noise in zip(records, sight.noise):
        drawn = [draw.values.reshape(-1, noise.shape[-1]) for draw in record.draws if draw.normal and draw.values.size == noise.size]
        sizes = [size for size in (projections.multiple(noise, values, sight.slack) for values in drawn) if size is not None]
        if not sizes:
            return None if declared is None else np.full(len(records), declared)
        found.append(projections.short(abs(sizes[0]), sight.slack))
    return np.array(found)


def recognise(candidates: Sequence[Candidate], values: Array, u: float) -> Fit | None:
    """The first candidate that is the loss but for one factor, or else the first whose parts, otherwise weighed, give all values."""
    for attempt in (_scaled, _weighed):
        for candidate in candidates:
            # Noise that differs from run to run shows with which power of it the loss grows.
            for power in (0, 2, 4, 1) if np.ptp(candidate.sigma) > 0 else (0,):
                found = attempt(candidate, candidate.sigma[:, None] ** power, values, u)
                if found is not None and found.precision < 1 / 64:
                    return replace(found, power=power)
    return None


def _scaled(candidate: Candidate, grown: Array, values: Array, u: float) -> Fit | None:
    """The loss itself, times one number."""
    if candidate.loss == "sliced mixture":
        return None
    whole = (candidate.parts * grown).sum(axis=1)
    with np.errstate(divide="ignore", invalid="ignore"):
        size = abs(float(np.nanmedian(values / whole)))
    units: Array = size * (candidate.units * grown).sum(axis=1) + u * np.abs(values)
    ratio = conventions.constant_ratio(values, whole, units)
    if ratio is None:
        return None
    weights: Array = np.full(candidate.parts.shape[1], ratio)
    predicted: Array = np.asarray(ratio * whole, dtype=np.float64)
    return Fit(candidate, weights, float(np.min(8 * units / np.abs(values))), 0, predicted, units)


def _weighed(candidate: Candidate, grown: Array, values: Array, u: float) -> Fit | None:
    """Least squares: if any weights leave residuals of 8 units at most, the best leave 8√n in all."""
    parts, radii = candidate.parts * grown, candidate.units * grown
    n, p = parts.shape
    if n <= p or not np.isfinite(parts).all():
        return None
    weights = np.linalg.lstsq(parts, values, rcond=None)[0]
    for _ in range(2):
        units = radii @ np.abs(weights) + u * (np.abs(values) + np.abs(parts) @ np.abs(weights)) + np.finfo(float).tiny
        scaled = parts / units[:, None]
        weights = np.linalg.lstsq(scaled, values / units, rcond=None)[0]
    if float(np.linalg.norm((parts @ weights - values) / units)) > 8 * np.sqrt(n):
        return None
    unsure = 8 * np.abs(np.linalg.pinv(scaled)).sum(axis=1)
    known: Array = np.where(np.abs(weights) <= unsure, 0.0, weights)
    if not np.any(known):
        return None
    predicted: Array = parts @ known
    return Fit(candidate, known, float(unsure.max() / np.abs(known).max()), 0, predicted, units)
