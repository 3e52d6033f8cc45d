"""Purifiers in PyTorch and JAX: the interfaces of published code, right and wrong on purpose."""

from __future__ import annotations

import math
from types import SimpleNamespace

import numpy as np
import ouracle as oc
import pytest
import torch
from ouracle import check_purifier
from ouracle.adapters.purifier import along
from ouracle.miniatures.purifiers import LAW, SIGMA

torch.set_num_threads(1)
IMAGES = dict(framework="torch", shape=(3, 1, 1))


def adp(x, network_ebm, max_iter, mode, config):
    """Adaptive purification of images, as it is published but for its conversions of scale: noise, two scores a step, two clips."""
    images, lengths = [], []
    with torch.no_grad():
        x = x + torch.randn_like(x) * config.level
        if config.pixels:
            x = torch.clamp(x, 0.0, 1.0)
        images.append(x)
        for _ in range(max_iter):
            labels = torch.ones(x.shape[0]).long()
            grad = network_ebm(x, labels)
            other = network_ebm(x + config.probe * grad, labels)
            flat, there = grad.view(len(x), 1, -1), other.view(len(x), -1, 1)
            z = torch.bmm(flat, there) / torch.bmm(flat, flat.transpose(1, 2))
            length = (config.relaxation * config.probe / (1.0 - z)).view(-1)
            if config.clip:
                length = torch.clamp(length, 1e-5, 1e-1)
            x = x + grad * length[:, None, None, None]
            if config.pixels:
                x = torch.clamp(x, 0.0, 1.0)
            images.append(x)
            lengths.append(length)
    return images, lengths


def config(**changed):
    return SimpleNamespace(**{"level": 0.0, "pixels": False, "clip": False, "probe": 1e-3, "relaxation": 0.05, **changed})


def anneal_langevin_dynamics(x_mod, scorenet, sigmas, n_steps_each=2, step_lr=0.01, root=2.0):
    with torch.no_grad():
        for c, sigma in enumerate(sigmas):
            labels = (torch.ones(x_mod.shape[0]) * c).long()
            step_size = step_lr * (sigma / sigmas[-1]) ** 2
            for _ in range(n_steps_each):
                x_mod = x_mod + step_size * scorenet(x_mod, labels) + torch.randn_like(x_mod) * np.sqrt(step_size * root)
        last = ((len(sigmas) - 1) * torch.ones(x_mod.shape[0])).long()
        return [x_mod + sigmas[-1] ** 2 * scorenet(x_mod, last)]


def by_autograd(x, network, length, steps):
    """Steps down an energy that returns one number a row."""
    for _ in range(steps):
        x = x.detach().requires_grad_(True)
        (slope,) = torch.autograd.grad(network(x, torch.ones(len(x))).sum(), x)
        x = x.detach() - length * slope
    return x


@pytest.mark.parametrize("level", [0.0, 0.3])
def test_adaptive_purification_is_read(level):
    energy = oc.GaussianEnergy.trained(LAW, SIGMA)
    findings = check_purifier(along(adp, energy, 4, "purification", config(level=level)), energy, method="adaptive", relaxation=0.05, **IMAGES)
    assert findings.passes, findings
    if level:
        assert abs(findings.of("injected noise").got - level) < 1e-13


def test_one_step_with_lambda_1_lands_on_the_mode_of_an_isotropic_energy():
    energy = oc.GaussianEnergy(2.0, LAW.mean)
    purify = along(adp, energy, 1, "purification", config(relaxation=1.0))
    findings = check_purifier(purify, energy, method="adaptive", relaxation=1.0, **IMAGES)
    assert findings.passes, findings
    out = purify(torch.ones(2, 3, 1, 1, dtype=torch.float64))
    # 1 − z is λδ = 2e-3 of two numbers of order one, so its rounding counts five hundred times.
    assert np.abs(out.numpy().reshape(2, 3) - LAW.mean).max() < 500 * 64 * 2.0**-53


def test_the_clips_of_the_published_code_are_said():
    energy = oc.GaussianEnergy.trained(LAW, SIGMA)
    pixels = check_purifier(along(adp, energy, 3, "purification", config(pixels=True)), energy, **IMAGES)
    assert pixels.of("clip").verdict == "convention" and pixels.of("clip").got == [0.0, 1.0], pixels
    clipped = check_purifier(along(adp, energy, 3, "purification", config(clip=True, relaxation=0.4)), energy, method="adaptive", relaxation=0.4, **IMAGES)
    assert "clip of the published code" in clipped.of("step length").cause, clipped


def test_annealed_langevin_dynamics_is_read():
    sigmas = np.array([1.0, 0.5, 0.25])
    energy = oc.GaussianEnergy.trained(LAW, sigmas)
    findings = check_purifier(along(anneal_langevin_dynamics, energy, sigmas), energy, method="langevin", **IMAGES)
    assert findings.passes, findings
    assert findings.of("covariance").verdict == "right"
    wrong = check_purifier(along(anneal_langevin_dynamics, energy, sigmas, root=1.0), energy, method="langevin", **IMAGES)
    assert "√2 is missing" in wrong.of("noise").cause, wrong


@pytest.mark.parametrize("energy", [oc.GaussianEnergy.trained(LAW, SIGMA), oc.MixtureEnergy([1.2, 0.4, -0.3], 0.5, 0.6)], ids=["Gaussian", "mixture"])
def test_energies_are_differentiated(energy):
    findings = check_purifier(along(by_autograd, energy, 0.2, 4, gradient=False), energy, length=0.2, steps=4, **IMAGES)
    assert findings.passes, findings
    wrong = check_purifier(along(by_autograd, energy, -0.2, 4, gradient=False), energy, length=0.2, steps=4, **IMAGES)
    assert "sign of the score" in wrong.of("step length").cause, wrong


def test_a_linear_layer_is_a_classifier():
    energy = oc.GaussianEnergy.trained(LAW, SIGMA)
    layer = torch.nn.Linear(3, 2, dtype=torch.float64)
    findings = check_purifier(
        along(by_autograd, energy, 0.2, 4, gradient=False), energy, classes=([0.8, -0.4, 0.5], 0.7), classifier=layer, eps=0.2, framework="torch"
    )
    assert findings.passes, findings
    assert findings.of("white-box accuracy").got <= findings.of("gray-box accuracy").got


def test_jax_is_followed_too():
    jax = pytest.importorskip("jax")
    jax.config.update("jax_enable_x64", True)
    energy = oc.GaussianEnergy.trained(LAW, SIGMA)

    def purify(x, eta=0.1):
        key = jax.random.PRNGKey(0)
        for _ in range(3):
            key, use = jax.random.split(key)
            x = x + eta / 2 * energy.score(x) + math.sqrt(eta) * jax.random.normal(use, x.shape, dtype=x.dtype)
        return x

    findings = check_purifier(purify, energy, eta=0.1, convention="H", framework="jax")
    assert findings.passes, findings
