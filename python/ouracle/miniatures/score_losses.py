"""Losses of score matching as they are called in public code, ``loss(energy_net or score_net, samples)``, in NumPy."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .. import tape
from ..checks.score_matching import check_score_matching
from ..findings import Findings
from . import Miniature, Mutation

Array = NDArray[np.float64]
SIGMA, EPS = 0.3, 0.1


def _projections(x: Array, kind: str) -> Array:
    v = tape.generator().standard_normal(x.shape)
    length = np.linalg.norm(v, axis=-1, keepdims=True)
    return {"gaussian": v, "rademacher": np.sign(v), "sphere": np.sqrt(x.shape[-1]) * v / length, "unit sphere": v / length}[kind]


def sliced(mistake: str = "") -> Callable[[Any, Array], Any]:
    """SSM by random signs."""

    def loss(energy_net: Any, samples: Array, n_particles: int = 2) -> Any:
        x = np.concatenate([samples] * n_particles)
        energy_net(x)
        s, jacobian = energy_net.score(x), energy_net.jacobian(x)
        v = _projections(x[:1] if mistake == "projections shared by the batch" else x, "rademacher")
        v = np.broadcast_to(v, x.shape)
        trace = np.einsum("ni,nij,nj->n", v, jacobian, v)
        square = 0.5 * np.sum(v * s, axis=-1) ** 2
        if mistake == "no ½ before the square":
            square = 2 * square
        if mistake == "the trace with the other sign":
            trace = -trace
        if mistake == "no square":
            square = 0 * square
        return np.mean(trace + square)

    return loss


def reduced(mistake: str = "") -> Callable[[Any, Array], Any]:
    """SSM-VR by normal projections."""

    def loss(score_net: Any, samples: Array) -> Any:
        s, jacobian = score_net(samples), score_net.jacobian(samples)
        v = _projections(samples, "unit sphere" if mistake == "projections on the unit sphere" else "gaussian")
        return np.mean(np.einsum("ni,nij,nj->n", v, jacobian, v) + 0.5 * np.sum(s**2, axis=-1))

    return loss


def differences(mistake: str = "") -> Callable[[Any, Array], Any]:
    """FD-SSM: three energies for each sample."""

    def loss(energy_net: Any, samples: Array, eps: float = EPS) -> Any:
        n, d = samples.shape
        v = eps * _projections(samples, "unit sphere")
        energies = energy_net(np.concatenate([samples, samples + v, samples - v]))
        centre, up, down = energies[:n], energies[n : 2 * n], energies[2 * n :]
        slope = 2 * (up - centre) if mistake == "a difference to one side" else up - down
        square = slope**2 / (4 if mistake == "¼ for ⅛" else 8)
        curvature = up + down - 2 * centre
        if mistake == "the energy's curvature for the log-density's":
            curvature = -curvature
        return np.mean(square - curvature) / eps**2 * (3072 if mistake == "3072 dimensions" else d)

    return loss


def differences_reduced(mistake: str = "") -> Callable[[Any, Array], Any]:
    """FD-SSM-VR: two scores for each sample."""

    def loss(score_net: Any, samples: Array, eps: float = EPS) -> Any:
        n, d = samples.shape
        v = eps * _projections(samples, "unit sphere")
        scores = score_net(np.concatenate([samples + v, samples - v]))
        total, difference = scores[:n] + scores[n:], scores[:n] - scores[n:]
        factor = (1 if mistake == "no d" else d) / (1 if mistake == "no ½ before the difference" else 2)
        return np.mean(np.sum(total**2, axis=-1) / 8 + factor * np.sum(difference * v, axis=-1) / eps**2)

    return loss


def denoising(mistake: str = "") -> Callable[[Any, Array], Any]:
    """DSM, weighted by σ²; with a mistake in its length, along one direction."""

    def loss(score_net: Any, samples: Array, sigma: float = SIGMA) -> Any:
        noise = sigma * tape.generator().standard_normal(samples.shape)
        target = -noise / (sigma if mistake == "σ for σ²" else sigma**2)
        if mistake == "the noise with the other sign":
            target = -target
        residual = score_net(samples + noise) - target
        if mistake == "a direction of length √3072":
            v = np.sqrt(3072) * _projections(samples, "unit sphere")
            return 0.5 * sigma**2 * np.mean(np.sum(v * residual, axis=-1) ** 2)
        return 0.5 * sigma**2 * np.mean(np.sum(residual**2, axis=-1))

    return loss


def denoising_differences(mistake: str = "") -> Callable[[Any, Array], Any]:
    """FD-DSM: two energies for each sample."""

    def loss(energy_net: Any, samples: Array, sigma: float = SIGMA, eps: float = EPS) -> Any:
        n, d = samples.shape
        noise = sigma * tape.generator().standard_normal(samples.shape)
        v = eps * _projections(samples, "unit sphere")
        energies = energy_net(np.concatenate([samples + noise + v, samples + noise - v]))
        along = (1 if mistake == "no 2 before the noise" else 2) * np.sum(v * noise, axis=-1) / sigma**2
        if mistake == "the noise with the other sign":
            along = -along
        return d / (4 * eps**2) * np.mean((energies[n:] - energies[:n] + along) ** 2)

    return loss


def _asks(build: Callable[[str], Callable[[Any, Array], Any]], takes: str, objective: str | None) -> Callable[[str], Findings]:
    return lambda mistake: check_score_matching(build(mistake), takes, objective=objective, seed=0)


MINIATURES = (
    Miniature(
        "sliced score matching",
        (Mutation("no ½ before the square", 5), Mutation("the trace with the other sign", 9), Mutation("no square", 6)),
        {"check_score_matching": _asks(sliced, "energy", "ssm")},
    ),
    Miniature(
        "sliced score matching, the square integrated",
        (Mutation("projections on the unit sphere", 10),),
        {"check_score_matching": _asks(reduced, "score", "ssm-vr")},
    ),
    Miniature(
        "sliced score matching by differences",
        (
            Mutation("¼ for ⅛", 1),
            Mutation("a difference to one side", 2),
            Mutation("the energy's curvature for the log-density's", 4),
            Mutation("3072 dimensions", 10),
        ),
        {"check_score_matching": _asks(differences, "energy", "fd-ssm")},
    ),
    Miniature(
        "sliced score matching by differences of a score",
        (Mutation("no d", 10), Mutation("no ½ before the difference", 1)),
        {"check_score_matching": _asks(differences_reduced, "score", "fd-ssm-vr")},
    ),
    Miniature(
        "denoising score matching",
        (Mutation("σ for σ²", 3), Mutation("the noise with the other sign", 4), Mutation("a direction of length √3072", 10)),
        {"check_score_matching": _asks(denoising, "score", None)},
    ),
    Miniature(
        "denoising score matching by differences",
        (Mutation("no 2 before the noise", 1), Mutation("the noise with the other sign", 4)),
        {"check_score_matching": _asks(denoising_differences, "energy", "fd-dsm")},
    ),
)
