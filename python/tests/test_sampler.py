"""check_sampler and check_order: right subjects are right, and each wrong one is wrong for its own reason."""

from __future__ import annotations

import numpy as np
import pytest
from samplers import END, ancestral, ddim, euler, gaussian, heun, multistep, sigmas

import ouracle as oc


def table_case() -> oc.Case:
    return oc.Case(gaussian(), oc.Table.ddpm())


def edm_case(law: oc.Gaussian | oc.Mixture | None = None) -> oc.Case:
    return oc.Case(law or gaussian(), oc.EDM())


@pytest.mark.parametrize(
    ("make", "recursion"),
    [
        (ancestral, oc.Recursion("ancestral-posterior")),
        (lambda case: ancestral(case, late_variance=True), oc.Recursion("ancestral-forward")),
        (ddim, oc.Recursion("ddim", eta=0.0)),
        (lambda case: ddim(case, 0.5), oc.Recursion("ddim", eta=0.5)),
        (lambda case: ddim(case, 1.0), oc.Recursion("ancestral-posterior")),
    ],
)
def test_a_thousand_steps_agree_with_the_exact_recursion(make, recursion):
    case = table_case()
    finding = oc.check_sampler(make(case), case, recursion=recursion).of("recursion")
    assert finding.verdict == "right", finding
    # The budget is derived, and still far below anything that a slip would cause.
    assert finding.error <= finding.tolerance < 1e-9


@pytest.mark.parametrize(("make", "recursion"), [(euler, "euler"), (euler, "ddim"), (heun, "heun")])
def test_a_thousand_steps_in_sigma_agree_with_the_exact_recursion(make, recursion):
    case = edm_case()
    named = oc.Recursion(recursion, eta=0.0)
    finding = oc.check_sampler(make(case), case, steps=1000, recursion=named, levels=lambda n: [oc.Level(1, s) for s in sigmas(n)], end=END).of("recursion")
    assert finding.verdict == "right", finding
    assert finding.error <= finding.tolerance < 1e-9


@pytest.mark.parametrize(
    ("make", "recursion"),
    [
        (lambda case: ancestral(case, shifted=True), oc.Recursion("ancestral-posterior")),
        (lambda case: ancestral(case, late_variance=True), oc.Recursion("ancestral-posterior")),
        (lambda case: ddim(case, 0.5, forget_tau=True), oc.Recursion("ddim", eta=0.5)),
        (ddim, oc.Recursion("ddim", eta=0.1)),
    ],
)
def test_a_slip_in_the_recursion_is_wrong(make, recursion):
    case = table_case()
    assert oc.check_sampler(make(case), case, recursion=recursion).verdict == "wrong"


@pytest.mark.parametrize(("make", "order"), [(euler, 1), (heun, 2), (lambda case: multistep(case, 1.0), 2)])
def test_orders_are_what_they_should_be(make, order):
    case = edm_case()
    assert oc.check_order(make(case), case, order=order, end=END).verdict == "right"
    assert oc.check_order(make(case), case, order=order + 1, end=END).verdict == "wrong"


def test_a_missing_factor_two_in_a_divided_difference_is_named():
    case = edm_case()
    finding = oc.check_order(multistep(case, 1.0), case, order=3, end=END).of("order")
    assert finding.verdict == "wrong"
    assert "factor 2 is missing" in finding.cause


def test_the_cause_is_not_named_when_it_is_another():
    case = edm_case()
    finding = oc.check_order(heun(case, stale_slope=True), case, order=2, end=END).of("order")
    assert finding.verdict == "wrong"
    assert "factor 2" not in finding.cause
    assert "DDIM" in finding.cause, "Heun with the old slope twice is Euler, which is DDIM"


def test_churn_by_max_for_min_draws_noise_that_was_switched_off():
    case = edm_case()
    right = oc.check_sampler(heun(case), case, deterministic=True, end=END)
    assert right.of("draws").verdict == "right" and right.passes
    assert oc.check_sampler(heun(case, churn_by="max"), case, deterministic=True, end=END).of("draws").verdict == "wrong"


def test_a_mixture_is_checked_by_its_quantiles():
    case = edm_case(oc.Mixture([0.3, 0.7], [-1.0, 0.8], [0.04, 0.09]))
    assert oc.check_sampler(heun(case), case, order=2, end=END).verdict == "right"
    assert oc.check_sampler(heun(case, stale_slope=True), case, order=2, end=END).verdict == "wrong"


def test_a_sampler_that_ends_elsewhere_does_not_converge():
    case = edm_case()
    inner = heun(case)
    findings = oc.check_sampler(lambda noise, steps: 1.01 * inner(noise, steps), case, end=END)
    assert findings.of("convergence").verdict == "wrong"
    assert "the right ones times about 1.01" in findings.of("convergence").cause


def test_a_sampler_that_forgets_its_last_step_is_told_so():
    case = edm_case()
    denoiser = case.field("D")

    def sample(noise, steps):
        x, levels = 80.0 * noise, np.geomspace(80.0, 0.3, steps + 1)
        for a, b in zip(levels, levels[1:]):
            x = x + (b - a) * (x - denoiser(x, a)) / a
        denoiser(x, 0.3)
        return x

    assert "last step is missing" in oc.check_sampler(sample, case).of("convergence").cause


def test_noise_out_of_reach_falls_back_to_samples_and_says_so():
    case = edm_case(oc.Gaussian([0.5], 0.25))
    inner, own = heun(case), np.random.default_rng(7)

    def sample(noise, steps):
        return inner(own.standard_normal(noise.shape), steps)

    finding = oc.check_sampler(sample, case, end=END).of("law")
    assert finding.verdict == "consistent"
    assert "No tape" in finding.because and finding.tolerance > 0

    def drifting(noise, steps):
        return sample(noise, steps) + 0.003 * steps

    assert oc.check_sampler(drifting, case, end=END).of("law").verdict == "wrong"


def test_a_subject_that_returns_nonsense_gets_no_verdict_of_right():
    case = edm_case()
    for nonsense in (lambda noise, steps: np.full_like(noise, np.nan), lambda noise, steps: noise[:1]):
        assert not oc.check_sampler(nonsense, case, end=END).passes


def test_a_subject_that_raises_is_a_fault_and_loses_nothing():
    case = edm_case()
    inner = euler(case)

    def brittle(noise, steps):
        if steps > 80:
            raise RuntimeError("out of levels")
        return inner(noise, steps)

    for findings in (oc.check_order(brittle, case, order=1, end=END), oc.check_sampler(brittle, case, order=1, end=END)):
        assert findings.of("run").verdict == "fault" and findings.verdict == "fault"
        assert "out of levels" in findings.of("run").because and "with 160 steps" in findings.of("run").because
        assert findings.of("order").verdict == "right", "three numbers of steps were enough"
    mixture = edm_case(oc.Mixture([0.5, 0.5], [-1.0, 1.0], [0.1, 0.1]))
    assert oc.check_sampler(lambda noise, steps: 1 / 0, mixture).verdict == "fault"
    assert oc.check_sampler(lambda noise, steps: np.nan * noise + 0 * euler(mixture)(noise, steps), mixture).verdict == "fault"


def test_a_singlestep_solver_is_recognised_by_the_levels_of_its_steps():
    case = edm_case()
    denoiser = case.field("D")

    def midpoint(noise, steps):
        x = 80.0 * noise
        for a, b in zip(sigmas(steps), sigmas(steps)[1:]):
            middle = (a + b) / 2
            half = x + (middle - a) * (x - denoiser(x, a)) / a
            x = x + (b - a) * (half - denoiser(half, middle)) / middle
        return x

    assert oc.check_sampler(midpoint, case, steps=40, recursion="midpoint", end=END).of("recursion").verdict == "right"
    assert oc.check_sampler(midpoint, case, steps=40, recursion="dpm-solver-3", end=END).of("recursion").verdict == "undecided"


def test_one_number_of_steps_decides_nothing():
    case = edm_case()
    assert oc.check_sampler(heun(case), case, steps=40, end=END).verdict == "undecided"


def test_bad_questions_are_refused_in_words():
    case = edm_case()
    with pytest.raises(ValueError, match="at least three numbers of steps"):
        oc.check_order(heun(case), case, order=2, steps=(20, 40))
    with pytest.raises(ValueError, match="choose one of"):
        oc.check_sampler(heun(case), case, steps=20, recursion="huen", end=END)
    with pytest.raises(ValueError, match="3 dimensions"):
        oc.check_order(heun(case), case, order=2, shape=(2,))
