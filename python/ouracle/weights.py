"""Weights over noise levels that training losses carry, right ones and known mistakes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Weight:
    """A weight ``w`` at some levels, with its name; a mistake says what is wrong."""

    name: str
    values: Array
    mistake: str = ""


def min_snr(kind: str, snr: Array, gamma: float) -> Array:
    """``min(SNR, γ)`` on the squared error of the data, as a weight on that of another prediction."""
    return np.minimum(snr, gamma) / {"eps": snr, "v": snr + 1}.get(kind, np.ones_like(snr))


def known(kind: str, rows: Array, gamma: float, sigma_data: float) -> list[Weight]:
    """Weights on the squared error of a prediction of this kind, at levels ``(α, σ, α′, σ′)``; the uniform one first."""
    alpha, sigma, alpha_rate, sigma_rate = rows.T
    snr, ratio = (alpha / sigma) ** 2, sigma / alpha
    with np.errstate(invalid="ignore"):
        noise = 2 * sigma * np.abs(sigma_rate - alpha_rate / alpha * sigma)
    clamp, divisor = "clamp(min=γ) for clamp(max=γ): it is a max-SNR weight", {"eps": snr, "v": snr + 1}.get(kind, np.ones_like(snr))
    found = [
        Weight("uniform", np.ones_like(snr)),
        Weight("min-snr", min_snr(kind, snr, gamma)),
        Weight("snr", snr),
        Weight("truncated-snr", np.maximum(snr, 1)),
        Weight("σ²", sigma**2),
        Weight("1/σ²", 1 / sigma**2),
        Weight("σ²/α²", 1 / snr),
        Weight("α²", alpha**2),
        Weight("1/α²", 1 / alpha**2),
        Weight("σ⁴", sigma**4),
        Weight("1 + SNR", 1 + snr),
        Weight("g²", noise),
        Weight("g²/σ²", noise / sigma**2),
        Weight("edm", (ratio**2 + sigma_data**2) / (ratio * sigma_data) ** 2),
        Weight("max-snr", np.maximum(snr, gamma) / divisor, clamp),
        Weight("min(snr + 1, γ)/(snr + 1)", np.minimum(snr + 1, gamma) / (snr + 1), "min(snr + 1, γ) for min(snr, γ)"),
        Weight("min-snr of noise", min_snr("eps", snr, gamma), "the min-SNR weight of noise prediction on another prediction"),
        Weight("min-snr of v", min_snr("v", snr, gamma), "the min-SNR weight of v-prediction on another prediction"),
        Weight("min-snr of data", min_snr("x0", snr, gamma), "the min-SNR weight of data prediction on another prediction"),
        Weight("σ", sigma, "σ for σ²: a standard deviation for a variance"),
    ]
    return [weight for weight in found if np.isfinite(weight.values).all()]
