"""A sampler against three references: its own recursion, the exact flow of its own start, and the law of the data."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .. import grades, monte_carlo
from ..case import Case
from ..causes import distance
from ..findings import Finding, Findings, caller
from ..frameworks import to_numpy
from ..laws import Gaussian, Mixture
from ..recursion import Recursion, between
from ..run import Run, Sampler, SubjectError
from ..schedules import DATA, Level
from ..session import check
from ..tape import TapeError
from .order import decide, faulty, read_all
from .quantiles import check_quantiles

Array = NDArray[np.float64]


@check
def check_sampler(
    sampler: Callable[..., Any],
    case: Case,
    *,
    steps: Sequence[int] | int | None = (20, 40, 80, 160),
    order: int | None = None,
    recursion: Recursion | str | None = None,
    levels: Callable[[int], Sequence[Level]] | None = None,
    deterministic: bool | None = None,
    end: Level = DATA,
    framework: str | None = None,
    dtype: str = "float64",
    precision: str | None = None,
    shape: tuple[int, ...] | None = None,
    subject: str = "",
    false_alarm: float = 1e-6,
    samples: int = 20_000,
    seed: int = 0,
) -> Findings:
    """What a sampler returns, exactly, and whether it should.

    On Gaussian data a noise tape reads the sampler's map. On a mixture a deterministic sampler is compared with the monotone map
    of quantiles. Where no tape reaches, samples are compared with the law, at a stated rate of false alarms.

    Args:
        sampler: ``sampler(noise, steps)``, or ``sampler(noise)`` for one fixed number of steps; its network is a field of ``case``.
        case: a law under the schedule by whose clock the sampler asks its network.
        steps: numbers of steps; from three on, convergence is decided.
        order: the nominal order; without it, that the sampler converges at all is decided.
        recursion: the sampler that it should be, compared entry by entry at every number of steps.
        levels: the levels that the recursion goes through for a number of steps, noisy to clean; without it, the levels at which the
            network was asked, and ``end``.
        deterministic: whether the sampler should draw noise that counts.
        end: the level at which the samples are.
        framework, dtype, shape: of the noise that the sampler takes; the framework is that of the case's field if it was made for one.
        precision: in which the subject keeps its coefficients, if that is less than its states have: ``float32`` tables in double states.
        subject: a name for the report.
        false_alarm: the rate for the whole call, where chance is involved.
        samples: how many samples are drawn where no tape reaches.
        seed: of everything random.

    Returns:
        Findings ``draws``, ``recursion``, ``convergence`` or ``order``, as far as they were asked for; ``run`` if the subject raised.

    Raises:
        ValueError: if steps, recursion or levels do not fit together.
    """
    given = Sampler(sampler, case, framework=framework, dtype=dtype, shape=shape)
    ladder: list[int | None] = [None] if steps is None else [steps] if isinstance(steps, int) else list(steps)
    if not given.takes_steps:
        if order is not None:
            raise ValueError("an order needs a sampler(noise, steps); this one takes the noise alone")
        ladder = [None]
    about: dict[str, Any] = dict(check="check_sampler", subject=subject or given.name, case=repr(case), command=caller())
    if isinstance(case.law, Mixture):
        return check_quantiles(given, ladder, order, end, about)
    try:
        runs, fault = read_all(given, ladder, about, seed=seed, precision=precision)
    except TapeError as error:
        return Findings([_by_samples(given, ladder, end, str(error), (false_alarm, samples, seed), about)])
    findings = [fault] if fault is not None else []
    ladder = ladder[: len(runs)]
    if not runs:
        return Findings(findings)
    if deterministic is not None:
        findings.append(_draws(runs, deterministic, about))
    if recursion is not None:
        named = Recursion(recursion) if isinstance(recursion, str) else recursion
        findings.append(_recursion(runs, ladder, named, levels, end, about))
    numbers = [n for n in ladder if n is not None]
    if len(numbers) >= 3:
        finding = decide(runs, case, order or 1, numbers, end, about | {"reference": "law"})
        named_finding = finding if order is not None else _convergence(finding)
        findings.append(_with_laws(named_finding, runs[-1], case, end))
    elif order is not None and fault is None:
        raise ValueError(f"an order needs at least three numbers of steps, and there are {len(numbers)}")
    if not findings:
        findings.append(_one_run(runs[-1], case, end, about))
    return Findings(findings)


def _draws(runs: Sequence[Run], deterministic: bool, about: dict[str, Any]) -> Finding:
    """Whether noise counts that should not, or the reverse."""
    counted = [int(np.sum([np.any(block) for block in run.output.blocks[1:]])) for run in runs]
    drawn = [run.output.draws for run in runs]
    noisy = any(np.any(run.later_noise) for run in runs)
    verdict = "right" if noisy != deterministic else "wrong"
    what = "draws noise that counts after its start" if noisy else "is a deterministic function of its start"
    cause = "noise is added at every step although it is switched off (max for min in a churn factor looks like this)" if verdict == "wrong" and noisy else ""
    because = f"the sampler {what}; it drew {drawn} times, {counted} of which count"
    return Finding("draws", verdict, got=drawn, because=because, cause=cause, reference="recursion", **about)


def _recursion(
    runs: Sequence[Run], ladder: Sequence[int | None], recursion: Recursion, levels: Callable[[int], Sequence[Level]] | None, end: Level, about: dict[str, Any]
) -> Finding:
    """The worst agreement of the runs with the recursion."""
    about = about | {"reference": "recursion"}
    worst: tuple[float, Finding] | None = None
    for run, n in zip(runs, ladder):
        observed = run.from_start()
        if observed is None:
            because = "the network was not asked, or its first state cannot be read off the noise"
            return Finding("recursion", "undecided", because=because, **about)
        visited = list(levels(n)) if levels is not None and n is not None else _nodes(run, recursion, end)
        if not visited:
            because = f"the network was asked at {len(run.levels)} levels, which are no whole steps of `{recursion.name}`; say by `levels` where it steps"
            return Finding("recursion", "undecided", because=because, **about)
        exact = recursion.law(run.case, between(visited))
        ratio, error, tolerance = exact.excess(observed, run.precision)
        verdict = grades.verdict(ratio)
        if not np.isfinite(tolerance):
            because = f"interval arithmetic does not bound what rounding does to `{recursion.name}` on these levels; end at a positive noise level"
            return Finding("recursion", "undecided", error=error, because=because, **about)
        start = run.case.moments(visited[0])
        mean, covariance = observed.apply(*start)
        exact_mean, exact_covariance = exact.apply(*start)
        finding = Finding(
            "recursion",
            verdict,
            got={"mean": mean.tolist(), "covariance": covariance.tolist()},
            exact={"mean": exact_mean.tolist(), "covariance": exact_covariance.tolist()},
            error=error,
            tolerance=tolerance,
            because=f"8 u κ with u of {run.precision} and κ of the recursion `{recursion.name}`, by interval arithmetic; the error is {ratio:.3g} u κ",
            details={"steps": n, "ratio": ratio, "precision": run.precision, "draws": run.output.draws},
            **about,
        )
        if worst is None or not ratio <= worst[0]:
            worst = (ratio, finding)
    assert worst is not None
    return worst[1]


#: How many different levels a step asks about, of samplers that ask between the levels of their steps.
STAGES = {"midpoint": 2, "dpm-solver-2": 2, "dpm-solver++2s": 2, "dpm-solver-3": 3, "dpm-solver++3s": 3}


def _nodes(run: Run, recursion: Recursion, end: Level) -> list[Level]:
    """The levels of the steps among those at which the network was asked; none if they do not fit."""
    asked, stages = [level for level in run.levels if level != end], STAGES.get(recursion.name, 1)
    return [*asked[::stages], end] if len(asked) % stages == 0 else []


def _convergence(finding: Finding) -> Finding:
    """The same evidence as the answer to whether the sampler converges at all."""
    return replace(finding, quantity="convergence", exact="at least 1")


def _with_laws(finding: Finding, run: Run, case: Case, end: Level) -> Finding:
    """With how far the finest run, from its own start, is from the law of the data and from where its start should have come."""
    law = (run.output.mean, run.output.covariance)
    finding.details["distance to the law of the data"] = distance(law, case.moments(end))
    own = run.law_of_own_start(end)
    if own is not None:
        finding.details["distance to the exact end of its own start"] = distance(law, own)
    finding.details["mean"], finding.details["covariance"] = law[0].tolist(), law[1].tolist()
    return finding


def _one_run(run: Run, case: Case, end: Level, about: dict[str, Any]) -> Finding:
    """One number of steps decides nothing by itself: the law it gives, beside the exact one."""
    mean, covariance = case.moments(end)
    law = (run.output.mean, run.output.covariance)
    return _with_laws(
        Finding(
            "law",
            "undecided",
            got={"mean": law[0].tolist(), "covariance": law[1].tolist()},
            exact={"mean": mean.tolist(), "covariance": covariance.tolist()},
            error=distance(law, (mean, covariance)),
            because="one number of steps cannot tell discretisation from a mistake; give three or more, or the recursion that it should be",
            reference="law",
            **about,
        ),
        run,
        case,
        end,
    )


def _by_samples(
    sampler: Sampler, ladder: Sequence[int | None], end: Level, why: str, plan: tuple[float, int, int], about: dict[str, Any]
) -> Finding:
    mean, covariance = sampler.case.moments(end)
    return by_samples(sampler, sampler.shape, ladder, Gaussian(mean, covariance), why, plan, about)


def by_samples(
    draw: Callable[[Array, int | None], Any],
    shape: tuple[int, ...],
    ladder: Sequence[int | None],
    law: Gaussian,
    why: str,
    plan: tuple[float, int, int],
    about: dict[str, Any],
    quantity: str = "law",
) -> Finding:
    """The verdict by samples: only a distance that neither chance nor the number of steps explains is wrong.

    ``draw(noise, steps)`` gives samples ``(n, d)`` from noise ``(n, *shape)``; ``plan`` holds the rate of false alarms, the number of
    samples and the seed; ``why`` no tape could read them.
    """
    false_alarm, samples, seed = plan
    rng = np.random.default_rng(seed)
    distances = []
    for n in ladder:
        try:
            out = draw(rng.standard_normal((samples, *shape)), n)
        except SubjectError as error:
            return faulty(error, n, about)
        try:
            distances.append(monte_carlo.distance(to_numpy(out).reshape(samples, -1), law, false_alarm / len(ladder)))
        except ValueError as error:
            return Finding(quantity, "fault", because=f"{error} ({why})", reference="law", **about)
    last, first = distances[-1], distances[0]
    if last.least == 0:
        verdict, because = "consistent", "chance explains the distance"
    elif len(distances) > 1 and last.least > first.most:
        verdict, because = "wrong", "the distance grows with the number of steps"
    else:
        verdict, because = "undecided", "chance does not explain the distance, but too few steps may"
    return Finding(
        quantity,
        verdict,
        error=last.value,
        tolerance=last.resolution,
        because=f"{because}; distance of distribution functions at {samples} samples with false alarms at {false_alarm:g}, seed {seed}. No tape: {why}",
        reference="law",
        details={"steps": list(ladder), "errors": [d.value for d in distances], "resolution": last.resolution},
        **about,
    )
