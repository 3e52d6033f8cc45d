"""Processes in time against the dense law that they have."""

from __future__ import annotations

import numpy as np
import pytest

import ouracle as oc

TIMES = np.array([0.0, 0.3, 0.35, 1.1, 2.0, 2.7, 4.0])
VALUES = np.array([0.6, -1.0, 99.0, 0.2, 99.0, 1.5, -0.4])
SEEN = np.array([1, 1, 0, 1, 0, 1, 1], dtype=bool)


@pytest.mark.parametrize("noise", [0.0, 0.3])
@pytest.mark.parametrize("process", [oc.OrnsteinUhlenbeck(1.7, 0.8, 0.4), oc.Matern32(1.2, 1.5)])
def test_it_is_what_the_dense_law_says(process: oc.OrnsteinUhlenbeck | oc.Matern32, noise: float) -> None:
    if noise == 0.0 and isinstance(process, oc.Matern32):
        noise = 1e-3
    smoothed = process.smooth(TIMES, VALUES, SEEN, noise=noise)
    law = process.law(TIMES)
    k, m = law.covariance, law.mean
    inside = k[np.ix_(SEEN, SEEN)] + noise * np.eye(SEEN.sum())
    gain = np.linalg.solve(inside, k[SEEN]).T
    away = VALUES[SEEN] - m[SEEN]
    # The dense route loses what its matrix is conditioned with.
    allowed = 16 * len(TIMES) * np.finfo(float).eps * np.linalg.cond(inside) * np.abs(k).max()
    assert np.abs(smoothed.mean - (m + gain @ away)).max() <= allowed * np.abs(away).max()
    assert np.abs(smoothed.variance - np.diag(k - gain @ k[SEEN])).max() <= allowed
    density = -(away @ np.linalg.solve(inside, away) + np.linalg.slogdet(2 * np.pi * inside)[1]) / 2
    assert abs(smoothed.log_likelihood - density) <= allowed * (1 + away @ away / np.linalg.eigvalsh(inside)[0])


def test_a_long_series_does_not_depend_on_threads() -> None:
    rng = np.random.default_rng(1)
    times = np.cumsum(rng.uniform(0.02, 0.18, 80_000))
    values = rng.standard_normal(80_000)
    process = oc.OrnsteinUhlenbeck(1.0, 1.0)
    one, two = (process.smooth(times, values, noise=0.25, threads=n) for n in (1, 2))
    assert np.array_equal(one.mean, two.mean) and np.array_equal(one.variance, two.variance)
    assert one.log_likelihood == two.log_likelihood


@pytest.mark.parametrize(
    ("times", "values", "observed", "says"),
    [
        ([], [], None, "no times"),
        ([0.0, 1.0], [1.0], None, "2 times but 1 values"),
        ([0.0, 2.0, 1.0], [1.0, 1.0, 1.0], None, "time 2 is 1 and the one before it 2; sort"),
        ([0.0, 1.0, 1.0], [1.0, 1.0, 1.0], None, "each once"),
        ([0.0, 1.0], [1.0, np.nan], None, "mark it as not observed"),
        ([0.0, np.inf], [1.0, 1.0], None, "give finite times"),
        ([[0.0, 1.0]], [1.0, 1.0], None, "one axis"),
        ([0.0, 1.0], [1.0, 1.0], [0, 2], "it is a mask"),
    ],
)
def test_what_is_wrong_with_a_series_is_said(times: list[float], values: list[float], observed: list[int] | None, says: str) -> None:
    for process in (oc.OrnsteinUhlenbeck(1.7, 0.8), oc.Matern32(1.7, 0.8)):
        with pytest.raises(ValueError, match=says):
            process.smooth(times, values, observed, noise=0.1)


def test_nothing_observed_is_the_prior() -> None:
    smoothed = oc.OrnsteinUhlenbeck(1.7, 0.8, 0.4).smooth(TIMES, np.full(7, np.nan), np.zeros(7, dtype=bool))
    assert np.array_equal(smoothed.mean, np.full(7, 0.4)) and smoothed.log_likelihood == 0.0
    assert np.allclose(smoothed.variance, 1.7, rtol=32 * np.finfo(float).eps, atol=0)


def test_parameters_out_of_their_domain_are_named() -> None:
    for variance, rate in ((0.0, 1.0), (1.0, -1.0), (np.nan, 1.0)):
        for process in (oc.OrnsteinUhlenbeck(variance, rate), oc.Matern32(variance, rate)):
            with pytest.raises(ValueError, match="give a finite number > 0"):
                process.smooth(TIMES, VALUES, SEEN, noise=0.1)
