"""check_purifier: steps, lengths and noise are read and named; accuracies are closed forms; wrong and hostile purifiers are found."""

from __future__ import annotations

import math

import numpy as np
import ouracle as oc
import pytest
from ouracle import _native, check_purifier, tape
from ouracle.miniatures.purifiers import LAW, SIGMA, adp, anneal_langevin, denoise, fixed
from ouracle.adapters.purifier import along

P = np.array([[2.0, 0.5, 0.1], [0.5, 1.0, -0.2], [0.1, -0.2, 0.7]])
MODE = np.array([0.3, -0.2, 0.5])
#: The standard example of the claims: classes ±μ, Σ, a classifier that is not the best.
MU, W = np.array([0.8, -0.4, 0.5]), np.array([1.0, 0.2, -0.1])
WITHIN = np.array([[1.5, 0.4, -0.3], [0.4, 0.8, 0.2], [-0.3, 0.2, 0.6]])


def energy():
    return oc.GaussianEnergy(P, MODE, sigma=0.6)


def purifying(score, length=0.1, steps=5):
    def purify(x):
        for _ in range(steps):
            x = x + length * score(x)
        return x

    return purify


def langevin(score, drift, scale, steps=4, reuse=False):
    def purify(x):
        generator = tape.generator()
        z = generator.standard_normal(x.shape)
        for k in range(steps):
            x = x + drift * score(x) + scale * z
            if not reuse and k + 1 < steps:
                z = generator.standard_normal(x.shape)
        return x

    return purify


def test_scores_are_minus_the_gradients_of_the_energies():
    for e in (energy(), oc.MixtureEnergy([1.2, 0.4, -0.3], 0.5, 0.6)):
        x = np.random.default_rng(0).standard_normal((4, 3))
        h = 1e-6
        slopes = np.stack([(e.energy(x + h * v) - e.energy(x - h * v)) / (2 * h) for v in np.eye(3)], axis=1)
        # Cut-off h²/6 and rounding u/h of a difference, both around 1e-10.
        assert np.abs(e.score(x) + slopes).max() < 1e-8
        assert np.abs(e.score(x) - e.exact(x)).max() <= 64 * 2.0**-53


def test_trained_energies_are_what_denoising_finds():
    e = oc.GaussianEnergy.trained(LAW, [1.0, 0.5])
    for sigma, precision in zip((1.0, 0.5), e.precisions):
        assert np.abs(precision @ (LAW.covariance + sigma**2 * np.eye(3)) - np.eye(3)).max() < 64 * 2.0**-53
    classes = oc.GaussianEnergy.of_classes(MU, WITHIN, 0.5)
    assert np.abs(classes.precision @ (WITHIN + np.outer(MU, MU) + 0.25 * np.eye(3)) - np.eye(3)).max() < 64 * 2.0**-53


def test_modes_of_a_mixture_are_not_at_the_means():
    # |μ|²/τ² = 1.8103: the catalogue prints t* = .9343 there.
    e = oc.MixtureEnergy([math.sqrt(1.8103)], 0.5, math.sqrt(0.5))
    t = e.fixed_point()
    assert abs(t - math.tanh(1.8103 * t)) < 8 * 2.0**-53
    assert oc.MixtureEnergy([0.5], 0.5, 0.6).fixed_point() == 0
    # 1.0625 = 0.8125 + 0.25 exactly: at the critical point there is one mode; a little beyond it t² = 3(|μ|²/τ² − 1) but for the next order.
    assert oc.MixtureEnergy([1.0, 0.25], 0.8125, 0.5).fixed_point() == 0
    beyond = 2.0**-40
    t = oc.MixtureEnergy([1.0, 0.25], 0.8125 - 1.0625 * beyond, 0.5).fixed_point()
    assert abs(t**2 / (3 * beyond) - 1) < 2.0**-10


def test_the_slope_along_the_modes_is_that_of_the_steps():
    e, h = oc.MixtureEnergy([1.2, 0.4], 0.5, 0.6), 2.0**-17
    for c in (0.3, 1.9):
        for t in (0.0, e.fixed_point()):
            ends = np.array([t + h, t - h])[:, None] * e.mean
            after = (ends + c * e.spread * e.exact(ends)) @ e.mean / (e.mean @ e.mean)
            # Cut-off of the order h² and rounding u/h of a difference, both around 1e-10.
            assert abs((after[0] - after[1]) / (2 * h) - e.slope(c, t)) < 1e-8


def test_fixed_steps_are_read_and_right():
    e = energy()
    findings = check_purifier(purifying(e.score), e)
    assert findings.passes, findings
    assert findings.of("steps").got == 5 and abs(findings.of("step length").got - 0.1) < 1e-14
    exact = np.linalg.matrix_power(np.eye(3) - 0.1 * P, 5)
    assert np.abs(np.array(findings.of("factor").exact) - exact).max() < 64 * 2.0**-53
    assert oc.assert_purifier(purifying(e.score), e, length=0.1, steps=5).passes


@pytest.mark.parametrize(
    ("length", "options", "quantity", "words"),
    [
        (-0.1, {}, "step length", "sign of the score"),
        (-0.1, {"length": 0.1}, "step length", "sign of the score"),
        (0.2, {"length": 0.1}, "step length", "twice"),
        (0.05, {"length": 0.1}, "step length", "half"),
        (0.1, {"length": 0.1, "steps": 4}, "steps", "too many"),
        (0.95, {}, "contraction", "2/λ_max"),
    ],
)
def test_wrong_steps_are_named(length, options, quantity, words):
    e = energy()
    finding = check_purifier(purifying(e.score, length), e, **options).of(quantity)
    assert finding.verdict == "wrong" and words in finding.cause, finding


@pytest.mark.parametrize(("length", "words"), [(0.6, "σ, a standard deviation"), (0.18, "σ²/2"), (0.72, "2σ²"), (-0.36, "sign of the score")])
def test_wrong_tweedie_steps_are_named(length, words):
    e = energy()
    assert check_purifier(purifying(e.score, 0.36, 1), e, method="tweedie").passes
    finding = check_purifier(purifying(e.score, length, 1), e, method="tweedie").of("step length")
    assert finding.verdict == "wrong" and words in finding.cause, finding
    # Undeclared, one step of any length is a step; but it is said what it is of σ.
    said = check_purifier(purifying(e.score, 0.36, 1), e).of("step length")
    assert "Tweedie" in said.because


@pytest.mark.parametrize("probe", [1e-1, 1e-3, 1e-5])
def test_adaptive_steps_do_not_depend_on_the_probe(probe):
    e = oc.GaussianEnergy.trained(LAW, SIGMA)
    findings = check_purifier(along(adp, e, 3, 0.4, probe), e)
    assert findings.passes, findings
    finding = findings.of("step length")
    assert abs(finding.details["lambda"] - 0.4) <= finding.tolerance


def test_the_clip_of_the_published_step_is_noticed():
    e = oc.GaussianEnergy.trained(LAW, SIGMA)
    finding = check_purifier(along(adp, e, 3, 0.4, 1e-2, mistake="step clipped"), e).of("step length")
    # λ/curvature is beyond 0.1 everywhere: the clip holds every step.
    assert "clip of the published code" in finding.cause, finding
    wide = oc.GaussianEnergy(20 * P, MODE)
    finding = check_purifier(along(adp, wide, 3, 2.5 / 2, 1e-2, mistake="step clipped"), wide).of("step length")
    assert finding.verdict == "convention" and "0.1" in finding.cause, finding


def test_an_isotropic_energy_gives_back_its_variance():
    e = oc.GaussianEnergy(1 / 0.9, MODE)
    findings = check_purifier(along(adp, e, 2, 0.4, 1e-2), e, method="adaptive")
    assert findings.passes, findings
    assert abs(findings.of("step length").details["lambda"] - 0.4) < 1e-9


def test_lambda_beyond_2_raises_the_energy():
    e = oc.GaussianEnergy.trained(LAW, SIGMA)
    finding = check_purifier(along(adp, e, 2, 2.5, 1e-2), e).of("step length")
    assert finding.verdict == "wrong" and "raise the energy" in finding.cause
    finding = check_purifier(along(adp, e, 2, 0.4, 1e-2, mistake="δ left out"), e).of("step length")
    assert finding.verdict == "wrong" and "δ is missing" in finding.cause


@pytest.mark.parametrize(("drift", "scale"), [(0.05, math.sqrt(0.1)), (0.1, math.sqrt(0.2))])
def test_langevin_steps_are_named_in_both_conventions(drift, scale):
    e = energy()
    findings = check_purifier(langevin(e.score, drift, scale), e)
    assert findings.passes, findings
    words = findings.of("noise").because
    assert f"H convention (drift η/2, noise √η) with η = {2 * drift:g}" in words and f"F convention (drift η, noise √(2η)) with η = {drift:g}" in words
    assert findings.of("covariance").verdict == "right"


def test_the_covariance_of_langevin_steps_tends_to_the_biased_one():
    # The catalogue: P = [[2, .5], [.5, 1]], η = .6, H: S = .787759, −.266626, 1.321012.
    e = oc.GaussianEnergy([[2, 0.5], [0.5, 1]])
    findings = check_purifier(langevin(e.score, 0.3, math.sqrt(0.6), steps=120), e, eta=0.6, convention="H")
    assert findings.passes, findings
    got = np.array(findings.of("covariance").got)
    # .9 of a digit printed, and what 120 steps leave is far below.
    assert np.abs(got - [[0.787759, -0.266626], [-0.266626, 1.321012]]).max() < 5e-7


@pytest.mark.parametrize(
    ("drift", "scale", "words"),
    [
        (0.1, math.sqrt(0.1), "√2 is missing"),
        (0.05, math.sqrt(0.2), "η is doubled"),
        (0.05, 0.1, "variance for a standard deviation"),
        (0.1, math.sqrt(0.2) * 0.9, "temperature is 0.81"),
        (-0.1, math.sqrt(0.2), "sign of the score"),
    ],
)
def test_wrong_langevin_noise_is_named(drift, scale, words):
    e = energy()
    finding = check_purifier(langevin(e.score, drift, scale), e).of("noise")
    assert finding.verdict == "wrong" and words in finding.cause, finding


def test_the_other_convention_is_named():
    e = energy()
    finding = check_purifier(langevin(e.score, 0.1, math.sqrt(0.2)), e, eta=0.1, convention="H").of("step length")
    assert finding.verdict == "wrong" and "F convention" in finding.cause and "bias is 2 times" in finding.cause, finding
    assert check_purifier(langevin(e.score, 0.1, math.sqrt(0.2)), e, eta=0.1, convention="F").passes


def test_noise_that_is_used_again_is_noticed():
    e = energy()
    findings = check_purifier(langevin(e.score, 0.1, math.sqrt(0.2), reuse=True), e)
    assert findings.of("noise").verdict == "wrong" and "drawn once" in findings.of("noise").cause, findings


def test_annealed_steps_are_read_level_by_level():
    e = oc.GaussianEnergy.trained(LAW, [1.0, 0.5, 0.25])
    findings = check_purifier(along(anneal_langevin, e, np.array([1.0, 0.5, 0.25]), 2, 0.01), e)
    assert findings.passes and "the last step adds none" in findings.of("noise").because, findings


def test_injected_noise_is_read():
    e = oc.GaussianEnergy.trained(LAW, SIGMA)
    assert check_purifier(along(denoise, e, SIGMA), e, method="tweedie", inject=SIGMA).passes
    finding = check_purifier(along(denoise, e, SIGMA), e, inject=0.7).of("injected noise")
    assert finding.verdict == "wrong" and abs(finding.got - SIGMA) < 1e-13
    finding = check_purifier(purifying(e.score), e, inject=0.7).of("injected noise")
    assert "no noise is added" in finding.cause


def test_binary_noise_is_named():
    e = energy()

    def purify(x):
        signs = 2 * np.random.default_rng(3).integers(0, 2, x.shape) - 1
        return purifying(e.score)(x + 0.5 * math.sqrt(2 / math.pi) * signs)

    finding = check_purifier(purify, e, inject=0.5).of("injected noise")
    assert finding.verdict == "convention" and "binary" in finding.cause, finding


def test_a_clip_of_the_states_is_noticed_and_declared_it_is_right():
    e = energy()

    def purify(x):
        for _ in range(3):
            x = np.clip(x + 0.1 * e.score(x), 0.0, 1.0)
        return x

    findings = check_purifier(purify, e, classes=(MU, WITHIN))
    finding = findings.of("clip")
    assert finding.verdict == "convention" and finding.got == [0.0, 1.0], findings
    assert findings.of("step length").verdict == "right" and findings.of("accuracy").verdict == "unsupported"
    assert check_purifier(purify, e, clip=(0.0, 1.0)).passes
    assert check_purifier(purify, e, clip=(-1.0, 1.0)).of("clip").verdict == "wrong"
    assert check_purifier(purifying(e.score), e, clip=(0.0, 1.0)).of("clip").cause == "states are not clipped"


def test_a_scale_that_is_not_converted_back_is_found():
    e = energy()

    def purify(x):
        x = x * (255 / 256) + 1 / 512
        for _ in range(3):
            x = (x + 0.1 * e.score(x)) * (256 / 255) - 1 / 510
        return x

    finding = check_purifier(purify, e).of("scale")
    assert finding.verdict == "wrong" and "two scales" in finding.cause, finding


def test_a_scale_of_its_own_is_a_convention():
    e = energy()

    def purify(x):
        x = 2 * x - 1
        for _ in range(3):
            x = x + 0.1 * e.score(x) + math.sqrt(0.2) * tape.generator().standard_normal(x.shape)
        return (x + 1) / 2

    findings = check_purifier(purify, e, classes=(MU, WITHIN))
    assert findings.passes and findings.of("scale").verdict == "convention", findings
    assert findings.of("fixed point").passes and findings.of("covariance").passes


@pytest.mark.parametrize(
    ("law", "words"),
    [
        (lambda f, m, c: (MODE + f @ (m - MODE), f @ c), "BᵏS₀"),
        (lambda f, m, c: (f @ m, f @ c @ f), "mode of the energy is forgotten"),
        (lambda f, m, c: (MODE + f @ (m - MODE), c), "covariance of the input"),
    ],
)
def test_wrong_formulas_of_the_law_are_named(law, words):
    e, factor = energy(), np.linalg.matrix_power(np.eye(3) - 0.1 * P, 5)
    right = check_purifier(purifying(e.score), e, law=lambda m, c: (MODE + factor @ (m - MODE), factor @ c @ factor))
    assert right.of("law").verdict == "right", right
    finding = check_purifier(purifying(e.score), e, law=lambda m, c: law(factor, m, c)).of("law")
    assert finding.verdict == "wrong" and words in finding.cause, finding


def test_accuracies_are_those_of_the_closed_forms():
    e = oc.GaussianEnergy.of_classes(MU, WITHIN, 0.5)
    findings = check_purifier(purifying(e.score, 0.3, 4), e, classes=(MU, WITHIN), classifier=W, eps=0.25)
    assert findings.passes, findings
    effective = np.linalg.matrix_power(np.eye(3) - 0.3 * e.precision, 4) @ W
    spread = math.sqrt(2 * effective @ WITHIN @ effective)
    for kind, loss in (("clean", 0), ("white-box", np.linalg.norm(effective)), ("gray-box", effective @ W / np.linalg.norm(W))):
        exact = math.erfc(-(effective @ MU - 0.25 * loss) / spread) / 2
        finding = findings.of(f"{kind} accuracy")
        assert abs(finding.got - exact) < 1e-14
    assert findings.of("gray-box accuracy").got > findings.of("white-box accuracy").got


def test_an_isotropic_energy_changes_no_accuracy():
    e = oc.GaussianEnergy(0.8 * np.eye(3))
    findings = check_purifier(purifying(e.score, 0.3, 7), e, classes=(MU, WITHIN), classifier=W, eps=0.25)
    bare = _native.purified_accuracies(MU, WITHIN, W, W, 0.0, 0.0, 0.25, "l2")
    for kind, exact in zip(("clean", "white-box", "gray-box"), bare):
        finding = findings.of(f"{kind} accuracy")
        assert abs(finding.got - exact) <= finding.tolerance


@pytest.mark.parametrize("norm", ["l2", "linf"])
def test_a_purifier_that_leaves_nothing_of_the_input_has_no_accuracy(norm):
    # One step of length 1/p on P = pI ends at the mode, whatever it starts from; p = 2 exactly, p = 0.7 but for rounding.
    for p in (2.0, 0.7):
        e = oc.GaussianEnergy(p, MODE)
        findings = check_purifier(purifying(e.score, 1 / p, 1), e, classes=(MU, WITHIN), classifier=W, eps=0.25, norm=norm, reported=0.9, n=1000)
        assert findings.of("accuracy").verdict == "undecided" and "leaves nothing" in findings.of("accuracy").because, findings
        assert findings.of("factor").verdict == "right" and not any("accuracy" in finding.quantity for finding in findings if finding.verdict != "undecided")
    # Nearly nothing is something, where it is beyond rounding.
    e = oc.GaussianEnergy(2.0, MODE)
    near = check_purifier(purifying(e.score, 0.5 * (1 - 2.0**-20), 1), e, classes=(MU, WITHIN), classifier=W, eps=0.25, norm=norm)
    assert near.of("clean accuracy").verdict == "right", near


def test_a_weight_of_0_is_no_way_for_an_attack_that_does_not_know_the_purifier():
    effective = np.array([0.7, 0.4, -0.2])
    clean, white, gray = _native.purified_accuracies(MU, WITHIN, np.array([1.0, 0.0, -0.5]), effective, 0.3, 0.2, 0.25, "linf")
    spread = math.sqrt(2 * (effective @ WITHIN @ effective + 0.2))
    for got, loss in ((clean, 0.0), (white, 1.3), (gray, 0.9)):
        exact = sum(math.erfc(-(effective @ MU + b - 0.25 * loss) / spread) / 4 for b in (0.3, -0.3))
        assert abs(got - exact) < 8 * 2.0**-53


def test_injected_noise_and_runs_enter_the_accuracy():
    e = oc.GaussianEnergy.of_classes(MU, WITHIN, 0.5)

    def purify(x):
        return purifying(e.score, 0.3, 4)(x + 0.7 * tape.generator().standard_normal(x.shape))

    one, many = (check_purifier(purify, e, classes=(MU, WITHIN), classifier=W, runs=runs).of("clean accuracy").got for runs in (1, 10**6))
    still = check_purifier(purifying(e.score, 0.3, 4), e, classes=(MU, WITHIN), classifier=W).of("clean accuracy").got
    assert one < many < still and still - many < 1e-5


def test_a_classifier_may_be_a_function():
    e = oc.GaussianEnergy.of_classes(MU, WITHIN, 0.5)
    ask = dict(classes=(MU, WITHIN), eps=0.25, norm="linf")
    one = check_purifier(purifying(e.score), e, classifier=W, **ask)
    for classify in (lambda x: x @ W, lambda x: (x @ W)[:, None], lambda x: np.stack([-0.5 * x @ W, 0.5 * x @ W], axis=1)):
        two = check_purifier(purifying(e.score), e, classifier=classify, **ask)
        finding = two.of("white-box accuracy")
        assert abs(finding.got - one.of("white-box accuracy").got) <= finding.tolerance
    for classify in (lambda x: np.tanh(x @ W), lambda x: (x @ W > 0) * 1.0, lambda x: np.ones(len(x))):
        assert check_purifier(purifying(e.score), e, classifier=classify, **ask).of("classifier").verdict == "unsupported"
    assert check_purifier(purifying(e.score), e, classifier=lambda x: 1 / 0, **ask).of("classifier").verdict == "fault"


def test_a_reported_accuracy_is_judged_and_the_formula_it_agrees_with_is_named():
    e = oc.GaussianEnergy.of_classes(MU, WITHIN, 0.5)
    ask = dict(classes=(MU, WITHIN), classifier=W, eps=0.6, n=10**6)
    purify = purifying(e.score, 1.0, 6)
    exact = {kind: check_purifier(purify, e, classes=(MU, WITHIN), classifier=W, eps=0.6).of(f"{kind} accuracy").got for kind in ("clean", "white-box", "gray-box")}
    assert check_purifier(purify, e, reported=round(exact["white-box"], 6), **ask).of("reported accuracy").verdict == "consistent"
    for kind in ("clean", "gray-box"):
        finding = check_purifier(purify, e, reported=round(exact[kind], 6), **ask).of("reported accuracy")
        assert finding.verdict == "wrong" and f"the {kind} accuracy" in finding.cause, finding
        assert check_purifier(purify, e, reported=round(exact[kind], 6), reported_as=kind, **ask).of("reported accuracy").verdict == "consistent"
    few = check_purifier(purify, e, reported=round(exact["white-box"], 2), **{**ask, "n": 100}).of("reported accuracy")
    assert few.verdict == "consistent" and "cannot tell" in few.because


def test_reported_accuracies_that_are_right_are_rarely_called_wrong():
    # The rate is a bound: in 400 experiments at 1 % at most so many alarms as Bin(400, .01) has but for one run in a million.
    rng = np.random.default_rng(5)
    p, alarms = 0.62, 0
    for _ in range(400):
        alarms += _native.refutes_probability(500, int(rng.binomial(500, p)), p, 0.01, 1)
    assert alarms <= 17
    assert _native.refutes_probability(500, 375, p, 0.01, 1) and not _native.refutes_probability(500, 0, 0.0, 0.01, 1)
    assert _native.refutes_probability(10, 1, 0.0, 0.01, 1)


def test_a_mixture_keeps_decisions_and_fixed_points():
    e = oc.MixtureEnergy([1.2, 0.4], 0.5, 0.6)
    findings = check_purifier(purifying(e.score, 0.5, 6), e, classes=([1.2, 0.4], 0.5), eps=0.3)
    assert findings.passes, findings
    norm, s = math.hypot(1.2, 0.4), math.sqrt(0.5)
    assert abs(findings.of("white-box accuracy").got - math.erfc(-(norm - 0.3) / s / math.sqrt(2)) / 2) < 1e-14
    flips = check_purifier(purifying(e.score, 1.9 * e.spread, 3), e).of("decisions")
    assert flips.verdict == "wrong" and flips.got > 0 and "flip" in flips.cause
    other = check_purifier(purifying(e.score, 0.5, 6), e, classes=([1.2, 0.4], 0.5), classifier=[1.0, -0.2])
    assert other.of("accuracy").verdict == "unsupported"


def test_the_adaptive_step_between_two_modes_moves_towards_the_saddle():
    e = oc.MixtureEnergy([1.2, 0.0], 0.54, 0.6)
    findings = check_purifier(along(adp, e, 1, 0.4, 1e-3), e, relaxation=0.4)
    assert findings.of("step length").verdict == "right", findings
    assert findings.of("step sign").verdict == "wrong" and "saddle" in findings.of("step sign").cause
    line = oc.MixtureEnergy([1.2], 0.54, 0.6)
    assert check_purifier(along(adp, line, 1, 0.4, 1e-3), line, method="adaptive", relaxation=0.4).of("step sign").verdict == "wrong"


def test_hostile_purifiers_become_findings():
    e = energy()
    assert check_purifier(lambda x: 1 / 0, e).of("steps").verdict == "fault"
    assert check_purifier(lambda x: e.score(x) * np.nan, e).of("steps").verdict == "fault"
    assert check_purifier(lambda x: e.score(x)[:, :2], e).of("steps").verdict == "fault"
    assert check_purifier(lambda x: (e.score(x), None)[1], e).of("steps").verdict == "fault"
    assert check_purifier(lambda x: e.score(x[:, :2]), e).of("steps").verdict == "fault"
    assert "never asked" in check_purifier(lambda x: 0.9 * x, e).of("steps").because
    assert check_purifier(lambda x: x + 0.1 * np.stack([e.score(row) for row in x]), e).verdict == "undecided"
    private = np.random.default_rng(1)
    findings = check_purifier(lambda x: purifying(e.score)(x + private.standard_normal(x.shape)), e, classes=(MU, WITHIN))
    assert findings.of("steps").verdict == "undecided" and "generator" in findings.of("steps").because
    assert findings.of("accuracy").verdict == "unsupported"


def test_a_purifier_that_is_no_step_along_the_score_is_wrong():
    e = energy()

    def momentum(x):
        v = 0
        for _ in range(4):
            v = 0.5 * v + 0.1 * e.score(x)
            x = x + v
        return x

    finding = check_purifier(momentum, e).of("steps")
    assert finding.verdict == "wrong" and "step 1" in finding.because, finding


def test_bad_arguments_are_refused():
    e = energy()
    for options in (
        {"method": "best"},
        {"convention": "G"},
        {"shape": (2, 2)},
        {"classes": ([1.0, 2.0], 1.0)},
        {"classes": (MU, WITHIN), "norm": "l1"},
        {"classes": (MU, WITHIN), "eps": -1.0},
        {"classes": (MU, WITHIN), "classifier": [1.0, 2.0]},
        {"reported": 0.5},
        {"classes": (MU, WITHIN), "reported": 1.5, "n": 10},
    ):
        with pytest.raises(ValueError):
            check_purifier(purifying(e.score), e, **options)
    with pytest.raises(ValueError, match="sigma"):
        check_purifier(purifying(e.score), oc.GaussianEnergy(P), method="tweedie")
    for sigma in (None, 0.0, -1.0, math.nan, math.inf, "0.5", [0.5, 0.2]):
        with pytest.raises(ValueError, match="noise of training"):
            oc.MixtureEnergy([1.0], 1.0, sigma)
        with pytest.raises(ValueError, match="noise of training"):
            oc.GaussianEnergy.of_classes(MU, WITHIN, sigma)
    for noises in (-1.0, [0.5, 0.0], [], math.nan):
        with pytest.raises(ValueError, match="noise of training"):
            oc.GaussianEnergy.trained(LAW, noises)
    with pytest.raises(ValueError, match=r"a number, \(d, d\) or \(levels, d, d\)"):
        oc.GaussianEnergy([1.0, 2.0], [0.0, 0.0])
    for bad in (lambda: oc.GaussianEnergy([[1.0, 0.0], [0.0, 0.0]]), lambda: oc.GaussianEnergy(P, [0.0, 1.0]), lambda: oc.MixtureEnergy([0.0], 1.0, 1.0), lambda: oc.MixtureEnergy([1.0], -1.0, 1.0)):
        with pytest.raises(ValueError):
            bad()


def test_single_precision_is_allowed_its_rounding():
    e = energy()
    findings = check_purifier(lambda x: purifying(e.score, np.float32(0.1))(x), e, dtype="float32")
    assert findings.passes, findings
    assert not check_purifier(lambda x: purifying(e.score, np.float32(0.101))(x), e, dtype="float32", length=0.1).passes


def test_unasked_questions_do_not_count_as_steps():
    e = energy()

    def purify(x):
        for _ in range(3):
            e.energy(x)  # for a log
            x = x + 0.1 * e.score(x)
        e.energy(x)
        return x

    findings = check_purifier(purify, e, length=0.1, steps=3)
    assert findings.passes, findings


def test_fixed_is_exact_for_states_of_any_shape():
    e = oc.GaussianEnergy.trained(LAW, SIGMA)
    assert check_purifier(along(fixed, e, 0.2, 4), e, shape=(1, 1, 3)).passes


def test_many_dimensions_in_single_precision_are_no_false_alarm():
    root = np.random.default_rng(4).standard_normal((60, 60))
    e = oc.GaussianEnergy(root @ root.T / 60 + 0.1 * np.eye(60), np.linspace(-1, 1, 60))
    findings = check_purifier(lambda x: purifying(e.score, np.float32(0.2), 8)(x), e, dtype="float32", steps=8)
    assert findings.passes, findings


def test_on_the_line_everything_is_read_too():
    e = oc.GaussianEnergy([[2.0]], [0.3])
    assert check_purifier(purifying(e.score), e, length=0.1, steps=5).passes
    assert check_purifier(langevin(e.score, 0.05, math.sqrt(0.1)), e, eta=0.1, convention="H").passes
    assert check_purifier(along(adp, e, 2, 0.4, 1e-2), e, method="adaptive", relaxation=0.4).passes


def test_a_probe_that_is_too_small_for_the_precision_decides_nothing():
    e = oc.GaussianEnergy.trained(LAW, SIGMA)
    finding = check_purifier(along(adp, e, 2, np.float32(0.4), np.float32(3e-6)), e, method="adaptive", dtype="float32").of("step length")
    assert finding.verdict == "undecided" and "cancels" in finding.because, finding


def test_stopping_ends_the_trail_and_is_no_step():
    e = oc.GaussianEnergy.trained(LAW, SIGMA)

    def purify(x):
        for _ in range(6):
            grad = e.score(x)
            other = e.score(x + 1e-2 * grad)
            length = 0.4e-2 / (1 - (grad * other).sum(1) / (grad * grad).sum(1))
            going = (grad * grad).sum(1) > 0.3
            if not going.any():
                break
            x = x + (length * going)[:, None] * grad
        return x

    findings = check_purifier(purify, e, method="adaptive", relaxation=0.4)
    assert findings.passes and findings.of("steps").got < 6, findings


def test_code_that_returns_no_image_is_a_fault():
    e = energy()

    def nothing(x, network):
        network(x)
        return []

    finding = check_purifier(along(nothing, e), e).of("steps")
    assert finding.verdict == "fault" and "empty list" in finding.because
