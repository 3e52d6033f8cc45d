"""Strategies for Hypothesis: laws, schedules, levels, states and cases, from the domain where they mean something.

Hypothesis likes extreme floats. None is drawn here: means are sixteenths up to 3, standard deviations lie between 1/16 and 4,
covariances have a stated condition number, parameters of schedules are short decimals in the range in use, levels keep the
signal-to-noise ratio where a network is ever asked, and states lie within four standard deviations. Examples shrink towards
the standard normal law, few dimensions and moderate noise.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
from hypothesis import strategies as st
from numpy.typing import NDArray

from .case import Case
from .laws import Gaussian, Law, Mixture, PointMass
from .schedules import EDM, VE, VP, FlowMatching, Level, Schedule, SubVP, Table

__all__ = ["cases", "gaussians", "laws", "levels", "mixtures", "point_masses", "schedules", "states", "times"]

Array = NDArray[np.float64]
#: Half the log-signal-to-noise ratio, ``ln(α/σ)``, of the levels that are drawn: σ/α from e⁻⁵ to e⁵.
LOG_RATIOS = (-5.0, 5.0)
#: Standard deviations are ``2^k``.
_SPREADS = (-4, 2)


def _means(dimension: int) -> st.SearchStrategy[list[float]]:
    return st.lists(st.integers(-48, 48).map(lambda n: n / 16), min_size=dimension, max_size=dimension)


def _dimensions(dimension: int | None) -> st.SearchStrategy[int]:
    if dimension is not None and dimension < 1:
        raise ValueError(f"the dimension is {dimension}; data have at least one")
    return st.integers(1, 4) if dimension is None else st.just(dimension)


@st.composite
def gaussians(draw: st.DrawFn, dimension: int | None = None, condition: float = 1e4) -> Gaussian:
    """Gaussian laws in 1 to 4 dimensions, or as many as given, with a covariance of at most this condition number.

    Raises:
        ValueError: if the dimension is below 1 or the condition number is.
    """
    if not 1 <= condition < math.inf:
        raise ValueError(f"the condition number is {condition}; it is finite and at least 1")
    d = draw(_dimensions(dimension))
    mean = np.array(draw(_means(d)))
    # The largest standard deviation, and how far below it the others lie.
    top = draw(st.integers(*_SPREADS))
    lower = min(math.log2(condition) / 2, float(top - _SPREADS[0]))
    falls = draw(st.lists(st.integers(0, 8).map(lambda n: n / 8 * lower), min_size=d, max_size=d))
    variances = np.exp2(2 * (top - np.array(falls)))
    # A reflection in a vector of small integers turns the axes.
    normal = np.array(draw(st.lists(st.integers(-3, 3), min_size=d, max_size=d)), dtype=np.float64)
    turn = np.eye(d)
    if normal.any():
        turn -= 2 * np.outer(normal, normal) / (normal @ normal)
    covariance = (turn * variances) @ turn.T
    return Gaussian(mean, (covariance + covariance.T) / 2)


@st.composite
def point_masses(draw: st.DrawFn, dimension: int | None = None) -> PointMass:
    """Laws at one point."""
    return PointMass(draw(_means(draw(_dimensions(dimension)))))


@st.composite
def mixtures(draw: st.DrawFn, components: int | None = None) -> Mixture:
    """Mixtures on the line, of 1 to 4 components or as many as given, none of which weighs less than a sixteenth part of another.

    Raises:
        ValueError: if there are no components.
    """
    if components is not None and components < 1:
        raise ValueError(f"the mixture has {components} components; it has at least one")
    n = draw(st.integers(1, 4)) if components is None else components
    parts = np.array(draw(st.lists(st.integers(1, 16), min_size=n, max_size=n)), dtype=np.float64)
    spreads = draw(st.lists(st.integers(*_SPREADS), min_size=n, max_size=n))
    return Mixture((parts / parts.sum()).tolist(), draw(_means(n)), [4.0**k for k in spreads])


def laws(dimension: int | None = None) -> st.SearchStrategy[Law]:
    """Laws of every kind; mixtures among them only on the line."""
    affine = gaussians(dimension) | point_masses(dimension)
    return affine if dimension not in (None, 1) else affine | mixtures()


def _decimals(low: int, high: int, places: int) -> st.SearchStrategy[str]:
    """Decimals with so many places, from ``low`` to ``high`` units of the last: exact on the way in."""
    return st.integers(low, high).map(lambda n: f"{n // 10**places}.{n % 10**places:0{places}d}")


_HORIZONS = st.sampled_from(["1", "2", "0.5"])
#: The horizon, and where the schedule ends: just before, where some signal is left.
_COSINE_ENDS = st.sampled_from([("1", "0.999"), ("2", "1.998"), ("0.5", "0.4995")])


def _tables() -> st.SearchStrategy[Table]:
    # The last β stays below 1, and the product of all 1 − β above what a double tells from 0.
    return st.builds(lambda n, last: Table.ddpm(1e-4, last / n, n), st.integers(10, 1000), st.integers(1, 9))


_SCHEDULES: dict[str, Callable[[], st.SearchStrategy[Schedule]]] = {
    "vp-linear": lambda: st.builds(VP.linear, _decimals(1, 100, 2), _decimals(20, 300, 1), _HORIZONS),
    "vp-cosine": lambda: st.builds(lambda offset, ends: VP.cosine(offset, *ends), _decimals(1, 50, 3), _COSINE_ENDS),
    "sub-vp-linear": lambda: st.builds(SubVP.linear, _decimals(1, 100, 2), _decimals(20, 300, 1), _HORIZONS),
    "ve-geometric": lambda: st.builds(VE.geometric, _decimals(1, 50, 3), _decimals(10, 800, 1), _HORIZONS),
    "edm": lambda: st.builds(EDM, st.just(0.002), st.sampled_from([80.0, 10.0, 157.0])),
    "flow-matching": lambda: st.sampled_from([1.0, 0.0]).map(FlowMatching),
    "table": _tables,
}


def schedules(*kinds: str) -> st.SearchStrategy[Schedule]:
    """Schedules of these kinds, or of every kind: ``vp-linear``, ``vp-cosine``, ``sub-vp-linear``, ``ve-geometric``, ``edm``,
    ``flow-matching``, ``table``.

    Raises:
        ValueError: if there is no such kind.
    """
    for kind in kinds:
        if kind not in _SCHEDULES:
            raise ValueError(f"`{kind}` is no kind of schedule here; choose of {', '.join(_SCHEDULES)}")
    return st.one_of([_SCHEDULES[kind]() for kind in kinds or _SCHEDULES])


@st.composite
def times(draw: st.DrawFn, schedule: Schedule) -> float:
    """Times on the clock of a schedule at which ``σ/α`` lies between e⁻⁵ and e⁵, as far as the schedule goes there.

    A :class:`Table` has whole times; elsewhere quarters of ``ln(α/σ)`` are drawn, so that both ends are seen as often as the middle.
    """
    low, high = LOG_RATIOS
    if isinstance(schedule, Table):
        alpha, sigma = schedule.rows(np.arange(len(schedule.alphas_cumprod), dtype=np.float64))[:, :2].T
        ratios = np.log(alpha / sigma)
        usable = np.flatnonzero((ratios >= low) & (ratios <= high))
        return float(draw(st.sampled_from((usable if len(usable) else np.arange(len(ratios))).tolist())))
    with np.errstate(divide="ignore"):
        noisiest = schedule.level(schedule.noise_time).half_log_snr
    ratio = draw(st.integers(math.ceil(4 * low), math.floor(4 * high)))
    return float(schedule.times_at(max(ratio / 4, noisiest))[0])


def levels(schedule: Schedule) -> st.SearchStrategy[Level]:
    """Levels of a schedule, at its :func:`times`."""
    return times(schedule).map(schedule.level)


@st.composite
def states(draw: st.DrawFn, case: Case, level: Level, rows: int = 3) -> Array:
    """Noisy states at a level, ``(rows, d)``: within four standard deviations of their mean in every principal direction.

    Raises:
        ValueError: if there are no rows.
    """
    if rows < 1:
        raise ValueError(f"there are {rows} rows of states; ask for at least one")
    mean, covariance = case.moments(level)
    variances, axes = np.linalg.eigh(covariance)
    entries = st.lists(st.integers(-16, 16), min_size=len(mean), max_size=len(mean))
    steps = np.array(draw(st.lists(entries, min_size=rows, max_size=rows)), dtype=np.float64) / 4
    return np.asarray(mean + (steps * np.sqrt(np.maximum(variances, 0.0))) @ axes.T, dtype=np.float64)


def cases(law: st.SearchStrategy[Law] | None = None, schedule: st.SearchStrategy[Schedule] | None = None) -> st.SearchStrategy[Case]:
    """Cases: a law of :func:`laws` under a schedule of :func:`schedules`, unless other strategies are given."""
    return st.builds(Case, laws() if law is None else law, schedules() if schedule is None else schedule)
