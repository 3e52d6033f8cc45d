"""Exact fields against the densities that they come from, and against each other."""

from __future__ import annotations

import numpy as np
import pytest
from samplers import gaussian

import ouracle as oc

CASES = [
    oc.Case(gaussian(), oc.VP.linear()),
    oc.Case(gaussian(), oc.VP.cosine()),
    oc.Case(gaussian(), oc.SubVP.linear()),
    oc.Case(gaussian(), oc.VE.geometric()),
    oc.Case(gaussian(), oc.FlowMatching()),
    oc.Case(gaussian(), oc.FlowMatching(data_at=0)),
    oc.Case(oc.PointMass([0.3, -0.2]), oc.VP.linear()),
    oc.Case(oc.Mixture([0.3, 0.7], [-1.0, 0.8], [0.04, 0.09]), oc.VP.linear()),
]
UNIT = 2.0**-53


def points(case: oc.Case) -> np.ndarray:
    return np.random.default_rng(5).normal(size=(7, case.dimension))


@pytest.mark.parametrize("case", CASES, ids=repr)
def test_the_score_is_the_gradient_of_the_log_density(case):
    x, t = points(case), 0.4
    level, score = case.schedule.level(t), case.field("score")(points(case), 0.4)
    h = 2.0**-10

    def slope(i, h):
        step = h * np.eye(case.dimension)[i]
        return (case.log_density(x + step, level) - case.log_density(x - step, level)) / (2 * h)

    for i in range(case.dimension):
        # Richardson's extrapolation leaves an error of order h⁴; its size is seen from the step before.
        coarse, fine, finest = slope(i, 4 * h), slope(i, 2 * h), slope(i, h)
        first, second = (4 * fine - coarse) / 3, (4 * finest - fine) / 3
        rounding = 64 * UNIT * (1 + np.abs(case.log_density(x, level)).max()) / h
        assert np.all(np.abs(second - score[:, i]) <= np.abs(second - first) + rounding)


@pytest.mark.parametrize("case", CASES, ids=repr)
def test_the_kinds_are_one_prediction(case):
    x, t = points(case), 0.4
    alpha, sigma, alpha_rate, sigma_rate = case.schedule.rows(np.array([t]))[0]
    score, eps, data = (case.field(kind)(x, t) for kind in ("score", "eps", "x0"))
    scale = 64 * UNIT * (np.abs(x).max() + np.abs(eps).max() + np.abs(data).max())
    np.testing.assert_allclose(eps, -sigma * score, rtol=0, atol=scale)
    np.testing.assert_allclose(alpha * data + sigma * eps, x, rtol=0, atol=scale)
    np.testing.assert_allclose(case.field("v")(x, t), alpha * eps - sigma * data, rtol=0, atol=scale)
    velocity = alpha_rate * data + sigma_rate * eps
    np.testing.assert_allclose(case.field("velocity")(x, t), velocity, rtol=0, atol=scale * (1 + abs(alpha_rate) + abs(sigma_rate)))


@pytest.mark.parametrize("case", CASES, ids=repr)
def test_layouts_and_times_for_each_row_agree(case):
    x, field = points(case), case.field("eps")
    whole = field(x, 0.4)
    np.testing.assert_array_equal(field(x.reshape(7, case.dimension, 1, 1), 0.4).reshape(7, -1), whole)
    times = np.linspace(0.2, 0.8, 7)
    each = np.stack([field(row, t) for row, t in zip(x, times)])
    np.testing.assert_allclose(field(x, times[:, None]), each, rtol=0, atol=8 * UNIT * 8 * np.abs(each).max())


def test_a_point_mass_is_denoised_to_its_point():
    case = oc.Case(oc.PointMass([0.3, -0.2]), oc.VP.linear())
    np.testing.assert_allclose(case.field("D")(points(case), 0.7), np.tile([0.3, -0.2], (7, 1)), rtol=0, atol=8 * UNIT)


def test_the_flow_of_a_mixture_keeps_quantiles_and_ends_where_it_should():
    case = oc.Case(oc.Mixture([1.0], [0.5], [0.25]), oc.EDM())
    same = oc.Case(oc.Gaussian([0.5], 0.25), oc.EDM())
    z = np.linspace(-90, 90, 13)[:, None]
    start, end = oc.Level(1, 30.0), oc.Level(1, 0.01)
    np.testing.assert_allclose(case.flow(z, start, end), same.flow(z, start, end), rtol=0, atol=64 * UNIT * 4)


def test_times_of_a_log_snr():
    schedule = oc.VP.linear()
    t = schedule.times_at([-3.0, 0.0, 3.0])
    np.testing.assert_allclose([schedule.level(x).half_log_snr for x in t], [-3.0, 0.0, 3.0], rtol=0, atol=1e3 * UNIT)


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda: oc.Gaussian([0.0, 0.0], [[1.0, 2.0], [2.0, 1.0]]), "positive semidefinite"),
        (lambda: oc.Gaussian([0.0, 0.0], [[1.0, 0.5], [0.2, 1.0]]), "not symmetric"),
        (lambda: oc.Gaussian([np.nan], 1.0), "finite"),
        (lambda: oc.Gaussian([0.0, 1.0, 2.0], np.eye(2)), "dimensions"),
        (lambda: oc.Mixture([0.5, 0.6], [0.0, 1.0], [1.0, 1.0]), "add up"),
        (lambda: oc.Mixture([0.5, 0.5], [0.0, 1.0], [1.0, -1.0]), "> 0"),
        (lambda: oc.VP.linear(beta_0=-1), "b0"),
        (lambda: oc.Table([0.9, 1.0]), "strictly between 0 and 1"),
        (lambda: oc.FlowMatching(data_at=0.5), "time 0 or at time 1"),
        (lambda: oc.ou_series([0.0, 1.0, 1.0], rate=1.0, variance=1.0), "equal"),
        (lambda: CASES[0].field("epsilom"), "no kind of field"),
        (lambda: CASES[0].field("eps")(np.zeros((2, 4)), 0.5), "3 dimensions"),
        (lambda: CASES[0].field("eps")(np.zeros((2, 3)), np.array([0.1, 0.2, 0.3])), "one for each"),
    ],
)
def test_bad_input_is_refused_in_words(make, says):
    with pytest.raises(ValueError, match=says):
        make()
