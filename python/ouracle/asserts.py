"""Twins of the checks for tests: the same questions, but a failure is an `AssertionError` that prints the findings."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import ParamSpec

from .findings import Findings

Given = ParamSpec("Given")


def asserting(check: Callable[Given, Findings]) -> Callable[Given, Findings]:
    """The check as an assertion: it raises unless something was checked and everything passes, and returns the findings."""

    @functools.wraps(check)
    def twin(*args: Given.args, **kwargs: Given.kwargs) -> Findings:
        findings = check(*args, **kwargs)
        findings.raise_for_failure()
        return findings

    twin.__name__ = twin.__qualname__ = check.__name__.replace("check_", "assert_", 1)
    twin.__doc__ = f"As :func:`{check.__name__}`, but raises `AssertionError` unless everything passes.\n\n{check.__doc__ or ''}"
    return twin
