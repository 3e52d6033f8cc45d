"""Linear algebra at d = 1024 with a full covariance, on one thread of the BLAS.

Sigma_ij = 0.5 0.999^|i-j| + 0.1 (i = j). Cases: `cholesky`, `eigh`, `log-likelihood` (256 points) and
`eigenbasis-sampler` (steps in the eigenbasis of Sigma, which is given); `--count` is the number of calls, points or steps.
Implementations: `numpy`, `scipy` (the Cholesky factor alone).
"""
from __future__ import annotations

from typing import Any

import numpy as np

import measure

DIMENSION, POINTS, DECAY, PULL, NOISE = 1024, 256, 0.98, 0.02, 0.1


def covariance() -> Any:
    index = np.arange(DIMENSION)
    return 0.5 * 0.999 ** np.abs(index[:, None] - index[None, :]) + 0.1 * np.eye(DIMENSION)


def points() -> Any:
    """`(d, 256)`, the same everywhere: residues between -1 and 1; `side_by_side` has the same."""
    index = np.arange(DIMENSION * POINTS, dtype=np.int64).reshape(DIMENSION, POINTS)
    return ((7919 * index + 11) % 2001 - 1000) / 1000


def signals(steps: int) -> Any:
    return np.linspace(0.99, 0.05, steps)


def sampled_norm(state: Any) -> Any:
    """Mean square of all entries, which the law of the sampler knows."""
    return float((state * state).mean())


def reference(case: str, count: int) -> list[measure.Answer]:
    """In doubles by another route than the case's own: determinant and distance from eigenvalues, factors by multiplying back."""
    matrix = covariance()
    values, vectors = np.linalg.eigh(matrix)
    largest, condition = float(values[-1]), float(values[-1] / values[0])
    bound = DIMENSION * measure.UNIT_ROUNDOFF["f64"]
    if case in ("cholesky", "eigh"):
        return [measure.answer("residual", 0.0, "exact")]
    if case == "log-likelihood":
        turned = vectors.T @ points()
        value = -0.5 * (turned**2 / values[:, None]).sum(0) - 0.5 * np.log(values).sum() - 0.5 * DIMENSION * np.log(2 * np.pi)
        return [measure.answer("log-likelihood 0", value[0], "rounding", bound * condition * abs(value[0]))]
    # One step is x <- f_k x + 0.1 z in each eigenvector, and the mean square is that of the start carried along, plus the noise.
    turned = vectors.T @ points()
    square = turned**2
    for signal in signals(count):
        factor = DECAY - PULL / (signal * signal * values + 1 - signal * signal)
        square = factor[:, None] ** 2 * square + NOISE**2
    return [measure.answer("mean square", square.mean(), "rounding", bound * largest)]


def mean_square_error(count: int) -> float:
    """A bound on the standard error of the mean square: no factor is above 0.98, so that no entry has a variance beyond
    0.01/(1 - 0.98^2), nor a mean beyond 0.98^count times its start."""
    variance = NOISE**2 / (1 - DECAY**2)
    mean_square = DECAY ** (2 * count) * float((points() ** 2).mean())
    return ((2 * variance**2 + 4 * variance * mean_square) / (DIMENSION * POINTS)) ** 0.5


def main() -> None:
    options = measure.arguments(__doc__)
    case, count = options.case, options.count
    if options.implementation == "reference":
        measure.reference(reference(case, count))
        return

    import scipy.linalg

    matrix, units, packages = covariance(), count, ["numpy"]
    norm, roundoff = float(np.linalg.norm(matrix)), measure.UNIT_ROUNDOFF["f64"]
    if case == "cholesky":
        factorise = np.linalg.cholesky
        if options.implementation == "scipy":
            packages.append("scipy")
            factorise = lambda m: scipy.linalg.cholesky(m, lower=True, check_finite=False)
        run = lambda: [factorise(matrix) for _ in range(count)][0]

        def answers(factor: Any) -> list[measure.Answer]:
            residual = float(np.linalg.norm(factor @ factor.T - matrix)) / norm
            # The backward error of a Cholesky factor: (d + 1) u |L||L^T|, and |L|_F^2 is the trace; the product adds d u more.
            return [measure.answer("residual", residual, "rounding", (2 * DIMENSION + 1) * roundoff * float(np.trace(matrix)) / norm)]

    elif case == "eigh":
        run = lambda: [np.linalg.eigh(matrix) for _ in range(count)][0]

        def answers(pair: Any) -> list[measure.Answer]:
            values, vectors = pair
            residual = float(np.linalg.norm(matrix @ vectors - vectors * values)) / norm
            return [measure.answer("residual", residual, "rounding", DIMENSION**1.5 * roundoff)]

    elif case == "log-likelihood":
        units, at = POINTS * count, points()

        def log_likelihoods() -> Any:
            factor = np.linalg.cholesky(matrix)
            whitened = scipy.linalg.solve_triangular(factor, at, lower=True, check_finite=False)
            constant = np.log(np.diag(factor)).sum() + 0.5 * DIMENSION * np.log(2 * np.pi)
            return -0.5 * (whitened * whitened).sum(0) - constant

        packages.append("scipy")
        run = lambda: [log_likelihoods() for _ in range(count)][0]
        condition = float(np.linalg.cond(matrix))

        def answers(values: Any) -> list[measure.Answer]:
            bound = DIMENSION * roundoff * condition * abs(float(values[0]))
            return [measure.answer("log-likelihood 0", values[0], "rounding", bound)]

    else:
        units, at, generator = POINTS * count, points(), np.random.default_rng(0)
        values, vectors = np.linalg.eigh(matrix)
        factors = [DECAY - PULL / (s * s * values + 1 - s * s) for s in signals(count)]

        def run() -> Any:
            state = vectors.T @ at
            for factor in factors:
                state *= factor[:, None]
                state += NOISE * generator.standard_normal(state.shape)
            return vectors @ state

        answers = lambda state: [
            measure.answer("mean square", sampled_norm(state), "standard error", mean_square_error(count))
        ]

    measure.timed(
        run,
        implementation=options.implementation,
        precision="f64",
        units=units,
        repetitions=options.repetitions,
        answers=answers,
        packages=packages,
    )


measure.unless_missing(main)
