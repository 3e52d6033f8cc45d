"""Smoothed means, variances and the log-likelihood of an irregular Ornstein-Uhlenbeck series with noise in every value.

Stationary variance 1, rate 1, noise 0.25; gaps between 0.02 and 0.18. Implementations: `numba`, `scipy-banded` (means only),
`jax-scan`, `jax-associative`, `python`. The case has no choices.
"""
from __future__ import annotations

import math
from typing import Any

import numpy as np

import measure

NOISE = 0.25
LARGEST_VALUE, SHORTEST_GAP, ROUNDINGS = 1.5, 0.02, 32


def spread(index: Any) -> Any:
    """Golden-ratio steps: as irregular as needed, and the same everywhere; `side_by_side` has the same."""
    return (index * 0.618_033_988_749_895) % 1.0


def series(count: int) -> tuple[Any, Any]:
    """Gaps (the first of them endless) and values."""
    index = np.arange(count, dtype=np.float64)
    times = np.cumsum(0.02 + 0.16 * spread(index))
    gaps = np.diff(times, prepend=times[0] - 1e3)
    return gaps, np.sin(0.01 * index) + spread(7 * index + 3) - 0.5


def smooth(gaps: Any, values: Any, mean: Any, variance: Any, gain: Any, exp: Any, log: Any) -> Any:
    """Filter and smoother in one pass each way; `gain` is working memory. Returns the log-likelihood."""
    count = len(values)
    m, p, log_likelihood = 0.0 * values[0], 1.0 + 0.0 * values[0], 0.0 * values[0]
    for i in range(count):
        factor = exp(-gaps[i])
        predicted, spread_now = factor * m, 1.0 + factor * factor * (p - 1.0)
        if i > 0:
            back = p * factor / spread_now
            gain[i - 1] = back
            mean[i - 1] = m - back * predicted
            variance[i - 1] = p - back * back * spread_now
        total = spread_now + NOISE
        weight, error = spread_now / total, values[i] - predicted
        log_likelihood -= 0.5 * (log(total) + error * error / total + 1.8378770664093453)
        m = predicted + weight * error
        p = weight * NOISE
    mean[count - 1], variance[count - 1] = m, p
    for i in range(count - 2, -1, -1):
        mean[i] = mean[i] + gain[i] * mean[i + 1]
        variance[i] = variance[i] + gain[i] * gain[i] * variance[i + 1]
    return log_likelihood


def banded(gaps: Any, values: Any) -> Any:
    """Means alone, from the tridiagonal precision of the process given its values."""
    from scipy.linalg import solveh_banded

    factor = np.exp(-gaps)
    precision = 1.0 / (1.0 - factor * factor)
    matrix = np.zeros((2, len(values)))
    matrix[0] = precision + 1.0 / NOISE
    matrix[0, :-1] += factor[1:] ** 2 * precision[1:]
    matrix[1, :-1] = -factor[1:] * precision[1:]
    return solveh_banded(matrix, values / NOISE, lower=True, check_finite=False)


def in_jax(associative: bool) -> Any:
    import jax
    import jax.numpy as jnp

    jax.config.update("jax_enable_x64", True)

    def terms(total: Any, error: Any) -> Any:
        return -0.5 * (jnp.log(2 * jnp.pi * total) + error * error / total)

    def scan(gaps: Any, values: Any) -> Any:
        factor = jnp.exp(-gaps)
        added = 1.0 - factor * factor

        def forward(state: Any, step: Any) -> Any:
            (m, p), (f, q, y) = state, step
            predicted, spread_now = f * m, f * f * p + q
            total = spread_now + NOISE
            weight, error = spread_now / total, y - predicted
            now = (predicted + weight * error, weight * NOISE)
            return now, (*now, predicted, spread_now, terms(total, error))

        def backward(state: Any, step: Any) -> Any:
            a, b, g = step
            now = (a + g * state[0], b + g * g * state[1])
            return now, now

        _, (m, p, predicted, spread_now, log_terms) = jax.lax.scan(forward, (0.0, 1.0), (factor, added, values))
        gain = p[:-1] * factor[1:] / spread_now[1:]
        steps = (m[:-1] - gain * predicted[1:], p[:-1] - gain * gain * spread_now[1:], gain)
        last = (m[-1], p[-1])
        _, (mean, variance) = jax.lax.scan(backward, last, steps, reverse=True)
        return jnp.append(mean, last[0]), jnp.append(variance, last[1]), log_terms.sum()

    def parallel(gaps: Any, values: Any) -> Any:
        # The elements of Sarkka and Garcia-Fernandez for a scalar state; the endless first gap makes the first one the prior.
        factor = jnp.exp(-gaps)
        added = 1.0 - factor * factor
        total = added + NOISE
        weight = added / total
        elements = (
            factor * (1 - weight),
            weight * values,
            added * (1 - weight),
            factor * values / total,
            factor * factor / total,
        )

        def filtered(first: Any, second: Any) -> Any:
            a1, b1, c1, e1, j1 = first
            a2, b2, c2, e2, j2 = second
            d = 1 + c1 * j2
            return (
                a1 * a2 / d,
                a2 * (b1 + c1 * e2) / d + b2,
                a2 * a2 * c1 / d + c2,
                a1 * (e2 - j2 * b1) / d + e1,
                a1 * a1 * j2 / d + j1,
            )

        def smoothed(later: Any, earlier: Any) -> Any:
            gain1, mean1, variance1 = later
            gain2, mean2, variance2 = earlier
            return gain1 * gain2, gain2 * mean1 + mean2, gain2 * gain2 * variance1 + variance2

        _, m, p, _, _ = jax.lax.associative_scan(filtered, elements)
        predicted, spread_now = factor[1:] * m[:-1], factor[1:] ** 2 * p[:-1] + added[1:]
        gain = p[:-1] * factor[1:] / spread_now
        total = jnp.append(1.0 + NOISE, spread_now + NOISE)
        log_likelihood = terms(total, values - jnp.append(0.0, predicted)).sum()
        steps = (
            jnp.append(gain, 0.0),
            jnp.append(m[:-1] - gain * predicted, m[-1]),
            jnp.append(p[:-1] - gain * gain * spread_now, p[-1]),
        )
        _, mean, variance = jax.lax.associative_scan(smoothed, steps, reverse=True)
        return mean, variance, log_likelihood

    compiled = jax.jit(parallel if associative else scan)

    def run(gaps: Any, values: Any) -> Any:
        return jax.block_until_ready(compiled(gaps, values))

    return run, jnp.asarray


def extended(gaps: Any, values: Any) -> Any:
    """The reference: the loop in 80 bits, which costs seconds."""
    count, number = len(values), np.longdouble
    mean, variance, gain = np.empty(count, number), np.empty(count, number), np.empty(count, number)
    return mean, variance, smooth(number(gaps), number(values), mean, variance, gain, np.exp, np.log)


def answers(mean: Any, variance: Any, log_likelihood: Any, unit_roundoff: float) -> list[measure.Answer]:
    """At four places; an old error counts for `exp(-0.02)` of itself a step, and no term of the likelihood is beyond 8 nats."""
    count = len(mean)
    step = ROUNDINGS * unit_roundoff * LARGEST_VALUE / (1 - math.exp(-SHORTEST_GAP))
    total = count * (unit_roundoff * 8 * count + ROUNDINGS * step)
    found = [] if log_likelihood is None else [measure.answer("log-likelihood", log_likelihood, "rounding", total)]
    for at in (0, count // 3, count // 2, count - 1):
        found.append(measure.answer(f"mean {at}", mean[at], "rounding", step))
        if variance is not None:
            found.append(measure.answer(f"variance {at}", variance[at], "rounding", step))
    return found


def main() -> None:
    options = measure.arguments(__doc__)
    gaps, values = series(options.count)
    roundoff = measure.UNIT_ROUNDOFF["f64"]
    if options.implementation == "reference":
        measure.reference(answers(*extended(gaps, values), float(np.finfo(np.longdouble).eps) / 2))
        return

    packages = ["numpy"]
    if options.implementation == "scipy-banded":
        packages.append("scipy")
        run = lambda: (banded(gaps, values), None, None)
    elif options.implementation.startswith("jax"):
        packages.append("jax")
        compiled, array = in_jax(options.implementation == "jax-associative")
        on_device = array(gaps), array(values)
        run = lambda: compiled(*on_device)
    else:
        mean, variance, gain = (np.empty(options.count) for _ in range(3))
        if options.implementation == "numba":
            import numba

            packages.append("numba")
            fast = {"fastmath": True, "error_model": "numpy"}
            globals()["smooth"] = numba.njit(**fast)(smooth)
            loop = numba.njit(**fast)(lambda g, y, m, v, w: smooth(g, y, m, v, w, math.exp, math.log))
            run = lambda: (mean, variance, loop(gaps, values, mean, variance, gain))
        else:
            inputs = gaps.tolist(), values.tolist()

            def run() -> Any:
                lists = [[0.0] * options.count for _ in range(3)]
                return lists[0], lists[1], smooth(*inputs, *lists, math.exp, math.log)

    measure.timed(
        run,
        implementation=options.implementation,
        precision="f64",
        units=options.count,
        repetitions=options.repetitions,
        answers=lambda result: answers(*result, roundoff),
        packages=packages,
    )


measure.unless_missing(main)
