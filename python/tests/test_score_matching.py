"""check_score_matching: every loss is recognised with its projections and scale, and wrong ones are found with their mistake."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import ouracle as oc
import pytest
from ouracle import _native, score_averages, tape
from ouracle.checks.score_matching import RUNS
from ouracle.miniatures import score_losses

LAWS = ("gaussian", "rademacher", "sphere")


def projections(law, shape):
    v = tape.generator().standard_normal(shape)
    return {"gaussian": v, "rademacher": np.sign(v), "sphere": np.sqrt(shape[-1]) * v / np.linalg.norm(v, axis=-1, keepdims=True)}[law]


def sliced(law="gaussian", trace=1.0, square=0.5, integrated=False, reduce=np.mean, draw=None):
    def loss(model, x):
        model(x)
        s, v = model.score(x), draw(x.shape) if draw else projections(law, x.shape)
        squares = np.sum(s**2, axis=-1) if integrated else np.sum(v * s, axis=-1) ** 2
        return reduce(trace * np.einsum("ni,nij,nj->n", v, model.jacobian(x), v) + square * squares)

    return loss


@pytest.mark.parametrize("law", LAWS)
@pytest.mark.parametrize(("integrated", "name"), [(False, "ssm"), (True, "ssm-vr")])
def test_sliced_losses_are_recognised_with_the_law_of_their_projections(law, integrated, name):
    findings = oc.check_score_matching(sliced(law, integrated=integrated), objective=name, projections=law, scale=1.0)
    assert [finding.verdict for finding in findings] == ["right"] * 4, findings
    assert findings.of("objective").details["loss"] == name and findings.of("projections").got == law
    assert "mean over the batch" in findings.of("batch").because


@pytest.mark.parametrize(
    "draw",
    [
        lambda shape: 2.0 * np.random.default_rng().integers(0, 2, shape) - 1,
        lambda shape: np.random.default_rng().choice([-1.0, 1.0], shape),
        lambda shape: np.where(np.random.default_rng().random(shape) < 0.5, -1.0, 1.0),
        lambda shape: 2.0 * np.random.randint(0, 2, shape) - 1,
        lambda shape: 2.0 * np.random.binomial(1, 0.5, shape) - 1,
    ],
)
def test_signs_are_seen_however_they_are_drawn(draw):
    findings = oc.check_score_matching(sliced(draw=draw), objective="ssm", projections="rademacher")
    assert findings.verdict == "right", findings


def test_coordinates_are_seen():
    findings = oc.check_score_matching(sliced(draw=lambda shape: np.sqrt(shape[1]) * np.eye(shape[1])[np.random.default_rng().integers(0, shape[1], shape[0])]))
    assert findings.passes and findings.of("projections").got == "coordinate"


@pytest.mark.parametrize(
    ("loss", "verdict", "words"),
    [
        (sliced(trace=2.0, square=1.0), "convention", "the ½ of Hyvärinen is dropped throughout"),
        (sliced("sphere", trace=1 / 3, square=1 / 6), "convention", "length 1, not √d"),
        (sliced("rademacher", trace=1 / 3, square=1 / 6), "convention", "mean over dimensions"),
        (sliced(trace=1.7, square=0.85), "undecided", "declare it by scale="),
        (sliced(trace=3072.0, square=1536.0), "wrong", "J"),
    ],
)
def test_scales_are_conventions_with_names_unless_they_are_sizes_of_other_data(loss, verdict, words):
    findings = oc.check_score_matching(loss)
    assert findings.of("objective").verdict == "right" and findings.of("scale").verdict == verdict, findings
    assert words in findings.of("scale").because
    assert oc.check_score_matching(loss, scale=1.0).of("scale").verdict == "wrong"


@pytest.mark.parametrize("law", LAWS)
@pytest.mark.parametrize(
    ("weights", "minimiser", "words"),
    [
        ((1.0, 1.0), 0.5, "the ½ before the square is missing"),
        ((-1.0, 0.5), -1.0, "the trace has the other sign"),
        ((1.0, -0.5), -1.0, "the square is subtracted"),
        ((2.0, 0.5), 2.0, "the trace twice"),
        ((1.0, 0.0), None, "the square is missing"),
        ((0.0, 0.5), None, "the trace is missing"),
        ((-1.0, -0.5), 1.0, "a maximum"),
        ((1.0, 0.43), 1 / 0.86, ""),
    ],
)
def test_other_weights_are_another_objective_whose_minimiser_is_named(law, weights, minimiser, words):
    finding = oc.check_score_matching(sliced(law, *weights)).of("objective")
    assert finding.verdict == "wrong" and words in finding.cause, finding
    if minimiser is not None:
        assert finding.details["minimiser"] == pytest.approx(minimiser, rel=2.0**-40)


def test_unit_projections_are_a_scale_for_ssm_and_wrong_where_the_square_is_integrated():
    unit = score_losses.reduced("projections on the unit sphere")
    finding = oc.check_score_matching(unit, "score").of("objective")
    assert finding.verdict == "wrong" and "unit sphere" in finding.cause
    assert finding.details["minimiser"] == pytest.approx(1 / 3, rel=2.0**-40)


def test_a_control_variate_is_a_convention():
    def loss(model, x):
        model(x)
        s, v = model.score(x), projections("gaussian", x.shape)
        square = 0.5 * np.sum(v * s, axis=-1) ** 2
        return np.mean(np.einsum("ni,nij,nj->n", v, model.jacobian(x), v) + square - 0.6 * (square - np.sum(s**2, axis=-1) / 2))

    finding = oc.check_score_matching(loss).of("objective")
    assert finding.verdict == "convention" and "control variate" in finding.because
    assert finding.details["weights"] == pytest.approx([1, 0, 0.4, 0.6], abs=2.0**-40)


@pytest.mark.parametrize("eps", [0.5, 0.1, 0.01])
def test_differences_are_told_from_derivatives_and_their_step_is_read(eps):
    build = score_losses.differences()
    findings = oc.check_score_matching(lambda net, x: build(net, x, eps), objective="fd-ssm")
    assert findings.verdict == "right" and findings.of("step").got == eps, findings
    # A paper divides by ε² alone, its authors' code multiplies by d as well.
    paper = oc.check_score_matching(lambda net, x: build(net, x, eps) / x.shape[1])
    assert paper.of("scale").verdict == "convention" and "as the paper does" in paper.of("scale").because


def test_the_error_of_a_step_grows_with_its_square():
    build = score_losses.differences()
    # The same runs for every step: a session would give each check a seed of its own.
    gaps = [float(oc.check_score_matching(lambda net, x, eps=eps: build(net, x, eps), seed=0).of("step").because.split("over these runs, ")[1].split()[0]) for eps in (0.04, 0.02, 0.01)]
    assert np.ptp(gaps) < 0.01 * abs(gaps[0])


def test_a_gaussian_model_hides_what_the_step_costs_but_not_a_difference_to_one_side():
    one_side = score_losses.differences("a difference to one side")
    for quartic in (True, False):
        assert oc.check_score_matching(one_side, quartic=quartic).of("objective").verdict == "wrong"
    # On a Gaussian model FD-SSM is SSM at every step.
    right = oc.check_score_matching(score_losses.differences(), quartic=False)
    assert right.verdict == "right" and "beside SSM" not in right.of("step").because


def test_a_step_below_rounding_is_degraded():
    build = score_losses.differences()
    for dtype, eps in (("float32", 1e-4), ("float64", 1e-8)):
        assert oc.check_score_matching(lambda net, x, eps=eps: build(net, x, eps), dtype=dtype).verdict == "degraded"


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize(("mistake", "words"), [("¼ for ⅛", "¼ for ⅛"), ("a difference to one side", "to one side"), ("the energy's curvature for the log-density's", "other sign")])
def test_mistakes_in_differences_are_named_in_both_precisions(dtype, mistake, words):
    build = score_losses.differences(mistake)
    finding = oc.check_score_matching(lambda net, x: build(net, x, 0.5), dtype=dtype).of("objective")
    assert finding.verdict == "wrong" and words in finding.cause, finding


@pytest.mark.parametrize(
    ("build", "takes", "mistake", "words"),
    [
        (score_losses.differences, "energy", "3072 dimensions", "3072/d"),
        (score_losses.differences_reduced, "score", "no d", "the factor d = 3 is missing"),
        (score_losses.differences_reduced, "score", "no ½ before the difference", "the trace twice"),
        (score_losses.denoising, "score", "σ for σ²", "divided by σ, not by σ²"),
        (score_losses.denoising, "score", "the noise with the other sign", "the noise has the other sign"),
        (score_losses.denoising, "score", "a direction of length √3072", "3072/d"),
        (score_losses.denoising_differences, "energy", "no 2 before the noise", "the factor 2 before vᵀ(x̃ − x)/σ² is missing"),
        (score_losses.denoising_differences, "energy", "the noise with the other sign", "the noise has the other sign"),
    ],
)
def test_mistakes_are_named(build, takes, mistake, words):
    findings = oc.check_score_matching(build(mistake), takes)
    assert findings.verdict == "wrong" and any(words in finding.cause for finding in findings), findings
    assert oc.check_score_matching(build(), takes).passes


def test_denoising_by_differences_is_twice_the_loss():
    findings = oc.check_score_matching(score_losses.denoising_differences())
    assert findings.of("scale").got == pytest.approx(2, rel=2.0**-30) and findings.of("scale").verdict == "right"
    halved = score_losses.denoising_differences()
    assert oc.check_score_matching(lambda net, x: halved(net, x) / 2).of("scale").verdict == "convention"


def test_the_weight_of_noise_that_differs_between_runs_is_found():
    sigmas = np.array([0.1, 0.3, 0.8])

    def annealed(net, x, power=2.0):
        sigma = sigmas[np.random.default_rng().integers(0, 3, len(x))][:, None]
        noise = sigma * tape.generator().standard_normal(x.shape)
        return np.mean(0.5 * sigma[:, 0] ** power * np.sum((net(x + noise, None) + noise / sigma**2) ** 2, axis=-1))

    for power, name in ((0.0, "it is J,"), (2.0, "it is σ² J,"), (4.0, "it is σ⁴ J,")):
        findings = oc.check_score_matching(lambda net, x, power=power: annealed(net, x, power), "score", objective="dsm")
        assert findings.passes and name in findings.of("scale").because, findings


def test_explicit_and_implicit_losses():
    def data_score(x):
        return 1 - 2 * x

    explicit = oc.check_score_matching(lambda net, x: 0.5 * np.sum((net(x) - data_score(x)) ** 2, axis=-1), "score", data_score=data_score)
    assert explicit.verdict == "right" and "one value for each sample" in explicit.of("batch").because
    wrong = oc.check_score_matching(lambda net, x: 0.5 * np.sum((net(x) + data_score(x)) ** 2, axis=-1), "score", data_score=data_score)
    assert wrong.of("objective").verdict == "wrong" and "the score of the data has the other sign" in wrong.of("objective").cause
    implicit = oc.check_score_matching(lambda net, x: np.trace(net.jacobian(x), axis1=1, axis2=2) + 0.5 * np.sum(net(x) ** 2, axis=-1), "score", objective="ism")
    assert implicit.verdict == "right"


def test_a_declared_loss_of_another_name_is_wrong():
    findings = oc.check_score_matching(sliced("rademacher"), objective="ssm-vr")
    assert findings.of("objective").verdict == "wrong" and "SSM-VR" in findings.of("objective").cause
    assert oc.check_score_matching(sliced("rademacher"), projections="sphere").of("projections").verdict == "wrong"


def test_reductions_of_the_batch_and_shared_projections():
    assert "sum" in oc.check_score_matching(sliced(reduce=np.sum)).of("batch").because
    assert oc.check_score_matching(sliced(reduce=np.sum)).of("batch").verdict == "convention"
    assert "one value for each" in oc.check_score_matching(sliced(reduce=lambda each: each)).of("batch").because
    assert oc.check_score_matching(sliced(reduce=lambda each: np.mean(each) * np.sqrt(len(each)))).of("batch").verdict == "undecided"
    shared = oc.check_score_matching(sliced(draw=lambda shape: np.broadcast_to(projections("rademacher", (1, shape[1])), shape))).of("batch")
    assert shared.details["shared"]
    # Signs in one dimension agree by chance in half of all pairs of samples, which is no sharing.
    assert "shared" not in oc.check_score_matching(sliced("rademacher"), shape=(1,)).of("batch").details
    shared_by_all = oc.check_score_matching(sliced(draw=lambda shape: np.broadcast_to(projections("gaussian", (1, shape[1])), shape))).of("batch")
    assert shared_by_all.verdict == "convention" and "does not average out" in shared_by_all.because


def test_the_mean_over_several_projections():
    findings = oc.check_score_matching(score_losses.sliced(), objective="ssm")
    assert findings.verdict == "right" and "2 for each sample" in findings.of("projections").because


@pytest.mark.parametrize(
    ("unit", "square", "integrated", "verdict", "words"),
    [
        (False, 0.5, False, "consistent", ""),
        (False, 0.5, True, "consistent", ""),
        (True, 0.5, False, "consistent", ""),
        (False, 1.0, False, "wrong", "the ½ before the square is missing"),
        (True, 0.5, True, "wrong", "unit sphere"),
    ],
)
def test_where_draws_are_hidden_averages_decide_with_their_exact_variance(unit, square, integrated, verdict, words):
    rng = np.random.Generator(np.random.Philox(4))

    def draw(shape):
        v = rng.standard_normal(shape)
        return v / np.linalg.norm(v, axis=-1, keepdims=True) if unit else v

    finding = oc.check_score_matching(sliced(square=square, integrated=integrated, draw=draw)).of("objective")
    assert finding.verdict == verdict and words in finding.cause, finding


@pytest.mark.parametrize(("square", "verdict"), [(0.5, "consistent"), (1.0, "wrong")])
def test_hidden_coordinates_are_no_false_alarm_and_no_excuse(square, verdict):
    rng = np.random.Generator(np.random.Philox(6))
    # One coordinate of three is drawn: the first run and its repetition are alike, which is not to pass for a loss without draws.
    drawn = rng.integers(0, 3, RUNS + 1)
    script = iter([*drawn[:RUNS], drawn[0]])

    def draw(shape):
        assert shape[0] == 1, "averages are taken over one sample at a time"
        index = next(script, rng.integers(0, shape[1]))
        return np.sqrt(shape[1]) * np.eye(shape[1])[[index]]

    assert oc.check_score_matching(sliced(square=square, draw=draw)).of("objective").verdict == verdict


def test_the_variance_of_averages_is_enough_for_every_law():
    class Diagonal:
        """A Jacobian whose coordinates vary more than normals: 6 and 4."""

        def parts(self, name, places):
            return np.zeros((len(places["centre"]), 2)), None

        def score(self, x):
            return np.zeros_like(x)

        def jacobian(self, x):
            return np.repeat(np.diag([1.0, -1.0, 0.0])[None], len(x), axis=0)

    averages = score_averages.Averages(lambda x, k: 0.0, SimpleNamespace(native=Diagonal()), [np.zeros(3)], None, 1e-6)
    assert [_native.projection_variance(np.diag([1.0, -1.0, 0.0]), law) for law in ("gaussian", "coordinate")] == [4, 6]
    assert averages.interval(0, 1.0, 1.0) == _native.mean_interval(averages.values[0], 6.0, 1e-6, 1)


def test_hidden_steps_and_noise_are_read_off_the_points_that_are_asked():
    rng = np.random.Generator(np.random.Philox(5))

    def differences(net, x, eps=0.1):
        v = rng.standard_normal(x.shape)
        v = eps * v / np.linalg.norm(v, axis=-1, keepdims=True)
        centre, up, down = (net(x + step) for step in (0 * v, v, -v))
        return x.shape[1] / eps**2 * np.mean((up - down) ** 2 / 8 - up - down + 2 * centre)

    findings = oc.check_score_matching(differences)
    assert findings.of("objective").verdict == "right" and findings.of("projections").got == "sphere", findings

    def denoising(net, x):
        noise = 0.3 * rng.standard_normal(x.shape)
        return 0.5 * np.mean(np.sum((net(x + noise) + noise / 0.09) ** 2, axis=-1))

    assert oc.check_score_matching(denoising, "score", sigma=0.3).of("objective").verdict == "right"
    undeclared = oc.check_score_matching(denoising, "score").of("objective")
    assert undeclared.verdict == "undecided" and "sigma=" in undeclared.because


def test_single_precision_inside_is_degraded():
    findings = oc.check_score_matching(sliced(draw=lambda shape: projections("sphere", shape).astype(np.float32)))
    assert findings.verdict == "degraded" and findings.of("objective").verdict == "right", findings
    assert "single precision" in findings.of("precision").because


@pytest.mark.parametrize(("shape", "seed"), [((2,), 0), ((3,), 1), ((3,), 2), ((4,), 3), ((6,), 4)])
def test_there_are_no_false_alarms(shape, seed):
    losses = [(sliced(law, integrated=integrated), "energy") for law in LAWS for integrated in (False, True)]
    losses += [(score_losses.sliced(), "energy"), (score_losses.differences(), "energy"), (score_losses.differences_reduced(), "score")]
    losses += [(score_losses.denoising(), "score"), (score_losses.denoising_differences(), "energy")]
    for loss, takes in losses:
        findings = oc.check_score_matching(loss, takes, shape=shape, seed=seed)
        assert findings.passes, findings


def test_hostile_losses_become_findings():
    assert oc.check_score_matching(lambda net, x: 1 / 0).verdict == "fault"
    assert oc.check_score_matching(lambda net, x: 0.0).verdict == "fault"
    assert oc.check_score_matching(lambda net, x: net(x) * np.nan).verdict == "fault"
    assert oc.check_score_matching(lambda net, x: np.zeros((2, 7)) * net(x)[0]).verdict == "fault"
    assert oc.check_score_matching(lambda net, x: np.mean(np.cos(net(x)))).verdict == "undecided"
    assert oc.check_score_matching(lambda net, x: np.mean(net(x + 1) * net(x * 2) * net(x))).verdict == "undecided"
    with pytest.raises(ValueError, match="no name of objective"):
        oc.check_score_matching(sliced(), objective="mle")
    with pytest.raises(ValueError, match="choose one of energy, log-density, score"):
        oc.check_score_matching(sliced(), "potential")


@pytest.mark.parametrize("takes", ["energy", "log-density", "score"])
def test_the_model_is_what_it_says(takes):
    model = oc.EnergyModel(takes, 4)
    x = np.random.default_rng(0).normal(size=(5, 4))
    exact = {"energy": -model.native.log_density(x), "log-density": model.native.log_density(x), "score": model.native.score(x)}[takes]
    # A quadratic and a quartic form of numbers of the size of one.
    np.testing.assert_allclose(model(x), exact, rtol=0, atol=64 * 2.0**-53 * np.abs(exact).max())
    assert model(x[0]).shape == exact[0].shape
    step = 2.0**-17
    slopes = [(model.native.log_density(x + step * e) - model.native.log_density(x - step * e)) / (2 * step) for e in np.eye(4)]
    np.testing.assert_allclose(np.stack(slopes, axis=1), model.score(x), rtol=0, atol=1e3 * step**2 + 64 * 2.0**-53 / step * 100)


def test_bad_input_of_the_native_model_is_a_sentence():
    with pytest.raises(ValueError, match="not symmetric"):
        _native.QuarticModel(np.array([[1.0, 2.0], [0.0, 1.0]]), np.zeros(2), np.zeros(2))
    model = oc.EnergyModel("energy", 2).native
    with pytest.raises(ValueError, match="no loss known here"):
        model.parts("mle", {"centre": np.zeros((1, 2))})
    with pytest.raises(ValueError, match="`v` has the shape"):
        model.parts("ssm", {"centre": np.zeros((1, 2)), "v": np.zeros((2, 2))})
    with pytest.raises(ValueError, match="is not a finite number > 0"):
        model.parts("dsm", {"centre": np.zeros((1, 2)), "variance": np.zeros(1)})
    with pytest.raises(ValueError, match="no `centre`"):
        model.parts("dsm", {})


def test_check_loss_takes_losses_of_score_matching():
    findings = oc.check_loss(sliced("rademacher"), "energy", objective="ssm", projections="rademacher", scale=1.0)
    assert findings.verdict == "right", findings
    assert not oc.check_loss(sliced("rademacher", square=1.0), "energy").passes
    with pytest.raises(ValueError, match="`weight` does not apply"):
        oc.check_loss(sliced(), "energy", weight="snr")
    with pytest.raises(ValueError, match="`objective` does not apply"):
        oc.check_loss(sliced(), oc.Case(oc.Gaussian([0.5], [[2.0]]), oc.VP.linear()), objective="ssm")
