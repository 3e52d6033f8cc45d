"""Losses of score matching, sliced or not, by derivatives or by differences: which they are, at which scale, and what minimises them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .. import frameworks, score_averages, score_words
from ..energy_model import EnergyModel
from ..findings import Finding, Findings, caller
from ..projections import Draw, Recording
from ..score_losses import DIFFERENCES, TRACE, Candidate, Fit, Record, candidates, look, recognise
from ..session import check
from ..tape import playing

Array = NDArray[np.float64]

#: What a caller may say that a loss is.
OBJECTIVES = ("ism", "esm", "ssm", "ssm-vr", "dsm", "sliced-dsm", "fd-ssm", "fd-ssm-vr", "fd-dsm")
LAWS = ("gaussian", "rademacher", "sphere", "coordinate", "uniform")
#: Runs with one sample, and samples of the batch after them.
RUNS, BATCH = 16, 4


@check
def check_score_matching(
    loss: Callable[..., Any],
    takes: str = "energy",
    *,
    objective: str | None = None,
    projections: str | None = None,
    scale: float | None = None,
    sigma: float | None = None,
    data_score: Callable[[Any], Any] | None = None,
    shape: Sequence[int] = (3,),
    quartic: bool = True,
    framework: str = "numpy",
    dtype: str = "float64",
    subject: str = "",
    false_alarm: float = 1e-6,
    seed: int = 0,
) -> Findings:
    """Which loss of score matching this is, by projections of which law, at which scale, and what its minimiser is.

    The loss is called with a model of which every derivative is known and with samples. What it draws and where it asks the model is
    noted, so its value can be compared with every candidate run by run, to rounding. The model is not Gaussian: on a Gaussian one
    central differences are exact, and what their step costs could not be seen. Where what it drew cannot be
    noted, its averages at fixed samples are compared with their exact mean, by their exact variance.

    Args:
        loss: ``loss(model, samples)``, with samples of the shape ``(n, …)``; it gives one number, one for each sample, or a tuple that
            starts with it.
        takes: what it asks its model for: ``energy`` (``−log q``), ``log-density`` or ``score``.
        objective: what it should be: ``ism``, ``esm``, ``ssm``, ``ssm-vr``, ``dsm``, ``sliced-dsm``, ``fd-ssm``, ``fd-ssm-vr`` or ``fd-dsm``;
            found out and named by default.
        projections: the law that they should have: ``gaussian``, ``rademacher``, ``sphere`` (of radius √d), ``coordinate`` or ``uniform``.
        scale: how many times ``J`` with Hyvärinen's ½ it should be: 1, or 2 where the ½ is dropped. Other scales are conventions by default.
        sigma: the standard deviation of its noise, if it draws it where it cannot be seen.
        data_score: the score of the data with which an explicit loss compares, as it calls it.
        shape: of one sample; three entries or more tell a mean from a half.
        quartic: false for a Gaussian model.
        framework, dtype: of the samples.
        subject: a name for the report.
        false_alarm: the rate of the test by averages, where there is one.
        seed: of everything random.

    Returns:
        ``objective``, ``scale``, ``projections`` if there are any, ``step`` of finite differences, and ``batch``.

    Raises:
        ValueError: if a name is not known.
    """
    for name, value, known in (("objective", objective, OBJECTIVES), ("projections", projections, LAWS)):
        if value is not None and value not in known:
            raise ValueError(f"`{value}` is no name of {name}; choose one of {', '.join(known)}")
    model = EnergyModel(takes, int(np.prod(tuple(shape))), quartic)
    about: dict[str, Any] = dict(check="check_score_matching", subject=subject or getattr(loss, "__qualname__", ""), case=repr(model), command=caller(), reference="closed form")
    asking = _Asking(loss, model, tuple(shape), framework, dtype, seed, data_score)
    try:
        found = _findings(asking, objective, projections, scale, sigma, false_alarm)
    except Exception as error:  # noqa: BLE001 - a subject may raise anything
        found = [Finding("objective", "fault", because=f"the loss raised {type(error).__name__}: {error}")]
    return Findings(replace(finding, **about) for finding in found)


class _Asking:
    """Puts samples to a loss and notes what it draws and where it asks its model."""

    def __init__(self, loss: Callable[..., Any], model: EnergyModel, shape: tuple[int, ...], framework: str, dtype: str, seed: int, data_score: Callable[[Any], Any] | None) -> None:
        self.loss, self.model, self.shape, self.framework, self.dtype, self.seed, self.data_score = loss, model, shape, framework, dtype, seed, data_score
        self.u = frameworks.unit_roundoff(dtype)

    @property
    def ratio(self) -> float:
        """The subject's unit of rounding over that of the radii."""
        return self.u / frameworks.unit_roundoff("float64")

    def samples(self, n: int, seed: int) -> Array:
        """Samples of sixty-fourths around the centre of the model, exact in every precision."""
        rng = np.random.Generator(np.random.Philox(key=[self.seed, 1000 + seed]))
        return self.model.centre + rng.integers(-96, 97, (n, self.model.dimension)) / 64

    def __call__(self, x: Array, seed: int) -> tuple[Array, list[Array], list[Draw]]:
        """The values, the points of each call, and the draws."""
        self.model.calls.clear()
        tape = Recording(self.seed + seed)
        with frameworks.seeded(self.seed + seed), playing(tape):
            out = self.loss(self.model, frameworks.make(x.reshape(len(x), *self.shape), self.framework, self.dtype))
            values = np.ravel(frameworks.to_numpy(out[0] if isinstance(out, (tuple, list)) else out))
        if not self.model.calls:
            raise ValueError("it did not ask the model it was given")
        if not np.isfinite(values).all() or len(values) not in (1, len(x)):
            raise ValueError(f"it returned {len(values)} numbers for {len(x)} samples, {np.sum(~np.isfinite(values))} of them not finite")
        # Calls without values come from a transformation that follows the samples; they say nothing else.
        return values, [x if points is None else points for points in self.model.calls], tape.draws

    def of_data(self, x: Array) -> Array | None:
        """The score of the data at one sample, as the loss sees it."""
        if self.data_score is None:
            return None
        return frameworks.to_numpy(self.data_score(frameworks.make(x.reshape(1, *self.shape), self.framework, self.dtype))).ravel()

    def records(self) -> list[Record]:
        """Runs with one sample each."""
        records = []
        for k in range(RUNS):
            x = self.samples(1, k)
            values, calls, draws = self(x, k)
            records.append(Record(x[0], float(values[0]), np.concatenate(calls), tuple(draws), self.of_data(x[0])))
        return records


def _findings(asking: _Asking, objective: str | None, law: str | None, scale: float | None, sigma: float | None, false_alarm: float) -> list[Finding]:
    records = asking.records()
    sight = look(records, asking.u)
    # Few projections are different for a loss: one run that is like its repetition may have drawn the same once more.
    hidden = any(float(asking(record.x[None], k)[0][0]) != record.value for k, record in enumerate(records))
    if sight is None:
        because = "the points at which it asks its model make no pattern known here: the samples, noised samples, or the ends of differences"
        return [Finding("objective", "undecided", because=because, details={"asked": records[0].asked - records[0].x})]
    if hidden and sight.kind == "here":
        averages = score_averages.Averages(lambda x, k: float(asking(x[None], k)[0][0]), asking.model, [record.x for record in records[:2]], objective, false_alarm)
        return [score_averages.finding(averages, asking.model.dimension, scale)]
    values = np.array([record.value for record in records])
    fit = recognise(list(candidates(records, sight, asking.model, asking.ratio, sigma)), values, asking.u)
    single = frameworks.unit_roundoff("float32")
    if fit is None and asking.u < single:
        # Perhaps it computes in single precision, whatever it is given.
        declared, asking.u = asking.u, single
        rough = look(records, single)
        fit = recognise(list(candidates(records, rough, asking.model, asking.ratio, sigma)), values, single) if rough else None
        asking.u = single if fit is not None else declared
    if fit is None:
        return [_unknown(records, sight.kind, asking, sigma)]
    found = [_objective(fit, asking.model.dimension, objective, values)]
    if frameworks.unit_roundoff(asking.dtype) < asking.u:
        found.append(Finding("precision", "degraded", because=f"it has the digits of single precision only, for samples in {asking.dtype}", error=found[0].error))
    if not fit.candidate.story and score_words.near(fit.minimiser, 1.0, fit.doubt) and fit.scale > 0:
        found.append(_scale(fit, asking.model.dimension, scale))
    if fit.candidate.law:
        found.append(_law(fit, law))
    if fit.candidate.loss in DIFFERENCES:
        found.append(_step(fit, asking))
    return found + _batch(fit, asking, sigma)


def _unknown(records: Sequence[Record], kind: str, asking: _Asking, sigma: float | None) -> Finding:
    options = list(candidates(records, look(records, asking.u), asking.model, asking.ratio, sigma))  # type: ignore[arg-type]
    names = ", ".join(dict.fromkeys(f"{one.loss} ({one.law})" if one.law else one.loss for one in options)) or "none"
    lost = [one for one in options if np.median(8 * one.units.sum(axis=1) / np.abs(one.parts.sum(axis=1))) > 1 / 64]
    if lost and len(lost) == len(options):
        because = f"rounding of {asking.dtype} leaves fewer than six bits of its differences, so nothing can be said of it; take a larger step"
        return Finding("objective", "degraded", because=because)
    because = f"its values are those of no loss known here that asks its model so ({kind}), whatever the weights of the parts; tried: {names}"
    if kind.endswith("noised") and not any(one.loss.endswith("dsm") for one in options):
        because += "; its noise is no multiple of a draw that can be seen: give its standard deviation by sigma="
    return Finding("objective", "undecided", float(records[0].value), because=because, details={"draws": [draw.shape for draw in records[0].draws]})


def _objective(fit: Fit, d: int, objective: str | None, values: Array) -> Finding:
    candidate, factor = fit.candidate, fit.minimiser
    title = score_words.TITLES[candidate.loss] + (f" by {candidate.law} projections" if candidate.law else "")
    error, tolerance = float(np.abs(values - fit.values).max()), float(8 * fit.units.max())
    numbers: dict[str, Any] = dict(got=values[:4], exact=fit.values[:4], error=error, tolerance=tolerance)
    details = {"loss": candidate.loss, "law": candidate.law, "weights": fit.weights, "minimiser": factor, "projections per sample": candidate.particles, "sigma": candidate.sigma, "epsilon": candidate.epsilon}
    rounding = f"{len(values)} values, 8 units of rounding each by interval arithmetic"
    first, _ = fit.combined
    if candidate.story:
        return Finding("objective", "wrong", because=f"it is {title}, {rounding}", cause=candidate.story, details=details, **numbers)
    if not score_words.near(factor, 1.0, fit.doubt) or first <= 0:
        cause = score_words.mistake(fit, d) if first > 0 or not score_words.near(factor, 1.0, fit.doubt) else "the whole loss has the other sign: its minimum has become a maximum"
        consequence = _consequence(fit)
        names = "trace and square" if candidate.loss in TRACE else "square and product"
        weights = f"{fit.combined[0]:.9g} and {fit.combined[1]:.9g}"
        because = f"it has the parts of {title} with the weights {weights} of {names}, which should be equal; {consequence}; {rounding}"
        return Finding("objective", "wrong", because=because, cause=cause, details=details, **numbers)
    if objective is not None and candidate.loss != objective:
        return Finding("objective", "wrong", because=f"it is {title}; {rounding}", cause=f"it should be {score_words.TITLES[objective]}", details=details, **numbers)
    verdict = "convention" if candidate.loss == "sliced mixture" else "right"
    return Finding("objective", verdict, because=f"it is {title}, {rounding}", details=details, **numbers)


def _consequence(fit: Fit) -> str:
    factor, (first, second) = fit.minimiser, fit.combined
    if first == 0 or second == 0 or not np.isfinite(factor):
        return "it has no minimum at a score" if second == 0 or fit.candidate.loss in TRACE else "its minimiser is zero"
    if (fit.candidate.loss in TRACE and second < 0) or (fit.candidate.loss not in TRACE and first < 0):
        return "it is bounded by nothing from below"
    return f"its minimiser is {factor:.6g} times the score"


def _scale(fit: Fit, d: int, scale: float | None) -> Finding:
    name, size = score_words.scale(fit, d)
    value = fit.scale * (2 if fit.candidate.loss == "fd-dsm" else 1)
    reason = score_words.reason(fit, d)
    because = f"it is {name or f'{value:.9g} J'}, with J of Hyvärinen's ½" + (f": {reason}" if reason else "")
    if size:
        return Finding("scale", "wrong", value, 1.0, because=because, cause=size)
    if scale is not None:
        right = score_words.near(value, scale, fit.doubt)
        cause = "" if right else reason or because
        return Finding("scale", "right" if right else "wrong", value, scale, abs(value - scale), fit.doubt * scale, because, cause=cause)
    if name is None:
        return Finding("scale", "undecided", value, because=f"{because}; no factor of the case gives this number; declare it by scale=")
    usual = "2 J" if fit.candidate.loss == "fd-dsm" else "J"
    return Finding("scale", "right" if name == usual else "convention", value, because=because)


def _law(fit: Fit, declared: str | None) -> Finding:
    law = fit.candidate.law
    because = f"{fit.candidate.particles} for each sample, {law}"
    if law == "unknown":
        return Finding("projections", "undecided", because="its steps have no law known here; what they were made of cannot be seen")
    if declared is not None and declared != law:
        return Finding("projections", "wrong", law, declared, because=because, cause=f"they are {law}, not {declared}")
    return Finding("projections", "right", law, because=because)


def _step(fit: Fit, asking: _Asking) -> Finding:
    """The step of finite differences, and what it does: the distance from the derivative, and from rounding."""
    candidate, model = fit.candidate, asking.model
    assert candidate.v is not None
    lost = float(np.median(8 * candidate.units.sum(axis=1) / np.abs(candidate.parts.sum(axis=1))))
    length = float(np.sqrt(np.mean(np.sum(candidate.v**2, axis=-1))))
    epsilon = candidate.epsilon if candidate.epsilon is not None else length
    words = f"ε = {epsilon:.6g}, of projections scaled to E v vᵀ = ε²/d; rounding of {asking.dtype} may take {lost:.2g} of a value"
    if model.quartic.any() and candidate.loss == "fd-ssm":
        difference = _derivative_gap(asking, candidate)
        words += f"; beside SSM with the same projections it is off by {difference * epsilon**2:.3g} on average over these runs, {difference:.3g} ε²"
    verdict = "right" if lost < 1 else "degraded"
    return Finding("step", verdict, epsilon, because=words, cause="" if verdict == "right" else "the step is so small that rounding takes the whole difference", details={"epsilon": epsilon, "rounding": lost})


def _derivative_gap(asking: _Asking, candidate: Candidate) -> float:
    assert candidate.v is not None and candidate.epsilon is not None
    d = asking.model.dimension
    n, particles = candidate.v.shape[:2]
    centres = np.repeat(np.concatenate([asking.samples(1, k) for k in range(n)]), particles, axis=0)
    v = (candidate.v * (np.sqrt(d) / candidate.epsilon)).reshape(-1, d)
    exact, _ = asking.model.native.parts("ssm", {"centre": centres, "v": np.ascontiguousarray(v)})
    return float((candidate.parts.sum() / n - exact.sum() / (n * particles)) / candidate.epsilon**2)


def _batch(fit: Fit, asking: _Asking, sigma: float | None) -> list[Finding]:
    """What the loss makes of a batch, and whether its samples share their projections."""
    x = asking.samples(BATCH, RUNS)
    values, calls, draws = asking(x, RUNS)
    single = [draw.values.size for draw in asking(x[:1], RUNS)[2]]
    # Signs may agree by chance; draws for one sample that serve a batch do not.
    once = any(draw.values.size == size for draw, size in zip(draws, single)) or (not draws and fit.candidate.law == "sphere")
    for tiled in (True, False):
        records = [_one(x, k, calls, draws, single, tiled, asking) for k in range(BATCH)]
        if any(record is None for record in records):
            continue
        sight = look([record for record in records if record], asking.u)
        if sight is None:
            continue
        for candidate in candidates([r for r in records if r], sight, asking.model, asking.ratio, sigma):
            if (candidate.loss, candidate.law, candidate.story) != (fit.candidate.loss, fit.candidate.law, fit.candidate.story):
                continue
            grown = candidate.sigma[:, None] ** fit.power
            each, units = (candidate.parts * grown) @ fit.weights, (candidate.units * grown) @ np.abs(fit.weights)
            name = _reduction(values, each, units + asking.u * np.abs(each))
            if name:
                return [_batch_finding(candidate, name, once and _shared(candidate, sight.slack))]
    return [Finding("batch", "undecided", values[:4], because=f"its value for a batch of {BATCH} samples is neither their mean nor their sum")]


def _one(x: Array, k: int, calls: Sequence[Array], draws: Sequence[Draw], single: Sequence[int], tiled: bool, asking: _Asking) -> Record | None:
    """What belongs to sample ``k`` of a batch: every ``n``-th row, or a block of rows."""
    n, d = x.shape
    if any(len(points) % n for points in calls) or len(draws) != len(single):
        return None

    def rows(array: Array) -> Array:
        parts = array.reshape(-1, n, *array.shape[1:]) if tiled else np.swapaxes(array.reshape(n, -1, *array.shape[1:]), 0, 1)
        return parts[:, k]

    mine = []
    for draw, size in zip(draws, single):
        if draw.values.size == size:
            mine.append(draw)
        elif draw.values.size == n * size:
            width = d if size % d == 0 else 1
            mine.append(Draw(rows(draw.values.reshape(-1, width)).ravel(), (size,), draw.normal))
        else:
            return None
    return Record(x[k], 0.0, np.concatenate([rows(points) for points in calls]), tuple(mine), asking.of_data(x[k]))


def _reduction(values: Array, each: Array, units: Array) -> str:
    if len(values) == len(each):
        return "one value for each sample" if np.all(np.abs(values - each) <= 8 * units) else ""
    for name, weight in (("the mean over the batch", 1 / len(each)), ("the sum over the batch", 1.0)):
        if abs(values[0] - weight * each.sum()) <= 8 * weight * units.sum():
            return name
    return ""


def _shared(candidate: Candidate, slack: float) -> bool:
    return candidate.v is not None and candidate.law != "" and float(np.ptp(candidate.v, axis=0).max()) <= 2 * slack


def _batch_finding(candidate: Candidate, name: str, shared: bool) -> Finding:
    if not shared or candidate.v is None:
        return Finding("batch", "convention" if "sum" in name else "right", because=f"it gives {name}")
    because = f"it gives {name}, and all samples share their projections: what these add to the variance does not average out over the batch"
    if candidate.particles < candidate.v.shape[-1]:
        because += ", and fewer of them than dimensions leave directions that a batch does not see"
    return Finding("batch", "convention", because=because, details={"shared": True})
