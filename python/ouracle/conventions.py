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


def constant_ratio(got: ArrayLike, exact: ArrayLike, unit: ArrayLike, exact_unit: ArrayLike = 0.0) -> float | None:
    """The number ``c`` with ``got = c·exact`` everywhere to rounding, if there is one; none if the numbers say nothing.

    ``unit`` is what rounds in ``got``, ``exact_unit`` what is not known of ``exact``. ``c`` is read off the entry that knows it best,
    and carries the error of that entry to the others.
    """
    values, truth, units, loose = (np.ravel(np.asarray(a, dtype=np.float64)) for a in np.broadcast_arrays(got, exact, unit, exact_unit))
    if not values.size or not np.isfinite(values).all() or not np.isfinite(truth).all():
        return None
    with np.errstate(divide="ignore", invalid="ignore"):
        error = np.where((truth != 0) & (values != 0), units / np.abs(values) + loose / np.abs(truth), np.inf)
    best = int(np.argmin(error))
    if not error[best] < 1 / 64:
        return None
    ratio = float(values[best] / truth[best])
    allowed = units + abs(ratio) * (loose + np.abs(truth) * error[best]) + np.finfo(float).tiny
    return ratio if within(values, ratio * truth, allowed) else None


def name_of_factor(ratio: float, further: Sequence[tuple[str, float]] = (), *, precision: float = 1e-6) -> str:
    """The name of a constant, among the usual ones and ``further`` ones of the case, or its digits."""
    for name, value in (*FACTORS, *further):
        if abs(ratio - value) <= precision * abs(value):
            return name
    return f"{ratio:.6g}"


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
