"""The key verdicts of the study of diffusers: what is wrong is found, what is right is not."""

from __future__ import annotations

import functools
import inspect

import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("diffusers")

from ouracle.adapters import Unsupported  # noqa: E402
from ouracle.adapters import diffusers as adapter  # noqa: E402
from ouracle.checks import scheduler as checks  # noqa: E402
from ouracle.recursion import Recursion  # noqa: E402
from ouracle.study import diffusers as study  # noqa: E402
from ouracle.study.cases import GAUSSIAN  # noqa: E402

torch.set_num_threads(1)


def sampler(name, **options):
    return adapter.Sampler(f"{name}Scheduler", GAUSSIAN, **options)


def test_every_scheduler_is_driven_or_says_why():
    known = adapter.schedulers()
    assert len(known) > 30
    reasons = {name: adapter.reason(kind) for name, kind in known.items()}
    assert "integer tokens" in reasons["VQDiffusionScheduler"]
    assert "original_image" in reasons["RePaintScheduler"]
    assert "consistency function" in reasons["LCMScheduler"]
    for name in ("DDIM", "DDPM", "EulerDiscrete", "HeunDiscrete", "UniPCMultistep", "FlowMatchEulerDiscrete", "PNDM", "EDMEuler"):
        assert reasons[f"{name}Scheduler"] == ""


def test_what_replaces_all_noise_is_no_field():
    with pytest.raises(Unsupported, match="consistency function"):
        sampler("FlowMatchLCM")


def test_unknown_names_and_parameters_are_named():
    with pytest.raises(ValueError, match="no scheduler `Nope`.*DDIMScheduler"):
        adapter.Sampler("Nope", GAUSSIAN)
    with pytest.raises(ValueError, match="no parameter nope"):
        sampler("DDIM", nope=1)


@pytest.mark.parametrize(
    ("name", "kind", "sign"),
    [("DDIM", "eps", 1), ("FlowMatchEulerDiscrete", "velocity", 1), ("MiniMaxH3", "velocity", -1), ("IPNDM", "v", 1), ("EDMEuler", "F", 1)],
)
def test_the_kind_of_network_is_read_or_inferred(name, kind, sign):
    if f"{name}Scheduler" not in adapter.schedulers():
        pytest.skip(f"this diffusers has no {name}Scheduler")
    found = sampler(name)
    assert (found.kind, found.sign) == (kind, sign)


@pytest.mark.parametrize("name", ["DDPM", "EulerDiscrete", "EulerAncestralDiscrete", "HeunDiscrete", "DPMSolverMultistep", "UniPCMultistep", "PNDM", "SASolver"])
def test_steps_of_sound_schedulers_land_where_they_should(name):
    finding = study.landing(sampler(name, exact_start=True))[0]
    assert finding.verdict == "right", finding


@pytest.mark.parametrize("name", ["DDIM", "PNDM"])
def test_a_fixed_stride_is_found(name):
    subject = sampler(name, timestep_spacing="linspace", exact_start=True)
    finding = study.landing(subject)[0]
    assert finding.verdict == "wrong" and "entry 999 lands on entry" in finding.cause


def test_ddim_on_linspace_is_off_by_what_is_known_and_its_twin_is_right():
    recursion = Recursion("ddim", eta=0.0)
    subject = sampler("DDIM", timestep_spacing="linspace", step={"eta": 0.0})
    finding = study.recursed(subject, recursion, steps=(10,))[0]
    assert finding.verdict == "wrong" and "fixed stride of 1000 // 10" in finding.cause
    assert finding.error == pytest.approx(0.04, rel=0.05)
    mended = study.patched(subject.scheduler, [("step", study.STRIDE, study.LISTED)])
    if mended is None:
        pytest.skip("the source has another text")
    twin = adapter.Sampler(mended, GAUSSIAN, timestep_spacing="linspace", step={"eta": 0.0})
    assert study.recursed(twin, recursion, steps=(10,))[0].verdict == "right"


@pytest.mark.parametrize("eta", [0.0, 1.0])
@pytest.mark.parametrize("one", [True, False])
def test_ddim_on_other_spacings_is_its_recursion(eta, one):
    for spacing in ("leading", "trailing"):
        subject = sampler("DDIM", timestep_spacing=spacing, set_alpha_to_one=one, step={"eta": eta})
        finding = study.recursed(subject, Recursion("ddim", eta=eta), steps=(10,))[0]
        assert finding.verdict == "right" and finding.error < 1e-6


def test_the_shift_of_flow_matching_is_applied_twice():
    finding = checks.check_shift(sampler("FlowMatchEulerDiscrete", shift=3.0))[0]
    assert finding.verdict == "wrong" and "applied twice" in finding.cause
    assert finding.got == pytest.approx(0.00893, abs=1e-5) and finding.exact == pytest.approx(0.00299, abs=1e-5)
    assert finding.error == pytest.approx(5.9e-3, rel=0.01)
    assert checks.check_shift(sampler("FlowMatchEulerDiscrete", shift=1.0))[0].verdict == "right"


SMOOTH = {"use_lu_lambdas": True, "lower_order_final": False, "stop_early": 1}


def test_third_order_is_second_and_doubling_mends_it():
    subject = sampler("DPMSolverMultistep", solver_order=3, **SMOOTH)
    finding = study.converges(subject, order=3, steps=study.CLOSE)[0]
    assert finding.verdict == "wrong" and "double D2" in finding.cause
    mended = study.patched(subject.scheduler, [(study.THIRD, study.DIVIDED, study.DOUBLED)])
    if mended is None:
        pytest.skip("the source has another text")
    assert study.converges(adapter.Sampler(mended, GAUSSIAN, solver_order=3, **SMOOTH), order=3, steps=study.CLOSE)[0].verdict == "right"


def test_second_order_is_second():
    assert study.converges(sampler("DPMSolverMultistep", solver_order=2, **SMOOTH), order=2)[0].verdict == "right"


def test_the_sign_of_the_stochastic_third_order():
    options = {"algorithm_type": "sde-dpmsolver++", **SMOOTH}
    assert study.converges(sampler("DPMSolverMultistep", solver_order=2, **options), order=2)[0].verdict == "right"
    subject = sampler("DPMSolverMultistep", solver_order=3, **options)
    finding = study.converges(subject, order=2)[0]
    assert finding.verdict == "wrong" and finding.error > 0.01
    mended = study.patched(subject.scheduler, [(study.THIRD, study.MINUS, study.PLUS)])
    if mended is None:
        pytest.skip("the source has another text")
    twin = study.converges(adapter.Sampler(mended, GAUSSIAN, solver_order=3, **options), order=2)[0]
    assert twin.error < finding.error / 10


def test_unipc_in_double_precision():
    assert checks.check_double(sampler("UniPCMultistep", solver_order=2))[0].verdict == "fault"
    assert checks.check_double(sampler("DPMSolverMultistep"))[0].verdict == "right"
    assert torch.get_default_dtype() == torch.float32


def test_kinds_of_network_agree_in_one_step_methods_and_not_in_pndm():
    kind = adapter.schedulers()["DDIMScheduler"]
    assert study.branches(kind).verdict == "right"
    assert study.branches(adapter.schedulers()["PNDMScheduler"]).verdict == "wrong"


def test_a_new_scheduler_is_driven_without_being_named():
    """As another version would bring it: a class that nobody here has heard of."""
    base = adapter.schedulers()["EulerDiscreteScheduler"]
    novel = type("NovelScheduler", (base,), {})
    found = adapter.Sampler(novel, GAUSSIAN, exact_start=True)
    assert study.landing(found)[0].verdict == "right"
    assert "prediction_type" in inspect.signature(novel.__init__).parameters


def test_a_wrong_scaling_of_the_input_is_found():
    base = adapter.schedulers()["EulerDiscreteScheduler"]

    class Unrooted(base):
        def scale_model_input(self, sample, timestep):
            scaled = super().scale_model_input(sample, timestep)
            return scaled * (scaled / sample.where(sample != 0, torch.ones_like(sample)))

    assert study.landing(adapter.Sampler(Unrooted, GAUSSIAN, exact_start=True)).verdict in ("wrong", "undecided")


def wrong(name, **members):
    base = adapter.schedulers()[f"{name}Scheduler"]
    return adapter.Sampler(type(base.__name__, (base,), members), GAUSSIAN)


def test_a_forward_process_of_the_other_scale_is_found():
    """As one was, once: states of preserved variance for steps that take exploding ones."""

    def add_noise(self, original_samples, noise, timesteps):
        index = (self.timesteps == timesteps).nonzero()[0]
        sigma = self.sigmas[index].double()
        return (original_samples + sigma * noise) / (1 + sigma**2).sqrt()

    assert checks.check_forward(sampler("EulerDiscrete"))[0].verdict == "right"
    finding = checks.check_forward(wrong("EulerDiscrete", add_noise=add_noise))[0]
    assert finding.verdict == "wrong" and "√(1 + σ²)" in finding.cause


def test_a_memory_of_the_run_before_is_found():
    base = adapter.schedulers()["DDIMScheduler"]

    @functools.wraps(base.step)
    def step(self, *arguments, **words):
        out = base.step(self, *arguments, **words)
        self.last = out.prev_sample + 1e-9 * getattr(self, "last", 0.0)
        out.prev_sample = self.last
        return out

    assert checks.check_reset(sampler("DDIM"))[0].verdict == "right"
    assert checks.check_reset(wrong("DDIM", step=step))[0].verdict == "wrong"


def test_inversions_converge_or_are_told():
    assert study.inverted(sampler("DDIMInverse"))[0].verdict == "right"
    assert study.inverted(sampler("DDIMInverse", prediction_type="sample"))[0].verdict == "fault"
    base = adapter.schedulers()["DDIMInverseScheduler"]

    def step(self, model_output, timestep, sample, return_dict=True):
        return base.step(self, -model_output, timestep, sample, return_dict)

    assert study.inverted(wrong("DDIMInverse", step=step))[0].verdict == "wrong"
