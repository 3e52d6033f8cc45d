"""A case: a law of data under a schedule, in which everything is known."""

from __future__ import annotations

import weakref

import numpy as np
from numpy.typing import ArrayLike, NDArray

from . import _native
from .fields import Call, Field
from .laws import Gaussian, Law, Mixture
from .schedules import Level, Schedule

Array = NDArray[np.float64]


class Case:
    """Data of a known law under a schedule.

    Args:
        law: :class:`Gaussian`, :class:`PointMass` or :class:`Mixture`.
        schedule: any of :mod:`ouracle.schedules`, on the clock of the code that is to be checked.
    """

    def __init__(self, law: Law, schedule: Schedule) -> None:
        self.law = law
        self.schedule = schedule
        self._fields: weakref.WeakSet[Field] = weakref.WeakSet()

    @property
    def dimension(self) -> int:
        """The number of dimensions ``d``."""
        return self.law.dimension

    def field(self, kind: str, *, framework: str | None = None, scale: float = 1.0) -> Field:
        """The exact network of this kind (``score``, ``eps``, ``x0``, ``v``, ``velocity``; ``D`` is ``x0``), times ``scale``.

        It answers in the framework of the question. If ``framework`` is given, checks put their questions in it.
        """
        field = Field(self, kind, scale, framework)
        self._fields.add(field)
        return field

    def calls(self) -> list[Call]:
        """The questions to the field that was asked, in order.

        Raises:
            ValueError: if two fields of the case were asked, so that the order of the questions is not known.
        """
        asked = [field for field in self._fields if field.calls]
        if len(asked) > 1:
            raise ValueError(f"{len(asked)} fields of one case were asked; give each subject a case of its own")
        return list(asked[0].calls) if asked else []

    def asked(self) -> Field:
        """The one field that was asked since :meth:`forget`.

        Raises:
            ValueError: if none was, or several.
        """
        asked = [field for field in self._fields if field.calls]
        if len(asked) != 1:
            raise ValueError(f"{len(asked)} fields of the case were asked; the subject should use one field of the case as its network")
        return asked[0]

    @property
    def framework(self) -> str:
        """The framework that a field of the case was made for; NumPy if none was named."""
        return next((field.framework for field in self._fields if field.framework is not None), "numpy")

    def forget(self) -> None:
        """Forgets all questions to the fields of the case."""
        for field in self._fields:
            field.forget()

    def largest_state(self) -> float:
        """The largest magnitude of an entry of a state that a field was asked about."""
        return max((field.largest for field in self._fields), default=0.0)

    @property
    def gaussian(self) -> Gaussian:
        """The law, if it is Gaussian.

        Raises:
            ValueError: if it is a mixture, of which no sampler is an affine map.
        """
        if isinstance(self.law, Mixture):
            raise ValueError("this check needs Gaussian data, where a sampler is an affine map; the law is a mixture")
        return self.law

    def given(self, known: ArrayLike, observed: ArrayLike) -> Case:
        """The case of the other entries given those where ``known`` is true, which have the values in ``observed``, ``(d,)`` both.

        Raises:
            ValueError: if nothing or everything is known, or the data are not Gaussian.
        """
        mask, values = np.asarray(known, dtype=bool), np.asarray(observed, dtype=np.float64)
        law = self.gaussian
        matrix, offset, covariance = _native.given(law.mean, np.ascontiguousarray(law.covariance), np.flatnonzero(mask).tolist())
        return Case(Gaussian(matrix @ values[mask] + offset, covariance), self.schedule)

    def moments(self, level: Level) -> tuple[Array, Array]:
        """Mean ``(d,)`` and covariance ``(d, d)`` of ``z = αx + σε`` at a level."""
        identity = np.eye(self.dimension)
        return level.alpha * self.law.mean, level.alpha**2 * self.law.covariance + level.sigma**2 * identity

    def log_density(self, z: Array, level: Level) -> Array:
        """``log p(z)`` in nats at a level, ``(n,)`` for ``z`` of the shape ``(n, d)``."""
        z = np.ascontiguousarray(z, dtype=np.float64).reshape(-1, self.dimension)
        if isinstance(self.law, Mixture):
            return self.law.native.log_density(np.ascontiguousarray(z[:, 0]), level.pair)
        return self.law.native.log_density(z, level.pair)

    def enclose_log_density(self, z: Array, level: Level) -> Array:
        """Two ends between which ``log p(z)`` lies, ``(n, 2)`` in nats: a certificate for mean, covariance and points as given.

        The eigenvalues are floating point; what their decomposition left over is bounded, and the bound is part of the width.

        Raises:
            ValueError: if the law is no Gaussian, or singular at this level as far as doubles can tell.
        """
        z = np.ascontiguousarray(z, dtype=np.float64).reshape(-1, self.dimension)
        return self.gaussian.native.enclose_log_density(z, level.pair, np.ascontiguousarray(self.gaussian.covariance))

    def flow(self, z: Array, start: Level, end: Level) -> Array:
        """Where the exact probability flow carries ``z``, ``(n, d)``, from one level to another."""
        z = np.ascontiguousarray(z, dtype=np.float64).reshape(-1, self.dimension)
        if isinstance(self.law, Mixture):
            return self.law.native.flow(np.ascontiguousarray(z[:, 0]), start.pair, end.pair)[:, None]
        matrix, offset = self.law.native.flow(start.pair, end.pair)
        return z @ matrix.T + offset

    def __repr__(self) -> str:
        return f"Case({self.law!r}, {self.schedule!r})"
