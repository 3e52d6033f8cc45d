"""What every script here shares: CPU time by `getrusage`, peak memory, and one line of JSON.

A script is called as `SCRIPT.py IMPLEMENTATION CASE --count N [--precision f32|f64] [--repetitions R]`, and prints

    {"implementation", "precision", "units", "cpu_seconds": [...], "wall_seconds": [...], "first_call_seconds",
     "peak_mebibytes", "answers": [{"name", "value", "kind", "size"}], "versions"}

`units` is what one timed call did (steps of paths, samples, sets of parameters, proofs, points); an answer is a decimal with what
may be between it and the exact number: a standard error, the radius of an enclosure, a bound on rounding, or nothing (exact).
The implementation `reference` times nothing, and gives the answers that all others are compared with.
"""
from __future__ import annotations

import argparse
import importlib.metadata
import json
import platform
import resource
import time
from collections.abc import Callable, Sequence
from typing import Any

Answer = dict[str, Any]
UNIT_ROUNDOFF = {"f32": 2.0**-24, "f64": 2.0**-53}


def arguments(about: str | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=about)
    parser.add_argument("implementation")
    parser.add_argument("case")
    parser.add_argument("--count", type=int, required=True, help="paths, samples, sets, proofs or points of one timed call")
    parser.add_argument("--precision", choices=("f32", "f64"), default="f64")
    parser.add_argument("--chunk", type=int, help="paths that go side by side, where an implementation has such a choice")
    parser.add_argument("--repetitions", type=int, default=3)
    return parser.parse_args()


def cpu_seconds() -> float:
    """User and system time of this process."""
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


def peak_mebibytes() -> float:
    """The most memory that this process ever had; `ru_maxrss` would begin with that of the process that started it."""
    try:
        with open("/proc/self/status") as status:
            lines = dict(line.split(":", 1) for line in status)
        return int(lines["VmHWM"].split()[0]) / 1024
    except (OSError, KeyError):
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def sampled(name: str, total: float, total_of_squares: float, count: int) -> Answer:
    """The mean of `count` draws, with its standard error."""
    mean = total / count
    variance = max(total_of_squares / count - mean**2, 0.0)
    return answer(name, mean, "standard error", (variance / count) ** 0.5)


def answer(name: str, value: object, kind: str, size: float = 0.0) -> Answer:
    return {"name": name, "value": str(value), "kind": kind, "size": size}


def timed(
    call: Callable[[], Any],
    *,
    implementation: str,
    precision: str,
    units: int,
    repetitions: int,
    answers: Callable[[Any], Sequence[Answer]],
    packages: Sequence[str] = (),
    before: Callable[[], object] = lambda: None,
) -> None:
    """Calls once to compile and warm up, then `repetitions` times; `before` each call, what is not part of it."""
    before()
    start = time.perf_counter()
    result = call()
    first = time.perf_counter() - start
    cpu, wall = [], []
    for _ in range(repetitions):
        before()
        cpu_start, wall_start = cpu_seconds(), time.perf_counter()
        result = call()
        wall.append(time.perf_counter() - wall_start)
        cpu.append(cpu_seconds() - cpu_start)
    peak = peak_mebibytes()
    record = {
        "implementation": implementation,
        "precision": precision,
        "units": units,
        "cpu_seconds": cpu,
        "wall_seconds": wall,
        "first_call_seconds": first,
        "peak_mebibytes": peak,
        "answers": list(answers(result)),
        "versions": {"python": platform.python_version()} | {name: importlib.metadata.version(name) for name in packages},
    }
    print(json.dumps(record), flush=True)


def reference(answers: Sequence[Answer]) -> None:
    """The answers that the others are compared with."""
    print(json.dumps({"answers": list(answers)}), flush=True)


def unless_missing(main: Callable[[], None]) -> None:
    """Runs the script; a package that is not installed is said in the place of the measurement."""
    try:
        main()
    except ModuleNotFoundError as error:
        print(json.dumps({"not_run": f"the Python package {error.name} is not installed"}), flush=True)
