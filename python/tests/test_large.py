"""Hundreds of dimensions: fields, densities and draws along the principal axes, against the same laws without axes."""

from __future__ import annotations

import numpy as np
import pytest

import ouracle as oc
from ouracle.laws import LARGE

UNIT = 2.0**-53


def covariance(d: int) -> np.ndarray:
    distance = np.abs(np.arange(d)[:, None] - np.arange(d))
    return 0.5 * 0.97**distance * np.cos(0.3 * distance) + 0.1 * np.eye(d)


@pytest.fixture(scope="module")
def case() -> oc.Case:
    d = LARGE + 3
    return oc.Case(oc.Gaussian(np.sin(np.arange(d)), covariance(d)), oc.VP.linear())


def points(case: oc.Case, n: int = 5) -> np.ndarray:
    return np.random.default_rng(3).normal(size=(n, case.dimension))


def rounding(case: oc.Case, level: oc.Level, size: float) -> float:
    """What roundings of two products with the axes and of a solver leave, of deviations of this size: both are backward stable, within
    ``c·d·u`` of the covariance that they are given, and the inverse multiplies that with the condition number."""
    variances = np.linalg.eigvalsh(case.moments(level)[1])
    return 8 * case.dimension * UNIT * size / variances[0] * (variances[-1] / variances[0])


def test_the_score_solves_with_the_covariance(case):
    x, t = points(case), 0.3
    mean, spread = case.moments(case.schedule.level(t))
    exact = -np.linalg.solve(spread, (x - mean).T).T
    tolerance = rounding(case, case.schedule.level(t), float(np.linalg.norm(x - mean, axis=1).max()))
    assert np.abs(case.field("score")(x, t) - exact).max() <= tolerance < 1e-4 * np.abs(exact).max()
    wrong = case.field("score", scale=1.001)(x, t)
    assert np.abs(wrong - exact).max() > tolerance


@pytest.mark.parametrize("kind", ["score", "eps", "x0", "v", "velocity"])
def test_the_answer_along_the_axes_is_that_of_the_matrices(case, kind):
    x, times, field = points(case), np.linspace(0.2, 0.8, 5), case.field(kind)
    matrices, offsets = field.coefficients(times)
    # Four products of d terms each, two of them in the matrices.
    sizes = np.linalg.norm(matrices[:, 0], 2, axis=(1, 2)) * np.linalg.norm(x, axis=1) + np.linalg.norm(offsets[:, 0], axis=1)
    expected = np.einsum("nij,nj->ni", matrices[:, 0], x) + offsets[:, 0]
    assert np.all(np.abs(field(x, times) - expected) <= 4 * case.dimension * UNIT * sizes[:, None])
    assert np.all(np.abs(field(x, 0.2)[0] - expected[0]) <= 4 * case.dimension * UNIT * sizes[0])
    with pytest.raises(ValueError, match="one for each"):
        field(x, times[:3])


def test_the_density_is_that_of_a_cholesky_factor(case):
    x, level = points(case), case.schedule.level(0.3)
    mean, spread = case.moments(level)
    factor = np.linalg.cholesky(spread)
    whitened = np.linalg.solve(factor, (x - mean).T)
    logs = np.log(np.diag(factor))
    exact = -0.5 * (whitened**2).sum(0) - logs.sum() - case.dimension / 2 * np.log(2 * np.pi)
    size = float(np.linalg.norm(x - mean, axis=1).max())
    tolerance = rounding(case, level, size) * size + 8 * case.dimension * UNIT * np.abs(logs).sum()
    assert np.abs(case.log_density(x, level) - exact).max() <= tolerance < 1e-3


def test_single_precision_gets_single_precision(case):
    x = points(case).astype(np.float32)
    answer = case.field("eps")(x, 0.5)
    assert answer.dtype == np.float32
    exact = case.field("eps")(x.astype(np.float64), 0.5)
    size = np.linalg.norm(x, axis=1).max() + np.linalg.norm(case.law.mean)
    assert np.abs(answer - exact).max() <= 4 * case.dimension * 2.0**-24 * size


def test_draws_have_the_covariance(case):
    n = 4000
    draws = case.law.sample(n, np.random.default_rng(11)) - case.law.mean
    # vᵀΣ⁻¹v summed over the draws is χ² with nd degrees of freedom; seven deviations are an alarm in 10¹¹.
    squares = np.einsum("ni,ni->n", draws, np.linalg.solve(case.law.covariance, draws.T).T).sum()
    degrees = n * case.dimension
    assert abs(squares - degrees) <= 7 * np.sqrt(2 * degrees)
    # And along a direction that is not an axis of anything, χ² with n.
    v = np.ones(case.dimension)
    ratio = ((draws @ v) ** 2).sum() / (v @ case.law.covariance @ v)
    assert abs(ratio - n) <= 7 * np.sqrt(2 * n)


def test_a_singular_law_has_no_density_and_says_so():
    d = LARGE
    v = np.sin(np.arange(d))
    case = oc.Case(oc.Gaussian(np.zeros(d), np.outer(v, v)), oc.VP.linear())
    with pytest.raises(ValueError, match="smallest eigenvalue"):
        case.log_density(np.zeros((1, d)), oc.Level(1.0, 0.0))
    assert np.isfinite(case.log_density(np.zeros((1, d)), oc.Level(1.0, 0.1))).all()
    with pytest.raises(ValueError, match="positive semidefinite"):
        oc.Gaussian(np.zeros(d), np.outer(v, v) - 0.01 * np.eye(d))
    with pytest.raises(ValueError, match="finite"):
        oc.Gaussian(np.full(d, np.nan), 1.0)


def test_the_law_is_named_and_not_printed(case):
    assert repr(case.law) == f"Gaussian({case.dimension} dimensions)"
    assert repr(oc.PointMass(np.zeros(LARGE))) == f"PointMass({LARGE} dimensions)"


def test_a_certificate_holds_the_density(case):
    x, level = points(case), case.schedule.level(0.3)
    low, high = case.enclose_log_density(x, level).T
    values = case.log_density(x, level)
    assert np.all((low <= values) & (values <= high) & (high - low < 1e-6))


@pytest.mark.parametrize("lam", [0.0, 0.4])
def test_a_plugin_model_is_its_axes(lam):
    process, variances, errors = oc.VP.linear(), np.array([0.3, 1.7]), np.array([0.1, -0.2])
    turn = np.array([[0.6, -0.8], [0.8, 0.6]])
    matrix = turn @ np.diag(variances) @ turn.T
    law = oc.Gaussian([0.0, 0.0], (matrix + matrix.T) / 2)
    model = oc.PluginModel(law, process, score_errors=errors, prior=([0.0, 0.0], 1.25), lam=lam)
    along = np.array([[0.7, -0.4], [1.1, 0.2]])
    common = dict(process="vp-linear", b0="0.1", b1=20, T=1, lam=lam, vpi=1.25)

    def asked(quantity: str, i: int, **more: float) -> float:
        return float(oc.ask(f"family-scaled-score/{quantity}", common, v0=variances[i], delta=errors[i], **more))

    spreads = [asked("model-variance", i) for i in range(2)]
    elbos, likelihoods = model.elbo(along @ turn.T), model.log_likelihood(along @ turn.T)
    for elbo, likelihood, point in zip(elbos, likelihoods, along):
        # Forty roundings of an axis, with the turn and its eigenvalues; no term is larger than ten.
        assert abs(elbo - sum(asked("elbo", i, x=point[i]) for i in range(2))) <= 40 * 8 * UNIT * 10
        logs = [-0.5 * (np.log(2 * np.pi * v) + x**2 / v) for v, x in zip(spreads, point)]
        assert abs(likelihood - sum(logs)) <= 40 * 8 * UNIT * 10
    low, high = model.mean_gap()
    assert 0 < low <= high < low * (1 + 1e-9)
    assert np.all(model.gap(along @ turn.T) > 0)


def test_a_plugin_model_in_many_dimensions(case):
    model = oc.PluginModel(case.law, oc.VP.linear(), score_errors=0.1)
    low, high = model.mean_gap()
    gaps = model.gap(case.law.sample(400, np.random.default_rng(5)))
    # The gap is a square of Gaussian deviations: seven standard errors.
    assert abs(gaps.mean() - low) <= 7 * gaps.std() / 20 and 0 < high - low < 1e-6 * low
    shifted = oc.PluginModel(case.law, oc.VP.linear(), score_errors=0.1, score_mean=case.law.mean + 1.0)
    assert shifted.mean_gap()[0] > high
    with pytest.raises(ValueError, match="no bound|has none"):
        oc.PluginModel(case.law, oc.VP.linear(), lam=1.0).mean_gap()
    with pytest.raises(ValueError, match="score errors"):
        oc.PluginModel(case.law, oc.VP.linear(), score_errors=[0.1, 0.2])
    with pytest.raises(ValueError, match="smallest eigenvalue"):
        oc.PluginModel(oc.PointMass([0.0, 1.0]), oc.VP.linear())
