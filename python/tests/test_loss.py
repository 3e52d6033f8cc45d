"""check_loss: exact means, inferred weights and reductions, and losses that are wrong."""

from __future__ import annotations

import numpy as np
import ouracle as oc
import pytest
from ouracle import check_loss, tape
from ouracle.miniatures.losses import loss

LAW = oc.Gaussian([0.7, -0.4, 0.3], [[1, 0.6, -0.2], [0.6, 0.8, 0.1], [-0.2, 0.1, 0.3]])


def squared(case, kind="eps", *, scale=1.0, reduce=np.mean, weight=lambda snr: 1.0, target=None):
    """A loss of one kind at a given time."""
    network = case.field(kind, scale=scale)

    def value(x, t):
        level = case.schedule.level(t)
        noise = np.random.standard_normal(x.shape)
        z = level.alpha * x + level.sigma * noise
        rows = case.schedule.rows(np.array([t]))[0]
        exact = {"eps": noise, "x0": x, "v": level.alpha * noise - level.sigma * x, "score": -noise / level.sigma, "velocity": rows[2] * x + rows[3] * noise}
        return weight((level.alpha / level.sigma) ** 2) * reduce((network(z, t) - exact[target or kind]) ** 2)

    return value


@pytest.mark.parametrize("kind", ["eps", "x0", "v", "score", "velocity"])
@pytest.mark.parametrize("scale", [1.0, 0.8])
def test_plain_losses_are_right_and_their_reduction_is_named(kind, scale):
    for reduce, name in ((np.mean, "mean"), (np.sum, "sum"), (lambda e: 0.5 * np.sum(e), "half-sum"), (lambda e: 0.5 * np.mean(e), "half-mean")):
        case = oc.Case(LAW, oc.VP.linear())
        finding = check_loss(squared(case, kind, scale=scale, reduce=reduce), case).of("loss")
        assert finding.verdict == "right" and f"is the {name} over" in finding.because, finding


@pytest.mark.parametrize("schedule", [oc.VE.geometric(), oc.FlowMatching(), oc.Table.ddpm()])
def test_other_schedules_are_right_as_well(schedule):
    case = oc.Case(LAW, schedule)
    finding = check_loss(squared(case, "eps"), case).of("loss")
    assert finding.verdict == "right", finding


@pytest.mark.parametrize("kind", ["eps", "x0", "v"])
def test_min_snr_weights_are_conventions_until_they_are_declared(kind):
    case = oc.Case(LAW, oc.VP.linear())
    assert check_loss(loss(case, kind), case).of("loss").verdict == "convention"
    case = oc.Case(LAW, oc.VP.linear())
    assert check_loss(loss(case, kind), case, weight="min-snr", reduction="mean").of("loss").verdict == "right"
    case = oc.Case(LAW, oc.VP.linear())
    assert check_loss(squared(case, kind), case, weight="min-snr").of("loss").verdict == "wrong"


@pytest.mark.parametrize(
    ("kind", "mistake", "words"),
    [
        ("eps", "clamp(min=γ)", "max-SNR"),
        ("x0", "clamp(min=γ)", "max-SNR"),
        ("v", "min(snr + 1, γ)", "min(snr + 1, γ) for min(snr, γ)"),
        ("v", "v with the other sign", "−v"),
        ("eps", "data for noise", "the target is x0"),
        ("eps", "3072 dimensions", "3072"),
    ],
)
@pytest.mark.parametrize("declared", [True, False])
def test_mistakes_are_named(kind, mistake, words, declared):
    case = oc.Case(LAW, oc.VP.linear())
    finding = check_loss(loss(case, kind, mistake), case, weight="min-snr" if declared else None).of("loss")
    assert finding.verdict == "wrong" and words in finding.cause, finding


def test_a_target_of_another_kind_is_named_without_a_weight():
    case = oc.Case(LAW, oc.VP.linear())
    finding = check_loss(squared(case, "eps", scale=0.8, target="x0"), case).of("loss")
    assert finding.verdict == "wrong" and "the target is x0, but the network predicts eps" in finding.cause


def test_an_unknown_weight_is_undecided_and_a_declared_function_decides():
    def odd(snr):
        return np.log1p(snr)

    case = oc.Case(LAW, oc.VP.linear())
    assert check_loss(squared(case, weight=odd), case).of("loss").verdict == "undecided"
    case = oc.Case(LAW, oc.VP.linear())
    assert check_loss(squared(case, weight=odd), case, weight=lambda rows: odd((rows[:, 0] / rows[:, 1]) ** 2)).of("loss").verdict == "right"


def test_a_loss_that_draws_its_own_times_is_read_at_the_times_it_draws():
    case = oc.Case(LAW, oc.VP.linear())
    fixed = squared(case, "eps")
    finding = check_loss(lambda x: fixed(x, np.random.default_rng().uniform(1e-3, 1.0)), case).of("loss")
    assert finding.verdict == "right" and "24 times" in finding.because, finding


def test_where_no_tape_reaches_averages_decide_with_exact_variance():
    def hidden(factor):
        case, rng = oc.Case(LAW, oc.VP.linear()), np.random.Generator(np.random.Philox(3))
        network = case.field("eps")

        def value(x, t):
            level = case.schedule.level(t)
            noise = rng.standard_normal(x.shape)
            return factor * np.mean((network(level.alpha * x + level.sigma * noise, t) - noise) ** 2)

        return check_loss(value, case, weight="uniform", reduction="mean").of("loss")

    assert hidden(1.0).verdict == "consistent"
    assert hidden(1.3).verdict == "wrong"


def test_noise_from_a_generator_of_the_tape_is_read():
    case = oc.Case(LAW, oc.VP.linear())
    network = case.field("v")

    def value(x, t):
        level = case.schedule.level(t)
        noise = tape.generator().standard_normal(x.shape)
        return np.sum((network(level.alpha * x + level.sigma * noise, t) - level.alpha * noise + level.sigma * x) ** 2)

    assert check_loss(value, case).of("loss").verdict == "right"


def test_hostile_losses_become_findings():
    case = oc.Case(LAW, oc.VP.linear())
    assert check_loss(lambda x, t: 1 / 0, case).verdict == "fault"
    assert check_loss(lambda x, t: 0.0, case).verdict == "fault"
    network = case.field("eps")
    assert check_loss(lambda x, t: network(x, t) * np.nan, case).verdict in ("fault", "wrong")
    with pytest.raises(ValueError, match="no reduction"):
        check_loss(squared(case), case, reduction="average")
    with pytest.raises(ValueError, match="no weight"):
        check_loss(squared(case), case, weight="maximal")
