"""What a network learns from pairs: right targets pass, wrong ones do not."""

from __future__ import annotations

import numpy as np
import pytest
from samplers import gaussian

import ouracle as oc


def pairs(change=lambda z, target: target):
    """Straight paths of independent pairs at time 0.6."""

    def draw(n, seed):
        rng = np.random.default_rng(seed)
        data, noise = gaussian().sample(n, rng), rng.standard_normal((n, 3))
        z = 0.6 * data + 0.4 * noise
        return z, change(z, data - noise)

    return draw


def check(draw, **more):
    return oc.check_regression(draw, oc.Case(gaussian(), oc.FlowMatching()), 0.6, **more)[0]


def test_the_difference_of_data_and_noise_is_the_velocity():
    assert check(pairs()).verdict == "consistent"


@pytest.mark.parametrize("change", [lambda z, u: -u, lambda z, u: u + 0.1, lambda z, u: u + 0.1 * z, lambda z, u: 1.1 * u])
def test_wrong_targets_are_wrong(change):
    finding = check(pairs(change))
    assert finding.verdict == "wrong" and finding.error > finding.tolerance


def test_false_alarms_are_as_rare_as_stated():
    verdicts = [check(pairs(), samples=2000, false_alarm=0.05, seed=seed).verdict for seed in range(400)]
    # 400 tests at no more than 5 %: more than 41 alarms have a chance below 1e-5.
    assert verdicts.count("wrong") <= 41


def test_what_raises_or_is_not_finite_is_a_fault():
    assert check(lambda n, seed: 1 / 0).verdict == "fault"
    assert check(pairs(lambda z, u: u * np.nan)).verdict == "fault"
    with pytest.raises(ValueError, match="too few"):
        check(pairs(), samples=10)
