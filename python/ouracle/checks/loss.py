"""Training losses: their exact mean on Gaussian data, their weights over noise levels and their reductions."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .. import _native, conventions, frameworks, quadratic, weights
from ..case import Case
from ..fields import KINDS, kind_of
from ..findings import Finding, Findings, caller
from ..session import check
from ..tape import TapeError
from ..weights import Weight
from .score_matching import check_score_matching

Array = NDArray[np.float64]


@check
def check_loss(
    loss: Callable[..., Any],
    case: Case | str,
    *,
    target: str | None = None,
    weight: str | Callable[[Array], Array] | None = None,
    reduction: str | None = None,
    times: Sequence[float] | None = None,
    gamma: float = 5.0,
    sigma_data: float = 0.5,
    framework: str | None = None,
    dtype: str = "float64",
    subject: str = "",
    false_alarm: float = 1e-6,
    seed: int = 0,
    **of_score_matching: Any,
) -> Findings:
    """Whether a training loss is, on average over data and noise, what it should be at every noise level.

    On Gaussian data with an affine network, exact or deliberately scaled (``case.field(kind, scale=0.8)``), a squared error is a
    quadratic function of data and noise, so its mean is read exactly. Where no tape reaches, it is averaged, and judged by its
    exact variance.

    Losses of score matching, which differentiate their network and draw projections, are checked by
    :func:`check_score_matching`: give what they take, ``"energy"``, ``"log-density"`` or ``"score"``, in place of a case, and the
    arguments of that function (``objective``, ``projections``, ``scale``, …).

    Args:
        loss: ``loss(x, t)``, or ``loss(x)`` that draws its own times, with data ``x`` of the shape ``(1, d)``; its network is a
            field of ``case``. Three dimensions or more tell a mean from a sum and from a half.
        case: Gaussian data; or what a loss of score matching takes.
        target: what the network is compared with; the kind of the field that was asked by default.
        weight: the weight over levels that it should have: ``uniform``, ``min-snr``, ``snr``, ``edm`` or another name of
            :mod:`ouracle.weights`, or a function of rows ``(α, σ, α′, σ′)``; found out and named by default.
        reduction: ``sum``, ``mean``, ``half-sum`` or ``half-mean`` over the dimensions; found out by default.
        times: on the clock of the case, of a loss that takes one.
        gamma, sigma_data: of min-SNR weights and of EDM's.
        framework, dtype: of ``x``.
        subject: a name for the report.
        false_alarm: the rate of the test by averages, where there is one.
        seed: of everything random.

    Returns:
        One finding, ``loss``.

    Raises:
        ValueError: if the names are not known, or the data are not Gaussian.
    """
    if isinstance(case, str):
        _refuse({"target": target, "weight": weight, "reduction": reduction, "times": times}, "a loss of score matching has projections and a scale; give objective=, projections= or scale=")
        shared: dict[str, Any] = dict(framework=framework or "numpy", dtype=dtype, subject=subject, false_alarm=false_alarm, seed=seed)
        return check_score_matching(loss, case, **shared, **of_score_matching)
    _refuse(of_score_matching, 'it is for losses of score matching, which are checked with "energy", "log-density" or "score" in place of a case')
    law = case.gaussian
    if target is not None:
        target = kind_of(target)
    reductions = _reductions(law.dimension)
    if reduction is not None and reduction not in reductions:
        raise ValueError(f"`{reduction}` is no reduction known here; choose one of {', '.join(reductions)}")
    about: dict[str, Any] = dict(check="check_loss", subject=subject or getattr(loss, "__qualname__", ""), case=repr(case), command=caller(), reference="closed form")
    asking = _Asking(loss, case, framework or case.framework, dtype, seed)
    try:
        observed = asking.exact(_times(case, times) if _takes_time(loss) else None)
    except TapeError as error:
        try:
            return Findings([replace(_averaged(asking, target, weight, reduction, (gamma, sigma_data, false_alarm), times, str(error)), **about)])
        except Exception as second:  # noqa: BLE001 - a subject may raise anything
            return Findings([Finding("loss", "fault", because=f"the loss raised {type(second).__name__}: {second}", **about)])
    except Exception as error:  # noqa: BLE001 - a subject may raise anything
        return Findings([Finding("loss", "fault", because=f"the loss raised {type(error).__name__}: {error}", **about)])
    return Findings([replace(_decide(observed, case, target, weight, reduction, gamma, sigma_data), **about)])


def _refuse(arguments: dict[str, Any], why: str) -> None:
    given = [name for name, value in arguments.items() if value is not None]
    if given:
        raise ValueError(f"`{given[0]}` does not apply here: {why}")


def _reductions(d: int) -> dict[str, float]:
    return {"sum": 1.0, "mean": 1 / d, "half-sum": 0.5, "half-mean": 0.5 / d}


def _takes_time(loss: Callable[..., Any]) -> bool:
    try:
        parameters = inspect.signature(loss).parameters.values()
    except (TypeError, ValueError):
        return True
    return sum(p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD) for p in parameters) > 1


def _times(case: Case, times: Sequence[float] | None) -> Array:
    if times is not None:
        return np.asarray(times, dtype=np.float64)
    low, high = sorted((case.schedule.data_time, case.schedule.noise_time))
    inner = low + (high - low) * np.array([0.03125, 0.125, 0.25, 0.375, 0.5, 0.75, 0.9375])
    return np.unique(np.round(inner)) if high - low > 16 else inner


@dataclass(frozen=True)
class _Observed:
    """Means of a loss at times at which it asked its network."""

    times: Array
    values: Array
    units: Array
    kind: str
    scale: float
    u: float


class _Asking:
    """Puts data to a loss and notes at which times it asks its network."""

    def __init__(self, loss: Callable[..., Any], case: Case, framework: str, dtype: str, seed: int) -> None:
        self.loss, self.case, self.framework, self.dtype, self.seed = loss, case, framework, dtype, seed
        law = case.gaussian
        values, axes = np.linalg.eigh(law.covariance)
        self.mean, self.root = law.mean, axes * np.sqrt(np.maximum(values, 0))

    def __call__(self, normal: Array, time: float | None) -> Array:
        x = frameworks.make(self.mean + normal.reshape(1, -1) @ self.root.T, self.framework, self.dtype)
        answer = self.loss(x) if time is None else self.loss(x, time)
        values = np.ravel(frameworks.to_numpy(answer))
        if len(values) != 1:
            raise ValueError(f"it returned {len(values)} numbers for one sample; it should return one")
        return values

    def exact(self, times: Array | None) -> _Observed:
        """The exact means: at the times given, or at those which the loss draws from some seeds."""
        asked, values, units = [], [], []
        shape = (1, self.case.dimension)
        u = frameworks.unit_roundoff(self.dtype)
        for k, time in enumerate(times if times is not None else range(24)):
            self.case.forget()
            given = float(time) if times is not None else None

            def run(draw: Callable[[Sequence[int]], Array], given: float | None = given) -> Array:
                return self(draw(shape), given)

            result = quadratic.mean(run, u, seed=self.seed + k)
            calls = self.case.calls()
            if not calls:
                raise ValueError("it did not ask the field of the case; close over case.field(kind)")
            if len({call.time for call in calls}) > 1:
                raise TapeError("its time is not the same for equal seeds; let it draw by the global generators or by `tape.generator()`")
            asked.append(calls[0].time)
            values.append(result.values[0])
            units.append(result.units[0])
        field = self.case.asked()
        order = np.argsort(asked)
        return _Observed(np.array(asked)[order], np.array(values)[order], np.array(units)[order], field.kind, field.scale, u)


def _exact(case: Case, target: str, kind: str, scale: float, rows: Array) -> tuple[Array, Array]:
    """Mean and variance of the squared error, summed over the dimensions."""
    mean, variance = _native.loss(case.gaussian.native, target, kind, np.ascontiguousarray(rows), scale).T
    return mean, variance


def _decide(seen: _Observed, case: Case, target: str | None, weight: Any, reduction: str | None, gamma: float, sigma_data: float) -> Finding:
    rows = np.nan_to_num(case.schedule.rows(seen.times))
    kind = target or seen.kind
    base, _ = _exact(case, kind, seen.kind, seen.scale, rows)
    size, _ = _exact(case, kind, seen.kind, 0.0, rows)
    if not np.all(base > 0):
        return Finding("loss", "undecided", because="the exact loss is 0, so it shows neither weight nor reduction; scale the field: case.field(kind, scale=0.8)")
    # A residual is a difference of terms as large as the target, and its square doubles what rounds there.
    unit = seen.units + seen.u * seen.values * (16 + 4 * np.sqrt(size / base))
    named = weights.known(kind, rows, gamma, sigma_data)
    declared = _declared(weight, named, rows)
    fit = _fit(seen.values, base, unit, [declared] if declared is not None else named)
    details = {"times": seen.times, "values": seen.values, "exact sums": base, "network": seen.kind, "scale": seen.scale, "target": kind}
    if fit is not None:
        return replace(_with_reduction(fit, seen.values, base, unit, case.dimension, reduction, declared is not None), details=details)
    cause = _cause(seen, case, kind, rows, unit, named, declared)
    reference = base * (declared.values if declared is not None else 1.0)
    i = int(np.argmax(np.abs(np.log(np.abs(seen.values / reference) / np.abs(seen.values[0] / reference[0])))))
    what = f"its ratio to {'the declared loss' if declared is not None else 'the squared error'} is not one number: {seen.values[0] / reference[0]:.4g} at time {seen.times[0]:g}"
    because = f"{what}, {seen.values[i] / reference[i]:.4g} at time {seen.times[i]:g}; no weight known here explains it" + ("" if declared is not None or cause else "; declare it by weight=")
    verdict = "wrong" if declared is not None or cause else "undecided"
    return Finding("loss", verdict, float(seen.values[i]), float(reference[i]), float(abs(seen.values[i] - reference[i])), float(8 * unit[i]), because, cause=cause, details=details)


def _declared(weight: Any, named: list[Weight], rows: Array) -> Weight | None:
    if weight is None:
        return None
    if callable(weight):
        return Weight("declared", np.asarray(weight(rows), dtype=np.float64))
    for one in named:
        if one.name == weight and not one.mistake:
            return one
    raise ValueError(f"`{weight}` is no weight known here; choose one of {', '.join(w.name for w in named if not w.mistake)}, or give a function of rows (α, σ, α′, σ′)")


def _fit(values: Array, base: Array, unit: Array, named: list[Weight]) -> tuple[Weight, float] | None:
    """The weight for which the loss is one number times the exact one."""
    for weight in named:
        ratio = conventions.constant_ratio(values, base * weight.values, unit)
        if ratio is not None and ratio > 0:
            return weight, ratio
    return None


def _with_reduction(fit: tuple[Weight, float], values: Array, base: Array, unit: Array, d: int, reduction: str | None, declared: bool) -> Finding:
    weight, ratio = fit
    reductions = _reductions(d)
    # The constant is known to the best of the times.
    precise = float(np.min(unit / np.abs(values)))
    name = next((name for name, value in reductions.items() if abs(ratio / value - 1) <= 64 * precise), None)
    worst = int(np.argmax(unit / np.abs(values)))
    exact = (reductions[reduction] if reduction else reductions[name] if name else 1.0) * weight.values * base
    words = f"the loss is the {name or f'sum times {ratio:.9g}'} over dimensions of the squared error with the weight {weight.name}, at {len(values)} times"
    numbers: dict[str, Any] = dict(got=values, exact=exact, error=float(np.abs(values - exact).max()), tolerance=float(8 * unit[worst]))
    tolerance = "8 units of what was added, " + f"{8 * unit[worst]:.2g} at most"
    if weight.mistake:
        return Finding("loss", "wrong", because=words, cause=weight.mistake, **numbers)
    if reduction is not None and name != reduction:
        return Finding("loss", "wrong", because=f"{words}; it should be the {reduction}", cause=_size(ratio, d), **numbers)
    if name is None:
        cause = _size(ratio, d)
        return Finding("loss", "wrong" if cause else "undecided", because=f"{words}; no reduction of {d} dimensions gives this number", cause=cause, **numbers)
    verdict = "right" if weight.name == "uniform" or declared else "convention"
    return Finding("loss", verdict, because=f"{words}; {tolerance}", **numbers)


def _size(ratio: float, d: int) -> str:
    """A size that is written into the code."""
    for factor in (1.0, 0.5):
        divisor = factor / ratio
        if abs(divisor - round(divisor)) < 1e-9 * divisor and round(divisor) not in (1, 2, d, 2 * d):
            return f"it divides by {round(divisor)}, a size written into the code; the data have {d} dimensions"
        if abs(1 / divisor - round(1 / divisor)) < 1e-9 and round(1 / divisor) > 2:
            return f"it multiplies by {round(1 / divisor)}, which is no number of the data"
    return ""


def _cause(seen: _Observed, case: Case, kind: str, rows: Array, unit: Array, named: list[Weight], declared: Weight | None) -> str:
    mistaken = _fit(seen.values, _exact(case, kind, seen.kind, seen.scale, rows)[0], unit, named)
    if mistaken is not None:
        return f"its weight is {mistaken[0].name}" + (f": {mistaken[0].mistake}" if mistaken[0].mistake else "")
    likely = [declared] if declared is not None else [weight for weight in named if not weight.mistake]
    if _fit(seen.values, _exact(case, kind, seen.kind, -seen.scale, rows)[0], unit, likely):
        return f"the target has the other sign: it compares the network with −{kind}"
    for other in KINDS:
        if other != kind and _fit(seen.values, _exact(case, other, seen.kind, seen.scale, rows)[0], unit, likely):
            return f"the target is {other}, but the network predicts {seen.kind}"
    return ""


def _averaged(asking: _Asking, target: str | None, weight: Any, reduction: str | None, plan: tuple[float, float, float], times: Sequence[float] | None, why: str) -> Finding:
    """The verdict by averages, with the exact variance of one value."""
    gamma, sigma_data, false_alarm = plan
    case, runs = asking.case, 4096
    rng = np.random.default_rng(asking.seed)
    given = _times(case, times) if _takes_time(asking.loss) else None
    asked, values = np.empty(runs), np.empty(runs)
    for i in range(runs):
        case.forget()
        values[i] = asking(rng.standard_normal(case.dimension), None if given is None else float(given[i % len(given)]))[0]
        asked[i] = case.calls()[0].time
    field = case.asked()
    rows = np.nan_to_num(case.schedule.rows(asked))
    kind = target or field.kind
    mean, variance = _exact(case, kind, field.kind, field.scale, rows)
    named = weights.known(kind, rows, gamma, sigma_data)
    declared = _declared(weight, named, rows)
    choices = [declared] if declared is not None else [w for w in named if not w.mistake]
    factors = {reduction: _reductions(case.dimension)[reduction]} if reduction else _reductions(case.dimension)
    limit = conventions.normal_quantile(false_alarm / (2 * len(choices) * len(factors)))
    scores = {}
    for one in choices:
        for name, factor in factors.items():
            exact = factor * one.values
            scores[one.name, name] = float(np.sum(values - exact * mean) / np.sqrt(np.sum(exact**2 * variance)))
    best = min(scores, key=lambda key: (choices[0].name != key[0] or abs(scores[key]) > limit, abs(scores[key])))
    note = f"{runs} values, standardised by their exact variance; the limit {limit:.2f} has {false_alarm:g} false alarms in the normal approximation. No tape: {why}"
    verdict = "consistent" if abs(scores[best]) <= limit else "wrong"
    words = f"the {best[1]} over dimensions with the weight {best[0]}"
    return Finding("loss", verdict, float(values.mean()), None, abs(scores[best]), limit, f"{'' if verdict == 'consistent' else 'the nearest is '}{words}; {note}")
