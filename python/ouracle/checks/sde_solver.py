"""An SDE solver on linear equations, forwards and backwards in time: its law, its path, and its Euler–Maruyama recursion."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .. import grades, increments, orders, sde_causes, tape
from ..findings import Finding, Findings, caller
from ..frameworks import unit_roundoff
from ..increments import IncrementError, Solver, SolverRun
from ..linear import LinearSde
from ..session import check

Array = NDArray[np.float64]



@check
def check_sde_solver(
    solver: Solver,
    equation: LinearSde | None = None,
    *,
    steps: Sequence[int] = (16, 32, 64, 128),
    strong: float | None = None,
    weak: float | None = None,
    euler: bool = False,
    backwards: bool = True,
    own_noise: bool = False,
    subject: str = "",
    seed: int = 0,
) -> Findings:
    """Whether an SDE solver tends to the exact solution, in law and along the same Brownian path, in both directions of time.

    Nothing is random: a batch of paths, each with one standard deviation of the increment or of a Lévy area of one step, reads the
    affine map of the solver. From it come the exact mean and variance of what it returns, and the exact root mean square of its
    distance from the solution on the same path.

    Args:
        solver: ``solver(equation, times, path)``, which solves ``dX = equation.drift(t, X) dt + equation.diffusion(t, X) dB`` from
            ``path.start(equation.start)`` over the steps of ``times`` and returns the last state of every row. ``path.increment(s, t)`` is
            ``B(t) − B(s)``, ``path.area(s, t)`` and ``path.second_area(s, t)`` are the Lévy areas H and K. Backwards, ``times`` falls.
        equation: a linear equation; by default one whose force and noise change with time. Without noise it checks solvers of
            ordinary differential equations.
        steps: numbers of steps, growing, at least three.
        strong: the nominal order on a path, a multiple of ½; without it, that the solver converges at all is decided.
        weak: the nominal order of mean and variance; without it, that they converge.
        euler: whether the solver should be Euler–Maruyama, entry by entry.
        backwards: whether time is also run backwards.
        own_noise: the solver draws its own normal noise, one for each row of ``path.start``, from NumPy, PyTorch or JAX; it is read by a
            noise tape, and only its law is checked, forwards.
        subject: a name for the report.
        seed: of the test whether the solver is affine.

    Returns:
        For each direction findings ``law``, ``path`` and ``recursion``, such as ``path backwards``.

    Raises:
        ValueError: if there are fewer than three numbers of steps or they do not grow.
    """
    if len(steps) < 3 or any(b <= a for a, b in zip(steps, steps[1:])):
        raise ValueError(f"the numbers of steps are {list(steps)}; give at least three that grow")
    equation = equation if equation is not None else LinearSde.forced()
    about: dict[str, Any] = dict(check="check_sde_solver", subject=subject or getattr(solver, "__qualname__", type(solver).__name__), command=caller())
    findings: list[Finding] = []
    for direction, world in (("forwards", equation), ("backwards", equation.backwards())):
        if direction == "backwards" and (own_noise or not backwards):
            continue
        told = about | {"case": repr(world)}
        try:
            runs = [_own(solver, world, n, seed) if own_noise else increments.read(solver, world, n, seed) for n in steps]
        except (IncrementError, tape.TapeError) as error:
            findings.append(Finding(f"law {direction}", "undecided", because=str(error), **told))
            continue
        except Exception as error:  # noqa: BLE001 - whatever a subject raises is a finding, and the other direction is still checked
            findings.append(Finding(f"law {direction}", "fault", because=f"{type(error).__name__}: {error}", **told))
            continue
        findings.append(_law(runs, direction, weak, told))
        if not own_noise and equation.moments()[1] > 0:
            findings.append(_path(runs, direction, strong, told))
        if euler:
            findings.append(_recursion(runs, direction, told))
    return Findings(findings)


def _own(solver: Callable[..., Any], equation: LinearSde, steps: int, seed: int) -> SolverRun:
    """The same from a noise tape, for a solver that draws its own noise."""
    times = np.linspace(equation.begin, equation.end, steps + 1)

    def run(noise: Array) -> Any:
        return solver(equation, times, _Rows(len(noise))).reshape(-1, 1)

    reading = tape.read(run, (1,), scale=lambda: abs(equation.start) + 1.0, steps=steps, seed=seed)
    columns = np.concatenate(reading.output.blocks[1:], axis=1).T if reading.output.draws else np.zeros((0, 1))
    return SolverRun(equation, times, float(reading.output.mean[0]), columns, reading.precision, reading.residual, reading.allowance)


class _Rows:
    """Stands for the path of a solver that draws its own noise."""

    def __init__(self, rows: int) -> None:
        self.rows = rows

    def start(self, x: float) -> Array:
        """The state ``x`` for every row."""
        return np.full(self.rows, float(x))

    def __getattr__(self, name: str) -> Any:
        raise IncrementError(f"the solver asks for `path.{name}`; leave `own_noise` off, and it gets a path")


def _ladder(runs: Sequence[SolverRun], errors: Sequence[float], nominal: float | None, quantity: str, about: dict[str, Any]) -> Finding:
    """The finding on errors that should fall at a nominal order, or at all."""
    numbers = [len(run.times) - 1 for run in runs]
    measured = orders.measure(numbers, errors, max(run.floor for run in runs))
    verdict = measured.verdict(nominal if nominal is not None else 0.5, spacing=0.5)
    least = f"order {nominal:g} is refuted below {nominal - 0.25:g}" if nominal is not None else "a solver that converges has at least order ½"
    return Finding(
        quantity,
        verdict,
        got=round(measured.slopes[-1], 2) if measured.slopes else None,
        exact=nominal if nominal is not None else "at least 0.5",
        error=errors[-1],
        because=f"{measured.words()}; {least}",
        details={"steps": numbers, "errors": list(errors), "floor": measured.floor, "mean": [r.mean for r in runs], "variance": [r.variance for r in runs]},
        **about,
    )


def _law(runs: Sequence[SolverRun], direction: str, nominal: float | None, about: dict[str, Any]) -> Finding:
    exact = runs[0].equation.elapsed()
    finding = _ladder(runs, [run.weak_error(exact) for run in runs], nominal, f"law {direction}", about | {"reference": "law"})
    finding.details["exact mean"], finding.details["exact variance"] = exact.moments()
    return _explained(finding, lambda: sde_causes.of_limit(runs, lambda run, wrong: run.weak_error(wrong)))


def _path(runs: Sequence[SolverRun], direction: str, nominal: float | None, about: dict[str, Any]) -> Finding:
    exact = runs[0].equation.elapsed()
    finding = _ladder(runs, [run.strong_error(exact) for run in runs], nominal, f"path {direction}", about | {"reference": "closed form"})

    def cause() -> str:
        return sde_causes.of_limit(runs, lambda run, wrong: run.strong_error(wrong)) or sde_causes.of_order(runs, recovers)

    def recovers(flips: tuple[int, ...]) -> bool:
        errors = [run.strong_error(exact, flips) for run in runs]
        measured = orders.measure([len(run.times) - 1 for run in runs], errors, max(run.floor for run in runs))
        return errors[-1] < finding.details["errors"][-1] / 2 and measured.verdict(nominal if nominal is not None else 0.5, spacing=0.5) == "right"

    return _explained(finding, cause)


def _explained(finding: Finding, cause: Callable[[], str]) -> Finding:
    return replace(finding, cause=cause()) if finding.verdict in ("wrong", "undecided") else finding


def _recursion(runs: Sequence[SolverRun], direction: str, about: dict[str, Any]) -> Finding:
    """The worst agreement with Euler–Maruyama, in units of rounding."""
    worst: tuple[float, float, float, SolverRun] | None = None
    for run in runs:
        error, unit = _euler_distance(run, run.equation)
        if worst is None or not error / unit <= worst[0]:
            worst = (error / unit, error, unit, run)
    assert worst is not None
    ratio, error, unit, run = worst
    verdict = grades.verdict(ratio)
    cause = sde_causes.of_recursion(run, lambda wrong: _euler_distance(run, wrong)[0] <= 8 * unit) if verdict == "wrong" else ""
    return Finding(
        f"recursion {direction}",
        verdict,
        got=run.mean,
        exact=run.equation.euler(run.times)[0],
        error=error,
        tolerance=8 * unit,
        because=f"8 u κ with u of {run.dtype}, κ of a sum over {len(run.times) - 1} steps; the error is {ratio:.3g} u κ",
        reference="recursion",
        cause=cause,
        **about,
    )


def _euler_distance(run: SolverRun, equation: LinearSde) -> tuple[float, float]:
    """The largest difference from Euler–Maruyama of the mean and of what multiplies each increment, and one unit of rounding."""
    mean, weights = equation.euler(run.times)
    lengths = np.sqrt(np.abs(np.diff(run.times)))
    wanted = np.zeros_like(run.columns)
    if run.columns.shape[0] != len(weights):
        # A solver that draws more often than once a step: only its law can be compared.
        error = max(abs(run.mean - mean), abs(run.variance - float(np.sum((weights * lengths) ** 2))))
    else:
        ordered = (weights * lengths)[:: int(equation.direction)]
        wanted[:, 0] = equation.direction * ordered
        error = max(abs(run.mean - mean), float(np.abs(run.columns - wanted).max()))
    size = max(abs(equation.start), abs(mean), float(np.abs(weights).max()))
    return error, unit_roundoff(run.dtype) * len(run.times) * size
