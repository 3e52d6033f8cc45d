"""torchcfm: paths and velocities read exactly, what a network learns from the draws, and the pairings of batches."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any

import numpy as np

from .. import Case, Finding, Findings, check_regression, check_schedule
from ..adapters import torchcfm as adapter
from ..frameworks import to_numpy, unit_roundoff
from . import Question, cases

PACKAGE = "torchcfm"
MODULE = "torchcfm"

#: Widths of the paths: large enough to be seen, small enough not to hide the rest.
SIGMAS = (0.1, 0.5)
TIMES = (0.1, 0.5, 0.9)


def pairs(matcher: Any) -> bool:
    """Whether the matcher pairs its batches, so that source and data are not independent."""
    return hasattr(matcher, "ot_sampler")


def path(kind: type, sigma: float) -> Callable[[], Findings]:
    """Whether location and velocity fit together, and the ends are source and data.

    The package guards a division by `+ 1e-8`, which is within what single precision rounds, so there the rates are judged in it.
    """

    def run() -> Findings:
        matcher = kind(sigma=sigma)
        name = f"{kind.__name__}(sigma={sigma})"
        about: dict[str, Any] = dict(check="check_schedule", subject=name, reference="closed form")
        found = []
        for time in (0.0, 0.3, 0.7, 1.0):
            read = adapter.read(matcher, time)
            if not read.residual <= read.allowance:
                because = f"at t = {time} location or velocity is not linear in source, data and noise with one coefficient for all entries"
                return Findings([Finding("path", "undecided", error=read.residual, tolerance=read.allowance, because=because, **about)])
        start, end = adapter.read(matcher, 0.0), adapter.read(matcher, 1.0)
        error = max(abs(start.location[1]), abs(end.location[1] - 1), abs(end.location[0]))
        tolerance = 8 * unit_roundoff("float64")
        because = "no data in the location at t = 0, no source and the whole data at t = 1; 8 u"
        found.append(Finding("ends", "right" if error <= tolerance else "wrong", None, None, float(error), tolerance, because, **about))
        # Between the ends: a bridge has no noise there, and infinite rates.
        rates = check_schedule(adapter.Schedule(matcher), times=(0.97, 0.03), subject=name)
        return Findings([*found, *map(in_single_precision, rates)])

    return run


def in_single_precision(finding: Finding) -> Finding:
    """A rate that is off by less than single precision rounds is right in the precision in which networks are trained."""
    if finding.verdict != "wrong" or not finding.quantity.startswith("rate") or finding.error is None or finding.tolerance is None:
        return finding
    allowed = finding.tolerance + 8 * unit_roundoff("float32") * abs(float(finding.exact))
    if finding.error > allowed:
        return finding
    because = f"8 u κ in single precision; beyond double precision, as a guard `+ 1e-8` in a denominator is. {finding.because}"
    return replace(finding, verdict="right", tolerance=allowed, because=because)


def regression(kind: type, sigma: float, time: float) -> Callable[[], Findings]:
    """What a network learns at a time from independent pairs."""

    def run() -> Findings:
        matcher = kind(sigma=sigma)
        case = Case(cases.GAUSSIAN, adapter.Schedule(matcher))

        def draw(n: int, seed: int) -> tuple[Any, Any]:
            rng = np.random.default_rng(seed)
            return adapter.draws(matcher, lambda size: rng.standard_normal((size, 3)), lambda size: cases.GAUSSIAN.sample(size, rng), time, 1, n, seed)

        return check_regression(draw, case, time, subject=f"{kind.__name__}(sigma={sigma}) at t = {time}")

    return run


def monotone(kind: type) -> Callable[[], Findings]:
    """On the line optimal transport pairs equal ranks, whatever the batches are."""

    def run() -> Findings:
        import torch

        rng = np.random.default_rng(0)
        source, data = rng.standard_normal(64), cases.MIXTURE.sample(64, rng)[:, 0]
        kept = np.random.get_state()
        np.random.seed(0)
        try:
            left, right = kind(sigma=0.5).ot_sampler.sample_plan(torch.as_tensor(source)[:, None], torch.as_tensor(data)[:, None])
        finally:
            np.random.set_state(kept)
        ranks = [np.searchsorted(np.sort(all_), to_numpy(some)[:, 0]) for all_, some in ((source, left), (data, right))]
        wrong = int((ranks[0] != ranks[1]).sum())
        because = f"{wrong} of {len(ranks[0])} pairs have unequal ranks; optimal transport on the line has none"
        about: dict[str, Any] = dict(check="check_regression", subject=f"{kind.__name__}.ot_sampler", reference="closed form")
        return Findings([Finding("pairing", "wrong" if wrong else "right", wrong, 0, because=because, **about)])

    return run


def bridge(kind: type, sigma: float) -> Callable[[], Findings]:
    """The entropic plan of a Schrödinger bridge of width σ: `ln P_ij + |x_i − y_j|²/2σ²` is a sum `f_i + g_j`, and the marginals are uniform."""

    def run() -> Findings:
        import torch

        rng = np.random.default_rng(0)
        source, data = rng.standard_normal((24, 3)), cases.GAUSSIAN.sample(24, rng)
        matcher = kind(sigma=sigma, ot_method="sinkhorn")
        plan = np.asarray(matcher.ot_sampler.get_map(torch.as_tensor(source), torch.as_tensor(data)))
        costs = ((source[:, None] - data[None]) ** 2).sum(-1) / (2 * sigma**2)
        logs = np.log(plan) + costs
        interaction = logs - logs.mean(0) - logs.mean(1)[:, None] + logs.mean()
        error = float(np.abs(interaction).max())
        # Exponents of this size, and as many roundings as the sums of the means have.
        tolerance = 8 * unit_roundoff("float64") * float(np.abs(costs).max() + np.abs(np.log(plan)).max()) * len(plan) ** 0.5
        about: dict[str, Any] = dict(check="check_regression", subject=f"{kind.__name__}(sigma={sigma}), sinkhorn", reference="closed form")
        because = "8 u κ with κ the largest exponent times the root of the batch; another regularisation than 2σ² would leave an interaction"
        verdict = "right" if error <= tolerance else "wrong"
        return Findings([Finding("entropic plan", verdict, None, None, error, tolerance, because, **about)])

    return run


def weight(kind: type, sigma: float) -> Callable[[], Findings]:
    """`λ(t) = 2σ_t/σ²`, the weight of the score loss."""

    def run() -> Findings:
        import torch

        matcher = kind(sigma=sigma)
        t = torch.linspace(0.05, 0.95, 19, dtype=torch.float64)
        got = to_numpy(torch.as_tensor(matcher.compute_lambda(t)))
        exact = 2 * sigma * np.sqrt(to_numpy(t) * (1 - to_numpy(t))) / sigma**2
        error, u = float(np.abs(got - exact).max()), unit_roundoff("float32")
        tolerance = float(8 * u * exact.max())
        because = "8 u κ in single precision, with κ = λ; the package adds 1e-8 to σ², which is less than that for σ ≥ 0.15"
        about: dict[str, Any] = dict(check="check_loss", subject=f"{kind.__name__}(sigma={sigma}).compute_lambda", reference="closed form")
        return Findings([Finding("weight", "right" if error <= tolerance else "wrong", None, None, error, tolerance, because, **about)])

    return run


def questions() -> Iterable[Question]:
    """All questions to the package."""
    import torch

    torch.set_num_threads(1)
    for name, kind in adapter.matchers().items():
        for sigma in SIGMAS:
            yield Question(f"path/{name}/{sigma}", "schedule", f"{name}(sigma={sigma})", path(kind, sigma))
            if not pairs(kind(sigma=sigma)):
                for time in TIMES:
                    subject = f"{name}(sigma={sigma}) at t = {time}"
                    yield Question(f"regression/{name}/{sigma}/{time}", "regression", subject, regression(kind, sigma, time))
        if pairs(kind(sigma=0.5)):
            yield Question(f"pairing/{name}", "regression", f"{name}.ot_sampler", monotone(kind))
        if "ot_method" in kind.__init__.__code__.co_varnames:  # type: ignore[misc]
            yield Question(f"bridge/{name}", "regression", f"{name}, sinkhorn", bridge(kind, 0.7))
            yield Question(f"weight/{name}", "loss", f"{name}.compute_lambda", weight(kind, 1.0))
