"""The plug-in for pytest: exact worlds as a fixture, claims as a marker, one false-alarm budget and one record for a session.

pytest loads it by its entry point. It changes nothing for tests that do not use it: the fixture ``world`` and the marker
``ouracle`` are there, checks draw on the session's budget and seed, and what they find is reported at the end.
"""

from __future__ import annotations

import difflib
import json
import secrets
import types
from collections.abc import Generator
from typing import Any

import pytest

from .. import __version__, _native, worlds
from ..case import Case
from ..session import DEFAULT_FALSE_ALARM, DEFAULT_SEED, Session
from .expected import ExpectedFailures
from .records import Records


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("ouracle", "exact worlds for diffusion and score-based code")
    group.addoption(
        "--ouracle-tier", choices=worlds.TIERS, default="core", help="how many worlds the fixture `world` goes through (default: core)"
    )
    group.addoption(
        "--ouracle-false-alarm",
        type=_probability,
        default=DEFAULT_FALSE_ALARM,
        metavar="RATE",
        help="the probability that any random check of the session fails although everything is right (default: 1e-6)",
    )
    group.addoption(
        "--ouracle-seed", type=_seed, default=DEFAULT_SEED, metavar="N|random", help="the seed of random checks (default: a constant)"
    )
    group.addoption("--ouracle-records", metavar="FILE", help="write every finding to FILE as JSON lines, with a header and a footer")


def _probability(text: str) -> float:
    value = float(text)
    if not 0 < value < 1:
        raise ValueError(f"`{text}` is not between 0 and 1")
    return value


def _seed(text: str) -> int:
    if text == "random":
        return secrets.randbits(32)
    value = int(text)
    if value < 0:
        raise ValueError(f"`{text}` is negative")
    return value


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "ouracle(*claims): the claims of ouracle that the test relies on; unknown ids are an error")
    config.pluginmanager.register(Plugin(config), "ouracle-session")
    # The parameters of a fixture are known when it is made, and these depend on an option.
    fixtures = types.ModuleType("ouracle-worlds")
    fixtures.world = _world_fixture(config.getoption("--ouracle-tier"))  # type: ignore[attr-defined]
    config.pluginmanager.register(fixtures, "ouracle-worlds")


class Plugin:
    """What the plug-in does in one run of pytest."""

    def __init__(self, config: pytest.Config) -> None:
        self.tier: str = config.getoption("--ouracle-tier")
        self.false_alarm: float = config.getoption("--ouracle-false-alarm")
        self.seed: int = config.getoption("--ouracle-seed")
        self.expected = ExpectedFailures.read(config.rootpath / "ouracle-xfail.toml")
        self.sessions: dict[str, Session] = {}
        # Workers of xdist take the seed from the process that started them, and send it their reports.
        worker: dict[str, Any] | None = getattr(config, "workerinput", None)
        if worker is not None:
            self.seed = worker["ouracle_seed"]
        else:
            about = {"ouracle": __version__, "tier": self.tier, "seed": self.seed, "false_alarm": self.false_alarm}
            config.pluginmanager.register(Records(about, config.getoption("--ouracle-records")), "ouracle-records")

    @pytest.hookimpl(optionalhook=True)
    def pytest_configure_node(self, node: Any) -> None:
        node.workerinput["ouracle_seed"] = self.seed

    def pytest_report_header(self) -> str:
        return f"ouracle: {__version__}, tier {self.tier}, seed {self.seed}, false alarms {self.false_alarm:g} for the session"

    @pytest.hookimpl(wrapper=True)
    def pytest_collection_modifyitems(
        self, session: pytest.Session, config: pytest.Config, items: list[pytest.Item]
    ) -> Generator[None, Any, Any]:
        # Before anything is deselected: a marker is wrong also on a test that does not run today.
        _refuse_unknown_claims(items)
        overdue = self.expected.apply(session, config, items, self.tier)
        result = yield
        items.extend(overdue)
        return result

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Generator[None, Any, Any]:
        # The same one if a test is run again, so that trying again does not spend its share twice.
        session = self.sessions.get(item.nodeid)
        if session is None:
            share = self.false_alarm / max(1, len(item.session.items))
            session = self.sessions[item.nodeid] = Session(share, self.seed, item.nodeid)
        with session.in_force():
            return (yield)

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(self, item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        report = yield
        session = self.sessions.get(item.nodeid)
        if session is not None:
            found, session.findings = session.findings, []
            # Plain data, because xdist sends it from process to process; a subject may have returned anything.
            records = json.loads(json.dumps([finding.record() for finding in found], default=repr))
            noted = {"claims": _claims_of(item), "findings": records, "shares": session.shares, "spent": session.spent}
            report.ouracle = noted  # type: ignore[attr-defined]
        return report


def _world_fixture(tier: str) -> Any:
    @pytest.fixture(params=[world.id for world in worlds.of_tier(tier)])
    def world(request: pytest.FixtureRequest) -> Case:
        """A case whose every quantity is known, one for each world of the tier."""
        try:
            return worlds.named(request.param).case()
        except ValueError as error:
            raise pytest.UsageError(str(error)) from None

    return world


def _claims_of(item: pytest.Item) -> list[str]:
    return [claim for mark in item.iter_markers("ouracle") for claim in mark.args]


def _refuse_unknown_claims(items: list[pytest.Item]) -> None:
    """Raises a usage error that names what every unknown claim was perhaps meant to be."""
    known = [claim for claim, _, _ in _native.claims()]
    wrong: dict[str, None] = {}
    for item in items:
        for mark in item.iter_markers("ouracle"):
            if not mark.args or mark.kwargs:
                wrong[f'{item.nodeid}: the marker takes the ids of claims, ouracle("pf-ode"), and nothing else'] = None
            for claim in mark.args:
                if claim not in known:
                    near = difflib.get_close_matches(str(claim), known, 3, 0.5)
                    hint = f"did you mean {' or '.join(near)}?" if near else "`ouracle list` shows all claims"
                    wrong[f"{item.nodeid.split('[')[0]}: no claim has the id `{claim}`; {hint}"] = None
    if wrong:
        raise pytest.UsageError(*wrong)
