"""check_likelihood: right answers in any unit, and each mistake named."""

from __future__ import annotations

import numpy as np
import pytest

import ouracle as oc

LAW = oc.Gaussian([0.7, -0.4, 0.3], [[1, 0.6, -0.2], [0.6, 0.8, 0.1], [-0.2, 0.1, 0.3]])
START = 1e-3


def vp(law=LAW):
    case = oc.Case(law, oc.VP.linear())
    return case, case.schedule.level(START), case.schedule.level(1.0)


def flow(case, x, n, *, trace=None, end=1.0):
    """The end of the probability flow by Runge and Kutta, and the integral of its divergence, exact or estimated."""
    velocity = case.field("velocity")
    trace = trace or (lambda t: np.trace(velocity.coefficients(np.array([t]))[0][0, 0]))
    times, divergence = np.linspace(START, end, n + 1), 0.0
    for a, b in zip(times, times[1:]):
        h = b - a
        k1 = velocity(x, a)
        k2 = velocity(x + h / 2 * k1, (a + b) / 2)
        k3 = velocity(x + h / 2 * k2, (a + b) / 2)
        k4 = velocity(x + h * k3, b)
        x = x + h / 6 * (k1 + 2 * k2 + 2 * k3 + k4)
        divergence = divergence + h / 6 * (trace(a) + 4 * trace((a + b) / 2) + trace(b))
    return x, divergence


def normal(y):
    return -0.5 * (y**2).sum(axis=1) - y.shape[1] / 2 * np.log(2 * np.pi)


def ode(case, combine=lambda prior, divergence, d: prior + divergence):
    def log_prob(x, n):
        y, divergence = flow(case, x, n)
        return combine(normal(y), divergence, x.shape[1])

    return log_prob


def check(log_prob, **options):
    case, start, end = vp()
    return oc.check_likelihood(log_prob(case), case, start=start, end=end, refinements=(50, 100, 200), **options).of("log-likelihood")


def test_an_integrated_likelihood_is_the_flow_of_its_own_prior():
    finding = check(ode)
    assert finding.verdict == "right" and finding.reference == "own flow", finding
    assert finding.error < finding.tolerance < 1e-5


@pytest.mark.parametrize(
    ("scale", "offset", "words"),
    [
        (-1.0, 0.0, "−log p in nats"),
        (1 / 3, 0.0, "nats per dimension"),
        (-1 / (3 * np.log(2)), 0.0, "bits per dimension"),
        (-1 / (3 * np.log(2)), 7.0, "bits per dimension + 7"),
        (-1 / (3 * np.log(2)), 8.0, "bits per dimension + 8"),
    ],
)
def test_units_are_conventions_and_named(scale, offset, words):
    finding = check(lambda case: lambda x, n: scale * ode(case)(x, n) + offset)
    assert finding.verdict == "convention" and words in finding.cause
    assert finding.error < finding.tolerance


def test_a_claimed_unit_that_fits_is_right():
    finding = check(lambda case: lambda x, n: -ode(case)(x, n) / (3 * np.log(2)), unit="bits per dimension")
    assert finding.verdict == "right"


def test_another_unit_than_the_declared_one_is_wrong():
    bits = -1 / (3 * np.log(2))
    offset = check(lambda case: lambda x, n: bits * ode(case)(x, n) + 7, unit="bits/dim")
    assert offset.verdict == "wrong" and "+ 7" in offset.cause, "plain continuous data have no 8-bit lattice"
    assert check(lambda case: lambda x, n: bits * ode(case)(x, n), unit="bits/dim").verdict == "right"
    assert check(lambda case: lambda x, n: -ode(case)(x, n), unit="nats").verdict == "convention"
    assert check(lambda case: lambda x, n: ode(case)(x, n) / 3, unit="nats").verdict == "wrong"
    with pytest.raises(ValueError, match="choose one of nats"):
        check(lambda case: ode(case), unit="bpd")


@pytest.mark.parametrize(
    ("combine", "words"),
    [
        (lambda p, v, d: p - v, "the divergence has the wrong sign"),
        (lambda p, v, d: p, "the divergence is left out"),
        (lambda p, v, d: p + v / 2, "the divergence counts half"),
        (lambda p, v, d: p + 2 * v, "the divergence counts twice"),
        (lambda p, v, d: p + v / d, "the divergence is divided by the dimension"),
        (lambda p, v, d: v + 0 * p, "the prior is left out"),
        (lambda p, v, d: p + v + d / 2 * np.log(2 * np.pi), "the constant −½ d ln 2π of the prior is left out"),
    ],
)
def test_mistakes_are_found_and_named(combine, words):
    finding = check(lambda case: ode(case, combine))
    assert finding.verdict == "wrong" and words in finding.cause, finding


def test_a_small_offset_is_wrong_even_without_a_name():
    assert check(lambda case: lambda x, n: ode(case)(x, n) + 1e-3).verdict == "wrong"


def test_closed_forms_are_held_to_rounding():
    case, start, _ = vp()
    exact = oc.check_likelihood(lambda x: case.log_density(x, start), case, start=start, accuracy=0)
    assert exact.verdict == "right"
    assert oc.check_likelihood(lambda x: case.log_density(x, start) * (1 + 1e-9), case, start=start, accuracy=0).verdict == "wrong"


def test_without_a_claimed_accuracy_a_small_error_is_undecided_and_a_known_mistake_is_wrong():
    case, start, end = vp()
    assert oc.check_likelihood(lambda x: ode(case)(x, 100), case, start=start, end=end).verdict == "undecided"
    wrong = ode(case, lambda p, v, d: p - v)
    assert oc.check_likelihood(lambda x: wrong(x, 100), case, start=start, end=end).verdict == "wrong"


def test_the_prior_of_a_variance_exploding_code_is_taken_into_the_reference():
    case = oc.Case(LAW, oc.EDM())
    start, end = oc.Level(1, 0.01), oc.Level(1, 20.0)

    def log_prob(x):
        y = case.flow(x, start, end)
        prior = normal(y / end.sigma) - 3 * np.log(end.sigma)
        return prior + case.log_density(x, start) - case.log_density(y, end)

    finding = oc.check_likelihood(log_prob, case, start=start, end=end, accuracy=1e-10).of("log-likelihood")
    assert finding.verdict == "right" and "20" in finding.details["reference"]
    # The law of the data itself is further away than that: the prior is no error, and is not mistaken for one.
    assert np.abs(log_prob(np.zeros((1, 3))) - case.log_density(np.zeros((1, 3)), start)) > 1e-4


def hutchinson(case, draw, factor=1.0):
    rng = np.random.default_rng(5)
    velocity = case.field("velocity")

    def log_prob(x, n):
        probes = draw(rng, x.shape)
        trace = lambda t: factor * np.einsum("ni,ij,nj->n", probes, velocity.coefficients(np.array([t]))[0][0, 0], probes)  # noqa: E731
        y, divergence = flow(case, x, n, trace=trace)
        return normal(y) + divergence

    return log_prob


def rademacher(rng, shape):
    return rng.choice([-1.0, 1.0], size=shape)


def gaussian(rng, shape):
    return rng.standard_normal(shape)


@pytest.mark.parametrize(("name", "draw"), [("rademacher", rademacher), ("gaussian", gaussian)])
def test_projections_are_unbiased_with_the_variance_of_the_theory(name, draw):
    case, start, end = vp()
    finding = oc.check_likelihood(hutchinson(case, draw), case, start=start, end=end, refinements=(20, 40), probe=name, repeats=60).of("log-likelihood")
    assert finding.verdict == "consistent", finding
    assert 0.85 < finding.details["sd"] / finding.details["exact sd"] < 1.15


def test_projections_that_are_summed_and_not_divided_are_found():
    case, start, end = vp()
    findings = oc.check_likelihood(hutchinson(case, rademacher, 2.0), case, start=start, end=end, refinements=(20, 40), probe="rademacher", repeats=60)
    assert findings.verdict == "wrong"


def test_signs_are_exact_for_a_diagonal_covariance():
    case, start, end = vp(oc.Gaussian([0.7, -0.4, 0.3], [0.5, 1.2, 0.3]))
    finding = oc.check_likelihood(hutchinson(case, rademacher), case, start=start, end=end, refinements=(50, 100, 200), probe="rademacher").of("log-likelihood")
    assert finding.verdict == "right", finding


def test_a_mixture_has_references_too():
    case, start, end = vp(oc.Mixture([0.3, 0.7], [-1.0, 0.8], [0.04, 0.09]))

    def log_prob(x):
        y = case.flow(x, start, end)
        return normal(y) + case.log_density(x, start) - case.log_density(y, end)

    assert oc.check_likelihood(log_prob, case, start=start, end=end, accuracy=1e-10).verdict == "right"
    wrong = oc.check_likelihood(lambda x: log_prob(x) + 0.01, case, start=start, end=end, accuracy=1e-10)
    assert wrong.verdict == "wrong"


def test_hostile_codes_become_findings():
    case, start, end = vp()
    for bad in (lambda x: x, lambda x: np.full(len(x), np.nan), lambda x: 1 / 0):
        assert oc.check_likelihood(bad, case, start=start, end=end).verdict == "fault"
    with pytest.raises(ValueError, match="at least two"):
        oc.check_likelihood(lambda x: x, case, refinements=(3,))
    with pytest.raises(ValueError, match="rademacher"):
        oc.check_likelihood(lambda x: x, case, probe="signs")
