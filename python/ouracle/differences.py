"""Derivatives of a subject's function by differences, with an error that is derived and not hoped for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

#: Central differences of order eight: what multiplies ``f(t + jh) − f(t − jh)``, over ``h``.
WEIGHTS = np.array([4 / 5, -1 / 5, 4 / 105, -1 / 280])


@dataclass(frozen=True)
class Derivative:
    """Derivatives ``(n, k)`` of ``k`` functions at ``n`` times, and how far off each may be; infinite where a kink is near."""

    values: Array
    errors: Array


def derivative(f: Callable[[Array], Array], times: Array, span: tuple[float, float], u: float) -> Derivative:
    """The derivative of ``f``, which maps times ``(m,)`` to rows ``(m, k)``, inside ``span``.

    Central differences with steps that halve. Two neighbours differ by what the longer one cuts off, so that their difference
    bounds the truncation of the shorter one; to it comes the rounding of the values and the times, ``8u(|f| + |t f′|)/h``. The
    step with the least sum is taken. At a kink the differences never settle, or settle on the mean of two slopes: there
    ``(f(t + h) − 2f(t) + f(t − h))/h`` does not shrink with ``h``, and no derivative is given.
    """
    low, high = min(span), max(span)
    room = np.minimum(times - low, high - times) / 4.5
    centre = f(times)
    best, least = np.full_like(centre, np.nan), np.full_like(centre, np.inf)
    previous: Array | None = None
    bends = []
    for k in range(14):
        h = np.minimum(room, (high - low) / 16) * 0.5**k
        # Steps that the times themselves can hold.
        h = (times + h) - times
        if np.any(h <= 0):
            break
        offsets = np.concatenate([np.arange(-4, 0), np.arange(1, 5)])
        rows = f((times[:, None] + offsets * h[:, None]).ravel()).reshape(len(times), 8, -1)
        slopes = np.einsum("j,njk->nk", WEIGHTS, rows[:, 4:] - rows[:, 3::-1]) / h[:, None]
        size = np.abs(rows).max(axis=1)
        rounding = 8 * u * (size + np.abs(times)[:, None] * np.abs(slopes)) / h[:, None]
        bends.append(np.where(np.abs(rows[:, 4] - 2 * centre + rows[:, 3]) > 64 * u * size, np.abs(rows[:, 4] - 2 * centre + rows[:, 3]) / h[:, None], 0.0))
        if previous is not None:
            error = np.abs(slopes - previous) + rounding
            better = error < least
            best, least = np.where(better, slopes, best), np.where(better, error, least)
        previous = slopes
    if len(bends) >= 8:
        kink = (bends[7] > 0.5 * bends[3]) & (bends[7] > 0)
        least = np.where(kink.any(axis=1, keepdims=True), np.inf, least)
    return Derivative(best, least)
