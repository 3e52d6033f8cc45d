"""The budget can never be exceeded, seeds depend on the part and the number alone, and what counts as one check."""

from __future__ import annotations

import threading

import numpy as np
import pytest

import ouracle as oc
from ouracle.session import DEFAULT_FALSE_ALARM, Session, check, current


@check
def _random_check(false_alarm: float = DEFAULT_FALSE_ALARM, seed: int = 0) -> oc.Findings:
    return oc.Findings([oc.Finding("coin", "consistent", details={"rate": false_alarm, "seed": seed})])


@check
def _two_in_one(false_alarm: float = DEFAULT_FALSE_ALARM) -> oc.Findings:
    return _random_check(false_alarm=false_alarm / 2) + _random_check(false_alarm=false_alarm / 2)


@check
def _exact_check() -> oc.Finding:
    return oc.Finding("sum", "right")


@pytest.fixture
def alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """Outside of the session that this test itself runs in."""
    monkeypatch.setattr("ouracle.session._current", [])


def test_shares_never_add_up_to_more_than_the_budget() -> None:
    session = Session(1e-3)
    rates = [session.share() for _ in range(10_000)]
    # Sums of doubles are right to n·u.
    assert sum(rates) <= 1e-3 * (1 + 10_000 * 2.0**-53)
    assert session.spent == pytest.approx(1e-3 * (1 - 1 / 10_001), rel=1e-11)
    assert all(a > b for a, b in zip(rates, rates[1:]))


def test_a_rate_that_is_asked_for_can_only_lower_the_share(alone: None) -> None:
    with Session(1e-3).in_force() as session:
        assert _random_check(false_alarm=0.5)[0].details["rate"] == 1e-3 / 2
        assert _random_check(false_alarm=1e-9)[0].details["rate"] == 1e-9
        assert _random_check(1e-3)[0].details["rate"] == 1e-3 / 12
    assert session.shares == 3 and session.spent < 1e-3


def test_a_check_in_a_check_is_part_of_it(alone: None) -> None:
    with Session(1e-3).in_force() as session:
        found = _two_in_one()
    assert [finding.details["rate"] for finding in found] == [1e-3 / 4, 1e-3 / 4]
    assert session.shares == 1 and session.findings == list(found)


def test_exact_checks_spend_nothing_and_are_noted(alone: None) -> None:
    with Session().in_force() as session:
        finding = _exact_check()
    assert (session.shares, session.spent, session.findings) == (0, 0.0, [finding])


def test_seeds_depend_on_the_seed_the_name_and_the_number() -> None:
    def seeds(*about: object) -> list[int]:
        session = Session(1e-6, *about)  # type: ignore[arg-type]
        return [session.next_seed() for _ in range(3)]

    assert seeds(1, "a") == seeds(1, "a")
    assert len({*seeds(1, "a"), *seeds(1, "b"), *seeds(2, "a")}) == 9


def test_a_seed_that_is_given_is_kept(alone: None) -> None:
    with Session().in_force():
        assert _random_check(seed=7)[0].details["seed"] == 7
        assert _random_check()[0].details["seed"] != 0


def test_an_exact_check_may_still_probe_at_random_points(alone: None) -> None:
    @check
    def probes(seed: int = 0) -> oc.Finding:
        return oc.Finding("probe", "right", details={"seed": seed})

    with Session(name="a").in_force() as session:
        drawn = [probes().details["seed"] for _ in range(3)]
    assert len(set(drawn)) == 3 and session.spent == 0.0


def test_outside_of_a_session_each_check_is_on_its_own(alone: None) -> None:
    assert current() is None
    assert _random_check()[0].details == {"rate": DEFAULT_FALSE_ALARM, "seed": 0}


def test_threads_share_the_budget(alone: None) -> None:
    with Session(1e-3).in_force() as session:
        threads = [threading.Thread(target=lambda: [_random_check() for _ in range(200)]) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert session.shares == 800 == len(session.findings)
    assert session.spent <= 1e-3


def test_a_check_that_raises_leaves_the_session_in_order(alone: None) -> None:
    @check
    def fails() -> oc.Finding:
        raise ValueError("no")

    with Session().in_force() as session:
        with pytest.raises(ValueError):
            fails()
        _exact_check()
    assert len(session.findings) == 1 and current() is None


def test_right_code_fails_as_rarely_as_was_stated(alone: None) -> None:
    """200 sessions of 20 checks, each of which raises a false alarm exactly at its rate: at a budget of 5 %, at most 24 sessions.

    The number of sessions with an alarm is at most binomial with p = 0.05; 25 or more of 200 have the probability 4e-5.
    """
    alarms = 0
    for number in range(200):
        with Session(0.05, seed=number).in_force():
            rates = [_random_check()[0].details for _ in range(20)]
        alarms += any(np.random.default_rng(d["seed"]).random() < d["rate"] for d in rates)
    assert 0 < alarms < 25


@pytest.mark.parametrize("budget", [0.0, 1.0, -1e-6, float("nan")])
def test_a_budget_is_a_probability(budget: float) -> None:
    with pytest.raises(ValueError, match="between 0 and 1"):
        Session(budget)


def test_every_public_check_draws_on_the_session() -> None:
    checks = [name for name in oc.__all__ if name.startswith("check_")]
    assert checks
    assert [name for name in checks if not hasattr(getattr(oc, name), "__ouracle_check__")] == [], "decorate these with @session.check"
