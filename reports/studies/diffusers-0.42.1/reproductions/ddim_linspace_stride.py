"""DDIM with `timestep_spacing="linspace"` steps by a fixed stride, not to the next entry of its own list.

All data at m: the exact network knows the noise, and a DDIM step from level t to level s must give exactly
sqrt(ab[s]) m + sqrt(1 - ab[s]) eps. So the first step shows to which level it went.
"""

import torch
from diffusers import DDIMScheduler

scheduler = DDIMScheduler(timestep_spacing="linspace", clip_sample=False)
scheduler.set_timesteps(10)
ab, (t, s) = scheduler.alphas_cumprod.double(), scheduler.timesteps[:2]
m, eps = torch.tensor(0.7).double(), torch.tensor(0.3).double()


def level(i):
    return ab[i].sqrt() * m + (1 - ab[i]).sqrt() * eps


out = scheduler.step(eps.reshape(1, 1), t, level(t).reshape(1, 1)).prev_sample.item()
print(f"its own list goes from {int(t)} to {int(s)}, and the stride is {1000 // 10}")
print(f"after the first step: {out:.6f}")
print(f"level {int(s)}, the next of the list: {level(s).item():.6f}")
print(f"level {int(t) - 100}, one stride down: {level(int(t) - 100).item():.6f}")


# What it does to samples: data N(0.5, 0.25), exact network, 10 steps, the map of the start is affine.
def run(stride):
    def eps_hat(x, i):
        v = ab[i] * 0.25 + 1 - ab[i]
        return (1 - ab[i]).sqrt() * (x - ab[i].sqrt() * 0.5) / v

    x = torch.tensor([0.0, 1.0]).double()
    times = [int(i) for i in scheduler.timesteps]
    for k, i in enumerate(times):
        if stride:
            x = scheduler.step(eps_hat(x, i), i, x).prev_sample
            continue
        bar = ab[times[k + 1]] if k + 1 < len(times) else torch.tensor(1.0).double()
        e = eps_hat(x, i)
        x = bar.sqrt() * (x - (1 - ab[i]).sqrt() * e) / ab[i].sqrt() + (1 - bar).sqrt() * e
    return (x[1] - x[0]).item() ** 2


print(f"variance of the samples: {run(True):.4f}, of DDIM on the same list: {run(False):.4f} (the data have 0.25)")
