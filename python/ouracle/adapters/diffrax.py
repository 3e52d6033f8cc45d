"""diffrax: its SDE solvers on a tape of increments, forwards and backwards in time.

>>> findings = oc.check_sde_solver(sde_solver(diffrax.SRA1()), strong=1.5)
"""

from __future__ import annotations

import inspect
from typing import Any

import diffrax
import equinox as eqx
import jax.numpy as jnp
import lineax
import numpy as np

from ..increments import Increments, Solver
from ..linear import LinearSde


class Path(diffrax.AbstractBrownianPath):
    """A batch of Brownian paths that are known by increments and Lévy areas over the steps of a grid."""

    grid: Any
    values: Any
    levy_area: Any = eqx.field(static=True, default=diffrax.SpaceTimeTimeLevyArea)

    @property
    def t0(self) -> Any:
        return self.grid[0]

    @property
    def t1(self) -> Any:
        return self.grid[-1]

    def evaluate(self, t0: Any, t1: Any = None, left: bool = True, use_levy: bool = False) -> Any:
        """Increment and areas over ``[t0, t1]``; not a number where an area was asked for over what is no step."""
        if t1 is None:
            t0, t1 = self.grid[0], t0
        i, j = (jnp.argmin(jnp.abs(self.grid - t)) for t in (t0, t1))
        first, last = jnp.minimum(i, j), jnp.maximum(i, j)
        inside = (jnp.arange(len(self.grid) - 1) >= first) & (jnp.arange(len(self.grid) - 1) < last)
        sign = jnp.where(j >= i, 1.0, -1.0)
        increment = sign * jnp.where(inside[:, None], self.values[0], 0.0).sum(axis=0)
        if not use_levy:
            return increment
        step = jnp.where(last - first == 1, 1.0, jnp.nan)
        return diffrax.SpaceTimeTimeLevyArea(
            dt=jnp.asarray(t1 - t0, increment.dtype), W=increment, H=step * self.values[1][first], K=step * sign * self.values[2][first]
        )


class _Coefficients(eqx.Module):
    """The coefficients of an equation as numbers that a compiled program takes, so that one program serves all equations."""

    rate: Any
    force: Any
    force_slope: Any
    noise: Any
    noise_slope: Any


@eqx.filter_jit
def _solve(solver: Any, equation: _Coefficients, path: Path, start: Any, span: tuple[Any, Any, Any], max_steps: int) -> Any:
    drift = diffrax.ODETerm(lambda t, y, _: LinearSde.drift(equation, t, y))  # type: ignore[arg-type]
    noise = diffrax.ControlTerm(lambda t, y, _: lineax.DiagonalLinearOperator(LinearSde.diffusion(equation, t, y)), path)  # type: ignore[arg-type]
    t0, t1, dt0 = span
    return diffrax.diffeqsolve(diffrax.MultiTerm(drift, noise), solver, t0=t0, t1=t1, dt0=dt0, y0=start, max_steps=max_steps).ys[-1]


def sde_solver(solver: Any) -> Solver:
    """A diffrax solver as :func:`ouracle.check_sde_solver` takes it.

    Arrays are padded to a few sizes, so that both directions of time and all numbers of steps share one compiled program.
    """

    def solve(equation: LinearSde, times: np.ndarray, path: Increments) -> Any:
        steps = len(times) - 1
        room = max(32, 1 << (steps - 1).bit_length())
        rows = 3 * room + 3
        # Times that no step comes near.
        grid = np.concatenate([path.grid, path.grid[-1] + 1e6 * (1 + np.arange(room - steps))])
        values = np.zeros((3, room, rows))
        values[:, :steps, : path.rows] = path.values
        start = np.zeros(rows)
        start[: path.rows] = path.start(equation.start)
        names = ("rate", "force", "force_slope", "noise", "noise_slope")
        coefficients = _Coefficients(*(jnp.asarray(getattr(equation, name)) for name in names))
        span = tuple(jnp.asarray(t) for t in (times[0], times[-1], (times[-1] - times[0]) / steps))
        out = _solve(solver, coefficients, Path(jnp.asarray(grid), jnp.asarray(values)), jnp.asarray(start), span, 4 * room)
        return out[: path.rows]

    solve.__qualname__ = type(solver).__name__
    return solve


def sde_solvers() -> list[tuple[str, Any, str]]:
    """Every solver that says it converges to an Itô or a Stratonovich solution: name, instance, and why it cannot be driven here."""
    found = []
    for name in sorted(dir(diffrax)):
        member = getattr(diffrax, name)
        marked = inspect.isclass(member) and issubclass(member, (diffrax.AbstractItoSolver, diffrax.AbstractStratonovichSolver))
        if not marked or inspect.isabstract(member) or name.startswith("Abstract"):
            continue
        try:
            instance = member()
        except TypeError as error:
            found.append((name, None, f"it needs arguments: {error}"))
            continue
        langevin = hasattr(member, "_coeffs_structure") or "Langevin" in "".join(base.__name__ for base in member.__mro__)
        found.append((name, instance, "it solves the underdamped Langevin equation only, whose state is a pair" if langevin else ""))
    return found


def brownian_tree(area: Any, paths: int = 4000, seed: int = 0) -> Any:
    """``path(s, t)`` of independent `VirtualBrownianTree`s on ``[0, 1]``, for :func:`ouracle.check_brownian`."""
    import jax

    keys = jax.random.split(jax.random.key(seed), paths)

    @jax.jit
    def many(s: Any, t: Any) -> Any:
        def one(key: Any) -> Any:
            tree = diffrax.VirtualBrownianTree(0.0, 1.0, tol=2.0**-12, shape=(), key=key, levy_area=area)
            return tree.evaluate(s, t, use_levy=True)

        return jax.vmap(one)(keys)

    def path(s: float, t: float) -> Any:
        answer = many(s, t)
        return (answer.W, answer.H) if hasattr(answer, "H") else answer.W

    return path


class _SignedDrift(diffrax.AbstractTerm):
    """A drift whose products with a step take the direction of time into account."""

    term: Any

    def vf(self, t: Any, y: Any, args: Any) -> Any:
        return self.term.vf(t, y, args)

    def contr(self, t0: Any, t1: Any, **kwargs: Any) -> Any:
        return self.term.contr(t0, t1, **kwargs)

    def prod(self, vf: Any, control: Any) -> Any:
        return self.term.prod(vf, control)

    def vf_prod(self, t: Any, y: Any, args: Any, control: Any) -> Any:
        return self.term.vf_prod(t, y, args, self.term.direction * control)


class _TurnedNoise(diffrax.AbstractTerm):
    """A diffusion whose Lévy area H keeps its sign when time is reversed."""

    term: Any

    def vf(self, t: Any, y: Any, args: Any) -> Any:
        return self.term.vf(t, y, args)

    def contr(self, t0: Any, t1: Any, **kwargs: Any) -> Any:
        control = self.term.contr(t0, t1, **kwargs)
        return eqx.tree_at(lambda levy: levy.H, control, self.term.direction * control.H) if hasattr(control, "H") else control

    def prod(self, vf: Any, control: Any) -> Any:
        return self.term.prod(vf, control)

    def vf_prod(self, t: Any, y: Any, args: Any, control: Any) -> Any:
        return self.term.vf_prod(t, y, args, control)


def mended(solver: Any, *, step: bool = True, area: bool = True) -> Any | None:
    """A stochastic Runge–Kutta solver with the signs of the step and of the Lévy area H right backwards in time; none for others."""
    kind = type(solver)
    if not issubclass(kind, diffrax.AbstractSRK):
        return None

    def signed(self: Any, terms: Any, t0: Any, t1: Any, y0: Any, args: Any, solver_state: Any, made_jump: Any) -> Any:
        drift, noise = terms.terms
        changed = diffrax.MultiTerm(_SignedDrift(drift) if step else drift, _TurnedNoise(noise) if area else noise)
        return kind.step(self, changed, t0, t1, y0, args, solver_state, made_jump)

    return type(kind.__name__, (kind,), {"step": signed})()
