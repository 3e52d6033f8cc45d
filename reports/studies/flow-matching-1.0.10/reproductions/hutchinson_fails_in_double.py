"""flow_matching 1.0.10: `ODESolver.compute_likelihood(exact_divergence=False)` fails for states of double precision.

The probe is made as `(torch.randn_like(x_1) < 0) * 2.0 - 1.0`: a comparison has no precision, so the probe gets the default one.
"""

import torch
from flow_matching.solver import ODESolver


def velocity(x, t):
    # N(0, 1) at time 0 becomes N(0, e) at time 1.
    return x / 2


def prior(x):
    return torch.distributions.Normal(0.0, 1.0).log_prob(x).sum(1)


x = torch.ones(1, 2, dtype=torch.float64)
exact = torch.distributions.Normal(0.0, torch.e**0.5).log_prob(x).sum().item()
for default in (torch.float32, torch.float64):
    torch.set_default_dtype(default)
    grid = torch.tensor([1.0, 0.0], dtype=torch.float64)
    try:
        _, got = ODESolver(velocity).compute_likelihood(x, prior, step_size=None, method="dopri5", time_grid=grid, exact_divergence=False)
        print(f"default {default}: {got.item():.6f}, exact {exact:.6f}")
    except RuntimeError as error:
        print(f"default {default}: {type(error).__name__}: {error}; exact {exact:.6f}")
