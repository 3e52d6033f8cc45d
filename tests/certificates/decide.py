"""Whether an expression is zero, decided exactly: fractions of FLINT polynomials, with generators for exp, ln, roots and angles.

Nothing here follows the algebra of the Rust side: fractions are kept in lowest terms by gcd, logarithms and roots are split by
factorisation over the rationals, and exponentials are split over one common denominator of all their arguments. A question that
these rules cannot decide raises `Undecided`; no answer ever rests on a numerical value.
"""

from math import lcm

import sympy as sp
from flint import Ordering, fmpq, fmpq_mpoly_ctx, fmpz


class Undecided(Exception):
    """The rules do not decide the question."""


class Restart(Exception):
    """A free choice (a common denominator, a root's order) turned out too coarse; start again with a better one."""


def rational(value):
    return fmpq(int(value.p), int(value.q))


class Fraction:
    """A quotient of polynomials in lowest terms."""

    __slots__ = ("num", "den")

    def __init__(self, num, den, lowest=False):
        if not lowest:
            if den.is_zero():
                raise Undecided("a divisor is zero for all parameters")
            divisor = num.gcd(den)
            if not divisor.is_one():
                num, den = num / divisor, den / divisor
            leading = den.leading_coefficient()
            if leading != 1:
                num, den = num / leading, den / leading
        self.num, self.den = num, den

    def __mul__(self, other):
        return Fraction(self.num * other.num, self.den * other.den)

    def inverse(self):
        return Fraction(self.den, self.num)

    def power(self, n):
        base = self if n >= 0 else self.inverse()
        return Fraction(base.num ** abs(n), base.den ** abs(n), lowest=True)

    @staticmethod
    def sum(terms, ctx):
        """Adds terms with equal denominators first: most sums share one."""
        by_den = {}
        for term in terms:
            key = str(term.den)
            num, den = by_den.get(key, (ctx.constant(0), term.den))
            by_den[key] = (num + term.num, den)
        total = Fraction(ctx.constant(0), ctx.constant(1), lowest=True)
        for num, den in by_den.values():
            common = total.den.gcd(den)
            left, right = den / common, total.den / common
            total = Fraction(total.num * left + num * right, total.den * left)
        return total


class Decider:
    """Decides questions about expressions in given symbols; `positive` are expressions assumed positive."""

    def __init__(self, symbols, positive=()):
        self.symbols = list(symbols)
        self.assumed = list(positive)
        self.kernels = 16
        self.choices = {}
        self.exp_den = None
        self.angle_den = None
        self.reset()

    def reset(self):
        names = [f"s{i}" for i in range(len(self.symbols))] + ["pi"] + [f"k{i}" for i in range(self.kernels)]
        self.ctx = fmpq_mpoly_ctx.get(names, Ordering.lex)
        self.gens = self.ctx.gens()
        self.one, self.zero = self.ctx.constant(1), self.ctx.constant(0)
        self.index = {symbol: i for i, symbol in enumerate(self.symbols)}
        self.pi = len(self.symbols)
        self.next = self.pi + 1
        self.table, self.meaning, self.relations, self.memo = {}, {}, {}, {}
        self.signs = {i: 1 for i, symbol in enumerate(self.symbols) if symbol.is_positive}
        self.signs[self.pi] = 1
        self.factor_signs = {}

    def is_zero(self, expr):
        for _ in range(40):
            try:
                for assumption in self.assumed:
                    self.split(self.convert(assumption))
                return self.vanishes(self.convert(expr))
            except Restart:
                self.reset()
        raise Undecided("no common denominator was found for the arguments of exponentials and angles")

    # Generators

    def generator(self, key, meaning, positive=False):
        if key not in self.table:
            if self.next >= len(self.gens):
                self.kernels *= 2
                self.exp_den = self.angle_den = None  # they live in the smaller ring
                raise Restart
            self.table[key] = self.next
            self.meaning[self.next] = meaning
            if positive:
                self.signs[self.next] = 1
            self.next += 1
        return self.table[key]

    def choice(self, key, least):
        """A common multiple chosen for `key`; a new one means starting again."""
        known = self.choices.get(key, 1)
        if known % least:
            self.choices[key] = lcm(known, least)
            raise Restart
        return known

    def gen_fraction(self, i, n=1):
        return Fraction(self.gens[i], self.one, lowest=True).power(n)

    def const(self, q):
        return Fraction(self.ctx.constant(q), self.one, lowest=True)

    # Conversion

    def convert(self, expr):
        """The fraction of an expression, without recursion for long chains of sums and products."""
        stack = [expr]
        while stack:
            top = stack[-1]
            if top in self.memo:
                stack.pop()
                continue
            missing = [arg for arg in self.needs(top) if arg not in self.memo]
            if missing:
                stack.extend(missing)
            else:
                self.memo[stack.pop()] = self.node(top)
        return self.memo[expr]

    @staticmethod
    def needs(expr):
        if isinstance(expr, sp.Pow) and not expr.exp.is_Rational:
            return [expr.exp * sp.log(expr.base)] if expr.base != sp.E else [expr.exp]
        if isinstance(expr, sp.Pow):
            return [expr.base]
        return expr.args

    def node(self, expr):
        if expr.is_Rational:
            return self.const(rational(expr))
        if expr.is_Symbol:
            return self.gen_fraction(self.index[expr])
        if expr is sp.pi:
            return self.gen_fraction(self.pi)
        if expr is sp.E:
            return self.exp(self.const(1))
        args = [self.memo[arg] for arg in self.needs(expr)]
        if isinstance(expr, sp.Add):
            return Fraction.sum(args, self.ctx)
        if isinstance(expr, sp.Mul):
            product = args[0]
            for arg in args[1:]:
                product = product * arg
            return product
        if isinstance(expr, sp.exp) or isinstance(expr, sp.Pow) and not expr.exp.is_Rational:
            return self.exp(args[0])
        if isinstance(expr, sp.Pow):
            if expr.exp.is_Integer:
                base = args[0] if expr.exp > 0 else self.nonzero(args[0])
                return base.power(int(expr.exp))
            return self.root(args[0], expr.exp)
        if isinstance(expr, sp.log):
            return self.log(args[0])
        if isinstance(expr, (sp.sin, sp.cos)):
            return self.sin_cos(args[0])[0 if isinstance(expr, sp.sin) else 1]
        if isinstance(expr, sp.Abs):
            return self.root(args[0].power(2), sp.Rational(1, 2))
        raise Undecided(f"no rule for {expr.func}")

    def nonzero(self, fraction):
        if self.vanishes(fraction):
            raise Undecided("a divisor is zero for all parameters")
        return fraction

    # Defining equations of roots and sines

    def reduce(self, num):
        """Replaces the whole powers of roots and the squares of sines, the youngest first."""
        for i in sorted(self.relations, reverse=True):
            order, base = self.relations[i]
            groups = {}
            for exponents, coefficient in num.to_dict().items():
                whole, rest = divmod(int(exponents[i]), order)
                exponents = tuple(rest if j == i else int(e) for j, e in enumerate(exponents))
                groups.setdefault(whole, {})[exponents] = coefficient
            if set(groups) <= {0}:
                continue
            total = self.zero
            for whole in range(max(groups), -1, -1):
                total = total * base + self.ctx.from_dict(groups.get(whole, {}))
            num = total
        return num

    def vanishes(self, fraction):
        if self.reduce(fraction.den).is_zero():
            raise Undecided("a divisor is zero for all parameters")
        return self.reduce(fraction.num).is_zero()

    def canonical(self, fraction):
        return Fraction(self.reduce(fraction.num), self.reduce(fraction.den))

    # Products, roots and logarithms

    def sign(self, poly):
        """+1 if a factor is positive, −1 if it is negative, None if the assumptions do not say."""
        if str(poly) in self.factor_signs:
            return self.factor_signs[str(poly)]
        positive, strict = True, False
        for exponents, coefficient in poly.to_dict().items():
            unknown = [e for i, e in enumerate(exponents) if e and self.signs.get(i) != 1]
            positive = positive and coefficient > 0 and all(int(e) % 2 == 0 for e in unknown)
            strict = strict or not unknown
        return 1 if positive and strict else None

    def split(self, fraction):
        """`(number, [(factor, exponent)])` of a fraction assumed positive; every factor is positive; those whose signs
        are unknown are collected in one."""
        fraction = self.canonical(fraction)
        if fraction.num.is_zero():
            raise Undecided("a term that must be positive is zero")
        content, factors, unknown = fmpq(1), [], []
        for poly, direction in ((fraction.num, 1), (fraction.den, -1)):
            scale, parts = poly.factor()
            content = content * fmpq(scale) ** direction
            for part, exponent in parts:
                leading = part.leading_coefficient()
                content, part = content * leading ** (int(exponent) * direction), part / leading
                factors.append((part, int(exponent) * direction))
        known = []
        for part, exponent in factors:
            sign = self.sign(part)
            if sign is None:
                unknown.append((part, exponent))
            else:
                content = content * fmpq(sign) ** exponent
                known.append((part * sign, exponent))
        if len(unknown) == 1 and unknown[0][1] % 2:
            part, exponent = unknown.pop()
            sign = 1 if content > 0 else -1
            self.factor_signs[str(part)] = sign
            known.append((part * sign, exponent))
            content = content * sign
        if content < 0 and all(e % 2 == 0 for _, e in unknown):
            raise Undecided("a term that must be positive is negative")
        if unknown:
            bundle = self.one * (1 if content > 0 else -1)
            for part, exponent in unknown:
                bundle = bundle * part ** abs(exponent)
                if exponent < 0:
                    # 1/f = f/f², and f² is positive.
                    known.append((part**2, exponent))
            known.append((bundle, 1))
        return abs(content), known

    def number_factors(self, q):
        for value, direction in ((q.p, 1), (q.q, -1)):
            for prime, exponent in fmpz(value).factor():
                yield int(prime), int(exponent) * direction

    def positive_power(self, base, q):
        """`base^q` for a positive polynomial."""
        if q.is_Integer:
            return Fraction(base, self.one, lowest=True).power(int(q))
        i = self.single_generator(base)
        # A root or an exponential of a root or an exponential is one itself.
        if i in self.meaning and self.meaning[i][0] == "exp":
            return self.exp(self.meaning[i][1] * self.const(rational(q)))
        if i in self.meaning and self.meaning[i][0] == "root":
            return self.positive_power(self.meaning[i][1], q / self.meaning[i][2])
        order = self.choice("root", int(q.q))
        steps = int(q * order)
        i = self.generator(("root", str(base)), ("root", base, order), positive=True)
        self.relations[i] = (order, base)
        return self.gen_fraction(i, steps)

    def root(self, fraction, q):
        if self.vanishes(fraction):
            return self.const(0)
        number, factors = self.split(fraction)
        product = self.const(1)
        for prime, exponent in self.number_factors(number):
            product = product * self.positive_power(self.ctx.constant(prime), q * exponent)
        for base, exponent in factors:
            product = product * self.positive_power(base, q * exponent)
        return product

    def single_generator(self, poly):
        terms = poly.to_dict()
        if len(terms) != 1:
            return None
        (exponents, coefficient), = terms.items()
        used = [(i, int(e)) for i, e in enumerate(exponents) if e]
        return used[0][0] if coefficient == 1 and len(used) == 1 and used[0][1] == 1 else None

    def log(self, fraction):
        """ln of a positive fraction: with x = Π fᵢ^eᵢ it is Σ eᵢ ln|fᵢ|, whatever the signs of the factors."""
        number, _ = self.split(fraction)
        fraction = self.canonical(fraction)
        parts = [(self.ctx.constant(p), e) for p, e in self.number_factors(number)]
        for poly, direction in ((fraction.num, 1), (fraction.den, -1)):
            for part, exponent in poly.factor()[1]:
                part = part / part.leading_coefficient()
                parts.append((part * (self.sign(part) or 1), int(exponent) * direction))
        terms = []
        for base, exponent in parts:
            i = self.single_generator(base)
            kind = self.meaning.get(i, (None,))
            if kind[0] == "exp":
                terms.append(kind[1] * self.const(exponent))
            elif kind[0] == "root":
                terms.append(self.log(Fraction(kind[1], self.one)) * self.const(fmpq(exponent, kind[2])))
            else:
                i = self.generator(("log", str(base)), ("log", base))
                terms.append(self.gen_fraction(i) * self.const(exponent))
        return Fraction.sum(terms, self.ctx)

    def absolute_power(self, base, q):
        """`|base|^q`, the exponential of `q ln|base|`."""
        known = base.is_constant() or self.sign(base) == 1
        return self.positive_power(base, q) if known else self.positive_power(base**2, q / 2)

    # Exponentials and angles

    def exp(self, argument):
        argument = self.canonical(argument)
        product = self.const(1)
        # exp(q ln f) = f^q, also where ln f stands in other terms with other factors: exp((λ − 1) ln f) = exp(λ ln f)/f.
        for i in [i for i, meaning in self.meaning.items() if meaning[0] == "log"]:
            with_log = {e: c for e, c in argument.num.to_dict().items() if e[i]}
            if argument.den.is_constant():
                with_log = {e: c for e, c in with_log.items() if sum(map(int, e)) == 1}
            if not with_log or any(e[i] != 1 for e in with_log):
                continue
            part = Fraction(self.ctx.from_dict(with_log), argument.den)
            q = part * self.gen_fraction(i, -1)
            if q.num.is_constant() and q.den.is_constant():
                value = q.num.leading_coefficient() / q.den.leading_coefficient()
                product = product * self.absolute_power(self.meaning[i][1], sp.Rational(int(value.p), int(value.q)))
                argument = Fraction.sum([argument, part * self.const(-1)], self.ctx)
        if self.exp_den is None:
            self.exp_den = self.one
        common = self.exp_den * argument.den / self.exp_den.gcd(argument.den)
        if common != self.exp_den:
            self.exp_den = common
            raise Restart
        if self.reduce(common).is_zero():
            raise Undecided("the common denominator of the exponents is zero")
        scaled = argument.num * (common / argument.den)
        for exponents, coefficient in scaled.to_dict().items():
            monomial = self.ctx.from_dict({exponents: 1})
            order = self.choice(("exp", str(monomial)), int(coefficient.q))
            unit = Fraction(monomial, common * order)
            i = self.generator(("exp", str(monomial)), ("exp", unit), positive=True)
            product = product * self.gen_fraction(i, int(coefficient.p) * (order // int(coefficient.q)))
        return product

    def sin_cos(self, argument):
        argument = self.canonical(argument)
        sin, cos = self.const(0), self.const(1)
        # One common denominator for all angles, as for exponentials: the same angle may stand over s + 1 and over T(s + 1).
        if self.angle_den is None:
            self.angle_den = self.one
        common = self.angle_den * argument.den / self.angle_den.gcd(argument.den)
        if common != self.angle_den:
            self.angle_den = common
            raise Restart
        scaled = argument.num * (common / argument.den)
        for exponents, coefficient in scaled.to_dict().items():
            key = str(self.ctx.from_dict({exponents: 1}))
            order = self.choice(("angle", key), int(coefficient.q))
            c = self.generator(("cos", key), ("cos",))
            s = self.generator(("sin", key), ("sin",))
            self.relations[s] = (2, self.one - self.gens[c] ** 2)
            steps = int(coefficient.p) * (order // int(coefficient.q))
            if abs(steps) > 200:
                raise Undecided("a multiple angle is too large")
            one = (self.gen_fraction(s) * self.const(1 if steps > 0 else -1), self.gen_fraction(c))
            for _ in range(abs(steps)):
                minus = self.const(-1)
                sin, cos = (
                    Fraction.sum([sin * one[1], cos * one[0]], self.ctx),
                    Fraction.sum([cos * one[1], sin * one[0] * minus], self.ctx),
                )
        return sin, cos
