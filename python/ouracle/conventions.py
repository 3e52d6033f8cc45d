"""Inference of conventions: which known form agrees with what a subject gave, to rounding.

A difference of convention is no error, so it is looked for before an error is reported: time that runs backwards, another
sign, a state of another scale, bits for nats. A form is only recognised if every number agrees with it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .grades import within

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Form:
    """A form that numbers may turn out to have, in words for ``your v is …``, and whether it is a mere convention."""

    words: str
    values: Array
    #: What a unit of rounding is for each value, ``u·κ``.
    unit: ArrayLike
    convention: bool = True


def recognise(got: ArrayLike, forms: Iterable[Form]) -> Form | None:
    """The first form with which all numbers agree to rounding."""
    values = np.asarray(got, dtype=np.float64)
    for form in forms:
        if np.shape(form.values) == values.shape and np.isfinite(form.values).all() and within(values, form.values, form.unit):
            return form
    return None


#: Constants that are usual between two conventions, with their names.
FACTORS: tuple[tuple[str, float], ...] = (
    ("−1", -1.0),
    ("1/2", 0.5),
    ("−1/2", -0.5),
    ("2", 2.0),
    ("−2", -2.0),
    ("√2", 2.0**0.5),
    ("1/√2", 0.5**0.5),
    ("4", 4.0),
    ("1/4", 0.25),
)


def constant_ratio(got: ArrayLike, exact: ArrayLike, unit: ArrayLike) -> float | None:
    """The number ``c`` with ``got = c·exact`` everywhere to rounding, if there is one; none if ``exact`` says nothing."""
    values, truth, units = (np.ravel(np.asarray(a, dtype=np.float64)) for a in np.broadcast_arrays(got, exact, unit))
    # The entry that knows the ratio best.
    with np.errstate(divide="ignore", invalid="ignore"):
        clear = np.where(np.isfinite(values), np.abs(truth) / units, 0.0)
    best = int(np.argmax(clear)) if clear.size else 0
    if not clear.size or not clear[best] > 64 or not np.isfinite(values).all():
        return None
    ratio = float(values[best] / truth[best])
    return ratio if ratio != 0 and within(values, ratio * truth, 2 * abs(ratio) * units + units) else None


def name_of_factor(ratio: float, further: Sequence[tuple[str, float]] = (), *, precision: float = 1e-6) -> str:
    """The name of a constant, among the usual ones and ``further`` ones of the case, or its digits."""
    for name, value in (*FACTORS, *further):
        if abs(ratio - value) <= precision * abs(value):
            return name
    return f"{ratio:.6g}"


#: What ``nats`` in ``d`` dimensions may be given as: the name of the unit and what nats are multiplied with.
def units(dimension: int) -> tuple[tuple[str, float], ...]:
    """Units of a log-probability in ``dimension`` dimensions, with the factor from nats."""
    bits = 1.0 / float(np.log(2.0))
    return (("nats", 1.0), ("bits/dim", bits / dimension), ("nats/dim", 1.0 / dimension), ("bits", bits))


def time_maps(data_time: float, noise_time: float) -> tuple[tuple[str, float, float], ...]:
    """Clocks that a subject may have beside ours: words, and ``(slope, offset)`` with our time ``slope·t + offset``."""
    return (
        ("", 1.0, 0.0),
        ("its time runs the other way", -1.0, data_time + noise_time),
        ("its time is 999 times ours", 1 / 999, 0.0),
        ("its time is 1000 times ours", 1 / 1000, 0.0),
    )


def normal_quantile(tail: float) -> float:
    """The number that a standard normal variable exceeds with this probability."""
    return -NormalDist().inv_cdf(tail)
