"""check_metric: right scores are right or a named convention, and each wrong one is found and named."""

from __future__ import annotations

import math

import numpy as np
import pytest

import ouracle as oc

erf = np.vectorize(math.erf)


def crps_normal(y, mean, sd):
    z = (y - mean) / sd
    density = np.exp(-(z**2) / 2) / np.sqrt(2 * np.pi)
    return sd * (z * erf(z / np.sqrt(2)) + 2 * density - 1 / np.sqrt(np.pi))


def ensemble(y, members, pairs=lambda m: m * m):
    m = members.shape[1]
    spread = np.abs(members[:, :, None] - members[:, None, :]).sum(axis=(1, 2))
    return np.abs(members - y[:, None]).mean(axis=1) - spread / (2 * pairs(m))


def pinball(y, quantiles, levels):
    miss = y[:, None] - quantiles
    return (2 * np.where(miss > 0, levels, levels - 1) * miss).mean(axis=1)


def test_the_closed_form_is_right_and_any_change_of_it_is_named():
    assert oc.check_metric(crps_normal, "gaussian").verdict == "right"
    cases = [
        (lambda y, m, s: crps_normal(y, m, s**2), "square of the standard deviation"),
        (lambda y, m, s: crps_normal(y, s, m), "mean and standard deviation are swapped"),
        (lambda y, m, s: crps_normal(y, m, s) / 2, "half of the score"),
        (lambda y, m, s: crps_normal(y, m, s) - s / np.sqrt(np.pi), "2/√π"),
        (lambda y, m, s: crps_normal(y, m, s) / s, "not multiplied"),
        (lambda y, m, s: (y - m) ** 2 / (2 * s**2) + np.log(s * np.sqrt(2 * np.pi)), "logarithmic score"),
    ]
    for metric, words in cases:
        finding = oc.check_metric(metric, "gaussian").of("crps")
        assert finding.verdict == "wrong" and words in finding.cause, finding


def test_conventions_of_the_closed_form():
    variance = oc.check_metric(lambda y, m, v: crps_normal(y, m, np.sqrt(v)), "gaussian").of("crps")
    assert variance.verdict == "convention" and "variance" in variance.cause
    negative = oc.check_metric(lambda y, m, s: -crps_normal(y, m, s), "gaussian").of("crps")
    assert negative.verdict == "convention" and "larger is better" in negative.cause
    mean = oc.check_metric(lambda y, m, s: crps_normal(y, m, s).mean(), "gaussian").of("crps")
    assert mean.verdict == "convention" and "mean over" in mean.cause


def test_estimators_of_an_ensemble_are_identified():
    biased = oc.check_metric(ensemble, "ensemble").of("crps")
    assert biased.verdict == "convention" and biased.cause.startswith("1/M²")
    fair = oc.check_metric(lambda y, x: ensemble(y, x, lambda m: m * (m - 1)), "ensemble").of("crps")
    assert fair.verdict == "convention" and fair.cause.startswith("fair")
    neighbours = lambda y, x: np.abs(x - y[:, None]).mean(axis=1) - np.abs(x - np.roll(x, 1, axis=1)).mean(axis=1) / 2  # noqa: E731
    assert "neighbours in the order given" in oc.check_metric(neighbours, "ensemble").of("crps").cause
    assert oc.check_metric(ensemble, "ensemble", estimator="1/M²").verdict == "right"
    assert oc.check_metric(ensemble, "ensemble", estimator="fair").verdict == "wrong"
    sorted_neighbours = oc.check_metric(lambda y, x: neighbours(y, np.sort(x, axis=1)), "ensemble").of("crps")
    assert sorted_neighbours.verdict == "wrong" and "sorted" in sorted_neighbours.cause


def test_swapped_arguments_of_an_ensemble_are_a_convention():
    finding = oc.check_metric(lambda members, y: ensemble(y, members), "ensemble").of("crps")
    assert finding.verdict == "convention" and "other order" in finding.cause


def test_a_grid_of_quantiles_is_no_crps_and_swapped_is_worse():
    levels = np.arange(1, 20) / 20
    grid = lambda y, x: pinball(y, np.quantile(x, levels, axis=1).T, levels)  # noqa: E731
    finding = oc.check_metric(grid, "ensemble").of("crps")
    assert finding.verdict == "wrong" and "19 pinball losses" in finding.cause
    swapped = lambda y, x: pinball(y, np.quantile(x, levels, axis=1).T, 1 - levels)  # noqa: E731
    assert "swapped" in oc.check_metric(swapped, "ensemble").of("crps").cause
    assert oc.check_metric(pinball, "quantiles").verdict == "right"
    assert oc.check_metric(lambda y, q, a: pinball(y, q, a) / 2, "quantiles").verdict == "convention"
    wrong = oc.check_metric(lambda y, q, a: pinball(y, q, 1 - a), "quantiles").of("crps")
    assert wrong.verdict == "wrong" and "swapped" in wrong.cause
    total = oc.check_metric(lambda y, q, a: pinball(y, q, a).sum() / np.abs(y).sum(), "quantiles").of("crps")
    assert total.verdict == "convention" and "Σ|y|" in total.cause


def test_an_error_of_a_millionth_is_wrong():
    assert oc.check_metric(lambda y, m, s: crps_normal(y, m, s) * (1 + 1e-6), "gaussian").verdict == "wrong"


def test_single_precision_gets_the_tolerance_of_single_precision():
    metric = lambda y, m, s: crps_normal(y, m, s).astype(np.float32)  # noqa: E731
    assert oc.check_metric(metric, "gaussian", dtype="float32").verdict == "right"
    finding = oc.check_metric(lambda y, m, s: np.float64(np.float32(crps_normal(y, m, s))), "gaussian").of("crps")
    assert finding.verdict == "wrong" and "single precision only" in finding.cause


def test_hostile_metrics_become_findings():
    for bad in (lambda *a: 1 / 0, lambda *a: np.nan, lambda *a: np.zeros((2, 2))):
        assert oc.check_metric(bad, "gaussian").verdict == "fault"
    with pytest.raises(ValueError, match="choose one of"):
        oc.check_metric(crps_normal, "normal")
    with pytest.raises(ValueError, match="at least three"):
        oc.check_metric(ensemble, "ensemble", members=2)
