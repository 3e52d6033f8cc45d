"""FlowMatchEuler and FlowMatchHeun keep sigma_min and sigma_max after the shift, and a run shifts them again."""

from diffusers import FlowMatchEulerDiscreteScheduler, FlowMatchHeunDiscreteScheduler

for kind in (FlowMatchEulerDiscreteScheduler, FlowMatchHeunDiscreteScheduler):
    scheduler = kind(shift=3.0)
    made = scheduler.sigmas.clone()[:1000].double()
    scheduler.set_timesteps(1000)
    run = scheduler.sigmas.double().unique().flip(0)[:1000]
    print(kind.__name__)
    print(f"  last of 1000 levels when it is made:    {made[-1]:.5f}   (3 σ/(1 + 2 σ) of σ = 0.001: {0.003 / 1.002:.5f})")
    print(f"  last of 1000 levels of a run:           {run[-1]:.5f}   (the shift of {made[-1]:.5f}: {3 * made[-1] / (1 + 2 * made[-1]):.5f})")
    print(f"  largest difference of the 1000 levels:  {(run - made).abs().max():.1e}")
