"""The noise tape: the exact law of a sampler's output from one run of the unmodified sampler.

With an affine score a sampler is an affine map of its normal draws. The generators of the frameworks are replaced, so that
row 0 of the batch draws zeros and row ``1 + c`` draws a one at its ``c``-th entry and zeros elsewhere: row 0 comes out as the
offset of the map, and each other row, less the offset, as a column of it. There is no Monte Carlo error, and the draws are
counted. Affinity is tested first; where it fails, or noise comes from where the tape does not reach, :class:`TapeError` says so.
"""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from . import frameworks

Array = NDArray[np.float64]

#: The tape that a run is being read from, if any.
_current: list[Tape] = []


class TapeError(Exception):
    """The sampler cannot be read by a tape; the message says why."""


@dataclass
class Tape:
    """One run: hands out the draws, row by row, and keeps their shapes.

    ``columns`` is the number of all entries that will be drawn for one row; without it the rows are the probes of the test of
    affinity: nothing, ``u``, ``w``, ``u + w``, and nothing again.
    """

    columns: int | None = None
    seed: int = 0
    shapes: list[tuple[int, ...]] = field(default_factory=list)
    used: int = 0
    #: What one row of the probes drew.
    probed: list[Array] = field(default_factory=list)

    @property
    def batch(self) -> int:
        """The rows of the batch."""
        return 5 if self.columns is None else 1 + self.columns

    def draw(self, shape: Sequence[int]) -> Array:
        """The next standard normal draw, of this shape.

        Raises:
            TapeError: if its first axis is not the batch, so that it cannot be told which row it belongs to.
        """
        shape = tuple(int(n) for n in shape)
        if len(shape) < 1 or shape[0] != self.batch:
            raise TapeError(
                f"draw {len(self.shapes)} has the shape {shape}, but the tape needs a row for each of the {self.batch} samples of the "
                "batch; let the sampler draw noise of the shape of its state"
            )
        size = int(np.prod(shape[1:]))
        rows = np.zeros((self.batch, size))
        if self.columns is None:
            rng = np.random.Generator(np.random.Philox(key=[self.seed, len(self.shapes)]))
            rows[1], rows[2] = rng.standard_normal((2, size))
            rows[3] = rows[1] + rows[2]
            self.probed.append(rows[1].copy())
        elif self.used + size > self.columns:
            raise TapeError("the sampler draws more often than in the run before it, so its draws are no function of its steps")
        else:
            rows[1 + self.used + np.arange(size), np.arange(size)] = 1.0
        self.shapes.append(shape)
        self.used += size
        return rows.reshape(shape)

    def note(self, values: Any) -> None:
        """Takes notice of a draw that is not normal, such as random signs. A tape that reads moments has no use for it."""


class Silent(Tape):
    """A tape of zeros, which counts: what a sampler does without its noise."""

    def draw(self, shape: Sequence[int]) -> Array:
        """Zeros of this shape."""
        self.shapes.append(tuple(int(n) for n in shape))
        return np.zeros(self.shapes[-1])


class Generator:
    """What stands in for a NumPy generator on a tape: normal draws come from the tape, everything else from a generator of its own."""

    def __init__(self, tape: Tape) -> None:
        self._tape = tape
        self._rest = np.random.Generator(np.random.Philox(tape.seed))

    def standard_normal(self, size: Any = None, dtype: Any = np.float64, out: Any = None) -> Any:
        """From the tape."""
        values = self._tape.draw(_shape(out.shape if size is None and out is not None else size)).astype(dtype)
        if out is None:
            return values
        out[...] = values
        return out

    def normal(self, loc: Any = 0.0, scale: Any = 1.0, size: Any = None) -> Any:
        """From the tape, scaled."""
        shape = np.broadcast_shapes(np.shape(loc), np.shape(scale)) if size is None else _shape(size)
        return loc + scale * self._tape.draw(shape)

    def __getattr__(self, name: str) -> Any:
        return _noting(self._tape, getattr(self._rest, name)) if name in _OTHERS else getattr(self._rest, name)


#: Draws of NumPy that are not normal, by which signs, coordinates and times are drawn.
_OTHERS = ("random", "uniform", "integers", "choice", "binomial", "rand", "randint", "random_sample")


def _noting(tape: Tape, function: Callable[..., Any]) -> Callable[..., Any]:
    """The function, which tells the tape what it drew."""

    def draw(*args: Any, **kwargs: Any) -> Any:
        values = function(*args, **kwargs)
        tape.note(values)
        return values

    return draw


def _shape(size: Any) -> tuple[int, ...]:
    return () if size is None else tuple(np.atleast_1d(size).tolist())


def generator(fallback: np.random.Generator | None = None) -> Any:
    """The NumPy generator to give to code that wants one: the tape's during a run, otherwise ``fallback`` or a fresh one."""
    if _current:
        return Generator(_current[-1])
    return fallback if fallback is not None else np.random.default_rng()


def noise_sampler(like: Any) -> Callable[..., Any]:
    """A function ``(sigma, sigma_next) -> noise`` shaped like an array, for samplers that take one in place of a generator."""

    def sample(*_: Any) -> Any:
        shape = tuple(like.shape)
        values = _current[-1].draw(shape) if _current else np.random.default_rng().standard_normal(shape)
        return frameworks.like(values, like)

    return sample


@contextlib.contextmanager
def playing(tape: Tape) -> Iterator[Tape]:
    """While it is open, normal draws of NumPy and of those frameworks that are loaded come from the tape."""
    with contextlib.ExitStack() as stack:
        _current.append(tape)
        stack.callback(_current.pop)
        _patch_numpy(tape, stack)
        if "torch" in sys.modules:
            stack.enter_context(_torch_mode(tape))
        if "jax" in sys.modules:
            _patch_jax(tape, stack)
        yield tape


def _replace(owner: Any, name: str, value: Any, stack: contextlib.ExitStack) -> None:
    stack.callback(setattr, owner, name, getattr(owner, name))
    setattr(owner, name, value)


def _patch_numpy(tape: Tape, stack: contextlib.ExitStack) -> None:
    stand_in = Generator(tape)
    _replace(np.random, "default_rng", lambda *_, **__: stand_in, stack)
    _replace(np.random, "randn", lambda *shape: stand_in.standard_normal(shape), stack)
    _replace(np.random, "standard_normal", stand_in.standard_normal, stack)
    _replace(np.random, "normal", stand_in.normal, stack)
    for name in _OTHERS:
        if hasattr(np.random, name):
            _replace(np.random, name, _noting(tape, getattr(np.random, name)), stack)


def _torch_mode(tape: Tape) -> Any:
    """Every normal draw of PyTorch passes its dispatcher, however the function was imported."""
    import torch
    from torch.utils._python_dispatch import TorchDispatchMode

    aten = torch.ops.aten
    others = (aten.rand, aten.rand_like, aten.randint, aten.randint_like, aten.bernoulli, aten.bernoulli_, aten.random_, aten.uniform_, aten.randperm)

    class Mode(TorchDispatchMode):  # type: ignore[misc]
        def __torch_dispatch__(self, function: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
            kwargs = kwargs or {}
            packet = function.overloadpacket
            if packet in (aten.randn, aten.randn_like):
                like = args[0]
                shape = like.shape if packet is aten.randn_like else like
                dtype = kwargs.get("dtype") or (like.dtype if packet is aten.randn_like else torch.get_default_dtype())
                return torch.as_tensor(tape.draw(shape), dtype=dtype, device=kwargs.get("device"))
            if packet is aten.normal_:
                target = args[0]
                mean = args[1] if len(args) > 1 else kwargs.get("mean", 0.0)
                std = args[2] if len(args) > 2 else kwargs.get("std", 1.0)
                return target.copy_(torch.as_tensor(mean + std * tape.draw(target.shape), dtype=target.dtype))
            if packet is aten.normal:
                return self._normal(function, args, kwargs)
            out = function(*args, **kwargs)
            if packet in others:
                tape.note(out)
            return out

        @staticmethod
        def _normal(function: Any, args: Any, kwargs: Any) -> Any:
            mean, std = args[0], args[1] if len(args) > 1 else kwargs.get("std", 1.0)
            given = [value for value in (mean, std) if isinstance(value, torch.Tensor)]
            shape = args[2] if len(args) > 2 else torch.broadcast_shapes(*(value.shape for value in given))
            dtype = given[0].dtype if given else kwargs.get("dtype") or torch.get_default_dtype()
            return mean + std * torch.as_tensor(tape.draw(shape), dtype=dtype)

    return Mode()


def _patch_jax(tape: Tape, stack: contextlib.ExitStack) -> None:
    """JAX draws by one function; compiled loops would see one draw for all their steps, so compilation is off."""
    import jax

    def normal(key: Any, shape: Any = (), dtype: Any = float, **_: Any) -> Any:
        import jax.numpy as jnp

        return jnp.asarray(tape.draw(_shape(shape)), dtype=dtype)

    _replace(jax.random, "normal", normal, stack)
    for name in ("rademacher", "bernoulli", "uniform", "randint", "choice"):
        _replace(jax.random, name, _noting(tape, getattr(jax.random, name)), stack)
    stack.enter_context(jax.disable_jit())


@dataclass(frozen=True)
class AffineMap:
    """``offset + Σ blocks_k ξ_k`` with independent standard normal ``ξ_k``; ``ξ_0`` is the noise that the sampler was given."""

    offset: Array
    blocks: tuple[Array, ...]

    @property
    def draws(self) -> int:
        """How many arrays of noise the sampler drew by itself."""
        return len(self.blocks) - 1

    @property
    def mean(self) -> Array:
        """The exact mean of the output, ``(d,)``."""
        return self.offset

    @property
    def covariance(self) -> Array:
        """The exact covariance of the output, ``(d, d)``."""
        # Few sums of many squares, so that a thousand draws lose no digits.
        return np.einsum("ik,jk->ij", *(2 * [np.concatenate(self.blocks, axis=1)]))


@dataclass(frozen=True)
class Reading:
    """What a tape reads of a sampler: the map to its output and the map to the first state that it asked its network about."""

    output: AffineMap
    #: Which precision explains how far the sampler is from affine.
    precision: str
    batch: int
    #: Residual of the test of affinity, and what rounding explains of it.
    residual: float
    allowance: float


def split(rows: Array, shapes: Sequence[tuple[int, ...]]) -> AffineMap:
    """The affine map from the rows of a tape's output, ``(1 + columns, d)``, and the shapes of its draws."""
    columns = (rows[1:] - rows[0]).T
    ends = np.cumsum([int(np.prod(shape[1:])) for shape in shapes])
    return AffineMap(rows[0], tuple(np.split(columns, ends[:-1], axis=1)))


def read(run: Callable[[Array], Any], shape: tuple[int, ...], *, scale: Callable[[], float], steps: int = 1, seed: int = 0) -> Reading:
    """Reads a sampler by two runs: one that tests affinity and counts draws, one that reads the map.

    Args:
        run: the sampler, which takes standard normal noise ``(batch, *shape)`` and gives its output ``(batch, …)``.
        shape: the shape of one state.
        scale: gives, after a run, the largest magnitude that a state had on the way; with ``steps`` it says what rounding explains.
        steps: how many updates the sampler makes.
        seed: of the probes.

    Raises:
        TapeError: if the sampler is not affine in its draws, or draws from where the tape does not reach.
    """
    probe = Tape(seed=seed)
    rows = _play(run, probe, shape)
    if not np.array_equal(rows[0], rows[4]):
        raise TapeError(
            "two samples of one batch with equal noise come out different: the sampler draws from a generator that the tape does not "
            "reach, or a sample depends on its place in the batch; give it `tape.generator()` or `tape.noise_sampler(x)`"
        )
    residual = float(np.abs(rows[3] - rows[1] - rows[2] + rows[0]).max())
    magnitude = max(float(np.abs(rows).max()), scale())
    # Each update rounds its state once or a few times: eight units for each, on the largest state there was.
    allowances = {name: 8 * frameworks.unit_roundoff(name) * 4 * (steps + 1) * magnitude for name in ("float64", "float32")}
    precision = next((name for name, allowance in allowances.items() if residual <= allowance), None)
    if precision is None:
        raise TapeError(
            f"the sampler is not an affine map of its noise: f(u + w) − f(u) − f(w) + f(0) is {residual:.3g}, and rounding would explain "
            f"{allowances['float32']:.3g} in single precision (clamping, a norm over the batch, or a network that is not affine)"
        )
    probes, tape = rows, Tape(columns=probe.used, seed=seed)
    rows = _play(run, tape, shape)
    if tape.used != probe.used:
        raise TapeError("the sampler draws less often than in the run before it, so its draws are no function of its steps")
    output = split(rows, tape.shapes)
    # The map, read in one batch, must give what a row of the other batch came out as. A norm over the batch passes the test of
    # affinity, since all rows are divided by the same number, and fails here.
    drawn = np.concatenate(probe.probed)
    columns = np.concatenate(output.blocks, axis=1)
    predicted = output.offset + columns @ drawn
    summed = float(np.abs(columns).sum(axis=1).max() * np.abs(drawn).max(initial=0.0))
    mismatch = float(np.abs(predicted - probes[1]).max())
    if mismatch > allowances[precision] + 8 * frameworks.unit_roundoff(precision) * summed:
        raise TapeError(
            f"a sample depends on the others of its batch (a norm over the batch?): the same noise came out {mismatch:.3g} apart in two "
            "batches, so its map cannot be read from a batch of unit draws"
        )
    return Reading(output, precision, tape.batch, residual, allowances[precision])


def _play(run: Callable[[Array], Any], tape: Tape, shape: tuple[int, ...]) -> Array:
    with playing(tape):
        out = run(tape.draw((tape.batch, *shape)))
    rows = frameworks.to_numpy(out)
    if rows.ndim < 1 or rows.shape[0] != tape.batch:
        raise TapeError(f"the sampler was given a batch of {tape.batch} and returned the shape {rows.shape}; it should return a row for each")
    if not np.isfinite(rows).all():
        raise TapeError(f"the sampler returned {np.isnan(rows).sum()} NaN and {np.isinf(rows).sum()} infinite entries of {rows.size}")
    return rows.reshape(tape.batch, -1)
