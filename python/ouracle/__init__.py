"""Exact worlds for diffusion and score-based code, and checks that say what is wrong, where, and which known bug it looks like.

>>> import numpy as np, ouracle as oc
>>> case = oc.Case(oc.Gaussian([0.7, -0.4, 0.3], [[1, 0.6, -0.2], [0.6, 0.8, 0.1], [-0.2, 0.1, 0.3]]), oc.EDM())
>>> denoiser = case.field("D")
>>> def euler(noise, steps):
...     x, levels = 80.0 * noise, np.geomspace(80.0, 0.02, steps + 1)
...     for a, b in zip(levels, levels[1:]):
...         x = x + (b - a) * (x - denoiser(x, a)) / a
...     return x
>>> oc.check_order(euler, case, order=1, end=oc.Level(1, 0.02)).verdict
'right'
>>> oc.check_order(euler, case, order=2, end=oc.Level(1, 0.02)).verdict
'wrong'
"""

from ._native import __version__
from .asserts import asserting
from .bits_back import BitsBackCoder, CodeLength
from .case import Case
from .checks.brownian import check_brownian
from .checks.elbo_terms import check_elbo_terms
from .checks.field_conversions import check_field_conversions
from .checks.imputer import check_imputer
from .checks.likelihood import check_likelihood
from .checks.loss import check_loss
from .checks.metric import check_metric
from .checks.order import check_order
from .checks.purifier import check_purifier
from .checks.regression import check_regression
from .checks.sampler import check_sampler
from .checks.schedule import check_schedule
from .checks.score_matching import check_score_matching
from .checks.sde import Sde, check_sde
from .checks.sde_solver import check_sde_solver
from .enclosures import Enclosures, enclose
from .energies import GaussianEnergy, MixtureEnergy
from .energy_model import EnergyModel
from .fields import Field
from .findings import Finding, Findings
from .laws import Gaussian, Mixture, PointMass, ou_series
from .linear import LinearSde
from .oracle import Answer, Claim, ask, claims
from .plugin import PluginModel
from .recursion import Recursion
from .schedules import DATA, EDM, VE, VP, FlowMatching, Formula, Level, Process, Schedule, SubVP, Table
from .sweeps import Sweep, sweep
from .tape import TapeError
from .timeseries import Matern32, OrnsteinUhlenbeck, Smoothed

assert_brownian = asserting(check_brownian)
assert_elbo_terms = asserting(check_elbo_terms)
assert_field_conversions = asserting(check_field_conversions)
assert_imputer = asserting(check_imputer)
assert_likelihood = asserting(check_likelihood)
assert_loss = asserting(check_loss)
assert_metric = asserting(check_metric)
assert_order = asserting(check_order)
assert_purifier = asserting(check_purifier)
assert_regression = asserting(check_regression)
assert_sampler = asserting(check_sampler)
assert_schedule = asserting(check_schedule)
assert_score_matching = asserting(check_score_matching)
assert_sde = asserting(check_sde)
assert_sde_solver = asserting(check_sde_solver)

__all__ = [
    "Answer",
    "BitsBackCoder",
    "Case",
    "Claim",
    "CodeLength",
    "DATA",
    "EDM",
    "Enclosures",
    "EnergyModel",
    "Field",
    "Finding",
    "Findings",
    "FlowMatching",
    "Formula",
    "Gaussian",
    "GaussianEnergy",
    "Level",
    "LinearSde",
    "Matern32",
    "Mixture",
    "MixtureEnergy",
    "OrnsteinUhlenbeck",
    "PluginModel",
    "PointMass",
    "Process",
    "Recursion",
    "Schedule",
    "Sde",
    "Smoothed",
    "SubVP",
    "Sweep",
    "Table",
    "TapeError",
    "VE",
    "VP",
    "__version__",
    "ask",
    "assert_brownian",
    "assert_elbo_terms",
    "assert_field_conversions",
    "assert_imputer",
    "assert_likelihood",
    "assert_loss",
    "assert_metric",
    "assert_order",
    "assert_purifier",
    "assert_regression",
    "assert_sampler",
    "assert_schedule",
    "assert_score_matching",
    "assert_sde",
    "assert_sde_solver",
    "check_brownian",
    "check_elbo_terms",
    "check_field_conversions",
    "check_imputer",
    "check_likelihood",
    "check_loss",
    "check_metric",
    "check_order",
    "check_purifier",
    "check_regression",
    "check_sampler",
    "check_schedule",
    "check_score_matching",
    "check_sde",
    "check_sde_solver",
    "claims",
    "enclose",
    "ou_series",
    "sweep",
]
