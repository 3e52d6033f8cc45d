"""zuko: the log-likelihood of its continuous flow, with exact and with estimated divergence."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from .. import VP, Case, Findings, Gaussian, Level, Mixture, check_likelihood
from ..laws import Law
from . import Question

PACKAGE = "zuko"
MODULE = "zuko"

#: The times of data and prior on the clock of the schedule.
START, END = 1e-3, 1.0
LAWS: dict[str, Law] = {
    "gaussian3": Gaussian([0.7, -0.4, 0.3], [[1, 0.6, -0.2], [0.6, 0.8, 0.1], [-0.2, 0.1, 0.3]]),
    "diagonal3": Gaussian([0.7, -0.4, 0.3], [1.0, 0.8, 0.3]),
    "mixture1": Mixture([0.3, 0.7], [-1.0, 0.8], [0.04, 0.09]),
}
#: Tolerances of the adaptive solver, coarse to fine.
TOLERANCES = (1e-6, 1e-8, 1e-10)


def questions() -> Iterable[Question]:
    """What is asked."""
    import torch

    from ..adapters import zuko as adapter

    torch.set_num_threads(1)
    for name, law in LAWS.items():
        yield Question(f"FreeFormJacobianTransform/exact/{name}", "likelihood", "FreeFormJacobianTransform(exact=True)", _exact(adapter, law))
        if not isinstance(law, Mixture):
            yield Question(f"FreeFormJacobianTransform/estimated/{name}", "likelihood", "FreeFormJacobianTransform(exact=False)", _estimated(adapter, law))


def _levels(case: Case) -> dict[str, Level]:
    return {"start": case.schedule.level(START), "end": case.schedule.level(END)}


def _exact(adapter: Any, law: Law) -> Callable[[], Findings]:
    def ask() -> Findings:
        case = Case(law, VP.linear())
        log_prob = adapter.log_prob(case, START, END)
        return check_likelihood(log_prob, case, **_levels(case), prior=_normal(case), refinements=TOLERANCES, framework="torch")

    return ask


def _estimated(adapter: Any, law: Law) -> Callable[[], Findings]:
    def ask() -> Findings:
        case = Case(law, VP.linear())
        log_prob = adapter.log_prob(case, START, END, exact=False)
        return check_likelihood(
            log_prob, case, **_levels(case), prior=_normal(case), refinements=(1e-5, 1e-6), framework="torch", probe="gaussian", repeats=100
        )

    return ask


def _normal(case: Case) -> Gaussian:
    return Gaussian([0.0] * case.dimension, 1.0)
