"""A session: what checks made one after another share.

* **One budget of false alarms.** If everything checked is right, the probability that *any* check of the session says otherwise is
  at most ``false_alarm``, however many checks there are. Rates add up whatever depends on whatever, so the budget is divided: it is
  split evenly between the parts of the session (tests, which are counted beforehand), and the ``k``-th check of a part may spend
  ``1/(k(k+1))`` of the part's, which sums to 1 over all ``k``. A smaller share costs little: samples grow with its logarithm.
* **One seed**, from which every check gets its own. It depends on the part and on the number of the check in it alone, so that a
  test run by itself draws what it draws among others (its share is then larger).
* **What was found**, in the order in which it was found.
"""

from __future__ import annotations

import contextlib
import functools
import hashlib
import inspect
import threading
from collections.abc import Callable, Iterator
from typing import Any, ParamSpec, TypeVar

from .findings import Finding, Findings

DEFAULT_FALSE_ALARM = 1e-6
#: As for the claims, so that a run without options is the same everywhere.
DEFAULT_SEED = 2_718_281_828

P = ParamSpec("P")
R = TypeVar("R")

#: Sessions in force, innermost last. Threads that a test starts find the same one.
_current: list[Session] = []


class Session:
    """The checks of one test, or of one script.

    Args:
        false_alarm: the budget of all checks together, in ``(0, 1)``.
        seed: of everything random.
        name: what the session is, such as a test; two with different names draw different numbers.

    Raises:
        ValueError: if the budget is not a probability between 0 and 1.
    """

    def __init__(self, false_alarm: float = DEFAULT_FALSE_ALARM, seed: int = DEFAULT_SEED, name: str = "") -> None:
        if not 0 < false_alarm < 1:
            raise ValueError(f"the false-alarm budget is {false_alarm}; it is a probability between 0 and 1, such as 1e-6")
        self.false_alarm = false_alarm
        self.seed = seed
        self.name = name
        #: What checks found, in order.
        self.findings: list[Finding] = []
        #: How many shares were taken, and what they add up to.
        self.shares = 0
        self.spent = 0.0
        self._seeds = 0
        self._lock = threading.Lock()

    def share(self, at_most: float | None = None) -> float:
        """The false-alarm rate of the next random check; a rate that was asked for can only lower it."""
        with self._lock:
            self.shares += 1
            rate = self.false_alarm / (self.shares * (self.shares + 1))
            if at_most is not None:
                rate = min(rate, at_most)
            self.spent += rate
        return rate

    def next_seed(self) -> int:
        """The seed of the next check."""
        with self._lock:
            self._seeds += 1
            digest = hashlib.sha256(f"{self.seed}\n{self.name}\n{self._seeds}".encode()).digest()
        return int.from_bytes(digest[:4], "big")

    @contextlib.contextmanager
    def in_force(self) -> Iterator[Session]:
        """Checks made inside belong to this session."""
        _current.append(self)
        try:
            yield self
        finally:
            _current.remove(self)


def current() -> Session | None:
    """The session in force; outside of one, each check is on its own, at the rate and with the seed in its signature."""
    return _current[-1] if _current else None


#: How deep in checks each thread is: one that calls another answers for both.
_depth = threading.local()


def check(function: Callable[P, R]) -> Callable[P, R]:
    """Marks a public check: in a session it takes its share of the budget and its seed from there, and what it returns is noted.

    The share goes to the parameter ``false_alarm`` and the seed to ``seed``, if the function has them and the caller does not give
    them. A rate that the caller gives is lowered to the share if it is higher. A check called by another check is part of it: it
    takes no share of its own, and only what the outer one returns is noted.
    """
    signature = inspect.signature(function)
    random, seeded = (name in signature.parameters for name in ("false_alarm", "seed"))

    @functools.wraps(function)
    def checked(*args: P.args, **kwargs: P.kwargs) -> R:
        session, outer = current(), getattr(_depth, "value", 0)
        if session is None or outer:
            return function(*args, **kwargs)
        if random or seeded:
            bound = signature.bind(*args, **kwargs)
            if random:
                bound.arguments["false_alarm"] = session.share(bound.arguments.get("false_alarm"))
            if seeded:
                bound.arguments.setdefault("seed", session.next_seed())
            args, kwargs = bound.args, bound.kwargs  # type: ignore[assignment]
        _depth.value = 1
        try:
            result = function(*args, **kwargs)
        finally:
            _depth.value = 0
        session.findings.extend(_found(result))
        return result

    checked.__ouracle_check__ = True  # type: ignore[attr-defined]
    return checked


def _found(result: Any) -> list[Finding]:
    if isinstance(result, Finding):
        return [result]
    return list(result) if isinstance(result, Findings) else []
