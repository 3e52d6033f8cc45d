"""Euler-Maruyama paths of a noising process with an affine score, and the exact mean of what is computed along them.

dy = -1/2 beta y dt + sqrt(beta) dB on [0, 1], beta(t) = b0 + (b1 - b0) t, data N(m, S), score 1.1 times the right one plus 0.05. With
u_k = b_k s_k(y) = A_k y + C_k, the log-weight without and with its Girsanov term is

    I = -1/2 (sum_k |u_k|^2 + |y_L|^2),        R = I - sum_k u_k . z_k,

up to a constant; both have the same mean, that of the scheme itself, so that no comparison sees an error of discretisation.
"""
from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

import measure

CASES = {"d1": 1, "d16": 16, "d256": 256, "d64-full": 64}
FACTOR, SHIFT = 1.1, 0.05


@dataclass(frozen=True)
class Model:
    """`A` is `(L, d)` for a diagonal covariance and `(L, d, d)` for a full one; `C` is `(L, d)`."""

    d: int
    steps: int
    start: Any
    decay: Any
    noise: Any
    A: Any
    C: Any
    constant: float

    @property
    def full(self) -> bool:
        return self.A.ndim == 3


def model(case: str, steps: int = 100, b0: float = 0.1, b1: float = 20.0) -> Model:
    d = CASES[case]
    dt = 1.0 / steps
    t = np.arange(steps) * dt
    beta = b0 + (b1 - b0) * t
    signal = np.exp(-(b0 * t + 0.5 * (b1 - b0) * t * t) / 2)
    index, mean = np.arange(d), np.full(d, 0.5)
    start = np.array([1.0]) if d == 1 else 0.5 + 0.5 * np.cos(index)
    noise, decay = np.sqrt(beta * dt), 1 - 0.5 * beta * dt
    if case.endswith("full"):
        data = 0.5 * 0.9 ** np.abs(index[:, None] - index[None, :]) + 0.1 * np.eye(d)
        precision = np.stack([np.linalg.inv(a * a * data + (1 - a * a) * np.eye(d)) for a in signal])
        slope = -FACTOR * precision
        offset = FACTOR * np.einsum("lij,j->li", precision, mean) * signal[:, None] + SHIFT
        divergence = np.trace(slope, axis1=1, axis2=2)
        scaled = slope * noise[:, None, None]
    else:
        variance = np.full(1, 0.25) if d == 1 else 0.1 + 0.9 * index / (d - 1)
        marginal = signal[:, None] ** 2 * variance + 1 - signal[:, None] ** 2
        slope = -FACTOR / marginal
        offset = FACTOR * signal[:, None] * mean / marginal + SHIFT
        divergence = slope.sum(1)
        scaled = slope * noise[:, None]
    constant = -float(dt * np.sum(beta * (divergence + d / 2))) - 0.5 * d * float(np.log(2 * np.pi))
    return Model(d, steps, start, decay, noise, scaled, offset * noise[:, None], constant)


def exact_mean(of: Model) -> float:
    """The mean of the log-weight of the scheme, by its recursion for mean and covariance."""
    mean, covariance, total = of.start.copy(), np.zeros((of.d, of.d)), of.constant
    for k in range(of.steps):
        slope = of.A[k] if of.full else np.diag(of.A[k])
        u = slope @ mean + of.C[k]
        total -= 0.5 * (u @ u + np.trace(slope @ covariance @ slope.T))
        mean = of.decay[k] * mean
        covariance = of.decay[k] ** 2 * covariance + of.noise[k] ** 2 * np.eye(of.d)
    return float(total - 0.5 * (mean @ mean + np.trace(covariance)))


def sums(plain: Any, weighted: Any) -> Any:
    """Sums of I, I^2, R and R^2 over paths, in doubles whatever the paths are in."""
    both = (np.asarray(plain, np.float64), np.asarray(weighted, np.float64))
    return np.array([total for values in both for total in (values.sum(), (values * values).sum())])


def answers(of: Model, count: int, totals: Any) -> list[measure.Answer]:
    found = [measure.sampled("without Girsanov term", *totals[:2], count), measure.sampled("with it", *totals[2:], count)]
    for one in found:
        one["value"] = str(float(one["value"]) + of.constant)
    return found


def reference(of: Model) -> list[measure.Answer]:
    """In doubles, with more roundings than there are operations on a term."""
    bound = 1e3 * of.d * of.steps * measure.UNIT_ROUNDOFF["f64"] * max(1.0, abs(exact_mean(of)))
    return [measure.answer(name, exact_mean(of), "rounding", bound) for name in ("without Girsanov term", "with it")]
