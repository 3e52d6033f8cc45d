"""IPNDM starts at α = 0 and finds the data by dividing by α: what the network says at the first step is lost.

All data at 0.7: a step from level (α, σ) must give α' 0.7 + σ' ε. The network answers v = α ε - σ x₀, as Dance Diffusion's does.
"""

import torch
from diffusers import IPNDMScheduler

scheduler = IPNDMScheduler()
scheduler.set_timesteps(10)
alpha, sigma, m, eps = scheduler.alphas, scheduler.betas, 0.7, 0.3
x = torch.tensor([[sigma[0] * eps]])
out = scheduler.step((alpha[0] * eps - sigma[0] * m).reshape(1, 1), scheduler.timesteps[0], x).prev_sample.item()
print(f"after the first step {out:.4f}, should be {alpha[1] * m + sigma[1] * eps:.4f}; without the data it would be {sigma[1] * eps:.4f}")
