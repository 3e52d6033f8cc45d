"""Purification in the interfaces of published code: a state, a network ``(x, labels)``, and numbers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from .. import tape
from ..adapters.purifier import along
from ..checks.purifier import check_purifier
from ..energies import GaussianEnergy, MixtureEnergy
from ..findings import Findings
from ..laws import Gaussian
from . import Miniature, Mutation

Network = Callable[[Any, Any], Any]

LAW = Gaussian([0.3, -0.2, 0.5], [[0.6, 0.25, -0.1], [0.25, 0.9, 0.05], [-0.1, 0.05, 0.4]])
SIGMA = 0.6


def labels(x: Any) -> Any:
    """What the network is told of the level: nothing."""
    return np.ones(len(x), dtype=np.int64)


def fixed(x: Any, network: Network, length: float, steps: int, mistake: str = "") -> Any:
    """``steps`` steps of one length along the score."""
    first = network(x, labels(x))
    for _ in range(steps + (mistake == "a step too many")):
        grad = network(x, labels(x))
        grad = first if mistake == "score not updated" else grad
        x = x - length * grad if mistake == "sign of the score" else x + length * grad
    return x


def denoise(x: Any, network: Network, sigma: float, mistake: str = "") -> Any:
    """Tweedie's formula: noise of the level of the training is added, and one step taken off."""
    scale = sigma**2 if mistake == "variance for standard deviation of the noise" else sigma
    x = x + scale * tape.generator().standard_normal(x.shape)
    length = {"σ for σ²": sigma, "σ²/2": sigma**2 / 2, "2σ²": 2 * sigma**2}.get(mistake, sigma**2)
    return x + length * network(x, labels(x))


def adp(x: Any, network: Network, max_iter: int, relaxation: float, probe: float, mistake: str = "") -> tuple[list[Any], list[Any]]:
    """Adaptive purification: the length of a step from a second score."""
    images, lengths = [x], []
    for _ in range(max_iter):
        grad = network(x, labels(x))
        other = network(x + probe * grad, labels(x))
        z = (grad * other).sum(axis=1) / (grad * grad).sum(axis=1)
        if mistake == "z over the batch":
            z = np.full(len(x), (grad * other).sum() / (grad * grad).sum())
        if mistake == "norm not squared":
            z = (grad * other).sum(axis=1) / np.sqrt((grad * grad).sum(axis=1))
        length = relaxation * probe / (1 + z if mistake == "1 + z" else 1 - z)
        length = {"δ left out": length / probe, "λ left out": length / relaxation, "step clipped": np.clip(length, 1e-5, 1e-1)}.get(mistake, length)
        if mistake == "clamped at 0":
            length = np.maximum(length, 0.0)
        x = x + length[:, None] * grad
        images.append(x)
        lengths.append(length)
    return images, lengths


def anneal_langevin(x: Any, network: Network, sigmas: Any, steps: int, step_lr: float, mistake: str = "") -> list[Any]:
    """Annealed Langevin dynamics in the convention F, and a last step without noise."""
    generator = tape.generator()
    once = generator.standard_normal(x.shape) if mistake == "one noise for all steps" else None
    for c, sigma in enumerate(sigmas):
        eta = step_lr * (sigma / sigmas[-1]) ** 2
        for _ in range(steps):
            grad = network(x, np.full(len(x), c))
            noise = once if once is not None else generator.standard_normal(x.shape)
            scale = {"√2 left out": np.sqrt(eta), "η for √η": 2 * eta, "noise of 4η": np.sqrt(4 * eta)}.get(mistake, np.sqrt(2 * eta))
            x = x + (-eta if mistake == "sign of the score" else eta) * grad + scale * noise
    return [x + sigmas[-1] ** 2 * network(x, np.full(len(x), len(sigmas) - 1))]


def pushed(mistake: str = "") -> Callable[[Any, Any], tuple[Any, Any]]:
    """A formula of the law after four steps of length 0.2."""
    energy = GaussianEnergy.trained(LAW, SIGMA)

    def law(mean: Any, covariance: Any) -> tuple[Any, Any]:
        factor = np.linalg.matrix_power(np.eye(3) - 0.2 * energy.precision, 4)
        mode = np.zeros(3) if mistake == "mode forgotten" else energy.mode
        second = covariance if mistake == "second factor left out" else covariance @ factor
        return mode + factor @ (mean - mode), factor @ second

    return law


def _fixed(mistake: str) -> Findings:
    energy = GaussianEnergy.trained(LAW, SIGMA)
    return check_purifier(along(fixed, energy, 0.2, 4, mistake=mistake), energy, length=0.2, steps=4, seed=0)


def _law(mistake: str) -> Findings:
    energy = GaussianEnergy.trained(LAW, SIGMA)
    return check_purifier(along(fixed, energy, 0.2, 4), energy, length=0.2, steps=4, law=pushed(mistake), seed=0)


def _denoise(mistake: str) -> Findings:
    energy = GaussianEnergy.trained(LAW, SIGMA)
    return check_purifier(along(denoise, energy, SIGMA, mistake=mistake), energy, method="tweedie", inject=SIGMA, seed=0)


def _adp(mistake: str) -> Findings:
    energy = GaussianEnergy.trained(LAW, SIGMA)
    return check_purifier(along(adp, energy, 3, 0.4, 1e-2, mistake=mistake), energy, method="adaptive", relaxation=0.4, seed=0)


def _between_modes(mistake: str) -> Findings:
    energy = MixtureEnergy([1.2, 0.4], 0.5, 0.6)
    return check_purifier(along(adp, energy, 2, 0.4, 1e-2, mistake="" if mistake else "clamped at 0"), energy, method="adaptive", relaxation=0.4, seed=0)


def _mixture(mistake: str) -> Findings:
    energy = MixtureEnergy([1.2, 0.4], 0.5, 0.6)
    length = {"c > 1": 1.9 * energy.spread}.get(mistake, 0.4)
    return check_purifier(along(fixed, energy, length, 5, mistake=mistake), energy, method="fixed", seed=0)


def _anneal(mistake: str) -> Findings:
    sigmas = np.array([1.0, 0.5, 0.25])
    energy = GaussianEnergy.trained(LAW, sigmas)
    return check_purifier(along(anneal_langevin, energy, sigmas, 2, 0.01, mistake=mistake), energy, method="langevin", seed=0)


MINIATURES = (
    Miniature(
        "purification by fixed steps",
        (Mutation("sign of the score", 6), Mutation("a step too many", 7), Mutation("score not updated", 6)),
        {"check_purifier": _fixed},
    ),
    Miniature("law after purification", (Mutation("second factor left out", 6), Mutation("mode forgotten", 6)), {"check_purifier": _law}),
    Miniature(
        "denoising by one step",
        (Mutation("σ for σ²", 3), Mutation("σ²/2", 5), Mutation("2σ²", 5), Mutation("variance for standard deviation of the noise", 3)),
        {"check_purifier": _denoise},
    ),
    Miniature(
        "adaptive purification",
        (Mutation("z over the batch", 10), Mutation("norm not squared", 6), Mutation("1 + z", 4), Mutation("δ left out", 6), Mutation("λ left out", 6)),
        {"check_purifier": _adp},
    ),
    Miniature("adaptive purification between modes", (Mutation("not clamped", 4),), {"check_purifier": _between_modes}),
    Miniature("purification by a mixture", (Mutation("sign of the score", 6), Mutation("c > 1", 5)), {"check_purifier": _mixture}),
    Miniature(
        "annealed Langevin dynamics",
        (Mutation("√2 left out", 5), Mutation("η for √η", 3), Mutation("noise of 4η", 5), Mutation("one noise for all steps", 6), Mutation("sign of the score", 6)),
        {"check_purifier": _anneal},
    ),
)
