"""Where steps land: a scheduler in miniature, right and wrong in the ways that real ones have been."""

from __future__ import annotations

import numpy as np
import pytest

import ouracle as oc
from ouracle import tape
from ouracle.checks.steps import check_steps, landing, rounding
from ouracle.schedules import Level

BARS = np.cumprod(1 - np.linspace(1e-4, 0.02, 1000))


class Miniature:
    """DDIM over a table, with the interface that the check asks for."""

    def __init__(self, law=oc.PointMass([0.0, 0.0, 0.0]), *, eta=0.0, stride=False, keep_last=False, skip=None):
        self.options = dict(eta=eta, stride=stride, keep_last=keep_last, skip=skip)
        self.case = oc.Case(law, oc.Table(BARS))
        self.field = self.case.field("eps")
        self.trace: list[tuple[Level, np.ndarray]] = []

    def on(self, law):
        return Miniature(law, **self.options)

    @staticmethod
    def level(bar):
        return Level(float(np.sqrt(bar)), float(np.sqrt(1 - bar)))

    def __call__(self, noise, steps):
        times = np.linspace(0, 999, steps).round().astype(int)[::-1]
        start = self.level(BARS[times[0]])
        x = start.alpha * self.case.law.mean + start.sigma * noise
        self.trace = []
        for k, t in enumerate(times):
            listed = times[k + 1] if k + 1 < steps else -1
            following = t - 1000 // steps if self.options["stride"] else listed
            bar, to = BARS[t], BARS[following] if following >= 0 else 1.0
            if self.options["keep_last"] and listed < 0:
                to = BARS[0]
            self.trace.append((self.level(bar), x))
            if self.options["skip"] == k:
                continue
            eps = self.field(x, float(t))
            tau = self.options["eta"] * np.sqrt((1 - to) / (1 - bar) * (1 - bar / to))
            x = np.sqrt(to) * (x - np.sqrt(1 - bar) * eps) / np.sqrt(bar) + np.sqrt(1 - to - tau**2) * eps
            if tau > 0:
                x = x + tau * tape.generator().standard_normal(x.shape)
        self.trace.append((oc.DATA, x))
        return x


ENTRIES = [Miniature.level(bar) for bar in BARS]


@pytest.mark.parametrize("eta", [0.0, 0.5, 1.0])
@pytest.mark.parametrize("steps", [5, 20, 50])
def test_ddim_lands_on_its_own_levels(eta, steps):
    finding = check_steps(Miniature(eta=eta), steps=steps, entries=ENTRIES, squared=True)[0]
    assert finding.verdict == "right", finding


def test_a_fixed_stride_is_named():
    finding = check_steps(Miniature(stride=True), steps=10, entries=ENTRIES, squared=True)[0]
    assert finding.verdict == "wrong"
    assert finding.error > 1e-3
    assert "from entry 999 lands on entry 899" in finding.cause and "fixed stride of 1000 // 10" in finding.cause and "entry 888" in finding.cause


def test_noise_that_is_left_at_the_end_is_seen():
    """A Gaussian law would move by 0.01 %; here the whole variance is the mistake."""
    finding = check_steps(Miniature(keep_last=True), steps=10, entries=ENTRIES, squared=True)[0]
    assert finding.verdict == "wrong"
    assert finding.error == pytest.approx(0.01, rel=1e-6)
    assert "entry 0" in finding.cause and "the data" in finding.cause


def test_a_step_that_does_nothing_is_named():
    finding = check_steps(Miniature(skip=3), steps=10, squared=True)[0]
    assert finding.verdict == "wrong" and "step 4 does nothing" in finding.cause


def test_a_last_step_without_noise_is_a_convention():
    class Quiet(Miniature):
        """Says that it ends at the first entry, but draws no noise to get there."""

        def on(self, law):
            return Quiet(law, **self.options)

        def __call__(self, noise, steps):
            out = super().__call__(noise, steps)
            level = self.level(BARS[0])
            self.trace[-1] = (level, out * level.alpha)
            return out * level.alpha

    finding = check_steps(Quiet(eta=1.0), steps=10, squared=True)[0]
    assert finding.verdict == "convention" and "leaves out the noise of its last step" in finding.cause


def test_what_the_tape_cannot_read_is_undecided():
    class Clamped(Miniature):
        def on(self, law):
            return Clamped(law, **self.options)

        def __call__(self, noise, steps):
            return np.clip(super().__call__(noise, steps) + noise, -0.1, 0.1)

    assert check_steps(Clamped(), steps=5).verdict == "undecided"


def test_landing_reads_a_level_from_rows():
    point = np.array([0.7, -0.4, 0.3])
    rows = np.vstack([0.5 * point, 0.5 * point + 0.2 * np.eye(3), 0.5 * point + 0.1 * np.eye(3)])
    level = landing(rows, point)
    assert level.alpha == pytest.approx(0.5) and level.sigma == pytest.approx(np.hypot(0.2, 0.1))


def test_rounding_gathers_and_is_forgotten_at_the_data():
    levels = [Level(0.1, 1.0), Level(0.5, 0.8), oc.DATA]
    units = rounding(levels, squared=False)
    assert units[1] > units[0] * 0.8 and units[2] == pytest.approx(4 * 2 * 1.3)
    assert rounding(levels, squared=True)[2] == pytest.approx(units[2] + 1 / 0.64)


def test_errors_that_fall_and_then_grow_are_lost_digits():
    from ouracle import causes, orders

    assert "grows from there" in causes.of_growth(orders.measure((20, 40, 80, 160), (1e-2, 1e-3, 2e-3, 8e-3), 1e-9))
    assert causes.of_growth(orders.measure((20, 40, 80), (1e-2, 5e-3, 2e-3), 1e-9)) == ""


def test_a_level_without_signal_is_infinitely_noisy():
    assert Level(0.0, 1.0).half_log_snr == float("-inf") and Level(1.0, 0.0).half_log_snr == float("inf")
