"""check_sde: right coefficients in any shape are right, and each wrong one is wrong for its own reason."""

from __future__ import annotations

import numpy as np
import pytest

import ouracle as oc


def beta(t, T=1.0):
    return 0.1 + 19.9 * t / T


def integral(t, T=1.0):
    return 0.1 * t + 9.95 * t**2 / T


def column(t, x):
    return np.reshape(t, (-1, 1)) * np.ones_like(x)


def vp(T=1.0, drift=1.0, noise=1.0, spread=lambda v: v):
    def marginal(x, t):
        s = column(t, x)
        return np.exp(-integral(s, T) / 2) * x, np.sqrt(spread(-np.expm1(-integral(s, T))))

    return oc.Sde(lambda x, t: -0.5 * drift * beta(column(t, x), T) * x, lambda x, t: np.sqrt(noise * beta(np.asarray(t), T)), marginal)


def test_a_right_sde_is_right_at_both_ends_of_time():
    findings = oc.check_sde(vp, lambda T: oc.VP.linear(T=T), horizons=(1, 2))
    assert len(findings) == 8 and findings.verdict == "right", findings


@pytest.mark.parametrize(
    "sde",
    [
        oc.Sde(lambda t, x: -0.5 * beta(t) * x, lambda t, x: np.sqrt(beta(t))),
        oc.Sde(lambda x, t: -0.5 * beta(column(t, x)) * x, lambda t: np.sqrt(beta(t))),
        oc.Sde(lambda x, t: -0.5 * beta(column(t, x)) * x, lambda x, t: np.sqrt(beta(column(t, x)))),
        oc.Sde(lambda t, x: -0.5 * beta(t) * x, lambda t, x: np.sqrt(beta(t)) * np.eye(3)),
        oc.Sde(lambda t, x: -0.5 * beta(t) * x, lambda t, x: np.sqrt(beta(t)) * np.tile(np.eye(3), (5, 1, 1))),
        oc.Sde(lambda t, x: -0.5 * beta(t) * x, lambda t, x: np.sqrt(beta(t)) * np.ones(3)),
    ],
)
def test_orders_of_arguments_and_shapes_are_found_out(sde):
    findings = oc.check_sde(sde, oc.VP.linear())
    assert findings.verdict == "right", findings


@pytest.mark.parametrize(
    ("options", "quantity", "words"),
    [
        (dict(drift=2.0), "drift", "twice"),
        (dict(drift=0.5), "drift", "half"),
        (dict(drift=-1.0), "drift", "wrong sign"),
        (dict(noise=0.5), "diffusion", "a factor 2 is missing in g²"),
        (dict(noise=2.0), "diffusion", "twice"),
        (dict(spread=lambda v: v**2), "marginal", "standard deviation is a variance"),
        (dict(spread=np.sqrt), "marginal", "variance is a standard deviation"),
    ],
)
def test_factors_are_found_and_named(options, quantity, words):
    findings = oc.check_sde(vp(**options), oc.VP.linear())
    finding = findings.of(quantity)
    assert finding.verdict == "wrong" and words in finding.cause, finding
    assert findings.of("moment equations").verdict == "wrong"


@pytest.mark.parametrize(("power", "words"), [(2.0, "g², not g"), (0.5, "root of the diffusion is taken twice")])
def test_squares_and_roots_of_the_diffusion_are_named(power, words):
    right = vp()
    sde = oc.Sde(right.drift, lambda x, t: right.diffusion(x, t) ** power, right.marginal)
    findings = oc.check_sde(sde, oc.VP.linear())
    assert words in findings.of("diffusion").cause
    assert findings.of("moment equations").cause


def test_a_missing_factor_of_the_horizon_shows_at_two_alone():
    def make(T):
        return oc.Sde(lambda t, x: -0.5 * beta(t, T) * x, lambda t, x: np.sqrt(beta(t, T)))

    def wrong(T):
        # On [0, T] the integral of β should be that of [0, 1], so that β has a factor 1/T, which is forgotten.
        return oc.Sde(lambda t, x: -0.5 * beta(t, T) * x, lambda t, x: np.sqrt(beta(t, T)))

    def schedule(T):
        return oc.VP.linear(beta_0=str(0.1 / T), beta_1=str(20 / T), T=T)

    assert oc.check_sde(make, lambda T: oc.VP.linear(T=T), horizons=(1, 2)).verdict == "right"
    findings = oc.check_sde(wrong, schedule, horizons=(1, 2))
    assert findings.of("drift at T = 1").verdict == "right"
    assert findings.of("drift at T = 2").verdict == "wrong" and "1/T" in findings.of("drift at T = 2").cause


def test_time_from_noise_to_data_is_a_convention():
    sde = oc.Sde(lambda t, x: 0.5 * beta(1 - t) * x, lambda t, x: np.sqrt(beta(1 - t)))
    findings = oc.check_sde(sde, oc.VP.linear())
    assert {f.verdict for f in findings} == {"convention"} and "noise to data" in findings[0].cause


def test_a_geometric_schedule_without_the_range_of_its_levels():
    low, high = 0.01, 50.0
    sigma = lambda t: low * (high / low) ** t  # noqa: E731
    right = oc.Sde(lambda t, x: 0 * x, lambda t, x: sigma(t) * np.sqrt(2 * np.log(high / low)))
    wrong = oc.Sde(lambda t, x: 0 * x, lambda t, x: sigma(t))
    schedule = oc.VE.geometric(low, 50)
    assert oc.check_sde(right, schedule).verdict == "right"
    finding = oc.check_sde(wrong, schedule).of("diffusion")
    assert finding.verdict == "wrong" and "2 ln(σ₊/σ₋)" in finding.cause
    assert abs(finding.exact / finding.got - 17.03) < 0.01


def test_a_noise_that_stays_at_the_data_is_a_convention():
    low, high = 0.01, 50.0
    sigma = lambda t: low * (high / low) ** t  # noqa: E731
    sde = oc.Sde(lambda t, x: 0 * x, lambda t, x: sigma(t) * np.sqrt(2 * np.log(high / low)), lambda t, x: (x, sigma(t)))
    findings = oc.check_sde(sde, oc.VE.geometric(low, 50))
    assert findings.of("moment equations").verdict == "right"
    assert findings.of("marginal").verdict == "convention" and "keeps 0.0001 of noise" in findings.of("marginal").cause


def test_without_a_schedule_the_moment_equations_decide_and_kinks_are_left_out():
    times = [0.2, 0.5, 0.8]
    assert oc.check_sde(vp(), times=times).verdict == "right"
    # β jumps at 0.5, so that the marginals have a kink there.
    total = lambda t: np.where(t < 0.5, t, 0.5 + 3 * (t - 0.5))  # noqa: E731
    rate = lambda t: np.where(t < 0.5, 1.0, 3.0)  # noqa: E731
    kinked = oc.Sde(
        lambda t, x: -0.5 * rate(t) * x,
        lambda t, x: np.sqrt(rate(t)),
        lambda t, x: (np.exp(-total(t) / 2) * x, np.sqrt(-np.expm1(-total(t)))),
    )
    finding = oc.check_sde(kinked, times=[0.3, 0.5, 0.7, 0.2, 0.8]).of("moment equations")
    assert finding.verdict == "right" and "kink" in finding.because, finding


def test_hostile_subjects_become_findings_and_bad_questions_errors():
    def raises(*_):
        raise RuntimeError("no")

    assert oc.check_sde(oc.Sde(raises, raises), oc.VP.linear()).verdict == "fault"
    assert oc.check_sde(oc.Sde(lambda x, t: np.zeros(2), lambda t: 1.0), oc.VP.linear()).verdict == "fault"
    crooked = oc.Sde(lambda t, x: -0.5 * beta(t) * x * np.array([1.0, 1.1, 1.0]), lambda t, x: np.sqrt(beta(t)))
    assert oc.check_sde(crooked, oc.VP.linear()).of("linearity").verdict == "wrong"
    with pytest.raises(ValueError, match="marginals"):
        oc.check_sde(oc.Sde(raises, raises))
    with pytest.raises(ValueError, match="horizons"):
        oc.check_sde(lambda T: None, oc.VP.linear())
