"""Lossless compression of integers with a diffusion model: bits back, at the length that the model's bound says."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from . import _native

Chain = str | Mapping[str, object]


@dataclass(frozen=True)
class CodeLength:
    """The books of one run of an encoder, in bits."""

    #: What the data added to the stack.
    net: float
    #: What the stack held before, from the seed: needed once, and given back by a decoder.
    initial: float
    #: The ideal length of the same latents.
    ideal: float
    #: By how much ``net`` can differ from ``ideal``, whatever the data; claim ``ans-overhead``.
    overhead_bound: float
    #: Pushes and pops.
    operations: int


class BitsBackCoder:
    """A lossless coder of integers ``k`` that stand for values ``k·dx``, with the chain of a Gaussian diffusion as latents.

    >>> chain = "T=4 s=0.8 gamma_first=-2 gamma_last=2 dx=0.25 Kx=16 dz=0.2 Kz=24 precision_bits=16"
    >>> coder = BitsBackCoder(chain, seed=7)
    >>> stream = coder.encode([0, -3, 5, 1])
    >>> coder.decode(stream).tolist()
    [0, -3, 5, 1]

    The tables are the same on every machine, and a stream says by itself how it was coded: :meth:`of_stream`.

    Args:
        chains: the parameters of the chain as ``name=value`` words or by name, as in ``ouracle ask bits-back-net-length/net-bits``;
            or a list with a chain for each axis of a sample. Numbers are taken as they are written.
        seed: of the first bits on the stack, and of the keys.
        keyed: whether slots are turned by keys, which makes latents independent draws whatever the data and the model.
        order: ``"interleaved"`` (Bit-Swap) needs few bits to begin with; ``"naive"`` (BB-ANS) pops all latents first.

    Raises:
        ValueError: for a wrong parameter; the message says what to give.
    """

    def __init__(self, chains: Chain | Sequence[Chain], *, seed: int = 0, keyed: bool = True, order: str = "interleaved") -> None:
        every = [chains] if isinstance(chains, (str, Mapping)) else list(chains)
        self._native = _native.BitsBackCoder([_words(chain) for chain in every], seed, keyed, order)

    @classmethod
    def of_stream(cls, stream: bytes) -> BitsBackCoder:
        """The coder that a stream describes.

        Raises:
            ValueError: if the bytes are no stream, or a damaged one.
        """
        coder = cls.__new__(cls)
        coder._native = _native.BitsBackCoder.of_stream(stream)
        return coder

    @property
    def chains(self) -> list[str]:
        """The parameters of the chain of every axis."""
        return self._native.chains

    def encode(self, indices: ArrayLike) -> bytes:
        """A stream of these samples: an array ``(n,)``, or ``(n, d)`` with an axis for each of ``d`` chains.

        Raises:
            ValueError: if the array has another shape, is not of integers, or a value is outside its lattice.
        """
        return self.encode_with_length(indices)[0]

    def encode_with_length(self, indices: ArrayLike) -> tuple[bytes, CodeLength]:
        """The same with its books."""
        stream, books = self._native.encode(self._flat(np.asarray(indices)))
        return stream, CodeLength(*books)

    def decode(self, stream: bytes) -> NDArray[np.int32]:
        """The samples of a stream: ``(n,)`` with one chain, ``(n, d)`` with more.

        Raises:
            ValueError: if the bytes are not a whole and undamaged stream of these chains; never other data.
        """
        flat, axes = self._native.decode(stream), len(self.chains)
        return flat if axes == 1 else flat.reshape(-1, axes)

    def _flat(self, indices: NDArray[np.generic]) -> NDArray[np.int32]:
        axes = len(self.chains)
        if not (indices.ndim == 1 and axes == 1 or indices.ndim == 2 and indices.shape[1] == axes):
            wanted = "(n,) or (n, 1)" if axes == 1 else f"(n, {axes})"
            raise ValueError(f"the array has the shape {indices.shape}; give {wanted}, a column for each chain")
        if not (np.issubdtype(indices.dtype, np.integer) or indices.size == 0):
            raise ValueError(f"the array holds {indices.dtype}; give integers k, for values k·dx: np.rint(values / dx).astype(int)")
        bounds = np.iinfo(np.int32)
        if indices.size and (int(indices.min()) < bounds.min or int(indices.max()) > bounds.max):
            raise ValueError(f"the array has values from {indices.min()} to {indices.max()}, outside every lattice")
        return np.ascontiguousarray(indices, dtype=np.int32).reshape(-1)


def _words(chain: Chain) -> str:
    return chain if isinstance(chain, str) else " ".join(f"{name}={value}" for name, value in chain.items())
