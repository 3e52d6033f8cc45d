"""Conversions between what networks predict: score, noise, data, v, velocity, and EDM's raw output F."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .. import frameworks
from ..case import Case
from ..fields import kind_of
from ..findings import Finding, Findings, caller
from ..grades import grade
from ..session import check

Array = NDArray[np.float64]


@check
def check_field_conversions(
    conversions: Mapping[Any, Callable[..., Any]],
    case: Case,
    *,
    times: Sequence[float] | None = None,
    sigma_data: float = 0.5,
    framework: str = "numpy",
    dtype: str = "float64",
    subject: str = "",
) -> Findings:
    """Whether a subject converts between predictions as the definitions of ``z = αx + σε`` demand, all branches alike.

    Every branch is fed with the exact field at the same states and must return the exact field of the other kind. A sign or a
    scale that all branches share is a convention, and is named; one that only some have is an error.

    Args:
        conversions: functions by branch, ``("eps", "x0")`` or ``"eps->x0"``: ``f(z, value, t)``, or ``f(z, value, alpha, sigma)``
            with four arguments. Kinds: ``score``, ``eps``, ``x0``, ``v``, ``velocity``, and ``F`` with
            ``x0 = c_skip z/α + c_out F`` of EDM.
        case: any law; Gaussian data with a mean that is not zero and unequal variances tell most.
        times: on the clock of the case; nine over its whole range by default.
        sigma_data: of ``F``.
        framework, dtype: of the arrays that the functions take.
        subject: a name for the report.

    Returns:
        One finding for each branch, such as ``eps->x0``, and one, ``conventions``, that says which the branches share.

    Raises:
        ValueError: for kinds that do not exist, or no branch at all.
    """
    about: dict[str, Any] = dict(check="check_field_conversions", subject=subject, case=repr(case), command=caller(), reference="closed form")
    branches = {_branch(key): call for key, call in conversions.items()}
    if not branches:
        raise ValueError("there are no conversions to check; give {'eps->x0': f, …} with f(z, value, t)")
    world = _World(case, _times(case, times), sigma_data, dtype)
    tested = {branch: _Branch(branch, call, world, framework, dtype) for branch, call in branches.items()}
    shared = _shared(tested)
    found = [result.finding(shared, tested, about) for result in tested.values()]
    words = [f"your {kind} is {name}" for kind, name in shared.items() if name != kind]
    if not any(result.fits for result in tested.values()):
        summary = Finding("conventions", "undecided", because="no branch fits any convention known here", **about)
    elif words:
        summary = Finding("conventions", "convention", because="; ".join(words), **about)
    else:
        summary = Finding("conventions", "right", because="every branch uses the definitions as they are", **about)
    return Findings([*found, summary])


def _branch(key: Any) -> tuple[str, str]:
    parts = key.split("->") if isinstance(key, str) else tuple(key)
    if len(parts) != 2:
        raise ValueError(f"`{key}` is no branch; write ('eps', 'x0') or 'eps->x0'")
    source, target = (part.strip() if part.strip() == "F" else kind_of(part.strip()) for part in parts)
    return source, target


def _times(case: Case, times: Sequence[float] | None) -> Array:
    if times is not None:
        return np.asarray(times, dtype=np.float64)
    low, high = sorted((case.schedule.data_time, case.schedule.noise_time))
    inner = low + (high - low) * np.array([0.015625, 0.0625, 0.125, 0.25, 0.375, 0.5, 0.75, 0.875, 0.984375])
    # A table has no level between two of its times that a subject would know.
    return np.unique(np.round(inner)) if high - low > 16 else inner


class _World:
    """The exact values of every kind at some states and times, and how each kind is made of data and noise."""

    def __init__(self, case: Case, times: Array, sigma_data: float, dtype: str) -> None:
        self.case, self.times, self.sigma_data = case, times, sigma_data
        self.rows = case.schedule.rows(times)
        self.u = frameworks.unit_roundoff(dtype)
        rng = np.random.Generator(np.random.Philox(20))
        self.states = []
        for time in times:
            mean, covariance = case.moments(case.schedule.level(float(time)))
            self.states.append(mean + rng.standard_normal((6, case.dimension)) @ np.linalg.cholesky(covariance).T)
        self._exact: dict[str, Array] = {}

    def parts(self, kind: str) -> tuple[Array, Array]:
        """``(a, b)`` with the kind ``a·x + b·ε`` at every time."""
        alpha, sigma, alpha_rate, sigma_rate = self.rows.T
        zero, one = np.zeros_like(alpha), np.ones_like(alpha)
        if kind == "F":
            ratio = sigma / alpha
            total = ratio**2 + self.sigma_data**2
            skip, out = self.sigma_data**2 / total, ratio * self.sigma_data / np.sqrt(total)
            return (1 - skip) / out, -skip * ratio / out
        return {
            "score": (zero, -1 / sigma),
            "eps": (zero, one),
            "x0": (one, zero),
            "v": (-sigma, alpha),
            "velocity": (alpha_rate, sigma_rate),
        }[kind]

    def exact(self, kind: str) -> Array:
        """The exact field at the states, ``(times, 6, d)``."""
        if kind not in self._exact:
            if kind == "F":
                (a, b), x, e = self.parts("F"), self.exact("x0"), self.exact("eps")
                self._exact[kind] = a[:, None, None] * x + b[:, None, None] * e
            else:
                # A field of its own case, so that the questions to the subject's fields stay apart.
                field = Case(self.case.law, self.case.schedule).field(kind)
                self._exact[kind] = np.stack([field(z, t) for z, t in zip(self.states, self.times)])
        return self._exact[kind]

    def size(self, kind: str) -> Array:
        """What rounds in the exact field, ``‖M‖‖z‖ + ‖c‖`` of its affine parts, ``(times, 6, 1)``."""
        if kind == "F":
            (a, b), x, e = self.parts("F"), self.size("x0"), self.size("eps")
            return np.abs(a)[:, None, None] * x + np.abs(b)[:, None, None] * e
        matrices, offsets = Case(self.case.law, self.case.schedule).field(kind).coefficients(self.times)
        slope = np.linalg.norm(matrices, ord=2, axis=(2, 3)).max(axis=1)[:, None, None]
        length = np.linalg.norm(np.stack(self.states), axis=2, keepdims=True)
        return slope * length + np.linalg.norm(offsets, axis=2).max(axis=1)[:, None, None]

    def factors(self, kind: str) -> dict[str, Array]:
        """What a subject may mean by a kind: names, and what multiplies ours at every time."""
        alpha, sigma, alpha_rate, sigma_rate = self.rows.T
        one = np.ones_like(alpha)
        noise = 2 * sigma * np.abs(sigma_rate - alpha_rate / alpha * sigma)
        known = {kind: one, f"−{kind}": -one}
        if kind == "score":
            known |= {"σ·score": sigma, "−σ·score (which is eps)": -sigma, "g·score": np.sqrt(noise), "g²·score": noise}
        return {name: factor for name, factor in known.items() if np.isfinite(factor).all()}

    def weights(self, source: str, target: str) -> tuple[Array, Array]:
        """``(p, q)`` with target ``= p·z + q·source`` at every time."""
        alpha, sigma = self.rows[:, :2].T
        (a, b), (c, d) = self.parts(source), self.parts(target)
        determinant = alpha * b - sigma * a
        return (c * b - d * a) / determinant, (alpha * d - sigma * c) / determinant


class _Branch:
    """One conversion of the subject, asked under every convention of what goes in."""

    def __init__(self, branch: tuple[str, str], call: Callable[..., Any], world: _World, framework: str, dtype: str) -> None:
        self.source, self.target = branch
        self.world, self.dtype, self.fault = world, dtype, ""
        self.name = "->".join(branch)
        #: The pairs of names, of what goes in and what comes out, that agree to rounding.
        self.fits: list[tuple[str, str]] = []
        self.answers: dict[str, Array] = {}
        for name, factor in world.factors(self.source).items():
            try:
                self.answers[name] = self._ask(call, factor, framework, dtype)
            except Exception as error:  # noqa: BLE001 - a subject may raise anything
                self.fault = f"{type(error).__name__}: {error}"
                return
        for name, answer in self.answers.items():
            for other, factor in world.factors(self.target).items():
                exact = factor[:, None, None] * world.exact(self.target)
                if grade(answer, exact, np.abs(factor)[:, None, None] * self.unit()).verdict != "wrong":
                    self.fits.append((name, other))

    def _ask(self, call: Callable[..., Any], factor: Array, framework: str, dtype: str) -> Array:
        world, rows = self.world, []
        values = factor[:, None, None] * world.exact(self.source)
        for i, time in enumerate(world.times):
            z, value = (frameworks.make(a, framework, dtype) for a in (world.states[i], values[i]))
            level = world.case.schedule.level(float(time))
            answer = call(z, value, level.alpha, level.sigma) if _arguments(call) == 4 else call(z, value, float(time))
            rows.append(frameworks.to_numpy(answer).reshape(world.states[i].shape))
        return np.stack(rows)

    def unit(self) -> Array:
        """``u·κ``, κ the sum of the absolute values of the two terms ``p·z`` and ``q·source``, each of which rounds, and of what
        rounds in the exact fields themselves."""
        p, q = (np.abs(w)[:, None, None] for w in self.world.weights(self.source, self.target))
        size = p * np.abs(np.stack(self.world.states)) + q * self.world.size(self.source)
        return self.world.u * (size + self.world.size(self.target)) + np.finfo(float).tiny

    def finding(self, shared: Mapping[str, str], tested: Mapping[tuple[str, str], _Branch], about: Mapping[str, Any]) -> Finding:
        if self.fault:
            return Finding(self.name, "fault", because=f"the conversion raised {self.fault}", **about)
        names = shared.get(self.source, self.source), shared.get(self.target, self.target)
        factor = self.world.factors(self.target)[names[1]][:, None, None]
        exact = factor * self.world.exact(self.target)
        answer = self.answers[names[0]]
        result = grade(answer, exact, np.abs(factor) * self.unit())
        i = np.unravel_index(result.index, answer.shape)
        because = f"at time {self.world.times[i[0]]:g}; " + result.words(self.dtype, "the sum of the absolute values of its two terms")
        cause, verdict = "", result.verdict
        if verdict in ("right", "degraded"):
            if verdict == "right" and names != (self.source, self.target):
                verdict = "convention"
                cause = "; ".join(f"your {kind} is {name}" for kind, name in zip((self.source, self.target), names) if name != kind)
        else:
            cause = self._cause(shared, tested)
        return Finding(self.name, verdict, float(answer[i]), float(exact[i]), result.error, result.tolerance, because, cause=cause, **about)

    def _cause(self, shared: Mapping[str, str], tested: Mapping[tuple[str, str], _Branch]) -> str:
        if self.fits:
            name, other = min(self.fits, key=lambda pair: (pair[0] != self.source) + (pair[1] != self.target))
            rest = [b.name for b in tested.values() if b is not self and {b.source, b.target} & {self.source, self.target} and b.fits]
            says = f"this branch takes {name} and gives {other}"
            return says + (f", but {', '.join(rest)} mean {shared.get(self.source, self.source)} and {shared.get(self.target, self.target)}" if rest else "")
        for words, values in self._mistakes():
            if grade(self.answers[self.source], values, self.unit() + self.world.u * np.abs(values)).verdict != "wrong":
                return words
        return ""

    def _mistakes(self) -> Iterator[tuple[str, Array]]:
        """Wrong conversions that people write."""
        world, source = self.world, self.world.exact(self.source)
        states = np.stack(world.states)
        alpha, sigma = (column[:, None, None] for column in world.rows[:, :2].T)
        yield "it returns what it was given", source
        for kind in ("eps", "x0", "v", "score"):
            if kind not in (self.source, self.target):
                yield f"it returns {kind}", world.exact(kind)
                p, q = (w[:, None, None] for w in world.weights(kind, self.target))
                yield f"it decodes {self.source} as if it were {kind}", p * states + q * source
        p, q = (w[:, None, None] for w in world.weights(self.source, self.target))
        yield "one of its two terms has the other sign", p * states - q * source
        yield "one of its two terms has the other sign", -p * states + q * source
        yield "it uses σ², a variance, for σ", p * states + q * sigma * source
        yield "the division by α is missing", (p * states + q * source) * alpha
        yield "the division by σ is missing", (p * states + q * source) * sigma
        yield "it uses the root of σ for σ", p * states + q / np.sqrt(sigma) * source
        yield "it uses ᾱ for α in both terms", (p * states + q * source) / alpha
        total = alpha**2 + sigma**2
        yield "it uses a formula of α² + σ² = 1 at another scale of the state", (p * states + q * source) * total
        swapped = world.rows[:, [1, 0, 3, 2]]
        other = _swapped(world, swapped)
        p, q = (w[:, None, None] for w in other.weights(self.source, self.target))
        yield "α and σ are swapped", p * states + q * source


def _swapped(world: _World, rows: Array) -> _World:
    other = object.__new__(_World)
    other.__dict__.update(world.__dict__, rows=rows)
    return other


def _arguments(call: Callable[..., Any]) -> int:
    try:
        parameters = inspect.signature(call).parameters.values()
    except (TypeError, ValueError):
        return 3
    return sum(p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD) and p.default is p.empty for p in parameters)


def _shared(tested: Mapping[tuple[str, str], _Branch]) -> dict[str, str]:
    """One meaning for each kind: the one under which most branches agree, and of these the one that says least.

    The kinds are gone through one after the other and every meaning tried; there are a few hundred combinations.
    """
    kinds = sorted({kind for branch in tested for kind in branch})
    branches = [b for b in tested.values() if b.fits]
    best: tuple[int, int] = (-1, 0)
    chosen = {kind: kind for kind in kinds}

    def search(i: int, meaning: dict[str, str]) -> None:
        nonlocal best, chosen
        satisfied = sum((meaning[b.source], meaning[b.target]) in b.fits for b in branches if b.source in meaning and b.target in meaning)
        open_ = sum(not (b.source in meaning and b.target in meaning) for b in branches)
        plain = -sum(name != kind for kind, name in meaning.items())
        if (satisfied + open_, plain) <= best:
            return
        if i == len(kinds):
            best, chosen = (satisfied, plain), dict(meaning)
            return
        names = dict.fromkeys([kinds[i], *(n for b in branches for pair in b.fits for n, k in zip(pair, (b.source, b.target)) if k == kinds[i])])
        for name in names:
            search(i + 1, {**meaning, kinds[i]: name})

    search(0, {})
    return chosen
