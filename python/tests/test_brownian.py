"""check_brownian: a right path is consistent, and one that does not move, does not add up or has another scale is found."""

from __future__ import annotations

import numpy as np
import pytest

import ouracle as oc


class Tree:
    """Brownian paths on a fine grid, with their areas."""

    def __init__(self, n=4000, cells=64, seed=0):
        rng = np.random.default_rng(seed)
        h = 1 / cells
        steps = rng.standard_normal((n, cells)) * np.sqrt(h)
        area = rng.standard_normal((n, cells)) * np.sqrt(h / 12)
        self.cells = cells
        self.values = np.concatenate([np.zeros((n, 1)), np.cumsum(steps, axis=1)], axis=1)
        # ∫ B over each cell: h (B_s + W/2 + H).
        integral = h * (self.values[:, :-1] + steps / 2 + area)
        self.integrals = np.concatenate([np.zeros((n, 1)), np.cumsum(integral, axis=1)], axis=1)

    def __call__(self, s, t):
        i, j = round(s * self.cells), round(t * self.cells)
        w = self.values[:, j] - self.values[:, i]
        mean = (self.integrals[:, j] - self.integrals[:, i]) / (t - s)
        return w, mean - self.values[:, i] - w / 2


def test_a_right_path_is_consistent():
    findings = oc.check_brownian(Tree())
    assert {f.quantity for f in findings} >= {"additivity", "variance", "area additivity", "area variance", "area independence"}
    assert findings.passes, findings


@pytest.mark.parametrize(
    ("wrong", "quantity"),
    [
        (lambda w, h, s, t: (0 * w, h), "variance"),
        (lambda w, h, s, t: (w * np.sqrt(t - s), h), "additivity"),
        (lambda w, h, s, t: (1.2 * w, h), "variance"),
        (lambda w, h, s, t: (w, -h), "area additivity"),
        (lambda w, h, s, t: (w, h * np.sqrt(12)), "area variance"),
        (lambda w, h, s, t: (w, h + w / 2), "area independence"),
        (lambda w, h, s, t: (np.random.default_rng().standard_normal(len(w)) * np.sqrt(t - s), h), "repeatable"),
    ],
)
def test_wrong_paths_are_found(wrong, quantity):
    tree = Tree()
    findings = oc.check_brownian(lambda s, t: wrong(*tree(s, t), s, t))
    assert findings.of(quantity).verdict == "wrong", findings


def test_a_path_that_does_not_move_is_named():
    assert "does not move" in oc.check_brownian(lambda s, t: np.zeros(2000)).of("variance").cause


def test_too_few_paths_are_a_fault():
    assert oc.check_brownian(lambda s, t: np.zeros(3)).verdict == "fault"
