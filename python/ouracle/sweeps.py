"""Maps of what the bound loses, over schedules, errors of the score and dimensions; every number certified."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from . import _native

#: What the library takes: schedules, score errors, dimensions, and the world in words.
Axes = tuple[list[str], str, str, str]


@dataclass(frozen=True)
class Sweep:
    """What the bound loses on average over Gaussian data, ``E[log q(x) - ELBO(x)]``, in nats, cell by cell.

    ``gap = prior + score`` says where it comes from, ``gap = model + slack`` what became of it. Each is an array of shape
    ``(schedules, dimensions, delta, 2)``: two doubles with the exact number between them (infinite where nothing is known).
    """

    schedules: tuple[str, ...]
    dimensions: tuple[int, ...]
    #: Relative errors of the score ``(1 + delta) grad log q``, as exact texts.
    delta: tuple[str, ...]
    #: Data, prior and member of the plug-in family, in words.
    world: str
    #: All that is lost.
    gap: NDArray[np.float64]
    #: ``KL(q_T | prior)``: the noise at the end is not the prior.
    prior: NDArray[np.float64]
    #: What the score error costs.
    score: NDArray[np.float64]
    #: ``KL(q_0 | model)``: the model is not the data.
    model: NDArray[np.float64]
    #: ``E[log p(x) - ELBO(x)]``: the bound is not tight.
    slack: NDArray[np.float64]
    #: ``"prior"``, ``"score"`` or ``"undecided"``: which costs more; of shape ``(schedules, dimensions, delta)``.
    larger: NDArray[np.str_]
    #: The bytes of ``cells.jsonl``, the same for any number of threads, pieces and machines.
    cells: bytes

    @classmethod
    def of_cells(cls, cells: bytes) -> Sweep:
        """A whole sweep from its ``cells.jsonl``.

        Raises:
            ValueError: if cells are missing.
        """
        header, *rows = (json.loads(line) for line in cells.splitlines())
        if len(rows) != header["cells"] or "shard" in header:
            raise ValueError(f"{len(rows)} of {header['cells']} cells are there; merge all pieces with `ouracle report` first")
        shape = (len(header["schedules"]), len(header["dimensions"]), len(header["delta"]))
        unknown = (-np.inf, np.inf)

        def bounds(name: str) -> NDArray[np.float64]:
            ends = [[unknown[at] if end is None else end for at, end in enumerate(row[name])] for row in rows]
            return np.asarray(ends, dtype=np.float64).reshape(*shape, 2)

        parts: dict[str, Any] = {name: bounds(name) for name in ("gap", "prior", "score", "model", "slack")}
        axes: dict[str, Any] = {name: tuple(header[name]) for name in ("schedules", "dimensions", "delta")}
        larger = np.asarray([row["larger"] for row in rows], dtype=np.str_).reshape(shape)
        return cls(**axes, **parts, world=header["world"], larger=larger, cells=cells)

    def write(self, out: str | os.PathLike[str]) -> Path:
        """Writes ``cells.jsonl``, ``map.svg`` and ``index.html`` to a folder; the path of the page."""
        _native.write_cells(self.cells, Path(out))
        return Path(out) / "index.html"


def sweep(
    schedules: Sequence[str] | None = None,
    delta: str | Iterable[Any] | None = None,
    dimensions: str | Iterable[int] | None = None,
    world: str = "",
    *,
    out: str | os.PathLike[str] | None = None,
    jobs: int | None = None,
) -> Sweep:
    """A map of what the bound loses.

    >>> map = sweep(["vp-linear b0=0.1 b1=20 T=1"], [0, "0.1"], [1, 64], "spectrum=isotropic v0=0.3")
    >>> map.gap.shape, map.larger[0, 1].tolist()
    ((1, 2, 2, 2), ['prior', 'score'])

    Args:
        schedules: processes with their parameters, as in ``ouracle list --kind worlds``; one of each kind if absent.
        delta: relative errors of the score. Numbers (strings such as ``"1/3"`` are exact), or a text of numbers and ranges
            such as ``"0,0.001:1:31:log"``.
        dimensions: numbers of axes, in the same way.
        world: data, prior and member as ``name=value`` words: ``spectrum=isotropic v0=``, ``spectrum=geometric vmin= vmax=`` or
            ``spectrum=power-law vmax= power=``; ``lam=`` below 1, 0 if absent; ``vpi=``, that of the noise if absent.
        out: a folder to write the cells, the picture and the page to.
        jobs: threads; as many as the machine runs at once if absent. They do not change a bit.

    Raises:
        ValueError: for an axis or a word that is wrong; the message says what to give.
    """
    asked = axes(schedules, delta, dimensions, world)
    swept = Sweep.of_cells(_native.sweep_piece(asked, None, jobs or os.cpu_count() or 1))
    if out is not None:
        swept.write(out)
    return swept


def axes(
    schedules: Sequence[str] | None,
    delta: str | Iterable[Any] | None,
    dimensions: str | Iterable[int] | None,
    world: str,
) -> Axes:
    """The axes as texts, with the library's defaults for what is absent."""
    usual = _native.sweep_defaults()
    if isinstance(schedules, str):
        schedules = [schedules]
    return (
        usual[0] if schedules is None else list(schedules),
        usual[1] if delta is None else _text(delta),
        usual[2] if dimensions is None else _text(dimensions),
        world or usual[3],
    )


def _text(axis: str | Iterable[Any]) -> str:
    return axis if isinstance(axis, str) else ",".join(str(point) for point in axis)
