"""The checker accepts what is true and rejects every kind of tampering.

The certificates are written by `cargo test --test numbers_expr --test numbers_letters`; `OURACLE_CERTIFICATES` names another folder.
"""

import copy
import json
import os
from pathlib import Path

import pytest
import sympy as sp

from check import Rejected, check, check_exactly, check_numerically, main, rebuild, validate
from decide import Decider, Undecided

FOLDER = Path(os.environ.get("OURACLE_CERTIFICATES", Path(__file__).parents[2] / "target" / "tmp" / "certificates"))
TRUE = sorted(FOLDER.glob("true-*.json")) + sorted(FOLDER.glob("fokker-planck-*.json"))
FALSE = sorted(FOLDER.glob("false-*.json"))
EVERY_DIMENSION = sorted(FOLDER.glob("every-dimension-*.json"))
WRONG_IN_EVERY_DIMENSION = sorted(FOLDER.glob("wrong-every-dimension-*.json"))


def load(name):
    return json.loads((FOLDER / name).read_text(encoding="utf-8"))


def test_there_are_certificates():
    assert len(TRUE) > 30 and len(FALSE) > 30, f"run `cargo test --test numbers_expr` to write certificates to {FOLDER}"


@pytest.mark.parametrize("path", TRUE, ids=lambda path: path.stem)
def test_true_certificates_hold(path):
    check(load(path.name))
    assert main([str(path)]) == 0


@pytest.mark.parametrize("path", FALSE, ids=lambda path: path.stem)
def test_near_misses_are_rejected_whatever_their_verdict(path):
    cert = load(path.name)
    with pytest.raises(Rejected, match="verdict"):
        check(cert)
    cert["verdict"] = "proved"
    # Either judge alone must notice.
    with pytest.raises((Rejected, Undecided)):
        check_exactly(cert, *rebuild(cert))
    with pytest.raises(Rejected):
        check_numerically(cert)
    assert main([str(path)]) == 1


def node_of(cert, op, which=0):
    return [node for node in cert["nodes"] if node["op"] == op][which]


def coefficient(cert):
    """The 2 of every half."""
    (two,) = [n for n in cert["nodes"] if n["op"] == "rational" and n["numerator"] == "2"]
    two["numerator"] = "3"


def large_denominator(cert):
    """A change that no double would see."""
    (two,) = [n for n in cert["nodes"] if n["op"] == "rational" and n["numerator"] == "2"]
    two["numerator"], two["denominator"] = "2" + "0" * 29 + "1", "1" + "0" * 30


def sign(cert):
    nodes, index = cert["nodes"], cert["relations"][0]["right"]
    nodes[index]["op"] = {"add": "sub", "sub": "add"}[nodes[index]["op"]]


def fact(cert):
    derivative = next(f for f in cert["facts"] if f["kind"] == "derivative")
    derivative["is"] = derivative["of"]


def fact_sign(cert):
    derivative = next(f for f in cert["facts"] if f["kind"] == "derivative")
    node = cert["nodes"][derivative["is"]]
    assert node["op"] == "neg"
    derivative["is"] = node["args"][0]


def rate(cert):
    next(f for f in cert["facts"] if f["kind"] == "rate")["is"] = cert["relations"][0]["left"] - 1


def compound(cert):
    derivative = next(f for f in cert["facts"] if f["kind"] == "derivative")
    derivative["at"] = derivative["is"]


def other_symbol(cert):
    derivative = next(f for f in cert["facts"] if f["kind"] == "derivative")
    names = [s["name"] for s in cert["symbols"]]
    derivative["at"] = next(i for i, n in enumerate(cert["nodes"]) if n["op"] == "symbol" and names[n["symbol"]].startswith("m"))


def no_rule(cert):
    next(s for s in cert["symbols"] if s["rule"] is not None)["rule"] = None


def extra_rule(cert):
    symbol = next(s for s in cert["symbols"] if s["name"].startswith("m"))
    cert["symbols"][[s["name"] for s in cert["symbols"]].index("S00")]["rule"] = symbol["rule"]


def no_verdict(cert):
    del cert["verdict"]


def other_verdict(cert):
    cert["verdict"] = "undecided"


def no_relation(cert):
    cert["relations"] = []


def no_assumption(cert):
    cert["nonzero"] = []


def no_positivity(cert):
    cert["positive"] = []


def unknown_node(cert):
    cert["nodes"][-1]["op"] = "erf"


def dangling(cert):
    cert["relations"][0]["left"] = len(cert["nodes"])


def negative_index(cert):
    cert["relations"][0]["left"] = -1


def forward(cert):
    node_of(cert, "mul")["args"][0] = len(cert["nodes"]) - 1


def zero_denominator(cert):
    node_of(cert, "rational")["denominator"] = "0"


def text_in_place_of_an_index(cert):
    cert["facts"][0]["of"] = "0"


def unknown_field(cert):
    cert["trust"] = True


def false_assumption(cert):
    """No point is left where the relation says anything."""
    square = next(i for i, n in enumerate(cert["nodes"]) if n["op"] == "symbol")
    cert["nodes"].append({"op": "mul", "args": [square, square]})
    cert["nodes"].append({"op": "neg", "args": [len(cert["nodes"]) - 1]})
    cert["positive"].append(len(cert["nodes"]) - 1)


TAMPERING = [coefficient, large_denominator, sign, fact, fact_sign, rate, compound, other_symbol, no_rule, extra_rule, no_verdict,
             other_verdict, no_relation, no_assumption, no_positivity, unknown_node, dangling, negative_index, forward,
             zero_denominator, text_in_place_of_an_index, unknown_field, false_assumption]  # fmt: skip


@pytest.mark.parametrize("dimension", [1, 2, 3])
@pytest.mark.parametrize("tamper", TAMPERING, ids=lambda f: f.__name__)
def test_tampering_is_rejected(tamper, dimension, tmp_path):
    cert = load(f"fokker-planck-{dimension}.json")
    tampered = copy.deepcopy(cert)
    tamper(tampered)
    assert tampered != cert
    with pytest.raises(Rejected):
        check(tampered)
    path = tmp_path / "tampered.json"
    path.write_text(json.dumps(tampered), encoding="utf-8")
    assert main([str(path)]) == 1


@pytest.mark.parametrize("tamper", [coefficient, large_denominator, sign], ids=lambda f: f.__name__)
def test_the_exact_decision_needs_no_guard(tamper):
    cert = load("fokker-planck-2.json")
    tamper(cert)
    validate(cert)
    with pytest.raises(Rejected):
        check_exactly(cert, *rebuild(cert))


def test_there_are_certificates_in_every_dimension():
    assert len(EVERY_DIMENSION) > 7 and len(WRONG_IN_EVERY_DIMENSION) > 10, "run `cargo test --test numbers_letters`"


@pytest.mark.parametrize("path", EVERY_DIMENSION, ids=lambda path: path.stem)
def test_certificates_in_every_dimension_hold(path):
    check(load(path.name))


@pytest.mark.parametrize("path", WRONG_IN_EVERY_DIMENSION, ids=lambda path: path.stem)
def test_wrong_versions_in_every_dimension_are_rejected_whatever_their_verdict(path):
    cert = load(path.name)
    cert["verdict"] = "proved"
    with pytest.raises(Rejected):
        check(cert)


@pytest.mark.parametrize("path", EVERY_DIMENSION, ids=lambda path: path.stem)
def test_every_coefficient_in_every_dimension_counts(path):
    cert = load(path.name)
    # Not every constant: a 2 in ln 2π is seen by nobody who asks for rates, and 0 and 1 may stand for a shape.
    large = [i for i, node in enumerate(cert["nodes"]) if node["op"] == "rational" and node["numerator"] not in ("0", "1")]
    constants = {a for node in cert["nodes"] if node["op"] == "div" for a in node["args"]} & set(large)
    for i in constants:
        tampered = copy.deepcopy(cert)
        tampered["nodes"][i]["numerator"] += "1"
        with pytest.raises(Rejected):
            check(tampered)
    # Where there is no coefficient, signs take its place: those of differences that one side alone has.
    assert constants or any(rejected_with(cert, i, "add") for i, node in enumerate(cert["nodes"]) if node["op"] == "sub")


def rejected_with(cert, i, op):
    tampered = copy.deepcopy(cert)
    tampered["nodes"][i]["op"] = op
    try:
        check(tampered)
    except Rejected:
        return True
    return False


def fact_of_another_term(cert):
    cert["facts"][0]["is"] = cert["facts"][0]["of"]


def inverse_rule(cert):
    """Every derivative of an inverse, with the sign of the letter's own."""
    symbol = next(s for s in cert["symbols"] if s["positive"] and s["shape"]["rows"])
    cert["nodes"].append({"op": "neg", "args": [symbol["rule"]]})
    symbol["rule"] = len(cert["nodes"]) - 1


def noise_untransposed(cert):
    node_of(cert, "transpose")["op"] = "neg"


def unsymmetric(cert):
    next(s for s in cert["symbols"] if s["name"] == "K")["shape"]["symmetric"] = False


def unsquare(cert):
    next(s for s in cert["symbols"] if s["name"] == "A")["shape"]["columns"] = 2


def unpositive(cert):
    next(s for s in cert["symbols"] if s["name"] == "S")["shape"]["symmetric"] = False


def shapeless(cert):
    del cert["symbols"][0]["shape"]


def first_format(cert):
    cert["format"] = 1


def divisor_not_assumed(cert):
    cert["nonzero"] = []


def order_of_a_product(cert):
    nodes = cert["nodes"]
    letters = [i for i, node in enumerate(nodes) if node["op"] == "symbol"]
    product = next(n for n in nodes if n["op"] == "mul" and len(set(n["args"])) == 2 and set(n["args"]) <= set(letters))
    product["args"].reverse()


IN_EVERY_DIMENSION = [fact_of_another_term, inverse_rule, noise_untransposed, unsymmetric, unsquare, unpositive, shapeless,
                      first_format, divisor_not_assumed, order_of_a_product, no_rule, no_relation, other_verdict,
                      unknown_node, dangling, forward, unknown_field]  # fmt: skip


@pytest.mark.parametrize("tamper", IN_EVERY_DIMENSION, ids=lambda f: f.__name__)
def test_tampering_in_every_dimension_is_rejected(tamper):
    cert = load("every-dimension-fp-residual-.json")
    check(cert)
    tamper(cert)
    with pytest.raises(Rejected):
        check(cert)


def test_files_that_are_no_certificates(tmp_path):
    path = tmp_path / "broken.json"
    for text in ("", "[]", "{}", "null", '{"format": 1}'):
        path.write_text(text, encoding="utf-8")
        assert main([str(path)]) == 1
    assert main([str(tmp_path / "absent.json")]) == 1
    assert main([]) == 1


def test_the_decision_knows_signs():
    x, y = sp.symbols("x y", real=True)
    v, w = sp.symbols("v w", positive=True)
    decider = Decider([x, y, v, w], [x * y])
    assert decider.is_zero(sp.sqrt(x * y) ** 2 - x * y)
    assert not decider.is_zero(sp.sqrt(x * y) ** 2 + x * y)
    assert decider.is_zero(sp.sqrt(x**2) ** 2 - x**2)
    assert not decider.is_zero(sp.sqrt(x**2) - x)
    assert decider.is_zero(sp.log(v**2 - w**2) - sp.log(v - w) - sp.log(v + w))
    assert decider.is_zero(sp.exp(x / (v + w)) * sp.exp(x / (v - w)) - sp.exp(2 * v * x / (v**2 - w**2)))
    assert decider.is_zero(sp.exp(sp.log(v + w) * x) * sp.exp(-sp.log(v + w) * x) - 1)
    with pytest.raises(Undecided):
        decider.is_zero(1 / ((v + w) ** 2 - v**2 - 2 * v * w - w**2))
