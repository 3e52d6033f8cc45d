"""Units of log-likelihoods, and which of them a list of numbers is in."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Unit:
    """What is reported for a log-density ``L`` in nats: ``scale·L + offset``."""

    name: str
    scale: float
    offset: float = 0.0

    def nats(self, values: Array) -> Array:
        """Reported values as a log-density in nats."""
        return (values - self.offset) / self.scale


def factors(dimension: int) -> dict[str, float]:
    """What nats are multiplied with, by the short names of the units in ``dimension`` dimensions."""
    bits = 1 / math.log(2)
    return {"nats": 1.0, "bits/dim": bits / dimension, "nats/dim": 1 / dimension, "bits": bits}


def units(dimension: int) -> tuple[Unit, ...]:
    """The units met in code, the plain one first."""
    known = factors(dimension)
    bits = known["bits/dim"]
    plain = [
        Unit("nats", 1.0),
        Unit("−log p in nats", -1.0),
        Unit("nats per dimension", known["nats/dim"]),
        Unit("−log p in nats per dimension", -known["nats/dim"]),
        Unit("bits", known["bits"]),
        Unit("−log p in bits", -known["bits"]),
        Unit("log p in bits per dimension", bits),
        Unit("bits per dimension", -bits),
    ]
    shifted = [
        Unit("bits per dimension + 7 (for 8-bit images scaled to [−1, 1])", -bits, 7.0),
        Unit("bits per dimension + 8 (for 8-bit images scaled to [0, 1])", -bits, 8.0),
    ]
    # In one dimension some coincide; the first name stays.
    unique: list[Unit] = []
    for unit in [*plain, *shifted]:
        if all((unit.scale, unit.offset) != (other.scale, other.offset) for other in unique):
            unique.append(unit)
    return tuple(unique)


#: What people may declare, and the names above that it covers: the usual sign first.
DECLARED = {
    "nats": ("nats", "−log p in nats"),
    "nats/dim": ("−log p in nats per dimension", "nats per dimension"),
    "bits": ("−log p in bits", "bits"),
    "bits/dim": ("bits per dimension", "log p in bits per dimension"),
}


def against(declared: str, found: str) -> tuple[str, str]:
    """The verdict on a value that is right in the unit ``found``, if the code declares a unit or none, and the words for it.

    A sign is a convention. Another unit than the declared one is an error: numbers in it are compared and published as what they are not.
    """
    names = DECLARED.get(declared or "nats", (declared,))
    if found == names[0]:
        return "right", ""
    if not declared or found in names:
        return "convention", f"it returns {found}" + (f", not {declared}" if declared else "")
    return "wrong", f"it returns {found}, but declares {declared}"


@dataclass(frozen=True)
class Fit:
    """A reading of reported numbers: the reference that they are near to, and in which unit."""

    reference: str
    unit: Unit
    #: The largest distance, in nats.
    error: float
    #: The numbers in nats, and what they should be.
    got: Array
    exact: Array


def nearest(values: Array, references: Sequence[tuple[str, Array]], dimension: int) -> Fit:
    """The best reading of ``values``; of equal ones, the first reference and the plainest unit."""
    fits = []
    for unit in units(dimension):
        got = unit.nats(values)
        fits += [Fit(name, unit, float(np.abs(got - exact).max()), got, exact) for name, exact in references]
    return min(fits, key=lambda fit: fit.error)
