"""A purifier in front of a Gaussian energy is an affine map of its input and its noise: read whole, and beside the exact one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .. import _native, frameworks, tape
from ..energies import GaussianEnergy

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Map:
    """``x ↦ Mx + b + noise``, with what rounding leaves of an entry of ``M``."""

    factor: Array
    offset: Array
    #: Covariance of what the purifier's draws leave in the output.
    noise: Array
    unit: float
    precision: str = "float64"

    @property
    def noise_unit(self) -> float:
        """What rounding leaves of an entry of the covariance of the noise."""
        return 2 * self.unit * float(np.sqrt(np.trace(self.noise))) + self.unit**2


def read(purify: Callable[[Array], Any], energy: GaussianEnergy, at: Array, steps: int, seed: int, dtype: str) -> Map:
    """The map, by a noise tape around the input ``at``.

    Raises:
        TapeError: if it is not affine, or draws from where the tape does not reach.
    """
    energy.forget()
    reading = tape.read(lambda noise: purify(at + noise), (energy.dimension,), scale=lambda: energy.largest, steps=steps, seed=seed)
    output = reading.output
    factor, draws = output.blocks[0], output.blocks[1:]
    noise = sum((block @ block.T for block in draws), np.zeros_like(factor))
    precision = max((dtype, reading.precision), key=frameworks.unit_roundoff)
    unit = 4 * frameworks.unit_roundoff(precision) * (steps + 1) * max(energy.largest, float(np.abs(output.offset).max()), 1.0)
    return Map(factor, output.offset - factor @ at, noise, unit, precision)


def exact(energy: GaussianEnergy, levels: Sequence[int], lengths: Array, noises: Array, injected: float, units: Array, precision: str) -> Map:
    """What steps of these lengths at these levels, with noise of these variances, make of an input with noise ``injected`` added.

    The unit holds what the lengths' own units, carried through the steps, leave of an entry.
    """
    d = energy.dimension
    factor, covariance = np.eye(d), float(injected) ** 2 * np.eye(d)
    grown, off = 1.0, 0.0
    for (level, length, noise, count), unit in zip(_runs(levels, lengths, noises), _sums(levels, lengths, noises, units)):
        precisions = np.ascontiguousarray(energy.precisions[level])
        factor = np.asarray(_native.steps_factor(precisions, length, count)) @ factor
        covariance = np.asarray(_native.steps_covariance(precisions, length, noise, count, np.ascontiguousarray(covariance)))
        largest = float(np.linalg.eigvalsh(precisions)[-1])
        rate = max(1.0, contraction(precisions, length)) ** count
        off = rate * off + grown * rate * largest * unit
        grown *= rate
    u = frameworks.unit_roundoff(precision)
    return Map(factor, energy.mode - factor @ energy.mode, covariance, off + 4 * u * (len(lengths) + 1) * grown, precision)


def contraction(precision: Array, length: float) -> float:
    """``ρ = max |1 − αλ|`` over the eigenvalues: an extreme one attains it."""
    ends = np.linalg.eigvalsh(precision)[[0, -1]]
    return float(np.abs(1 - length * ends).max())


def _runs(levels: Sequence[int], lengths: Array, noises: Array) -> list[tuple[int, float, float, int]]:
    """Steps that follow each other and are alike, counted."""
    runs: list[tuple[int, float, float, int]] = []
    for one in zip(levels, map(float, lengths), map(float, noises)):
        if runs and runs[-1][:3] == one:
            runs[-1] = (*one, runs[-1][3] + 1)
        else:
            runs.append((*one, 1))
    return runs


def _sums(levels: Sequence[int], lengths: Array, noises: Array, units: Array) -> list[float]:
    """The sum of the units of each run."""
    ends = np.cumsum([count for *_, count in _runs(levels, lengths, noises)])
    return [float(np.sum(part)) for part in np.split(np.asarray(units), ends[:-1])]
