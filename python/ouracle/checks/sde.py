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
from ..conventions import Form, recognise
from ..grades import grade
from ..moment_equations import Residuals, residuals
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
    u = frameworks.unit_roundoff(kind[1])
    drift, noise, stray = np.array([asked.coefficients(t) for t in at]).T
    findings = []
    if schedule is not None:
        findings += of_coefficients(schedule, at, drift, noise, u, kind[1], mark, about)
        findings[0].details["arguments"] = asked.order
    if stray.max() > 64 * u * max(np.abs(drift).max(), np.abs(noise).max()):
        because = f"drift and g gᵀ are {stray.max():.3g} away from f(t)·x and g(t)²·I"
        cause = "the drift is not linear in the state, or the noise is not isotropic"
        findings.append(Finding(f"linearity{mark}", "wrong", error=float(stray.max()), because=because, cause=cause, reference="closed form", **about))
    if sde.marginal is not None:
        if schedule is not None:
            findings.append(_marginal(asked.moments(at), schedule, at, u, kind[1], mark, about))
        span = (float(at.min()), float(at.max())) if schedule is None else (schedule.data_time, schedule.noise_time)
        # Differences need room on both sides.
        inner = at[(at > min(span)) & (at < max(span))]
        chosen = np.isin(at, inner)
        found = residuals(asked.moments, inner, span, drift[chosen], noise[chosen], u)
        findings.append(_equations(found, inner, mark, about))
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
        if name != "drift" and name not in self._ways:
            # Everything takes its arguments in the order of the drift, which alone tells a state from a time.
            first, many = self._ways["drift"]
            ways = [(first, many), (first, not many)]
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

    def coefficients(self, t: float) -> tuple[float, float, float]:
        """``f``, ``g²``, and what does not fit ``f x`` and ``g² I``, at one time."""
        drift = frameworks.to_numpy(self._call("drift", self.sde.drift, t, self._is_drift))
        slopes = drift[1 : 1 + DIMENSION] - drift[0]
        factor = float(np.trace(slopes)) / DIMENSION
        stray = float(np.abs(drift - factor * self.states).max())
        noise, uneven = _squared(frameworks.to_numpy(self._call("diffusion", self.sde.diffusion, t, lambda g: bool(np.all(np.isfinite(frameworks.to_numpy(g)))))))
        return factor, noise, max(stray, uneven)

    def _is_drift(self, answer: Any) -> bool:
        if tuple(np.shape(answer)) != self.states.shape:
            return False
        values = frameworks.to_numpy(answer)
        # With the arguments the wrong way round a drift is no function of the state that vanishes at 0.
        return bool(np.isfinite(values).all() and np.abs(values[0]).max() <= 1e-3 * max(np.abs(values[1:]).max(), 1e-300) or not np.any(values))

    def moments(self, times: Array) -> Array:
        """Rows of mean and variance given ``x_0 = 1`` in every coordinate, from the marginal."""
        return np.array([self._moments(float(t)) for t in times])

    def _moments(self, t: float) -> tuple[float, float]:
        framework, dtype = self.kind
        assert self.sde.marginal is not None
        x = frameworks.make(np.ones((BATCH, DIMENSION)), framework, dtype)
        first, several = self._ways.get("marginal", self._ways["drift"])
        ways = [(first, several), (first, not several)]
        for time_first, many in ways:
            time = frameworks.make(np.full(BATCH, t) if many else np.array(t), framework, dtype)
            try:
                mean, deviation = (frameworks.to_numpy(part) for part in self.sde.marginal(*((time, x) if time_first else (x, time))))
            except Exception:  # noqa: BLE001 - the next order of arguments may be the right one
                continue
            if mean.size in (1, BATCH, BATCH * DIMENSION):
                self._ways["marginal"] = (time_first, many)
                return float(np.ravel(mean)[0]), float(np.ravel(deviation)[0]) ** 2
        raise ValueError("the marginal takes neither (x, t) nor (t, x), or does not return a pair of mean and standard deviation")


def _squared(g: Array) -> tuple[float, float]:
    """``g²`` of a diffusion of any shape, and how far ``g gᵀ`` is from a multiple of the identity."""
    if g.shape[-2:] == (DIMENSION, DIMENSION):
        product = g @ np.swapaxes(g, -1, -2)
        square = float(np.trace(product.reshape(-1, DIMENSION, DIMENSION)[0])) / DIMENSION
        return square, float(np.abs(product - square * np.eye(DIMENSION)).max())
    square = float(np.ravel(g)[0] ** 2)
    return square, float(np.abs(g**2 - square).max())


def _marginal(moments: Array, schedule: Schedule, at: Array, u: float, dtype: str, mark: str, about: dict[str, Any]) -> Finding:
    """Mean and standard deviation against the schedule's."""
    rows = schedule.rows(at)
    alpha, sigma = rows[:, :2].T
    exact = np.stack([alpha, sigma**2], axis=1)
    rates = np.abs(np.stack([rows[:, 2], 2 * sigma * rows[:, 3]], axis=1) * at[:, None])
    units = u * (exact * (2 + np.abs(np.log(alpha)))[:, None] + rates)
    given = grade(moments, exact, units)
    verdict, cause = given.verdict, ""
    if verdict == "wrong":
        kept = moments[:, 1] - sigma**2
        forms = [
            Form("its standard deviation is a variance", np.stack([alpha, sigma**4], axis=1), 4 * units, convention=False),
            Form("its variance is a standard deviation", np.stack([alpha, sigma], axis=1), units / np.minimum(sigma, 1.0)[:, None], convention=False),
            Form("its mean is multiplied by α², not α", np.stack([alpha**2, sigma**2], axis=1), 2 * units, convention=False),
            Form(f"its variance keeps {kept[0]:.3g} of noise at the time of the data", np.stack([alpha, sigma**2 + kept[0]], axis=1), units + u * abs(kept[0])),
        ]
        form = recognise(moments, forms)
        if form is not None:
            verdict, cause = "convention" if form.convention else "wrong", form.words
    time, which = np.unravel_index(given.index, moments.shape)
    return Finding(
        f"marginal{mark}", verdict, got=float(moments[time, which]), exact=float(exact[time, which]), error=given.error, tolerance=given.tolerance,
        because=f"{('mean', 'variance')[which]} at t = {at[time]:.4g}: {given.words(dtype, 'the terms and what a relative change of the time does')}",
        reference="closed form", cause=cause, details={"times": at.tolist()}, **about,
    )  # fmt: skip


def _equations(found: Residuals, at: Array, mark: str, about: dict[str, Any]) -> Finding:
    """The moment equations between the subject's own marginals and its own coefficients."""
    if found.kinks.all():
        return Finding(f"moment equations{mark}", "undecided", because="every time that was asked for is near a kink of the marginals", **about)
    time, which = found.worst()
    error = float(abs(found.got[time, which] - found.exact[time, which]))
    tolerance = float(found.tolerances[time, which])
    skipped = f"; {found.kinks.sum()} times near kinks are left out" if found.kinks.any() else ""
    return Finding(
        f"moment equations{mark}", "right" if error <= tolerance else "wrong", got=float(found.got[time, which]), exact=float(found.exact[time, which]),
        error=error, tolerance=tolerance,
        because=f"{('mean', 'variance')[which]} at t = {at[time]:.4g}: the error of the derivative by differences, and rounding{skipped}",
        reference="own flow", cause=found.cause if error > tolerance else "", details={"times": at.tolist()}, **about,
    )  # fmt: skip
