"""DDIMInverse with `prediction_type="sample"` returns NaN: at the data it divides 0 by sqrt(1 - 1)."""

import torch
from diffusers import DDIMInverseScheduler

for one in (True, False):
    scheduler = DDIMInverseScheduler(prediction_type="sample", clip_sample=False, set_alpha_to_one=one)
    scheduler.set_timesteps(10)
    x = torch.full((1, 1), 0.5)
    x = scheduler.step(x, scheduler.timesteps[0], x).prev_sample
    print(f"set_alpha_to_one={one}: after the first step {x.item()}")
