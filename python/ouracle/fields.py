"""Exact fields: what a perfect network returns, in the framework, shape and precision of the question.

The coefficients come from the library; here they are only multiplied with the caller's arrays, so that automatic
differentiation and compilation go through.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from . import frameworks
from .laws import Gaussian, Mixture
from .schedules import Level

if TYPE_CHECKING:
    from .case import Case

Array = NDArray[np.float64]

KINDS = ("score", "eps", "x0", "v", "velocity")
ALIASES = {"D": "x0", "denoiser": "x0", "epsilon": "eps", "noise": "eps", "sample": "x0", "v_prediction": "v", "flow": "velocity"}


def kind_of(name: str) -> str:
    """The kind of field with this name.

    Raises:
        ValueError: if there is none.
    """
    kind = ALIASES.get(name, name)
    if kind not in KINDS:
        raise ValueError(f"`{name}` is no kind of field; choose one of {', '.join((*KINDS, *ALIASES))}")
    return kind


@dataclass(frozen=True)
class Call:
    """One question that was put to a field."""

    time: float
    level: Level
    #: The states that were asked about, ``(batch, d)``; kept for the first question only.
    states: Array | None
    dtype: str


class Field:
    """The exact network of a case, callable as ``field(x, t)``.

    ``x`` is ``(batch, …)`` with ``d`` entries behind the batch, in any layout, or a single ``(d,)``; ``t`` is a number or one
    for each row, on the clock of the case's schedule. Further arguments (labels, conditions) are ignored. The kinds are

    * ``score``: ``∇ log p(z)``,
    * ``eps``: ``E[ε | z] = −σ·score``,
    * ``x0`` (``D``): ``E[x | z]``,
    * ``v``: ``E[αε − σx | z]``,
    * ``velocity``: ``E[α′x + σ′ε | z]``, the drift of the probability flow.

    Every call is noted in ``calls``: at which levels a sampler asks, and with which states, says what it does.
    """

    def __init__(self, case: Case, kind: str, scale: float = 1.0, framework: str | None = None) -> None:
        if framework is not None and framework not in frameworks.NAMES:
            raise ValueError(f"`{framework}` is no framework known here; choose one of {', '.join(frameworks.NAMES)}")
        self.case = case
        self.kind = kind_of(kind)
        #: The framework in which to answer; without one, that of the question.
        self.framework = framework
        #: What the answer is multiplied with: −1 for a network that predicts the other sign.
        self.scale = scale
        self.calls: list[Call] = []
        #: The largest magnitude of an entry of a state.
        self.largest = 0.0

    def forget(self) -> None:
        """Forgets all questions."""
        self.calls, self.largest = [], 0.0

    def __call__(self, x: Any, t: Any, *_: Any, **__: Any) -> Any:
        d = self.case.dimension
        if not hasattr(x, "shape"):
            x = np.asarray(x, dtype=np.float64)
        if self.framework is not None and frameworks.name(x) != self.framework:
            x = frameworks.make(frameworks.to_numpy(x), self.framework, frameworks.precision(x))
        single = len(x.shape) == 1 and x.shape[0] == d and np.ndim(t) == 0
        batch = 1 if single or len(x.shape) == 0 else x.shape[0]
        flat = x.reshape(batch, -1)
        if flat.shape[1] != d:
            raise ValueError(
                f"the field was asked at an array of the shape {tuple(x.shape)}, which has {flat.shape[1]} entries a row, "
                f"but the case has {d} dimensions"
            )
        if frameworks.is_traced(t) or frameworks.is_traced(x):
            return self._traced(flat, t).reshape(x.shape)
        times = np.ravel(frameworks.to_numpy(t))
        self._note(flat, times)
        return self._apply(flat, times).reshape(x.shape)

    def _note(self, flat: Any, times: Array) -> None:
        time = float(times[0])
        level = self.case.schedule.level(time)
        states = frameworks.to_numpy(flat)
        self.largest = max(self.largest, float(np.abs(states).max(initial=0.0)))
        self.calls.append(Call(time, level, None if self.calls else states, frameworks.precision(flat)))

    def coefficients(self, times: Array) -> tuple[Array, Array]:
        """Matrices ``(n, components, d, d)`` and offsets ``(n, components, d)`` at these times; a Gaussian law has one component."""
        rows = np.ascontiguousarray(self.case.schedule.rows(times))
        components = self.case.law.components if isinstance(self.case.law, Mixture) else (self.case.law,)
        pairs = [component.native.prediction(self.kind, rows) for component in components]
        matrices, offsets = (np.stack(parts, axis=1) for parts in zip(*pairs))
        return self.scale * matrices, self.scale * offsets

    def _along(self, flat: Any, axes: Array, times: Array) -> Any:
        """The answer along many principal axes: two products with them instead of a matrix for every time."""
        law = self.case.gaussian
        slopes, offsets = law.native.prediction_along(self.kind, np.ascontiguousarray(self.case.schedule.rows(times)))
        slopes, offsets = frameworks.like(self.scale * slopes, flat), frameworks.like(self.scale * offsets, flat)
        basis = frameworks.like(axes, flat)
        return ((flat @ basis) * slopes + offsets) @ basis.T

    def _apply(self, flat: Any, times: Array) -> Any:
        distinct = np.unique(times)
        times = distinct if len(distinct) == 1 else times
        if len(times) not in (1, flat.shape[0]):
            raise ValueError(f"{len(times)} times were given for {flat.shape[0]} states; give one, or one for each")
        if isinstance(self.case.law, Gaussian) and self.case.law.principal_axes is not None:
            return self._along(flat, self.case.law.principal_axes, times)
        matrices, offsets = self.coefficients(times)
        matrices, offsets = frameworks.like(matrices, flat), frameworks.like(offsets, flat)
        if not isinstance(self.case.law, Mixture):
            if len(matrices) == 1:
                return flat @ matrices[0, 0].T + offsets[0, 0]
            return (matrices[:, 0] @ flat[:, :, None])[:, :, 0] + offsets[:, 0]
        # On the line a component's answer is slope·z + offset, and the answers mix by the probability of the component given z.
        values = matrices[:, :, 0, 0] * flat + offsets[:, :, 0]
        shares = self._responsibilities(self.case.law, flat, times)
        return (values * shares).sum(-1)[:, None]

    def _responsibilities(self, law: Mixture, flat: Any, times: Array) -> Any:
        alpha, sigma = self.case.schedule.rows(times)[:, :2].T
        variances = alpha[:, None] ** 2 * law.variances + sigma[:, None] ** 2
        means = alpha[:, None] * law.means
        constants = np.log(law.weights) - np.log(variances) / 2
        xp = frameworks.namespace(flat)
        distances = (flat - frameworks.like(means, flat)) ** 2 / frameworks.like(2 * variances, flat)
        logits = frameworks.like(constants, flat) - distances
        # The largest is taken off, so that no exponential overflows; it cancels in the quotient.
        powers = xp.exp(logits - xp.max(logits, -1, keepdims=True) if xp.__name__ != "torch" else logits - logits.amax(-1, keepdim=True))
        return powers / powers.sum(-1)[:, None]

    def _traced(self, flat: Any, t: Any) -> Any:
        """Inside a JAX transformation the times have no values yet: the coefficients are fetched when they have."""
        import jax
        import jax.numpy as jnp

        if isinstance(self.case.law, Mixture):
            raise ValueError("the field of a mixture cannot be traced by JAX yet; run it under `jax.disable_jit()`")
        law, d, times = self.case.gaussian, self.case.dimension, jnp.ravel(jnp.asarray(t))
        axes = law.principal_axes
        entries = (d, d) if axes is None else (d,)
        shapes = (jax.ShapeDtypeStruct((len(times), *entries), flat.dtype), jax.ShapeDtypeStruct((len(times), d), flat.dtype))

        def fetch(values: Any) -> tuple[Array, Array]:
            rows = np.ascontiguousarray(self.case.schedule.rows(np.asarray(values, dtype=np.float64)))
            pair = (law.native.prediction if axes is None else law.native.prediction_along)(self.kind, rows)
            return (self.scale * pair[0]).astype(flat.dtype), (self.scale * pair[1]).astype(flat.dtype)

        slopes, offsets = jax.pure_callback(fetch, shapes, times, vmap_method="sequential")
        if axes is None:
            return (slopes @ flat[:, :, None])[:, :, 0] + offsets
        basis = frameworks.like(axes, flat)
        return ((flat @ basis) * slopes + offsets) @ basis.T

    def __repr__(self) -> str:
        return f"<exact {self.kind} of {self.case!r}>"
