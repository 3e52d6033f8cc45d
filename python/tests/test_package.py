"""The package as a whole: what it imports, exports and documents."""

from __future__ import annotations

import doctest
import inspect
import subprocess
import sys
from pathlib import Path

import pytest

import ouracle as oc

FOLDER = Path(oc.__file__).parent
SOURCES = sorted(FOLDER.rglob("*.py"))


def test_nothing_but_numpy_is_imported_before_it_is_used():
    names = "torch jax diffusers k_diffusion azula diffrax torchsde zuko hypothesis pytest matplotlib scipy dask distributed"
    program = f"import sys, ouracle; print([name for name in '{names}'.split() if name in sys.modules])"
    assert subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True).stdout.strip() == "[]"


def test_every_public_name_exists_and_says_what_it_is():
    assert len(set(oc.__all__)) == len(oc.__all__)
    for name in oc.__all__:
        thing = getattr(oc, name)
        if inspect.isclass(thing) or inspect.isfunction(thing):
            assert inspect.getdoc(thing), f"{name} has no docstring"


def test_every_check_has_a_twin_that_asserts():
    checks = [name for name in oc.__all__ if name.startswith("check_")]
    assert checks
    for name in checks:
        assert name.replace("check_", "assert_") in oc.__all__


def test_a_twin_raises_with_the_findings():
    case = oc.Case(oc.Gaussian([0.5], 0.25), oc.EDM())
    with pytest.raises(AssertionError, match="UNDECIDED"):
        oc.assert_sampler(lambda noise: noise, case)


@pytest.mark.parametrize("source", SOURCES, ids=lambda path: str(path.relative_to(FOLDER)))
def test_files_hold_one_idea(source):
    assert source.stem not in ("util", "utils", "common", "helpers", "core", "misc")
    assert len(source.read_text(encoding="utf-8").splitlines()) <= 400


def test_the_example_in_the_front_window_runs():
    assert doctest.testmod(oc).attempted > 0
    assert doctest.testmod(oc).failed == 0
