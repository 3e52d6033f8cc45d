"""Models for losses of score matching: an energy, a log-density or a score of which every derivative is known.

The log-density is a polynomial of degree four. A Gaussian model would hide what finite differences do, since a difference of a
quadratic is a derivative. The model notes where it is asked: a loss of differences shows its step, and a denoising one its noise.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from . import _native, frameworks

Array = NDArray[np.float64]

#: What a loss may ask its model for.
TAKES = ("energy", "log-density", "score")
#: Every Jacobian is differentiated exactly, at a price that grows with the fourth power of the dimension.
MOST = 24


class EnergyModel:
    """``log q(x) = −½ yᵀKy − ¼ Σ bᵢ yᵢ⁴`` with ``y = x − μ``, callable in every framework.

    Called as ``model(x, …)`` with ``x`` of the shape ``(n, …)`` and ``d`` entries behind the first axis, or a single ``(d,)``; further
    arguments (labels, noise levels) are ignored. An energy ``−log q`` and a log-density give ``(n,)``, a score the shape of ``x``. All are
    differentiable in PyTorch and JAX. Code in NumPy, which differentiates nothing, has :meth:`score` and :meth:`jacobian`.

    Args:
        takes: ``energy``, ``log-density`` or ``score``: what calling it gives.
        dimension: ``d``.
        quartic: whether there are fourth powers; without them the model is Gaussian, and hides the errors of finite differences.

    Raises:
        ValueError: if ``takes`` is another word, or the dimension is not between 1 and 24.
    """

    def __init__(self, takes: str = "energy", dimension: int = 3, quartic: bool = True) -> None:
        if takes not in TAKES:
            raise ValueError(f"a loss takes `{takes}`; choose one of {', '.join(TAKES)}")
        if not 1 <= dimension <= MOST:
            raise ValueError(f"the dimension is {dimension}; it is at least 1, and {MOST} are enough to see any mistake")
        self.takes, self.dimension = takes, dimension
        # Sixteenths, exact in every precision; no two entries alike, nothing diagonal, nothing centred.
        rng = np.random.Generator(np.random.Philox(key=[5, dimension]))
        off = np.triu(rng.integers(-5, 6, (dimension, dimension)) + 0.5, 1) / 16
        self.precision: Array = off + off.T + np.diag(12 + rng.permutation(8 * dimension)[:dimension]) / 16
        self.quartic: Array = (3 + rng.permutation(4 * dimension)[:dimension]) / 16 * bool(quartic)
        self.centre: Array = rng.integers(2, 8, dimension) * rng.choice([-1, 1], dimension) / 16
        self.native = _native.QuarticModel(self.precision, self.quartic, self.centre)
        #: The points of each call, ``(n, d)``; none of a call whose values a transformation hides.
        self.calls: list[Array | None] = []

    def __call__(self, x: Any, *_: Any, **__: Any) -> Any:
        """The energy, the log-density or the score at ``x``."""
        values = _values(x)
        self.calls.append(None if values is None else values.reshape(-1, self.dimension))
        if self.takes == "score":
            return self.score(x)
        return -self.log_density(x) if self.takes == "energy" else self.log_density(x)

    def log_density(self, x: Any) -> Any:
        """``log q(x)`` up to a constant, in nats: a number for each row."""
        if not hasattr(x, "shape"):
            x = np.asarray(x)
        single = tuple(x.shape) == (self.dimension,)
        matrix, quartic, centre = (frameworks.like(part, x) for part in (self.precision, self.quartic, self.centre))
        y = x.reshape(-1, self.dimension) - centre
        values = -(((y @ matrix) * y).sum(-1) / 2 + (quartic * (y * y) * (y * y)).sum(-1) / 4)
        return values[0] if single else values

    def score(self, x: Any) -> Any:
        """``∇ log q(x)``, of the shape of ``x``."""
        framework = frameworks.name(x)
        if framework == "torch":
            import torch

            with torch.enable_grad():
                free = x if x.requires_grad else x.detach().requires_grad_()
                (gradient,) = torch.autograd.grad(self.log_density(free).sum(), free, create_graph=True)
            return gradient if x.requires_grad else gradient.detach()
        if framework == "jax":
            import jax

            return jax.grad(lambda z: self.log_density(z).sum())(x)
        x = np.asarray(x)
        rows = np.ascontiguousarray(x.reshape(-1, self.dimension), dtype=np.float64)
        return frameworks.like(self.native.score(rows).reshape(x.shape), x)

    def jacobian(self, x: Any) -> Array:
        """``∇∇ᵀ log q`` at the rows of an array of NumPy, ``(n, d, d)``."""
        x = np.asarray(x)
        return frameworks.like(self.native.jacobian(np.ascontiguousarray(x.reshape(-1, self.dimension), dtype=np.float64)), x)

    def __repr__(self) -> str:
        return f"EnergyModel({self.takes!r}, dimension={self.dimension}, quartic={bool(self.quartic.any())})"


def _values(x: Any) -> Array | None:
    """The numbers of an array, also of one that a transformation of JAX is looking at, if it has any."""
    while frameworks.is_traced(x):
        x = getattr(x, "primal", getattr(x, "val", None))
    try:
        return None if x is None else frameworks.to_numpy(x)
    except Exception:  # noqa: BLE001 - an array that a transformation has no numbers for
        return None
