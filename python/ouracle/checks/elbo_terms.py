"""The terms of a variational bound, each for itself: a total hides a frozen loop variable, a missing term or bits for nats."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .. import _native, frameworks, quadratic
from ..case import Case
from ..findings import Finding, Findings, caller
from ..grades import grade
from ..log_units import factors
from ..recursion import between
from ..schedules import Level, Table
from ..session import check
from ..tape import TapeError

Array = NDArray[np.float64]

TERMS = ("prior", "diffusion", "reconstruction", "total")


@check
def check_elbo_terms(
    terms: Callable[[Any], Mapping[str, Any]],
    case: Case,
    *,
    levels: Sequence[Level] | None = None,
    unit: str | None = None,
    spread: str | None = None,
    decoder: str | None = None,
    bin: float | None = None,
    framework: str | None = None,
    dtype: str = "float64",
    subject: str = "",
    seed: int = 0,
) -> Findings:
    """Whether every term of a discrete variational bound has its exact mean over data and noise, with an exact network.

    A term of Gaussian laws is quadratic in data and noise, so that its mean is read exactly. Take a short chain whose noisiest
    level is not pure noise, so that the prior term is not nearly 0.

    Args:
        terms: ``terms(x)`` for data ``(1, d)``, a dict with any of ``prior``, ``diffusion`` (one number a step), ``reconstruction``
            and ``total``, negative log-likelihoods; its network is a field of ``case``.
        case: Gaussian data under the chain's clock.
        levels: ``z_1, …, z_T``, the cleanest first (of a variational diffusion model ``z_0, …, z_T``); all levels of a table by default.
        unit: ``nats``, ``bits/dim``, ``nats/dim`` or ``bits``; found out by default.
        spread: the variance of the model's steps, ``posterior`` or ``forward``; found out by default.
        decoder: one of ``posterior`` (exact), ``likelihood`` (``N(x; z/α, σ²/α²)``), ``denoised σ²``, ``denoised β̃`` (``N(x; x̂, ·)``
            with the noise variance of the first level, or the posterior variance of the second step); found out by default.
        bin: the spacing of the data's lattice, for decoders of discrete data.
        framework, dtype: of ``x``.
        subject: a name for the report.
        seed: of everything random.

    Returns:
        Findings ``prior``, ``diffusion``, ``reconstruction``, ``total`` and ``unit``, as far as the terms are there.

    Raises:
        ValueError: if names are not known, levels are missing or the data are not Gaussian.
    """
    law = case.gaussian
    chain = _levels(case, levels)
    known = factors(law.dimension)
    if unit is not None and unit not in known:
        raise ValueError(f"`{unit}` is no unit known here; choose one of {', '.join(known)}")
    if spread not in (None, "posterior", "forward"):
        raise ValueError(f"`{spread}` is no variance of a step; choose posterior or forward")
    about: dict[str, Any] = dict(check="check_elbo_terms", subject=subject or getattr(terms, "__qualname__", ""), case=repr(case), command=caller(), reference="closed form")
    try:
        observed = _read(terms, case, framework or case.framework, dtype, seed)
    except TapeError as error:
        return Findings([Finding("terms", "undecided", because=str(error), **about)])
    except Exception as error:  # noqa: BLE001 - a subject may raise anything
        return Findings([Finding("terms", "fault", because=f"the terms raised {type(error).__name__}: {error}", **about)])
    bound = _Bound(case, chain, frameworks.unit_roundoff(dtype))
    return Findings(replace(finding, **about) for finding in _judge(observed, bound, known, unit, spread, decoder, bin))


def _levels(case: Case, levels: Sequence[Level] | None) -> list[Level]:
    if levels is None:
        if not isinstance(case.schedule, Table):
            raise ValueError("a chain on a schedule in continuous time needs its levels: give levels=[schedule.level(t), …], the cleanest first")
        levels = [case.schedule.level(t) for t in range(len(case.schedule.alphas_cumprod))]
    if len(levels) < 2 or any(a.half_log_snr <= b.half_log_snr for a, b in zip(levels, levels[1:])):
        raise ValueError("a chain has at least two levels, the cleanest first, each noisier than the one before")
    return list(levels)


@dataclass(frozen=True)
class _Term:
    values: Array
    units: Any


def _read(terms: Callable[[Any], Mapping[str, Any]], case: Case, framework: str, dtype: str, seed: int) -> dict[str, _Term]:
    """The exact means of all terms; not a number where a term is not quadratic."""
    values, axes = np.linalg.eigh(case.gaussian.covariance)
    root = axes * np.sqrt(np.maximum(values, 0))
    layout: dict[str, int] = {}

    def run(draw: Callable[[Sequence[int]], Array]) -> Array:
        x = case.gaussian.mean + draw((1, case.dimension)) @ root.T
        answer = terms(frameworks.make(x, framework, dtype))
        unknown = [name for name in answer if name not in TERMS]
        if unknown or not answer:
            raise ValueError(f"the terms are called {', '.join(map(str, answer)) or 'nothing'}; call them {', '.join(TERMS)}")
        parts = {name: np.ravel(_numbers(value)) for name, value in answer.items()}
        layout.update({name: len(part) for name, part in parts.items()})
        return np.concatenate(list(parts.values()))

    result = quadratic.mean(run, frameworks.unit_roundoff(dtype), seed, partly=True)
    ends = np.cumsum(list(layout.values()))[:-1]
    pieces = zip(layout, np.split(result.values, ends), np.split(result.units, ends))
    return {name: _Term(part, unit) for name, part, unit in pieces}


def _numbers(value: Any) -> Array:
    if isinstance(value, (list, tuple)):
        return np.concatenate([np.ravel(frameworks.to_numpy(part)) for part in value])
    return frameworks.to_numpy(value)


class _Bound:
    """The exact terms in nats, and what they may be mistaken for."""

    def __init__(self, case: Case, levels: list[Level], u: float) -> None:
        self.law, self.levels, self.u, self.units = case.gaussian.native, levels, u, factors(case.dimension)
        self.scale = next((field.scale for field in case._fields if field.calls), 1.0)
        self.prior = _native.prior_kl(self.law, levels[-1].pair)
        self.steps = {name: self._steps(share) for name, share in (("posterior", 0.0), ("forward", 1.0))}
        first = levels[0]
        self.variances = _native.step_variances(self._rows())
        self.decoders = {
            "posterior": _native.posterior_decoder(self.law, first.pair),
            "likelihood": _native.likelihood_decoder(self.law, first.pair),
            "denoised σ²": _native.denoised_decoder(self.law, first.pair, first.sigma**2, self.scale),
            "denoised σ²/α²": _native.denoised_decoder(self.law, first.pair, first.ratio**2, self.scale),
            "denoised β̃": _native.denoised_decoder(self.law, first.pair, float(self.variances[0, 0]), self.scale),
        }

    def _steps(self, share: float) -> Array:
        """The terms of the steps, the cleanest first."""
        return np.asarray(_native.step_kls(self.law, self._rows(), share, self.scale))

    def _rows(self) -> Array:
        """The model's steps, the cleanest first."""
        return np.ascontiguousarray(between(self.levels[::-1])[::-1])

    @property
    def condition(self) -> float:
        """The variance of a step is a difference of levels: errors of these count as much more as it is smaller."""
        clean = np.array([level.sigma**2 for level in self.levels[:-1]])
        return 8.0 * float(np.max(clean / self.variances[:, 0]))

    def priors(self) -> Iterator[tuple[str, float]]:
        last = self.levels[-1]
        yield "log σ, of a standard deviation, stands for log σ²", _native.prior_kl(self.law, [last.alpha, last.sigma**0.5])
        yield "log σ stands for log σ² in the log-variance alone", self.prior + float(np.log(last.sigma))
        yield "it is the term of the cleanest level, not of the noisiest", _native.prior_kl(self.law, self.levels[0].pair)
        yield "it is the term of the level before the last", _native.prior_kl(self.law, self.levels[-2].pair)
        yield "the factor 1/2 is missing", 2 * self.prior
        yield "σ², a variance, stands for σ", _native.prior_kl(self.law, [last.alpha, last.sigma**2])
        yield "it is left out", 0.0

    def diffusions(self, exact: Array) -> Iterator[tuple[str, Array]]:
        snr = np.array([1 / level.ratio**2 for level in self.levels])
        drop = snr[1:] / snr[:-1]
        yield "the factor 1/2 is missing", 2 * exact
        yield "every term is halved once more", exact / 2
        yield "expm1(γ_s − γ_t) with the other sign stands for expm1(γ_t − γ_s)", exact * drop
        yield "γ_t − γ_s stands for expm1(γ_t − γ_s)", exact * -np.log(drop) * drop / (1 - drop)
        yield "it is multiplied by the number of steps", exact * len(exact)
        yield "the terms are one level off", np.concatenate([exact[1:], exact[-1:]])
        yield "the terms are one level off", np.concatenate([exact[:1], exact[:-1]])


def _fits(term: Array, exact: Array, units: Array) -> bool:
    return term.shape == exact.shape and bool(np.isfinite(term).all()) and grade(term, exact, units).verdict == "right"


def _judge(
    seen: Mapping[str, _Term], bound: _Bound, known: Mapping[str, float], unit: str | None, spread: str | None, decoder: str | None, bin: float | None
) -> list[Finding]:
    scales = [(name, factor) for name, factor in known.items() if unit in (None, name)]

    def tolerance(term: _Term, exact: Array) -> Array:
        return term.units + bound.u * bound.condition * (np.abs(exact) + np.abs(np.nan_to_num(term.values)))

    def fits(term: _Term, *forms: Array) -> bool:
        return any(_fits(term.values, form, tolerance(term, form)) for form in forms)

    def agreeing(factor: float) -> int:
        count = 0
        if "prior" in seen:
            count += fits(seen["prior"], np.array([bound.prior * factor]))
        if "diffusion" in seen:
            forms = [form * factor for steps in bound.steps.values() for form in (steps, steps[::-1])]
            own = seen["diffusion"]
            count += any(fits(_Term(part, own.units.max()), *forms) for part in _parts(own.values, len(forms[0])))
        if "reconstruction" in seen:
            count += fits(seen["reconstruction"], *(np.array([value * factor]) for value in bound.decoders.values()))
        return count

    name, factor = max(scales, key=lambda scale: agreeing(scale[1]))
    certain = agreeing(factor) > 0
    found = []
    if "prior" in seen:
        found.append(_prior(seen["prior"], bound, factor, name, tolerance))
    if "diffusion" in seen:
        found.append(_diffusion(seen["diffusion"], bound, factor, name, spread, tolerance))
    if "reconstruction" in seen:
        found.append(_reconstruction(seen["reconstruction"], bound, factor, name, decoder, bin, tolerance))
    if "total" in seen:
        parts = sum(float(np.sum(seen[part].values)) for part in TERMS[:3] if part in seen)
        error = abs(float(np.sum(seen["total"].values)) - parts)
        limit = 8 * float(sum(term.units.sum() for term in seen.values()))
        verdict = "undecided" if not np.isfinite(error) else "right" if error <= limit else "wrong"
        cause = "" if verdict != "wrong" else "a term is left out of the sum, or counted twice"
        found.append(Finding("total", verdict, float(np.sum(seen["total"].values)), parts, error, limit, f"the sum of {', '.join(p for p in TERMS[:3] if p in seen)}", cause=cause))
    if certain:
        found.append(Finding("unit", "right" if name == "nats" or unit else "convention", got=name, because=f"the terms are in {name}" + ("" if unit else ", found out by the terms that agree")))
    return found


def _parts(steps: Array, n: int) -> Iterator[Array]:
    """The steps alone, where the decoder's term stands before or after them."""
    if len(steps) == n:
        yield steps
    if len(steps) == n + 1:
        yield steps[1:]
        yield steps[:-1]


_Tolerance = Callable[[_Term, Array], Array]


def _prior(term: _Term, bound: _Bound, factor: float, unit: str, tolerance: _Tolerance) -> Finding:
    exact = np.array([bound.prior * factor])
    if term.values.shape != (1,):
        return Finding("prior", "fault", because=f"it is {len(term.values)} numbers; the prior term is one")
    result = grade(term.values, exact, tolerance(term, exact))
    cause = "" if result.verdict == "right" else _name(term, [(words, np.array([value * factor])) for words, value in bound.priors()], tolerance) or _other_unit(term, exact / factor, unit, bound, tolerance)
    note = " (the chain ends so near to pure noise that this term says little: give a shorter one)" if bound.prior < 1e-3 else ""
    return Finding("prior", result.verdict, float(term.values[0]), float(exact[0]), result.error, result.tolerance, f"in {unit}{note}; {result.words('the subject', 'of the chain')}", cause=cause)


def _diffusion(term: _Term, bound: _Bound, factor: float, unit: str, spread: str | None, tolerance: _Tolerance) -> Finding:
    n = len(bound.levels) - 1
    kinds = [k for k in bound.steps if spread in (None, k)]
    if not list(_parts(term.values, n)):
        one = [(f"it is the sum of the steps with {k} variance", np.array([bound.steps[k].sum() * factor])) for k in kinds]
        words = _name(term, one, tolerance) if len(term.values) == 1 else ""
        if words:
            return Finding("diffusion", "right", float(term.values[0]), float(bound.steps[kinds[0]].sum() * factor), because=f"{words}, in {unit}; give the steps one by one to see each")
        if len(term.values) == 1:
            total = np.array([bound.steps[kinds[0]].sum() * factor])
            frozen = next((j for j in range(n) for k in kinds if _fits(term.values, np.array([n * bound.steps[k][j] * factor]), tolerance(term, total))), None)
            cause = "" if frozen is None else f"the loop variable is never updated: it is {n} times the term of step {frozen + 1}"
            error = abs(float(term.values[0] - total[0]))
            return Finding("diffusion", "wrong", float(term.values[0]), float(total[0]), error, because=f"a sum in {unit}, of neither variance of the steps", cause=cause)
        return Finding("diffusion", "fault", because=f"it is {len(term.values)} numbers for a chain with {n} steps")
    for part in _parts(term.values, n):
        for kind in kinds:
            exact = bound.steps[kind] * factor
            for order, ordered in (("the cleanest step first", exact), ("the noisiest step first", exact[::-1])):
                if _fits(part, ordered, tolerance(_Term(part, term.units.max()), ordered)):
                    result = grade(part, ordered, tolerance(_Term(part, term.units.max()), ordered))
                    return Finding("diffusion", "right", part, ordered, result.error, result.tolerance, f"in {unit}, {order}, steps with the {kind} variance")
    part, exact = next(_parts(term.values, n)), bound.steps[kinds[0]] * factor
    result = grade(part, exact, tolerance(_Term(part, term.units.max()), exact))
    because = f"in {unit}, at the step to level {result.index + 1}; {result.words('the subject', 'of the chain')}"
    return Finding("diffusion", result.verdict, part, exact, result.error, result.tolerance, because, cause=_cause(part, term, bound, kinds, factor, unit, tolerance))


def _cause(part: Array, term: _Term, bound: _Bound, kinds: Sequence[str], factor: float, unit: str, tolerance: _Tolerance) -> str:
    own = _Term(part, term.units.max())
    for kind in kinds:
        exact = bound.steps[kind] * factor
        for ordered in (exact, exact[::-1]):
            for j, value in enumerate(ordered):
                if _fits(part, np.full(len(part), value), tolerance(own, np.full(len(part), value))):
                    return f"the loop variable is never updated: every term is that of step {j + 1}"
            off = ~(np.abs(part - ordered) <= 8 * tolerance(own, ordered))
            if off.sum() <= max(1, len(part) // 3):
                where = ", ".join(str(i + 1) for i in np.flatnonzero(off))
                zero = bool((part[off] == 0).all())
                return f"{'step ' + where + ' is masked out' if zero else 'only step ' + where + ' differs'}; the other {int((~off).sum())} are right"
            words = _name(own, [(w, v if ordered is exact else v[::-1]) for w, v in bound.diffusions(exact)], tolerance)
            if words:
                return words
        words = _other_unit(own, exact / factor, unit, bound, tolerance)
        if words:
            return words
    return ""


def _reconstruction(term: _Term, bound: _Bound, factor: float, unit: str, decoder: str | None, bin: float | None, tolerance: _Tolerance) -> Finding:
    if decoder is not None and decoder not in bound.decoders:
        raise ValueError(f"`{decoder}` is no decoder known here; choose one of {', '.join(bound.decoders)}")
    gap = ""
    if bin is not None:
        value = _native.lattice_gap(bound.law, bound.levels[0].pair, bin) * factor
        gap = f"; on a lattice of spacing {bin:g} a decoder that is sure of its cell costs {value:.6g} {unit} less than the density of the noise (the lattice gap)"
    if not np.isfinite(term.values).all():
        return Finding("reconstruction", "undecided", because="it is no quadratic function of data and noise: a decoder on a lattice, or clamped" + gap)
    for name, value in bound.decoders.items():
        exact = np.array([value * factor])
        if decoder in (None, name) and _fits(term.values, exact, tolerance(term, exact)):
            result = grade(term.values, exact, tolerance(term, exact))
            return Finding("reconstruction", "right", float(term.values[0]), float(exact[0]), result.error, result.tolerance, f"in {unit}, with the decoder `{name}`{gap}")
    exact = np.array([bound.decoders[decoder or "posterior"] * factor])
    others = [(f"it is the decoder `{name}`", np.array([value * factor])) for name, value in bound.decoders.items()]
    cause = _name(term, others, tolerance) or _other_unit(term, exact / factor, unit, bound, tolerance)
    verdict = "wrong" if decoder is not None or cause else "undecided"
    error = abs(float(term.values[0] - exact[0]))
    because = f"in {unit}; " + (f"the decoder should be `{decoder}`" if decoder else "no decoder known here; say which by decoder=") + gap
    return Finding("reconstruction", verdict, float(term.values[0]), float(exact[0]), error, float(8 * tolerance(term, exact)[0]), because, cause=cause)


def _name(term: _Term, forms: Sequence[tuple[str, Array]], tolerance: _Tolerance) -> str:
    return next((words for words, values in forms if _fits(term.values, values, tolerance(term, values))), "")


def _other_unit(term: _Term, nats: Array, unit: str, bound: _Bound, tolerance: _Tolerance) -> str:
    """A term in another unit than the rest."""
    others = [(f"it is in {name}, the other terms in {unit}", nats * factor) for name, factor in bound.units.items() if name != unit]
    return _name(term, others, tolerance)
