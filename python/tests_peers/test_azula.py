"""azula through its adapter: right samplers pass, the Rosenbrock one mixes two times, and its twin does not."""

from __future__ import annotations

import pytest
import torch

import ouracle as oc
from ouracle.adapters import Unsupported, azula
from ouracle.study import azula as study
from ouracle.study import cases
from ouracle.study.twins import with_method

torch.set_num_threads(1)
SAMPLERS = azula.samplers()
NOMINAL = {nominal.id: nominal for nominal in study.NOMINAL}


def check(kind, nominal):
    return study.ask(kind, nominal, "ve")()


@pytest.mark.parametrize("name", ["DDIM", "Heun", "xEAB/order=3"])
def test_right_samplers(name):
    nominal = NOMINAL[name]
    findings = check(SAMPLERS[nominal.name], nominal)
    assert findings.passes, findings


def test_the_rosenbrock_sampler_is_of_first_order_and_its_twin_is_not():
    nominal, kind = NOMINAL["REAB/order=2"], SAMPLERS["REABSampler"]
    assert check(kind, nominal).of("order").verdict == "wrong"
    twin = with_method(kind, "__call__", study.MIXED, study.MENDED)
    assert twin is not None
    assert check(twin, nominal).of("order").verdict == "right"


def test_eta_is_a_convention():
    assert study.amount_of_noise(SAMPLERS["DDIMSampler"])().verdict == "convention"


def test_a_wrong_sampler_is_wrong():
    class Shifted(SAMPLERS["DDIMSampler"]):
        """DDIM that takes the noise of the level where it ends."""

        def step(self, x_t, t, s, **kwargs):
            alpha_s, sigma_s = self.denoiser.schedule(s)
            mean = self.denoiser(x_t, t).mean
            return alpha_s * mean + sigma_s * (x_t - alpha_s * mean) / sigma_s

    assert check(Shifted, NOMINAL["DDIM"]).verdict == "wrong"


@pytest.mark.parametrize("at", [1.0, 0.5])
def test_first_states(at):
    assert study.start(SAMPLERS["DDIMSampler"], at)().verdict == "right"


def test_schedules_keep_a_little_noise_by_convention():
    kinds = azula.noise_schedules()
    assert {"VPSchedule", "VESchedule", "CosineSchedule"} <= set(kinds)
    findings = oc.check_schedule(azula.Schedule(kinds["VPSchedule"]()))
    assert findings.passes and findings.of("scale").verdict == "convention"


def test_denoisers():
    for name, kind, scale in (("SimpleDenoiser", "x0", 1.0), ("KarrasDenoiser", "v", -1.0)):
        assert study.posterior(study.preconditioned(name, kind, scale), name)().verdict == "right"
    # The other sign of v is another network.
    assert study.posterior(study.preconditioned("KarrasDenoiser", "v", 1.0), "KarrasDenoiser")().verdict == "wrong"


def test_a_case_needs_azulas_schedule():
    with pytest.raises(Unsupported, match="azula's own"):
        azula.sampler(SAMPLERS["DDIMSampler"], oc.Case(cases.GAUSSIAN, oc.VP.linear()))
