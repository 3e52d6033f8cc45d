"""Expected failures, ``ouracle-xfail.toml``: each with a reason, a link and an end, and none that outlives what it excuses.

A test that is expected to fail and passes, an entry that no test answers to, and one whose date is past, each fail the run.
"""

from __future__ import annotations

import datetime
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from .. import worlds

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

FIELDS = ("id", "reason", "link", "expires")


@dataclass(frozen=True)
class Entry:
    """One test that is known to fail."""

    id: str
    reason: str
    link: str
    expires: datetime.date


class Overdue(pytest.Item):
    """An entry that should not be there any more, as a failing test."""

    def __init__(self, *, why: str, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.why = why

    def runtest(self) -> None:
        pytest.fail(self.why, pytrace=False)

    def reportinfo(self) -> tuple[Path, None, str]:
        return self.path, None, self.name


class ExpectedFailures:
    """The entries of a file, which need not exist."""

    def __init__(self, path: Path, entries: list[Entry]) -> None:
        self.path = path
        self.entries = entries

    @classmethod
    def read(cls, path: Path) -> ExpectedFailures:
        """The entries of a file.

        Raises:
            pytest.UsageError: if an entry lacks a field, has another one, or there are two for one test.
        """
        if not path.exists():
            return cls(path, [])
        try:
            tables = tomllib.loads(path.read_text(encoding="utf-8"))
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise pytest.UsageError(f"{path}: {error}") from None
        listed = tables.pop("expected", [])
        if tables or not isinstance(listed, list):
            raise pytest.UsageError(f"{path}: the file has [[expected]] entries and nothing else, but also {', '.join(tables) or repr(listed)}")
        entries = [_entry(path, number, fields) for number, fields in enumerate(listed, 1)]
        seen: set[str] = set()
        for entry in entries:
            if entry.id in seen:
                raise pytest.UsageError(f"{path}: two entries have the id {entry.id}")
            seen.add(entry.id)
        return cls(path, entries)

    def apply(self, session: pytest.Session, config: pytest.Config, items: list[pytest.Item], tier: str) -> list[pytest.Item]:
        """Marks the tests that are expected to fail; returns an item that fails for every entry that is out of date."""
        by_id = {item.nodeid: item for item in items}
        overdue: list[pytest.Item] = []
        for entry in self.entries:
            why = None
            if entry.expires < datetime.date.today():
                why = f"the expected failure of {entry.id} ended on {entry.expires}: mend the code, or give a later date with a reason ({entry.link})"
            elif entry.id in by_id:
                reason = f"{entry.reason} ({entry.link}, until {entry.expires})"
                by_id[entry.id].add_marker(pytest.mark.xfail(reason=reason, strict=True))
            elif self._should_be_there(entry, config, tier):
                why = f"no test has the id {entry.id}: if it was renamed or removed, so must the entry be"
            if why is not None:
                name = f"{self.path.name}::{entry.id}"
                overdue.append(Overdue.from_parent(session, name=name, nodeid=name, why=f"{self.path.name}: {why}"))
        return overdue

    def _should_be_there(self, entry: Entry, config: pytest.Config, tier: str) -> bool:
        """Whether this run would have collected the test if there were one."""
        # A world of a larger tier is not asked for today.
        parameters = entry.id.partition("[")[2]
        if any(world.id in parameters for world in worlds.WORLDS if world not in worlds.of_tier(tier)):
            return False
        path = config.rootpath / entry.id.split("::")[0]
        if not path.exists():
            return True
        if config.getoption("lf", False):
            return False
        asked = [config.invocation_params.dir / argument for argument in config.args if "::" not in argument]
        return any(folder == path or folder in path.parents for folder in (Path(argument).resolve() for argument in asked))


def _entry(path: Path, number: int, fields: Any) -> Entry:
    given = set(fields) if isinstance(fields, dict) else set()
    if given != set(FIELDS):
        wrong = [f"lacks {name}" for name in FIELDS if name not in given] + [f"has the unknown field {name}" for name in sorted(given - set(FIELDS))]
        raise pytest.UsageError(f"{path}: entry {number} {', '.join(wrong)}; an entry has {', '.join(FIELDS)}")
    for name in ("id", "reason", "link"):
        if not isinstance(fields[name], str) or not fields[name].strip():
            raise pytest.UsageError(f"{path}: entry {number} has the {name} {fields[name]!r}; it is a text that is not empty")
    expires = fields["expires"]
    if isinstance(expires, datetime.datetime) or not isinstance(expires, datetime.date):
        raise pytest.UsageError(f"{path}: entry {number} expires on {expires!r}; write a date without quotes, such as 2027-01-31")
    return Entry(fields["id"], fields["reason"], fields["link"], expires)
