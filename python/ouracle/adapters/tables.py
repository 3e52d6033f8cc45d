"""The levels of a stepwise scheduler, read off its own tables of ``σ`` or ``ᾱ``."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .. import frameworks
from ..schedules import Level, Schedule
from . import Unsupported

Array = NDArray[np.float64]


@dataclass(frozen=True, repr=False)
class Clock(Schedule):
    """Levels by their own size: time is ``σ/α`` of preserved (``vp``) and exploding (``ve``) variance, ``σ`` on the straight path (``flow``)."""

    family: str

    def rows(self, times: Array) -> Array:
        one, zero = np.ones_like(times), np.zeros_like(times)
        if self.family == "flow":
            return np.stack([1.0 - times, times, -one, one], axis=1)
        if self.family == "ve":
            return np.stack([one, times, zero, one], axis=1)
        alpha = 1.0 / np.hypot(1.0, times)
        # Pure noise stands at the time infinity.
        sigma = np.where(np.isinf(times), 1.0, np.where(alpha > 0, times, 0.0) * alpha)
        return np.stack([alpha, sigma, -sigma * alpha**2, alpha**3], axis=1)

    def time(self, level: Level) -> float:
        """The time of a level."""
        if self.family == "flow":
            return level.sigma
        return level.ratio if level.alpha > 0 else float("inf")

    @property
    def noise_time(self) -> float:  # type: ignore[override]
        """Where sampling may begin."""
        return 1.0 if self.family == "flow" else float("inf")

    @property
    def data_time(self) -> float:  # type: ignore[override]
        """Where the data are."""
        return 0.0

    def __repr__(self) -> str:
        return {"flow": "z = (1 − σ)x + σε", "ve": "z = x + σε", "vp": "z = αx + σε, α² + σ² = 1"}[self.family]


def _is_number(value: Any) -> bool:
    return isinstance(value, float) or (hasattr(value, "shape") and value is not None)


def table(scheduler: Any, name: str) -> Array | None:
    """One of the scheduler's own tables, or nothing."""
    value = getattr(scheduler, name, None)
    if value is None or callable(value):
        return None
    values = frameworks.to_numpy(value)
    return values if values.ndim == 1 else None


class Tables:
    """The levels of a scheduler whose time steps are set.

    Args:
        scheduler: with ``timesteps``, and ``sigmas`` or ``alphas_cumprod`` (or ``alphas`` and ``betas`` on the unit circle).
        scales: whether it scales its state before the network sees it.
    """

    def __init__(self, scheduler: Any, scales: bool) -> None:
        self.scheduler = scheduler
        self.scales = scales
        self.times = scheduler.timesteps
        self.count = len(self.times)
        self.bars = table(scheduler, "alphas_cumprod")
        sigmas = table(scheduler, "sigmas")
        self.sigmas = sigmas if sigmas is not None and len(sigmas) >= self.count else None
        #: EDM's σ_data, for a network that is preconditioned.
        self.data_scale = float(scheduler.config.sigma_data) if hasattr(scheduler, "precondition_outputs") else None
        self.family = self._family()
        # Methods of two stages keep the levels between two others in a table of their own.
        named = {name: frameworks.to_numpy(v) for name, v in vars(scheduler).items() if "sigma" in name and name != "sigmas" and hasattr(v, "shape")}
        self._further = [values for values in named.values() if values.ndim == 1 and len(values) >= self.count]

    def _family(self) -> str:
        if self.sigmas is None:
            return "vp"
        convert = getattr(self.scheduler, "_sigma_to_alpha_sigma_t", None)
        if callable(convert):
            sigma = float(np.median(self.sigmas))
            alpha = float(convert(frameworks.make(np.array([sigma]), "torch", "float64"))[0])
            return min(("vp", "ve", "flow"), key=lambda family: abs(alpha - level_of(family, sigma).alpha))
        if self.bars is None and self.data_scale is None and float(self.sigmas.max()) <= 1.0:
            return "flow"
        return "ve"

    def at(self, call: int, input_scale: float | None = None) -> Level:
        """The level at which the network is asked at a call; ``input_scale`` tells which of several tables of σ is meant."""
        if self.sigmas is not None:
            return level_of(self.family, self._sigma(call, input_scale))
        if self.bars is not None:
            return level_of_bar(float(self.bars[int(self.times[call])]))
        return self._without_tables(call)

    def state(self, call: int, input_scale: float | None = None) -> Level:
        """The level of the state at a call, which on the way back to noise may be one before that of the network."""
        if self.sigmas is None and self.inverse:
            return self.at(call - 1) if call else self.start
        return self.at(call, input_scale)

    def _sigma(self, call: int, input_scale: float | None) -> float:
        assert self.sigmas is not None
        own = float(self.sigmas[call])
        if input_scale is None or self.data_scale is not None:
            return own
        choices = [own, *(float(values[call]) for values in self._further)]
        # One that is worked out on the way is a number.
        choices += [float(value) for name, value in vars(self.scheduler).items() if "sigma" in name and np.ndim(value) == 0 and _is_number(value)]
        return min(choices, key=lambda sigma: abs(float(np.hypot(1.0, sigma)) * input_scale - 1.0))

    def _without_tables(self, call: int) -> Level:
        alphas, betas = table(self.scheduler, "alphas"), table(self.scheduler, "betas")
        if alphas is not None and betas is not None and len(alphas) > self.count and np.allclose(alphas**2 + betas**2, 1):
            return Level(float(alphas[call]), float(betas[call]))
        product = getattr(self.scheduler, "_alpha_cumprod", None)
        if callable(product):
            return level_of_bar(float(product(self.times[call], self.times.device)))
        raise Unsupported("it keeps neither `sigmas` nor `alphas_cumprod` for its time steps, so their levels are not known")

    @property
    def calls(self) -> int:
        """How often the network is asked: once for each time step, except one that only says where the data are."""
        function = self.sigmas is None and self.bars is None and callable(getattr(self.scheduler, "_alpha_cumprod", None))
        return self.count - 1 if function else self.count

    @property
    def start(self) -> Level:
        """The level of the first state; one that inverts steps along ``ᾱ`` starts at the data."""
        if self.inverse and self.sigmas is None:
            return level_of_bar(float(getattr(self.scheduler, "initial_alpha_cumprod", 1.0)))
        return self.at(0)

    @property
    def end(self) -> Level:
        """The level at which the last step leaves its state."""
        if self.sigmas is not None:
            return level_of(self.family, float(self.sigmas[min(self.count, len(self.sigmas) - 1)]))
        if self.bars is None:
            return self._without_tables(self.calls)
        if self.inverse:
            return self.at(self.count - 1)
        return level_of_bar(float(getattr(self.scheduler, "final_alpha_cumprod", 1.0)))

    @property
    def entries(self) -> list[Level]:
        """The levels of the table that the levels of a run are chosen from, by its index; none if there is no such table."""
        return [] if self.bars is None or self.sigmas is not None else [level_of_bar(float(bar)) for bar in self.bars]

    @property
    def inverse(self) -> bool:
        """Whether the steps go from data to noise."""
        if self.calls < 2:
            return False
        if self.sigmas is not None:
            return bool(self.sigmas[0] < self.sigmas[self.calls - 1])
        return self.at(0).half_log_snr > self.at(self.calls - 1).half_log_snr

    def network(self, level: Level) -> Level:
        """The level of what the network sees of a state: scaled to ``α² + σ² = 1``, or as EDM scales it."""
        if not self.scales:
            return level
        scale = 1 / float(np.hypot(self.data_scale or level.alpha, level.sigma))
        return Level(level.alpha * scale, level.sigma * scale)


def level_of(family: str, sigma: float) -> Level:
    """The level that a table of σ means in a family."""
    if family == "flow":
        return Level(1.0 - sigma, sigma)
    if family == "ve":
        return Level(1.0, sigma)
    return Level(1 / float(np.hypot(1.0, sigma)), sigma / float(np.hypot(1.0, sigma)))


def level_of_bar(bar: float) -> Level:
    """The level that a table of ``ᾱ`` means."""
    return Level(float(np.sqrt(bar)), float(np.sqrt(1.0 - bar)))
