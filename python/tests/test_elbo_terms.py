"""check_elbo_terms: every term by itself."""

from __future__ import annotations

import numpy as np
import ouracle as oc
import pytest
from ouracle import check_elbo_terms
from ouracle.miniatures.bounds import bound

LAW = oc.Gaussian([0.7, -0.4, 0.3], [[1, 0.6, -0.2], [0.6, 0.8, 0.1], [-0.2, 0.1, 0.3]])


def chain():
    return oc.Case(LAW, oc.Table.ddpm(2e-2, 0.5, T=8))


def test_a_sound_bound_is_right_and_its_unit_found_out():
    case = chain()
    findings = check_elbo_terms(bound(case), case)
    assert findings.passes, findings
    assert findings.of("unit").got == "bits/dim" and findings.of("unit").verdict == "convention"
    assert "the cleanest step first" in findings.of("diffusion").because and "denoised σ²" in findings.of("reconstruction").because


@pytest.mark.parametrize(
    ("mistake", "term", "words"),
    [
        ("log σ for log σ²", "prior", "stands for log σ²"),
        ("t is never updated", "diffusion", "never updated"),
        ("last step masked", "diffusion", "step 7 is masked out"),
        ("other sign of expm1", "diffusion", "other sign"),
        ("no prior in the total", "total", "left out"),
        ("σ for σ² in the decoder", "reconstruction", ""),
        ("3072 dimensions", "prior", ""),
    ],
)
def test_mistakes_are_named(mistake, term, words):
    case = chain()
    findings = check_elbo_terms(bound(case, mistake), case, unit="bits/dim", decoder="denoised σ²")
    assert findings.of(term).verdict == "wrong" and words in findings.of(term).cause, findings


def variational(case, levels, *, reverse=False, unit=1.0, with_decoder=False):
    """A variational diffusion model: expm1 of the differences of γ."""
    eps = case.field("eps")
    times = [float(t) for t in levels]

    def terms(x):
        def draw(t):
            level = case.schedule.level(t)
            noise = np.random.standard_normal(x.shape)
            return level, level.alpha * x + level.sigma * noise, noise

        steps = []
        for s, t in zip(times, times[1:]):
            level, z, noise = draw(t)
            gap = 2 * (case.schedule.level(s).half_log_snr - level.half_log_snr)
            steps.append(np.expm1(gap) / 2 * np.sum((noise - eps(z, t)) ** 2))
        last = case.schedule.level(times[-1])
        prior = np.sum(last.alpha**2 * x**2 + last.sigma**2 - 1 - np.log(last.sigma**2)) / 2
        first, z, _ = draw(times[0])
        ratio = first.ratio**2
        decoded = np.sum((x - z / first.alpha) ** 2 / ratio + np.log(2 * np.pi * ratio)) / 2
        diffusion = np.array([decoded, *steps] if with_decoder else steps)[:: -1 if reverse else 1]
        return {"prior": prior * unit, "diffusion": diffusion * unit, "reconstruction": decoded * unit}

    return terms


@pytest.mark.parametrize("reverse", [False, True])
@pytest.mark.parametrize("unit", [1.0, 1 / np.log(2)])
@pytest.mark.parametrize("with_decoder", [False, True])
def test_order_unit_and_place_of_the_decoder_are_found_out(reverse, unit, with_decoder):
    case, times = oc.Case(LAW, oc.VP.linear(0.1, 4)), np.linspace(0.05, 1, 6)
    levels = [case.schedule.level(t) for t in times]
    findings = check_elbo_terms(variational(case, times, reverse=reverse, unit=unit, with_decoder=with_decoder), case, levels=levels)
    assert findings.passes, findings
    assert ("noisiest" in findings.of("diffusion").because) == reverse
    assert "`likelihood`" in findings.of("reconstruction").because


def test_terms_in_different_units_are_wrong():
    case, times = oc.Case(LAW, oc.VP.linear(0.1, 4)), np.linspace(0.05, 1, 6)
    levels = [case.schedule.level(t) for t in times]
    good = variational(case, times)

    def mixed(x):
        return {name: value / np.log(2) if name == "prior" else value for name, value in good(x).items()}

    finding = check_elbo_terms(mixed, case, levels=levels).of("prior")
    assert finding.verdict == "wrong" and "in bits, the other terms in nats" in finding.cause


def test_a_frozen_loop_in_a_sum_of_the_steps_is_named():
    case = chain()
    inner = bound(case, "t is never updated")

    def terms(x):
        found = inner(x)
        return {"prior": found["prior"], "diffusion": np.sum(found["diffusion"])}

    finding = check_elbo_terms(terms, case, unit="bits/dim").of("diffusion")
    assert finding.verdict == "wrong" and "never updated" in finding.cause


def test_a_decoder_on_a_lattice_is_no_quadratic_function_and_its_gap_is_told():
    case = chain()
    inner = bound(case)

    def terms(x):
        return {**inner(x), "reconstruction": np.abs(np.sum(x)), "total": 0.0}

    findings = check_elbo_terms(terms, case, unit="bits/dim", bin=2 / 256)
    finding = findings.of("reconstruction")
    assert finding.verdict == "undecided" and "lattice gap" in finding.because
    assert findings.of("prior").verdict == "right"


def test_the_lattice_gap_is_that_of_the_catalogue():
    # ln(bin/(s √(2πe))) for s = e^{−6.65} and bins of 1/128: −1.79 nats... of one dimension.
    from ouracle import _native

    sigma = np.exp(-6.65)
    gap = _native.lattice_gap(oc.Gaussian(0.0, 1.0).native, [1.0, float(sigma)], 1 / 128)
    assert abs(gap - np.log((1 / 128) / (sigma * np.sqrt(2 * np.pi * np.e)))) < 1e-14


def test_hostile_terms_become_findings():
    case = chain()
    assert check_elbo_terms(lambda x: {"prior": 1 / 0}, case).verdict == "fault"
    assert check_elbo_terms(lambda x: {}, case).verdict == "fault"
    assert check_elbo_terms(lambda x: {"kl": 1.0}, case).verdict == "fault"
    assert check_elbo_terms(lambda x: {"prior": np.zeros(4)}, case).verdict == "fault"
    with pytest.raises(ValueError, match="levels"):
        check_elbo_terms(lambda x: {}, oc.Case(LAW, oc.VP.linear()))
    with pytest.raises(ValueError, match="no unit"):
        check_elbo_terms(lambda x: {}, case, unit="bananas")
