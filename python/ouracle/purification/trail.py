"""A purifier's trail: the states at which it asked for the score, and what leads from each to the next.

The normal draws that it makes are known numbers. So the difference of two states that follow each other, ``α s(x) + √q z``, is resolved into
the score at the first, with one length for all rows or with one for each, and the draws so far, with one factor for all entries. What is
left over is rounding if that is what the purifier does; otherwise it did something else.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .. import frameworks
from ..energies import Asked, Energy
from ..run import SubjectError
from ..tape import Tape, TapeError, playing

Array = NDArray[np.float64]


@dataclass
class Known(Tape):
    """A tape of normal draws that are remembered, with the number of questions that came before each."""

    energy: Energy | None = None
    drawn: list[tuple[int, Array]] = field(default_factory=list)

    def draw(self, shape: Sequence[int]) -> Array:
        shape = tuple(int(n) for n in shape)
        # Streams apart from those of the points, which a draw must not look like.
        values = np.random.Generator(np.random.Philox(key=[self.seed, 2**32 + len(self.drawn)])).standard_normal(shape)
        self.drawn.append((len(self.energy.asked) if self.energy else 0, values))
        return values


@dataclass(frozen=True)
class Move:
    """What leads from one state to the next: ``x ← a(x + αs(x) + Σ cᵢzᵢ) + b``, and a clip behind it."""

    #: One length a row; not a number where a row says nothing.
    lengths: Array
    #: Whether one length explains all rows.
    shared: bool
    #: Factor of each draw that counts, by its number.
    noise: dict[int, float]
    #: Whether one of them was used by an earlier move already.
    reused: bool
    scale: float
    shift: float
    clip: tuple[float, float] | None
    residual: float
    #: What rounding explains of the residual, of each entry.
    allowance: float

    @property
    def explained(self) -> bool:
        """Whether rounding explains what is left over."""
        return self.residual <= self.allowance

    @property
    def plain(self) -> bool:
        """No clip and no change of scale."""
        return self.clip is None and self.scale == 1 and self.shift == 0


@dataclass(frozen=True)
class Step(Move):
    """A move along the score at ``state``."""

    state: Array
    score: Array
    level: int
    #: ``δ`` of the probe, if the score was asked at ``x + δs(x)`` as well.
    probe: float | None

    def unit(self) -> Array:
        """What a unit of rounding of the states makes of each row's length."""
        norms = np.linalg.norm(self.score, axis=1)
        with np.errstate(divide="ignore"):
            rows = self.allowance / 8 * np.sqrt(self.score.shape[1]) / norms
        # One length from all rows is as good as the rows together.
        return np.full(len(rows), 1 / np.sqrt(np.sum(rows**-2.0))) if self.shared else rows


@dataclass(frozen=True)
class Trail:
    """A whole run: from the input to the first question, then step by step to the output."""

    points: Array
    output: Array
    entry: Move
    steps: tuple[Step, ...]
    draws: int
    asked: int
    dtype: str
    #: How far binary noise of the input moves each entry, if it does.
    binary: float | None

    @property
    def scale(self) -> tuple[float, float] | None:
        """``(a, b)`` if the steps are made at ``ax + b`` and the end is converted back, ``(1, 0)`` if nothing is; none if scales are mixed."""
        moves = [move for move in (self.entry, *self.steps) if move.scale != 1 or move.shift != 0]
        if not moves:
            return 1.0, 0.0
        first, last = self.entry, self.steps[-1]
        slack = 8 * (first.allowance + last.allowance) * (1 + abs(last.scale)) * (1 + abs(first.shift))
        undone = abs(first.scale * last.scale - 1) <= slack and abs(last.scale * first.shift + last.shift) <= slack
        return (first.scale, first.shift) if len(moves) == 2 and moves[0] is first and moves[1] is last and undone else None

    @property
    def unexplained(self) -> list[int]:
        """The steps that are no steps along the score."""
        return [k for k, step in enumerate(self.steps) if not step.explained]


def follow(purify: Callable[[Array], Any], energy: Energy, points: Array, *, dtype: str, seed: int, probes: bool | None = None) -> Trail:
    """The trail of a purifier over points ``(n, d)``; ``probes`` says whether each step asks twice, ``None`` that it is to be found out.

    Raises:
        TapeError: if it draws noise from where the tape does not reach, or returns something unusable.
        SubjectError: if it raises.
    """
    asked, drawn, output = _once(purify, energy, points, seed)
    again = _once(purify, energy, points, seed)
    if not np.array_equal(output, again[2]) or len(asked) != len(again[0]):
        raise TapeError("the same input came out different twice: the purifier draws from a generator that the tape does not reach; give it `tape.generator()`")
    if not asked:
        raise TapeError("the purifier never asked the energy; hand it `energy.score` or `energy.energy` and let it ask (questions from inside a transformation of JAX are not seen)")
    dtype = max((dtype, *(a.dtype for a in asked)), key=frameworks.unit_roundoff)
    kept = _distinct(asked, output)
    reader = _Reader(energy, points, output, drawn, frameworks.unit_roundoff(dtype))
    entry = reader.entry(kept)
    steps = reader.steps(kept, probes)
    return Trail(points, output, entry, steps, len(drawn), len(asked), dtype, _binary(kept[0][1].states - points, entry))


def _once(purify: Callable[[Array], Any], energy: Energy, points: Array, seed: int) -> tuple[list[Asked], list[tuple[int, Array]], Array]:
    energy.forget()
    tape = Known(seed=seed, energy=energy)
    with playing(tape), frameworks.seeded(seed):
        out = purify(points)
    try:
        rows = frameworks.to_numpy(out)
    except (TypeError, ValueError) as error:
        raise SubjectError(error) from error
    if rows.shape[:1] != points.shape[:1] or rows.size != points.size:
        raise TapeError(f"the purifier was given {points.shape[0]} inputs of {points.shape[1]} entries and returned the shape {rows.shape}; it should return as many")
    if not np.isfinite(rows).all():
        raise TapeError(f"the purifier returned {np.isnan(rows).sum()} NaN and {np.isinf(rows).sum()} infinite entries of {rows.size}")
    for one in energy.asked:
        if one.states.shape != points.shape:
            raise TapeError(f"the energy was asked about {one.states.shape[0]} states at once, for a batch of {points.shape[0]}; the steps cannot be told apart")
        if not np.isfinite(one.states).all():
            raise TapeError("the energy was asked about states that are not finite")
    return list(energy.asked), tape.drawn, rows.reshape(points.shape)


def _distinct(asked: list[Asked], output: Array) -> list[tuple[int, Asked]]:
    """The questions, numbered, without those that repeat the one before, and without one about the output."""
    kept: list[tuple[int, Asked]] = []
    for number, one in enumerate(asked):
        if not kept or one.level != kept[-1][1].level or not np.array_equal(one.states, kept[-1][1].states):
            kept.append((number, one))
    while len(kept) > 1 and np.array_equal(kept[-1][1].states, output):
        kept.pop()
    return kept


def _binary(difference: Array, entry: Move) -> float | None:
    """The size of all entries, if it is one and noise of the tape does not explain them."""
    sizes = np.abs(difference)
    return float(sizes.mean()) if not entry.explained and np.ptp(sizes) <= entry.allowance else None


@dataclass
class _Reader:
    energy: Energy
    points: Array
    output: Array
    drawn: list[tuple[int, Array]]
    u: float

    def entry(self, kept: list[tuple[int, Asked]]) -> Move:
        return self._move(self.points, kept[0][1].states, np.zeros_like(self.points), kept[0][0], set())

    def steps(self, kept: list[tuple[int, Asked]], probes: bool | None) -> tuple[Step, ...]:
        simple = [] if probes else self._steps(kept, 1)
        if probes is False or (simple and _uniform(simple)) or (probes is None and len(kept) % 2):
            return tuple(simple)
        probed = self._steps(kept, 2) if len(kept) % 2 == 0 else []
        return tuple(probed if probed or probes else simple)

    def _steps(self, kept: list[tuple[int, Asked]], stride: int) -> list[Step]:
        if stride == 2:
            # A pair of questions about the output, after which the purifier stopped, is no step.
            while len(kept) > 2 and np.array_equal(kept[-2][1].states, self.output):
                kept = kept[:-2]
        ends = [*((number, one.states) for number, one in kept[stride::stride]), (np.inf, self.output)]
        steps: list[Step] = []
        used = set(self.entry(kept).noise)
        for k, ((_, one), (until, after)) in enumerate(zip(kept[::stride], ends)):
            score = self.energy.exact(one.states, one.level)
            probe = None
            if stride == 2:
                there = self._move(one.states, kept[2 * k + 1][1].states, score, -1, used)
                if not (there.explained and there.shared and there.plain):
                    return []
                probe = float(there.lengths[0])
            move = self._move(one.states, after, score, until, used)
            used |= set(move.noise)
            steps.append(Step(**vars(move), state=one.states, score=score, level=one.level, probe=probe))
        return steps

    def _move(self, before: Array, after: Array, score: Array, until: float, used: set[int]) -> Move:
        """The simplest explanation: one length, then one a row; with draws that are new, then with any; with a clip; with a change of scale."""
        drawn = [k for k, (count, values) in enumerate(self.drawn) if values.size == before.size and count <= until][-before.shape[0] // 2 :]
        new = [k for k in drawn if k not in used]
        clip = _bounds(before, after)
        ways = (True, False) if np.any(score) else (True,)
        best: Move | None = None
        for scaled in (False, True):
            for bounds in (None, clip) if clip else (None,):
                for draws in (new, drawn) if len(new) < len(drawn) else (new,):
                    for shared in ways:
                        move = self._fit(before, after, score, draws, used, bounds, scaled, shared)
                        if move.explained:
                            return move
                        best = best or move
        if before.shape[1] == 1 and len(ways) > 1 and not new:
            # On the line any move is along the score; its length has to speak for itself.
            return self._fit(before, after, score, [], used, None, False, False, spare=0)
        assert best is not None
        return best

    def _fit(
        self, before: Array, after: Array, score: Array, draws: list[int], used: set[int],
        clip: tuple[float, float] | None, scaled: bool, shared: bool, spare: int = 8,
    ) -> Move:  # fmt: skip
        n, d = before.shape
        # A state is rounded a few times, and its score is a sum of d terms, whose rounding grows like √d.
        allowance = 8 * self.u * (3 + np.sqrt(d)) * max(float(np.abs(a).max()) for a in (before, after))
        free = np.ones(after.shape, dtype=bool) if clip is None else (after > clip[0]) & (after < clip[1])
        along = score.ravel()[:, None] if shared else np.kron(np.eye(n), np.ones((d, 1))) * score.ravel()[:, None]
        columns = [along, *(self.drawn[k][1].reshape(n * d, 1) for k in draws)]
        if scaled:
            columns += [before.reshape(n * d, 1), np.ones((n * d, 1))]
        design, target = np.concatenate(columns, axis=1), (after - before).ravel()
        use = free.ravel()
        # So many equations must be left to refute what the others determine.
        if use.sum() < np.any(design[use], axis=0).sum() + spare:
            return Move(np.full(n, np.nan), shared, {}, False, 1.0, 0.0, clip, np.inf, allowance)
        sizes = np.linalg.norm(design[use], axis=0)
        sizes[sizes == 0] = 1.0
        found = np.linalg.lstsq(design[use] / sizes, target[use], rcond=None)[0] / sizes
        # Once more on what is left over: the solution's own rounding, many units, must not count against the subject.
        found += np.linalg.lstsq(design[use] / sizes, target[use] - design[use] @ found, rcond=None)[0] / sizes
        predicted = (design @ found + before.ravel()).reshape(n, d)
        residual = np.abs(after - predicted)
        if clip is not None:
            low, high = clip
            residual = np.where(free, residual, np.where(after >= high, np.maximum(high - predicted, 0), np.maximum(predicted - low, 0)))
        m = 1 if shared else n
        scale, shift = (1 + float(found[-2]), float(found[-1])) if scaled else (1.0, 0.0)
        lengths = np.full(n, found[0]) if shared else found[:n].copy()
        if not shared:
            lengths[~np.any((score != 0) & free, axis=1)] = np.nan
        factors = {k: float(c) / scale for k, c in zip(draws, found[m : m + len(draws)])}
        noise = {k: c for k, c in factors.items() if abs(c) > allowance}
        return Move(lengths / scale, shared, noise, not used.isdisjoint(noise), scale, shift, clip, float(residual.max()), allowance)


def _uniform(steps: list[Step]) -> bool:
    """Whether all steps are explained with one and the same length."""
    if not all(step.explained and step.shared for step in steps):
        return False
    lengths, units = np.array([step.lengths[0] for step in steps]), np.array([step.unit()[0] for step in steps])
    return bool(np.ptp(lengths) <= 8 * 2 * units.max())


def _bounds(before: Array, after: Array) -> tuple[float, float] | None:
    """The least and the largest entry, if states that were different have them exactly: in general position they never do."""
    ends = []
    for end, value in ((-np.inf, after.min()), (np.inf, after.max())):
        rows = before[np.any(after == value, axis=1)]
        columns = np.any(after == value, axis=0).sum()
        ends.append(float(value) if len(np.unique(rows, axis=0)) > 1 or columns > 1 else end)
    return (ends[0], ends[1]) if np.isfinite(ends).any() else None
