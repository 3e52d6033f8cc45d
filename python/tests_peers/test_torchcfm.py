"""torchcfm through its adapter: paths, regressions and pairings, right ones and wrong ones."""

from __future__ import annotations

import pytest
import torch

from ouracle.adapters import torchcfm
from ouracle.study import torchcfm as study

torch.set_num_threads(1)
MATCHERS = torchcfm.matchers()


@pytest.mark.parametrize("name", MATCHERS)
def test_paths(name):
    findings = study.path(MATCHERS[name], 0.5)()
    assert findings.passes, findings


@pytest.mark.parametrize("name", [name for name, kind in MATCHERS.items() if not study.pairs(kind(sigma=0.5))])
def test_what_a_network_learns(name):
    assert study.regression(MATCHERS[name], 0.1, 0.5)().verdict == "consistent"


class Late(MATCHERS["TargetConditionalFlowMatcher"]):
    """The width of the path forgets its end."""

    def compute_sigma_t(self, t):
        return 1 - t + 0 * self.sigma


def test_a_path_that_does_not_fit_its_velocity_is_wrong():
    assert study.path(Late, 0.5)().of("rate of sigma").verdict == "wrong"


def test_pairings():
    assert study.monotone(MATCHERS["ExactOptimalTransportConditionalFlowMatcher"])().verdict == "right"
    bridge = MATCHERS["SchrodingerBridgeConditionalFlowMatcher"]
    assert study.bridge(bridge, 0.7)().verdict == "right"

    class Half(bridge):
        """The regularisation lacks its factor 2."""

        def __init__(self, sigma, ot_method):
            super().__init__(sigma, ot_method)
            self.ot_sampler = type(self.ot_sampler)(method=ot_method, reg=sigma**2)

    assert study.bridge(Half, 0.7)().verdict == "wrong"
    assert study.weight(bridge, 1.0)().verdict == "right"
    assert study.weight(bridge, 1e-3)().verdict == "wrong"
