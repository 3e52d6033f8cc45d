"""The plug-in as pytest loads it from the installed package: each promise kept, and each broken promise noticed."""

from __future__ import annotations

import datetime
import json
from importlib import metadata
from pathlib import Path
from typing import Any

import pytest

from ouracle import worlds

TOMORROW = datetime.date.today() + datetime.timedelta(days=1)

#: Two checks by name, one right and one wrong, both at the rate that they were given.
CHECKS = """
    import pytest
    import ouracle as oc
    from ouracle.session import check

    @check
    def check_coin(verdict, false_alarm=1e-6, seed=0):
        return oc.Findings([oc.Finding("coin", verdict, error=0.5, tolerance=0.25, subject="mint", details={"rate": false_alarm, "seed": seed})])
"""


@pytest.fixture
def pytester(pytester: pytest.Pytester) -> pytest.Pytester:
    """Runs that load the plug-in by its entry point, and leave out others that take longer than the tests."""
    pytester.makeini("[pytest]\naddopts = -p no:nbmake -p no:hypothesispytest")
    return pytester


def write(pytester: pytest.Pytester, body: str) -> None:
    """A test file with the checks before this body."""
    lines = (CHECKS + body).split("\n")
    pytester.makepyfile(test_it="\n".join(line[4:] for line in lines))


def expect(pytester: pytest.Pytester, *entries: dict[str, Any], extra: str = "") -> None:
    """Writes ``ouracle-xfail.toml``."""
    text = extra
    for entry in entries:
        words = {"id": "test_it.py::test_one", "reason": "a known defect", "link": "https://example.org/7", "expires": TOMORROW} | entry
        lines = (f"{name} = {value if isinstance(value, datetime.date) else json.dumps(value)}" for name, value in words.items() if value is not None)
        text += "[[expected]]\n" + "\n".join(lines) + "\n"
    (pytester.path / "ouracle-xfail.toml").write_text(text, encoding="utf-8")


def records(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def test_the_entry_point_is_installed() -> None:
    (entry,) = [entry for entry in metadata.entry_points(group="pytest11") if entry.name == "ouracle"]
    assert entry.value == "ouracle.pytest_plugin"


@pytest.mark.parametrize("tier", worlds.TIERS)
def test_the_fixture_goes_through_the_worlds_of_the_tier(pytester: pytest.Pytester, tier: str) -> None:
    write(pytester, "\n    def test_one(world):\n        assert isinstance(world, oc.Case) and not world.calls()\n")
    result = pytester.runpytest(f"--ouracle-tier={tier}", "-v")
    result.assert_outcomes(passed=len(worlds.of_tier(tier)))
    result.stdout.fnmatch_lines([f"ouracle: *tier {tier}, seed 2718281828, false alarms 1e-06*", "*test_one?gaussian-3d-vp?*"])


def test_the_tiers_grow_and_have_every_law_and_many_schedules() -> None:
    smoke, core, full = (set(worlds.of_tier(tier)) for tier in worlds.TIERS)
    assert smoke < core < full == set(worlds.WORLDS)
    assert {world.law for world in core} == set(worlds.LAWS)
    assert {world.schedule for world in core} == set(worlds.SCHEDULES)
    assert len({world.law for world in smoke}) == len({world.schedule for world in smoke}) == 3


def test_a_test_may_choose_its_worlds(pytester: pytest.Pytester) -> None:
    write(
        pytester,
        """
    from ouracle.worlds import matching

    @pytest.mark.parametrize("world", matching("*-ve"), indirect=True)
    def test_one(world):
        assert "ve-geometric" in repr(world.schedule)
    """,
    )
    pytester.runpytest("--ouracle-tier=smoke").assert_outcomes(passed=len(worlds.LAWS))


def test_a_fixture_of_ones_own_goes_first(pytester: pytest.Pytester) -> None:
    write(pytester, "\n    @pytest.fixture\n    def world():\n        return 5\n\n    def test_one(world):\n        assert world == 5\n")
    pytester.runpytest().assert_outcomes(passed=1)


def test_an_unknown_claim_is_an_error_that_names_near_ones(pytester: pytest.Pytester) -> None:
    write(pytester, '\n    @pytest.mark.ouracle("pf-odes", "zzzzzz")\n    def test_one():\n        pass\n')
    # Also where the test is not chosen to run.
    result = pytester.runpytest("-k", "other")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["*test_it.py::test_one: no claim has the id `pf-odes`; did you mean pf-ode*", "*`zzzzzz`; `ouracle list`*"])


@pytest.mark.parametrize("mark", ["ouracle", "ouracle()", "ouracle('pf-ode', strict=True)"])
def test_a_marker_without_claims_is_an_error(pytester: pytest.Pytester, mark: str) -> None:
    write(pytester, f"\n    @pytest.mark.{mark}\n    def test_one():\n        pass\n")
    result = pytester.runpytest()
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["*the marker takes the ids of claims*"])


def test_findings_are_reported_and_recorded(pytester: pytest.Pytester) -> None:
    write(
        pytester,
        """
    @pytest.mark.ouracle("pf-ode")
    def test_one():
        check_coin("consistent").raise_for_failure()

    def test_two():
        check_coin("wrong").raise_for_failure()

    def test_three():
        pass
    """,
    )
    path = pytester.path / "records.jsonl"
    result = pytester.runpytest(f"--ouracle-records={path}", "--ouracle-seed=5")
    result.assert_outcomes(passed=2, failed=1)
    result.stdout.fnmatch_lines(
        [
            "=* ouracle *=",
            "consistent  coin of mint error 0.5 (tolerance 0.25)  test_it.py::test_one",
            "WRONG       coin of mint error 0.5 (tolerance 0.25)  test_it.py::test_two",
            "findings: 1 consistent, 1 wrong",
            "pf-ode: 1 passed",
            "false alarms: 3.33e-07 of 1e-06 spent in 2 shares; seed 5",
        ]
    )
    header, *middle, footer = records(path)
    assert (header["record"], header["format"], header["seed"], header["false_alarm"], header["tier"]) == ("header", "1.0", 5, 1e-6, "core")
    assert [line["record"] for line in middle] == ["finding", "test", "finding", "test"]
    assert middle[0]["test"] == "test_it.py::test_one" and middle[0]["finding"]["verdict"] == "consistent"
    assert middle[0]["finding"]["details"]["rate"] == pytest.approx(1e-6 / 3 / 2, rel=1e-15)
    assert (middle[1]["outcome"], middle[1]["claims"], middle[3]["outcome"]) == ("passed", ["pf-ode"], "failed")
    assert footer["counts"]["findings"] == {"consistent": 1, "wrong": 1} and footer["counts"]["tests"] == {"passed": 1, "failed": 1}


def test_records_are_a_function_of_the_seed(pytester: pytest.Pytester) -> None:
    write(pytester, '\n    @pytest.mark.parametrize("n", range(4))\n    def test_one(n):\n        check_coin("right")\n')

    def run(*options: str) -> list[dict[str, Any]]:
        pytester.runpytest("--ouracle-records=records.jsonl", *options)
        return records(pytester.path / "records.jsonl")[1:-1]

    assert run() == run() != run("--ouracle-seed=7")
    drawn = {line["finding"]["details"]["seed"] for line in run("--ouracle-seed=random") if line["record"] == "finding"}
    assert len(drawn) == 4


def test_a_run_that_was_cut_short_has_no_footer(pytester: pytest.Pytester) -> None:
    write(pytester, '\n    def test_one():\n        check_coin("right")\n        assert False\n\n    def test_two():\n        pass\n')
    pytester.runpytest("--ouracle-records=records.jsonl", "-x")
    assert [line["record"] for line in records(pytester.path / "records.jsonl")] == ["header", "finding", "test"]


def test_records_that_cannot_be_written_are_an_error(pytester: pytest.Pytester) -> None:
    result = pytester.runpytest("--ouracle-records=no/such/folder/records.jsonl")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["*--ouracle-records: no/such/folder/records.jsonl cannot be written*"])


def test_what_a_hostile_subject_returned_is_recorded(pytester: pytest.Pytester) -> None:
    write(
        pytester,
        """
    @check
    def check_odd():
        return oc.Finding("odd", "fault", got={1: object(), "b": float("nan")}, error=float("inf"))

    def test_one():
        check_odd()
    """,
    )
    result = pytester.runpytest("--ouracle-records=records.jsonl")
    result.assert_outcomes(passed=1)
    finding = records(pytester.path / "records.jsonl")[1]["finding"]
    assert "object" in finding["got"]["1"] and finding["error"] == "inf"


@pytest.mark.parametrize("option", ["--ouracle-false-alarm=0", "--ouracle-false-alarm=2", "--ouracle-seed=-1", "--ouracle-tier=all"])
def test_options_outside_their_domain_are_refused(pytester: pytest.Pytester, option: str) -> None:
    result = pytester.runpytest(option)
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines([f"*argument {option.split('=')[0]}*"])


def test_the_budget_is_one_for_all_tests_and_for_tests_run_again(pytester: pytest.Pytester) -> None:
    """Every test spends its share several times over, in its fixtures too; the sum stays below the budget."""
    write(
        pytester,
        """
    @pytest.fixture(scope="module", autouse=True)
    def first():
        check_coin("right")

    @pytest.mark.parametrize("n", range(20))
    def test_one(n):
        for _ in range(50):
            check_coin("right", false_alarm=0.5)
    """,
    )
    pytester.runpytest("--ouracle-records=records.jsonl", "--ouracle-false-alarm=0.01")
    found = records(pytester.path / "records.jsonl")
    rates = [line["finding"]["details"]["rate"] for line in found if line["record"] == "finding"]
    assert len(rates) == 1001 and 0.0098 < sum(rates) < 0.01
    assert found[-1]["counts"]["spent"] == pytest.approx(sum(rates), rel=1e-12)


def test_quiet_reports_leave_out_what_passing_tests_found(pytester: pytest.Pytester) -> None:
    write(pytester, '\n    def test_one():\n        assert check_coin("wrong").verdict == "wrong"\n')
    assert "WRONG" in pytester.runpytest().stdout.str()
    quiet = pytester.runpytest("-q")
    assert "WRONG" not in quiet.stdout.str() and "findings: 1 wrong" in quiet.stdout.str()


def test_a_suite_that_does_not_use_it_sees_one_line(pytester: pytest.Pytester) -> None:
    pytester.makepyfile("def test_one():\n    pass")
    lines = [line for line in pytester.runpytest().outlines if "ouracle" in line and not line.startswith("plugins:")]
    assert len(lines) == 1 and lines[0].startswith("ouracle: ")


FAILING = '\n    def test_one():\n        check_coin("wrong").raise_for_failure()\n'
PASSING = '\n    def test_one():\n        check_coin("right").raise_for_failure()\n'


def test_an_expected_failure_that_fails_does_not_fail_the_run(pytester: pytest.Pytester) -> None:
    write(pytester, FAILING)
    expect(pytester, {})
    result = pytester.runpytest("-rx", "--ouracle-records=records.jsonl")
    result.assert_outcomes(xfailed=1)
    assert result.ret == 0
    result.stdout.fnmatch_lines([f"*a known defect (https://example.org/7, until {TOMORROW})*"])
    assert records(pytester.path / "records.jsonl")[-1]["counts"]["tests"] == {"expected failure": 1}


def test_an_expected_failure_that_passes_fails_the_run(pytester: pytest.Pytester) -> None:
    write(pytester, PASSING)
    expect(pytester, {})
    result = pytester.runpytest("--ouracle-records=records.jsonl")
    result.assert_outcomes(failed=1)
    assert records(pytester.path / "records.jsonl")[-1]["counts"]["tests"] == {"failed": 1}


@pytest.mark.parametrize("body", [FAILING, PASSING])
def test_an_expected_failure_past_its_date_fails_the_run(pytester: pytest.Pytester, body: str) -> None:
    write(pytester, body)
    yesterday = datetime.date.today() - datetime.timedelta(days=1)
    expect(pytester, {"expires": yesterday})
    result = pytester.runpytest()
    assert result.parseoutcomes()["failed"] == (2 if body is FAILING else 1)
    result.stdout.fnmatch_lines([f"*the expected failure of test_it.py::test_one ended on {yesterday}*"])


@pytest.mark.parametrize("unknown", ["test_it.py::test_two", "test_gone.py::test_one"])
@pytest.mark.parametrize("arguments", [[], ["test_it.py"], ["-k", "nothing"]])
def test_an_expected_failure_of_no_test_fails_the_run(pytester: pytest.Pytester, unknown: str, arguments: list[str]) -> None:
    write(pytester, PASSING)
    expect(pytester, {"id": unknown})
    result = pytester.runpytest(*arguments)
    assert result.ret == 1
    result.stdout.fnmatch_lines([f"*no test has the id {unknown}*"])


def test_an_entry_is_not_missed_where_its_test_was_not_asked_for(pytester: pytest.Pytester) -> None:
    write(pytester, PASSING + "\n    def test_world(world):\n        pass\n")
    pytester.makepyfile(test_other="def test_three():\n    assert False")
    expect(pytester, {"id": "test_other.py::test_three"}, {"id": "test_it.py::test_world[small-3d-ddpm]"})
    assert pytester.runpytest("test_it.py").ret == 0
    assert pytester.runpytest("test_it.py::test_one").ret == 0
    # The world belongs to the full tier, where its test passes, unexpectedly.
    assert pytester.runpytest("test_it.py", "--ouracle-tier=full").ret == 1


@pytest.mark.parametrize(
    ("entry", "words"),
    [
        ({"link": None}, "entry 1 lacks link"),
        ({"strict": "yes"}, "entry 1 has the unknown field strict"),
        ({"reason": " "}, "the reason ' '"),
        ({"expires": "2030-01-01"}, "expires on '2030-01-01'; write a date without quotes"),
    ],
)
def test_an_entry_with_other_fields_is_refused(pytester: pytest.Pytester, entry: dict[str, Any], words: str) -> None:
    expect(pytester, entry)
    result = pytester.runpytest()
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines([f"*{words}*"])


def test_a_file_with_anything_else_is_refused(pytester: pytest.Pytester) -> None:
    for text, words in (("skip = true\n", "nothing else, but also skip"), ("expected = 3\n", "nothing else, but also 3"), ("[[", "ouracle-xfail.toml:")):
        expect(pytester, extra=text)
        result = pytester.runpytest()
        assert result.ret == pytest.ExitCode.USAGE_ERROR
        result.stderr.fnmatch_lines([f"*{words}*"])
    expect(pytester, {}, {})
    pytester.runpytest().stderr.fnmatch_lines(["*two entries have the id test_it.py::test_one"])


def test_it_works_with_xdist(pytester: pytest.Pytester) -> None:
    write(
        pytester,
        '\n    @pytest.mark.ouracle("pf-ode")\n    @pytest.mark.parametrize("n", range(6))\n    def test_one(n):\n        check_coin("right")\n',
    )
    expect(pytester, {"id": "test_it.py::test_gone"})
    result = pytester.runpytest("-n", "2", "--ouracle-records=records.jsonl", "--ouracle-seed=random")
    result.assert_outcomes(passed=6, failed=1)
    result.stdout.fnmatch_lines(["findings: 6 right", "pf-ode: 6 passed", "false alarms: 4.29e-07 of 1e-06 spent in 6 shares*"])
    lines = records(pytester.path / "records.jsonl")
    assert len(lines) == 14 and lines[-1]["record"] == "footer"

    # One seed for all workers: the same run alone, with the seed that was drawn.
    alone = pytester.runpytest("--ouracle-records=alone.jsonl", f"--ouracle-seed={lines[0]['seed']}")
    assert alone.ret == 1
    by_test = [sorted((line["test"], json.dumps(line)) for line in found[1:-1]) for found in (lines, records(pytester.path / "alone.jsonl"))]
    assert by_test[0] == by_test[1]
