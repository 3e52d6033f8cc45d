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
from ..grades import RIGHT
from ..laws import Gaussian
from ..purification import accuracies, affine, invariance, lengths, noise, states, whole
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
        yield states.counted(trail, self.steps)
        yield from states.clipped(trail, self.clip)
        yield from states.scaled(trail)
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

    def map(self, trail: Trail) -> tuple[affine.Map | None, affine.Map | None, list[Rule]]:
        """The affine map, read and exact, and what is said of it; none where the purifier is not affine by its nature."""
        energy = self.energy
        assert isinstance(energy, GaussianEnergy)
        straight = trail.scale is not None and trail.entry.explained and all(step.shared and step.explained and not step.reused for step in trail.steps)
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
        scale, shift = trail.scale or (1.0, 0.0)
        if scale != 1:
            # In the scale of the input the mode lies elsewhere, and noise of the steps is as much smaller.
            energy, variances = GaussianEnergy(energy.precisions, (energy.mode - shift) / scale), variances / scale**2
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
        rules = list(whole.judged(own, ideal, energy, said, self.points[0]))
        rules.append(whole.contraction(energy, found, levels if len(levels) == len(found) else [0] * len(found)))
        if self.law is not None:
            rules.append(whole.law(self.law, ideal, self.points[1], self.seed))
        return own, ideal, rules


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
    if not all(attack.sees(one) for one in (own, ideal) if one is not None):
        words = "the purifier leaves nothing of the input in the logit but rounding: both classes look alike behind it, and which of them is said is no accuracy"
        yield Rule("accuracy", "undecided", words)
        return
    yield from accuracies.compared(own, ideal, attack)
    if value is not None:
        yield accuracies.reported(value, n, kind, own, attack, rate)

