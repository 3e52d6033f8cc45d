"""Maps of what the bound loses, against numbers that share no formula with the library."""

from __future__ import annotations

import math

import numpy as np
import pytest

import ouracle as oc

#: Drift and squared diffusion coefficient at time t: dY = a(t) Y dt + sqrt(G(t)) dB.
PROCESSES = {
    "vp-linear b0=0.1 b1=8 T=1": lambda t: (-(0.1 + 7.9 * t) / 2, 0.1 + 7.9 * t),
    "sub-vp-linear b0=0.1 b1=8 T=1": lambda t: (
        -(0.1 + 7.9 * t) / 2,
        (0.1 + 7.9 * t) * (1 - math.exp(-2 * (0.1 * t + 7.9 * t * t / 2))),
    ),
    "vp-cosine s=0.008 T=1 tend=0.9": lambda t: (
        -math.pi / 2 / 1.008 * math.tan(math.pi / 2 * (t + 0.008) / 1.008),
        math.pi / 1.008 * math.tan(math.pi / 2 * (t + 0.008) / 1.008),
    ),
    "ve-geometric smin=0.1 smax=5 T=1": lambda t: (0.0, 2 * 0.01 * 50 ** (2 * t) * math.log(50)),
}
STEPS = 4000


def integrated(rate, start, end, state):
    """The classical fourth-order Runge-Kutta method."""
    state, h = np.asarray(state, float), (end - start) / STEPS
    for i in range(STEPS):
        t = start + i * h
        k1 = rate(t, state)
        k2 = rate(t + h / 2, state + h / 2 * k1)
        k3 = rate(t + h / 2, state + h / 2 * k2)
        k4 = rate(t + h, state + h * k3)
        state = state + h / 6 * (k1 + 2 * k2 + 2 * k3 + k4)
    return state


def divergence(first, second):
    return float(np.sum(first / second - 1 - np.log(first / second)) / 2)


@pytest.mark.parametrize("words", PROCESSES)
@pytest.mark.parametrize("delta, lam", [(0.3, 0.0), (-0.6, 0.0), (0.2, 0.5)])
def test_cells_are_what_the_differential_equations_give(words, delta, lam):
    coefficients = PROCESSES[words]
    end = float(dict(word.split("=") for word in words.split()[1:]).get("tend", 1))
    spectrum = np.geomspace(0.05, 4.0, 3)

    def forward(t, state):
        # Of the data, of noise alone, and of the score error.
        a, g = coefficients(t)
        v = state[:3]
        return np.concatenate([2 * a * state[:4] + g, [g * delta**2 * np.sum(1 / v) / 2]])

    *law, noise, error = integrated(forward, 0.0, end, [*spectrum, 0.0, 0.0])
    law = np.array(law)

    def backward(t, state):
        # The data law again, and the model's variance, in noising time.
        a, g = coefficients(t)
        v, model = state[:3], state[3:]
        slope = -(1 - lam / 2) * g * (1 + delta) / v - a
        return np.concatenate([2 * a * v + g, -(2 * slope * model + (1 - lam) * g)])

    *_, m1, m2, m3 = integrated(backward, end, 0.0, [*law, noise, noise, noise])
    wanted = {
        "prior": divergence(law, noise),
        "score": (1 - lam / 2) ** 2 / (1 - lam) * error,
        "model": divergence(spectrum, np.array([m1, m2, m3])),
    }
    wanted["gap"] = wanted["prior"] + wanted["score"]
    wanted["slack"] = wanted["gap"] - wanted["model"]
    swept = oc.sweep([words], [delta], [3], f"spectrum=geometric vmin=0.05 vmax=4 lam={lam}")
    for name, value in wanted.items():
        low, high = getattr(swept, name)[0, 0, 0]
        # The steps are a thousandth of the time in which anything changes: their fourth power is what is left.
        assert low <= high and abs(value - low) <= 1e-8 * max(wanted["gap"], 1), f"{name}: {value} is not {low}"


def test_axes_are_read_exactly_and_sorted():
    swept = oc.sweep("vp-linear b0=0.1 b1=20 T=1", ["1/3", "0.5", 0], "4,1:16:3:log")
    assert swept.delta == ("0", "1/3", "0.5")
    assert swept.dimensions == (1, 4, 16)
    assert swept.gap.shape == (1, 3, 3, 2)
    assert swept.world == "spectrum=geometric vmax=100 vmin=0.001"
    assert (swept.gap[..., 0] <= swept.gap[..., 1]).all()
    assert set(swept.larger[0, :, 0]) == {"prior"}


def test_threads_do_not_change_a_byte():
    cells = {oc.sweep(delta="0.001:1:9:log", dimensions=[1, 30], jobs=jobs).cells for jobs in (1, 2, 5)}
    assert len(cells) == 1


def test_a_folder_holds_cells_picture_and_page(tmp_path):
    swept = oc.sweep(delta="0.01,0.1", dimensions=[1, 2], out=tmp_path / "map")
    assert sorted(path.name for path in (tmp_path / "map").iterdir()) == ["cells.jsonl", "index.html", "map.svg"]
    assert (tmp_path / "map" / "cells.jsonl").read_bytes() == swept.cells
    again = oc.Sweep.of_cells(swept.cells)
    np.testing.assert_array_equal(again.gap, swept.gap)


def test_wrong_words_get_sentences():
    with pytest.raises(ValueError, match="`v0` is missing"):
        oc.sweep(world="spectrum=isotropic")
    with pytest.raises(ValueError, match="no range"):
        oc.sweep(delta="1:2")
    half = b"\n".join(oc.sweep(delta="0.1", dimensions="1").cells.splitlines()[:2])
    with pytest.raises(ValueError, match="1 of 4 cells are there"):
        oc.Sweep.of_cells(half)
