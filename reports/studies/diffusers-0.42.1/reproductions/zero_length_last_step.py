"""`final_sigmas_type="sigma_min"` with Karras, exponential, beta or lu levels repeats the last level: order 3 divides by that length."""

import torch
from diffusers import DPMSolverMultistepScheduler

for order in (2, 3):
    scheduler = DPMSolverMultistepScheduler(solver_order=order, use_karras_sigmas=True, final_sigmas_type="sigma_min")
    scheduler.set_timesteps(20)
    x = torch.ones(1, 1)
    for t in scheduler.timesteps:
        x = scheduler.step(0.1 * x, t, x).prev_sample
    print(f"order {order}: last levels {scheduler.sigmas[-3:].tolist()}, sample {x.item()}")
