"""Random projections: which law code made of the normal numbers, signs or indices that it drew.

A loss that is sliced by ``v`` needs ``E v vᵀ = I``. Normal numbers may be used as they are, or only their signs, or only their direction;
signs may be drawn as such, as bits or from uniform numbers, and coordinates as indices.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from . import frameworks
from .quadratic import Point

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Draw:
    """One array that was drawn."""

    values: Array
    shape: tuple[int, ...]
    normal: bool


class Recording(Point):
    """A tape of normal draws from a seed, which keeps what was drawn, normal or not, in order."""

    def __init__(self, seed: int) -> None:
        super().__init__(seed=seed)
        self.draws: list[Draw] = []

    def draw(self, shape: Sequence[int]) -> Array:
        """Normal numbers of eleven bits, so that code which asks for them in another precision gets the same."""
        values = super().draw(shape).astype(np.float16).astype(np.float64)
        self.draws.append(Draw(values, tuple(values.shape), True))
        return values

    def note(self, values: Any) -> None:
        """Other numbers."""
        try:
            array = frameworks.to_numpy(values)
        except (TypeError, ValueError):
            return
        self.draws.append(Draw(array, tuple(array.shape), False))


def streams(draws: Sequence[Draw], d: int) -> list[tuple[str, Array]]:
    """Vectors ``(m, d)`` that projections may have been made of, in the order in which they were drawn, each with its name.

    Projections may come in one array, in one array each, or behind the noise of a sample. Indices come as ``√d eᵢ``.
    """
    rows: list[tuple[bool, Array]] = []
    for draw in draws:
        if draw.normal and draw.values.size % d == 0:
            rows.append((True, draw.values.reshape(-1, d)))
        elif not draw.normal and draw.values.size % d == 0 and draw.values.size:
            rows.append((False, draw.values.reshape(-1, d)))
        if not draw.normal and draw.values.size and _whole(draw.values, 0, d - 1):
            rows.append((False, np.sqrt(d) * np.eye(d)[draw.values.astype(int).ravel()]))
    found = [(f"draw {k}", array) for k, (_, array) in enumerate(rows)]
    for kind in (True, False):
        same = [array for normal, array in rows if normal is kind]
        found += [(f"draws from {start}", np.concatenate(same[start:])) for start in range(min(2, len(same))) if len(same[start:]) > 1]
    return found


def _whole(values: Array, low: int, high: int) -> bool:
    return bool(np.all(values == np.round(values)) and values.min() >= low and values.max() <= high)


def laws(vectors: Array) -> Iterator[tuple[str, Array]]:
    """What may have been made of them: names of laws with ``E v vᵀ = I``, and the projections."""
    d = vectors.shape[1]
    if np.all(np.abs(vectors) == 1):
        yield "rademacher", vectors
        return
    if _whole(vectors, 0, 1):
        yield "rademacher", 2 * vectors - 1
        return
    if np.all(np.sum(vectors != 0, axis=1) == 1):
        yield "coordinate", vectors
        return
    if vectors.min() >= 0 and vectors.max() < 1:
        yield "rademacher", np.where(vectors < 0.5, -1.0, 1.0)
        yield "uniform", np.sqrt(12) * (vectors - 0.5)
        return
    yield "gaussian", vectors
    yield "rademacher", np.where(vectors < 0, -1.0, 1.0)
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    if np.all(lengths > 0):
        yield "sphere", np.sqrt(d) * vectors / lengths


def law_of_steps(steps: Array, drawn: Array | None, slack: float) -> str:
    """The law of the steps of finite differences ``(n, d)``: what they have in common, or the normal numbers they are multiples of.

    ``slack`` is what rounding does to an entry of a step, which is read off the points at which the model was asked.
    """
    sizes = np.abs(steps)
    lengths = np.linalg.norm(steps, axis=1)
    if np.ptp(sizes) <= 2 * slack:
        return "rademacher"
    if np.all(np.sum(sizes > 2 * slack, axis=1) == 1):
        return "coordinate"
    if np.ptp(lengths) <= 2 * slack * np.sqrt(steps.shape[1]):
        return "sphere"
    return "gaussian" if drawn is not None and multiple(steps, drawn, slack) is not None else "unknown"


def multiple(vectors: Array, drawn: Array, slack: float) -> float | None:
    """The number ``c`` with ``vectors = c·drawn``, if there is one to within ``slack``."""
    if vectors.shape != drawn.shape or not np.any(drawn):
        return None
    c = float(np.sum(vectors * drawn) / np.sum(drawn**2))
    return c if np.abs(vectors - c * drawn).max() <= 2 * slack * (1 + np.abs(drawn).max()) else None


def short(value: float, slack: float) -> float:
    """The decimal with the fewest digits within ``slack`` of a number: what somebody wrote into the code."""
    for digits in range(1, 17):
        candidate = float(f"{value:.{digits - 1}e}")
        if abs(candidate - value) <= slack:
            return candidate
    return value
