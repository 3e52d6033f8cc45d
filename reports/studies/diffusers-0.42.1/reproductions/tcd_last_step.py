"""TCD ends at the first level of its table, and not at the data, whatever `set_alpha_to_one` says.

All data at 0.7: the exact network knows the noise, and samples should be 0.7 with no noise left.
"""

import torch
from diffusers import TCDScheduler

for one in (True, False):
    scheduler = TCDScheduler(set_alpha_to_one=one)
    scheduler.set_timesteps(4)
    ab = scheduler.alphas_cumprod.double()
    x = torch.tensor([[-1.0], [1.0]]).double()
    for t in scheduler.timesteps:
        eps = (x - ab[t].sqrt() * 0.7) / (1 - ab[t]).sqrt()
        x = scheduler.step(eps, t, x, eta=0.0).prev_sample
    left = (x[1] - x[0]).abs().item() / 2
    print(f"set_alpha_to_one={one}: the samples are {x[0].item():.5f} and {x[1].item():.5f}: noise of σ = {left:.4f} is left")
print(f"the first level of the table has σ = {(1 - ab[0]).sqrt().item():.4f}; with set_alpha_to_one=True it should be 0")
