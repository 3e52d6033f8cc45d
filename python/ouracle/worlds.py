"""The worlds that the pytest fixture ``world`` goes through: five laws of data under nine schedules, in three tiers.

No number is 0 or 1 where that would hide a factor: means are not zero, variances neither one nor equal, the covariance is full,
and one law is small enough for code that clamps its states to ``[−1, 1]``.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fnmatch import fnmatchcase

from .case import Case
from .laws import Gaussian, Law, Mixture, PointMass
from .schedules import EDM, VE, VP, FlowMatching, Schedule, SubVP, Table

#: From least to most: each has the worlds of the one before.
TIERS = ("smoke", "core", "full")

_MEAN = [0.7, -0.4, 0.3]
_COVARIANCE = [[1.0, 0.6, -0.2], [0.6, 0.8, 0.1], [-0.2, 0.1, 0.3]]

LAWS: dict[str, Callable[[], Law]] = {
    "gaussian-1d": lambda: Gaussian(0.5, 0.25),
    "gaussian-3d": lambda: Gaussian(_MEAN, _COVARIANCE),
    # A tenth of the one above.
    "small-3d": lambda: Gaussian([m / 10 for m in _MEAN], [[c / 100 for c in row] for row in _COVARIANCE]),
    "point-3d": lambda: PointMass(_MEAN),
    "mixture-1d": lambda: Mixture([0.3, 0.7], [-1.0, 0.8], [0.04, 0.09]),
}

SCHEDULES: dict[str, Callable[[], Schedule]] = {
    "vp": lambda: VP.linear("0.1", 20),
    "edm": EDM,
    "flow": lambda: FlowMatching(1.0),
    "ve": lambda: VE.geometric("0.01", 50),
    "cosine": VP.cosine,
    "subvp": lambda: SubVP.linear("0.1", 20),
    "ddpm": Table.ddpm,
    "flow-from-0": lambda: FlowMatching(0.0),
    # An end other than 1 shows a forgotten factor T.
    "vp-to-2": lambda: VP.linear("0.2", 10, 2),
}

_SMOKE = ("gaussian-3d-vp", "point-3d-edm", "mixture-1d-flow")
_CORE = ("vp", "edm", "flow")


@dataclass(frozen=True)
class World:
    """A named case of a tier."""

    id: str
    tier: str
    law: str
    schedule: str

    def case(self) -> Case:
        """The case, made anew: its fields have been asked nothing yet."""
        return Case(LAWS[self.law](), SCHEDULES[self.schedule]())


def _tier_of(name: str, law: str, schedule: str) -> str:
    if name in _SMOKE:
        return "smoke"
    # Every schedule is met with the full covariance, every law on the schedules of everyday.
    return "core" if schedule in _CORE or law == "gaussian-3d" else "full"


WORLDS: tuple[World, ...] = tuple(
    World(f"{law}-{schedule}", _tier_of(f"{law}-{schedule}", law, schedule), law, schedule) for schedule in SCHEDULES for law in LAWS
)


def of_tier(tier: str) -> list[World]:
    """The worlds of a tier.

    Raises:
        ValueError: if there is no such tier.
    """
    if tier not in TIERS:
        raise ValueError(f"`{tier}` is no tier; choose one of {', '.join(TIERS)}")
    return [world for world in WORLDS if TIERS.index(world.tier) <= TIERS.index(tier)]


def matching(pattern: str) -> list[str]:
    """The ids of all worlds that match a pattern such as ``*-edm``, for a test that needs a certain law or clock:
    ``@pytest.mark.parametrize("world", matching("*-edm"), indirect=True)``.

    Raises:
        ValueError: if no world matches.
    """
    found = [world.id for world in WORLDS if fnmatchcase(world.id, pattern)]
    if not found:
        raise ValueError(f"no world matches `{pattern}`; there are {', '.join(world.id for world in WORLDS)}")
    return found


def named(name: str) -> World:
    """The world with this id.

    Raises:
        ValueError: if there is none.
    """
    for world in WORLDS:
        if world.id == name:
            return world
    raise ValueError(f"`{name}` is no world; there are {', '.join(world.id for world in WORLDS)}")
