"""Euler-Maruyama paths with their log-weight; the model is in `paths_model.py`.

Implementations: `numpy`, `numpy-numba` (normals of NumPy, one fused step), `numba` (normals of Numba), `torch`, `torch-compile`,
`torchsde`, `jax`, `diffrax`. Cases: `d1`, `d16`, `d256`, `d64-full`; only `numpy`, `torch` and `jax` go beyond `d1`.
`--count` is the number of paths; a unit is one coordinate of one step.
"""
from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

import measure
from paths_model import Model, answers, model, reference, sums

Run = Callable[[], Any]


def blocks(count: int, size: int) -> list[tuple[int, int]]:
    """Seed and size of each block."""
    return [(seed, min(size, count - first)) for seed, first in enumerate(range(0, count, size))]


def numpy_paths(of: Model, count: int, chunk: int, dtype: Any) -> Run:
    A, C, decay, noise = (array.astype(dtype) for array in (of.A, of.C, of.decay, of.noise))
    transposed = np.ascontiguousarray(A.transpose(0, 2, 1)) if of.full else None

    def block(seed: int, size: int) -> Any:
        generator = np.random.Generator(np.random.SFC64(seed))
        y = np.broadcast_to(of.start.astype(dtype), (size, of.d)).copy()
        plain, girsanov = np.zeros(size, dtype), np.zeros(size, dtype)
        z, u, product = np.empty((size, of.d), dtype), np.empty_like(y), np.empty_like(y)
        for k in range(of.steps):
            generator.standard_normal(out=z, dtype=dtype)
            if transposed is None:
                np.multiply(y, A[k], out=u)
            else:
                np.matmul(y, transposed[k], out=u)
            u += C[k]
            if of.d == 1:
                np.multiply(u, u, out=product)
                plain += product[:, 0]
                np.multiply(u, z, out=product)
                girsanov += product[:, 0]
            else:
                plain += np.einsum("ij,ij->i", u, u)
                girsanov += np.einsum("ij,ij->i", u, z)
            y *= decay[k]
            z *= noise[k]
            y += z
        plain = -0.5 * (plain + np.einsum("ij,ij->i", y, y))
        return sums(plain, plain - girsanov)

    return lambda: sum(block(*job) for job in blocks(count, chunk))


def numpy_numba_paths(of: Model, count: int, chunk: int) -> Run:
    import numba

    @numba.njit(fastmath=True)
    def step(z: Any, y: Any, plain: Any, girsanov: Any, a: float, c: float, decay: float, noise: float) -> None:
        for j in range(y.size):
            u = a * y[j] + c
            plain[j] += u * u
            girsanov[j] += u * z[j]
            y[j] = decay * y[j] + noise * z[j]

    def block(seed: int, size: int) -> Any:
        generator = np.random.Generator(np.random.SFC64(seed))
        y, plain, girsanov, z = np.full(size, of.start[0]), np.zeros(size), np.zeros(size), np.empty(size)
        for k in range(of.steps):
            generator.standard_normal(out=z)
            step(z, y, plain, girsanov, of.A[k, 0], of.C[k, 0], of.decay[k], of.noise[k])
        plain = -0.5 * (plain + y * y)
        return sums(plain, plain - girsanov)

    return lambda: sum(block(*job) for job in blocks(count, chunk))


def numba_paths(of: Model, count: int) -> Run:
    import numba

    @numba.njit(fastmath=True, error_model="numpy")
    def loop(count: int, start: float, decay: Any, noise: Any, A: Any, C: Any) -> Any:
        plain_sum = plain_squares = sum_with = squares_with = 0.0
        for _ in range(count):
            y, plain, girsanov = start, 0.0, 0.0
            for k in range(len(A)):
                z = np.random.standard_normal()
                u = A[k] * y + C[k]
                plain += u * u
                girsanov += u * z
                y = decay[k] * y + noise[k] * z
            plain = -0.5 * (plain + y * y)
            weighted = plain - girsanov
            plain_sum += plain
            plain_squares += plain * plain
            sum_with += weighted
            squares_with += weighted * weighted
        return np.array([plain_sum, plain_squares, sum_with, squares_with])

    A, C = of.A[:, 0].copy(), of.C[:, 0].copy()
    return lambda: loop(count, of.start[0], of.decay, of.noise, A, C)


def torch_paths(of: Model, count: int, chunk: int, precision: str) -> Run:
    import torch

    torch.set_num_threads(1)
    dtype = {"f32": torch.float32, "f64": torch.float64}[precision]
    A, C, start = (torch.tensor(array, dtype=dtype) for array in (of.A, of.C, of.start))
    transposed = A.transpose(1, 2).contiguous() if of.full else None

    @torch.no_grad()
    def block(size: int) -> Any:
        y = start.expand(size, of.d).clone()
        plain, girsanov = torch.zeros(size, dtype=dtype), torch.zeros(size, dtype=dtype)
        z = torch.empty(size, of.d, dtype=dtype)
        for k in range(of.steps):
            z.normal_()
            u = torch.addcmul(C[k], y, A[k]) if transposed is None else torch.addmm(C[k], y, transposed[k])
            if of.d == 1:
                plain.addcmul_(u[:, 0], u[:, 0])
                girsanov.addcmul_(u[:, 0], z[:, 0])
            else:
                plain += (u * u).sum(1)
                girsanov += (u * z).sum(1)
            y.mul_(float(of.decay[k])).add_(z, alpha=float(of.noise[k]))
        plain = -0.5 * (plain + (y * y).sum(1))
        return sums(plain.numpy(), (plain - girsanov).numpy())

    return lambda: sum(block(size) for _, size in blocks(count, chunk))


def torch_compiled_paths(of: Model, count: int, chunk: int, precision: str) -> Run:
    """The vectorised normals of ATen and one fused step; whole blocks only, lest a second size is compiled in a timed call."""
    import torch

    torch.set_num_threads(1)
    dtype = {"f32": torch.float32, "f64": torch.float64}[precision]
    A, C, decay, noise = (torch.tensor(a, dtype=dtype) for a in (of.A[:, 0], of.C[:, 0], of.decay, of.noise))

    @torch.compile
    def step(y: Any, plain: Any, girsanov: Any, z: Any, a: Any, c: Any, rho: Any, b: Any) -> Any:
        u = a * y + c
        return rho * y + b * z, plain + u * u, girsanov + u * z

    @torch.no_grad()
    def block() -> Any:
        y = torch.full((chunk,), float(of.start[0]), dtype=dtype)
        plain, girsanov = torch.zeros(chunk, dtype=dtype), torch.zeros(chunk, dtype=dtype)
        z = torch.empty(chunk, dtype=dtype)
        for k in range(of.steps):
            z.normal_()
            y, plain, girsanov = step(y, plain, girsanov, z, A[k], C[k], decay[k], noise[k])
        plain = -0.5 * (plain + y * y)
        return sums(plain.numpy(), (plain - girsanov).numpy())

    return lambda: sum(block() for _ in range(count // chunk))


def torchsde_paths(of: Model, count: int, precision: str) -> Run:
    import torch
    import torchsde

    torch.set_num_threads(1)
    dtype = {"f32": torch.float32, "f64": torch.float64}[precision]
    A, C, beta = (torch.tensor(a, dtype=dtype) for a in (of.A[:, 0], of.C[:, 0], of.noise**2 * of.steps))

    class Weighted(torch.nn.Module):
        noise_type, sde_type = "general", "ito"

        def control(self, t: Any, state: Any) -> tuple[int, Any]:
            k = min(of.steps - 1, int(round(float(t) * of.steps)))
            return k, A[k] * state[:, :1] + C[k]

        def f(self, t: Any, state: Any) -> Any:
            k, u = self.control(t, state)
            return torch.cat([-0.5 * beta[k] * state[:, :1], u * u * of.steps, torch.zeros_like(u)], 1)

        def g(self, t: Any, state: Any) -> Any:
            k, u = self.control(t, state)
            columns = [torch.sqrt(beta[k]).expand_as(u), torch.zeros_like(u), u * of.steps**0.5]
            return torch.cat(columns, 1).unsqueeze(-1)

    @torch.no_grad()
    def run() -> Any:
        start = torch.zeros(count, 3, dtype=dtype)
        start[:, 0] = float(of.start[0])
        brownian = torchsde.BrownianInterval(0.0, 1.0, size=(count, 1), dtype=dtype)
        times = torch.tensor([0.0, 1.0], dtype=dtype)
        end = torchsde.sdeint(Weighted(), start, times, method="euler", dt=1.0 / of.steps, bm=brownian)[-1]
        plain = -0.5 * (end[:, 1] + end[:, 0] ** 2)
        return sums(plain.numpy(), (plain - end[:, 2]).numpy())

    return run


def jax_paths(of: Model, count: int, chunk: int, precision: str) -> Run:
    import jax
    import jax.numpy as jnp

    jax.config.update("jax_enable_x64", precision == "f64")
    dtype = {"f32": np.float32, "f64": np.float64}[precision]
    A, C, start, decay, noise = (jnp.asarray(a.astype(dtype)) for a in (of.A, of.C, of.start, of.decay, of.noise))

    def block(key: Any) -> Any:
        def step(state: Any, at: Any) -> Any:
            (y, plain, girsanov), (a, c, rho, b, own_key) = state, at
            z = jax.random.normal(own_key, y.shape, dtype)
            if of.d == 1:
                u = a[0] * y + c[0]
                return (rho * y + b * z, plain + u * u, girsanov + u * z), None
            u = (y @ a.T if of.full else y * a) + c
            return (rho * y + b * z, plain + (u * u).sum(1), girsanov + (u * z).sum(1)), None

        first = jnp.full(chunk, start[0]) if of.d == 1 else jnp.broadcast_to(start, (chunk, of.d))
        zeros = jnp.zeros(chunk, dtype)
        along = (A, C, decay, noise, jax.random.split(key, of.steps))
        (y, plain, girsanov), _ = jax.lax.scan(step, (first, zeros, zeros), along)
        plain = -0.5 * (plain + (y * y).reshape(chunk, -1).sum(1))
        weighted = plain - girsanov
        # In f32 the sums are taken there, too; that of a block is by pairs.
        return jnp.stack([plain.sum(), (plain * plain).sum(), weighted.sum(), (weighted * weighted).sum()])

    compiled = jax.jit(lambda key: jax.lax.map(block, jax.random.split(key, count // chunk)))
    return lambda: np.asarray(compiled(jax.random.key(7)), np.float64).sum(0)


def diffrax_paths(of: Model, count: int, precision: str) -> Run:
    """With the Brownian path that diffrax calls unsafe, its fastest."""
    import diffrax
    import jax
    import jax.numpy as jnp

    jax.config.update("jax_enable_x64", precision == "f64")
    dtype = {"f32": np.float32, "f64": np.float64}[precision]
    A, C, beta = (jnp.asarray(a.astype(dtype)) for a in (of.A[:, 0], of.C[:, 0], of.noise**2 * of.steps))

    def control(t: Any, state: Any) -> tuple[Any, Any]:
        k = jnp.clip(jnp.round(t * of.steps).astype(int), 0, of.steps - 1)
        return k, A[k] * state[0] + C[k]

    def drift(t: Any, state: Any, _: Any) -> Any:
        k, u = control(t, state)
        return jnp.stack([-0.5 * beta[k] * state[0], u * u * of.steps, 0.0 * u])

    def diffusion(t: Any, state: Any, _: Any) -> Any:
        k, u = control(t, state)
        return jnp.stack([jnp.sqrt(beta[k]), 0.0 * u, u * of.steps**0.5])

    def one(key: Any) -> Any:
        brownian = diffrax.UnsafeBrownianPath((), key)
        terms = diffrax.MultiTerm(diffrax.ODETerm(drift), diffrax.ControlTerm(diffusion, brownian))
        start = jnp.asarray([of.start[0], 0.0, 0.0], dtype)
        options = {"adjoint": diffrax.ForwardMode(), "max_steps": of.steps + 8}
        end = diffrax.diffeqsolve(terms, diffrax.Euler(), 0.0, 1.0, 1.0 / of.steps, start, **options).ys[-1]
        plain = -0.5 * (end[1] + end[0] ** 2)
        return plain, plain - end[2]

    compiled = jax.jit(lambda key: jax.vmap(one)(jax.random.split(key, count)))
    return lambda: sums(*compiled(jax.random.key(7)))


def main() -> None:
    options = measure.arguments(__doc__)
    of = model(options.case)
    if options.implementation == "reference":
        measure.reference(reference(of))
        return

    count, precision, name = options.count, options.precision, options.implementation
    dtype = {"f32": np.float32, "f64": np.float64}[precision]
    chunk = min(count, options.chunk or max(64, {"jax": count, "torch": 65536 // of.d}.get(name, 16384 // of.d)))
    if name in ("jax", "torch-compile"):
        count -= count % chunk
    make: dict[str, tuple[Callable[[], Run], tuple[str, ...]]] = {
        "numpy": (lambda: numpy_paths(of, count, chunk, dtype), ()),
        "numpy-numba": (lambda: numpy_numba_paths(of, count, chunk), ("numba",)),
        "numba": (lambda: numba_paths(of, count), ("numba",)),
        "torch": (lambda: torch_paths(of, count, chunk, precision), ("torch",)),
        "torch-compile": (lambda: torch_compiled_paths(of, count, chunk, precision), ("torch",)),
        "torchsde": (lambda: torchsde_paths(of, count, precision), ("torch", "torchsde")),
        "jax": (lambda: jax_paths(of, count, chunk, precision), ("jax",)),
        "diffrax": (lambda: diffrax_paths(of, count, precision), ("jax", "diffrax")),
    }
    build, packages = make[name]
    measure.timed(
        build(),
        implementation=name,
        precision=precision,
        units=count * of.steps * of.d,
        repetitions=options.repetitions,
        answers=lambda totals: answers(of, count, totals),
        packages=["numpy", *packages],
    )


if __name__ == "__main__":
    measure.unless_missing(main)
