"""Where the projections of a sliced loss cannot be seen: its average at a fixed sample, against the exact mean with the exact variance.

At a fixed sample both sliced losses are quadratic forms in ``v``: SSM of ``∇s + ½ s sᵀ``, SSM-VR of ``∇s`` beside a constant. So mean and
variance are known for every law, and the interval of means that the draws do not refute holds for every sample size.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from . import _native
from .energy_model import EnergyModel
from .findings import Finding

Array = NDArray[np.float64]

#: Draws at each sample.
DRAWS = 4096
#: The laws of projections that a right loss may have. Independent entries with fewer large ones than normals, such as uniform numbers,
#: vary less than normals do.
LAWS = ("rademacher", "gaussian", "sphere", "coordinate")


class Averages:
    """Draws of a loss at a few samples, and the weights of trace and square that they do not refute."""

    def __init__(self, run: Callable[[Array, int], float], model: EnergyModel, samples: Sequence[Array], objective: str | None, false_alarm: float) -> None:
        self.values = [np.array([run(sample, 100 + k) for k in range(DRAWS)]) for sample in samples]
        self.false_alarm = false_alarm
        at = np.ascontiguousarray(np.stack(samples))
        #: Trace and half the square at each sample.
        self.parts, _ = model.native.parts("ism", {"centre": at})
        self.scores, self.jacobians = model.native.score(at), model.native.jacobian(at)
        self.squared = {"ssm": (True,), "ssm-vr": (False,)}.get(objective or "", (True, False))

    def interval(self, k: int, trace: float, square: float) -> tuple[float, float]:
        """The means at sample ``k`` that are not refuted if the loss has these weights, by projections of any of the laws and in either form."""
        variance = max(
            _native.projection_variance(np.ascontiguousarray(trace * self.jacobians[k] + sliced * square / 2 * np.outer(self.scores[k], self.scores[k])), law)
            for sliced in self.squared
            for law in LAWS
        )
        return _native.mean_interval(self.values[k], variance, self.false_alarm, len(self.values))

    def allow(self, trace: float, square: float) -> bool:
        """Whether these weights are not refuted at any sample."""
        means = self.parts @ np.array([trace, square])
        return all(low <= mean <= high for mean, (low, high) in zip(means, (self.interval(k, trace, square) for k in range(len(means)))))


def finding(averages: Averages, d: int, scale: float | None) -> Finding:
    """The finding ``objective``. A right loss has to pass at one scale only, so trying several raises no alarms."""
    sizes = {"J": 1.0, "2 J": 2.0, "J/d": 1 / d} if scale is None else {f"{scale:g} J": scale}
    shown = np.array([each.mean() for each in averages.values])
    test = f"{DRAWS} draws at each of {len(shown)} samples, exact variance, {averages.false_alarm:g} false alarms"
    for name, size in sizes.items():
        if averages.allow(size, size):
            exact = size * averages.parts.sum(axis=1)
            low, high = averages.interval(0, size, size)
            because = f"its averages are those of {name}: {test}; what it draws cannot be noted, so law and form are not seen"
            return Finding("objective", "consistent", shown, exact, float(np.abs(shown - exact).max()), (high - low) / 2, because)
    mistakes = {
        "the ½ before the square is missing, but only there": (1.0, 2.0),
        "the trace has the other sign": (-1.0, 1.0),
        "the square is missing": (1.0, 0.0),
        f"its projections lie on the unit sphere, not on the radius √d: the trace is divided by d = {d}, and the integrated square is not": (1 / d, 1.0),
    }
    cause = next((words for words, weights in mistakes.items() if averages.allow(*weights)), "")
    because = f"its averages are those of none of {', '.join(sizes)}: {test}"
    return Finding("objective", "wrong", shown, averages.parts.sum(axis=1), because=because, cause=cause)
