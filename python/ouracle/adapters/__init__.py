"""Adapters: a package's own interface on one side, a case's exact field and the checks on the other.

None is imported before it is used. A user's own is ten lines: a function of noise (and a number of steps) that returns samples.
"""

from __future__ import annotations

from ..findings import Finding, Findings


class Unsupported(Exception):
    """A subject has an interface that its adapter does not know; the message says which, and what to give instead."""

    def findings(self, quantity: str, subject: str) -> Findings:
        """The one finding that nothing was checked, with the reason."""
        return Findings([Finding(quantity, "unsupported", because=str(self), subject=subject)])
