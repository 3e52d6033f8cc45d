"""check_imputer: the conditional law, the bias of replacement, and known entries that do not stay."""

from __future__ import annotations

import numpy as np
import ouracle as oc
import pytest
from ouracle import check_imputer, tape
from ouracle.adapters.imputer import drawing
from ouracle.miniatures.imputers import MASK, OBSERVED, imputer

LAW = oc.Gaussian([0.7, -0.4, 0.3], [[1, 0.6, -0.2], [0.6, 0.8, 0.1], [-0.2, 0.1, 0.3]])


def ask(mistake="", **options):
    case = oc.Case(LAW, oc.VP.linear())
    informed = case.given(np.array(MASK, bool), OBSERVED)
    return check_imputer(imputer(informed, mistake), case, OBSERVED, MASK, network=informed, **options)


def test_the_conditional_law_is_that_of_regression():
    given = oc.Case(LAW, oc.VP.linear()).given([True, False, False], OBSERVED)
    block = LAW.covariance
    assert np.allclose(given.law.mean, LAW.mean[1:] + block[1:, 0] / block[0, 0] * (1.5 - 0.7), rtol=0, atol=1e-15)
    assert np.allclose(given.law.covariance, block[1:, 1:] - np.outer(block[1:, 0], block[0, 1:]) / block[0, 0], rtol=0, atol=1e-15)


def test_an_imputer_with_a_conditional_network_is_right():
    findings = ask()
    assert findings.passes, findings


@pytest.mark.parametrize(
    ("mistake", "quantity", "words"),
    [
        ("mask read the other way", "known", "mask is read the other way"),
        ("known entries left noisy", "known", "noise of the level"),
        ("variance for standard deviation", "conditional law", ""),
    ],
)
def test_mistakes_are_named(mistake, quantity, words):
    finding = ask(mistake).of(quantity)
    assert finding.verdict == "wrong" and words in finding.cause, finding


def replacement(case, at_end=True):
    """RePaint without resampling: an unconditional network, the known entries replaced at every step."""
    eps = case.field("eps")

    def impute(noise, observed, mask, steps):
        times = case.schedule.times_at(np.linspace(-4.0, 5.0, steps + 1))
        levels = [case.schedule.level(float(t)) for t in times] + [oc.DATA]
        z = noise
        for k, (a, b) in enumerate(zip(levels, levels[1:])):
            e = eps(z, float(times[k]))
            data = (z - a.sigma * e) / a.alpha
            factor = a.alpha / b.alpha
            forward = a.sigma**2 - factor**2 * b.sigma**2
            z = (factor * b.sigma**2 * z + b.alpha * forward * data) / a.sigma**2
            if b.sigma > 0:
                z = z + np.sqrt(forward) * b.sigma / a.sigma * tape.generator().standard_normal(z.shape)
            at = b if at_end or b.sigma == 0 else a
            known = at.alpha * observed + at.sigma * tape.generator().standard_normal(z.shape)
            z = np.where(mask == 1, known, z)
        return z

    return impute


@pytest.mark.parametrize("at_end", [True, False])
def test_replacement_is_recognised_as_a_known_limit(at_end):
    case = oc.Case(LAW, oc.VP.linear())
    findings = check_imputer(replacement(case, at_end), case, OBSERVED, MASK, steps=(10, 20, 40))
    finding = findings.of("conditional law")
    assert finding.verdict == "wrong" and "known limit" in finding.cause, finding
    assert ("step ends" in finding.because) == at_end
    assert findings.of("known").verdict == "right"


def test_drawing_from_the_marginal_law_is_named():
    case = oc.Case(LAW, oc.VP.linear())
    root = np.linalg.cholesky(LAW.covariance)

    def impute(noise, observed, mask, steps):
        return np.where(mask == 1, observed, LAW.mean + noise @ root.T)

    finding = check_imputer(impute, case, OBSERVED, MASK).of("conditional law")
    assert finding.verdict in ("wrong", "undecided")


def test_exact_sampling_is_right_without_any_network():
    case = oc.Case(LAW, oc.VP.linear())
    given = case.given(np.array(MASK, bool), OBSERVED)
    root = np.linalg.cholesky(given.law.covariance)

    def impute(noise, observed, mask):
        out = observed.copy()
        out[:, 1:] = given.law.mean + noise[:, 1:] @ root.T
        return out

    findings = check_imputer(impute, case, OBSERVED, MASK)
    assert findings.passes, findings


def test_hostile_imputers_become_findings():
    case = oc.Case(LAW, oc.VP.linear())
    assert check_imputer(lambda n, o, m: 1 / 0, case, OBSERVED, MASK).verdict == "fault"
    assert check_imputer(lambda n, o, m: n * np.nan, case, OBSERVED, MASK).of("conditional law").verdict == "fault"
    assert check_imputer(lambda n, o, m: n[:, :2], case, OBSERVED, MASK).verdict == "fault"
    for mask in ((1, 1, 1), (0, 0, 0), (1, 2, 0), (1, 0)):
        with pytest.raises(ValueError, match="mask"):
            check_imputer(lambda n, o, m: n, case, OBSERVED, mask)


def conditional():
    case = oc.Case(LAW, oc.VP.linear())
    given = case.given(np.array(MASK, bool), OBSERVED)
    return case, given.law.mean, np.linalg.cholesky(given.law.covariance)


@pytest.mark.parametrize("draws", [False, True])
def test_code_that_draws_for_itself_is_read_by_the_tape(draws):
    case, mean, root = conditional()

    def impute(observed, mask, n=None):
        assert np.isnan(observed[mask == 0]).all()
        rows = len(observed) if n is None else n
        z = mean + tape.generator().standard_normal((rows, 2)) @ root.T
        return np.concatenate([np.broadcast_to(observed[..., :1], (rows, 1)), z], axis=1)

    findings = check_imputer(drawing(impute, missing=np.nan, draws=draws), case, OBSERVED, MASK)
    assert findings.passes and findings.of("conditional law").verdict == "right", findings


@pytest.mark.parametrize(("spread", "verdict"), [(1.0, "consistent"), (1.2, "undecided")])
def test_noise_out_of_reach_is_met_with_samples(spread, verdict):
    case, mean, root = conditional()
    rng = np.random.default_rng(7)

    def impute(observed, mask):
        # Uniforms through a sum of twelve would be no normal; these are, and no tape knows of them.
        u, v = rng.random((2, len(observed), 2))
        z = mean + spread * (np.sqrt(-2 * np.log1p(-u)) * np.cos(2 * np.pi * v)) @ root.T
        return np.concatenate([observed[:, :1], z], axis=1)

    findings = check_imputer(drawing(impute), case, OBSERVED, MASK)
    assert findings.of("known").verdict == "right"
    finding = findings.of("conditional law")
    assert finding.verdict == verdict and "No tape" in finding.because, finding


def test_shapes_of_features_and_times_are_the_codes_own():
    case, mean, root = conditional()

    def impute(observed, mask):
        assert observed.shape[1:] == mask.shape[1:] == (3, 1)
        z = mean + tape.generator().standard_normal((len(observed), 2)) @ root.T
        return np.concatenate([observed[:, :1, 0], z], axis=1)[:, :, None]

    assert check_imputer(drawing(impute, axes=(3, 1)), case, OBSERVED, MASK).passes
