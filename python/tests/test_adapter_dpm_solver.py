"""The adapter of dpm-solver's interface, on a miniature of it."""

from __future__ import annotations

import types

import dpm_solver_miniature as miniature
import numpy as np
import pytest
from samplers import gaussian

import ouracle as oc
from ouracle.adapters import Unsupported, dpm_solver


def case(end: float = 1e-2) -> oc.Case:
    return oc.Case(gaussian(), dpm_solver.Schedule(miniature.NoiseScheduleVP(), framework="numpy", end=end))


def module(**changes: float) -> types.SimpleNamespace:
    solver = type("DPM_Solver", (miniature.DPM_Solver,), changes)
    return types.SimpleNamespace(model_wrapper=miniature.model_wrapper, DPM_Solver=solver)


def end_of(world: oc.Case) -> oc.Level:
    return world.schedule.level(world.schedule.data_time)


def test_the_schedule_is_the_linear_process():
    levels, process = case().schedule.rows(np.array([0.1, 0.5, 1.0])), oc.VP.linear("0.1", "20").rows(np.array([0.1, 0.5, 1.0]))
    assert np.abs(levels[:, :2] / process[:, :2] - 1).max() < 8 * 2.0**-53


@pytest.mark.parametrize("model_type", ["noise", "x_start", "v", "score"])
def test_second_order_in_every_prediction(model_type):
    world = case()
    sampler = dpm_solver.sampler(module(), world, order=2, model_type=model_type)
    findings = oc.check_sampler(sampler, world, steps=(20, 40, 80), order=2, recursion="dpm-solver++2m", deterministic=True, end=end_of(world))
    assert findings.verdict == "right", findings


def test_third_order_lacks_a_factor_and_the_cause_is_named():
    world = case()
    finding = oc.check_order(dpm_solver.sampler(module(), world, order=3), world, order=3, end=end_of(world))[0]
    assert finding.verdict == "wrong"
    assert "double D2" in finding.cause


def test_third_order_with_the_factor():
    world = case()
    assert oc.check_order(dpm_solver.sampler(module(SECOND=2.0), world, order=3), world, order=3, end=end_of(world)).verdict == "right"


def test_a_sign_of_the_wrapper_is_wrong():
    world = case()
    subject = module()
    subject.model_wrapper = lambda model, schedule, model_type: lambda x, t: -miniature.model_wrapper(model, schedule, model_type)(x, t)
    assert oc.check_order(dpm_solver.sampler(subject, world), world, order=2, end=end_of(world)).verdict == "wrong"


def test_other_interfaces_are_refused_with_a_reason():
    world = case()
    with pytest.raises(Unsupported, match="hand over the module"):
        dpm_solver.sampler(types.SimpleNamespace(), world)
    with pytest.raises(Unsupported, match="takes no `corrector`"):
        dpm_solver.sampler(module(), world, corrector=True)
    with pytest.raises(Unsupported, match="NoiseScheduleVP"):
        dpm_solver.sampler(module(), oc.Case(gaussian(), oc.VP.linear()))
    assert Unsupported("why").findings("order", "name").verdict == "unsupported"
