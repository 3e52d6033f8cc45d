"""What a run of pytest found: a stream of JSON lines while it runs, and a section of the terminal report at its end."""

from __future__ import annotations

import json
import platform
import time
from collections import Counter
from typing import IO, Any

import numpy as np
import pytest

from ..findings import PASSING, VERDICTS

FORMAT = "1.0"


class Records:
    """The findings of all tests, as their reports arrive.

    The stream is a header, one ``finding`` for each finding, one ``test`` for each test that made one or has the marker, and a
    footer with counts. Without a footer the run was cut short. Only ``time`` and the header's ``environment`` depend on the machine.
    """

    def __init__(self, about: dict[str, Any], path: str | None) -> None:
        self.about = about
        self.started = time.time()
        self.lines: list[tuple[str, str, bool]] = []
        self.verdicts: Counter[str] = Counter()
        self.tests: Counter[str] = Counter()
        self.claims: dict[str, Counter[str]] = {}
        self.shares: dict[str, tuple[int, float]] = {}
        self._outcomes: dict[str, str] = {}
        self._used: set[str] = set()
        self._stream: IO[str] | None = None
        if path is not None:
            try:
                self._stream = open(path, "w", encoding="utf-8")
            except OSError as error:
                raise pytest.UsageError(f"--ouracle-records: {path} cannot be written: {error.strerror}") from None
        environment = {"python": platform.python_version(), "numpy": np.__version__, "os": platform.system(), "arch": platform.machine()}
        self._write("header", {"format": FORMAT, **about, "environment": {**environment, "started": int(self.started)}})

    def _write(self, record: str, fields: dict[str, Any]) -> None:
        if self._stream is not None:
            self._stream.write(json.dumps({"record": record, **fields}, ensure_ascii=False) + "\n")
            self._stream.flush()

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        noted: dict[str, Any] | None = getattr(report, "ouracle", None)
        if noted is None:
            return
        test = report.nodeid
        self._outcomes[test] = _worse(self._outcomes.get(test, "passed"), _outcome(report))
        for finding in noted["findings"]:
            self.verdicts[finding["verdict"]] += 1
            self.lines.append((test, _line(finding), finding["verdict"] in PASSING))
            self._write("finding", {"test": test, "finding": finding})
        if noted["shares"]:
            self.shares[test] = (noted["shares"], noted["spent"])
        if noted["findings"] or noted["claims"]:
            self._used.add(test)
        if report.when == "teardown" and test in self._used:
            outcome = self._outcomes[test]
            self.tests[outcome] += 1
            for claim in noted["claims"]:
                self.claims.setdefault(claim, Counter())[outcome] += 1
            fields = {"test": test, "outcome": outcome, "claims": noted["claims"], "shares": noted["shares"], "spent": noted["spent"]}
            self._write("test", fields)

    @property
    def _spent(self) -> tuple[int, float]:
        shares = self.shares.values()
        return sum(count for count, _ in shares), sum(spent for _, spent in shares)

    def pytest_sessionfinish(self, session: pytest.Session, exitstatus: int) -> None:
        if self._stream is None:
            return
        cut_short = session.shouldfail or session.shouldstop or exitstatus in (2, 3, 4)
        if not cut_short:
            shares, spent = self._spent
            counts = {"findings": _ordered(self.verdicts), "tests": dict(self.tests), "shares": shares, "spent": spent}
            self._write("footer", {"counts": counts, "time": {"seconds": round(time.time() - self.started, 3)}})
        self._stream.close()
        self._stream = None

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        if not self.lines and not self.claims:
            return
        terminalreporter.section("ouracle")
        quiet = terminalreporter.verbosity < 0
        for test, line, passes in self.lines:
            # A quiet report leaves out what a passing test found, such as that a mutant is wrong.
            if not quiet or self._outcomes[test] not in ("passed", "skipped"):
                terminalreporter.write_line(f"{line}  {test}", green=passes, red=not passes)
        found = ", ".join(f"{count} {verdict}" for verdict, count in _ordered(self.verdicts).items())
        terminalreporter.write_line(f"findings: {found or 'none'}")
        for claim, outcomes in sorted(self.claims.items()):
            told = ", ".join(f"{count} {outcome}" for outcome, count in sorted(outcomes.items()))
            terminalreporter.write_line(f"{claim}: {told}")
        shares, spent = self._spent
        budget = f"{spent:.3g} of {self.about['false_alarm']:g} spent in {shares} shares" if shares else "nothing random"
        terminalreporter.write_line(f"false alarms: {budget}; seed {self.about['seed']}")


def _outcome(report: pytest.TestReport) -> str:
    if hasattr(report, "wasxfail"):
        return "expected failure" if report.skipped else "failed"
    if report.failed and report.when != "call":
        return "error"
    return report.outcome


def _worse(one: str, other: str) -> str:
    return max(one, other, key=("passed", "skipped", "expected failure", "failed", "error").index)


def _ordered(verdicts: Counter[str]) -> dict[str, int]:
    return {verdict: verdicts[verdict] for verdict in VERDICTS if verdicts[verdict]}


def _line(finding: dict[str, Any]) -> str:
    """A finding in one line: verdict, what of whom, the error and what it looks like."""
    verdict = finding["verdict"]
    words = [f"{verdict if verdict in PASSING else verdict.upper():<11}", finding["quantity"]]
    if finding.get("subject"):
        words.append(f"of {finding['subject']}")
    if isinstance(finding.get("error"), float):
        within = f" (tolerance {finding['tolerance']:.3g})" if isinstance(finding.get("tolerance"), float) else ""
        words.append(f"error {finding['error']:.3g}{within}")
    if finding.get("cause"):
        cause = " ".join(str(finding["cause"]).split())
        words.append(f"looks like: {cause if len(cause) <= 80 else cause[:79] + '…'}")
    return " ".join(words)
