"""k-diffusion 0.1.1.post1: `get_sigmas_vp` computes exp(x) - 1 near x = 0, and loses digits of the least levels.

With its default precision, single, and its default end eps_s = 1e-3, the last level has three and a half digits.
"""

import math

import torch
from k_diffusion.sampling import get_sigmas_vp

for dtype in (torch.float32, torch.float64):
    torch.set_default_dtype(dtype)
    got = float(get_sigmas_vp(40)[-2])
    exact = math.sqrt(math.expm1(19.9 * 1e-3**2 / 2 + 0.1 * 1e-3))
    print(f"{dtype}: last level {got:.12g}, exact {exact:.12g}, relative error {abs(got / exact - 1):.1e}")
