"""Fields and tape in PyTorch and JAX: the same numbers as in NumPy, and every way of drawing is reached."""

from __future__ import annotations

import time

import jax
import jax.numpy as jnp
import numpy as np
import pytest
import torch

import ouracle as oc
from ouracle import tape

jax.config.update("jax_enable_x64", True)

GAUSSIAN = oc.Gaussian([0.7, -0.4, 0.3], [[1.0, 0.6, -0.2], [0.6, 0.8, 0.1], [-0.2, 0.1, 0.3]])
MIXTURE = oc.Mixture([0.3, 0.7], [-1.0, 0.8], [0.04, 0.09])
UNIT = 2.0**-53


@pytest.mark.parametrize("law", [GAUSSIAN, MIXTURE], ids=["gaussian", "mixture"])
@pytest.mark.parametrize("kind", ["score", "eps", "x0", "v", "velocity"])
def test_fields_agree_between_frameworks(law, kind):
    case = oc.Case(law, oc.VP.linear())
    x = np.random.default_rng(0).normal(size=(5, law.dimension))
    exact = case.field(kind)(x, 0.3)
    unit = 64 * UNIT * np.abs(exact).max()
    in_torch = case.field(kind)(torch.as_tensor(x).reshape(5, -1, 1, 1), torch.full((5,), 0.3, dtype=torch.float64))
    assert in_torch.shape == (5, law.dimension, 1, 1)
    np.testing.assert_allclose(in_torch.reshape(5, -1).numpy(), exact, rtol=0, atol=unit)
    np.testing.assert_allclose(case.field(kind)(jnp.asarray(x), 0.3), exact, rtol=0, atol=unit)
    single = case.field(kind)(torch.as_tensor(x, dtype=torch.float32), 0.3)
    assert single.dtype == torch.float32


def test_the_field_is_differentiable():
    case = oc.Case(GAUSSIAN, oc.VP.linear())
    score = case.field("score")
    x = np.random.default_rng(0).normal(size=(1, 3))
    jacobian = torch.autograd.functional.jacobian(lambda z: score(z, 0.3).sum(0), torch.as_tensor(x))[:, 0]
    matrix, _ = score.coefficients(np.array([0.3]))
    np.testing.assert_allclose(jacobian.numpy(), matrix[0, 0], rtol=0, atol=64 * UNIT * np.abs(matrix).max())
    in_jax = jax.jit(lambda z, t: score(z, t))(jnp.asarray(x), jnp.asarray(0.3))
    np.testing.assert_allclose(in_jax, score(x, 0.3), rtol=0, atol=64 * UNIT * np.abs(matrix).max())
    gradient = jax.jacobian(lambda z: score(z, 0.3)[0])(jnp.asarray(x))[:, 0]
    np.testing.assert_allclose(gradient, matrix[0, 0], rtol=0, atol=64 * UNIT * np.abs(matrix).max())


@pytest.mark.parametrize(
    "draw",
    [
        lambda x: torch.randn(x.shape, dtype=x.dtype),
        lambda x: torch.randn(*x.shape, generator=torch.Generator().manual_seed(1), dtype=x.dtype),
        lambda x: torch.randn_like(x),
        lambda x: torch.empty_like(x).normal_(),
        lambda x: torch.normal(torch.zeros_like(x), torch.ones_like(x)),
        lambda x: torch.normal(0.0, 1.0, x.shape, dtype=x.dtype),
        lambda x: torch.distributions.Normal(torch.zeros_like(x), 1.0).sample(),
        lambda x: torch.as_tensor(np.random.default_rng(0).standard_normal(tuple(x.shape))),
    ],
)
def test_every_draw_of_torch_is_reached(draw):
    def run(noise):
        x = torch.as_tensor(noise)
        return 0.5 * x + 0.25 * draw(x)

    output = tape.read(run, (2,), scale=lambda: 1.0).output
    assert output.draws == 1
    np.testing.assert_allclose(output.covariance, (0.25 + 0.0625) * np.eye(2), rtol=0, atol=8 * UNIT)


def test_draws_in_a_compiled_loop_of_jax_are_told_apart():
    def run(noise):
        def step(i, x):
            return 0.9 * x + jax.random.normal(jax.random.key(i), x.shape)

        return jax.jit(lambda x: jax.lax.fori_loop(0, 5, step, x))(jnp.asarray(noise))

    output = tape.read(run, (2,), scale=lambda: 1.0).output
    assert output.draws == 5
    np.testing.assert_allclose(output.covariance, (0.81**5 + sum(0.81**k for k in range(5))) * np.eye(2), rtol=0, atol=64 * UNIT * 5)


def test_a_thousand_steps_of_ddpm_in_torch_take_seconds():
    case = oc.Case(GAUSSIAN, oc.Table.ddpm())
    eps, table = case.field("eps"), case.schedule.alphas_cumprod

    def sample(x):
        for t in range(999, -1, -1):
            before = table[t - 1] if t else 1.0
            alpha = table[t] / before
            x = (x - (1 - alpha) / np.sqrt(1 - table[t]) * eps(x, t)) / np.sqrt(alpha)
            if t:
                x = x + np.sqrt((1 - alpha) * (1 - before) / (1 - table[t])) * torch.randn_like(x)
        return x

    start = time.perf_counter()
    finding = oc.check_sampler(sample, case, recursion="ancestral-posterior", framework="torch", shape=(3, 1, 1)).of("recursion")
    assert finding.verdict == "right" and finding.tolerance < 1e-9
    assert time.perf_counter() - start < 60


def test_a_field_made_for_a_framework_says_in_which_one_the_check_asks():
    case = oc.Case(GAUSSIAN, oc.EDM())
    net = case.field("D", framework="torch")

    def sample(x, steps):
        assert isinstance(x, torch.Tensor)
        x, levels = 80 * x, np.geomspace(80, 0.02, steps + 1)
        for a, b in zip(levels, levels[1:]):
            x = x + (b - a) * (x - net(x, a)) / a
        return x

    assert oc.check_sampler(sample, case, order=1, end=oc.Level(1, 0.02)).verdict == "right"
    assert isinstance(net(np.zeros((2, 3)), 1.0), torch.Tensor)
