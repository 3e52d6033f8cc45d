"""Samplers as people write them in NumPy, with the mistakes that people make: subjects of the tests."""

from __future__ import annotations

import numpy as np

import ouracle as oc
from ouracle import tape

MEAN = [0.7, -0.4, 0.3]
COVARIANCE = [[1.0, 0.6, -0.2], [0.6, 0.8, 0.1], [-0.2, 0.1, 0.3]]
END = oc.Level(1.0, 0.02)


def gaussian() -> oc.Gaussian:
    """The three-dimensional law with which public packages were measured."""
    return oc.Gaussian(MEAN, COVARIANCE)


def ancestral(case: oc.Case, *, late_variance: bool = False, shifted: bool = False):
    """DDPM on every level of the case's table."""
    eps, table, rng = case.field("eps"), case.schedule.alphas_cumprod, tape.generator

    def sample(noise):
        x = noise
        for t in range(len(table) - 1, -1, -1):
            before = table[t - 1] if t else 1.0
            alpha = table[t] / before
            # The mistake: the table read one index off.
            now = table[max(t - 1, 0)] if shifted else table[t]
            x = (x - (1 - alpha) / np.sqrt(1 - now) * eps(x, t)) / np.sqrt(alpha)
            variance = (1 - alpha) * (1.0 if late_variance else (1 - before) / (1 - table[t]))
            if t:
                x = x + np.sqrt(variance) * rng().standard_normal(x.shape)
        return x

    return sample


def ddim(case: oc.Case, eta: float = 0.0, *, forget_tau: bool = False):
    """DDIM(η) on every level of the case's table."""
    eps, table, rng = case.field("eps"), case.schedule.alphas_cumprod, tape.generator

    def sample(noise):
        x = noise
        for t in range(len(table) - 1, -1, -1):
            before = table[t - 1] if t else 1.0
            e = eps(x, t)
            data = (x - np.sqrt(1 - table[t]) * e) / np.sqrt(table[t])
            tau2 = eta**2 * (1 - before) / (1 - table[t]) * (1 - table[t] / before)
            direction = 1 - before - (0.0 if forget_tau else tau2)
            x = np.sqrt(before) * data + np.sqrt(direction) * e
            if tau2 > 0:
                x = x + np.sqrt(tau2) * rng().standard_normal(x.shape)
        return x

    return sample


def sigmas(steps: int) -> np.ndarray:
    """Noise levels from 80 to 0.02, uniform in log-SNR."""
    return np.geomspace(80.0, END.sigma, steps + 1)


def euler(case: oc.Case):
    """Euler in σ."""
    denoiser = case.field("D")

    def sample(noise, steps):
        x = 80.0 * noise
        for a, b in zip(sigmas(steps), sigmas(steps)[1:]):
            x = x + (b - a) * (x - denoiser(x, a)) / a
        return x

    return sample


def heun(case: oc.Case, *, stale_slope: bool = False, churn_by: str = "min"):
    """Heun in σ, with churn switched off."""
    denoiser, rng = case.field("D"), tape.generator

    def sample(noise, steps):
        x = 80.0 * noise
        for a, b in zip(sigmas(steps), sigmas(steps)[1:]):
            gamma = min(0.0, 2**0.5 - 1) if churn_by == "min" else max(0.0, 2**0.5 - 1)
            if gamma > 0:
                x = x + a * np.sqrt((1 + gamma) ** 2 - 1) * rng().standard_normal(x.shape)
                a = a * (1 + gamma)
            slope = (x - denoiser(x, a)) / a
            guess = x + (b - a) * slope
            second = slope if stale_slope else (guess - denoiser(guess, b)) / b
            x = x + (b - a) * (slope + second) / 2
        return x

    return sample


def multistep(case: oc.Case, kappa: float):
    """DPM-Solver++(3M) with α = 1; ``kappa`` multiplies the second difference, and 2 is right."""
    denoiser = case.field("D")

    def sample(noise, steps):
        x, past = 80.0 * noise, []
        levels = sigmas(steps)
        # A start of high order, by many small steps of the exact integrator of a frozen prediction, would hide nothing here.
        for a, b in zip(levels, levels[1:]):
            h, data = np.log(a / b), denoiser(x, a)
            past = [(np.log(1 / a), data), *past][:3]
            x_new = b / a * x - np.expm1(-h) * data
            if len(past) > 1:
                r0 = (past[0][0] - past[1][0]) / h
                d10 = (past[0][1] - past[1][1]) / r0
                first, second = d10, 0.0
                if len(past) > 2:
                    r1 = (past[1][0] - past[2][0]) / h
                    d11 = (past[1][1] - past[2][1]) / r1
                    first = d10 + r0 / (r0 + r1) * (d10 - d11)
                    second = kappa * (d10 - d11) / (r0 + r1)
                x_new = x_new + (1 + np.expm1(-h) / h) * first - (1 / h + np.expm1(-h) / h**2 - 0.5) * second
            x = x_new
        return x

    return sample
