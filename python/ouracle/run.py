"""One run of a subject's sampler: what it returned, and what it asked its network on the way."""

from __future__ import annotations

import inspect
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from . import frameworks, tape
from .adapters import Unsupported
from .case import Case
from .fields import Call
from .recursion import Given
from .schedules import Level

Array = NDArray[np.float64]


class SubjectError(Exception):
    """A subject raised; the message says what and where in its code, and ``trace`` holds the last places."""

    def __init__(self, error: Exception) -> None:
        frames = traceback.extract_tb(error.__traceback__)[1:]
        self.trace = [f"{Path(frame.filename).name}:{frame.lineno} in {frame.name}: {frame.line}" for frame in frames][-3:]
        super().__init__(f"the subject raised {type(error).__name__}: {error}" + (f" ({self.trace[-1]})" if self.trace else ""))


class Sampler:
    """A subject: ``sampler(noise)`` or ``sampler(noise, steps)``, which gives its samples.

    ``noise`` is standard normal, ``(batch, *shape)``, in the framework and precision that are asked for. The sampler may start
    from it, scaled as it likes, or draw its own start; its network is a field of the case.
    """

    def __init__(
        self, call: Callable[..., Any], case: Case, *, framework: str | None = None, dtype: str = "float64", shape: tuple[int, ...] | None = None
    ) -> None:
        self.call = call
        self.case = case
        self.framework = framework or case.framework
        self.dtype = dtype
        self.shape = shape if shape is not None else (case.dimension,)
        if int(np.prod(self.shape)) != case.dimension:
            raise ValueError(f"the shape {self.shape} of one state has {int(np.prod(self.shape))} entries, but the case has {case.dimension} dimensions")
        self.name = getattr(call, "__qualname__", type(call).__name__)

    @property
    def takes_steps(self) -> bool:
        """Whether the sampler takes the number of steps."""
        try:
            parameters = inspect.signature(self.call).parameters.values()
        except (TypeError, ValueError):
            return True
        places = [p for p in parameters if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)]
        return len(places) > 1 or any(p.kind is p.VAR_POSITIONAL for p in parameters)

    def __call__(self, noise: Array, steps: int | None) -> Any:
        start = frameworks.make(noise, self.framework, self.dtype)
        try:
            return self.call(start) if steps is None else self.call(start, steps)
        except (tape.TapeError, Unsupported):
            raise
        except Exception as error:
            raise SubjectError(error) from error

    def read(self, steps: int | None, seed: int = 0, precision: str | None = None) -> Run:
        """The exact law of the output, by a noise tape; ``precision`` is that of the subject's coefficients, if it is known to be less.

        Raises:
            TapeError: if a tape cannot read the sampler.
            SubjectError: if the sampler raises.
        """
        self.case.forget()
        counted = steps or 1

        def run(noise: Array) -> Any:
            self.case.forget()
            return self(noise, steps)

        reading = tape.read(run, self.shape, scale=self.case.largest_state, steps=counted, seed=seed)
        known = max((precision or "float64", reading.precision, self.dtype), key=frameworks.unit_roundoff)
        return Run(self.case, reading, tuple(self.case.calls()), known)


@dataclass(frozen=True)
class Run:
    """What a tape read, and the questions to the network."""

    case: Case
    reading: tape.Reading
    calls: tuple[Call, ...]
    #: The least precision of states, coefficients, and what the test of affinity found.
    precision: str

    @property
    def output(self) -> tape.AffineMap:
        """The map from all noise to the output."""
        return self.reading.output

    @property
    def levels(self) -> list[Level]:
        """The levels at which the network was asked, in order; the same level twice in a row counts once."""
        levels: list[Level] = []
        for call in self.calls:
            if not levels or call.level != levels[-1]:
                levels.append(call.level)
        return levels

    @property
    def start(self) -> tape.AffineMap | None:
        """The map from all noise to the first state that the network saw; none if it was never asked."""
        if not self.calls or self.calls[0].states is None:
            return None
        rows = self.calls[0].states
        widths = np.cumsum([block.shape[1] for block in self.output.blocks])
        return tape.AffineMap(rows[0], tuple(np.split((rows[1:] - rows[0]).T, widths[:-1], axis=1)))

    def from_start(self) -> Given | None:
        """The law of the output given the first state.

        None if that state is not a function of the noise by which it could be inverted.
        """
        start = self.start
        if start is None:
            return None
        used = [k for k, block in enumerate(start.blocks) if np.any(block)]
        square = [k for k in used if start.blocks[k].shape[0] == start.blocks[k].shape[1]]
        if not square or np.linalg.matrix_rank(start.blocks[square[0]]) < len(start.offset):
            return None
        matrix = self.output.blocks[square[0]] @ np.linalg.inv(start.blocks[square[0]])
        noise = self.later_noise
        return Given(matrix, self.output.offset - matrix @ start.offset, noise @ noise.T)

    def law_from_exact_start(self) -> tuple[Array, Array] | None:
        """Mean and covariance of the output if the first state has exactly the law of the case at its level.

        With it every convergent sampler, deterministic or not, tends to the exact law: the floor that the subject's own prior
        leaves is gone.
        """
        given = self.from_start()
        if given is None:
            return None
        return given.apply(*self.case.moments(self.calls[0].level))

    def law_of_own_start(self, end: Level) -> tuple[Array, Array] | None:
        """Where the exact dynamics carry the law of the subject's own first state: by the probability flow if it draws nothing that
        counts, by the reverse process otherwise.
        """
        start = self.start
        if start is None:
            return None
        native, level = self.case.gaussian.native, self.calls[0].level
        if np.any(self.later_noise):
            matrix, offset, noise = native.reverse(level.pair, end.pair)
        else:
            (matrix, offset), noise = native.flow(level.pair, end.pair), np.zeros_like(start.covariance)
        return Given(matrix, offset, noise).apply(start.mean, start.covariance)

    @property
    def later_noise(self) -> Array:
        """What multiplies the draws after the first state, ``(d, entries)``."""
        start = self.start
        used = [] if start is None else [k for k, block in enumerate(start.blocks) if np.any(block)]
        rest = [block for k, block in enumerate(self.output.blocks) if k not in used]
        return np.concatenate(rest, axis=1) if rest else np.zeros((len(self.output.offset), 0))
