"""What the strategies promise: no extreme numbers, stated condition numbers, levels where networks are asked."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import find, given, settings
from hypothesis import strategies as st

import ouracle as oc
from ouracle import strategies

UNIT = 2.0**-53
ORDINARY = settings(max_examples=100, deadline=None)


@ORDINARY
@given(st.data(), st.sampled_from([1.0, 10.0, 1e4]))
def test_covariances_have_the_stated_condition_number_and_scale(data: st.DataObject, condition: float) -> None:
    law = data.draw(strategies.gaussians(condition=condition))
    assert 1 <= law.dimension <= 4 and np.abs(law.mean).max() <= 3
    values = np.linalg.eigvalsh(law.covariance)
    # Eigenvalues are known up to d·u of the largest.
    rounding = 8 * law.dimension * UNIT * values[-1]
    assert values[0] * condition >= values[-1] - condition * rounding
    assert 4.0**-4 - rounding <= values[0] and values[-1] <= 16 + rounding


@ORDINARY
@given(strategies.mixtures())
def test_mixtures_have_no_component_that_matters_to_no_one(law: oc.Mixture) -> None:
    assert law.weights.max() <= 16 * law.weights.min() * (1 + 8 * UNIT)
    assert np.sqrt(law.variances).min() >= 1 / 16 and np.abs(law.means).max() <= 3


@ORDINARY
@given(strategies.schedules(), st.data())
def test_levels_lie_where_a_network_is_asked(schedule: oc.Schedule, data: st.DataObject) -> None:
    time = data.draw(strategies.times(schedule))
    assert min(schedule.noise_time, schedule.data_time) <= time <= max(schedule.noise_time, schedule.data_time)
    level = schedule.level(time)
    assert level.alpha > 0 and level.sigma > 0
    # α and σ are rounded and so is λ = ln(α/σ) itself; a time that is found is rounded too, and λ moves with it by α′/α − σ′/σ.
    moved = 0.0
    if not isinstance(schedule, oc.Table):
        _, _, alpha_rate, sigma_rate = schedule.rows(np.array([time]))[0]
        moved = abs(time * (alpha_rate / level.alpha - sigma_rate / level.sigma))
    assert abs(level.half_log_snr) <= 5 + 8 * UNIT * (1 + abs(level.half_log_snr) + moved)


@ORDINARY
@given(strategies.cases(), st.data())
def test_states_are_likely_and_fields_answer_there(case: oc.Case, data: st.DataObject) -> None:
    time = data.draw(strategies.times(case.schedule))
    level = case.schedule.level(time)
    states = data.draw(strategies.states(case, level))
    assert states.shape == (3, case.dimension)
    mean, covariance = case.moments(level)
    assert (np.abs(states - mean) <= 4.0001 * np.sqrt(case.dimension * np.trace(covariance))).all()
    assert np.isfinite(case.field("score")(states, time)).all()


@ORDINARY
@given(strategies.cases(law=strategies.gaussians()), st.data())
def test_scores_and_noise_agree_to_rounding(case: oc.Case, data: st.DataObject) -> None:
    time = data.draw(strategies.times(case.schedule))
    level = case.schedule.level(time)
    states = data.draw(strategies.states(case, level))
    score = case.field("score")
    matrices, offsets = score.coefficients(np.array([time]))
    # Eight units of every product and sum of Az + b, before they cancel.
    terms = np.linalg.norm(matrices) * np.linalg.norm(states, axis=1) + np.linalg.norm(offsets)
    error = np.linalg.norm(case.field("eps")(states, time) + level.sigma * score(states, time), axis=1)
    assert (error <= 8 * UNIT * case.dimension * level.sigma * terms).all()


def test_every_law_and_every_schedule_is_drawn() -> None:
    for kind in (oc.Gaussian, oc.PointMass, oc.Mixture):
        find(strategies.laws(), lambda law: type(law) is kind)
    for dimension in (1, 4):
        find(strategies.laws(), lambda law: law.dimension == dimension)
    for start in ("Process('vp-linear'", "Process('vp-cosine'", "Process('sub-vp", "Process('ve", "EDM", "FlowMatching(data_at=0", "Table"):
        find(strategies.schedules(), lambda schedule: repr(schedule).startswith(start))


def test_a_mistake_that_zero_means_hide_is_found() -> None:
    """A denoiser that forgets the mean of the data is right on centred laws only; a drawn law shows it."""

    def forgets_the_mean(law: oc.Gaussian) -> bool:
        case = oc.Case(law, oc.EDM())
        centred = oc.Case(oc.Gaussian(0 * law.mean, law.covariance), oc.EDM())
        x = np.zeros((1, law.dimension))
        return bool(np.abs(case.field("x0")(x, 1.0) - centred.field("x0")(x, 1.0)).max() > 1e-3)

    law = find(strategies.gaussians(), forgets_the_mean)
    assert law.dimension == 1 and abs(law.mean[0]) == 1 / 16, "the smallest example is one sixteenth in one dimension"


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: strategies.gaussians(dimension=0).example(), "the dimension is 0"),
        (lambda: strategies.gaussians(condition=0.5).example(), "the condition number is 0.5"),
        (lambda: strategies.mixtures(0).example(), "0 components"),
        (lambda: strategies.schedules("vp"), "`vp` is no kind of schedule here; choose of vp-linear"),
    ],
)
@pytest.mark.filterwarnings("ignore::hypothesis.errors.NonInteractiveExampleWarning")
def test_what_is_outside_the_domain_is_refused(make: object, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        make()  # type: ignore[operator]
