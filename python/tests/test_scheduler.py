"""The checks of a stepwise scheduler, and the reading of its levels, on miniatures without any framework but NumPy."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from ouracle.adapters import Unsupported
from ouracle.adapters.tables import Clock, Tables, level_of, level_of_bar
from ouracle.checks.scheduler import check_levels, check_shift
from ouracle.schedules import DATA, Level

BARS = np.cumprod(1 - np.linspace(1e-4, 0.02, 1000))


def scheduler(**tables):
    return SimpleNamespace(config=SimpleNamespace(), **tables)


def subject(made, **options):
    return SimpleNamespace(tables=lambda steps: Tables(made, options.get("scales", False)), inverse=options.get("inverse", False), name="miniature")


def test_a_table_of_bars_ends_at_the_data_unless_it_says_otherwise():
    made = scheduler(timesteps=np.array([900, 600, 300, 0]), alphas_cumprod=BARS)
    tables = Tables(made, False)
    assert tables.family == "vp" and tables.end == DATA and tables.at(1) == level_of_bar(BARS[600]) and not tables.inverse
    made.final_alpha_cumprod = BARS[0]
    assert Tables(made, False).end == level_of_bar(BARS[0])


def test_a_table_of_sigmas_up_to_one_is_a_straight_path_and_others_explode():
    flow = scheduler(timesteps=np.array([900.0, 500.0]), sigmas=np.array([0.9, 0.5, 0.0]))
    assert Tables(flow, False).family == "flow" and Tables(flow, False).at(0) == Level(1 - 0.9, 0.9)
    ve = scheduler(timesteps=np.array([900.0, 500.0]), sigmas=np.array([14.0, 0.5, 0.0]), alphas_cumprod=BARS)
    assert Tables(ve, True).at(0) == Level(1.0, 14.0)
    seen = Tables(ve, True).network(Level(1.0, 14.0))
    assert seen.ratio == pytest.approx(14.0) and np.hypot(*seen.pair) == pytest.approx(1.0)


def test_the_level_between_two_others_is_told_by_the_scale_of_the_input():
    made = scheduler(timesteps=np.array([9.0, 8.0, 7.0]), sigmas=np.array([10.0, 5.0, 5.0, 0.0]), sigmas_interpol=np.array([8.0, 7.0, 7.0, 0.0]), alphas_cumprod=BARS)
    tables = Tables(made, True)
    assert tables.at(1, 1 / np.hypot(1, 5.0)).sigma == 5.0 and tables.at(1, 1 / np.hypot(1, 7.0)).sigma == 7.0


def test_without_tables_there_are_no_levels():
    with pytest.raises(Unsupported, match="neither `sigmas` nor `alphas_cumprod`"):
        Tables(scheduler(timesteps=np.array([1.0, 0.5])), False).at(0)


@pytest.mark.parametrize("family", ["vp", "ve", "flow"])
def test_clocks_know_their_levels_and_rates(family):
    clock, sigma, h = Clock(family), 0.3, 1e-6
    level = level_of(family, sigma)
    assert clock.level(clock.time(level)).pair == pytest.approx(level.pair)
    low, mid, high = clock.rows(np.array([sigma - h, sigma, sigma + h]))
    assert (high[:2] - low[:2]) / (2 * h) == pytest.approx(mid[2:], abs=1e-8)


def test_pure_noise_is_a_level():
    assert Clock("vp").level(Clock("vp").time(Level(0.0, 1.0))) == Level(0.0, 1.0)


def test_levels_that_go_one_way_are_right():
    assert check_levels(subject(scheduler(timesteps=np.arange(3), sigmas=np.array([9.0, 3.0, 1.0, 0.0]), alphas_cumprod=BARS), scales=True)).verdict == "right"


@pytest.mark.parametrize(
    ("sigmas", "words"), [([9.0, 3.0, 4.0, 0.0], "wrong way"), ([9.0, np.nan, 1.0, 0.0], "no level")]
)
def test_levels_that_do_not_are_wrong(sigmas, words):
    finding = check_levels(subject(scheduler(timesteps=np.arange(3), sigmas=np.array(sigmas), alphas_cumprod=BARS), scales=True))[0]
    assert finding.verdict == "wrong" and words in finding.cause + finding.because


@pytest.mark.parametrize(("sample", "verdict"), [(lambda noise: 0 * noise, "convention"), (lambda noise: noise / 0, "wrong")])
def test_a_last_step_of_no_length_is_wrong_where_it_spoils_the_samples(sample, verdict):
    """As a sampler whose last level stands twice: one takes no notice, and one divides by the length of the step."""
    made = subject(scheduler(timesteps=np.arange(3), sigmas=np.array([9.0, 3.0, 1.0, 1.0]), alphas_cumprod=BARS), scales=True)

    class Sampler(SimpleNamespace):
        def __call__(self, noise, steps):
            with np.errstate(invalid="ignore"):
                return sample(noise)

    finding = check_levels(Sampler(**vars(made), case=SimpleNamespace(dimension=3)))[0]
    assert finding.verdict == verdict and "stands twice" in finding.because


class Shifted:
    """Flow matching in miniature; `twice` keeps its end from after the shift."""

    def __init__(self, shift=1.0, twice=False):
        self.config = SimpleNamespace(shift=shift, twice=twice)
        self.sigmas = self.shift(np.linspace(1, 0.001, 1000))
        self.least = self.sigmas[-1] if twice else 0.001

    def shift(self, sigma):
        return self.config.shift * sigma / (1 + (self.config.shift - 1) * sigma)

    def set_timesteps(self, steps):
        levels = self.shift(np.linspace(1, self.least, steps))
        self.timesteps, self.sigmas = levels * 1000, np.append(levels, 0.0)


@pytest.mark.parametrize(("shift", "twice", "verdict"), [(1.0, True, "right"), (3.0, False, "right"), (3.0, True, "wrong")])
def test_a_shift_that_is_applied_twice(shift, twice, verdict):
    config = {"shift": shift, "twice": twice}

    def tables(steps):
        made = Shifted(**config)
        made.set_timesteps(steps)
        return Tables(made, False)

    finding = check_shift(SimpleNamespace(scheduler=Shifted, config=config, tables=tables, name="miniature"))[0]
    assert finding.verdict == verdict
    assert ("applied twice" in finding.cause) == (verdict == "wrong")
