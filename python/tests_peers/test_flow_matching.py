"""flow_matching through its adapter: schedulers, conversions, solvers and the likelihood, right ones and wrong ones."""

from __future__ import annotations

import dataclasses

import pytest
import torch

import ouracle as oc
from ouracle.adapters import flow_matching
from ouracle.study import cases
from ouracle.study import flow_matching as study

torch.set_num_threads(1)
NAMES = list(flow_matching.path_schedulers())


@pytest.mark.parametrize("name", NAMES)
def test_schedulers(name):
    for question in (study.schedule(name), study.inverse(name), study.conversions(name)):
        findings = question()
        assert findings.passes, findings


def test_a_wrong_derivative_is_wrong():
    native = study.scheduler("CondOTScheduler").native
    findings = oc.check_schedule(flow_matching.Schedule(lambda t: dataclasses.replace(native(t), d_sigma_t=torch.ones_like(t))))
    assert findings.of("rate of sigma").verdict == "wrong"


@pytest.mark.parametrize(("method", "order"), [("euler", 1), ("midpoint", 2)])
def test_solvers(method, order):
    case = oc.Case(cases.GAUSSIAN, oc.FlowMatching())
    sampler = flow_matching.ode(case, method=method, span=study.SPAN)
    end = flow_matching.end(case, study.SPAN[1])
    findings = oc.check_sampler(sampler, case, steps=(20, 40, 80), order=order, deterministic=True, end=end, framework="torch")
    assert findings.passes, findings
    assert oc.check_order(sampler, case, order=order + 3, steps=(20, 40, 80), end=end, framework="torch").verdict == "wrong"


def test_a_velocity_on_another_schedule():
    assert study.transformed("CondOTScheduler", "CosineScheduler")().passes


def test_the_likelihood_and_its_probe_in_double_precision():
    assert study.likelihood(cases.MIXTURE, True, double=False)().verdict == "right"
    assert study.likelihood(study.DIAGONAL, False, double=True)().verdict == "right"
    assert study.likelihood(study.DIAGONAL, False, double=False)().verdict == "fault"
