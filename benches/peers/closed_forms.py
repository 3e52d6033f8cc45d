"""A log-likelihood, the divergence from the prior, and the gap of the bound, for many sets of parameters, to 16 or 50 digits.

Data are N(m, v), the noising process has beta(t) = b0 + (b1 - b0) t on [0, 1], the score is k times the right one plus delta:

    log N(x; m, v)    and    KL(q_1 || N(0, 1)) + 1/2 int_0^1 beta(t) [(k - 1)^2 / v_t + delta^2] dt.

Case `closed-form` takes the integral in closed form, (k - 1)^2 ln R + delta^2 int beta; case `integral` leaves it to quadrature; with
`-one-schedule` at the end there is one beta for all sets.
"""
from __future__ import annotations

import math
from fractions import Fraction
from typing import Any

import measure

CHECKED = 3
"""As many sets are compared with the reference."""


def parameter_set(index: int, one_schedule: bool) -> tuple[Fraction, ...]:
    """`(m, v, x, b0, b1, k, delta)`, exact also in doubles, spread over their ranges by residues; `side_by_side` has the same."""
    return (
        Fraction((7919 * index + 11) % 2001 - 1000, 1024),
        Fraction((6007 * index + 5) % 1901 + 100, 1024),
        Fraction((5003 * index + 7) % 4001 - 2000, 1024),
        Fraction(1, 8),
        Fraction(25, 2) if one_schedule else Fraction((4001 * index + 13) % 15001 + 5000, 1024),
        Fraction((3001 * index + 3) % 201 + 924, 1024),
        Fraction((2003 * index + 17) % 201 - 100, 1024),
    )


def log_likelihood(number: Any, log: Any, pi: Any) -> Any:
    m, v, x, *_ = number
    return -((x - m) ** 2 / v + log(2 * pi * v)) / 2


def prior_divergence(number: Any, exp: Any, log: Any) -> Any:
    m, v, _, b0, b1, *_ = number
    signal = exp(-(b0 + b1) / 2)
    variance = 1 + (v - 1) * signal
    return (variance + signal * m * m - 1 - log(variance)) / 2


def closed_integral(number: Any, exp: Any, log: Any) -> Any:
    _, v, _, b0, b1, k, delta = number
    integral_of_beta = (b0 + b1) / 2
    return (k - 1) ** 2 * log((exp(integral_of_beta) + v - 1) / v) + delta * delta * integral_of_beta


def integrand(number: Any, exp: Any) -> Any:
    _, v, _, b0, b1, k, delta = number
    slope, square, shift = b1 - b0, (k - 1) ** 2, delta * delta
    return lambda t: (b0 + slope * t) * (square / (1 + (v - 1) * exp(-t * (b0 + slope * t / 2))) + shift)


def in_mpmath(digits: int, closed: bool) -> Any:
    import mpmath

    mpmath.mp.dps = digits

    def evaluate(number: Any) -> Any:
        if closed:
            integral = closed_integral(number, mpmath.exp, mpmath.log)
        else:
            integral = mpmath.quad(integrand(number, mpmath.exp), [0, 1])
        gap = prior_divergence(number, mpmath.exp, mpmath.log) + integral / 2
        return log_likelihood(number, mpmath.log, mpmath.pi), gap

    return evaluate, lambda q: mpmath.mpf(q.numerator) / q.denominator


def in_flint(digits: int, closed: bool) -> Any:
    from flint import acb, arb, ctx, fmpq

    bits, relative, absolute = {16: (64, -50, -55), 50: (180, -166, -170)}[digits]
    ctx.prec = bits
    tolerances = {"rel_tol": arb(2) ** relative, "abs_tol": arb(2) ** absolute}

    def evaluate(number: Any) -> Any:
        if closed:
            integral = closed_integral(number, arb.exp, arb.log)
        else:
            rate = integrand([acb(parameter) for parameter in number], acb.exp)
            integral = acb.integral(lambda t, _: rate(t), acb(0), acb(1), **tolerances).real
        gap = prior_divergence(number, arb.exp, arb.log) + integral / 2
        return log_likelihood(number, arb.log, arb.pi()), gap

    return evaluate, lambda q: arb(fmpq(q.numerator, q.denominator))


def in_scipy() -> Any:
    from scipy.integrate import quad

    def evaluate(number: Any) -> Any:
        integral, error = quad(integrand(number, math.exp), 0, 1, epsabs=1e-15, epsrel=1e-14)
        gap = prior_divergence(number, math.exp, math.log) + integral / 2
        return log_likelihood(number, math.log, math.pi), gap, error

    return evaluate, float


def decimal(value: Any, digits: int) -> tuple[str, float]:
    """Midpoint and radius of an `arb`, the radius with what the decimal leaves out."""
    middle = value.mid().str(digits + 20, radius=False)
    return middle, float(value.rad()) + 10.0 ** -(digits + 10)


def main() -> None:
    options = measure.arguments(__doc__)
    closed, one_schedule = options.case.startswith("closed-form"), options.case.endswith("one-schedule")
    if options.implementation == "reference":
        import mpmath

        evaluate, number = in_mpmath(70, True)
        values = [evaluate([number(q) for q in parameter_set(index, one_schedule)]) for index in range(CHECKED)]
        measure.reference(
            [
                measure.answer(f"{name} {index}", mpmath.nstr(value, 66), "rounding", 1e-60)
                for index, pair in enumerate(values)
                for name, value in zip(("log-likelihood", "gap"), pair)
            ]
        )
        return

    package, _, digits = options.implementation.partition("-")
    digits = int(digits or 16)
    make = {
        "mpmath": lambda: in_mpmath(digits, closed),
        "flint": lambda: in_flint(digits, closed),
        "scipy": in_scipy,
    }
    evaluate, number = make[package]()
    sets = [[number(q) for q in parameter_set(index, one_schedule)] for index in range(options.count)]

    def one(name: str, value: Any, error: float) -> measure.Answer:
        if package == "flint":
            return measure.answer(name, decimal(value, digits)[0], "radius", decimal(value, digits)[1])
        if package == "scipy":
            # What the quadrature says of itself, and a roundoff for each of some thirty operations on numbers below 16.
            return measure.answer(name, repr(value), "rounding", error + 32 * 16 * measure.UNIT_ROUNDOFF["f64"])
        import mpmath

        return measure.answer(name, mpmath.nstr(value, digits + 5), "rounding", 32 * 16 * 10.0**-digits)

    def answers(results: Any) -> list[measure.Answer]:
        return [
            one(f"{name} {index}", value, result[2] if len(result) > 2 else 0.0)
            for index, result in enumerate(results[:CHECKED])
            for name, value in zip(("log-likelihood", "gap"), result)
        ]

    measure.timed(
        lambda: [evaluate(parameters) for parameters in sets],
        implementation=options.implementation,
        precision="f64" if package == "scipy" else f"{digits} digits",
        units=options.count,
        repetitions=options.repetitions,
        answers=answers,
        packages=[{"flint": "python-flint"}.get(package, package)],
    )


measure.unless_missing(main)
