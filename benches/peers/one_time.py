"""The denoising bound at one random time a sample, with the exact transition of the process, d = 1.

t uniform on [1e-3, 1], y = a x + sqrt(1 - a^2) z, and h = beta s (s/2 + z/sqrt(1 - a^2)) for an affine score s. Implementations: `numpy`,
`numba`, `torch`, `jax`. The case has no choices; a unit is one sample.
"""
from __future__ import annotations

import math
from typing import Any

import numpy as np

import measure

B0, SLOPE, FIRST, X, MEAN, VARIANCE, FACTOR, SHIFT = 0.1, 19.9, 1e-3, 1.0, 0.5, 0.25, 1.1, 0.05


def integrand(exp: Any, sqrt: Any, u: Any, z: Any) -> Any:
    """h at t = first + (1 - first) u; the generic form, of which Numba is given the same lines."""
    t = FIRST + (1 - FIRST) * u
    beta = B0 + SLOPE * t
    square = exp(-t * (B0 + 0.5 * SLOPE * t))
    deviation = sqrt(1 - square)
    slope = -FACTOR / (1 + (VARIANCE - 1) * square)
    score = slope * deviation * z + slope * sqrt(square) * (X - MEAN) + SHIFT
    return beta * score * (0.5 * score + z / deviation)


def exact_moments() -> tuple[float, float]:
    """Mean and variance of h, by Gauss rules: exact in z, a polynomial, and to rounding in t, in the variable ln t."""
    nodes, weights = np.polynomial.legendre.leggauss(400)
    log_t = 0.5 * math.log(FIRST) * (1 - nodes)
    t = np.exp(log_t)
    weights = weights * t * -0.5 * math.log(FIRST) / (1 - FIRST)
    z, z_weights = np.polynomial.hermite_e.hermegauss(6)
    values = integrand(np.exp, np.sqrt, ((t - FIRST) / (1 - FIRST))[:, None], z[None, :])
    z_weights = z_weights / math.sqrt(2 * math.pi)
    mean, square = (float(weights @ (values**power) @ z_weights) for power in (1, 2))
    return mean, square - mean**2


def main() -> None:
    options = measure.arguments(__doc__)
    mean, variance = exact_moments()
    if options.implementation == "reference":
        measure.reference([measure.answer("mean", mean, "rounding", 1e4 * measure.UNIT_ROUNDOFF["f64"] * max(1, abs(mean)))])
        return

    count, name, precision, packages = options.count, options.implementation, options.precision, ["numpy"]
    if name == "numpy":
        generator, chunk = np.random.Generator(np.random.SFC64(1)), options.chunk or 16384
        count -= count % chunk

        def run() -> float:
            draws = ((generator.random(chunk), generator.standard_normal(chunk)) for _ in range(count // chunk))
            return sum(float(integrand(np.exp, np.sqrt, u, z).sum()) for u, z in draws) / count

    elif name == "numba":
        import numba

        packages.append("numba")
        fast = {"fastmath": True, "error_model": "numpy"}
        one = numba.njit(**fast)(integrand)

        @numba.njit(**fast)
        def loop(count: int) -> float:
            total = 0.0
            for _ in range(count):
                total += one(math.exp, math.sqrt, np.random.random(), np.random.standard_normal())
            return total / count

        run = lambda: loop(count)
    elif name == "torch":
        import torch

        packages.append("torch")
        torch.set_num_threads(1)
        dtype, chunk = {"f32": torch.float32, "f64": torch.float64}[precision], options.chunk or 65536
        count -= count % chunk

        def run() -> float:
            draws = ((torch.rand(chunk, dtype=dtype), torch.randn(chunk, dtype=dtype)) for _ in range(count // chunk))
            return sum(float(integrand(torch.exp, torch.sqrt, u, z).sum()) for u, z in draws) / count

    else:
        import jax
        import jax.numpy as jnp

        packages.append("jax")
        jax.config.update("jax_enable_x64", precision == "f64")
        dtype = {"f32": jnp.float32, "f64": jnp.float64}[precision]

        @jax.jit
        def compiled(key: Any) -> Any:
            of_time, of_noise = jax.random.split(key)
            u, z = jax.random.uniform(of_time, (count,), dtype), jax.random.normal(of_noise, (count,), dtype)
            return integrand(jnp.exp, jnp.sqrt, u, z).mean()

        run = lambda: float(compiled(jax.random.key(0)))

    measure.timed(
        run,
        implementation=name,
        precision=precision,
        units=count,
        repetitions=options.repetitions,
        # With the exact variance: the second moment is not part of the work.
        answers=lambda value: [measure.answer("mean", value, "standard error", (variance / count) ** 0.5)],
        packages=packages,
    )


measure.unless_missing(main)
