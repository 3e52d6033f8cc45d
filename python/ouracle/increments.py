"""The tape of increments: the exact law of what an SDE solver returns, and its exact distance from the solution on the same path.

On a linear SDE with additive noise a solver is an affine map of what it sees of the Brownian path in each step: the increment ``W``,
the space-time Lévy area ``H`` and the space-time-time Lévy area ``K``, which are independent, with the variances ``h``, ``h/12`` and
``h/720``. So one run with a batch of paths, each with a single one of them, reads the whole map.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .frameworks import precision, to_numpy, unit_roundoff
from .linear import LinearSde

Array = NDArray[np.float64]

#: Standard deviations of W, H and K over a step of length 1.
UNITS = np.array([1.0, 12.0**-0.5, 720.0**-0.5])
#: Rows that test whether the solver is affine.
PROBES = 2


class IncrementError(ValueError):
    """The solver asks for a part of the path that is no step, or does not return what a solver returns."""


class Increments:
    """A batch of Brownian paths, known by their increments and areas over the steps of a grid.

    Row 0 does not move. Row ``1 + 3k + j`` has one standard deviation of ``W``, ``H`` or ``K`` (``j = 0, 1, 2``) in the step ``k`` of
    growing time and nothing else; the last two rows are random combinations.
    """

    def __init__(self, times: Array, seed: int = 0) -> None:
        #: The grid in the order of growing time, ``(steps + 1,)``.
        self.grid: Array = np.sort(np.asarray(times, dtype=np.float64))
        n = len(self.grid) - 1
        columns = np.zeros((1 + 3 * n + PROBES, 3 * n))
        columns[1 : 1 + 3 * n] = np.eye(3 * n)
        #: What multiplies the columns of the map in the rows of the test, ``(2, 3·steps)``.
        self.mixtures: Array = np.random.Generator(np.random.Philox(seed)).standard_normal((PROBES, 3 * n))
        columns[1 + 3 * n :] = self.mixtures
        units = np.sqrt(np.diff(self.grid))[:, None] * UNITS
        #: W, H and K of every step and row, ``(3, steps, rows)``.
        self.values: Array = np.ascontiguousarray((columns.reshape(-1, n, 3) * units).transpose(2, 1, 0))

    @property
    def rows(self) -> int:
        """The paths of the batch."""
        return self.values.shape[2]

    def start(self, x: float) -> Array:
        """The state ``x`` for every path, ``(rows,)``."""
        return np.full(self.rows, float(x))

    def _index(self, t: float) -> int:
        i = int(np.argmin(np.abs(self.grid - t)))
        if abs(self.grid[i] - t) > 1e-9 * (self.grid[-1] - self.grid[0]):
            raise IncrementError(f"the path was asked at the time {t}, but it is known only on its grid of {len(self.grid) - 1} steps")
        return i

    def increment(self, s: float, t: float) -> Array:
        """``B(t) − B(s)``, ``(rows,)``; both are times of the grid, in either order."""
        i, j = self._index(float(s)), self._index(float(t))
        low, high = min(i, j), max(i, j)
        return (1.0 if j >= i else -1.0) * self.values[0, low:high].sum(axis=0)

    def area(self, s: float, t: float) -> Array:
        """``H = 1/(t−s) ∫ (B_r − B_s) dr − ½(B_t − B_s)``, ``(rows,)``, over one step. It is the same in both directions of time.

        Raises:
            IncrementError: if ``s`` and ``t`` are not the ends of a step.
        """
        return self._area(1, s, t)

    def second_area(self, s: float, t: float) -> Array:
        """``K``, the space-time-time Lévy area, ``(rows,)``, over one step; it changes its sign with the direction of time."""
        return (1.0 if t >= s else -1.0) * self._area(2, s, t)

    def _area(self, which: int, s: float, t: float) -> Array:
        i, j = self._index(float(s)), self._index(float(t))
        if abs(i - j) != 1:
            raise IncrementError(f"an area was asked for over [{s}, {t}], which is no step of the grid")
        return self.values[which, min(i, j)]


#: A subject: ``solver(equation, times, path)`` gives the state at the last time for every row of the path.
Solver = Callable[[LinearSde, Array, Any], Any]


@dataclass(frozen=True)
class SolverRun:
    """The map of a solver on one grid."""

    equation: LinearSde
    times: Array
    mean: float
    #: The derivatives by standard normal W, H, K of each step, ``(steps, 3)``, in the order of growing time.
    columns: Array
    dtype: str
    #: How far from affine, and what rounding explains of it.
    residual: float
    allowance: float

    @property
    def variance(self) -> float:
        """The exact variance of what the solver returns."""
        return float(np.sum(self.columns**2))

    @property
    def floor(self) -> float:
        """What rounding explains of any error here: eight units for each step, at the size of the state."""
        return 8 * unit_roundoff(self.dtype) * len(self.times) * max(abs(self.mean), abs(self.equation.start), self.variance**0.5)

    def integrand(self, share: Array, flips: tuple[int, ...] = ()) -> Array:
        """What the solver integrates against ``dB`` at these shares of each step, ``(steps, len(share))``; ``flips`` negates W, H or K (0, 1, 2)."""
        signs = np.array([-1.0 if j in flips else 1.0 for j in range(3)])
        lengths = np.abs(np.diff(np.sort(self.times)))
        slopes = self.columns * signs / (np.sqrt(lengths)[:, None] * UNITS)
        # W = ∫ dB, H = ∫ (½ − u) dB, K = ∫ ((u² − u)/2 + 1/12) dB over a step, u its share that has passed.
        basis = np.stack([np.ones_like(share), 0.5 - share, (share**2 - share) / 2 + 1 / 12])
        return slopes @ basis

    def strong_error(self, exact: LinearSde, flips: tuple[int, ...] = ()) -> float:
        """``√E|X_N − X|²`` against the solution of ``exact``, an equation in elapsed time, on the same path."""
        nodes, weights = np.polynomial.legendre.leggauss(8)
        share, weights = (nodes + 1) / 2, weights / 2
        grid = np.sort(self.times)
        lengths = np.diff(grid)
        points = grid[:-1, None] + lengths[:, None] * share
        wanted = exact._response(np.abs(points - self.equation.begin))
        noise = lengths @ ((self.integrand(share, flips) - wanted) ** 2 @ weights)
        return float(np.hypot(np.sqrt(noise), self.mean - exact.moments()[0]))

    def weak_error(self, exact: LinearSde) -> float:
        """The errors of mean and variance, in units of the exact standard deviation and variance; without noise, of the mean alone."""
        mean, variance = exact.moments()
        if variance == 0:
            return abs(self.mean - mean) + float(np.sqrt(self.variance))
        return float(abs(self.mean - mean) / np.sqrt(variance) + abs(self.variance - variance) / variance)


def read(solver: Solver, equation: LinearSde, steps: int, seed: int = 0) -> SolverRun:
    """Reads a solver on a uniform grid.

    Raises:
        IncrementError: if the solver does not return one finite number for each row, or is not affine in its path.
    """
    times = np.linspace(equation.begin, equation.end, steps + 1)
    path = Increments(times, seed)
    returned = solver(equation, times, path)
    out = to_numpy(returned)
    if out.size != path.rows:
        raise IncrementError(f"the solver returned the shape {out.shape} for {path.rows} paths; return the last state of each")
    out = out.ravel()
    if not np.isfinite(out).all():
        raise IncrementError(f"{np.sum(~np.isfinite(out))} of the {out.size} states that the solver returned are not finite")
    dtype = precision(returned) if hasattr(returned, "dtype") else "float64"
    columns = out[1:-PROBES] - out[0]
    residual = float(np.abs(out[-PROBES:] - out[0] - path.mixtures @ columns).max())
    size = float(np.abs(out).max()) + float((np.abs(path.mixtures) @ np.abs(columns)).max()) + abs(equation.start)
    run = SolverRun(equation, times, float(out[0]), columns.reshape(steps, 3), dtype, residual, 8 * unit_roundoff(dtype) * (steps + 1) * size)
    if residual > run.allowance:
        raise IncrementError(
            f"the solver is not affine in its path: a combination of two paths is off by {residual:.3g}, and rounding explains {run.allowance:.3g}; "
            "it adapts its steps to the path, or draws noise of its own"
        )
    return run
