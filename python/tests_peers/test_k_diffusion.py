"""k-diffusion through its adapter: right samplers pass, the one with a lost factor does not, and what is new is still driven."""

from __future__ import annotations

import pytest
import torch

import ouracle as oc
from ouracle.adapters import Unsupported, k_diffusion
from ouracle.recursion import Recursion
from ouracle.study import cases
from ouracle.study import k_diffusion as study
from ouracle.study.k_diffusion import DOUBLED, END, HALVED, levels
from ouracle.study.twins import patched

torch.set_num_threads(1)
SAMPLERS = k_diffusion.samplers()
STEPS = (10, 20, 40)


def case() -> oc.Case:
    return oc.Case(cases.GAUSSIAN, oc.EDM())


def check(function, order, steps=STEPS, noise=None, **options):
    world = case()
    sampler = k_diffusion.sampler(function, world, noise=noise, **options)
    return oc.check_order(sampler, world, order=order, steps=steps, end=END, framework="torch")[0]


def test_samplers_are_found_by_name():
    assert {"sample_euler", "sample_heun", "sample_dpmpp_2m", "sample_dpmpp_3m_sde"} <= set(SAMPLERS)


@pytest.mark.parametrize(("name", "recursion"), [("sample_euler", "ddim"), ("sample_dpmpp_2m", "dpm-solver++2m")])
def test_recursions(name, recursion):
    world = case()
    sampler = k_diffusion.sampler(SAMPLERS[name], world)
    exact = Recursion(recursion, eta=0.0)
    findings = oc.check_sampler(sampler, world, steps=12, recursion=exact, levels=levels, deterministic=True, end=END, framework="torch")
    assert findings.passes, findings


def test_the_third_order_sampler_is_of_second_order_and_doubling_mends_it():
    function = SAMPLERS["sample_dpmpp_3m_sde"]
    finding = check(function, 3, (20, 40, 80, 160), eta=0.0)
    assert finding.verdict == "wrong" and "double d2" in finding.cause
    twin = patched(function, HALVED, DOUBLED)
    assert twin is not None
    assert check(twin, 3, (20, 40, 80, 160), eta=0.0).verdict == "right"


def test_brownian_noise_is_what_the_sde_sampler_needs():
    function = SAMPLERS["sample_dpmpp_sde"]
    brownian = check(function, 2, noise=k_diffusion.brownian)
    independent = check(function, 2, (20, 40, 80), noise=k_diffusion.independent)
    assert (brownian.verdict, independent.verdict) == ("right", "wrong")


def test_brownian_increments_add_up():
    torch.manual_seed(0)
    sample = k_diffusion.brownian(torch.zeros(20_000, 1, dtype=torch.float64))
    whole = sample(4.0, 1.0) * 3**0.5
    first, second = sample(4.0, 2.0) * 2**0.5, sample(2.0, 1.0)
    assert torch.allclose(first + second, whole)
    # Five standard errors of variances and covariances of 20 000 draws.
    for value, exact in ((first.var(), 2.0), (second.var(), 1.0), ((first * second).mean(), 0.0)):
        assert abs(float(value) - exact) < 5 * 2**0.5 * 2 / 20_000**0.5


def test_a_sampler_of_another_version_is_driven_by_its_signature():
    def sample_new(model, x, sigmas, extra_args=None, disable=None, eta=0.0):
        for a, b in zip(sigmas, sigmas[1:]):
            x = x + (x - model(x, a * x.new_ones(len(x)))) / a * (b - a)
        return x

    assert check(sample_new, 1).verdict == "right"


@pytest.mark.parametrize(
    ("old", "new", "amount"),
    [
        # Noise at every step although it is switched off.
        ("gamma = min(s_churn", "gamma = max(s_churn", 0.0),
        # A variance for a standard deviation, and a window that is not looked at.
        ("(sigma_hat ** 2 - sigmas[i] ** 2) ** 0.5", "(sigma_hat ** 2 - sigmas[i] ** 2)", 10.0),
        ("if s_tmin <= sigmas[i] <= s_tmax else 0.", "if True else 0.", 10.0),
    ],
)
def test_churn(old, new, amount):
    right = SAMPLERS["sample_euler"]
    wrong = patched(right, old, new)
    assert wrong is not None
    assert study.churn(right, "sample_euler", "euler", amount)().verdict == "right"
    assert study.churn(wrong, "sample_euler", "euler", amount)().verdict == "wrong"


def test_all_data_at_one_point():
    right = SAMPLERS["sample_euler"]
    # The last step has no length, so the noise of the last level stays.
    short = patched(right, "dt = sigmas[i + 1] - sigma_hat", "dt = max(sigmas[i + 1], sigmas[-2]) - sigma_hat")
    assert short is not None
    assert study.landing(right, "euler", {})().verdict == "right"
    assert study.landing(short, "euler", {})().verdict == "wrong"


def test_what_cannot_be_driven_says_why():
    with pytest.raises(Unsupported, match="chooses its steps"):
        k_diffusion.sampler(SAMPLERS["sample_dpm_adaptive"], case())
    with pytest.raises(Unsupported, match="needs `guide`"):
        k_diffusion.sampler(lambda model, x, sigmas, guide: x, case())
    with pytest.raises(Unsupported, match="takes no `order`"):
        k_diffusion.sampler(SAMPLERS["sample_euler"], case(), order=2)
