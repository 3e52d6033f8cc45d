"""Checks certificates of proofs without trusting the program that wrote them.

    python check.py FILE…        exit status 0 if every certificate holds, 1 otherwise

Every term is rebuilt with SymPy from the nodes, every derivative is taken again by SymPy, from the formula or from the rules of
the symbols, and every equality is decided exactly over fractions of FLINT polynomials (`decide.py`). Interval evaluation at
random rational points guards against errors of the decision itself and against assumptions that no point satisfies.

A certificate in every dimension has symbols with shapes; it is checked at random matrices (`matrices.py`).
"""

import json
import random
import sys
import time
from math import factorial

import sympy as sp
from flint import arb, ctx, fmpq

import matrices
from decide import Decider, Undecided

ARITY = {"rational": 0, "pi": 0, "symbol": 0, "neg": 1, "add": 2, "sub": 2, "mul": 2, "div": 2,
         "exp": 1, "ln": 1, "sqrt": 1, "sin": 1, "cos": 1, "phi": 1}  # fmt: skip
OF_MATRICES = {"identity": 0, "transpose": 1, "trace": 1, "logdet": 1}
EXTRA = {"rational": {"numerator", "denominator"}, "symbol": {"symbol"}, "phi": {"order"}, "identity": {"size"}}
SYMBOL = {"name", "latex", "positive", "rule"}
FIELDS = {"format", "claim", "title", "symbols", "nodes", "facts", "relations", "nonzero", "positive", "removable", "verdict"}
POINTS, ATTEMPTS, PRECISION = 3, 3000, 500


class Rejected(Exception):
    """The certificate does not hold."""


def require(condition, message):
    if not condition:
        raise Rejected(message)


def is_index(value, size):
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value < size


def validate(cert):
    """The structure: known fields, known operations, and indices that point backwards."""
    require(isinstance(cert, dict), "not a certificate")
    require(set(cert) == FIELDS, f"missing or unknown fields: {sorted(set(cert) ^ FIELDS)}")
    require(cert["format"] in (1, 2), "unknown format version")
    arity, keys = (ARITY, SYMBOL) if cert["format"] == 1 else (ARITY | OF_MATRICES, SYMBOL | {"shape"})
    require(cert["verdict"] == "proved", f"the verdict is {cert['verdict']!r}")
    require(cert["relations"], "no relation is stated")
    symbols, nodes = cert["symbols"], cert["nodes"]
    names = [symbol["name"] for symbol in symbols]
    require(len(set(names)) == len(names), "two symbols have the same name")
    require(all(set(symbol) == keys for symbol in symbols), "missing or unknown fields of a symbol")
    for i, node in enumerate(nodes):
        op = node.get("op")
        require(op in arity, f"node {i}: unknown operation {op!r}")
        args = node.get("args", [])
        allowed = {"op"} | EXTRA.get(op, set()) | ({"args"} if arity[op] else set())
        require(set(node) == allowed, f"node {i}: missing or unknown fields")
        require(len(args) == arity[op], f"node {i}: wrong number of operands")
        require(all(is_index(arg, i) for arg in args), f"node {i}: an operand does not come before it")
        if op == "symbol":
            require(is_index(node["symbol"], len(symbols)), f"node {i}: no such symbol")
        if op == "identity":
            require(is_index(node["size"], 256), f"node {i}: the size is out of range")
        if op == "phi":
            require(is_index(node["order"], 1000), f"node {i}: the order of phi is out of range")
    indices = [symbol["rule"] for symbol in symbols if symbol["rule"] is not None]
    indices += cert["nonzero"] + cert["positive"] + cert["removable"]
    for relation in cert["relations"]:
        indices += [relation["left"], relation["right"]]
    for fact in cert["facts"]:
        keys = {"derivative": ("of", "at", "is"), "rate": ("of", "is")}.get(fact.get("kind"))
        require(keys is not None and set(fact) == {"kind", *keys}, "unknown kind of fact")
        indices += [fact[key] for key in keys]
    require(all(is_index(index, len(nodes)) for index in indices), "an index points nowhere")
    require(all(isinstance(symbol["positive"], bool) for symbol in symbols), "a symbol is neither positive nor real")


def rebuild(cert):
    """All terms as SymPy expressions, and the symbols."""
    symbols = [sp.Symbol(s["name"], **({"positive": True} if s["positive"] else {"real": True})) for s in cert["symbols"]]
    nonzero, positive = set(cert["nonzero"]), set(cert["positive"])
    terms = []
    for i, node in enumerate(cert["nodes"]):
        op = node["op"]
        args = [terms[a] for a in node.get("args", [])]
        if op == "rational":
            numerator, denominator = int(node["numerator"]), int(node["denominator"])
            require(denominator > 0, f"node {i}: the denominator is not positive")
            value = sp.Rational(numerator, denominator)
        elif op == "pi":
            value = sp.pi
        elif op == "symbol":
            value = symbols[node["symbol"]]
        elif op == "neg":
            value = -args[0]
        elif op == "add":
            value = args[0] + args[1]
        elif op == "sub":
            value = args[0] - args[1]
        elif op == "mul":
            value = args[0] * args[1]
        elif op == "div":
            require(args[1] != 0, f"node {i} divides by zero")
            require(node["args"][1] in nonzero or args[1].is_Rational, f"node {i}: the divisor is not among the assumptions")
            value = args[0] / args[1]
        elif op in ("ln", "sqrt"):
            require(node["args"][0] in positive, f"node {i}: the argument is not among the assumptions")
            require(args[0] != 0, f"node {i}: the argument is zero")
            value = sp.log(args[0]) if op == "ln" else sp.sqrt(args[0])
        elif op == "phi":
            value = phi(args[0], node["order"], Decider(symbols, [terms[p] for p in cert["positive"] if p < i]))
        else:
            value = {"exp": sp.exp, "sin": sp.sin, "cos": sp.cos}[op](args[0])
        terms.append(value)
    return symbols, terms


def phi(z, order, decider):
    if decider.is_zero(z):
        return sp.Rational(1, factorial(order))
    value = sp.exp(z)
    for n in range(order):
        value = (value - sp.Rational(1, factorial(n))) / z
    return value


def check_exactly(cert, symbols, terms):
    """Derives every fact again and decides every relation; numbers of each."""
    decider = Decider(symbols, [terms[i] for i in cert["positive"]])
    for i in cert["nonzero"] + cert["removable"]:
        # A removable point counts only if the term is not zero everywhere; phi was already replaced by its value there.
        if decider.is_zero(terms[i]):
            require(i not in cert["nonzero"], f"the divisor {i} is zero for all parameters")
    rules = [None if s["rule"] is None else terms[s["rule"]] for s in cert["symbols"]]
    for fact in cert["facts"]:
        of, claimed = terms[fact["of"]], terms[fact["is"]]
        if fact["kind"] == "derivative":
            at = terms[fact["at"]]
            require(cert["nodes"][fact["at"]]["op"] == "symbol", "a derivative with respect to a compound term cannot be verified")
            derived = sp.diff(of, at)
        else:
            moving = [(s, rule) for s, rule in zip(symbols, rules) if rule is not None]
            derived = sp.Add(*(sp.diff(of, s) * rule for s, rule in moving))
        require(decider.is_zero(derived - claimed), f"the {fact['kind']} of term {fact['of']} is not term {fact['is']}")
    for relation in cert["relations"]:
        difference = terms[relation["left"]] - terms[relation["right"]]
        require(decider.is_zero(difference), f"the two sides of {relation['name']!r} differ")


def enclose(cert, point):
    """Every term at a point, as intervals."""
    values = []
    for node in cert["nodes"]:
        a = [values[i] for i in node.get("args", [])]
        op = node["op"]
        if op == "rational":
            value = arb(fmpq(int(node["numerator"]), int(node["denominator"])))
        elif op == "pi":
            value = arb.pi()
        elif op == "symbol":
            value = arb(point[node["symbol"]])
        elif op == "phi":
            value = enclose_phi(a[0], node["order"])
        elif op in ("neg", "exp", "sqrt", "sin", "cos"):
            value = {"neg": lambda x: -x, "exp": arb.exp, "sqrt": arb.sqrt, "sin": arb.sin, "cos": arb.cos}[op](a[0])
        elif op == "ln":
            value = a[0].log()
        else:
            value = {"add": arb.__add__, "sub": arb.__sub__, "mul": arb.__mul__, "div": arb.__truediv__}[op](*a)
        values.append(value)
    return values


def enclose_phi(z, order):
    """By the recurrence, or by the series where that would divide by (almost) zero."""
    if abs(z) > arb(1) / 16:
        value = z.exp()
        for n in range(order):
            value = (value - arb(1) / factorial(n)) / z
        return value
    total, term = arb(0), arb(1) / factorial(order)
    for n in range(1, 200):
        total += term
        term = term * z / (order + n)
    return total + arb(0, abs(term).upper() * 2)


def check_numerically(cert):
    """Encloses both sides of every relation at random points that satisfy the assumptions."""
    ctx.prec = PRECISION
    draw = random.Random(cert["claim"] + cert["title"])
    found = 0
    for _ in range(ATTEMPTS):
        # Half of them below 1, where shares, correlations and betas live: the assumptions do not say so one by one.
        point = [fmpq(draw.randint(1, draw.choice((15, 64))), 16) * (1 if s["positive"] else draw.choice((-1, 1))) for s in cert["symbols"]]
        values = enclose(cert, point)
        if not all(values[i] > 0 for i in cert["positive"]) or any(values[i].contains(0) for i in cert["nonzero"]):
            continue
        for relation in cert["relations"]:
            left, right = values[relation["left"]], values[relation["right"]]
            require(left.overlaps(right), f"the two sides of {relation['name']!r} differ at {list(map(str, point))}")
            resolved = (left - right).rad() < arb(2) ** (-PRECISION // 4) * (1 + abs(left))
            require(resolved, f"the sides of {relation['name']!r} cannot be resolved at {list(map(str, point))}")
        found += 1
        if found == POINTS:
            return
    raise Rejected("no point satisfies the assumptions")


def check(cert):
    """Raises `Rejected` unless the certificate holds."""
    try:
        validate(cert)
        if cert["format"] == 2:
            return matrices.check(cert)
        # The guard comes first: it is cheap, and most broken certificates fail it.
        check_numerically(cert)
        symbols, terms = rebuild(cert)
        check_exactly(cert, symbols, terms)
    except Undecided as reason:
        raise Rejected(f"undecided: {reason}") from None
    except matrices.Differs as reason:
        raise Rejected(str(reason)) from None
    except (KeyError, TypeError, ValueError, AttributeError, ArithmeticError, RecursionError, MemoryError) as error:
        raise Rejected(f"malformed: {type(error).__name__}: {error}") from None


def main(paths):
    sys.set_int_max_str_digits(0)  # coefficients may be long
    held = bool(paths)
    for path in paths:
        start = time.perf_counter()
        try:
            with open(path, encoding="utf-8") as file:
                cert = json.load(file)
            check(cert)
            counts = f"{len(cert['relations'])} relations, {len(cert['facts'])} facts, {len(cert['nodes'])} nodes"
            print(f"holds     {path}: {cert['claim']}: {counts}, {time.perf_counter() - start:.2f} s")
        except (Rejected, OSError, json.JSONDecodeError) as reason:
            held = False
            print(f"REJECTED  {path}: {reason}")
    if not paths:
        print(__doc__.strip(), file=sys.stderr)
    return 0 if held else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
