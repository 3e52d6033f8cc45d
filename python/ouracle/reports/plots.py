"""Error against steps on logarithmic axes, as a drawing inside the page."""

from __future__ import annotations

import math
from dataclasses import dataclass
from html import escape

WIDTH, HEIGHT = 340, 236
LEFT, RIGHT, TOP, BOTTOM = 46, 14, 12, 36

_SUPERSCRIPT = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


@dataclass(frozen=True)
class Curve:
    """Errors at numbers of steps; ``kind`` is its class in the style sheet."""

    name: str
    kind: str
    steps: list[float]
    errors: list[float]

    @property
    def points(self) -> list[tuple[float, float]]:
        """The points that a logarithmic axis can show, as logarithms to the base ten."""
        numbers = [(n, e) for n, e in zip(self.steps, self.errors) if all(isinstance(v, (int, float)) for v in (n, e))]
        return [(math.log10(n), math.log10(e)) for n, e in numbers if n > 0 and 0 < e < math.inf]


@dataclass(frozen=True)
class Frame:
    """The ranges of both axes, as logarithms, on the drawing."""

    left: float
    right: float
    low: float
    high: float

    def across(self, x: float) -> float:
        """How far right a number of steps stands."""
        return LEFT + (x - self.left) / (self.right - self.left) * (WIDTH - LEFT - RIGHT)

    def down(self, y: float) -> float:
        """How far down an error stands."""
        return TOP + (self.high - y) / (self.high - self.low) * (HEIGHT - TOP - BOTTOM)

    def line(self, points: list[tuple[float, float]]) -> str:
        """The points of a line."""
        return " ".join(f"{self.across(x):.1f},{self.down(y):.1f}" for x, y in points)


def is_drawable(curves: list[Curve]) -> bool:
    """Whether there is a line to draw: two points that are neither zero nor infinite."""
    return any(len(curve.points) >= 2 for curve in curves)


def convergence(curves: list[Curve], orders: list[int], floor: float | None = None) -> str:
    """The drawing: curves, dashed lines of these orders through the first point of the first curve, and the floor of rounding.

    Without a single line to draw, an empty text.
    """
    if not is_drawable(curves):
        return ""
    curves = [curve for curve in curves if curve.points]
    points = [point for curve in curves for point in curve.points]
    left, right = min(x for x, _ in points), max(x for x, _ in points)
    low, high = min(y for _, y in points), max(y for _, y in points)
    if floor is not None and floor > 0 and math.log10(floor) > low - 2:
        low = min(low, math.log10(floor))
    low, high = low - 0.15, high + 0.15
    span = max(right - left, 1e-9)
    left, right = left - 0.05 * span, right + 0.05 * span

    frame = Frame(left, right, low, high)
    parts = [_grid(sorted({x for x, _ in points}), frame)]
    if floor is not None and floor > 0 and math.log10(floor) > low:
        top, bottom = frame.down(math.log10(floor)), frame.down(low)
        parts.append(f'<rect class="floor" x="{LEFT}" y="{top:.1f}" width="{WIDTH - LEFT - RIGHT}" height="{bottom - top:.1f}" />')
    (x0, y0), (x1, _) = curves[0].points[0], curves[0].points[-1]
    for order in orders:
        # The line ends where the frame does.
        end = min(x1, x0 + (y0 - low) / order) if order > 0 else x1
        parts.append(f'<polyline class="guide" points="{frame.line([(x0, y0), (end, y0 - order * (end - x0))])}" />')
    for curve in reversed(curves):
        dots = "".join(f'<circle cx="{frame.across(x):.1f}" cy="{frame.down(y):.1f}" r="3.4" />' for x, y in curve.points)
        parts.append(f'<g class="curve {curve.kind}"><polyline points="{frame.line(curve.points)}" />{dots}</g>')
    told = "; ".join(f"{curve.name}: " + ", ".join(f"{e:.2g} at {n:g} steps" for n, e in zip(curve.steps, curve.errors)) for curve in curves)
    return f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{escape(told, quote=True)}">{"".join(parts)}</svg>'


def _heights(low: float, high: float) -> list[tuple[float, str]]:
    """Where the lines of the vertical axis stand: powers of ten, and between them 2 and 5 if there are few."""
    decades = range(math.floor(low), math.ceil(high) + 1)
    inside = [decade for decade in decades if low <= decade <= high]
    if len(inside) >= 2:
        every = math.ceil(len(inside) / 6)
        return [(decade, f"10{str(decade).translate(_SUPERSCRIPT)}") for decade in inside if decade % every == 0]
    finer = [(decade + math.log10(factor), factor * 10.0**decade) for decade in decades for factor in (1, 2, 5)]
    return [(place, f"{value:.0e}".replace("e-0", "e-").replace("e+00", "") if value < 0.01 else f"{value:g}") for place, value in finer if low <= place <= high]


def _grid(ticks: list[float], frame: Frame) -> str:
    left, right, low, high = frame.left, frame.right, frame.low, frame.high
    parts = []
    for place, name in _heights(low, high):
        parts.append(f'<polyline class="grid" points="{frame.line([(left, place), (right, place)])}" />')
        parts.append(f'<text x="{LEFT - 6}" y="{frame.down(place) + 4:.1f}" text-anchor="end">{name}</text>')
    last = -math.inf
    for tick in ticks:
        x = frame.across(tick)
        parts.append(f'<polyline class="grid" points="{frame.line([(tick, low), (tick, high)])}" />')
        # Numbers that would touch the one before are left out.
        if x - last >= 26:
            parts.append(f'<text x="{x:.1f}" y="{frame.down(low) + 15:.1f}" text-anchor="middle">{10**tick:.4g}</text>')
            last = x
    parts.append(f'<polyline class="axis" points="{frame.line([(left, high), (left, low), (right, low)])}" />')
    parts.append(f'<text x="{(LEFT + WIDTH - RIGHT) / 2}" y="{HEIGHT - 4}" text-anchor="middle">steps</text>')
    return "".join(parts)
