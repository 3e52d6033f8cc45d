"""PNDM with `prediction_type="v_prediction"` is of order 1: it combines several v of different levels, and turns the sum into ε at one.

Data N(0.5, 0.25): the same exact network once as ε, once as v.
"""

import torch
from diffusers import PNDMScheduler


def error(kind, steps):
    scheduler = PNDMScheduler(prediction_type=kind, skip_prk_steps=True)
    scheduler.set_timesteps(steps)
    ab = scheduler.alphas_cumprod.double()
    x = torch.tensor([[0.0], [1.0]]).double()
    for t in scheduler.timesteps:
        a, s = ab[t].sqrt(), (1 - ab[t]).sqrt()
        eps = s * (x - a * 0.5) / (a * a * 0.25 + s * s)
        x = scheduler.step(eps if kind == "epsilon" else (eps - s * x) / a, t, x).prev_sample
    spread = lambda i: (ab[i] * 0.25 + 1 - ab[i]).sqrt()  # noqa: E731
    exact = spread(0) / spread(int(scheduler.timesteps[0]))
    return abs((x[1] - x[0]).item() / exact.item() - 1)


for kind in ("epsilon", "v_prediction"):
    print(f"{kind:<14} error of the spread", *(f"{error(kind, n):.1e}" for n in (25, 50, 100, 200)))
print("the two are one network in two forms, and should give the same")
