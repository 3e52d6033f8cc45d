"""DPMSolverMultistep, `sde-dpmsolver++` of order 3: the weight of D2 has -0.5 for +0.5, so it does not vanish with the step.

With e = -2h the weight of D2 is (e^e - 1 - e - e²/2)/e² up to its sign; in terms of h, as the source writes it,
((1 - exp(-2h) - 2h)/(2h)² + 0.5), which is O(h).
"""

import inspect
import textwrap

import diffusers.schedulers.scheduling_dpmsolver_multistep as module
import numpy as np
import torch
from diffusers import DPMSolverMultistepScheduler as Solver

for h in (0.4, 0.1, 0.025):
    first = (1 - np.exp(-2 * h) - 2 * h) / (2 * h) ** 2
    print(f"h = {h:<6} weight of D2 in diffusers {first - 0.5:+.4f}, with +0.5 {first + 0.5:+.4f}")

name = "multistep_dpm_solver_third_order_update"
source = textwrap.dedent(inspect.getsource(getattr(Solver, name)))
changes = {
    "((1.0 - torch.exp(-2.0 * h) - 2.0 * h) / (2.0 * h) ** 2 - 0.5)": "((1.0 - torch.exp(-2.0 * h) - 2.0 * h) / (2.0 * h) ** 2 + 0.5)",
    "D2 = (1.0 / (r0 + r1)) * (D1_0 - D1_1)": "D2 = (2.0 / (r0 + r1)) * (D1_0 - D1_1)",
}
for old, new in changes.items():
    assert old in source, "the source has changed"
    source = source.replace(old, new)
space = {}
exec(source, vars(module), space)
Mended = type("Mended", (Solver,), {name: space[name]})


def error(kind, order, steps):
    """Of the variance of the samples, exactly: the start and each draw go through in a row of their own."""
    scheduler = kind(solver_order=order, algorithm_type="sde-dpmsolver++", use_lu_lambdas=True, lower_order_final=False)
    scheduler.set_timesteps(steps)
    sigmas = scheduler.sigmas.double()
    x = torch.zeros(steps + 1, 1).double()
    n = sigmas[0]
    x[0] = ((0.25 + n * n) / (1 + n * n)).sqrt()
    for k, t in enumerate(scheduler.timesteps[:-1]):
        n, noise = sigmas[k], torch.zeros(steps + 1, 1).double()
        noise[k + 1] = 1
        a, s = 1 / (1 + n * n).sqrt(), n / (1 + n * n).sqrt()
        x = scheduler.step(s * x / (a * a * 0.25 + s * s), t, x, variance_noise=noise).prev_sample
    n = sigmas[steps - 1]
    return abs((x**2).sum().item() / ((0.25 + n * n) / (1 + n * n)).item() - 1)


ladder = (20, 40, 80, 160)
for label, kind, order in (("order 2", Solver, 2), ("order 3", Solver, 3), ("order 3, mended", Mended, 3)):
    print(f"{label:<16} relative error of the variance", *(f"{error(kind, order, n):.1e}" for n in ladder))
