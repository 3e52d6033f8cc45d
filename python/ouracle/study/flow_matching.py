"""flow_matching: schedulers and their derivatives, conversions, schedule changes, solvers, and the likelihood."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import numpy as np

from .. import Case, Finding, Findings, check_field_conversions, check_likelihood, check_sampler, check_schedule, grades
from ..adapters import flow_matching as adapter
from ..frameworks import double_by_default, to_numpy, unit_roundoff
from ..laws import Gaussian, Law
from ..schedules import FlowMatching
from . import Question, cases

PACKAGE = "flow-matching"
MODULE = "flow_matching"

#: Away from the ends, where some rates are infinite and a field without noise cannot be asked.
SPAN = (0.02, 0.98)
LADDER = (20, 40, 80, 160)

#: Independent entries.
DIAGONAL = Gaussian([0.7, -0.4, 0.3], [1.0, 0.8, 0.3])


def scheduler(name: str) -> adapter.Schedule:
    """A scheduler of the package by its class; the polynomial one of degree two."""
    kind = adapter.path_schedulers()[name]
    return adapter.Schedule(kind(2) if name.startswith("Polynomial") else kind())


def schedule(name: str) -> Callable[[], Findings]:
    """Levels and stated derivatives."""
    return lambda: check_schedule(scheduler(name), subject=name)


def inverse(name: str) -> Callable[[], Findings]:
    """`snr_inverse(α/σ)` against the time itself."""

    def run() -> Findings:
        import torch

        mine = scheduler(name)
        times = np.linspace(0.01, 0.99, 99)
        alpha, sigma, alpha_rate, sigma_rate = mine.rows(times).T
        got = to_numpy(mine.native.snr_inverse(torch.as_tensor(alpha / sigma)))
        # Rounding moves ln(α/σ) by a few u, and by u/σ² where σ comes from a difference; the time moves by that over its rate.
        kappa = np.abs(times) + (2 + 1 / sigma**2) / np.abs(alpha_rate / alpha - sigma_rate / sigma)
        ratios = np.abs(got - times) / (unit_roundoff("float64") * kappa)
        worst = int(np.argmax(ratios))
        verdict = grades.verdict(ratios[worst])
        because = f"8 u κ with κ = t + (2 + 1/σ²)/|d ln(α/σ)/dt|; the error is {ratios[worst]:.3g} u κ at t = {times[worst]:.3g}"
        tolerance = float(8 * unit_roundoff("float64") * kappa[worst])
        about: dict[str, Any] = dict(check="check_schedule", subject=f"{name}.snr_inverse", reference="closed form")
        return Findings([Finding("inverse", verdict, got[worst], times[worst], float(abs(got - times)[worst]), tolerance, because, **about)])

    return run


def conversions(name: str) -> Callable[[], Findings]:
    """The six conversions of an affine path."""

    def run() -> Findings:
        import torch
        from flow_matching.path import AffineProbPath

        mine = scheduler(name)

        def branch(call: Callable[..., Any]) -> Callable[..., Any]:
            def convert(z: Any, value: Any, t: Any) -> Any:
                time = torch.as_tensor(t, dtype=torch.float64)
                return call(value, z, time.reshape(-1, *[1] * (z.ndim - 1)) if time.ndim else time)

            return convert

        found = {kinds: branch(call) for kinds, call in adapter.conversions(AffineProbPath(mine.native)).items()}
        times = tuple(float(t) for t in np.linspace(0.1, 0.9, 9))
        return check_field_conversions(found, Case(cases.GAUSSIAN, mine), times=times, framework="torch", subject=f"AffineProbPath({name})")

    return run


def transformed(old: str, new: str) -> Callable[[], Findings]:
    """A velocity on one schedule, driven on another by `ScheduleTransformedModel`: it must end at the law of the data."""

    def run() -> Findings:
        import torch
        from flow_matching.path.scheduler import ScheduleTransformedModel
        from flow_matching.solver import ODESolver

        asked, driven = scheduler(old), scheduler(new)
        case = Case(cases.GAUSSIAN, asked)
        model = ScheduleTransformedModel(adapter.velocity(case), asked.native, driven.native)
        first = driven.level(SPAN[0])

        def run_on(noise: Any, steps: int) -> Any:
            grid = torch.linspace(*SPAN, steps + 1, dtype=torch.float64)
            start = noise * (first.alpha**2 + first.sigma**2) ** 0.5
            return ODESolver(model).sample(x_init=start, step_size=None, method="midpoint", time_grid=grid)

        return check_sampler(
            run_on, case, steps=LADDER, order=2, deterministic=True, end=driven.level(SPAN[1]), framework="torch", subject=f"{old} on {new}"
        )

    return run


def solver(name: str, method: str, order: int, law: Law = cases.GAUSSIAN) -> Callable[[], Findings]:
    """A solver with a fixed number of steps."""

    def run() -> Findings:
        case = Case(law, scheduler(name))
        sampler = adapter.ode(case, method=method, span=SPAN)
        return check_sampler(
            sampler, case, steps=LADDER, order=order, deterministic=True, end=adapter.end(case, SPAN[1]), framework="torch", subject=f"{method}, {name}"
        )

    return run


def adaptive() -> Findings:
    """The adaptive solver on the mixture: its error falls with its tolerance."""
    case = Case(cases.MIXTURE, FlowMatching())

    def sampler(noise: Any, inverse_tolerance: int) -> Any:
        tolerance = 1 / inverse_tolerance
        return adapter.ode(case, method="dopri5", span=SPAN, atol=tolerance, rtol=tolerance)(noise * 1.0, 1)

    return check_sampler(sampler, case, steps=(10**3, 10**5, 10**7, 10**9), end=adapter.end(case, SPAN[1]), framework="torch", subject="dopri5")


def likelihood(law: Law, exact: bool, double: bool = True) -> Callable[[], Findings]:
    """`compute_likelihood` with the divergence exactly, or by one Rademacher probe, which is exact where the flow's derivative is diagonal."""

    def run() -> Findings:
        case = Case(law, FlowMatching())

        def log_prob(x: Any, tolerance: float) -> Any:
            ask = adapter.log_likelihood(case, tolerance=tolerance, exact_divergence=exact)
            if not double:
                return ask(x)
            with double_by_default():
                return ask(x)

        return check_likelihood(log_prob, case, refinements=(1e-5, 1e-7, 1e-9), framework="torch", subject="compute_likelihood")

    return run


def questions() -> Iterable[Question]:
    """All questions to the package."""
    import torch

    torch.set_num_threads(1)
    names = list(adapter.path_schedulers())
    for name in names:
        yield Question(f"schedule/{name}", "schedule", name, schedule(name))
        yield Question(f"inverse/{name}", "schedule", f"{name}.snr_inverse", inverse(name))
        yield Question(f"conversions/{name}", "field conversions", f"AffineProbPath({name})", conversions(name))
    for old, new in zip(names, [*names[1:], names[0]]):
        yield Question(f"transformed/{old}/{new}", "sampler", f"ScheduleTransformedModel, {old} on {new}", transformed(old, new))
    for method, order in (("euler", 1), ("midpoint", 2), ("heun3", 3), ("rk4", 4)):
        yield Question(f"solver/{method}", "sampler", f"ODESolver, {method}", solver("CondOTScheduler", method, order))
        yield Question(f"mixture/{method}", "quantile map", f"ODESolver, {method}", solver("CondOTScheduler", method, 1, cases.MIXTURE))
    yield Question("mixture/dopri5", "quantile map", "ODESolver, dopri5", adaptive)
    for label, law in (("gaussian", cases.GAUSSIAN), ("mixture", cases.MIXTURE)):
        yield Question(f"likelihood/{label}", "likelihood", f"compute_likelihood, {label}", likelihood(law, True, double=False))
    yield Question("likelihood/hutchinson", "likelihood", "compute_likelihood, Hutchinson", likelihood(DIAGONAL, False))
    yield Question(
        "likelihood/hutchinson/float64", "likelihood", "compute_likelihood, Hutchinson, float64", likelihood(DIAGONAL, False, double=False),
        twin=likelihood(DIAGONAL, False), change="`torch.set_default_dtype(torch.float64)`: the probe then has the precision of the states",
        reproduction="hutchinson_fails_in_double.py",
    )  # fmt: skip
