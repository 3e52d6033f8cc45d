"""Runs and sweeps beyond one machine, on the workers of a Dask cluster: the same bytes as on one thread.

>>> from dask.distributed import Client                                                  # doctest: +SKIP
>>> import ouracle.distributed
>>> with Client(n_workers=4) as client:                                                  # doctest: +SKIP
...     run = ouracle.distributed.check(client, ["variational-gap", "girsanov"], out="reports/latest")
>>> run.verdict                                                                          # doctest: +SKIP

A run is cut into pieces, ``ouracle check --shard K/N``, and the pieces are merged as ``ouracle report`` does it. What a piece finds is
a function of its arguments, so that it does not matter which worker does it, nor how often: if a worker dies, Dask gives its pieces to
another one. Apart from the fields ``time`` and ``environment`` the records are those of one serial run, byte by byte; the cells of a
sweep have no such fields.

Workers need ``ouracle`` in the same version; nothing is written where they run.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from . import _native
from .sweeps import Sweep, axes

if TYPE_CHECKING:
    from dask.distributed import Client

#: Pieces for each thread of the cluster: enough that no thread waits long for the last piece.
PIECES = 4

T = TypeVar("T")


class DistributedError(RuntimeError):
    """A piece could not be computed; the message names it, and what happened."""


@dataclass(frozen=True)
class Run:
    """A merged run."""

    #: The headline of the report.
    verdict: str
    #: As of the command line: 0 if everything asked for ran and is right.
    exit_code: int
    #: What is missing, in sentences; empty if nothing is.
    incomplete: tuple[str, ...]
    #: The standing of each claim.
    claims: dict[str, str]
    #: The bytes of ``records.jsonl``.
    records: bytes


def check(
    client: Client,
    claims: Iterable[str] = (),
    *,
    shards: int | None = None,
    readings: Sequence[str] = ("proof", "certificate", "simulation"),
    effort: float = 1.0,
    seed: int | None = None,
    false_alarm: float | None = None,
    out: str | os.PathLike[str] | None = None,
    progress: bool | None = None,
) -> Run:
    """Decides claims on a cluster, as ``ouracle check`` does on one machine.

    Args:
        client: of a cluster with one worker at least.
        claims: by id; all of them, and the figures of the report, if none is named.
        shards: how many pieces to cut the run into; a few for each thread of the cluster if absent.
        readings: which of ``proof``, ``certificate`` and ``simulation`` to run.
        effort: the multiple of the planned sample sizes.
        seed: of everything random, from 0 to ``2**64 - 1``.
        false_alarm: the probability that a run of right code refutes anything by sampling.
        out: a folder for the report.
        progress: whether to show how far it is, on standard error; if absent, on a terminal.

    Raises:
        ValueError: for an argument that is wrong, or pieces that do not belong together; the message says what to give.
        DistributedError: if a piece raises, or its workers die again and again.
    """
    _checked(client)
    usual_seed, usual_budget = _native.check_defaults()
    asked = {
        "claims": [claims] if isinstance(claims, str) else list(claims),
        "readings": list(readings),
        "effort": effort,
        "seed": usual_seed if seed is None else seed,
        "false_alarm": usual_budget if false_alarm is None else false_alarm,
    }
    count = _pieces(client, shards, _native.check_units(asked))
    pieces = _gather(client, _check_piece, asked, count, progress, "check")
    with tempfile.TemporaryDirectory(prefix="ouracle-") as scratch:
        folders = []
        for number, (records, proofs) in enumerate(pieces, 1):
            folder = Path(scratch) / f"piece-{number}-of-{count}"
            (folder / "certificates").mkdir(parents=True)
            (folder / "records.jsonl").write_bytes(records)
            for name, text in proofs.items():
                (folder / "certificates" / name).write_text(text, encoding="utf-8")
            folders.append(folder)
        report = Path(scratch) / "report" if out is None else Path(out)
        summary = json.loads(_native.merge_runs(folders, report))
        records = (report / "records.jsonl").read_bytes()
    standings = {claim: entry["standing"] for claim, entry in summary["claims"].items()}
    return Run(summary["verdict"], summary["exit_code"], tuple(summary["incomplete"]), standings, records)


def sweep(
    client: Client,
    schedules: Sequence[str] | None = None,
    delta: str | Iterable[Any] | None = None,
    dimensions: str | Iterable[int] | None = None,
    world: str = "",
    *,
    shards: int | None = None,
    out: str | os.PathLike[str] | None = None,
    progress: bool | None = None,
) -> Sweep:
    """A map of what the bound loses, as :func:`ouracle.sweep` makes it, on a cluster.

    Raises:
        ValueError: for an argument that is wrong; the message says what to give.
        DistributedError: if a piece raises, or its workers die again and again.
    """
    _checked(client)
    asked = axes(schedules, delta, dimensions, world)
    count = _pieces(client, shards, _native.sweep_size(asked))
    pieces = _gather(client, _sweep_piece, asked, count, progress, "sweep")
    named = [(f"piece {number} of {count}", cells) for number, cells in enumerate(pieces, 1)]
    swept = Sweep.of_cells(_native.merge_cells(named))
    if out is not None:
        swept.write(out)
    return swept


def _check_piece(asked: dict[str, Any], piece: str) -> tuple[bytes, dict[str, str]]:
    """What a worker does of a run."""
    return _native.check_piece(asked, piece)


def _sweep_piece(asked: Any, piece: str) -> bytes:
    """What a worker does of a sweep."""
    return _native.sweep_piece(asked, piece, 1)


def _checked(client: Any) -> None:
    """Refuses what is no client that can be waited for."""
    try:
        from dask.distributed import Client
    except ImportError as error:
        raise ImportError('ouracle.distributed needs dask.distributed; install it with: pip install "ouracle[distributed]"') from error
    if not isinstance(client, Client):
        raise TypeError(f"client is {client!r}, but it must be a dask.distributed.Client, for example Client(n_workers=2)")
    if client.asynchronous:
        raise TypeError("the client is asynchronous, and a run waits for its pieces; give a Client made without asynchronous=True")
    if client.status != "running":
        raise ValueError(f"the client is {client.status}; give one that is connected to a scheduler")


def _pieces(client: Client, shards: int | None, units: int) -> int:
    """How many pieces to make; more than there are units would have nothing to do."""
    if shards is not None:
        if isinstance(shards, bool) or not isinstance(shards, int) or shards < 1:
            raise ValueError(f"shards is {shards!r}, but it must be an integer >= 1")
        return min(shards, max(units, 1))
    threads = sum(client.nthreads().values())
    if not threads:
        raise ValueError("the cluster has no workers; add some, or give shards= and it will wait for them")
    return max(1, min(PIECES * threads, units))


def _gather(client: Client, work: Callable[..., T], asked: Any, count: int, progress: bool | None, what: str) -> list[T]:
    """The results of all pieces, in order, each done again elsewhere if its worker dies."""
    from dask.distributed import as_completed

    shown = sys.stderr.isatty() if progress is None else progress
    names = [f"{number}/{count}" for number in range(1, count + 1)]
    # A key of its own for each piece: results of an earlier run are not taken for those of this one.
    futures = {client.submit(work, asked, name, pure=False): at for at, name in enumerate(names)}
    results: dict[int, T] = {}
    try:
        for future in as_completed(futures):
            at = futures[future]
            results[at] = _result(future, names[at])
            if shown:
                print(f"\rouracle: {len(results)} of {count} pieces of the {what} are done", end="", file=sys.stderr, flush=True)
    finally:
        if shown:
            print(file=sys.stderr)
        client.cancel(list(futures))
    return [results[at] for at in range(count)]


def _result(future: Any, name: str) -> Any:
    """What a piece gave, or a sentence about why it gave nothing."""
    from dask.distributed import CancelledError, KilledWorker

    try:
        result = future.result()
    except KilledWorker as error:
        raise DistributedError(
            f"piece {name} was lost {error.allowed_failures + 1} times with the worker that did it; look at the workers' logs, they may "
            "lack memory"
        ) from error
    except CancelledError as error:
        raise DistributedError(f"piece {name} was cancelled; the cluster or its client was closed, or somebody else cancelled it") from error
    except ModuleNotFoundError as error:
        raise DistributedError(f"piece {name} could not begin: {error}; install ouracle {_native.__version__} where the workers run") from error
    except Exception as error:
        raise DistributedError(f"piece {name} raised {type(error).__name__}: {error}") from error
    records = result[0] if isinstance(result, tuple) else result
    theirs = json.loads(records.split(b"\n", 1)[0])["ouracle"]
    if theirs != _native.__version__:
        raise ValueError(f"piece {name} was computed by ouracle {theirs}, and this is {_native.__version__}; install one version everywhere")
    return result
