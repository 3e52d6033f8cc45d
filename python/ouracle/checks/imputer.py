"""Imputers: the law of the unknown entries given the known ones, against the exact conditional law."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .. import frameworks, orders
from ..case import Case
from ..causes import distance
from ..findings import Finding, Findings, caller
from ..recursion import Recursion, between
from ..run import Run, Sampler, SubjectError
from ..schedules import DATA, Level
from ..session import check
from ..tape import TapeError
from .sampler import by_samples

Array = NDArray[np.float64]

LIMIT = (
    "replacement: an unconditional network, and the known entries overwritten with their noised values at every step. It does not tend to "
    "the conditional law however many steps there are; a known limit of the method and no slip"
)


@check
def check_imputer(
    impute: Callable[..., Any],
    case: Case,
    observed: ArrayLike,
    mask: ArrayLike,
    *,
    network: Case | None = None,
    steps: Sequence[int] = (20, 40, 80, 160),
    framework: str | None = None,
    dtype: str = "float64",
    subject: str = "",
    false_alarm: float = 1e-6,
    samples: int = 20_000,
    seed: int = 0,
) -> Findings:
    """Whether an imputer draws the unknown entries from their exact conditional law, and leaves the known ones alone.

    Args:
        impute: ``impute(noise, observed, mask)`` or ``impute(noise, observed, mask, steps)``, which gives whole samples
            ``(batch, d)``. Code that draws its noise itself is adapted by :func:`ouracle.adapters.imputer.drawing`.
        case: Gaussian data.
        observed: the values, ``(d,)``; the unknown ones are not shown to the imputer.
        mask: 1 where known, 0 where not.
        network: the case whose field is the imputer's network: ``case`` itself by default, or, of a conditional network,
            ``case.given(mask, observed)``, whose states are the unknown entries alone.
        steps: numbers of steps, growing, of an imputer that takes them.
        framework, dtype: of the arrays it takes.
        subject: a name for the report.
        false_alarm: the rate for the whole call, where no tape reaches and samples are compared with the law.
        samples: how many samples are drawn then.
        seed: of the probes.

    Returns:
        Findings ``known`` and ``conditional law``.

    Raises:
        ValueError: if mask or values do not fit the case.
    """
    values, known = _inputs(case, observed, mask)
    about: dict[str, Any] = dict(check="check_imputer", subject=subject or getattr(impute, "__qualname__", ""), case=repr(case), command=caller())
    conditional = case.given(known, values)
    shown = np.where(known, values, 0.0)
    takes_steps = _arguments(impute) > 3

    def sampler(noise: Any, count: int | None = None) -> Any:
        rows = [frameworks.like(np.broadcast_to(a, tuple(noise.shape)).copy(), noise) for a in (shown, known.astype(np.float64))]
        return impute(noise, *rows) if count is None else impute(noise, *rows, count)

    ladder: list[int | None] = list(steps) if takes_steps else [None]
    asked = network or case
    given = _Asked(sampler, asked, framework=framework, dtype=dtype, shape=(case.dimension,))
    try:
        runs = [given.read(n, seed) for n in ladder]
    except TapeError as error:
        return _by_samples(given, ladder, conditional, values, known, str(error), (false_alarm, samples, seed), about)
    except Exception as error:  # noqa: BLE001 - a subject may raise anything
        return Findings([Finding("conditional law", "fault", because=f"the imputer raised {type(error).__name__}: {error}", **about)])
    sizes = {len(run.output.mean) for run in runs}
    if sizes != {case.dimension}:
        because = f"samples have {' or '.join(map(str, sorted(sizes)))} entries, and the case has {case.dimension} dimensions; return whole samples, the known entries with them"
        return Findings([Finding("conditional law", "fault", because=because, **about)])
    return Findings([_known(runs[-1], values, known, about), _law(runs, ladder, case, conditional, values, known, about)])


def _by_samples(
    given: Sampler, ladder: Sequence[int | None], conditional: Case, values: Array, known: NDArray[np.bool_], why: str, plan: tuple[float, int, int], about: dict[str, Any]
) -> Findings:
    """Both findings where no tape reaches: what is known from every sample, what is not from their distribution."""
    kept: list[Array] = []

    def draw(noise: Array, n: int | None) -> Array:
        out = frameworks.to_numpy(given(noise, n)).astype(np.float64)
        if out.shape != noise.shape:
            raise SubjectError(ValueError(f"samples have the shape {out.shape}, and {noise.shape} was asked for"))
        kept[:] = [out[:, known]]
        return out[:, ~known]

    law = by_samples(draw, given.shape, ladder, conditional.gaussian, why, plan, about, "conditional law")
    if not kept:
        return Findings([law])
    exact = values[known]
    limit = _rounding(exact, given.dtype)
    error = float(np.abs(kept[0] - exact).max())
    verdict = "right" if error <= limit else "wrong"
    because = "8·u·|y| for the known entries of every sample"
    return Findings([Finding("known", verdict, kept[0][0], exact, error, limit, because, "law", **about), law])


def _inputs(case: Case, observed: ArrayLike, mask: ArrayLike) -> tuple[Array, NDArray[np.bool_]]:
    values, known = np.ravel(np.asarray(observed, dtype=np.float64)), np.ravel(np.asarray(mask, dtype=np.float64))
    if len(values) != case.dimension or len(known) != case.dimension or not np.isin(known, (0, 1)).all():
        raise ValueError(f"observed and mask need {case.dimension} entries each, the mask 1 where known and 0 where not")
    if known.all() or not known.any():
        raise ValueError("the mask should leave some entries unknown and some known")
    if not np.isfinite(values[known == 1]).all():
        raise ValueError("a known value is not finite")
    return values, known == 1


def _arguments(call: Callable[..., Any]) -> int:
    try:
        parameters = inspect.signature(call).parameters.values()
    except (TypeError, ValueError):
        return 4
    return sum(p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD) for p in parameters)


class _Asked(Sampler):
    """An imputer, whose noise is as large as the data, whatever its network sees."""

    def __init__(self, call: Callable[..., Any], case: Case, *, framework: str | None, dtype: str, shape: tuple[int, ...]) -> None:
        super().__init__(call, case, framework=framework, dtype=dtype)
        self.shape = shape


def _rounding(known: Array, precision: str) -> float:
    """How far a known entry may come out from where it went in."""
    return 8 * frameworks.unit_roundoff(precision) * float(np.abs(known).max(initial=1.0))


def _known(run: Run, values: Array, known: NDArray[np.bool_], about: dict[str, Any]) -> Finding:
    """What is known must come out as it went in."""
    output = run.output
    mean, variance = output.mean[known], np.diag(output.covariance)[known]
    exact = values[known]
    limit = _rounding(exact, run.precision)
    error = max(float(np.abs(mean - exact).max()), float(np.sqrt(variance.max())))
    cause = ""
    if error > limit:
        unknown = ~known
        fixed = float(np.diag(output.covariance)[unknown].max())
        if fixed <= limit**2 and float(np.abs(output.mean[unknown]).max()) <= limit:
            cause = "the mask is read the other way: it keeps the unknown entries and draws the known ones"
        else:
            for level in run.levels[::-1]:
                if abs(float(np.sqrt(variance.max())) - level.sigma) <= 1e-6 * level.sigma:
                    cause = f"the known entries are left with the noise of the level σ = {level.sigma:.4g} (α = {level.alpha:.4g}): they are noised at the level where a step starts, not where it ends"
                    break
    verdict = "right" if error <= limit else "wrong"
    because = "8·u·|y| for mean and standard deviation of the known entries"
    return Finding("known", verdict, {"mean": mean, "variance": variance}, exact, error, limit, because, "law", cause, **about)


def _law(runs: Sequence[Run], ladder: Sequence[int | None], case: Case, conditional: Case, values: Array, known: NDArray[np.bool_], about: dict[str, Any]) -> Finding:
    unknown = ~known
    exact = (conditional.law.mean, conditional.law.covariance)
    laws = [_started(run, conditional, values, unknown) for run in runs]
    errors = [distance(law, exact) for law in laws]
    last = runs[-1]
    u = frameworks.unit_roundoff(last.precision)
    steps = [n for n in ladder if n is not None]
    floor = 8 * u * (max(steps, default=len(last.levels)) + 1)
    numbers: dict[str, Any] = dict(
        got={"mean": laws[-1][0], "covariance": laws[-1][1]},
        exact={"mean": exact[0], "covariance": exact[1]},
        error=errors[-1],
        details={"steps": steps, "errors": errors},
    )
    replaced = _replacement(runs, case, values, known)
    if errors[-1] <= floor:
        return Finding("conditional law", "right", because="it agrees to rounding", tolerance=floor, reference="law", **numbers, **about)
    if replaced:
        return Finding("conditional law", "wrong", because=f"every entry agrees with {replaced}, to rounding", cause=LIMIT, reference="recursion", **numbers, **about)
    if len(steps) < 3:
        because = "one number of steps cannot tell discretisation from a mistake; let the imputer take the number of steps, and give three or more"
        return Finding("conditional law", "undecided", because=because, reference="law", **numbers, **about)
    measured = orders.measure(steps, errors, floor)
    verdict = measured.verdict(1)
    cause = _cause(laws[-1], exact, case, unknown, values) if verdict == "wrong" else ""
    return Finding("conditional law", verdict, because=f"distance to the exact law in its own units; {measured.words()}", cause=cause, tolerance=floor, reference="law", **numbers, **about)


def _started(run: Run, conditional: Case, values: Array, unknown: NDArray[np.bool_]) -> tuple[Array, Array]:
    """Mean and covariance of the unknown entries, if the first state that the network saw has exactly its law.

    Without it, what the subject's own start leaves would hide the convergence. Where the output is no function of that state and
    of later noise, the law as it is.
    """
    output = run.output
    mean, columns = output.mean[unknown], np.concatenate(output.blocks, axis=1)[unknown]
    start = run.start
    if start is None:
        return mean, columns @ columns.T
    seen = np.concatenate(start.blocks, axis=1)
    used = np.any(seen != 0, axis=0)
    matrix = columns[:, used] @ np.linalg.pinv(seen[:, used])
    rest = columns.copy()
    rest[:, used] -= matrix @ seen[:, used]
    level = run.calls[0].level
    first, spread = conditional.moments(level)
    if len(start.offset) == len(unknown):
        whole, wide = np.where(unknown, 0.0, level.alpha * values), level.sigma**2 * np.eye(len(unknown))
        whole[unknown], wide[np.ix_(unknown, unknown)] = first, spread
        first, spread = whole, wide
    return mean + matrix @ (first - start.offset), matrix @ spread @ matrix.T + rest @ rest.T


def _cause(law: tuple[Array, Array], exact: tuple[Array, Array], case: Case, unknown: NDArray[np.bool_], values: Array) -> str:
    marginal = (case.law.mean[unknown], case.law.covariance[np.ix_(unknown, unknown)])
    error = distance(law, exact)
    if distance(law, marginal) < error / 10:
        return "it draws the unknown entries from their marginal law: what is known has no effect"
    return ""


def _replacement(runs: Sequence[Run], case: Case, values: Array, known: NDArray[np.bool_]) -> str:
    """The name of the replacement method that all runs agree with, if there is one."""
    if any(run.start is None or len(run.start.offset) != len(known) or len(run.levels) < 2 for run in runs):
        return ""
    for recursion, end, start in _variants():
        if all(_agrees(run, case, values, known, recursion, end, start) for run in runs):
            return f"replacement around `{recursion.name}`, the known entries noised at the level where a step {'ends' if end else 'starts'}"
    return ""


def _variants() -> Iterator[tuple[Recursion, bool, bool]]:
    for recursion in (Recursion("ancestral-posterior"), Recursion("ancestral-forward"), Recursion("ddim", eta=0.0), Recursion("ddim", eta=1.0)):
        for end in (True, False):
            for start in (False, True):
                yield recursion, end, start


def _agrees(run: Run, case: Case, values: Array, known: NDArray[np.bool_], recursion: Recursion, end: bool, start: bool) -> bool:
    """Whether a run is replacement around a known step; the first state is the subject's own."""
    first = run.start
    if first is None:
        return False
    mean, covariance = first.mean, first.covariance
    levels: list[Level] = [*run.levels, DATA]
    y, keep = np.where(known, values, 0.0), np.diag((~known).astype(np.float64))
    for k, (a, b) in enumerate(zip(levels, levels[1:])):
        try:
            law = recursion.law(case, between([a, b]))
        except ValueError:
            return False
        mean, covariance = law.apply(mean, covariance)
        at = b if end or b is DATA else a
        noise = at.sigma if not (start and b is DATA) else a.sigma
        mean = keep @ mean + at.alpha * y
        covariance = keep @ covariance @ keep + noise**2 * np.diag(known.astype(np.float64))
    unknown = ~known
    got = run.output.mean[unknown], run.output.covariance[np.ix_(unknown, unknown)]
    # Each step rounds a few times, and the levels of a schedule carry its condition.
    limit = 8 * frameworks.unit_roundoff(run.precision) * 1024 * len(levels)
    return distance(got, (mean[unknown], covariance[np.ix_(unknown, unknown)])) <= limit
