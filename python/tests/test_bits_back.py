"""The lossless coder: what comes back, how long it is, and what is refused."""

from __future__ import annotations

import numpy as np
import pytest

import ouracle as oc

CHAIN = {"T": 4, "s": 0.8, "gamma_first": -2, "gamma_last": 2, "dx": 0.25, "Kx": 16, "dz": 0.2, "Kz": 24, "precision_bits": 16}
WIDE = {**CHAIN, "s": "2.5", "T": 2, "Kx": 30}


def draws(deviation: float, n: int, side: int) -> np.ndarray:
    values = np.random.default_rng(5).normal(0.0, deviation, n)
    return np.clip(np.rint(values / 0.25), -side, side).astype(np.int64)


@pytest.mark.parametrize("order", ["naive", "interleaved"])
@pytest.mark.parametrize("keyed", [True, False])
def test_one_axis_and_several(order, keyed):
    one = oc.BitsBackCoder(CHAIN, seed=3, keyed=keyed, order=order)
    values = draws(0.9, 500, 16)
    stream = one.encode(values)
    assert np.array_equal(one.decode(stream), values)
    assert np.array_equal(oc.BitsBackCoder.of_stream(stream).decode(stream), values)
    several = oc.BitsBackCoder([CHAIN, WIDE], keyed=keyed, order=order)
    pairs = np.stack([values, draws(1.6, 500, 30)], axis=1)
    assert np.array_equal(several.decode(several.encode(pairs)), pairs)


def test_the_length_is_the_enumerated_one():
    values = draws(np.sqrt(0.8), 20_000, 16)
    stream, length = oc.BitsBackCoder(CHAIN).encode_with_length(values)
    assert abs(length.net - length.ideal) <= length.overhead_bound
    assert length.operations == 9 * values.size
    # Header and the bits of the seed, which a decoder gives back.
    assert length.net < 8 * len(stream) < length.net + length.initial + 8 * 256
    enumerated = float(oc.ask("bits-back-net-length/net-bits", {name: str(value) for name, value in CHAIN.items()}))
    # The variance of one net length is 5.6: Chebyshev at one in a million.
    assert abs(length.net / values.size - enumerated) < 1000 * np.sqrt(5.6 / values.size)


def test_damaged_streams_and_wrong_arrays_are_refused():
    coder = oc.BitsBackCoder(CHAIN)
    stream = coder.encode([1, 2, 3])
    damaged = bytes([*stream[:-1], stream[-1] ^ 1])
    for wrong, said in [(damaged, "corrupted"), (stream[:-1], "truncated"), (stream + b"x", "follow"), (b"hello, world", "no bits-back stream")]:
        with pytest.raises(ValueError, match=said):
            coder.decode(wrong)
        with pytest.raises(ValueError, match=said):
            oc.BitsBackCoder.of_stream(wrong)
    with pytest.raises(ValueError, match="take the coder that the stream describes"):
        oc.BitsBackCoder(WIDE).decode(stream)
    for values, said in [([[1, 2]], "shape"), ([0.5], "give integers"), ([17], "outside its lattice"), ([2**40], "outside every lattice")]:
        with pytest.raises(ValueError, match=said):
            coder.encode(values)
    with pytest.raises(ValueError, match="precision_bits=16"):
        oc.BitsBackCoder({**CHAIN, "precision_bits": "none"})
    with pytest.raises(ValueError, match="naive or interleaved"):
        oc.BitsBackCoder(CHAIN, order="backwards")
    assert coder.decode(coder.encode([])).size == 0
