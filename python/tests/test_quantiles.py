"""The quantile map: noise that is drawn but does not count is no obstacle, noise that counts is."""

from __future__ import annotations

import numpy as np
import pytest
from samplers import END

import ouracle as oc
from ouracle import tape

MIXTURE = oc.Mixture([0.3, 0.7], [-1.0, 0.8], [0.04, 0.09])


@pytest.mark.parametrize(("amount", "verdict"), [(0.0, "right"), (1e-3, "undecided")])
def test_idle_draws(amount, verdict):
    case = oc.Case(MIXTURE, oc.EDM())
    denoiser = case.field("D")

    def euler(noise, steps):
        x, levels = 80.0 * noise, np.geomspace(80.0, END.sigma, steps + 1)
        for a, b in zip(levels, levels[1:]):
            x = x + (b - a) * (x - denoiser(x, a)) / a + amount * tape.generator().standard_normal(x.shape)
        return x

    assert oc.check_sampler(euler, case, steps=(80, 160, 320), end=END).verdict == verdict
