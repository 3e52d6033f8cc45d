"""check_score_matching on losses that differentiate their model, in the interfaces of public code: `loss(energy_net or score_net, samples)`."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest
import torch

import ouracle as oc

jax.config.update("jax_enable_x64", True)


def projections(like, kind):
    v = torch.randn_like(like)
    if kind in ("sphere", "unit sphere"):
        v = v / torch.norm(v, dim=-1, keepdim=True) * (like.shape[-1] ** 0.5 if kind == "sphere" else 1.0)
    return {
        "gaussian": lambda: v,
        "sphere": lambda: v,
        "unit sphere": lambda: v,
        "rademacher": lambda: v.sign(),
        "bits": lambda: 2.0 * torch.randint(0, 2, like.shape).to(like) - 1,
        "bernoulli": lambda: 2 * torch.bernoulli(torch.full_like(like, 0.5)) - 1,
        "uniform": lambda: torch.where(torch.rand_like(like) < 0.5, -1.0, 1.0).to(like),
        "shared": lambda: torch.randn(1, like.shape[-1], dtype=like.dtype).expand(like.shape),
    }[kind]()


def sliced(kind, *, takes="energy", reduced=False, particles=1, detach=False, half=0.5):
    """The loss with its parts, as sliced_score_matching returns them."""

    def loss(net, samples):
        x = samples.unsqueeze(0).expand(particles, *samples.shape).reshape(-1, *samples.shape[1:]).detach().requires_grad_(True)
        v = projections(x, kind)
        score = net(x) if takes == "score" else torch.autograd.grad(-net(x).sum(), x, create_graph=True)[0]
        square = half * ((score**2).sum(-1) if reduced else (score * v).sum(-1) ** 2)
        trace = (v * torch.autograd.grad((score * v).sum(), x, create_graph=True)[0]).sum(-1)
        square, trace = ((square.detach(), trace.detach()) if detach else (square, trace))
        return (square + trace).mean(), square.mean(), trace.mean()

    return loss


@pytest.mark.parametrize("takes", ["energy", "score"])
@pytest.mark.parametrize("reduced", [False, True])
@pytest.mark.parametrize(("kind", "law"), [("gaussian", "gaussian"), ("sphere", "sphere"), ("rademacher", "rademacher"), ("bits", "rademacher"), ("bernoulli", "rademacher"), ("uniform", "rademacher")])
def test_sliced_losses_are_recognised(takes, reduced, kind, law):
    findings = oc.check_score_matching(sliced(kind, takes=takes, reduced=reduced, particles=3), takes, objective="ssm-vr" if reduced else "ssm", projections=law, scale=1.0, framework="torch")
    assert findings.verdict == "right" and "3 for each sample" in findings.of("projections").because, findings


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_unit_projections_are_a_scale_of_ssm_and_another_objective_of_vr(dtype):
    findings = oc.check_score_matching(sliced("unit sphere"), framework="torch", dtype=dtype)
    assert findings.of("objective").verdict == "right" and findings.of("scale").verdict == "convention"
    assert findings.of("scale").got == pytest.approx(1 / 3, rel=1e-5)
    wrong = oc.check_score_matching(sliced("unit sphere", reduced=True), framework="torch", dtype=dtype).of("objective")
    assert wrong.verdict == "wrong" and "unit sphere" in wrong.cause
    missing = oc.check_score_matching(sliced("rademacher", half=1.0), framework="torch", dtype=dtype).of("objective")
    assert missing.verdict == "wrong" and "½ before the square" in missing.cause


def test_projections_shared_by_the_batch():
    batch = oc.check_score_matching(sliced("shared"), framework="torch").of("batch")
    assert batch.verdict == "convention" and "does not average out" in batch.because


def test_images_and_another_generator():
    generator = torch.Generator().manual_seed(3)

    def loss(net, samples):
        flat = samples.flatten(1)
        v = 0.1 * torch.nn.functional.normalize(torch.randn(flat.shape, generator=generator, dtype=flat.dtype))
        out = net(torch.cat([flat, flat + v, flat - v]).reshape(-1, *samples.shape[1:]))
        centre, up, down = out.chunk(3)
        return ((up - down) ** 2 / 8 - up - down + 2 * centre).mean() * flat.shape[1] / 0.01

    assert oc.check_score_matching(loss, objective="fd-ssm", shape=(2, 2, 2), framework="torch").verdict == "right"


def annealed(trick=None):
    sigmas = torch.tensor([0.1, 0.4, 0.9], dtype=torch.float64)

    def loss(scorenet, samples, sigmas=sigmas, anneal_power=2.0):
        labels = torch.randint(0, len(sigmas), (samples.shape[0],))
        used = sigmas[labels].view(-1, 1)
        noise = torch.randn_like(samples) * used
        residual = scorenet(samples + noise, labels) + noise / used**2
        if trick is None:
            return (0.5 * (residual**2).sum(-1) * used.squeeze(-1) ** anneal_power).mean()
        v = torch.randn_like(samples)
        v = v / torch.norm(v, dim=-1, keepdim=True) * trick**0.5
        return (0.5 * (residual * v).sum(-1) ** 2 * used.squeeze(-1) ** anneal_power).mean()

    return loss


def test_annealed_losses_with_levels_of_their_own():
    plain = oc.check_score_matching(annealed(), "score", objective="dsm", framework="torch")
    assert plain.passes and "σ² J" in plain.of("scale").because
    right = oc.check_score_matching(annealed(3), "score", objective="sliced-dsm", framework="torch")
    assert right.passes and "σ² J" in right.of("scale").because
    # Known defect 63: the number of dimensions of an image, in three dimensions.
    wrong = oc.check_score_matching(annealed(32 * 32 * 3), "score", framework="torch").of("scale")
    assert wrong.verdict == "wrong" and wrong.got == pytest.approx(1024, rel=1e-9) and "3072/d" in wrong.cause


def test_denoising_by_differences_with_a_step_that_grows_with_the_dimensions():
    def loss(energy_net, samples, sigma=0.3, eps=0.01):
        n, d = samples.shape
        noise = torch.randn_like(samples) * sigma
        v = torch.randn_like(samples)
        v = v / torch.norm(v, dim=-1, keepdim=True) * eps * d**0.5
        log_density = -energy_net(torch.cat([samples + noise + v, samples + noise - v]))
        slope = sigma**2 * (log_density[:n] - log_density[n:]) / 2
        return ((slope + (noise * v).sum(-1)) ** 2).mean() / (2 * eps**2)

    findings = oc.check_score_matching(loss, objective="fd-dsm", framework="torch")
    assert findings.passes and "σ⁴ J" in findings.of("scale").because, findings
    assert findings.of("step").got == pytest.approx(0.01 * 3**0.5)


def test_what_jax_differentiates_is_read_as_well():
    key = jax.random.key(0)

    def energies(net, x):
        v = jax.random.rademacher(key, x.shape, dtype=x.dtype)

        def one(z, u):
            score, along = jax.jvp(jax.grad(lambda y: -net(y)), (z,), (u,))
            return u @ along + 0.5 * (score @ u) ** 2

        return jax.vmap(one)(x, v).mean()

    def scores(net, x):
        v = jax.random.normal(key, x.shape, dtype=x.dtype)
        score, along = jax.jvp(net, (x,), (v,))
        return (v * along).sum(-1) + 0.5 * (score**2).sum(-1)

    assert oc.check_score_matching(energies, objective="ssm", projections="rademacher", framework="jax").verdict == "right"
    assert oc.check_score_matching(scores, "score", objective="ssm-vr", projections="gaussian", framework="jax").verdict == "right"


def test_models_agree_between_frameworks():
    for takes in ("energy", "log-density", "score"):
        model = oc.EnergyModel(takes, 4)
        x = np.random.default_rng(1).normal(size=(6, 4))
        exact = model(x)
        for other in (torch.as_tensor(x), jnp.asarray(x)):
            # A few sums of products of numbers of the size of one.
            np.testing.assert_allclose(np.asarray(model(other)), exact, rtol=0, atol=64 * 2.0**-53 * np.abs(exact).max())
