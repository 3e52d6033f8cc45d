"""Miniatures: small right programs of every kind that is checked, each with mistakes that were found in public code.

`python -m ouracle.miniatures` puts every one of them to every check that takes its kind: the right programs must pass all of them,
and every mistake must be found by one. A check that cannot fail is found here, and so is a mistake that no check can see.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from ..findings import Findings

#: How public code goes wrong: ten operators that make a wrong program of a right one.
OPERATORS: Mapping[int, str] = {
    1: "drop the factor 2 of a divided difference",
    2: "take one factor at a neighbouring level",
    3: "a variance for a standard deviation, or the reverse",
    4: "the formula of another parametrisation in one branch",
    5: "a factor 2, or 1/T, in g² or a rate",
    6: "a loop variable that is not updated, a dropped term, a mask read the other way",
    7: "a wrong last or first level",
    8: "cancellation",
    9: "time reversed in one place",
    10: "a size or a scale written into the code",
}


@dataclass(frozen=True)
class Mutation:
    """A mistake that a miniature can be asked to make."""

    name: str
    operator: int

    def __post_init__(self) -> None:
        if self.operator not in OPERATORS:
            raise ValueError(f"there is no operator {self.operator}; there are {min(OPERATORS)} to {max(OPERATORS)}")


#: A question puts the miniature, right (``""``) or with the mistake of this name, to one check.
Question = Callable[[str], Findings]


@dataclass(frozen=True)
class Miniature:
    """A right program, the mistakes it can make, and the checks that take its kind, by name."""

    name: str
    mutations: tuple[Mutation, ...]
    checks: Mapping[str, Question]
