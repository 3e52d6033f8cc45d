"""A stepwise scheduler against its own words: its levels, its forward process, its memory, its kinds of network, its precision."""

from __future__ import annotations

import inspect
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .. import frameworks, grades, tape
from ..findings import Finding, Findings, caller
from ..run import Sampler as Subject
from ..schedules import Level
from ..tape import TapeError
from .steps import rounding

Array = NDArray[np.float64]


def check_levels(sampler: Any, *, steps: int = 20, subject: str = "") -> Findings:
    """Whether the levels that a run goes through go one way, each step has a length, and no level is impossible.

    Returns:
        One finding, ``levels``.
    """
    about: dict[str, Any] = dict(check="check_levels", subject=subject or sampler.name, command=caller(), reference="closed form")
    tables = sampler.tables(steps)
    levels = [*(tables.at(call) for call in range(tables.calls)), tables.end]
    impossible = [k for k, level in enumerate(levels) if not (np.isfinite([*level.pair]).all() and level.alpha >= 0 and level.sigma >= 0)]
    if impossible:
        k = impossible[0]
        return Findings([Finding("levels", "wrong", got=[*levels[k].pair], cause=f"level {k} of {len(levels)} is no level", **about)])
    lambdas = np.array([level.half_log_snr for level in levels]) * (-1 if sampler.inverse else 1)
    back = [k for k in range(1, len(levels)) if lambdas[k] < lambdas[k - 1]]
    if back:
        k = back[0]
        because = f"the step from σ/α = {levels[k - 1].ratio:.4g} to {levels[k].ratio:.4g} goes the wrong way"
        return Findings([Finding("levels", "wrong", got=levels[k].ratio, because=because, **about)])
    if levels[-1] == levels[-2] and not sampler.inverse and tables.sigmas is None:
        because = f"it ends at the first entry of its table, σ = {levels[-1].sigma:.4g}, where its last time step already is: that step does nothing"
        return Findings([Finding("levels", "convention", got=levels[-1].ratio, because=because, **about)])
    if levels[-1] == levels[-2] and not sampler.inverse:
        because = f"the last level, σ/α = {levels[-1].ratio:.4g}, stands twice: the last step has length 0"
        samples = frameworks.to_numpy(sampler(np.zeros((2, sampler.case.dimension)), steps))
        if np.isfinite(samples).all():
            return Findings([Finding("levels", "convention", got=levels[-1].ratio, because=f"{because}; it costs a call and does nothing", **about)])
        cause = "the method divides by the length of the last step"
        because = f"{because}, and the samples are not finite"
        return Findings([Finding("levels", "wrong", got=levels[-1].ratio, because=because, cause=cause, **about)])
    because = f"{len(levels)} levels go one way, from σ/α = {_ratio(levels[0])} to {_ratio(levels[-1])}"
    return Findings([Finding("levels", "right", got=len(levels), because=because, **about)])


def _ratio(level: Level) -> str:
    return f"{level.ratio:.4g}" if level.alpha > 0 else "∞"


def check_shift(sampler: Any, *, steps: int = 1000, precision: str = "float32", subject: str = "") -> Findings:
    """Whether a run with as many steps as there are training levels goes through the levels that the scheduler was made with.

    Returns:
        One finding, ``training levels``.
    """
    about: dict[str, Any] = dict(check="check_shift", subject=subject or sampler.name, command=caller(), reference="closed form")
    fresh = sampler.scheduler(**sampler.config)
    made = getattr(fresh, "sigmas", None)
    if made is None or len(made) < steps:
        because = "it has no levels before its time steps are set, so there is nothing to compare with"
        return Findings([Finding("training levels", "unsupported", because=because, **about)])
    made = frameworks.to_numpy(made)
    wanted = made[:steps]
    tables = sampler.tables(steps)
    got = np.array([tables.at(call).sigma for call in range(tables.calls)])
    got = got[np.concatenate([[True], np.diff(got) != 0])]
    if len(got) != steps:
        because = f"a run of {steps} steps has {len(got)} levels"
        return Findings([Finding("training levels", "undecided", because=because, **about)])
    error = float(np.abs(got - wanted).max())
    # A level is a quotient of two numbers of its own size, and its numbering is rounded before.
    tolerance = 8 * frameworks.unit_roundoff(precision) * 4
    shift = float(getattr(fresh.config, "shift", 1.0))
    again = shift * wanted / (1 + (shift - 1) * wanted)
    cause = ""
    if error > tolerance and abs(again[-1] - got[-1]) <= tolerance:
        cause = (
            f"the shift {shift:g} is applied twice: the ends of the schedule are kept after the shift, and a run starts from them and shifts "
            f"again; the last level {got[-1]:.5g} is the shift of {wanted[-1]:.5g}"
        )
    verdict = "right" if error <= tolerance else "wrong"
    return Findings([
        Finding(
            "training levels",
            verdict,
            got=float(got[-1]),
            exact=float(wanted[-1]),
            error=error,
            tolerance=tolerance,
            because=f"the largest difference of {steps} levels, 8 u κ with u of {precision} and κ = 4; beside it the last level",
            cause=cause,
            **about,
        )
    ])


def check_forward(sampler: Any, *, steps: int = 20, precision: str = "float32", subject: str = "") -> Findings:
    """Whether the scheduler's own forward process gives the levels at which its steps find the states.

    Returns:
        One finding, ``forward``.
    """
    about: dict[str, Any] = dict(check="check_forward", subject=subject or sampler.name, command=caller(), reference="closed form")
    scheduler = sampler.make(steps)
    forward = getattr(scheduler, "add_noise", None) or getattr(scheduler, "scale_noise", None)
    if forward is None:
        return Findings([Finding("forward", "unsupported", because="it has neither `add_noise` nor `scale_noise`", **about)])
    tables = sampler.tables(steps)
    times = [float(np.ravel(frameworks.to_numpy(time))[0]) for time in scheduler.timesteps[: tables.calls]]
    # Methods of two stages ask twice at one time; their forward process means one of the two.
    calls = [k for k, time in enumerate(times) if times.count(time) == 1] or list(range(len(times)))
    one, zero = (frameworks.make(np.full((1, 1, 1, 1), value), "torch", "float64") for value in (1.0, 0.0))
    u = frameworks.unit_roundoff(precision)
    # Ratio, distance, call and what was found there.
    worst: tuple[float, float, int, tuple[float, float]] = (-1.0, 0.0, 0, (0.0, 0.0))
    # One takes (sample, noise, time), the other (sample, time, noise).
    noise_first = list(inspect.signature(forward).parameters)[1] == "noise"
    for call in calls:
        try:
            time = scheduler.timesteps[call : call + 1]
            pairs = ((one, zero), (zero, one))
            alpha, sigma = (float(forward(x, noise, time) if noise_first else forward(x, time, noise)) for x, noise in pairs)
        except Exception as error:  # noqa: BLE001 - a subject may raise anything
            return Findings([Finding("forward", "fault", because=f"{type(error).__name__}: {error}", **about)])
        level = tables.at(call)
        distance = max(abs(alpha - level.alpha), abs(sigma - level.sigma))
        unit = u * rounding([level], False)[0] * (1 if tables.sigmas is not None else 1 + 1 / max(level.sigma, 1e-6))
        if not distance / unit <= worst[0]:
            worst = (distance / unit, distance, call, (alpha, sigma))
    ratio, distance, call, pair = worst
    level = tables.at(call)
    cause = ""
    if ratio > 8 and abs(pair[0] * np.hypot(1, level.ratio) - level.alpha) + abs(pair[1] * np.hypot(1, level.ratio) - level.sigma) < distance / 10:
        cause = "it gives states of preserved variance, but its steps take states of exploding variance: the factor √(1 + σ²)"
    return Findings([
        Finding(
            "forward",
            grades.verdict(ratio),
            got={"alpha": pair[0], "sigma": pair[1]},
            exact={"alpha": level.alpha, "sigma": level.sigma},
            error=distance,
            tolerance=8 * distance / ratio if ratio > 0 else None,
            because=f"8 u κ with u of {precision}; the worst of {len(calls)} time steps is number {call}, {ratio:.3g} u κ",
            cause=cause,
            **about,
        )
    ])


def check_reset(sampler: Any, *, steps: int = 10, subject: str = "") -> Findings:
    """Whether a scheduler that is used again gives the same: ``set_timesteps`` must forget the run before.

    Returns:
        One finding, ``reset``.
    """
    about: dict[str, Any] = dict(check="check_reset", subject=subject or sampler.name, command=caller(), reference="recursion")
    noise = frameworks.make(np.ones((1, sampler.case.dimension, 1, 1)), "torch", "float64")
    scheduler, outputs = sampler.make(steps), []
    for _ in range(2):
        with tape.playing(tape.Silent()):
            outputs.append(frameworks.to_numpy(sampler.run(scheduler, noise)))
        scheduler.set_timesteps(steps)
    error = float(np.abs(outputs[0] - outputs[1]).max())
    because = "the same object twice, with `set_timesteps` between the runs; the same arithmetic gives the same bits"
    return Findings([Finding("reset", "right" if error == 0 else "wrong", error=error, tolerance=0.0, because=because, **about)])


def check_branches(samplers: Sequence[Any], *, steps: int = 20, precision: str = "float32", subject: str = "") -> Findings:
    """Whether a sampler gives the same whichever kind of network it is fed with, all being exact.

    Args:
        samplers: one for each kind, of the same case.

    Returns:
        A finding ``branch …`` for each kind after the first.
    """
    about: dict[str, Any] = dict(check="check_branches", subject=subject or samplers[0].scheduler.__name__, command=caller(), reference="recursion")
    runs: list[Any] = []
    for sampler in samplers:
        try:
            runs.append(Subject(sampler, sampler.case, **sampler.call).read(steps, precision=precision))
        except TapeError as unread:
            runs.append(unread)
    if isinstance(runs[0], TapeError):
        return Findings([Finding(f"branch {samplers[0].kind}", "fault", because=str(runs[0]), **about)])
    base = np.concatenate([runs[0].output.offset[:, None], *runs[0].output.blocks], axis=1)
    findings = []
    for sampler, run in zip(samplers[1:], runs[1:]):
        if isinstance(run, TapeError):
            findings.append(Finding(f"branch {sampler.kind}", "fault", because=str(run), **about))
            continue
        other = np.concatenate([run.output.offset[:, None], *run.output.blocks], axis=1)
        same = other.shape == base.shape
        error = float(np.abs(other - base).max()) if same else float("inf")
        size = max(float(np.abs(states).max()) for _, states in sampler.trace)
        # As many units as there are steps, on the largest state; the table's own error is common to all kinds.
        unit = frameworks.unit_roundoff(max(run.precision, runs[0].precision, key=frameworks.unit_roundoff)) * (len(sampler.trace)) * size
        ratio = error / unit
        cause = "" if ratio <= 8 else f"the branches of {samplers[0].kind} and {sampler.kind} decode differently, or one reads another level"
        findings.append(
            Finding(
                f"branch {sampler.kind}",
                grades.verdict(ratio),
                got=run.output.mean.tolist(),
                exact=runs[0].output.mean.tolist(),
                error=error,
                tolerance=8 * unit,
                because=f"8 u for each step on the largest state, {size:.3g}; the map from all noise, against that with {samplers[0].kind}",
                cause=cause,
                **about,
            )
        )
    return Findings(findings)


def check_double(sampler: Any, *, steps: int = 10, subject: str = "") -> Findings:
    """Whether a scheduler works in double precision, with double precision as the default of new arrays.

    Returns:
        One finding, ``float64``: a fault if it raises, wrong if it returns another precision.
    """
    import torch

    about: dict[str, Any] = dict(check="check_double", subject=subject or sampler.name, command=caller(), reference="closed form")
    before = torch.get_default_dtype()
    try:
        torch.set_default_dtype(torch.float64)
        with tape.playing(tape.Silent()):
            out = sampler(torch.ones((1, sampler.case.dimension, 1, 1), dtype=torch.float64), steps)
    except Exception as error:  # noqa: BLE001 - a subject may raise anything
        words = f"{type(error).__name__}: {error}".splitlines()[0]
        cause = "arrays that it makes itself have single precision, and meet others in double" if "dtype" in words or "scalar type" in words else ""
        return Findings([Finding("float64", "fault", because=words, cause=cause, **about)])
    finally:
        torch.set_default_dtype(before)
    kind = frameworks.precision(out)
    finite = bool(torch.isfinite(out).all())
    verdict = "right" if kind == "float64" and finite else "wrong"
    return Findings([Finding("float64", verdict, got=kind, exact="float64", because="" if finite else "the samples are not finite", **about)])
