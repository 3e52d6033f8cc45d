"""What a wrong SDE solver looks like: the wrong equations whose solution it tends to, and the wrong scales of its noise."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np

from .increments import SolverRun
from .linear import LinearSde

#: Distance of a run from the solution of an equation in elapsed time.
Distance = Callable[[SolverRun, LinearSde], float]


def _candidates(equation: LinearSde) -> list[tuple[str, LinearSde]]:
    """Wrong equations in elapsed time, with the mistake that leads to each."""
    backwards = equation.direction < 0
    positive = "the step dt is taken as positive although time runs backwards" if backwards else "the drift has the wrong sign"
    noise = "the increments of B do not change their sign although time runs backwards" if backwards else "the noise has the wrong sign"
    found = [
        (f"{positive}: the drift is added with the other sign", equation.elapsed(drift=-1)),
        (noise, equation.elapsed(noise=-1)),
        (f"{positive}, and {noise}" if backwards else "drift and noise have the wrong sign", equation.elapsed(drift=-1, noise=-1)),
        ("the drift is twice what it should be", equation.elapsed(drift=2)),
        ("the drift is half of what it should be", equation.elapsed(drift=0.5)),
        ("g² is twice what it should be (a factor √2 in the noise)", equation.elapsed(noise=np.sqrt(2))),
        ("g² is half of what it should be (a factor 1/√2 in the noise)", equation.elapsed(noise=np.sqrt(0.5))),
        ("the noise is twice what it should be", equation.elapsed(noise=2)),
        ("the noise is left out", equation.elapsed(noise=0)),
        ("the drift is left out", equation.elapsed(drift=0)),
    ]
    if backwards:
        found.append(("the coefficients are taken at the time begin + τ, although time runs backwards", equation.elapsed(mirrored=True)))
    if equation.noise_slope == 0 and equation.noise > 0:
        found.append(("g² stands where g belongs: a variance is given as a standard deviation", equation.elapsed(noise=equation.noise)))
        found.append(("√g stands where g belongs: a standard deviation is given as a variance", equation.elapsed(noise=equation.noise**-0.5)))
        found.append(("the noise is not multiplied by g", equation.elapsed(noise=1 / equation.noise)))
    return found


def of_limit(runs: Sequence[SolverRun], distance: Distance) -> str:
    """What a solver that does not tend to the solution tends to; empty if nothing fits.

    A fit is an equation to whose solution the distance falls along the ladder, and ends ten times below that to the right one.
    """
    equation = runs[0].equation
    first, error = (distance(run, equation.elapsed()) for run in (runs[0], runs[-1]))
    if error < first / 4:
        # It converges, if only at a low order.
        return ""
    scale = _noise_scale(runs)
    if scale:
        return scale
    best: tuple[float, str] | None = None
    for story, wrong in _candidates(equation):
        if wrong.noise == 0 and wrong.noise_slope == 0:
            final = 0.0 if runs[-1].variance <= runs[-1].floor ** 2 else np.inf
        else:
            errors = [distance(run, wrong) for run in runs]
            falls = all(b < a or b <= run.floor for a, b, run in zip(errors, errors[1:], runs[1:]))
            final = errors[-1] if falls else np.inf
        if final < error / 10 and (best is None or final < best[0]):
            best = (final, story)
    return f"{best[1]} (it tends to the solution of that equation)" if best else ""


def _noise_scale(runs: Sequence[SolverRun]) -> str:
    """A noise that goes to zero or grows without bound with the step."""
    variance = runs[0].equation.moments()[1]
    if variance == 0:
        return ""
    ratios = np.array([run.variance / variance for run in runs])
    if not (ratios > 0).all():
        return ""
    lengths = np.array([abs(run.times[1] - run.times[0]) for run in runs])
    powers = np.diff(np.log(ratios)) / np.diff(np.log(lengths))
    limit = 2 * powers[-1] - powers[-2] if len(powers) > 1 else powers[-1]
    if abs(limit - 1) < 0.25:
        return (
            f"the noise of a step is too small by a factor that goes like √h (its variance like h^{1 + powers[-1]:.2f}): h stands where √h belongs, "
            "or the variance of the transition is given as its standard deviation"
        )
    if abs(limit + 1) < 0.25:
        return f"the variance of the noise of a step does not fall with h (it goes like h^{1 + powers[-1]:.2f}): the factor √h is missing"
    return ""


def of_order(runs: Sequence[SolverRun], order_with: Callable[[tuple[int, ...]], bool]) -> str:
    """Why the order on a path is too low: the areas of the path that enter with the wrong sign."""
    backwards = runs[0].equation.direction < 0
    for flips, name in (((1,), "H, the space-time Lévy area,"), ((2,), "K, the space-time-time Lévy area,"), ((1, 2), "H and K, the Lévy areas,")):
        if any(np.any(run.columns[:, list(flips)]) for run in runs) and order_with(flips):
            why = "; backwards in time W and K change their sign, and H does not" if backwards else ""
            return f"{name} enters with the wrong sign: with the other sign the order is as it should be{why}"
    return ""


def of_recursion(run: SolverRun, agrees: Callable[[LinearSde], bool]) -> str:
    """Which slip an Euler–Maruyama step makes; empty if none fits."""
    equation = run.equation
    step = float(run.times[1] - run.times[0])
    later = replace(equation, force=equation.force + step * equation.force_slope, noise=equation.noise + step * equation.noise_slope)
    stories = [
        ("drift and noise are taken at the end of the step, not at its start", later),
        ("the drift is taken at the end of the step, not at its start", replace(later, noise=equation.noise)),
        ("the noise is taken at the end of the step, not at its start: it is not Itô's", replace(later, force=equation.force)),
    ]
    return next((f"{story} (every entry agrees)" for story, wrong in stories if agrees(wrong)), "")
