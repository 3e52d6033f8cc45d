"""Runs and sweeps on a cluster of processes: the bytes of one serial run, also if a worker is killed in the middle."""

from __future__ import annotations

import dataclasses
import functools
import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from multiprocessing import resource_tracker

import dask
import psutil
import pytest
from dask.distributed import Client, LocalCluster

import ouracle as oc
import pieces
from ouracle import _native, distributed

CLAIMS = ["variational-gap", "zero-variance-weight", "family-scaled-score"]
MAP = {
    "schedules": ["vp-linear b0=0.1 b1=20 T=1", "ve-geometric smin=0.01 smax=50 T=1"],
    "delta": "-0.5,0,0.001:1:25:log",
    "dimensions": "1,3,200",
    "world": "spectrum=power-law vmax=80 power=1.5",
}


def cluster(**options):
    return LocalCluster(n_workers=2, threads_per_worker=1, processes=True, host="127.0.0.1", dashboard_address=":0", **options)


@pytest.fixture(scope="module")
def client():
    with cluster() as local, Client(local) as connected:
        yield connected


@pytest.fixture(autouse=True)
def nothing_left_behind(tmp_path, monkeypatch):
    """Whatever happens, no file stays where temporary files go."""
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(scratch))
    yield
    assert [path.name for path in scratch.iterdir() if path.name.startswith("ouracle")] == []


def asked(claims=CLAIMS, **more):
    seed, budget = _native.check_defaults()
    readings = ["proof", "certificate", "simulation"]
    return {"claims": list(claims), "readings": readings, "effort": 1.0, "seed": seed, "false_alarm": budget, **more}


def timeless(records):
    """The lines without what depends on the machine; every other byte stays."""
    lines = []
    for line in records.splitlines():
        record = json.loads(line, parse_float=str)
        lines.append(json.dumps({key: value for key, value in record.items() if key not in ("time", "environment")}))
    return lines


@functools.cache
def serial():
    """What one thread finds."""
    records, proofs = _native.check_piece(asked(), None)
    return timeless(records), proofs


def killed_in_the_middle(client, flag, work):
    """Runs the work, and kills one worker as soon as it has some; the result, and who was killed."""
    pids, killed, over = client.run(os.getpid), [], threading.Event()

    def kill():
        # Pieces are held until the flag is there, so one that a worker has is not done. That every worker has some is not to be
        # waited for: while the others still import, Dask may give all pieces to the first.
        try:
            while not over.is_set() and not killed:
                busy = [worker for worker, keys in client.processing().items() if keys and worker in pids]
                if busy:
                    os.kill(pids[busy[0]], signal.SIGKILL)
                    killed.append(busy[0])
                time.sleep(0.01)
        finally:
            flag.touch()

    thread = threading.Thread(target=kill)
    thread.start()
    try:
        result = work()
    finally:
        over.set()
        thread.join()
    return result, killed


def test_a_run_in_pieces_has_the_bytes_of_a_serial_run(client, tmp_path):
    wanted, proofs = serial()
    run = distributed.check(client, CLAIMS, out=tmp_path / "report")
    assert timeless(run.records) == wanted
    assert (run.exit_code, run.incomplete) == (0, ())
    assert run.claims == dict.fromkeys(run.claims, "upheld") and set(run.claims) == set(CLAIMS)
    assert (tmp_path / "report" / "records.jsonl").read_bytes() == run.records
    there = {path.name: path.read_text() for path in (tmp_path / "report" / "certificates").iterdir()}
    assert there == proofs and proofs
    page = (tmp_path / "report" / "index.html").read_text()
    assert all(f"certificates/{name}" in page for name in proofs)
    assert run.verdict in page


def test_pieces_and_seeds_are_as_asked(client):
    one = distributed.check(client, CLAIMS[:1], shards=1, seed=7, readings=["simulation"])
    other = distributed.check(client, CLAIMS[:1], shards=5, seed=7, readings=["simulation"])
    assert timeless(one.records) == timeless(other.records)
    assert json.loads(one.records.splitlines()[0])["seed"] == 7


def test_a_sweep_in_pieces_has_the_bytes_of_a_serial_one(client, tmp_path):
    wanted = oc.sweep(**MAP)
    swept = distributed.sweep(client, **MAP, shards=7, out=tmp_path / "map")
    assert swept.cells == wanted.cells == (tmp_path / "map" / "cells.jsonl").read_bytes()


def test_a_killed_worker_changes_nothing(tmp_path, monkeypatch):
    wanted, _ = serial()
    monkeypatch.setattr(distributed, "_check_piece", functools.partial(pieces.held, _native.check_piece, str(tmp_path / "flag")))
    # Python's own, which stays as long as the interpreter.
    resource_tracker.ensure_running()
    before = set(psutil.Process().children(recursive=True))
    with cluster() as local, Client(local) as client:
        run, killed = killed_in_the_middle(client, tmp_path / "flag", lambda: distributed.check(client, CLAIMS))
        started = set(psutil.Process().children(recursive=True)) - before
    assert len(killed) == 1
    assert timeless(run.records) == wanted
    assert run.exit_code == 0
    assert psutil.wait_procs(started, timeout=30)[1] == []


def test_a_sweep_survives_a_killed_worker(tmp_path, monkeypatch):
    wanted = oc.sweep(**MAP)
    monkeypatch.setattr(distributed, "_sweep_piece", functools.partial(pieces.held, _native.sweep_piece, str(tmp_path / "flag")))
    with cluster() as local, Client(local) as client:
        swept, killed = killed_in_the_middle(client, tmp_path / "flag", lambda: distributed.sweep(client, **MAP, shards=5))
    assert len(killed) == 1
    assert swept.cells == wanted.cells


def test_workers_that_always_die_are_given_up(monkeypatch):
    monkeypatch.setattr(distributed, "_sweep_piece", pieces.dies)
    with dask.config.set({"distributed.scheduler.allowed-failures": 0}), cluster() as local, Client(local) as client:
        with pytest.raises(distributed.DistributedError, match="piece 1/1 was lost 1 times with the worker that did it"):
            distributed.sweep(client, **MAP, shards=1)


def test_a_piece_that_raises_is_named(client, monkeypatch):
    monkeypatch.setattr(distributed, "_sweep_piece", pieces.raises)
    with pytest.raises(distributed.DistributedError, match="piece 2/3 raised ZeroDivisionError: out of thin air"):
        distributed.sweep(client, **MAP, shards=3)
    # The cluster is as good as before.
    monkeypatch.undo()
    assert distributed.sweep(client, **MAP, shards=3).cells == oc.sweep(**MAP).cells


def test_another_version_is_refused(client, monkeypatch):
    monkeypatch.setattr(distributed, "_sweep_piece", pieces.of_another_version)
    with pytest.raises(ValueError, match=f"computed by ouracle 0.0.1, and this is {_native.__version__}"):
        distributed.sweep(client, **MAP, shards=2)


def test_pieces_of_different_arguments_do_not_merge(tmp_path):
    folders = []
    for number, seed in [(1, 1), (2, 2)]:
        folder = tmp_path / f"piece-{number}"
        folder.mkdir()
        records, _ = _native.check_piece(asked(seed=seed, readings=["simulation"]), f"{number}/2")
        (folder / "records.jsonl").write_bytes(records)
        folders.append(folder)
    with pytest.raises(ValueError, match=r"piece-1.* and .*piece-2.* are not pieces of one run: the seed differs \(1 and 2\)"):
        _native.merge_runs(folders, tmp_path / "out")
    assert not (tmp_path / "out").exists()

    first = _native.sweep_piece((MAP["schedules"], "0.1", "1", "spectrum=isotropic v0=1"), "1/2", 1)
    second = _native.sweep_piece((MAP["schedules"], "0.1", "1", "spectrum=isotropic v0=2"), "2/2", 1)
    with pytest.raises(ValueError, match="one and two are not of one sweep: the world differs"):
        _native.merge_cells([("one", first), ("two", second)])


def test_wrong_arguments_are_refused_before_anything_is_sent(client):
    for arguments, wanted in [
        ({"claims": ["no-such-claim"]}, "there is no claim `no-such-claim`"),
        ({"readings": ["proofs"]}, "there is no reading `proofs`"),
        ({"effort": -1.0}, "effort is -1"),
        ({"shards": 0}, "shards is 0, but it must be an integer >= 1"),
    ]:
        with pytest.raises(ValueError, match=wanted):
            distributed.check(client, **{"claims": CLAIMS, **arguments})
    with pytest.raises(ValueError, match="`v0` is missing"):
        distributed.sweep(client, world="spectrum=isotropic")


def test_a_client_is_needed():
    with pytest.raises(TypeError, match="client is None, but it must be a dask.distributed.Client"):
        distributed.check(None, CLAIMS)
    with LocalCluster(n_workers=0, host="127.0.0.1", dashboard_address=":0") as empty, Client(empty) as lonely:
        with pytest.raises(ValueError, match="the cluster has no workers"):
            distributed.check(lonely, CLAIMS)
    with pytest.raises(ValueError, match="the client is closed"):
        distributed.sweep(lonely)


def test_without_dask_the_extra_is_named():
    program = "import sys; sys.modules['dask'] = None\nfrom ouracle import distributed\ndistributed.check(None)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert 'ImportError: ouracle.distributed needs dask.distributed; install it with: pip install "ouracle[distributed]"' in done.stderr


def test_progress_is_shown_if_asked(client, capsys):
    distributed.sweep(client, **MAP, shards=2, progress=True)
    assert "ouracle: 2 of 2 pieces of the sweep are done" in capsys.readouterr().err
    distributed.sweep(client, **MAP, shards=2)
    assert capsys.readouterr().err == ""


def test_results_cannot_be_changed(client):
    run = distributed.check(client, CLAIMS[:1], readings=["proof"])
    with pytest.raises(dataclasses.FrozenInstanceError):
        run.exit_code = 1
