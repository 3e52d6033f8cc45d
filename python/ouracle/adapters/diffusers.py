"""The schedulers of diffusers, every one of which is found and driven by what it says of itself.

>>> from ouracle.adapters import diffusers
>>> subject = diffusers.Sampler("EulerDiscreteScheduler", law, use_exponential_sigmas=True, stop_early=1)
>>> oc.check_order(subject, subject.case, order=1, end=subject.end(), **subject.call)

A scheduler is asked as a pipeline asks it: ``set_timesteps``, ``scale_model_input``, the network, ``step``. What its states and
its network are is read off its own tables: where it keeps ``ᾱ`` or ``σ``, whether it scales what the network sees, whether it
preconditions what the network returns.
"""

from __future__ import annotations

import copy
import functools
import importlib
import inspect
import pkgutil
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .. import frameworks, tape
from ..case import Case
from ..laws import Law, PointMass
from ..schedules import Level
from . import Unsupported
from .tables import Clock, Tables

Array = NDArray[np.float64]

#: What makes a step an affine map, which clipping is not: set wherever a scheduler knows the word.
AFFINE = {"clip_sample": False, "clip_denoised": False, "thresholding": False}

#: What a prediction type is called here, with its sign; on the straight path the velocity is ε − x.
PREDICTIONS = {"epsilon": ("eps", 1.0), "sample": ("x0", 1.0), "v_prediction": ("v", 1.0), "flow_prediction": ("velocity", 1.0)}

#: EDM's network returns F, of which the denoiser is c_skip·x + c_out·F; with "v_prediction" c_out has the other sign.
PRECONDITIONED = {"epsilon": ("F", 1.0), "v_prediction": ("F", -1.0)}


def schedulers() -> dict[str, type]:
    """All classes of the installed diffusers that are named a scheduler, by name, wherever they are defined."""
    home = importlib.import_module("diffusers.schedulers")
    base = importlib.import_module("diffusers.schedulers.scheduling_utils").SchedulerMixin
    found: dict[str, type] = {}
    for module in pkgutil.walk_packages(home.__path__, f"{home.__name__}."):
        try:
            members = vars(importlib.import_module(module.name))
        except ImportError:  # An optional dependency, such as Flax, is not there.
            continue
        for name, value in members.items():
            if inspect.isclass(value) and issubclass(value, base) and value is not base and value.__module__ == module.name:
                found[name] = value
    return dict(sorted(found.items()))


def reason(scheduler: type) -> str:
    """Why a scheduler cannot be driven, or nothing; what only shows when it runs is found by :class:`Sampler`."""
    step, grid = getattr(scheduler, "step", None), getattr(scheduler, "set_timesteps", None)
    if not callable(step):
        steps = [name for name in vars(scheduler) if name.startswith("step")]
        return f"it has no method `step`{' but ' + ', '.join(steps) if steps else ''}: its updates are put together by a pipeline of its own"
    if not callable(grid):
        return "it has no method `set_timesteps`"
    parameters = inspect.signature(step).parameters
    if "LongTensor" in str(parameters["sample"].annotation if "sample" in parameters else ""):
        return "its states are integer tokens, which have no density"
    usual = {"self", "model_output", "timestep", "sample"}
    further = [name for name, p in parameters.items() if name not in usual and p.default is p.empty and p.kind < p.VAR_POSITIONAL]
    if further or not usual <= set(parameters):
        return f"its step needs {', '.join(further) or 'other arguments than a network output, a time and a state'}"
    required = [n for n, p in inspect.signature(scheduler.__init__).parameters.items() if n != "self" and p.default is p.empty and p.kind < 2]
    if required:
        return f"it cannot be made without {', '.join(required)}"
    if any("boundary_condition" in name for name in dir(scheduler)):
        return "its network is a consistency function, which maps a state to an end of its path: no field of the law at one time"
    return ""


@functools.lru_cache(maxsize=64)
def _made(scheduler: type, config: tuple[tuple[str, Any], ...]) -> Any:
    return scheduler(**dict(config))


def _words(error: Exception) -> str:
    return f"{type(error).__name__}: {error}".splitlines()[0]


#: What is found out about a scheduler by running it is found out on this law, with so many steps.
POINT = PointMass([0.3, 0.5, 0.7])
PROBE = 10


class Sampler:
    """A scheduler with the exact network of a law, callable as ``sampler(noise, steps)``.

    Args:
        scheduler: a class, its name, or an object, whose configuration is then used.
        law: the data.
        stop_early: how many of the last steps to leave out, so that the samples keep some noise.
        exact_start: start with the law of the first level, and not with the scheduler's own prior.
        fraction: of the way from the lower to the upper variance, what a network that learns variances answers.
        step: further arguments of the scheduler's ``step``, such as ``{"eta": 1.0}``.
        config: of the scheduler; clipping is off unless it is asked for.

    Raises:
        Unsupported: if it cannot be driven.
        ValueError: if there is no such scheduler, or it has no such parameter.
    """

    def __init__(
        self,
        scheduler: Any,
        law: Law,
        *,
        stop_early: int = 0,
        exact_start: bool = False,
        fraction: float = 0.0,
        step: Mapping[str, Any] | None = None,
        **config: Any,
    ) -> None:
        if isinstance(scheduler, str):
            known = schedulers()
            if scheduler not in known:
                raise ValueError(f"diffusers has no scheduler `{scheduler}`; there are {', '.join(known)}")
            scheduler = known[scheduler]
        given: Mapping[str, Any] = {}
        if not inspect.isclass(scheduler):
            scheduler, given = type(scheduler), {k: v for k, v in scheduler.config.items() if not k.startswith("_")}
        if why := reason(scheduler):
            raise Unsupported(f"{scheduler.__name__}: {why}")
        self.scheduler: type = scheduler
        knows = inspect.signature(scheduler.__init__).parameters
        if unknown := set(config) - set(knows):
            raise ValueError(f"{scheduler.__name__} has no parameter {', '.join(sorted(unknown))}; it has {', '.join(list(knows)[1:])}")
        self.config = {**given, **{k: v for k, v in AFFINE.items() if k in knows}, **config}
        self.stop_early, self.exact_start = stop_early, exact_start
        self.fraction, self.step = fraction, dict(step or {})
        self.accepts = set(inspect.signature(scheduler.step).parameters)
        #: Whether a time is given to each row of the batch.
        self.times_by_row = False
        #: The level and the states before each call of the last run, and after the last step.
        self.trace: list[tuple[Level, Array]] = []
        try:
            probe = self.make(PROBE)
        except Exception as error:
            raise Unsupported(f"{scheduler.__name__}: set_timesteps({PROBE}) raises {_words(error)}") from error
        self.scales = self._scale(probe, 0) != 1.0
        tables = Tables(probe, self.scales)
        self.inverse = tables.inverse
        # A scaled state of exploding variance is one of preserved variance to the network.
        self.clock = Clock("vp" if self.scales else tables.family)
        self.kind, self.sign = self._prediction(tables)
        if self._forgets():
            raise Unsupported(
                f"{scheduler.__name__}: its step replaces all noise of the state, so its network is a consistency function, which maps "
                "a state to the end of its path: no field of the law at one time"
            )
        self._use(law)

    @property
    def name(self) -> str:
        """The scheduler with its configuration, as one would write it."""
        given = {**{k: v for k, v in self.config.items() if k not in AFFINE}, **self.step}
        return f"{self.scheduler.__name__}({', '.join(f'{k}={v!r}' for k, v in given.items())})"

    @property
    def call(self) -> dict[str, Any]:
        """How the checks are to call it."""
        return {"framework": "torch", "shape": (self.case.dimension, 1, 1)}

    def make(self, steps: int) -> Any:
        """A fresh scheduler with its time steps set."""
        # Some lay down a thousand levels when they are made, one by one.
        scheduler = copy.deepcopy(_made(self.scheduler, tuple(sorted(self.config.items()))))
        scheduler.set_timesteps(steps)
        return scheduler

    def tables(self, steps: int) -> Tables:
        """The levels of a run with this many steps."""
        return Tables(self.make(steps), self.scales)

    def end(self, steps: int = 10) -> Level:
        """The level of the samples."""
        tables = self.tables(steps)
        return tables.state(tables.calls - self.stop_early) if self.stop_early else tables.end

    def levels(self, steps: int) -> list[Level]:
        """The levels of the states before each call, and of the samples."""
        self(np.zeros((1, self.case.dimension)), steps)
        return [level for level, _ in self.trace]

    def _use(self, law: Law, kind: str = "", sign: float = 0.0) -> None:
        """Puts in the exact network of a law."""
        kind, sign = kind or self.kind, sign or self.sign
        self.case = Case(law, self.clock)
        self.field = self.case.field("x0" if kind == "F" else kind, scale=1.0 if kind == "F" else sign)

    def on(self, law: Law) -> Sampler:
        """The same sampler of another law."""
        other = copy.copy(self)
        other._use(law)
        return other

    def _prediction(self, tables: Tables) -> tuple[str, float]:
        """What the network returns: as the configuration says, else what carries a point mass to itself."""
        named = getattr(tables.scheduler.config, "prediction_type", None)
        known = PREDICTIONS if tables.data_scale is None else PRECONDITIONED
        if named is not None:
            if named not in known:
                raise Unsupported(f"{self.scheduler.__name__}: its prediction type `{named}` is none of {', '.join(known)}")
            self.kind, self.sign = known[named]
            self._residual(*known[named])
            return known[named]
        residuals = {(kind, sign): self._residual(kind, sign) for kind in ("eps", "velocity" if self.clock.family == "flow" else "v", "x0") for sign in (1.0, -1.0)}
        return min(residuals, key=lambda candidate: residuals[candidate])

    def _residual(self, kind: str, sign: float) -> float:
        """How far a point mass is carried from itself by a network of this kind.

        Raises:
            Unsupported: if the scheduler does not take its answers.
        """
        self.kind = kind
        self._use(POINT, kind, sign)
        self.sign = sign
        start = np.ones((1, POINT.dimension))
        try:
            out = self(start, PROBE)
        except Exception as error:
            if self.times_by_row:
                self.times_by_row = False
                raise Unsupported(f"{self.scheduler.__name__}: its step raises {_words(error)}") from error
            # Some take a time for each row of the batch, others one for all.
            self.times_by_row = True
            try:
                out = self(start, PROBE)
            except Exception:
                self.times_by_row = False
                raise Unsupported(f"{self.scheduler.__name__}: its step raises {_words(error)}") from error
        residual = float(np.abs(frameworks.to_numpy(out).reshape(-1) - self.trace[-1][0].alpha * POINT.mean).max())
        return residual if np.isfinite(residual) else float("inf")

    def _forgets(self) -> bool:
        """Whether a state after two steps to a positive level, with the noise of those steps held, depends on the start."""
        if self.inverse:
            return False
        self._use(POINT)
        states = []
        for start in (0.0, 1.0):
            with tape.playing(tape.Silent()):
                self(np.full((1, POINT.dimension), start), PROBE)
            states.append(self.trace[2][1])
        return bool(np.abs(states[0] - states[1]).max() <= 1e-6 * self.trace[2][0].sigma)

    @staticmethod
    def _scale(scheduler: Any, call: int) -> float:
        if not hasattr(scheduler, "scale_model_input"):
            return 1.0
        one = frameworks.make(np.ones((1, 1, 1, 1)), "torch", "float64")
        return float(scheduler.scale_model_input(one, scheduler.timesteps[call]).reshape(-1)[0])

    def _start(self, scheduler: Any, tables: Tables, noise: Any) -> Any:
        if not (tables.inverse or self.exact_start):
            return noise * float(getattr(scheduler, "init_noise_sigma", 1.0))
        mean, covariance = self.case.moments(tables.start)
        values, vectors = np.linalg.eigh(covariance)
        root = (vectors * np.sqrt(np.maximum(values, 0.0))) @ vectors.T
        return (noise.reshape(len(noise), -1) @ frameworks.like(root, noise) + frameworks.like(mean, noise)).reshape(noise.shape)

    def _answer(self, seen: Any, level: Level, data_scale: float | None) -> Any:
        if data_scale is not None:
            # The field of this case takes states with α² + σ² = 1.
            seen, level = seen / float(np.hypot(*level.pair)), Level(level.alpha / float(np.hypot(*level.pair)), level.sigma / float(np.hypot(*level.pair)))
        out = self.field(seen, self.case.schedule.time(level))  # type: ignore[attr-defined]
        if self.kind == "F" and data_scale is not None:
            sigma, total = level.ratio, float(np.hypot(level.ratio, data_scale))
            state = seen / level.alpha
            out = self.sign * (total * out - data_scale**2 / total * state) / (sigma * data_scale)
        if str(self.config.get("variance_type", "")).startswith("learned"):
            import torch

            out = torch.cat([out, torch.full_like(out, 2.0 * self.fraction - 1.0)], dim=1)
        return out

    def __call__(self, noise: Any, steps: int) -> Any:
        """Samples from standard normal noise ``(batch, …)`` with so many steps, by a fresh scheduler."""
        return self.run(self.make(steps), noise)

    def run(self, scheduler: Any, noise: Any) -> Any:
        """Samples by a scheduler whose time steps are set."""
        if frameworks.name(noise) != "torch":
            noise = frameworks.make(frameworks.to_numpy(noise).reshape(len(noise), -1, 1, 1), "torch", "float64")
        tables = Tables(scheduler, self.scales)
        x = self._start(scheduler, tables, noise)
        further = dict(self.step)
        if "generator" in self.accepts:
            import torch

            further["generator"] = torch.Generator().manual_seed(torch.initial_seed() % 2**63)
        if hasattr(scheduler, "noise_sampler"):
            scheduler.noise_sampler = tape.noise_sampler(x)
        self.trace = []
        for call in range(tables.calls - self.stop_early):
            time = scheduler.timesteps[call]
            if self.times_by_row:
                time = time.expand(len(noise))
            if "prev_timestep" in self.accepts:
                further["prev_timestep"] = scheduler.timesteps[call + 1] if call + 1 < tables.calls else None
            seen = scheduler.scale_model_input(x, time) if hasattr(scheduler, "scale_model_input") else x
            scale = self._scale(scheduler, call) if self.scales else None
            level = tables.at(call, scale)
            self.trace.append((tables.state(call, scale), frameworks.to_numpy(x).reshape(len(noise), -1)))
            out = self._answer(seen, tables.network(level), tables.data_scale)
            result = scheduler.step(out, time, x, **further)
            x = result.prev_sample if hasattr(result, "prev_sample") else result[0]
        end = tables.state(tables.calls - self.stop_early) if self.stop_early else tables.end
        self.trace.append((end, frameworks.to_numpy(x).reshape(len(noise), -1)))
        return x
