"""Purifiers as published code writes them: a state, a network ``(x, labels)``, and their own arguments behind it.

::

    purify = purifier.along(adp, energy, 10, "purification", config)               # adp(x, network_ebm, max_iter, mode, config)
    purify = purifier.along(anneal_Langevin_dynamics, energy, sigmas, final_only=True)
    findings = oc.check_purifier(purify, energy, framework="torch", shape=(3, 1, 1))

The network of the first is the score of an energy; one that returns the energy itself, to be differentiated, is handed out with
``gradient=False``. An energy with a level for each label is made by ``GaussianEnergy.trained(law, sigmas)``.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ..energies import Energy


def along(function: Callable[..., Any], energy: Energy, *arguments: Any, gradient: bool = True, **options: Any) -> Callable[[Any], Any]:
    """What :func:`ouracle.check_purifier` takes, from ``function(x, network, *arguments, **options)``.

    The last image is the result, of code that returns all of them, or all of them and more: ``[x₀, …, x_k]`` or ``([x₀, …, x_k], lengths)``.

    Args:
        function: the purifier.
        energy: the exact energy whose network it is given.
        arguments, options: what it takes besides.
        gradient: whether its network is the score; otherwise the energy, one number a row.
    """
    network = energy.score if gradient else energy.energy

    def purify(x: Any) -> Any:
        out = function(x, network, *arguments, **options)
        if isinstance(out, tuple):
            out = out[0]
        if not isinstance(out, list):
            return out
        if not out:
            raise ValueError("the purifier returned an empty list of images")
        return out[-1]

    purify.__qualname__ = getattr(function, "__qualname__", type(function).__name__)
    return purify
