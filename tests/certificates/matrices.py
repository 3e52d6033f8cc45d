"""Certificates in every dimension, checked at random matrices of several sizes, exactly over the rationals.

Nothing here knows an algebra of matrices: a matrix is a table of dual numbers `a + b ε`, a product is a sum over its entries, an
inverse and a determinant are eliminations, and a derivative is the coefficient of ε. So the rules of derivation (of an inverse, a
log-determinant, a trace) are not trusted but follow from `+ − × ÷` of rationals. Shapes are checked for unknown sizes first: a
term that fits by coincidence of sizes does not pass.

Logarithms and π are numbers that are never known; a claim whose truth depends on their value is rejected.
"""

import random

from flint import fmpq

SIZES, TRIALS, ATTEMPTS = (1, 2, 3, 5), 2, 20000


class Differs(Exception):
    """The certificate does not hold, or cannot be decided at rational matrices."""


class Unlucky(Exception):
    """A random point does not satisfy the assumptions, or has an irrational root."""


def require(condition, message):
    if not condition:
        raise Differs(message)


def times(a, b):
    if a == 0 or b == 0:
        return fmpq(0)
    return None if a is None or b is None else a * b


def plus(a, b):
    return None if a is None or b is None else a + b


class Dual:
    """A value and a derivative, each a rational or unknown."""

    __slots__ = ("value", "rate")

    def __init__(self, value, rate=fmpq(0)):
        self.value, self.rate = value, rate

    def __add__(self, other):
        return Dual(plus(self.value, other.value), plus(self.rate, other.rate))

    def __neg__(self):
        return self * Dual(fmpq(-1))

    def __mul__(self, other):
        rate = plus(times(self.value, other.rate), times(self.rate, other.value))
        return Dual(times(self.value, other.value), rate)

    def inverse(self):
        require(self.value is not None, "a divisor is not rational")
        if self.value == 0:
            raise Unlucky
        return Dual(1 / self.value, None if self.rate is None else -self.rate / self.value**2)

    def ln(self):
        if self.rate == 0:
            return Dual(None)
        return Dual(None, (self.inverse() * Dual(self.rate)).value)

    def sqrt(self):
        require(self.value is not None, "a root of what is not rational")
        if self.value < 0:
            raise Unlucky
        root = fmpq(self.value.p.isqrt(), self.value.q.isqrt())
        if root * root != self.value or root == 0:
            raise Unlucky
        return Dual(root, times(self.rate, 1 / (2 * root)))


def table(rows, columns, entry):
    return [[entry(i, j) for j in range(columns)] for i in range(rows)]


def number(x):
    return [[x]]


def transpose(m):
    return [list(column) for column in zip(*m)]


def product(a, b):
    def entry(i, j):
        total = Dual(fmpq(0))
        for k, x in enumerate(a[i]):
            total += x * b[k][j]
        return total

    return table(len(a), len(b[0]), entry)


def scaled(m, x):
    return [[entry * x for entry in row] for row in m]


def identity(size):
    return table(size, size, lambda i, j: Dual(fmpq(int(i == j))))


def eliminated(m):
    """The inverse and the determinant, by Gauss and Jordan."""
    size = len(m)
    rows = [list(row) + unit for row, unit in zip(m, identity(size))]
    determinant = Dual(fmpq(1))
    for k in range(size):
        swap = next((i for i in range(k, size) if rows[i][k].value != 0), None)
        if swap is None:
            raise Unlucky
        if swap != k:
            rows[k], rows[swap], determinant = rows[swap], rows[k], -determinant
        determinant *= rows[k][k]
        pivot = rows[k][k].inverse()
        rows[k] = [x * pivot for x in rows[k]]
        for i in range(size):
            if i != k:
                factor = -rows[i][k]
                rows[i] = [x + factor * y for x, y in zip(rows[i], rows[k])]
    return [row[size:] for row in rows], determinant


def shapes(cert):
    """The shape of every term as numbers of sizes, of which 0 is the size 1."""
    found = []
    for i, node in enumerate(cert["nodes"]):
        op, a = node["op"], [found[k] for k in node.get("args", [])]
        one = (0, 0)
        if op in ("rational", "pi"):
            shape = one
        elif op == "symbol":
            declared = cert["symbols"][node["symbol"]]["shape"]
            shape = (declared["rows"], declared["columns"])
        elif op == "identity":
            shape = (node["size"],) * 2
        elif op == "neg":
            shape = a[0]
        elif op in ("add", "sub"):
            shape = a[1] if a[0] == one else a[0]
            require(a[0] == a[1] or (one in a and shape[0] == shape[1]), f"node {i} adds different shapes")
        elif op == "mul":
            require(one in a or a[0][1] == a[1][0], f"node {i} multiplies shapes that do not fit")
            shape = a[1] if a[0] == one else a[0] if a[1] == one else (a[0][0], a[1][1])
        elif op == "div":
            square = a[1][0] == a[1][1]
            require(square and (one in a or a[0][1] == a[1][0]), f"node {i} divides by a shape that does not fit")
            shape = a[1] if a[0] == one else a[0]
        elif op == "transpose":
            shape = a[0][::-1]
        else:
            if op in ("trace", "logdet"):
                require(a[0][0] == a[0][1], f"node {i} is a trace or a determinant of what is not square")
            else:
                require(a[0] == one, f"node {i} is a function of what is not a number")
            shape = one
        found.append(shape)
    return found


def evaluate(cert, letters, sizes):
    """Every term as a table of dual numbers."""
    values = []
    for i, node in enumerate(cert["nodes"]):
        op, a = node["op"], [values[k] for k in node.get("args", [])]
        if op == "rational":
            value = number(Dual(fmpq(int(node["numerator"]), int(node["denominator"]))))
        elif op == "pi":
            value = number(Dual(None))
        elif op == "symbol":
            value = letters[node["symbol"]]
        elif op == "identity":
            value = identity(sizes[node["size"]])
        elif op == "neg":
            value = scaled(a[0], Dual(fmpq(-1)))
        elif op in ("add", "sub"):
            left, right = a[0], scaled(a[1], Dual(fmpq(-1))) if op == "sub" else a[1]
            size = max(len(left), len(right))
            left, right = ([scaled(identity(size), m[0][0]), m][len(m) == size] for m in (left, right))
            value = [[x + y for x, y in zip(*rows)] for rows in zip(left, right)]
        elif op == "mul":
            value = multiplied(*a)
        elif op == "div":
            value = multiplied(a[0], eliminated(a[1])[0])
        elif op == "transpose":
            value = transpose(a[0])
        elif op == "trace":
            total = Dual(fmpq(0))
            for k, row in enumerate(a[0]):
                total += row[k]
            value = number(total)
        elif op == "logdet":
            value = number(eliminated(a[0])[1].ln())
        elif op in ("ln", "sqrt"):
            value = number(getattr(a[0][0][0], op)())
        else:
            raise Differs(f"node {i}: {op} has no rational value")
        values.append(value)
    return values


def multiplied(a, b):
    if len(a) == len(a[0]) == 1:
        return scaled(b, a[0][0])
    if len(b) == len(b[0]) == 1:
        return scaled(a, b[0][0])
    return product(a, b)


def drawn(cert, sizes, draw):
    """Random values of all symbols."""

    def rational():
        return Dual(fmpq(draw.randint(-99, 99), draw.randint(1, 9)))

    letters = []
    for symbol in cert["symbols"]:
        shape = symbol["shape"]
        if shape["rows"] == shape["columns"] == 0:
            value = fmpq(draw.randint(1, 48), draw.randint(1, 25)) * (1 if symbol["positive"] else draw.choice((-1, 1)))
            # Now and then 1 − λ is the square of a rational, for roots to have a value.
            letters.append(number(Dual(value if symbol["positive"] else draw.choice((value, 1 - value**2)))))
            continue
        m = table(sizes[shape["rows"]], sizes[shape["columns"]], lambda i, j: rational())
        if symbol["positive"]:
            m = [[x + y for x, y in zip(*rows)] for rows in zip(product(m, transpose(m)), identity(len(m)))]
        elif shape["symmetric"]:
            m = [[x + y for x, y in zip(*rows)] for rows in zip(m, transpose(m))]
        letters.append(m)
    return letters


def moved(letter, rate):
    require(len(letter) == len(rate) and len(letter[0]) == len(rate[0]), "a rule has another shape than its symbol")
    return [[Dual(x.value, r.value) for x, r in zip(*rows)] for rows in zip(letter, rate)]


def promoted(m, rows, columns):
    """A number in the place of a matrix is a multiple of the identity."""
    if (len(m), len(m[0])) == (rows, columns):
        return m
    require(len(m) == len(m[0]) == 1, "a derivative has another shape than what it is taken of")
    require(rows == columns or m[0][0].value == 0, "a number stands in the place of a vector")
    return scaled(identity(rows), m[0][0]) if rows == columns else table(rows, columns, lambda i, j: Dual(fmpq(0)))


def same(left, right, message):
    for x, y in zip((x for row in left for x in row), (y for row in right for y in row)):
        require(x is not None and y is not None, f"{message}: the value is not rational")
        require(x == y, message)


def values_of(m):
    return [[x.value for x in row] for row in m]


def rates_of(m):
    return [[x.rate for x in row] for row in m]


def check_at(cert, static, sizes, letters):
    """Every assumption, fact and relation at one point."""
    at_rest = evaluate(cert, letters, sizes)
    for i in cert["positive"]:
        value = at_rest[i][0][0].value
        # 2π > 0 is an assumption about a number that is not rational.
        if static[i] == (0, 0) and value is not None and value <= 0:
            raise Unlucky
    rules = [(i, at_rest[s["rule"]]) for i, s in enumerate(cert["symbols"]) if s["rule"] is not None]
    flowing = list(letters)
    for i, rate in rules:
        flowing[i] = moved(letters[i], promoted(rate, len(letters[i]), len(letters[i][0])))
    flowing = evaluate(cert, flowing, sizes)
    along = {}
    for fact in cert["facts"]:
        of, claimed = fact["of"], at_rest[fact["is"]]
        if fact["kind"] == "rate":
            derived = rates_of(flowing[of])
            claimed = values_of(promoted(claimed, len(derived), len(derived[0])))
            same(derived, claimed, f"the rate of term {of} is not term {fact['is']}")
            continue
        node = cert["nodes"][fact["at"]]
        require(node["op"] == "symbol", "a derivative with respect to a compound term cannot be verified")
        symbol = node["symbol"]
        require(static[fact["at"]][1] == 0 and static[of][1] == 0, "a derivative is of and along numbers and columns only")
        if symbol not in along:
            along[symbol] = [evaluate(cert, pushed(letters, symbol, k), sizes) for k in range(len(letters[symbol]))]
        columns = [[row[0] for row in rates_of(values[of])] for values in along[symbol]]
        scalar = static[of] == (0, 0)
        # The gradient of a number is a column, the Jacobian of a column has a column for each direction.
        derived = [[column[0]] for column in columns] if scalar else transpose(columns)
        claimed = values_of(promoted(claimed, len(derived), len(derived[0])))
        same(derived, claimed, f"the derivative of term {of} is not term {fact['is']}")
    for relation in cert["relations"]:
        left, right = at_rest[relation["left"]], at_rest[relation["right"]]
        rows, columns = max(len(left), len(right)), max(len(left[0]), len(right[0]))
        left, right = (values_of(promoted(m, rows, columns)) for m in (left, right))
        same(left, right, f"the two sides of {relation['name']!r} differ at sizes {sizes[1:]}")


def pushed(letters, symbol, direction):
    letters = list(letters)
    letters[symbol] = [[Dual(x.value, fmpq(int(i == direction))) for x in row] for i, row in enumerate(letters[symbol])]
    return letters


def check(cert):
    """Raises `Differs` unless the certificate holds at random matrices of several sizes."""
    for i, symbol in enumerate(cert["symbols"]):
        shape = symbol["shape"]
        require(set(shape) == {"rows", "columns", "symmetric"}, f"symbol {i}: no shape")
        require(not shape["symmetric"] or shape["rows"] == shape["columns"], f"symbol {i}: symmetric but not square")
        require(not symbol["positive"] or shape["symmetric"], f"symbol {i}: positive but not symmetric")
    nonzero, positive = set(cert["nonzero"]), set(cert["positive"])
    static = shapes(cert)
    for i, node in enumerate(cert["nodes"]):
        constant = node["op"] == "div" and cert["nodes"][node["args"][1]]["op"] == "rational"
        require(node["op"] != "div" or constant or node["args"][1] in nonzero, f"node {i}: the divisor is not among the assumptions")
        assumed = node["op"] not in ("ln", "sqrt") or node["args"][0] in positive
        require(assumed, f"node {i}: the argument is not among the assumptions")
    draw = random.Random(cert["claim"] + cert["title"])
    unknown = {size for shape in static for size in shape} - {0}
    for first in SIZES:
        # The other sizes are independent of the first, as nothing says that they are equal.
        sizes = [1, first] + [draw.randint(1, 4) for _ in range(max(unknown, default=0))]
        held = 0
        for _ in range(ATTEMPTS):
            try:
                check_at(cert, static, sizes, drawn(cert, sizes, draw))
            except Unlucky:
                continue
            held += 1
            if held == TRIALS:
                break
        require(held == TRIALS, f"no point satisfies the assumptions at sizes {sizes[1:]}")
