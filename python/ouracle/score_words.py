"""What to say of a loss of score matching: the names of its scale, and the mistakes behind another minimiser."""

from __future__ import annotations

import numpy as np

from .score_losses import SQUARE, Fit

TITLES = {
    "ism": "implicit score matching (ISM)",
    "esm": "explicit score matching (ESM)",
    "ssm": "sliced score matching (SSM)",
    "ssm-vr": "sliced score matching with the square integrated (SSM-VR)",
    "sliced mixture": "sliced score matching with a control variate",
    "dsm": "denoising score matching (DSM)",
    "sliced-dsm": "denoising score matching along one direction (sliced DSM)",
    "fd-ssm": "sliced score matching by finite differences (FD-SSM)",
    "fd-ssm one-sided": "FD-SSM with a difference to one side",
    "fd-ssm-vr": "FD-SSM-VR, by finite differences of a score",
    "fd-dsm": "denoising score matching by finite differences (FD-DSM)",
}


def near(value: float, target: float, doubt: float) -> bool:
    """Whether a number that is known to this part of it may be the target."""
    return abs(value - target) <= doubt * abs(target)


def scale(fit: Fit, d: int) -> tuple[str | None, str]:
    """The name of the scale, in units of ``J`` with Hyvärinen's ½, if it has one, and if it is a size written into the code, the mistake."""
    value, doubt, candidate = fit.scale, fit.doubt, fit.candidate
    if candidate.loss == "fd-dsm":
        value *= 2
    sigma = float(candidate.sigma[0]) if np.ptp(candidate.sigma) == 0 and candidate.loss in (*SQUARE, "ssm", "ssm-vr", "ism", "fd-ssm-vr") else 1.0
    sigmas = [(0, "")] if sigma == 1.0 else [(0, ""), (2, "σ²"), (4, "σ⁴"), (1, "σ")]
    epsilon = candidate.epsilon
    steps = [(0, ""), (2, "ε²")] if epsilon is not None else [(0, "")]
    grown = {0: "", 1: "σ", 2: "σ²", 4: "σ⁴"}[fit.power]
    options = []
    for halves in (0, 1, -1):
        for over in (0, -1, 1):
            for power, noise in sigmas:
                for step, words in steps:
                    for many in ((0, 1) if candidate.particles > 1 else (0,)):
                        size = 2.0**halves * float(d) ** over * sigma**power * (epsilon or 1.0) ** step * float(candidate.particles) ** many
                        front = {0: "", 1: "2 ", -1: "½ "}[halves] + ("M " if many else "") + ("d " if over == 1 else "") + "".join(part + " " for part in (words, noise or grown) if part)
                        options.append((abs(halves) + abs(over) + bool(power) + bool(step) + many, size, front + "J" + ("/d" if over == -1 else "")))
    for _, size, name in sorted(options, key=lambda option: option[0]):
        if near(value, size, doubt):
            return name, ""
    # A number of dimensions that is not that of the data, for d or under it.
    for _, size, name in sorted(options, key=lambda option: option[0]):
        for count, words in ((value / size * d, "it multiplies by {}/d"), (size / value, "it divides by {}")):
            whole = round(count)
            if whole > 16 and near(count, whole, doubt) and doubt * whole < 1 / 64 and "/d" not in name and "d J" not in name:
                return None, f"{words.format(whole)}, a size written into the code; the data have d = {d} dimensions"
    return None, ""


def reason(fit: Fit, d: int) -> str:
    """Why the scale is what it is."""
    name, _ = scale(fit, d)
    law, loss = fit.candidate.law, fit.candidate.loss
    words: list[str] = []
    if name is None:
        return ""
    if name.startswith("2 "):
        words.append("twice the loss of score matching is its usual form for differences" if loss == "fd-dsm" else "the ½ of Hyvärinen is dropped throughout")
    if name.endswith("/d"):
        if loss.startswith("fd"):
            words.append("it divides by ε², as the paper does; the authors' code multiplies by d as well")
        elif law == "sphere":
            words.append("its projections have length 1, not √d (or it is a mean over dimensions)")
        else:
            words.append("it is a mean over dimensions")
    if "ε²" in name:
        words.append("it is not divided by ε²")
    if "σ" in name:
        words.append("it is weighted by a power of the noise")
    if "M " in name:
        words.append("it is a sum over its projections")
    return "; ".join(words)


def mistake(fit: Fit, d: int) -> str:
    """The mistake behind a minimiser that is not the score of the data."""
    factor, doubt, candidate = fit.minimiser, fit.doubt, fit.candidate
    first, second = fit.combined
    sigma = float(candidate.sigma[0])

    def like(target: float) -> bool:
        return bool(np.isfinite(factor)) and near(factor, target, doubt)

    if candidate.loss in SQUARE:
        if second == 0 or first == 0:
            return "one of the two terms of the difference is missing"
        known = [
            (-1.0, "the noise has the other sign: the target of the score is −(x̃ − x)/σ²" if candidate.loss != "esm" else "the score of the data has the other sign"),
            (0.5, "the factor 2 before vᵀ(x̃ − x)/σ² is missing" if candidate.loss == "fd-dsm" else "the target is half of what it should be"),
            (2.0, "the target is twice what it should be"),
            (sigma, "the noise is divided by σ, not by σ²"),
            (sigma**2, "the noise is not divided by σ²"),
            (-sigma, "the noise is divided by σ, not by σ², and has the other sign"),
            (1 / d, f"the noise is divided by d = {d} once too often"),
        ]
        return next((words for value, words in known if like(value)), "")
    if first == 0:
        return "the term of the trace is missing"
    if second == 0:
        return "the square is missing"
    if like(-1):
        if second < 0:
            return "the square is subtracted"
        return "the trace has the other sign (or the loss takes a log-density where it was given an energy, or the reverse)"
    if like(0.5):
        return "the square has the weight ¼ for ⅛" if candidate.loss.startswith("fd-ssm") and candidate.loss != "fd-ssm-vr" else "the ½ before the square is missing, but only there"
    if like(2):
        return "the square has half of its weight, or the trace twice"
    if like(1 / d):
        if candidate.loss in ("ssm-vr", "sliced mixture") and candidate.law == "sphere":
            return f"its projections lie on the unit sphere, not on the radius √d: the trace is divided by d = {d}, and the integrated square is not"
        return f"the factor d = {d} is missing in the term of the trace"
    if like(d):
        return f"the square is divided by d = {d}, and the trace is not"
    if like(1 / (2 * d)) or like(2 / d) or like(d / 2):
        return f"trace and square differ by a factor of d = {d} and one of 2"
    return ""
