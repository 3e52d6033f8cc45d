"""check_field_conversions: definitions, conventions, and branches that contradict each other."""

from __future__ import annotations

import numpy as np
import ouracle as oc
import pytest
from ouracle import check_field_conversions

LAW = oc.Gaussian([0.7, -0.4, 0.3], [[1, 0.6, -0.2], [0.6, 0.8, 0.1], [-0.2, 0.1, 0.3]])
CASES = [oc.Case(LAW, s) for s in (oc.VP.linear(), oc.SubVP.linear(), oc.VE.geometric(), oc.FlowMatching(), oc.EDM(), oc.Table.ddpm())]
SOUND = {
    "eps->x0": lambda z, e, a, s: (z - s * e) / a,
    "x0->eps": lambda z, x, a, s: (z - a * x) / s,
    "eps->score": lambda z, e, a, s: -e / s,
    "score->x0": lambda z, g, a, s: (z + s**2 * g) / a,
    "v->x0": lambda z, v, a, s: (a * z - s * v) / (a**2 + s**2),
    "v->eps": lambda z, v, a, s: (s * z + a * v) / (a**2 + s**2),
}


def edm(z, raw, a, s, sd=0.5):
    ratio = s / a
    return sd**2 / (ratio**2 + sd**2) * z / a + ratio * sd / np.sqrt(ratio**2 + sd**2) * raw


@pytest.mark.parametrize("case", CASES, ids=[repr(c.schedule) for c in CASES])
def test_the_definitions_are_right_at_every_scale_of_the_state(case):
    findings = check_field_conversions({**SOUND, "F->x0": edm}, case)
    assert findings.passes, findings
    assert all(f.verdict == "right" for f in findings)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_a_function_of_time_and_mixtures_work_as_well(dtype):
    case = oc.Case(oc.Mixture([0.3, 0.7], [-1, 0.8], [0.04, 0.09]), oc.VP.linear())

    def to_data(z, eps, t):
        level = case.schedule.level(t)
        return (z - z.dtype.type(level.sigma) * eps) / z.dtype.type(level.alpha)

    assert check_field_conversions({("eps", "x0"): to_data}, case, dtype=dtype).passes


def test_a_shared_sign_is_a_convention():
    flipped = {**SOUND, "v->x0": lambda z, v, a, s: a * z + s * v, "v->eps": lambda z, v, a, s: s * z - a * v}
    findings = check_field_conversions(flipped, CASES[0])
    assert findings.passes and findings.of("conventions").because == "your v is −v"


def test_a_scaled_score_is_a_convention():
    scaled = {"score->x0": lambda z, g, a, s: (z + s * g) / a, "score->eps": lambda z, g, a, s: -g}
    findings = check_field_conversions(scaled, CASES[0])
    assert findings.passes and "σ·score" in findings.of("conventions").because


def test_branches_that_contradict_each_other_are_wrong():
    findings = check_field_conversions({**SOUND, "v->x0": lambda z, v, a, s: a * z + s * v}, CASES[0])
    assert findings.of("v->x0").verdict == "wrong" and "takes −v" in findings.of("v->x0").cause
    assert findings.of("v->eps").verdict == "right"


@pytest.mark.parametrize(
    ("branch", "call", "cause"),
    [
        ("x0->eps", lambda z, x, a, s: x, "returns what it was given"),
        ("v->x0", lambda z, v, a, s: (z - s * v) / a, "as if it were eps"),
        ("eps->x0", lambda z, e, a, s: z - s * e, "division by α"),
        ("eps->x0", lambda z, e, a, s: (z - s**2 * e) / a, "σ²"),
        ("eps->x0", lambda z, e, a, s: (z - a * e) / s, "swapped"),
        ("score->x0", lambda z, g, a, s: (z - s**2 * g) / a, "takes −score"),
    ],
)
def test_mistakes_are_named(branch, call, cause):
    finding = check_field_conversions({**{k: v for k, v in SOUND.items() if k != branch}, branch: call}, CASES[0]).of(branch)
    assert finding.verdict == "wrong" and cause in finding.cause


def test_formulas_of_the_unit_circle_are_wrong_elsewhere():
    circle = {**SOUND, "v->x0": lambda z, v, a, s: a * z - s * v}
    assert check_field_conversions(circle, CASES[0]).passes
    finding = check_field_conversions(circle, CASES[3]).of("v->x0")
    assert finding.verdict == "wrong" and "α² + σ² = 1" in finding.cause


def test_the_sigma_data_of_another_network_is_wrong():
    assert check_field_conversions({"F->x0": edm}, CASES[4]).passes
    assert not check_field_conversions({"F->x0": lambda z, f, a, s: edm(z, f, a, s, sd=1.0)}, CASES[4]).passes


def test_hostile_conversions_become_findings():
    findings = check_field_conversions({**SOUND, "eps->v": lambda z, e, a, s: 1 / 0, "x0->v": lambda z, x, a, s: z * np.nan}, CASES[0])
    assert findings.of("eps->v").verdict == "fault" and findings.of("x0->v").verdict == "wrong"
    assert findings.of("eps->x0").verdict == "right"
    with pytest.raises(ValueError, match="branch"):
        check_field_conversions({"eps": lambda z: z}, CASES[0])
    with pytest.raises(ValueError, match="no conversions"):
        check_field_conversions({}, CASES[0])
