"""azula 0.11.1: `REABSampler` is of first order for every `order`.

Its documentation multiplies the integral by sqrt(1 + e^{2s}), which is sqrt(alpha_s² + sigma_s²)/alpha_s; the code has
sqrt(alpha_s² + sigma_t²), with the noise of the level where the step starts. With sigma_s the orders are those that are named.

Data N(0.7, 0.6), exact denoiser, a VE schedule, on which equal steps are uniform in log-SNR: the exact flow is a scaling about the mean.
"""

import inspect
import math
import textwrap

import azula.sample
import torch
from azula.denoise import Denoiser, DiracPosterior
from azula.noise import VESchedule

MEAN, VARIANCE, NOISY, CLEAN = 0.7, 0.6, 80.0, 0.02
OLD, NEW = "alpha_s**2 + sigma_t**2) * integral", "alpha_s**2 + sigma_s**2) * integral"


class Exact(Denoiser):
    schedule = VESchedule(CLEAN, NOISY)

    def forward(self, x_t, t, **_):
        _, sigma = self.schedule(t)
        return DiracPosterior(mean=MEAN + VARIANCE / (VARIANCE + sigma**2) * (x_t - MEAN))


def error(kind, order, steps):
    x = torch.full((1, 1), MEAN + NOISY, dtype=torch.float64)
    got = kind(Exact(), order=order, steps=steps, silent=True, dtype=torch.float64)(x)
    exact = MEAN + (x - MEAN) * ((VARIANCE + CLEAN**2) / (VARIANCE + NOISY**2)) ** 0.5
    return abs((got - exact) / (exact - MEAN)).item()


original = azula.sample.REABSampler
source = textwrap.dedent(inspect.getsource(inspect.unwrap(original.__call__)))
assert source.count(OLD) == 1, "this is another version of azula"
space = dict(vars(azula.sample))
exec(source.replace(OLD, NEW), space)
mended = type("REABSampler", (original,), {"__call__": space["__call__"]})
for order in (2, 3):
    for name, kind in (("as released", original), ("with sigma_s", mended)):
        errors = [error(kind, order, steps) for steps in (40, 80, 160, 320)]
        rates = [math.log2(a / b) for a, b in zip(errors, errors[1:])]
        print(f"order={order} {name:12} errors", *(f"{e:.2e}" for e in errors), "  rates", *(f"{r:.2f}" for r in rates))
