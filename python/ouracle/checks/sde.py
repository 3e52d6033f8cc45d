"""The forward SDE ``dx = f(t) x dt + g(t) dB`` of a schedule: its coefficients, its marginals, and whether the two belong together."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .. import frameworks
from ..findings import Finding, Findings, caller
from ..moment_equations import Moments, residual
from ..schedules import Schedule
from ..sde_conventions import of_coefficients, of_horizons
from ..session import check

Array = NDArray[np.float64]

#: Rows of states: more than dimensions, so that a batch is not taken for a vector.
BATCH, DIMENSION = 5, 3


@dataclass(frozen=True)
class Sde:
    """A subject: ``drift`` and ``diffusion`` as functions of ``(x, t)`` or ``(t, x)``, and perhaps ``marginal``.

    ``x`` is ``(batch, 3)``, ``t`` a number or ``(batch,)``. The diffusion is a number, one for each row or each coordinate, or a matrix;
    it may also be a function of ``t`` alone. ``marginal(x, t)`` gives mean and standard deviation of ``x_t`` given ``x_0 = x``.
    """

    drift: Callable[..., Any]
    diffusion: Callable[..., Any]
    marginal: Callable[..., Any] | None = None


@dataclass(frozen=True)
class Coefficients:
    """What a subject gave at one time: ``f``, ``g²`` and what does not fit ``f x`` and ``g² I``."""

    drift: float
    noise: float
    stray: float


@check
def check_sde(
    sde: Sde | Callable[[float], Sde],
    schedule: Schedule | Callable[[float], Schedule] | None = None,
    *,
    horizons: Sequence[float] = (),
    times: ArrayLike | None = None,
    framework: str = "numpy",
    dtype: str = "float64",
    subject: str = "",
) -> Findings:
    """Whether drift, diffusion and marginals are those of the schedule, and belong together: ``m′ = f m``, ``(s²)′ = 2 f s² + g²``.

    The order of the arguments, the shape of ``t`` and of the diffusion, and the direction of time are found out by asking.

    Args:
        sde: the subject, or with ``horizons`` a function that makes one for the end ``T``.
        schedule: the exact schedule, or with ``horizons`` a function of ``T``; without it only the moment equations are checked.
        horizons: ends of time, such as ``(1, 2)``: a factor ``1/T`` that is left out does not show at ``T = 1``.
        times: where to ask; by default seven inner times. Kinks of the marginals are found and left out.
        framework, dtype: of the arrays that the subject takes.
        subject: a name for the report.

    Returns:
        Findings ``drift``, ``diffusion``, ``marginal`` and ``moment equations``, for each horizon.

    Raises:
        ValueError: if there is neither a schedule nor a marginal, or no times.
    """
    about: dict[str, Any] = dict(check="check_sde", subject=subject or getattr(sde, "__qualname__", "the SDE"), command=caller())
    ends: list[float | None] = list(horizons) or [None]
    findings: list[Finding] = []
    for end in ends:
        one = sde(end) if end is not None and not isinstance(sde, Sde) else sde
        exact = schedule(end) if end is not None and callable(schedule) else schedule
        if not isinstance(one, Sde):
            raise ValueError("give an Sde(drift, diffusion), or horizons and a function that makes one for each")
        if exact is not None and not isinstance(exact, Schedule):
            raise ValueError("give a Schedule, or horizons and a function that makes one for each")
        if exact is None and (one.marginal is None or times is None):
            raise ValueError("without a schedule a check needs the marginals of the SDE, and times")
        mark = "" if end is None else f" at T = {end:g}"
        told = about | {"case": repr(exact) if exact is not None else "its own marginals"}
        try:
            findings += _one(one, exact, times, (framework, dtype), mark, told)
        except Exception as error:  # noqa: BLE001 - whatever a subject raises is a finding, and the other horizons are still checked
            findings.append(Finding(f"drift{mark}", "fault", because=f"{type(error).__name__}: {error}", **told))
    return Findings(of_horizons(findings, ends))


def _one(sde: Sde, schedule: Schedule | None, times: ArrayLike | None, kind: tuple[str, str], mark: str, about: dict[str, Any]) -> list[Finding]:
    if times is not None:
        at = np.atleast_1d(np.asarray(times, dtype=np.float64))
    else:
        assert schedule is not None
        at = schedule.data_time + np.array([0.09, 0.23, 0.37, 0.51, 0.66, 0.79, 0.93]) * (schedule.noise_time - schedule.data_time)
    asked = Asked(sde, kind)
    given = [asked.coefficients(t) for t in at]
    findings = []
    if schedule is not None:
        findings += of_coefficients(schedule, at, lambda t: asked.coefficients(t), given, kind[1], mark, about)
        findings[0].details["arguments"] = asked.order
    if sde.marginal is not None:
        if schedule is not None:
            findings.append(_marginal(asked, schedule, at, kind[1], mark, about))
        findings.append(_equations(asked, at, given, kind[1], mark, about))
    return findings


class Asked:
    """The subject, in the order of arguments and the shape of time that it takes."""

    def __init__(self, sde: Sde, kind: tuple[str, str]) -> None:
        self.sde = sde
        self.kind = kind
        rng = np.random.Generator(np.random.Philox(7))
        #: A zero, the axes, and a state that is none of them.
        self.states: Array = np.concatenate([np.zeros((1, DIMENSION)), np.eye(DIMENSION), rng.standard_normal((1, DIMENSION))])
        self.order = ""
        self._ways: dict[str, tuple[bool, bool]] = {}

    def _call(self, name: str, function: Callable[..., Any], t: float, accept: Callable[[Any], bool]) -> Any:
        framework, dtype = self.kind
        x = frameworks.make(self.states, framework, dtype)
        batch_of_times = frameworks.make(np.full(BATCH, t), framework, dtype)
        ways = [self._ways[name]] if name in self._ways else list(itertools.product((False, True), (True, False)))
        troubles = []
        for time_first, many in ways:
            time = batch_of_times if many else frameworks.make(np.array(t), framework, dtype)
            try:
                answer = function(*((time, x) if time_first else (x, time)))
            except Exception as error:  # noqa: BLE001 - the next order of arguments may be the right one
                troubles.append(f"{type(error).__name__}: {error}")
                continue
            if accept(answer):
                self._ways[name] = (time_first, many)
                self.order = f"{'(t, x)' if time_first else '(x, t)'} with t {'one for each row' if many else 'a number'}"
                return answer
            troubles.append(f"it returned {np.shape(answer)}")
        if name == "diffusion":
            return function(frameworks.make(np.array(t), framework, dtype))
        raise ValueError(f"the {name} takes neither (x, t) nor (t, x) for x of the shape {self.states.shape}: {troubles[0]}")

    def coefficients(self, t: float) -> Coefficients:
        """What the subject says at one time."""
        drift = frameworks.to_numpy(self._call("drift", self.sde.drift, t, self._is_drift))
        slopes = drift[1 : 1 + DIMENSION] - drift[0]
        factor = float(np.trace(slopes)) / DIMENSION
        stray = float(np.abs(drift - factor * self.states).max())
        noise, uneven = _squared(frameworks.to_numpy(self._call("diffusion", self.sde.diffusion, t, lambda g: bool(np.all(np.isfinite(frameworks.to_numpy(g)))))))
        return Coefficients(factor, noise, max(stray, uneven))

    def _is_drift(self, answer: Any) -> bool:
        if tuple(np.shape(answer)) != self.states.shape:
            return False
        values = frameworks.to_numpy(answer)
        # With the arguments the wrong way round a drift is no function of the state that vanishes at 0.
        return bool(np.isfinite(values).all() and np.abs(values[0]).max() <= 1e-3 * max(np.abs(values[1:]).max(), 1e-300) or not np.any(values))

    def moments(self, t: float) -> Moments:
        """Mean and variance given ``x_0 = 1`` in every coordinate, from the marginal."""
        framework, dtype = self.kind
        assert self.sde.marginal is not None
        x = frameworks.make(np.ones((BATCH, DIMENSION)), framework, dtype)
        order = self._ways.get("drift", (False, True))
        ways = dict.fromkeys([order, *itertools.product((False, True), (True, False))])
        for time_first, many in ways:
            time = frameworks.make(np.full(BATCH, t) if many else np.array(t), framework, dtype)
            try:
                mean, deviation = self.sde.marginal(*((time, x) if time_first else (x, time)))
            except Exception:  # noqa: BLE001 - the next order of arguments may be the right one
                continue
            mean, deviation = frameworks.to_numpy(mean), frameworks.to_numpy(deviation)
            if mean.size in (1, BATCH, BATCH * DIMENSION):
                return Moments(float(np.ravel(mean)[0]), float(np.ravel(deviation)[0]) ** 2)
        raise ValueError("the marginal takes neither (x, t) nor (t, x), or does not return a pair of mean and standard deviation")


def _squared(g: Array) -> tuple[float, float]:
    """``g²`` of a diffusion of any shape, and how far ``g gᵀ`` is from a multiple of the identity."""
    if g.shape[-2:] == (DIMENSION, DIMENSION):
        product = g @ np.swapaxes(g, -1, -2)
        square = float(np.trace(product.reshape(-1, DIMENSION, DIMENSION)[0])) / DIMENSION
        return square, float(np.abs(product - square * np.eye(DIMENSION)).max())
    square = float(np.ravel(g)[0] ** 2)
    return square, float(np.abs(g**2 - square).max())


def _marginal(asked: Asked, schedule: Schedule, at: Array, dtype: str, mark: str, about: dict[str, Any]) -> Finding:
    """Mean and standard deviation against the schedule's."""
    given = [asked.moments(t) for t in at]
    alpha, sigma = schedule.rows(at)[:, :2].T
    got_mean, got_variance = (np.array([getattr(moments, name) for moments in given]) for name in ("mean", "variance"))
    u = frameworks.unit_roundoff(dtype)
    span = np.abs(np.log(alpha) * np.ones_like(at)) + 2
    units = [float(np.max(np.abs(got - exact) / (u * span * exact))) for got, exact in ((got_mean, alpha), (got_variance, sigma**2))]
    ratio, cause, verdict = max(units), "", "right"
    if ratio > 8:
        verdict = "degraded" if ratio <= 1024 else "wrong"
        offset = got_variance - sigma**2 * (got_mean / alpha) ** 2
        stories = [
            ("its standard deviation is a variance", float(np.abs(np.sqrt(got_variance) - sigma**2).max()), 0),
            ("its variance is a standard deviation: the root is taken twice", float(np.abs(got_variance**2 - sigma**2).max()), 0),
            ("its mean is α², not α", float(np.abs(got_mean - alpha**2).max()), 0),
            (f"its variance keeps a noise of {offset[0]:.3g} at the time of the data", float(np.ptp(offset)), 1),
        ]
        limit = 1024 * u * float(span.max())
        for story, error, convention in stories:
            if error <= limit and (not convention or units[0] <= 8):
                verdict, cause = ("convention" if convention else "wrong"), story
                break
    worst = int(np.argmax(np.abs(got_variance - sigma**2)))
    return Finding(
        f"marginal{mark}", verdict, got=[float(got_mean[worst]), float(got_variance[worst])], exact=[float(alpha[worst]), float(sigma[worst] ** 2)],
        error=float(np.max(np.abs(got_variance - sigma**2))), tolerance=8 * u * float((span * sigma**2).max()),
        because=f"8 u κ with u of {dtype}, κ = 2 + |ln α|; the error is {ratio:.3g} u κ", reference="closed form", cause=cause,
        details={"times": at.tolist()}, **about,
    )  # fmt: skip


def _equations(asked: Asked, at: Array, given: Sequence[Coefficients], dtype: str, mark: str, about: dict[str, Any]) -> Finding:
    """The moment equations between the subject's own marginals and its own coefficients."""
    found = [residual(asked.moments, t, c.drift, c.noise, frameworks.unit_roundoff(dtype)) for t, c in zip(at, given)]
    kept = [(t, r) for t, r in zip(at, found) if not r.kink]
    if not kept:
        return Finding(f"moment equations{mark}", "undecided", because="every time that was asked for is at a kink of the marginals", **about)
    time, worst = max(kept, key=lambda pair: pair[1].error / pair[1].tolerance)
    verdict = "right" if worst.error <= worst.tolerance else "wrong"
    skipped = f"; {len(found) - len(kept)} times at kinks were left out" if len(kept) < len(found) else ""
    return Finding(
        f"moment equations{mark}", verdict, got=worst.got, exact=worst.exact, error=worst.error, tolerance=worst.tolerance,
        because=f"the error of the numerical derivative at t = {time:.4g}, from its extrapolation, and rounding{skipped}",
        reference="own flow", cause=worst.cause if verdict == "wrong" else "", details={"times": [t for t, _ in kept]}, **about,
    )  # fmt: skip
