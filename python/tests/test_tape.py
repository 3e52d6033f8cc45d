"""The noise tape: exact moments from one run, and honest words where it cannot read."""

from __future__ import annotations

import numpy as np
import pytest

from ouracle import tape


def read(run, shape=(2,), steps=1):
    return tape.read(run, shape, scale=lambda: 1.0, steps=steps)


def test_mean_and_covariance_are_exact():
    a, b = np.array([[0.5, 0.2], [-0.1, 0.9]]), np.array([0.3, -0.7])

    def run(noise):
        rng = np.random.default_rng(0)
        x = noise @ a.T + b
        return x + 0.25 * rng.standard_normal(x.shape) + np.random.normal(0.0, 2.0, x.shape)

    output = read(run).output
    assert output.draws == 2
    np.testing.assert_array_equal(output.mean, b)
    np.testing.assert_allclose(output.covariance, a @ a.T + (0.0625 + 4.0) * np.eye(2), rtol=0, atol=8 * 2**-53 * 5)


def test_draws_without_use_are_counted_and_count_as_nothing():
    output = read(lambda noise: noise + 0.0 * np.random.standard_normal(noise.shape)).output
    assert output.draws == 1 and not np.any(output.blocks[1])


def test_the_generators_are_put_back():
    before = (np.random.default_rng, np.random.randn, np.random.normal)
    read(lambda noise: noise)
    with pytest.raises(tape.TapeError):
        read(lambda noise: np.tanh(noise))
    assert (np.random.default_rng, np.random.randn, np.random.normal) == before


@pytest.mark.parametrize(
    ("run", "says"),
    [
        (np.tanh, "not an affine map"),
        (lambda noise: noise / np.linalg.norm(noise), "depends on the others"),
        (lambda noise: noise + np.random.standard_normal(noise.shape[1:]), "a row for each"),
        (lambda noise: noise[:2], "should return a row for each"),
        (lambda noise: noise + np.inf, "infinite"),
    ],
)
def test_what_cannot_be_read_is_said(run, says):
    with pytest.raises(tape.TapeError, match=says):
        read(run)


def test_a_generator_of_its_own_is_noticed():
    own = np.random.default_rng(1)
    with pytest.raises(tape.TapeError, match="does not reach"):
        read(lambda noise: noise + own.standard_normal(noise.shape))


def test_draws_that_depend_on_more_than_the_steps_are_noticed():
    calls = []

    def run(noise):
        calls.append(1)
        for _ in range(len(calls)):
            noise = noise + np.random.standard_normal(noise.shape)
        return noise

    with pytest.raises(tape.TapeError, match="more often"):
        read(run)


def test_single_precision_inside_is_noticed_and_granted():
    reading = read(lambda noise: (noise.astype(np.float32) * np.float32(0.1)).astype(np.float64), steps=10)
    assert reading.precision == "float32"
