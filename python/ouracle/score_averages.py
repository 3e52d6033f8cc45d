"""Where the projections of a sliced loss cannot be seen: its average at a fixed sample, against the exact mean with the exact variance.

At a fixed sample both sliced losses are quadratic forms in ``v``: SSM of ``∇s + ½ s sᵀ``, SSM-VR of ``∇s`` beside a constant. So mean and
variance are known for every law, and the interval of means that the draws do not refute holds for every sample size.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from . import _native, score_words
from .energies import EnergyModel
from .findings import Finding

Array = NDArray[np.float64]

#: Draws at each sample.
DRAWS = 4096


def finding(first: Callable[[int], float], second: Callable[[int], float], model: EnergyModel, samples: Sequence[Array], objective: str | None, scale: float | None, false_alarm: float) -> Finding:
    """The finding ``objective`` by averages at two samples."""
    d = model.dimension
    places = {"centre": np.stack(samples)}
    parts, _ = model.native.parts("ism", places)
    values = [np.array([run(100 + k) for k in range(DRAWS)]) for run in (first, second)]
    scores, jacobians = model.native.score(places["centre"]), model.native.jacobian(places["centre"])
    sizes = {"J": 1.0, "2 J": 2.0, "J/d": 1 / d} if scale is None else {f"{scale:g} J": scale}
    shown = [float(each.mean()) for each in values]
    for name, size in sizes.items():
        means = size * parts.sum(axis=1)
        variances = [max(_variances(jacobian, score, objective)) * size**2 for jacobian, score in zip(jacobians, scores)]
        # Two samples share the rate, whichever scales are tried: a right loss has to pass at one scale only.
        intervals = [_native.mean_interval(each, variance, false_alarm, 2) for each, variance in zip(values, variances)]
        if all(low <= mean <= high for (low, high), mean in zip(intervals, means)):
            width = max(high - low for low, high in intervals) / 2
            because = f"by {DRAWS} draws at each of two samples it is {name}, with {false_alarm:g} false alarms; what it draws cannot be noted, so neither law nor form is seen"
            return Finding("objective", "consistent", shown, means, float(np.abs(np.array(shown) - means).max()), width, because)
    # Two means tell the weights of trace and square, roughly.
    weights = np.linalg.solve(parts, shown)
    because = f"by {DRAWS} draws at each of two samples it is none of {', '.join(sizes)}, with {false_alarm:g} false alarms; trace and square seem to have the weights {weights[0]:.2g} and {weights[1]:.2g}"
    ratio = weights[0] / weights[1] if weights[1] else np.inf
    causes = {-1.0: "the trace has the other sign", 0.5: "the ½ before the square is missing", 1 / d: f"the trace is divided by d = {d}: projections on the unit sphere, with an integrated square"}
    cause = next((words for value, words in causes.items() if score_words.near(ratio, value, 1 / 256)), "")
    return Finding("objective", "wrong", shown, parts.sum(axis=1), because=because, cause=cause)


def _variances(jacobian: Array, score: Array, objective: str | None) -> list[float]:
    """The variance of one value, for every law and for both forms."""
    forms = {"ssm": jacobian + np.outer(score, score) / 2, "ssm-vr": jacobian}
    chosen = [forms[objective]] if objective in forms else list(forms.values())
    laws = ("rademacher", "gaussian", "sphere")
    return [_native.projection_variance(np.ascontiguousarray(form), law) for form in chosen for law in laws]
