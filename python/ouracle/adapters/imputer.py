"""Imputers as people write them: what is observed and where goes in, samples come out, and the noise is their own affair.

::

    findings = oc.check_imputer(imputer.drawing(model.impute), case, observed, mask)

Noise that comes from the generators of NumPy, PyTorch or JAX is read by the tape, and the law is exact; noise from elsewhere is met
with samples, at a stated rate of false alarms.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from .. import frameworks


def drawing(impute: Callable[..., Any], *, missing: float = 0.0, axes: tuple[int, ...] = (), draws: bool = False, steps: bool = False) -> Callable[..., Any]:
    """What :func:`ouracle.check_imputer` takes, from ``impute(observed, mask) -> samples``.

    Args:
        impute: takes the values and the mask (1 where known), ``(batch, *axes)`` both, and gives as many whole samples.
        missing: what stands in the values where nothing is known: 0, NaN, or whatever the code expects.
        axes: how one sample is shaped, ``(features, times)`` say; one axis by default.
        draws: whether it takes one series and the number of samples instead: ``impute(observed, mask, n)``, ``(*axes)`` in and
            ``(n, *axes)`` out.
        steps: whether its last argument is the number of steps.
    """

    def shaped(array: Any) -> Any:
        return array.reshape(len(array), *axes) if axes else array

    def adapted(noise: Any, observed: Any, mask: Any, *count: int) -> Any:
        hidden = frameworks.to_numpy(mask) != 1
        shown = np.where(hidden, missing, frameworks.to_numpy(observed))
        values, known = shaped(frameworks.like(shown, noise)), shaped(mask)
        out = impute(values[0], known[0], len(noise), *count) if draws else impute(values, known, *count)
        return out.reshape(len(noise), -1)

    def with_steps(noise: Any, observed: Any, mask: Any, steps: int) -> Any:
        return adapted(noise, observed, mask, steps)

    def without(noise: Any, observed: Any, mask: Any) -> Any:
        return adapted(noise, observed, mask)

    chosen = with_steps if steps else without
    chosen.__qualname__ = getattr(impute, "__qualname__", type(impute).__name__)
    return chosen
