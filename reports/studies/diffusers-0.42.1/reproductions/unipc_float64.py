"""UniPC raises in double precision, when double precision is the default of new tensors: it mixes both in one solve."""

import torch
from diffusers import UniPCMultistepScheduler

for default in (torch.float32, torch.float64):
    torch.set_default_dtype(default)
    scheduler = UniPCMultistepScheduler(solver_order=2)
    scheduler.set_timesteps(10)
    x = torch.ones(1, 1, dtype=torch.float64)
    try:
        for t in scheduler.timesteps:
            x = scheduler.step(0.1 * x, t, x).prev_sample
        print(f"default {default}: {x.item():.6f}")
    except RuntimeError as error:
        print(f"default {default}: RuntimeError: {str(error).splitlines()[0]}")
