"""The exact mean of losses and bounds, which are quadratic in normal draws.

On Gaussian data with an affine network, a squared error is a quadratic function ``q`` of all normal draws, those of the data
included. Then ``E q = q(0) + ½ Σᵢ (q(eᵢ) + q(−eᵢ) − 2 q(0))``: as many runs as twice the entries that are drawn, and no chance.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from . import frameworks
from .tape import Tape, TapeError, playing

Array = NDArray[np.float64]


@dataclass
class Point(Tape):
    """A tape on which all draws of a run are the entries of one point, in the order in which they are drawn."""

    point: Array | None = None
    drawn: list[Array] = field(default_factory=list)

    def draw(self, shape: Sequence[int]) -> Array:
        size = int(np.prod(tuple(shape)))
        if self.point is None:
            rng = np.random.Generator(np.random.Philox(key=[self.seed, len(self.shapes)]))
            values = rng.standard_normal(size)
        elif self.used + size > len(self.point):
            raise TapeError("it draws more often than in the run before it, so its draws are no function of its arguments")
        else:
            values = self.point[self.used : self.used + size]
        self.shapes.append(tuple(int(n) for n in shape))
        self.used += size
        self.drawn.append(values)
        return values.reshape(tuple(shape))


@dataclass(frozen=True)
class Mean:
    """The exact means of the outputs of a quadratic function, and what rounding leaves of each; not a number for other outputs."""

    values: Array
    #: One unit: ``u`` times the sum of the absolute values that were added.
    units: Array
    draws: int


#: So many entries at most; a run is needed for each, twice.
MOST = 4000


def mean(run: Callable[[Callable[[Sequence[int]], Array]], Array], u: float, seed: int = 0, *, partly: bool = False) -> Mean:
    """The exact mean of ``run``, which gets a function that draws standard normal arrays, and returns numbers.

    What it draws by the generators of NumPy, PyTorch and JAX counts as well. With ``partly`` some outputs may be no quadratic
    functions; their means are not a number.

    Raises:
        TapeError: if it is no quadratic function of its draws, or draws from where the tape does not reach.
    """

    def at(point: Array | None) -> tuple[Array, Point]:
        tape = Point(point=point, seed=seed)
        with frameworks.seeded(seed), playing(tape):
            out = np.ravel(np.asarray(run(tape.draw), dtype=np.float64))
        return out, tape

    one, tape = at(None)
    direction = np.concatenate(tape.drawn) if tape.drawn else np.zeros(0)
    n = len(direction)
    if n > MOST:
        raise TapeError(f"it draws {n} numbers, and {MOST} are as many as are read; ask for fewer dimensions or times")
    zero, two, back = (at(c * direction)[0] for c in (0.0, 2.0, -1.0))
    again = at(direction)[0]
    if not one.shape == zero.shape == two.shape:
        raise TapeError("it returns another number of values for other draws")
    if not np.array_equal(one, again):
        raise TapeError("equal draws give different values: it draws from a generator that the tape does not reach; give it `tape.generator()`")
    if not np.isfinite([one, zero, two, back]).all():
        raise TapeError(f"it returned {one.tolist()} for ordinary draws; the values must be finite")
    size = np.abs(two) + 3 * np.abs(one) + 3 * np.abs(zero) + np.abs(back)
    residual = np.abs(two - 3 * one + 3 * zero - back)
    # Each value is a sum of squares of differences, a few times as large as itself.
    other = residual > 1024 * u * size
    if other.any() and not (partly and not other.all()):
        worst = int(np.argmax(residual / (size + np.finfo(float).tiny)))
        raise TapeError(
            f"output {worst} is no quadratic function of its draws: its third difference is {residual[worst]:.3g} of {size[worst]:.3g} "
            "(clamping, a discretised decoder, another norm, or a network that is not affine)"
        )
    total, sizes = np.where(other, np.nan, zero), np.abs(zero)
    for i in range(n):
        unit = np.zeros(n)
        unit[i] = 1.0
        up, down = at(unit)[0], at(-unit)[0]
        total = total + (up + down - 2 * zero) / 2
        sizes = sizes + (np.abs(up) + np.abs(down) + 2 * np.abs(zero)) / 2
    return Mean(total, u * sizes, n)
