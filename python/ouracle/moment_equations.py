"""The moment equations of ``dx = f x dt + g dB``: ``m′ = f m`` and ``(s²)′ = 2 f s² + g²``, and why they fail."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .differences import derivative

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Residuals:
    """Both equations at many times: rows ``(mean, variance)``. A tolerance is infinite at a kink of the marginals."""

    got: Array
    exact: Array
    tolerances: Array
    cause: str

    @property
    def kinks(self) -> NDArray[np.bool_]:
        """Whether the derivative does not exist near a time."""
        return np.asarray(~np.isfinite(self.tolerances).all(axis=1), dtype=np.bool_)

    def worst(self) -> tuple[int, int]:
        """The time and the equation that fail by most, kinks left out."""
        ratios = np.where(self.kinks[:, None], -1.0, np.abs(self.got - self.exact) / np.where(self.tolerances > 0, self.tolerances, 1.0))
        index = np.unravel_index(int(np.argmax(ratios)), ratios.shape)
        return int(index[0]), int(index[1])


def residuals(moments: Callable[[Array], Array], times: Array, span: tuple[float, float], drift: Array, noise: Array, u: float) -> Residuals:
    """The equations at ``times``, for rows ``(m, s²)`` of a subject's marginals and its coefficients ``f``, ``g²``."""
    mean, variance = moments(times).T
    rates = derivative(moments, times, span, u)
    exact = np.stack([drift * mean, 2 * drift * variance + noise], axis=1)
    sizes = np.stack([np.abs(drift * mean), np.abs(2 * drift * variance) + np.abs(noise)], axis=1)
    found = Residuals(rates.values, exact, rates.errors + 8 * u * sizes, "")
    kept = ~found.kinks
    if not kept.any():
        return found
    if np.any(np.abs(found.got - exact)[kept, 0] > found.tolerances[kept, 0]):
        stories, wanted, parts = _DRIFT, rates.values[kept, 0], (drift * mean)[kept]
        slack = found.tolerances[kept, 0]
    else:
        stories, wanted, parts = _NOISE, (rates.values[:, 1] - 2 * drift * variance)[kept], noise[kept]
        slack = found.tolerances[kept, 1]
    cause = next((story for story, form in stories if np.all(np.abs(wanted - form(parts)) <= slack)), "")
    if not cause and stories is _NOISE and np.all(wanted > slack):
        ratios = parts / wanted
        if np.ptp(ratios) <= 2 * np.max(slack / wanted * np.abs(ratios)):
            cause = f"g² is {ratios[0]:.6g} times what the variance needs, at every time"
    return Residuals(found.got, exact, found.tolerances, cause)


_DRIFT: tuple[tuple[str, Callable[[Array], Array]], ...] = (
    ("the drift is half of what the mean needs", lambda f: 2 * f),
    ("the drift is twice what the mean needs", lambda f: f / 2),
    ("the drift has the wrong sign, or time runs the other way", lambda f: -f),
)
_NOISE: tuple[tuple[str, Callable[[Array], Array]], ...] = (
    ("g² is half of what the variance needs: a factor 2 is missing in g²", lambda g: 2 * g),
    ("g² is twice what the variance needs", lambda g: g / 2),
    ("the diffusion is g², not g: it is squared once too often", lambda g: np.sqrt(np.abs(g))),
    ("the root of the diffusion is taken twice", lambda g: g**2),
    ("the noise has the wrong sign, or time runs the other way", lambda g: -g),
)
