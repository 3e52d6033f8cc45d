"""check_schedule: right schedules are right, wrong ones are wrong with their cause."""

from __future__ import annotations

import numpy as np
import ouracle as oc
import pytest
from ouracle import check_schedule


def vp(beta_0=0.1, beta_1=20.0, T=1.0):
    """A sound VP schedule: levels and SDE."""

    def integral(t):
        return beta_0 * t + (beta_1 - beta_0) * t * t / (2 * T)

    def levels(t):
        return np.exp(-integral(t) / 2), np.sqrt(-np.expm1(-integral(t)))

    def sde(t):
        beta = beta_0 + (beta_1 - beta_0) * t / T
        return -beta / 2, np.sqrt(beta)

    return levels, sde


@pytest.mark.parametrize("schedule", [oc.VP.linear(), oc.VP.cosine(), oc.SubVP.linear(), oc.VE.geometric(), oc.VP.linear(T=2)])
def test_our_schedules_are_right(schedule):
    findings = check_schedule(schedule, times=(1e-3 * schedule.noise_time, schedule.noise_time), like=schedule, sde=lambda t: with_root(schedule, t))
    assert findings.passes, findings
    assert findings.of("g²").verdict == "right" and findings.of("rate of sigma").verdict == "right"


def with_root(schedule, t):
    drift, noise = schedule.sde(np.atleast_1d(t)).T
    return drift, np.sqrt(noise)


@pytest.mark.parametrize("T", [1.0, 2.0])
def test_a_sound_function_is_right_in_every_respect(T):
    levels, sde = vp(T=T)
    findings = check_schedule(levels, like=oc.VP.linear(T=int(T)), sde=sde, low="float32")
    assert findings.passes, findings
    assert {f.quantity for f in findings} >= {"admissible", "monotone", "scale", "terminal SNR", "f", "g²", "levels", "cancellation"}


def test_cosine_tables_whose_first_alpha_bar_is_one_are_inadmissible():
    steps = np.linspace(0, 1, 100)
    bars = np.cos((steps + 0.008) / 1.008 * np.pi / 2) ** 2
    finding = check_schedule({"alphas_cumprod": bars / bars[0]}).of("admissible")
    assert finding.verdict == "wrong" and "ᾱ is 1" in finding.cause


def test_zero_terminal_snr_is_named_and_refused_only_for_noise_prediction():
    bars = np.linspace(0.99, 0.0, 50)
    assert check_schedule({"alphas_cumprod": bars}).passes
    assert check_schedule({"alphas_cumprod": bars}).of("terminal SNR").verdict == "convention"
    finding = check_schedule({"alphas_cumprod": bars}, predicts=["eps"]).of("admissible")
    assert finding.verdict == "wrong" and "zero terminal SNR" in finding.cause


def test_a_linear_schedule_scaled_to_too_few_steps_has_betas_above_one():
    betas = np.linspace(1e-4 * 100, 0.02 * 100, 10)
    finding = check_schedule({"betas": betas}).of("admissible")
    assert finding.verdict == "wrong" and "beta is 2" in finding.cause


def test_a_repeated_last_sigma_is_a_step_of_no_length():
    sigmas = np.concatenate([np.geomspace(80, 0.02, 20), [0.02]])
    finding = check_schedule({"sigmas": sigmas}).of("monotone")
    assert finding.verdict == "wrong" and "last level is repeated" in finding.cause
    assert check_schedule({"sigmas": np.concatenate([np.geomspace(80, 0.02, 20), [0.0]])}).passes


def test_levels_that_go_back_are_not_monotone():
    sigmas = np.array([80.0, 20.0, 25.0, 1.0])
    assert check_schedule({"sigmas": sigmas}).of("monotone").verdict == "wrong"


@pytest.mark.parametrize(("factor", "name"), [(0.5, "1/2"), (2.0, "2")])
def test_a_factor_two_in_g_squared_is_named(factor, name):
    levels, sde = vp()
    finding = check_schedule(levels, times=(0.0, 1.0), sde=lambda t: (sde(t)[0], np.sqrt(factor) * sde(t)[1])).of("g²")
    assert finding.verdict == "wrong" and f"times {name} " in finding.cause


def test_a_missing_length_of_time_shows_at_t_two():
    levels, sde = vp(T=2.0)
    finding = check_schedule(levels, times=(0.0, 2.0), sde=lambda t: (2 * sde(t)[0], sde(t)[1])).of("f")
    assert finding.verdict == "wrong" and "times 2" in finding.cause


def test_g_squared_for_g_is_named():
    levels, sde = vp()
    finding = check_schedule(levels, times=(0.0, 1.0), sde=lambda t: (sde(t)[0], sde(t)[1] ** 2)).of("g²")
    assert finding.verdict == "wrong" and "variance for a standard deviation" in finding.cause


def test_half_a_rate_of_sigma_is_named():
    schedule = oc.VP.linear()

    def rows(t):
        alpha, sigma, alpha_rate, sigma_rate = schedule.rows(np.atleast_1d(t)).T
        return alpha, sigma, alpha_rate, sigma_rate / 2

    findings = check_schedule(rows, times=(0.001, 1.0))
    assert findings.of("rate of alpha").verdict == "right"
    assert findings.of("rate of sigma").verdict == "wrong" and "1/2" in findings.of("rate of sigma").cause


def test_the_missing_logarithm_of_a_geometric_schedule_is_named():
    def levels(t):
        return np.ones_like(t), 0.01 * 5000.0**t

    findings = check_schedule(levels, times=(0.0, 1.0), sde=lambda t: (np.zeros_like(t), 0.01 * 5000.0**t))
    assert findings.of("g²").verdict == "wrong" and "2 ln(σ_max/σ_min)" in findings.of("g²").cause


def test_kinks_are_left_out_and_not_reported():
    def levels(t):
        sigma = np.where(t < 0.4, 0.1 + t, 0.5 + 5 * (t - 0.4))
        return np.ones_like(t), sigma, np.zeros_like(t), np.where(t < 0.4, 1.0, 5.0)

    assert check_schedule(levels, times=(0.0, 1.0)).passes


def test_wrong_betas_are_read_off_the_levels():
    # β_d = 19.1 in the place of 19.9: σ_max 124.6 for 152.2.
    finding = check_schedule(vp(0.1, 19.2)[0], like=oc.VP.linear()).of("levels")
    assert finding.verdict == "wrong" and "VP.linear(0.1, 19.2)" in finding.cause


def test_a_variance_for_a_standard_deviation_is_named():
    levels, _ = vp()
    finding = check_schedule(lambda t: (levels(t)[0], levels(t)[1] ** 2), like=oc.VP.linear()).of("levels")
    assert finding.verdict == "wrong" and "variance" in finding.cause


@pytest.mark.parametrize(
    ("schedule", "times", "words"),
    [
        (lambda t: vp()[0](1 - t), (1.0, 0.0), "other way"),
        (lambda t: vp()[0](t / 999), (0.0, 999.0), "999"),
        (lambda t: (np.ones_like(t), vp()[0](t)[1] / vp()[0](t)[0]), (0.0, 1.0), "α = 1"),
    ],
)
def test_conventions_are_no_errors(schedule, times, words):
    findings = check_schedule(schedule, times=times, like=oc.VP.linear())
    assert findings.passes and findings.of("levels").verdict == "convention" and words in findings.of("levels").cause


def test_ends_whose_square_is_missing_are_named():
    finding = check_schedule({"sigmas": np.geomspace(100.0, 0.02, 30)}, ends=(0.02**2, 100.0**2)).of("ends")
    assert finding.verdict == "wrong" and "a square is missing" in finding.cause


def test_discretisations_are_named():
    n = 1000
    betas = np.linspace(0.1 / n, 20 / n, n)
    assert "β(t)·T/n at the times i/(n − 1)" in check_schedule({"betas": betas}, like=oc.VP.linear()).of("levels").because
    exact = oc.VP.linear().rows((np.arange(n) + 1) / n)[:, 0] ** 2
    assert "exact levels at the times (i + 1)/n" in check_schedule({"alphas_cumprod": exact}, like=oc.VP.linear()).of("levels").because
    assert check_schedule({"betas": betas * 1.01}, like=oc.VP.linear()).of("levels").verdict == "wrong"


def test_products_that_lag_behind_their_betas_are_named():
    betas = np.linspace(1e-4, 0.02, 50)
    products = np.cumprod(1 - betas)
    assert check_schedule({"betas": betas, "alphas_cumprod": products}).passes
    lagging = np.concatenate([[0.99999], products[:-1]])
    assert check_schedule({"betas": betas, "alphas_cumprod": lagging}).of("betas").verdict == "wrong"


def test_cancellation_grows_as_noise_goes():
    def levels(t):
        alpha = np.exp(-(0.1 * t + 19.9 * t * t / 2) / 2)
        return alpha, np.sqrt(1 - alpha**2)

    finding = check_schedule(levels, times=(0.0, 1.0), low="float32").of("cancellation")
    assert finding.verdict == "wrong" and "expm1" in finding.cause


def test_single_precision_tables_are_judged_in_single_precision():
    bars = oc.Table.ddpm().alphas_cumprod
    table = np.cumprod(1 - np.linspace(1e-4, 0.02, 1000, dtype=np.float32), dtype=np.float32)
    assert check_schedule(table, like=oc.Table.ddpm()).passes
    assert check_schedule(table * np.float32(1.001), like=oc.Table.ddpm()).of("levels").verdict == "wrong"
    assert check_schedule(bars, like=oc.Table.ddpm(T=999)).of("levels").verdict == "wrong"


def test_hostile_schedules_become_findings_or_clear_errors():
    assert check_schedule(lambda t: (t * np.nan, t), times=(0.0, 1.0)).verdict == "wrong"
    assert check_schedule(lambda t: 1 / 0, times=(0.0, 1.0)).verdict == "fault"
    levels, _ = vp()
    findings = check_schedule(levels, times=(0.0, 1.0), sde=lambda t: 1 / 0)
    assert findings.verdict == "fault" and findings.of("admissible").verdict == "right"
    with pytest.raises(ValueError, match="times"):
        check_schedule(levels)
    with pytest.raises(ValueError, match="could be"):
        check_schedule(np.linspace(1e-4, 0.02, 10))
    with pytest.raises(ValueError, match="no table"):
        check_schedule({"beta": [0.1]})


def probed(add_noise, times):
    """The levels of a package's noising function, which is linear in data and noise."""
    return np.array([[add_noise(1.0, 0.0, t), add_noise(0.0, 1.0, t)] for t in times])


def test_a_noising_function_is_a_schedule():
    schedule = oc.EDM()
    times = np.geomspace(0.01, 80, 40)

    def levels_of(add_noise):
        rows = probed(add_noise, times)
        return check_schedule(lambda t: (np.interp(t, times, rows[:, 0]), np.interp(t, times, rows[:, 1])), times=times, like=schedule).of("levels")

    assert levels_of(lambda x, e, t: x + t * e).verdict == "right"
    # The variance-preserving state of a scheduler that is parametrised by σ.
    scaled = levels_of(lambda x, e, t: (x + t * e) / np.sqrt(1 + t * t))
    assert scaled.verdict == "convention" and "scaled to α² + σ² = 1" in scaled.cause
    # The variance in the place of the standard deviation.
    squared = levels_of(lambda x, e, t: x + t * t * e)
    assert squared.verdict == "wrong" and "a variance" in squared.cause
