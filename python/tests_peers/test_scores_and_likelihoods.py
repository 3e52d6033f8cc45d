"""Scores and log-likelihoods of other packages."""

from __future__ import annotations

import pytest

import ouracle as oc


def test_zuko_is_right_and_a_wrong_sign_of_its_divergence_is_named():
    pytest.importorskip("zuko")
    import torch

    from ouracle.adapters import zuko as adapter

    case = oc.Case(oc.Gaussian([0.7, -0.4], [[1.0, 0.6], [0.6, 0.8]]), oc.VP.linear())
    ends = dict(start=case.schedule.level(1e-3), end=case.schedule.level(1.0), prior=oc.Gaussian([0.0, 0.0], 1.0), refinements=(1e-4, 1e-6), framework="torch")
    right = adapter.log_prob(case, 1e-3, 1.0)
    assert oc.check_likelihood(right, case, **ends).verdict == "right"

    def turned(x, tolerance):
        velocity = case.field("velocity")
        transform = adapter.FreeFormJacobianTransform(lambda t, z: velocity(z, t), t0=1e-3, t1=1.0, atol=tolerance, rtol=tolerance)
        y, log_det = transform.call_and_ladj(x)
        return torch.distributions.Normal(torch.zeros((), dtype=x.dtype), 1.0).log_prob(y).sum(-1) - log_det

    finding = oc.check_likelihood(turned, case, **ends).of("log-likelihood")
    assert finding.verdict == "wrong" and "divergence has the wrong sign" in finding.cause


def test_scoringrules_estimators_are_what_they_say():
    pytest.importorskip("scoringrules")
    from ouracle.adapters import scoringrules as adapter

    assert oc.check_metric(adapter.normal(), "gaussian").verdict == "right"
    for estimator, claimed in adapter.ESTIMATORS.items():
        assert oc.check_metric(adapter.ensemble(estimator), "ensemble", estimator=claimed).passes, estimator
    assert oc.check_metric(adapter.ensemble("nrg"), "ensemble", estimator="fair").verdict == "wrong"


def test_properscoring_is_the_biased_form():
    pytest.importorskip("properscoring")
    from ouracle.adapters import properscoring as adapter

    assert oc.check_metric(adapter.gaussian, "gaussian").verdict == "right"
    finding = oc.check_metric(adapter.ensemble, "ensemble").of("crps")
    assert finding.verdict == "convention" and finding.cause.startswith("1/M²")
