"""What the states of a trail say by themselves: how many steps there are, and what else happens to a state than steps."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from .lengths import Rule
from .trail import Trail


def counted(trail: Trail, steps: int | None) -> Rule:
    """Whether every step is one along the score, and whether there are as many as there should be."""
    got, bad = len(trail.steps), trail.unexplained
    asked = f"the energy was asked {trail.asked} times, and {trail.draws} arrays of noise were drawn"
    if bad:
        step = trail.steps[bad[0]]
        words = f"step {bad[0]} is not x + α·score + noise: {step.residual:.3g} is left over, and rounding would explain {step.allowance:.3g}; {asked}"
        return Rule("steps", "wrong", words, "", got, steps, step.residual, step.allowance)
    if steps is not None and got != steps:
        cause = {-1: "one step too few", 1: "one step too many"}.get(got - steps, "")
        return Rule("steps", "wrong", asked, cause, got, steps)
    return Rule("steps", "right", f"each is x + α·score + noise to rounding; {asked}", "", got, steps)


def clipped(trail: Trail, clip: tuple[float, float] | None) -> Iterator[Rule]:
    """The finding on a clip of the states, if there is one or should be."""
    bounds = [move.clip for move in (trail.entry, *trail.steps) if move.clip is not None and move.explained]
    if bounds:
        low = min((b[0] for b in bounds if np.isfinite(b[0])), default=-np.inf)
        high = max((b[1] for b in bounds if np.isfinite(b[1])), default=np.inf)
        if clip is None:
            words = f"states are clipped to [{low:.6g}, {high:.6g}]; what is not held there follows the exact recursion, but no closed form of the map or of an accuracy applies"
            yield Rule("clip", "convention", words, "a clip, as of pixels", [low, high])
            return
        fits = all(b[0] in (clip[0], -np.inf) and b[1] in (clip[1], np.inf) for b in bounds)
        yield Rule("clip", "right" if fits else "wrong", "states are clipped", "" if fits else "to another interval than was said", [low, high], list(clip))
    elif clip is not None and not trail.unexplained:
        outside = bool(np.any((trail.output < clip[0]) | (trail.output > clip[1])))
        yield Rule("clip", "wrong" if outside else "right", "no state was held at an end of the interval", "states are not clipped" if outside else "", None, list(clip))


def scaled(trail: Trail) -> Iterator[Rule]:
    """The finding on a change of scale, if there is one."""
    if trail.scale == (1.0, 0.0):
        return
    if trail.scale is not None:
        a, b = trail.scale
        words = f"its steps are made at {a:.6g}·x + {b:.6g}, the scale of its energy, and the end is converted back"
        yield Rule("scale", "convention", words, "", [a, b], [1.0, 0.0])
        return
    for k, move in enumerate((trail.entry, *trail.steps)):
        if move.explained and (move.scale != 1 or move.shift != 0):
            where = "between the input and the first question" if k == 0 else f"after step {k - 1}"
            words = f"{where} the scale changes, x ← {move.scale:.6g}·x + {move.shift:.6g}"
            cause = "two scales of the state are mixed: it is converted for the energy, and converted back not where it should be"
            yield Rule("scale", "wrong", words, cause, [move.scale, move.shift], [1.0, 0.0])
            return
