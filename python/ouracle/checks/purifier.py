"""Purifiers: steps along the score of an energy, and the accuracies of a linear classifier behind them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .. import frameworks
from ..energies import Energy, GaussianEnergy, MixtureEnergy
from ..findings import Finding, Findings, caller
from ..grades import RIGHT, grade
from ..laws import Gaussian
from ..purification import accuracies, affine, invariance, lengths, noise
from ..purification.lengths import Rule
from ..purification.trail import Trail, follow
from ..run import SubjectError
from ..session import check
from ..tape import TapeError

Array = NDArray[np.float64]

METHODS = ("fixed", "tweedie", "adaptive", "langevin")
#: Rows of the batch whose trail is read: more than the unknowns of a step.
ROWS = 24


@check
def check_purifier(
    purify: Callable[[Any], Any],
    energy: Energy,
    *,
    method: str = "",
    length: float | None = None,
    steps: int | None = None,
    relaxation: float | None = None,
    eta: float | None = None,
    convention: str = "",
    inject: float | None = None,
    clip: tuple[float, float] | None = None,
    law: Callable[[Array, Array], tuple[ArrayLike, ArrayLike]] | None = None,
    classes: tuple[ArrayLike, ArrayLike] | None = None,
    classifier: Any = None,
    eps: float = 0.0,
    norm: str = "l2",
    runs: int = 1,
    reported: float | None = None,
    n: int = 0,
    reported_as: str = "white-box",
    framework: str = "numpy",
    dtype: str = "float64",
    shape: tuple[int, ...] | None = None,
    subject: str = "",
    false_alarm: float = 1e-6,
    seed: int = 0,
) -> Findings:
    """Whether a purifier makes the steps along a score that it should, and what they do to a linear classifier's accuracy.

    Everything is read: the number of steps from the states at which the energy was asked, their lengths and noise from what leads from
    one to the next, and on a Gaussian energy the whole affine map by a noise tape. What is declared is compared with; what is not is
    taken as it is, and said.

    Args:
        purify: ``purify(x)``, ``(batch, *shape)`` in and out, which asks ``energy.score`` or differentiates ``energy.energy``.
        energy: a :class:`GaussianEnergy` or a :class:`MixtureEnergy`, the one that the purifier asks.
        method: ``fixed`` steps, one ``tweedie`` step, ``adaptive`` steps or ``langevin`` steps; found out if not given.
        length: ``α`` of fixed steps.
        steps: how many.
        relaxation: ``λ`` of adaptive steps.
        eta, convention: ``η`` of Langevin steps, and ``H`` (drift η/2, noise √η) or ``F`` (drift η, noise √(2η)).
        inject: the standard deviation of the noise that is added to the input.
        clip: the interval to which states are clipped; one that is not declared is noticed and said.
        law: your formula of the law after purification, ``(mean, covariance) -> (mean, covariance)``.
        classes: ``(μ, Σ)`` of two classes ``N(±μ, Σ)``; asks for accuracies.
        classifier: the weights ``w`` of ``sign(wᵀx)``, or a function that returns a logit; the Bayes direction ``Σ⁻¹μ`` by default.
        eps, norm: size of the attack, in the norm ``l2`` or ``linf``.
        runs: how many logits are averaged, with noise of their own.
        reported, n, reported_as: a measured accuracy over ``n`` examples, and whether it is ``clean``, ``white-box`` or ``gray-box``.
        framework, dtype, shape: of the arrays that the purifier takes.
        subject: a name for the report.
        false_alarm: the rate at which a reported accuracy that is right is called wrong.
        seed: of the points and of the noise.

    Returns:
        Findings ``steps``, ``step length``, ``noise``, ``injected noise``, ``clip`` as they apply; on a Gaussian energy ``factor``, ``fixed
        point``, ``covariance``, ``contraction`` and the accuracies; on a mixture ``step sign``, ``decisions`` and ``fixed points``.

    Raises:
        ValueError: if arguments do not fit the energy.
    """
    asked = _Question(
        purify, energy, _one_of("method", method, METHODS), length, steps, relaxation, eta, _one_of("convention", convention, tuple(noise.CONVENTIONS)),
        inject, clip, law, framework, dtype, shape or (energy.dimension,), seed,
    )  # fmt: skip
    about: dict[str, Any] = dict(check="check_purifier", subject=subject or getattr(purify, "__qualname__", ""), case=repr(energy), command=caller())
    attack = _attack(energy, classes, eps, norm, runs) if classes is not None else None
    if reported is not None and (attack is None or n < 1 or not 0 <= reported <= 1):
        raise ValueError(f"an accuracy of {reported} over {n} examples needs n ≥ 1, a share between 0 and 1, and the classes that it is about")
    _one_of("reported_as", reported_as, accuracies.KINDS)
    found: list[Finding] = []

    def note(rules: Iterable[Rule], reference: str) -> None:
        for rule in rules:
            details = {} if rule.relaxation is None else {"lambda": rule.relaxation}
            found.append(Finding(rule.quantity, rule.verdict, rule.got, rule.exact, rule.error, rule.tolerance, rule.words, reference, rule.cause, details=details, **about))

    own = ideal = None
    try:
        trail = asked.follow()
        note(asked.trail(trail), "recursion")
        if isinstance(energy, GaussianEnergy):
            own, ideal, rules = asked.map(trail)
            note(rules, "closed form")
        elif isinstance(energy, MixtureEnergy):
            note(invariance.judged(asked, energy, trail), "closed form")
            if attack is not None and invariance.holds(energy, trail):
                own = ideal = attack.bare()
    except (TapeError, SubjectError) as error:
        found.append(Finding("steps", "fault" if isinstance(error, SubjectError) or "returned" in str(error) else "undecided", because=str(error), **about))
    if attack is not None:
        note(_accuracies(asked, attack, classifier, own, ideal, (reported, n, reported_as, false_alarm)), "closed form")
    return Findings(found)


def _one_of(name: str, value: str, choices: tuple[str, ...]) -> str:
    if value and value not in choices:
        raise ValueError(f"{name} is `{value}`; choose one of {', '.join(choices)}")
    return value


def _attack(energy: Energy, classes: tuple[ArrayLike, ArrayLike], eps: float, norm: str, runs: int) -> accuracies.Attack:
    law = Gaussian(*classes)
    if law.dimension != energy.dimension or np.linalg.eigvalsh(law.covariance)[0] <= 0:
        raise ValueError(f"the classes have {law.dimension} dimensions and the energy {energy.dimension}; the covariance within a class must not be singular")
    if not (np.isfinite(eps) and eps >= 0) or runs < 1:
        raise ValueError(f"an attack of size {eps} over {runs} runs; give a size ≥ 0 and at least one run")
    _one_of("norm", norm, accuracies.NORMS)
    bayes: Array = np.linalg.solve(law.covariance, law.mean).astype(np.float64)
    return accuracies.Attack(law.mean, law.covariance, accuracies.Linear(bayes, 0.0), eps, norm, runs)


@dataclass
class _Question:
    """A purifier, the energy it asks, and what is said about it."""

    call: Callable[[Any], Any]
    energy: Energy
    method: str
    length: float | None
    steps: int | None
    relaxation: float | None
    eta: float | None
    convention: str
    inject: float | None
    clip: tuple[float, float] | None
    law: Callable[[Array, Array], tuple[ArrayLike, ArrayLike]] | None
    framework: str
    dtype: str
    shape: tuple[int, ...]
    seed: int

    def __post_init__(self) -> None:
        if int(np.prod(self.shape)) != self.energy.dimension:
            raise ValueError(f"a state of the shape {self.shape} has {int(np.prod(self.shape))} entries; the energy has {self.energy.dimension} dimensions")
        if self.method == "tweedie" and self.energy.sigma is None:
            raise ValueError("Tweedie's step is σ² of the noise of training; say it, GaussianEnergy(…, sigma=…)")
        self.points = np.asarray(frameworks.to_numpy(self.make(invariance.points(self.energy, ROWS, self.seed))))

    def make(self, rows: Array) -> Any:
        """Rows as the purifier takes them."""
        return frameworks.make(rows.reshape(len(rows), *self.shape), self.framework, self.dtype)

    def __call__(self, rows: Array) -> Any:
        start = self.make(rows)
        try:
            return self.call(start)
        except TapeError:
            raise
        except Exception as error:
            raise SubjectError(error) from error

    def follow(self) -> Trail:
        self.points = self.points.reshape(ROWS, -1)
        probes = False if self.method in ("fixed", "tweedie", "langevin") or self.eta is not None or self.length is not None else None
        return follow(self, self.energy, self.points, dtype=self.dtype, seed=self.seed, probes=probes)

    def trail(self, trail: Trail) -> Iterator[Rule]:
        """What the states say, step by step."""
        yield self._count(trail)
        yield from self._clip(trail)
        if not trail.unexplained:
            kind = self.method or ("langevin" if self.eta is not None else "fixed" if self.length is not None else lengths.kind(trail))
            if kind != "adaptive" and not all(step.shared for step in trail.steps):
                words = f"the length differs from sample to sample; {kind} steps have one for all"
                yield Rule("step length", "wrong", words, "", trail.steps[0].lengths[:3].tolist(), self.length)
            elif kind == "langevin":
                yield from noise.of_steps(trail, self.eta, self.convention)
            elif kind == "adaptive":
                yield from lengths.adaptive(trail, self.energy, self.relaxation)
            else:
                yield lengths.tweedie(trail, self.energy) if kind == "tweedie" else lengths.fixed(trail, self.energy, self.length)
        if self.method not in ("", "langevin") and any(step.noise for step in trail.steps):
            yield Rule("noise", "wrong", f"{self.method} steps add no noise of their own", "noise is added at every step and not once", float(noise.variances(trail)[0].max()), 0.0)
        yield from noise.injected(trail, self.inject)

    def _count(self, trail: Trail) -> Rule:
        got, bad = len(trail.steps), trail.unexplained
        asked = f"the energy was asked {trail.asked} times, and {trail.draws} arrays of noise were drawn"
        if bad:
            step = trail.steps[bad[0]]
            words = f"step {bad[0]} is not x + α·score + noise: {step.residual:.3g} is left over, and rounding would explain {step.allowance:.3g}; {asked}"
            return Rule("steps", "wrong", words, "", got, self.steps, step.residual, step.allowance)
        if self.steps is not None and got != self.steps:
            cause = "one step too few" if got == self.steps - 1 else "one step too many" if got == self.steps + 1 else ""
            return Rule("steps", "wrong", asked, cause, got, self.steps)
        return Rule("steps", "right", f"each is x + α·score + noise to rounding; {asked}", "", got, self.steps)

    def _clip(self, trail: Trail) -> Iterator[Rule]:
        moves = [trail.entry, *trail.steps]
        bounds = [move.clip for move in moves if move.clip is not None and move.explained]
        if bounds:
            low = min((b[0] for b in bounds if np.isfinite(b[0])), default=-np.inf)
            high = max((b[1] for b in bounds if np.isfinite(b[1])), default=np.inf)
            if self.clip is not None:
                fits = all(np.isin(b[0], (self.clip[0], -np.inf)) and np.isin(b[1], (self.clip[1], np.inf)) for b in bounds)
                yield Rule("clip", "right" if fits else "wrong", "states are clipped", "" if fits else "to another interval than was said", [low, high], list(self.clip))
            else:
                words = f"states are clipped to [{low:.6g}, {high:.6g}]; what is not held there follows the exact recursion, but no closed form of the map or of an accuracy applies"
                yield Rule("clip", "convention", words, "a clip, as of pixels", [low, high])
        elif self.clip is not None and not trail.unexplained:
            outside = np.any((trail.output < self.clip[0]) | (trail.output > self.clip[1]))
            yield Rule("clip", "wrong" if outside else "right", "no state was held at an end of the interval", "states are not clipped" if outside else "", None, list(self.clip))
        scaled = next((k for k, move in enumerate(moves) if move.explained and (move.scale != 1 or move.shift != 0)), None)
        if scaled is not None:
            move = moves[scaled]
            where = "between the input and the first question" if scaled == 0 else f"after step {scaled - 1}"
            words = f"{where} the scale changes, x ← {move.scale:.6g}·x + {move.shift:.6g}"
            yield Rule("scale", "wrong", words, "two scales of the state are mixed: it is converted for the energy, and converted back not where it should be", [move.scale, move.shift], [1.0, 0.0])

    def map(self, trail: Trail) -> tuple[affine.Map | None, affine.Map | None, list[Rule]]:
        """The affine map, read and exact, and what is said of it; none where the purifier is not affine by its nature."""
        energy = self.energy
        assert isinstance(energy, GaussianEnergy)
        straight = all(step.shared and step.explained and step.plain and not step.reused for step in trail.steps) and trail.entry.explained and trail.entry.plain
        varied = any(not step.shared or step.clip is not None for step in trail.steps) or trail.entry.clip is not None or trail.binary is not None
        if varied:
            return None, None, []
        try:
            own = affine.read(self, energy, self.points[0], len(trail.steps), self.seed, trail.dtype)
        except TapeError as error:
            return None, None, [Rule("factor", "undecided", f"the steps are affine where they were followed, and the whole is not: {error}")]
        found, units = lengths.common(trail.steps)
        variances, _ = noise.variances(trail)
        if not straight and self.length is None:
            return own, None, []
        said = np.full(len(found), self.length) if self.length is not None else found
        count = self.steps if self.steps is not None and self.length is not None else len(said)
        said = said[:1].repeat(count) if self.length is not None else said
        levels = [step.level for step in trail.steps] if count == len(trail.steps) else [0] * count
        if self.inject is not None:
            injected = self.inject
        else:
            injected = float(np.sqrt(sum(c**2 for c in trail.entry.noise.values())))
        if len(variances) != count:
            variances = np.zeros(count)
        slack = units if self.length is None else np.full(count, frameworks.unit_roundoff("float64") * abs(self.length))
        ideal = affine.exact(energy, levels, said, variances, injected, slack, own.precision)
        return own, ideal, list(self._affine(own, ideal, energy, (said, found), levels))

    def _affine(self, own: affine.Map, ideal: affine.Map, energy: GaussianEnergy, steps: tuple[Array, Array], levels: list[int]) -> Iterator[Rule]:
        said, found = steps
        unit = own.unit + ideal.unit
        result = grade(own.factor, ideal.factor, unit)
        words = f"Π(I − αP) over {len(said)} steps; {result.words(own.precision, 'of the steps one after the other')}"
        yield Rule("factor", result.verdict, words, "" if result.verdict == "right" else self._factor_cause(own, energy, said), own.factor.tolist(), ideal.factor.tolist(), result.error, result.tolerance)
        kept = own.factor @ energy.mode + own.offset
        result = grade(kept, energy.mode, unit * (1 + float(np.abs(energy.mode).sum()) + float(np.abs(self.points[0]).sum())))
        yield Rule("fixed point", result.verdict, result.words(own.precision, "of the map at the mode, which it must leave where it is"), "", kept.tolist(), energy.mode.tolist(), result.error, result.tolerance)
        if np.any(own.noise) or np.any(ideal.noise):
            yield self._covariance(own, ideal, unit)
        yield _contraction(energy, found, levels if len(levels) == len(found) else [0] * len(found))
        if self.law is not None:
            yield self._law(ideal, energy)

    @staticmethod
    def _covariance(own: affine.Map, ideal: affine.Map, unit: float) -> Rule:
        result = grade(own.noise, ideal.noise, own.noise_unit + ideal.noise_unit + 2 * unit * float(np.sqrt(np.trace(ideal.noise))))
        words = f"what the purifier's own noise leaves in its output; {result.words(own.precision, 'of the factor, twice')}"
        return Rule("covariance", result.verdict, words, "", own.noise.tolist(), ideal.noise.tolist(), result.error, result.tolerance)

    def _factor_cause(self, own: affine.Map, energy: GaussianEnergy, said: Array) -> str:
        """The number of steps, or the length, that the map itself would be exact for."""
        first = float(said[0]) if len(said) else 0.0
        for words, length, count in [("the sign of the score: it climbs the energy", -first, len(said)), *((f"the map is that of {k} steps and not of {len(said)}", first, k) for k in (len(said) - 1, len(said) + 1, 2 * len(said)) if k >= 0)]:
            other = affine.exact(energy, [0] * count, np.full(count, length), np.zeros(count), 0.0, np.full(count, frameworks.unit_roundoff("float64")), own.precision)
            if grade(own.factor, other.factor, own.unit + other.unit).verdict == "right":
                return words
        return ""

    def _law(self, ideal: affine.Map, energy: GaussianEnergy) -> Rule:
        """The user's formula against the exact law, for a start in general position."""
        assert self.law is not None
        d = energy.dimension
        root = np.random.Generator(np.random.Philox(key=[self.seed, 1])).standard_normal((d, d))
        mean, start = self.points[1], root @ root.T / d + 0.1 * np.eye(d)
        try:
            claimed = [np.asarray(part, dtype=np.float64) for part in self.law(mean.copy(), start.copy())]
            if [part.shape for part in claimed] != [(d,), (d, d)]:
                raise ValueError(f"it returned the shapes {[part.shape for part in claimed]}; (d,) and (d, d) were expected")
        except Exception as error:  # noqa: BLE001 - a formula may raise anything
            return Rule("law", "fault", f"the formula of the law raised {type(error).__name__}: {error}")
        factor = ideal.factor
        exact = (factor @ mean + ideal.offset, factor @ start @ factor.T + ideal.noise)
        size = float(np.abs(factor).sum() + 1)
        unit = ideal.unit * size * (float(np.abs(start).sum()) + float(np.abs(mean).sum()) + 1)
        results = [grade(got, truth, unit) for got, truth in zip(claimed, exact)]
        worst = max(results, key=lambda r: r.error)
        known = {
            "covariance BᵏS₀: the second factor Bᵏ is missing": factor @ start + ideal.noise,
            "the noise of the purifier is missing": factor @ start @ factor.T,
            "the covariance of the input: as if purification moved the mean alone": start,
            "(Bᵏ)ᵀ(Bᵏ) without the input's covariance": factor @ factor.T,
        }
        cause = ""
        if results[1].verdict != "right":
            cause = next((words for words, value in known.items() if grade(claimed[1], value, unit).verdict == "right"), "")
        elif results[0].verdict != "right" and grade(claimed[0], factor @ mean, unit).verdict == "right":
            cause = "Bᵏm₀ for the mean: the mode of the energy is forgotten"
        words = f"N(m + Bᵏ(m₀ − m), BᵏS₀Bᵏ + noise); {worst.words('float64', 'of the factor, twice')}"
        return Rule("law", worst.verdict, words, cause, [part.tolist() for part in claimed], [part.tolist() for part in exact], worst.error, worst.tolerance)


def _contraction(energy: GaussianEnergy, found: Array, levels: list[int]) -> Rule:
    """Whether the steps that are made bring two inputs closer together."""
    rates = [affine.contraction(energy.precisions[level], float(a)) for level, a in zip(levels, found)]
    limits = [2 / np.linalg.eigvalsh(energy.precisions[level])[-1] for level in levels]
    far = [k for k, (a, limit) in enumerate(zip(found, limits)) if a < 0 or a >= limit]
    cause = ""
    if far and found[far[0]] < 0:
        cause = "the sign of the score: displacements from the mode grow"
    elif far:
        cause = f"step {far[0]} has the length {found[far[0]]:.6g}, and 2/λ_max is {limits[far[0]]:.6g}: displacements grow"
    return Rule("contraction", "wrong" if far else "right", "a displacement shrinks by ρ = max|1 − αλ| a step at least, if 0 < α < 2/λ_max", cause, max(rates))


def _accuracies(asked: _Question, attack: accuracies.Attack, classifier: Any, own: affine.Map | None, ideal: affine.Map | None, report: tuple[float | None, int, str, float]) -> Iterator[Rule]:
    value, n, kind, rate = report
    if classifier is not None:
        try:
            weights = accuracies.linear(classifier, asked.points[0], asked.framework, asked.dtype, asked.seed)
        except TapeError as error:
            yield Rule("classifier", "unsupported", f"accuracies have a closed form for a linear classifier alone: {error}")
            return
        except Exception as error:
            # Weights that do not fit are the caller's; a function may raise anything.
            if not callable(classifier):
                raise
            yield Rule("classifier", "fault", f"the classifier raised {type(error).__name__}: {error}")
            return
        attack = accuracies.Attack(attack.mean, attack.covariance, weights, attack.eps, attack.norm, attack.runs)
    w = attack.classifier.weights
    if isinstance(asked.energy, MixtureEnergy) and own is not None:
        # The sign of μᵀx survives, and with it the decisions of a classifier along μ, and of no other.
        mean = asked.energy.mean
        away = np.linalg.norm(w - (w @ mean) / (mean @ mean) * mean)
        if away > RIGHT * frameworks.unit_roundoff("float64") * len(w) * np.linalg.norm(w) or attack.classifier.bias != 0:
            own = None
    if own is None:
        yield Rule("accuracy", "unsupported", "the purifier is no affine map that could be read, so its accuracies have no closed form here")
        return
    yield from accuracies.compared(own, ideal if ideal is not None else own, attack)
    if value is not None:
        yield accuracies.reported(value, n, kind, own, attack, rate)

