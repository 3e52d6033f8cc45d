"""The known-answer files, as a consumer sees them: no ouracle is imported here. The schema takes every file and no broken copy, the index is
complete and its sums are right, ids follow from what is asked, and all values are computed again at a hundred digits by other formulas."""

import copy
import functools
import hashlib
import itertools
import json
import math
import re
from collections import Counter
from fractions import Fraction
from pathlib import Path

import pytest

jsonschema = pytest.importorskip("jsonschema")
mpmath = pytest.importorskip("mpmath")
mp = mpmath.mp
mpf = mpmath.mpf

VECTORS = Path(__file__).resolve().parents[2] / "vectors"
V1 = VECTORS / "v1"
PATHS = sorted(V1.glob("*/*.json"))
SCHEMA = json.loads((V1 / "schema.json").read_text())
VALIDATOR = jsonschema.Draft202012Validator(SCHEMA)
IDS = [f"{path.parent.name}/{path.stem}" for path in PATHS]


@functools.cache
def load(path):
    return json.loads(path.read_text())


@pytest.fixture(autouse=True)
def a_hundred_digits():
    """Some enclosures are good to seventy, for their values are short."""
    with mpmath.workdps(100):
        yield


# The files.


def test_the_schema_is_one():
    jsonschema.Draft202012Validator.check_schema(SCHEMA)


def objects(schema):
    """All schemas of objects within a schema."""
    if isinstance(schema, dict):
        if schema.get("type") == "object":
            yield schema
        schema = list(schema.values())
    if isinstance(schema, list):
        for part in schema:
            yield from objects(part)


def test_every_object_is_closed():
    found = list(objects(SCHEMA))
    assert len(found) > 15
    assert all("additionalProperties" in schema for schema in found)


@pytest.mark.parametrize("path", PATHS, ids=IDS)
def test_every_file_is_of_the_schema_and_whole(path):
    file = load(path)
    VALIDATOR.validate(file)
    # The decimals of inputs are those of the doubles, without rounding.
    assert json.loads(path.read_text(), parse_float=Fraction) == file
    assert (path.parent / file["schema"]).resolve() == V1 / "schema.json"
    assert (path.parent.name, path.stem) == (file["case"]["id"], file["quantity"]["id"])
    named = set()
    entries = {"[]": lambda d: 1, "[d]": lambda d: d, "[d, d]": lambda d: d * d}[file["quantity"]["shape"]]
    for test in file["tests"]:
        assert test["kills"] or "boundary" in test["flags"]
        assert (test["expect"] == "refuse") == ("boundary" in test["flags"])
        named |= {*test["flags"], *test["kills"]}
        if test["expect"] != "refuse":
            assert len(test["out"]["mid"]) == len(test["kappa"]) == entries(dimension(file["case"]))
            # What single precision has: nobody's rounding of the inputs is to blame.
            for number in numbers(test["in"]):
                assert Fraction(number).numerator.bit_length() <= 24
            for middle, kappa in zip(test["out"]["mid"], test["kappa"], strict=True):
                assert Fraction(test["out"]["rad"]) * 2**60 <= Fraction(kappa) or Fraction(middle) == 0 == Fraction(kappa)
                assert abs(Fraction(middle)) <= Fraction(kappa)
    assert set(file["notes"]) == named


def numbers(value):
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list):
        return itertools.chain.from_iterable(map(numbers, value))
    return [value]


def dimension(case):
    return len(case["data"]["mean"]) if case["data"]["kind"] == "gaussian" else 1


def a_file(case="ou-1d", quantity="score"):
    return copy.deepcopy(load(V1 / case / f"{quantity}.json"))


def the(file, expect):
    return next(test for test in file["tests"] if test["expect"] == expect)


BREAKS = {
    "an unknown field": lambda file: file.update(extra=1),
    "an unknown field of a test": lambda file: file["tests"][0].update(extra=1),
    "an unknown field of an answer": lambda file: file["tests"][0]["out"].update(extra=1),
    "an unknown field of the case": lambda file: file["case"].update(extra=1),
    "an unknown field of the process": lambda file: file["case"]["process"].update(extra=1),
    "a process that there is not": lambda file: file["case"]["process"].update(kind="levy"),
    "no radius": lambda file: file["tests"][0]["out"].pop("rad"),
    "a negative radius": lambda file: file["tests"][0]["out"].update(rad="-1e-39"),
    "a radius that is no decimal": lambda file: file["tests"][0]["out"].update(rad="inf"),
    "a middle that is a double": lambda file: file["tests"][0]["out"].update(mid=[0.5]),
    "no condition": lambda file: file["tests"][0].pop("kappa"),
    "a value without an answer": lambda file: the(file, "value").pop("out"),
    "a value with a gap": lambda file: the(file, "value").update(gap={"mid": "1", "rad": "0"}),
    "a refusal with an answer": lambda file: the(file, "refuse").update(out={"mid": ["1"], "rad": "0"}),
    "a refusal with a condition": lambda file: the(file, "refuse").update(kappa=["1"]),
    "another verdict": lambda file: file["tests"][0].update(expect="acceptable"),
    "another tier": lambda file: file["tests"][0].update(tier="nightly"),
    "no tests": lambda file: file.update(tests=[]),
    "another major number": lambda file: file.update(format="2.0"),
    "no minor number": lambda file: file.update(format="1"),
    "an id that is none": lambda file: file["tests"][0].update(id="ou-1d/score/9D6E36"),
    "an id without a quantity": lambda file: file["tests"][0].update(id="ou-1d/9d6e36"),
    "another licence": lambda file: file.update(license="proprietary"),
    "no claim": lambda file: file.update(claims=[]),
    "a mistake twice": lambda file: file["tests"][0].update(kills=["score-sign", "score-sign"]),
}


@pytest.mark.parametrize("broken", BREAKS)
def test_a_broken_copy_is_not_of_the_schema(broken):
    file = a_file()
    assert VALIDATOR.is_valid(file)
    BREAKS[broken](file)
    assert not VALIDATOR.is_valid(file)


def test_a_bound_has_a_gap():
    file = a_file("scaled", "lower-bound")
    assert VALIDATOR.is_valid(file)
    del the(file, "at-most")["gap"]
    assert not VALIDATOR.is_valid(file)


def test_the_index_has_every_file_with_its_sum():
    index = json.loads((V1 / "index.json").read_text())
    assert set(index) == {"format", "license", "made_by", "totals", "files"}
    assert [entry["path"] for entry in index["files"]] == list(dict.fromkeys(entry["path"] for entry in index["files"]))
    assert {V1 / entry["path"] for entry in index["files"]} == set(PATHS)
    assert {path.name for path in V1.iterdir() if path.is_file()} == {"index.json", "schema.json"}
    totals = Counter()
    for entry in index["files"]:
        assert set(entry) == {"path", "case", "quantity", "tests", "sha256"}
        assert entry["sha256"] == hashlib.sha256((V1 / entry["path"]).read_bytes()).hexdigest()
        file = load(V1 / entry["path"])
        assert (entry["case"], entry["quantity"]) == (file["case"]["id"], file["quantity"]["id"])
        assert file["made_by"] == index["made_by"] and file["format"] == index["format"]
        tiers = Counter(test["tier"] for test in file["tests"])
        assert entry["tests"] == {tier: tiers[tier] for tier in ("smoke", "core", "full")}
        totals += tiers
    assert index["totals"] == {"files": len(PATHS), "tests": dict(totals)} and totals["smoke"] < totals["core"] < totals["full"]


def test_an_id_is_made_of_what_is_asked_and_of_nothing_else():
    """As the README says: the sum of the case and the input as they stand in the file, so that rewording changes no id."""
    found = Counter()
    for path in PATHS:
        text = path.read_text()
        case = re.search(r'^  "case": \{"id":"[^"]*","about":"[^"]*",(.*)\},$', text, re.MULTILINE)[1]
        name = f"{path.parent.name}/{path.stem}"
        for identity, point in re.findall(r'^    \{"id":"([^"]*)",.*?,"in":(\{[^}]*\})', text, re.MULTILINE):
            digest = hashlib.sha256(f'{{"case":{{{case}}},"in":{point}}}'.encode()).hexdigest()
            assert identity == f"{name}/{digest[:6]}"
            found[identity] += 1
    assert found.most_common(1)[0][1] == 1
    assert found.total() == sum(len(load(path)["tests"]) for path in PATHS)


# Every value again, by formulas of our own.


def exact(number):
    """A number of a case or a point: a short binary fraction, or text."""
    if not isinstance(number, str):
        return mpf(number)
    top, _, bottom = number.partition("/")
    return mpf(top) / mpf(bottom or 1)


class Process:
    """What Y_t is given Y_0 = y: N(phi y, w I); dY = slope Y dt + sqrt(square) dB."""

    def __init__(self, kind, **fields):
        self.kind = kind
        self.__dict__.update({name: exact(value) for name, value in fields.items()})

    def beta(self, t):
        return 2 * self.rate if self.kind == "ou" else self.b0 + (self.b1 - self.b0) * t / self.horizon

    def integral(self, t):
        return 2 * self.rate * t if self.kind == "ou" else self.b0 * t + (self.b1 - self.b0) * t * t / (2 * self.horizon)

    def angle(self, t):
        return mp.pi / 2 * (t / self.unit + self.s) / (1 + self.s)

    def phi(self, t):
        if self.kind == "ve-geometric":
            return mpf(1)
        if self.kind == "vp-cosine":
            return mpmath.cos(self.angle(t)) / mpmath.cos(self.angle(mpf(0)))
        return mpmath.exp(-self.integral(t) / 2)

    def w(self, t):
        if self.kind == "ve-geometric":
            return self.smin**2 * mpmath.expm1(2 * t / self.horizon * mpmath.log(self.smax / self.smin))
        if self.kind == "vp-cosine":
            # cos^2 a - cos^2 b = sin(a + b) sin(b - a)
            a, b = self.angle(mpf(0)), self.angle(t)
            return mpmath.sin(a + b) * mpmath.sin(b - a) / mpmath.cos(a) ** 2
        w = -mpmath.expm1(-self.integral(t))
        return w * w if self.kind == "sub-vp-linear" else w

    def slope(self, t):
        if self.kind == "ve-geometric":
            return mpf(0)
        if self.kind == "vp-cosine":
            return -mp.pi / (2 * self.unit * (1 + self.s)) * mpmath.tan(self.angle(t))
        return -self.beta(t) / 2

    def square(self, t):
        if self.kind == "ve-geometric":
            rate = mpmath.log(self.smax / self.smin) / self.horizon
            return 2 * rate * self.smin**2 * mpmath.exp(2 * rate * t)
        if self.kind == "sub-vp-linear":
            return -self.beta(t) * mpmath.expm1(-2 * self.integral(t))
        return -2 * self.slope(t)


class GaussianLaw:
    def __init__(self, mean, cov):
        self.mean, self.cov = mean, cov

    def noised(self, process, t):
        phi, w = process.phi(t), process.w(t)
        return GaussianLaw(phi * self.mean, phi**2 * self.cov + w * mpmath.eye(len(self.mean)))

    @functools.cached_property
    def precision(self):
        return self.cov**-1

    @functools.cached_property
    def constant(self):
        return -(len(self.mean) * mpmath.log(2 * mp.pi) + mpmath.log(mpmath.det(self.cov))) / 2

    def log_density(self, x):
        away = x - self.mean
        return self.constant - (away.T * self.precision * away)[0] / 2

    def score(self, x):
        return self.precision * (self.mean - x)

    def moments(self):
        return self.mean, self.cov

    def expected_log_density(self, mean, cov):
        """E log p(Y) for Y of this mean and this covariance."""
        return self.log_density(mean) - trace(self.precision * cov) / 2


class MixtureLaw:
    def __init__(self, parts):
        """Weights, means and variances."""
        self.parts = parts

    def noised(self, process, t):
        phi, w = process.phi(t), process.w(t)
        return MixtureLaw([(weight, phi * mean, phi**2 * variance + w) for weight, mean, variance in self.parts])

    def densities(self, x):
        return [weight * mpmath.npdf(x[0], mean, mpmath.sqrt(variance)) for weight, mean, variance in self.parts]

    def log_density(self, x):
        return mpmath.log(mpmath.fsum(self.densities(x)))

    def score(self, x):
        densities = self.densities(x)
        slopes = [p * (mean - x[0]) / variance for p, (_, mean, variance) in zip(densities, self.parts, strict=True)]
        return mpmath.matrix([mpmath.fsum(slopes) / mpmath.fsum(densities)])

    def moments(self):
        mean = mpmath.fsum(weight * mean for weight, mean, _ in self.parts)
        variance = mpmath.fsum(weight * (variance + (m - mean) ** 2) for weight, m, variance in self.parts)
        return mpmath.matrix([mean]), mpmath.matrix([[variance]])


def trace(matrix):
    return mpmath.fsum(matrix[i, i] for i in range(matrix.rows))


def law(kind, **fields):
    if kind.startswith("gaussian"):
        mean, cov = (mpmath.matrix(map_all(exact, fields[name])) for name in ("mean", "cov"))
        return GaussianLaw(mean, cov)
    columns = (map_all(exact, fields[name]) for name in ("weights", "means", "variances"))
    return MixtureLaw(list(zip(*columns, strict=True)))


def map_all(function, entries):
    return [map_all(function, entry) for entry in entries] if isinstance(entries, list) else function(entries)


def integral(integrand, end):
    """From 0, to more digits than the files have; what is left to the next finer rule must say so."""
    # Data of little spread are forgotten within a time as short as their variance.
    panels = [mpf(0), *(end / 4**k for k in range(14, 0, -1)), *(end * k / 8 for k in range(3, 9))]
    value, error = mpmath.quad(integrand, panels, error=True, method="gauss-legendre")
    assert error < mpf(10) ** -45
    return value


class Truth:
    """The answers of a case, from its JSON."""

    def __init__(self, case):
        self.d = dimension(case)
        self.process = Process(**case["process"])
        self.data = law(**case["data"])
        self.model = case["model"]
        standard = {"kind": "gaussian", "mean": [0] * self.d, "cov": [[int(i == j) for j in range(self.d)] for i in range(self.d)]}
        self.prior = law(**case.get("prior", standard))
        if self.model["kind"] in ("gaussian-score", "mixture-score"):
            self.other = law(**self.model)
        self.bounds = {}

    def score(self, x, t):
        kind = self.model["kind"]
        if kind in ("gaussian-score", "mixture-score"):
            return self.other.noised(self.process, t).score(x)
        if kind == "wrong-time":
            t = exact(self.model["by"]) * t
        plain = self.data.noised(self.process, t).score(x)
        if kind == "shifted":
            return plain + mpmath.matrix([exact(entry) for entry in self.model["by"]])
        return exact(self.model["by"]) * plain if kind == "scaled" else plain

    def answer(self, quantity, x=None, t=None, s=None):
        """The components, flat."""
        x = None if x is None else mpmath.matrix([exact(entry) for entry in x])
        t, s = (None if time is None else exact(time) for time in (t, s))
        process = self.process
        match quantity:
            case "mean":
                return list(self.data.noised(process, t).moments()[0])
            case "covariance":
                return list(self.data.noised(process, t).moments()[1])
            case "score":
                return list(self.score(x, t))
            case "log-density":
                return [self.data.noised(process, t).log_density(x)]
            case "drift":
                return list(process.slope(t) * x)
            case "squared-diffusion":
                return [process.square(t)]
            case "reverse-drift":
                return list(process.slope(t) * x - process.square(t) * self.score(x, t))
            case "velocity":
                return list(process.slope(t) * x - process.square(t) * self.score(x, t) / 2)
            case "ddim-step":
                score, w = self.score(x, t), process.w(t)
                data = (x + w * score) / process.phi(t)
                return list(process.phi(s) * data - mpmath.sqrt(process.w(s)) * mpmath.sqrt(w) * score)
            case "prior-kl":
                return [self.divergence()]
            case "elbo":
                return [self.elbo(x)]
            case "lower-bound":
                return [self.scaled_likelihood(x)]
        raise AssertionError(quantity)

    def divergence(self):
        end, prior = self.data.noised(self.process, self.process.horizon), self.prior
        away = prior.mean - end.mean
        ratio = mpmath.log(mpmath.det(prior.cov) / mpmath.det(end.cov))
        return (trace(prior.precision * end.cov) + (away.T * prior.precision * away)[0] - self.d + ratio) / 2

    def elbo(self, x):
        """On the line the integral along the path, E[log prior(Y_T) - int (G s^2/2 + G s' - f') dt], a polynomial of degree 2 in x;
        beyond it the telescoped form of the formula in the file."""
        if self.d == 1:
            if not self.bounds:
                nodes = [mpf(-1), mpf(0), mpf(1)]
                self.bounds = {node: self.path_integral(node) for node in nodes}
            low, middle, high = self.bounds.values()
            return middle + (high - low) / 2 * x[0] + (high + low - 2 * middle) / 2 * x[0] ** 2
        process, horizon = self.process, self.process.horizon
        law = self.other if self.model["kind"] == "gaussian-score" else self.data
        mean, cov = process.phi(horizon) * x, process.w(horizon) * mpmath.eye(self.d)
        along = law.log_density(x) - law.noised(process, horizon).expected_log_density(mean, cov)
        return along + self.prior.expected_log_density(mean, cov)

    def path_integral(self, x):
        process, horizon = self.process, self.process.horizon

        def integrand(t):
            g, f, phi, w, slope, offset = self.on_the_path(t)
            here = offset + slope * phi * x
            return g * ((here**2 + slope**2 * w) / 2 + slope) - f

        end = self.prior.expected_log_density(mpmath.matrix([process.phi(horizon) * x]), mpmath.matrix([[process.w(horizon)]]))
        return end - integral(integrand, horizon)

    @functools.cache  # noqa: B019, three nodes have the same times
    def on_the_path(self, t):
        """G, f', phi, w, and the slope and the offset of the score."""
        at = [self.score(mpmath.matrix([y]), t)[0] for y in (mpf(0), mpf(1))]
        process = self.process
        return process.square(t), process.slope(t), process.phi(t), process.w(t), at[1] - at[0], at[0]

    def scaled_likelihood(self, x):
        """The law of the reverse SDE from the prior with the score (1 + delta) times the exact one, whose variance solves a linear
        equation: with A = -(f' + (1 + delta) G s'), and G/v = (log v)' - 2 f', all but one integral is elementary."""
        if not self.bounds:
            process, horizon, by = self.process, self.process.horizon, exact(self.model["by"])

            def factor(t):
                """exp of the integral of the slope of the reverse drift from 0 to t."""
                variance = [self.data.noised(process, time).cov[0, 0] for time in (mpf(0), t)]
                decay = mpmath.log(process.phi(t))
                return mpmath.exp(-decay - by * (mpmath.log(variance[1] / variance[0]) - 2 * decay))

            noise = integral(lambda t: process.square(t) * factor(t) ** 2, horizon)
            self.bounds = {"variance": self.prior.cov[0, 0] * factor(horizon) ** 2 + noise}
        return GaussianLaw(mpmath.matrix([0]), mpmath.matrix([[self.bounds["variance"]]])).log_density(x)


@pytest.mark.parametrize("path", PATHS, ids=IDS)
def test_every_value_is_the_one_that_other_formulas_give(path):
    file = load(path)
    truth = Truth(file["case"]) if any(test["expect"] != "refuse" for test in file["tests"]) else None
    lower = Truth(file["case"]) if file["quantity"]["id"] == "lower-bound" else None
    for test in file["tests"]:
        if test["expect"] == "refuse":
            continue
        values = truth.answer(file["quantity"]["id"], **test["in"])
        radius = mpf(test["out"]["rad"])
        for value, middle in zip(values, test["out"]["mid"], strict=True):
            assert abs(value - mpf(middle)) <= radius, test["id"]
        if lower:
            gap = values[0] - lower.answer("elbo", **test["in"])[0]
            assert gap > 0 and abs(gap - mpf(test["gap"]["mid"])) <= mpf(test["gap"]["rad"]), test["id"]


# A consumer with doubles and nothing else.


def sound(z):
    """1 - exp(-z)."""
    return -math.expm1(-z)


class Doubles:
    """The two commonest processes on the line, in plain doubles."""

    def __init__(self, case, loss=sound):
        process, data = case["process"], case["data"]
        self.loss, self.model = loss, case["model"]
        self.horizon = float(Fraction(process["horizon"]))
        if process["kind"] == "ou":
            self.b0 = self.b1 = 2 * float(Fraction(process["rate"]))
        else:
            self.b0, self.b1 = float(Fraction(process["b0"])), float(Fraction(process["b1"]))
        self.m, self.v = data["mean"][0], data["cov"][0][0]

    def integral(self, t):
        return self.b0 * t + (self.b1 - self.b0) * t * t / (2 * self.horizon)

    def mean(self, t):
        return math.exp(-self.integral(t) / 2) * self.m

    def variance(self, t):
        return math.exp(-self.integral(t)) * self.v + self.loss(self.integral(t))

    def score(self, x, t):
        plain = -(x - self.mean(t)) / self.variance(t)
        return plain + self.model["by"][0] if self.model["kind"] == "shifted" else plain

    def log_density(self, x, t):
        v = self.variance(t)
        return -math.log(2 * math.pi * v) / 2 - (x - self.mean(t)) ** 2 / (2 * v)

    def ddim_step(self, x, t, s):
        w, score = self.loss(self.integral(t)), self.score(x, t)
        data = (x + w * score) / math.exp(-self.integral(t) / 2)
        return math.exp(-self.integral(s) / 2) * data - math.sqrt(self.loss(self.integral(s))) * math.sqrt(w) * score


def ratios(file, answer):
    """The errors of a number by test, in units of u kappa, beyond the radius."""
    found = {}
    for test in file["tests"]:
        if test["expect"] == "value":
            (middle,), (kappa,), ((x,), *times) = test["out"]["mid"], test["kappa"], test["in"].values()
            error = abs(Fraction(answer(x, *times)) - Fraction(middle)) - Fraction(test["out"]["rad"])
            found[test["id"]] = float(error * 2**53 / Fraction(kappa))
    assert len(found) >= 32
    return found


@pytest.mark.parametrize("case", ["ou-1d", "ou-fast", "vp-linear-1d", "vp-linear-long"])
def test_plain_doubles_pass(case):
    for quantity, method in {"score": Doubles.score, "log-density": Doubles.log_density, "ddim-step": Doubles.ddim_step}.items():
        file = a_file(case, quantity)
        errors = ratios(file, functools.partial(method, Doubles(file["case"])))
        assert max(errors.values()) <= 8, errors


def test_what_cancels_at_small_times_fails_at_small_times():
    file = a_file("shifted", "ddim-step")
    assert max(ratios(file, Doubles(file["case"]).ddim_step).values()) <= 8
    errors = ratios(file, Doubles(file["case"], lambda z: 1 - math.exp(-z / 2) ** 2).ddim_step)
    failed = [test for test in file["tests"] if errors.get(test["id"], 0) > 8 and "small-time" in test["flags"]]
    assert any("expm1-missing" in test["kills"] for test in failed)


def test_the_program_of_the_readme_tells_right_from_wrong():
    program = re.search(r"```python\n(.*?)```", (VECTORS / "README.md").read_text(), re.DOTALL)[1]
    assert len(program.strip().splitlines()) <= 15
    file = a_file()

    def yours(case, point, sign=1, since=0):
        (x, *more), t = map(float, point["x"]), point["t"]
        if more or not (math.isfinite(x) and since <= t <= 1):
            return None
        return [sign * Doubles(case).score(x, t)]

    def failures(**wrong):
        names = {"yours": functools.partial(yours, **wrong)}
        exec(compile(program, "README.md", "exec"), names)  # noqa: S102, our own page
        return names["failures"](V1 / "ou-1d" / "score.json")

    assert failures() == []
    assert failures(sign=-1) == [test["id"] for test in file["tests"] if test["expect"] == "value"]
    assert failures(since=-1) == [test["id"] for test in file["tests"] if "negative-time" in test["flags"]]


def test_the_change_log_has_the_format():
    index = json.loads((V1 / "index.json").read_text())
    assert f"## {index['format']}\n" in (VECTORS / "CHANGELOG.md").read_text()
