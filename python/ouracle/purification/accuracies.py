"""Accuracies of a linear classifier behind a purifier, in closed form, and whether a measured one can be what it is called.

With ``w_eff = Mᵀw`` for a purifier ``x ↦ Mx + b + noise`` the logit of a class is Gaussian. The best attack of size ε takes ``ε|w_eff|_*`` off
it if the attacker knows the purifier (white-box), and ``ε w_effᵀδ`` with the ``δ`` that is best against ``w`` alone if not (gray-box).
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .. import _native, frameworks, tape
from ..grades import RIGHT
from .affine import Map
from .lengths import Rule

Array = NDArray[np.float64]

KINDS = ("clean", "white-box", "gray-box")
NORMS = ("l2", "linf")


@dataclass(frozen=True)
class Linear:
    """The logit ``wᵀx + b`` of the class +1."""

    weights: Array
    bias: float


@dataclass(frozen=True)
class Attack:
    """Two classes ``N(±μ, Σ)``, the classifier, and an attack of size ``eps`` in the norm ``l2`` or ``linf``; ``runs`` logits are averaged."""

    mean: Array
    covariance: Array
    classifier: Linear
    eps: float
    norm: str
    runs: int

    def accuracies(self, purifier: Map, eps: float | None = None) -> dict[str, float]:
        """``clean``, ``white-box`` and ``gray-box``; of another size if one is given."""
        w = self.classifier.weights
        effective, offset = purifier.factor.T @ w, float(w @ purifier.offset) + self.classifier.bias
        noise = max(0.0, float(w @ purifier.noise @ w)) / self.runs
        size = self.eps if eps is None else eps
        return dict(zip(KINDS, _native.purified_accuracies(self.mean, self.covariance, w, np.ascontiguousarray(effective), offset, noise, size, self.norm)))

    def bare(self) -> Map:
        """No purifier."""
        d = len(self.mean)
        return Map(np.eye(d), np.zeros(d), np.zeros((d, d)), frameworks.unit_roundoff("float64"))

    def dual(self, w: Array) -> float:
        """What a unit of attack takes off ``wᵀx`` at most."""
        return float(np.abs(w).sum() if self.norm == "linf" else np.linalg.norm(w))

    def sees(self, purifier: Map) -> bool:
        """Whether anything of an input is left in the logit, beyond what rounding leaves of ``w_eff``."""
        w = self.classifier.weights
        return self.dual(purifier.factor.T @ w) > RIGHT * purifier.unit * float(np.abs(w).sum()) * self.dual(np.ones_like(w))

    def slack(self, purifier: Map) -> float:
        """What units of the map make of an accuracy: ``Φ`` rises by ``1/√(2π)`` at most, and the rest is the quotient rule."""
        w = self.classifier.weights
        effective = purifier.factor.T @ w
        moved = purifier.unit * float(np.abs(w).sum()) * np.sqrt(len(w))
        within = np.linalg.eigvalsh(self.covariance)
        spread = float(effective @ self.covariance @ effective + w @ purifier.noise @ w / self.runs)
        deviation = np.sqrt(max(spread, np.finfo(float).tiny))
        push = float(np.linalg.norm(self.mean)) + self.eps * np.sqrt(len(w))
        numerator = abs(float(effective @ self.mean)) + push * float(np.linalg.norm(effective)) + abs(float(w @ purifier.offset) + self.classifier.bias)
        of_spread = 2 * float(np.sqrt(within[-1] * max(spread, 0.0))) * moved + purifier.noise_unit * float(np.abs(w).sum()) ** 2
        change = (moved * (push + 1 + float(np.linalg.norm(purifier.offset)))) / deviation + numerator * of_spread / (2 * deviation**3)
        return float(change / np.sqrt(2 * np.pi)) + frameworks.unit_roundoff("float64")


def linear(classify: Any, at: Array, framework: str, dtype: str, seed: int) -> Linear:
    """The classifier as it is, or read from a function ``classify(x)`` that returns a logit of the class +1, or two, of −1 and +1.

    Raises:
        TapeError: if the function is not affine.
        ValueError: if weights have the wrong size.
    """
    if not callable(classify):
        w = np.ravel(np.asarray(classify, dtype=np.float64))
        if len(w) != len(at) or not np.isfinite(w).all() or not np.any(w):
            raise ValueError(f"the classifier has {len(w)} weights, of which some are not finite or all are 0, for {len(at)} dimensions")
        return Linear(w, 0.0)
    reading = tape.read(lambda noise: classify(frameworks.make(at + noise, framework, dtype)), (len(at),), scale=lambda: float(np.abs(at).max()) + 1, seed=seed)
    rows, offset = reading.output.blocks[0], reading.output.offset
    if len(offset) == 2:
        rows, offset = rows[1:] - rows[:1], offset[1:] - offset[:1]
    if len(offset) != 1:
        raise tape.TapeError(f"the classifier returns {len(offset)} numbers a row; there are two classes: return the logit of the class +1, or one for each, −1 first")
    w = rows[0]
    if not np.any(np.abs(w) > reading.allowance):
        raise tape.TapeError("the classifier does not depend on its input to rounding; return the logit and not the class")
    return Linear(w, float(offset[0] - w @ at))


def compared(own: Map, ideal: Map | None, attack: Attack) -> Iterator[Rule]:
    """The accuracies of the user's pipeline, beside those of exact steps and of no purifier."""
    mine, without = (attack.accuracies(one) for one in (own, attack.bare()))
    if ideal is None:
        for kind in KINDS if attack.eps > 0 else KINDS[:1]:
            yield Rule(f"{kind} accuracy", "undecided", "that of the purifier as it is; there are no exact steps to compare it with", "", mine[kind])
        return
    best = attack.accuracies(ideal)
    limit = RIGHT * (attack.slack(own) + attack.slack(ideal))
    for kind in KINDS if attack.eps > 0 else KINDS[:1]:
        error = abs(mine[kind] - best[kind])
        words = f"8 units of the map, by |ΔΦ| ≤ |Δt|/√(2π); without a purifier it is {without['clean' if kind == 'clean' else 'white-box']:.6g}"
        if kind == "gray-box":
            words += f"; {mine[kind] - mine['white-box']:+.3g} to the white-box accuracy is what the attacker does not know, and no defence"
        yield Rule(f"{kind} accuracy", "right" if error <= limit else "wrong", words, "" if error <= limit else "a consequence of the purifier's map, see `factor` and `covariance`", mine[kind], best[kind], error, limit)


def reported(value: float, n: int, kind: str, own: Map, attack: Attack, false_alarm: float) -> Rule:
    """A measured accuracy against the exact one of the user's own pipeline."""
    mine, without = attack.accuracies(own), attack.accuracies(attack.bare())
    w = attack.classifier.weights
    effective = own.factor.T @ w
    wrong_norm = float(np.abs(effective).max()) if attack.norm == "linf" else float(np.sqrt(len(w)) * np.linalg.norm(effective))
    rate = float(np.linalg.norm(own.factor, 2))
    others = {
        **{f"the {name} accuracy": mine[name] for name in KINDS},
        "a white-box attack whose norm was left out (ε for ε|w_eff|)": attack.accuracies(own, attack.eps / attack.dual(effective))["white-box"],
        "a white-box attack with " + ("max|w| for the sum of |w|" if attack.norm == "linf" else "√d|w| for |w|"): attack.accuracies(own, attack.eps * wrong_norm / attack.dual(effective))["white-box"],
        "the clean accuracy without the purifier": without["clean"],
        "the robust accuracy without the purifier": without["white-box"],
        "an attack shrunk by the contraction of the purifier, with classes that are not": attack.accuracies(attack.bare(), attack.eps * rate)["white-box"],
    }
    p = mine[kind]
    # A printed accuracy is a count over n; of the two next to it, the one that speaks for the claim.
    counts = {math.floor(value * n), math.ceil(value * n)}

    def refuted(probability: float) -> bool:
        return all(_native.refutes_probability(n, min(n, count), min(1.0, max(0.0, probability)), false_alarm, 1) for count in counts)

    agree = [words for words, probability in others.items() if not refuted(probability) and words != f"the {kind} accuracy"]
    words = f"{n} independent examples, Chernoff bound of the binomial law with false alarms at {false_alarm:g}"
    if refuted(p):
        cause = f"it agrees with {', '.join(agree)}" if agree else "it agrees with no formula known here"
        return Rule("reported accuracy", "wrong", words, cause, value, p, abs(value - p))
    tell = f"; so many cannot tell it from {', '.join(agree)}" if agree else ""
    return Rule("reported accuracy", "consistent", words + tell, "", value, p, abs(value - p))
