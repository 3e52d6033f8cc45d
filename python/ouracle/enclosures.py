"""Certified values for many sets of parameters at once.

::

    found = oc.enclose(oc.VP.linear(), "gap", m0=means, v0=variances, scale=1.05, digits=12)
    found.mid, found.lo, found.hi      # arrays: the exact value lies between lo and hi
    found.decimals()                   # as text, with as many digits as were asked for

Data are ``N(m0, v0)``, the model's score is ``scale·∇log q_t + shift``, the prior ``N(prior_mean, prior_variance)``.
"""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from . import _native
from .schedules import Process

Array = NDArray[np.float64]

Quantity = Literal["log-likelihood", "prior-kl", "gap", "gap-integral", "elbo"]

TIERS = np.array(["doubles", "double-words", "237 bits"])


@dataclass(frozen=True)
class Enclosures:
    """Enclosures with the shape of the broadcast parameters, in nats."""

    mid: Array
    """About the middle of each."""
    lo: Array
    """The exact value is at least this."""
    hi: Array
    """The exact value is at most this."""
    tier: NDArray[np.str_]
    """The arithmetic that decided each: ``doubles``, ``double-words`` or ``237 bits``."""
    reached: NDArray[np.bool_]
    """Whether each is as narrow as was asked; false where a value has no digits because it is 0."""
    digits: int
    """The digits that were asked for."""
    native: _native.Enclosures
    """The enclosures with all their digits."""

    def decimals(self, digits: int | None = None) -> NDArray[np.str_]:
        """``value ± radius`` as text, with more digits than a double has; as many as were asked for by default."""
        return np.array(self.native.decimals(self.digits if digits is None else digits)).reshape(self.mid.shape)


def enclose(
    process: Process,
    quantity: Quantity,
    *,
    v0: ArrayLike,
    m0: ArrayLike = 0.0,
    x: ArrayLike = 0.0,
    scale: ArrayLike = 1.0,
    shift: ArrayLike = 0.0,
    prior_mean: ArrayLike = 0.0,
    prior_variance: ArrayLike = 1.0,
    digits: int = 12,
    absolute: float = 0.0,
    threads: int = 0,
) -> Enclosures:
    """Encloses a quantity for every set of parameters; arrays are broadcast against each other.

    A double is taken for the number that it is: 0.1 is the double next to a tenth. The parameters of the process are exact decimals.

    Args:
        process: a process of the library, as :meth:`VP.linear` gives it.
        quantity: ``log-likelihood`` of the data law at ``x``; ``prior-kl``, ``KL(q_T ‖ π)``; ``gap``,
            ``KL(q_T ‖ π) + ½ ∫ G E_q|s − ∇log q|² dt`` in closed form, or ``gap-integral``, by the integral; ``elbo`` at ``x``, by its integral.
        v0: data variances, positive.
        m0: data means.
        x: data points.
        scale: what the score is multiplied with.
        shift: what is added to it.
        prior_mean: means of the prior.
        prior_variance: variances of the prior, positive.
        digits: significant digits, 1 to 50.
        absolute: a radius in nats that is enough, however many digits that is.
        threads: 0 for all cores. The result does not depend on it, to the last bit.

    Raises:
        ValueError: with the place, if a number is outside its domain; if arrays do not fit, or the quantity is not known.
    """
    parameters: tuple[ArrayLike, ...] = (m0, v0, x, scale, shift, prior_mean, prior_variance)
    arrays = [np.asarray(parameter, dtype=np.float64) for parameter in parameters]
    shape = np.broadcast_shapes(*(array.shape for array in arrays))
    columns = [array.reshape(1) if array.size == 1 else np.ascontiguousarray(np.broadcast_to(array, shape)).ravel() for array in arrays]
    found = _batch(_text(process)).enclose(quantity, columns, digits, absolute, threads or os.cpu_count() or 1)
    mid, lo, hi = (bound.reshape(shape) for bound in found.bounds())
    tier = TIERS[found.tiers()].reshape(shape)
    return Enclosures(mid, lo, hi, tier, found.reached().reshape(shape), digits, found)


def _text(process: Any) -> str:
    if not isinstance(process, Process):
        raise ValueError(f"the process is {process!r}; only processes of the library can be enclosed, such as VP.linear()")
    return json.dumps({"process": process.kind, **process.parameters})


@lru_cache(maxsize=16)
def _batch(parameters: str) -> _native.Batch:
    return _native.Batch(parameters)
