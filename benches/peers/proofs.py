"""The Fokker-Planck residual of the Gaussian marginal of an Ornstein-Uhlenbeck process, reduced to zero with free symbols.

log p = -1/2 w' V^-1 w - 1/2 log det V, V = a^2 S + (1 - a^2) I, w = y - a m, da/dt = -a b/2, and the residual is

    d/dt log p - [d b/2 + b/2 y.s + b/2 (div s + |s|^2)],    s = grad log p.

The case is the dimension. python-flint multiplies with 2 det^2 by hand; SymPy is given the rational function. A second residual,
with b for b/2 before the last bracket, must not vanish.
"""
from __future__ import annotations

from typing import Any

import measure


class Law:
    """The pieces of log p over any ring that has `+ - *`: s = -u/determinant."""

    def __init__(self, generators: list[Any], d: int, zero: Any, one: Any) -> None:
        self.a, self.b = generators[:2]
        self.y, m, entries = generators[2 : 2 + d], generators[2 + d : 2 + 2 * d], iter(generators[2 + 2 * d :])
        symmetric = {(i, j): entry for (i, j), entry in zip(upper_triangle(d), entries)}
        square = self.a * self.a
        covariance = [
            [square * symmetric[min(i, j), max(i, j)] + (one - square if i == j else zero) for j in range(d)]
            for i in range(d)
        ]

        def determinant(rows: list[list[Any]]) -> Any:
            if not rows:
                return one
            minors = ([row[:j] + row[j + 1 :] for row in rows[1:]] for j in range(len(rows)))
            return sum(((-1) ** j * rows[0][j] * determinant(minor) for j, minor in enumerate(minors)), zero)

        def cofactor(i: int, j: int) -> Any:
            return (-1) ** (i + j) * determinant([row[:j] + row[j + 1 :] for k, row in enumerate(covariance) if k != i])

        adjugate = [[cofactor(i, j) for j in range(d)] for i in range(d)]
        deviation = [self.y[i] - self.a * m[i] for i in range(d)]
        self.determinant = determinant(covariance)
        self.trace = sum((adjugate[i][i] for i in range(d)), zero)
        self.u = [sum((adjugate[i][j] * deviation[j] for j in range(d)), zero) for i in range(d)]
        self.distance = sum((deviation[i] * self.u[i] for i in range(d)), zero)
        self.pull = sum((self.y[i] * self.u[i] for i in range(d)), zero)
        self.square = sum((u * u for u in self.u), zero)


def upper_triangle(d: int) -> list[tuple[int, int]]:
    return [(i, j) for i in range(d) for j in range(i, d)]


def names(d: int) -> list[str]:
    vectors = [f"{letter}{i}" for letter in "ym" for i in range(d)]
    return ["a", "b", *vectors, *(f"S{i}{j}" for i, j in upper_triangle(d))]


def flint_residual_vanishes(d: int) -> Any:
    from flint import Ordering, fmpq_mpoly_ctx

    ring = fmpq_mpoly_ctx.get(names(d), Ordering.degrevlex)
    generators, zero, one = list(ring.gens()), ring.constant(0), ring.constant(1)

    def vanishes(factor: int) -> bool:
        law = Law(generators, d, zero, one)

        def rate(polynomial: Any) -> Any:
            return polynomial.derivative(0) * (-law.b * law.a) / 2

        det = law.determinant
        left = -(rate(law.distance) * det - law.distance * rate(det)) - rate(det) * det
        right = d * law.b * det * det - law.b * law.pull * det + factor * law.b * (law.square - law.trace * det)
        return bool(left - right == 0)

    return vanishes


def sympy_residual_vanishes(d: int, way: str) -> Any:
    import sympy

    generators = list(sympy.symbols(names(d)))

    def vanishes(factor: int) -> bool:
        law = Law(generators, d, sympy.Integer(0), sympy.Integer(1))
        log_density = -law.distance / (2 * law.determinant) - sympy.log(law.determinant) / 2
        score = [sympy.diff(log_density, y) for y in law.y]
        divergence = sum(sympy.diff(s, y) for y, s in zip(law.y, score))
        square = sum(s * s for s in score)
        pull = sum(y * s for y, s in zip(law.y, score))
        left = sympy.diff(log_density, law.a) * (-law.b * law.a / 2)
        residual = left - law.b / 2 * (d + pull + factor * (divergence + square))
        if way == "cancel":
            return bool(sympy.cancel(residual) == 0)
        return bool(sympy.expand(sympy.fraction(sympy.together(residual))[0]) == 0)

    return vanishes


def main() -> None:
    options = measure.arguments(__doc__)
    if options.implementation == "reference":
        measure.reference([measure.answer(name, 1, "exact") for name in ("proved", "wrong version refuted")])
        return

    d, (package, _, way) = int(options.case), options.implementation.partition("-")
    if package == "flint":
        vanishes, forget = flint_residual_vanishes(d), lambda: None
    else:
        from sympy.core.cache import clear_cache as forget

        vanishes = sympy_residual_vanishes(d, way)

    def prove() -> bool:
        return all([vanishes(1) for _ in range(options.count)])

    measure.timed(
        prove,
        implementation=options.implementation,
        precision="exact",
        units=options.count,
        repetitions=options.repetitions,
        answers=lambda proved: [
            measure.answer("proved", int(proved), "exact"),
            measure.answer("wrong version refuted", int(not vanishes(2)), "exact"),
        ],
        packages=["python-flint" if package == "flint" else "sympy"],
        # SymPy remembers what it was asked, so that a second proof would be a look-up.
        before=forget,
    )


measure.unless_missing(main)
