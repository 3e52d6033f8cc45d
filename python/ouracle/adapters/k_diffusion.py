"""k-diffusion: samplers `sample_*(model, x, sigmas, …)` of a denoiser `model(x, sigma)`, with Karras' clock, where time is the noise level.

Works for everything with this signature, in k-diffusion or elsewhere: a sampler of a newer version is found by its name and driven
by its signature.
"""

from __future__ import annotations

import functools
import inspect
import types
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..case import Case
from ..frameworks import double_by_default
from . import Unsupported

Array = NDArray[np.float64]
Grid = Callable[[int], Array]

#: What the adapter can give, by the names of the parameters.
GIVEN = ("model", "x", "sigmas", "sigma_min", "sigma_max", "n", "noise_sampler", "disable")


def samplers(module: types.ModuleType | None = None) -> dict[str, Callable[..., Any]]:
    """Every function `sample_*` of a module (without one, `k_diffusion.sampling`), by name."""
    if module is None:
        import k_diffusion.sampling as module  # type: ignore[import-not-found,no-redef]
    found = {name: value for name, value in vars(module).items() if name.startswith("sample_") and inspect.isfunction(value)}
    return dict(sorted(found.items()))


def log_uniform(sigma_min: float = 0.02, sigma_max: float = 80.0) -> Grid:
    """Grids uniform in log-SNR, `(steps + 1,)`, that end at a positive level: on these orders show."""
    return lambda steps: np.geomspace(sigma_max, sigma_min, steps + 1)


def sampler(
    function: Callable[..., Any], case: Case, *, grid: Grid | None = None, noise: Callable[[Any], Any] | None = None, **options: Any
) -> Callable[[Any, int], Any]:
    """A sampler of the package as `run(noise, steps)`, with the exact denoiser of the case.

    Args:
        function: `sample_*(model, x, sigmas, …)` or `sample_*(model, x, sigma_min, sigma_max, n, …)`.
        case: on Karras' clock, :func:`ouracle.EDM`.
        grid: gives the levels for a number of steps, noisy to clean; without one, :func:`log_uniform`.
        noise: makes the `noise_sampler` of samplers that take one, from the state: :func:`independent` (without one) or :func:`brownian`.
        options: further keywords of the sampler, such as `eta`.

    Raises:
        Unsupported: if the sampler needs something that the adapter does not know, or has no number of steps.
    """
    parameters = inspect.signature(function).parameters
    name = getattr(function, "__name__", repr(function))
    accepts_all = any(p.kind is p.VAR_KEYWORD for p in parameters.values())
    unknown = [
        p.name
        for p in parameters.values()
        if p.default is p.empty and p.kind not in (p.VAR_KEYWORD, p.VAR_POSITIONAL) and p.name not in (*GIVEN, *options)
    ]
    if unknown:
        raise Unsupported(f"`{name}` needs `{unknown[0]}`, which the adapter does not know; give it as an option, `{unknown[0]}=…`")
    foreign = [option for option in options if option not in parameters]
    if foreign and not accepts_all:
        raise Unsupported(f"`{name}` takes no `{foreign[0]}`; it takes {', '.join(parameters)}")
    if "sigmas" not in parameters and "n" not in parameters:
        raise Unsupported(f"`{name}` takes neither levels nor a number of steps: it chooses its steps by an estimate of its error")
    levels_of, make = grid or log_uniform(), noise or independent
    denoiser = case.field("x0")

    @functools.wraps(function)
    def run(start: Any, steps: int) -> Any:
        with double_by_default():
            import torch

            levels = torch.as_tensor(np.asarray(levels_of(steps)), dtype=start.dtype)
            x = start * levels[0]
            given = {"sigmas": levels, "sigma_min": levels[-1].item(), "sigma_max": levels[0].item(), "n": steps, "disable": True}
            keywords = {key: value for key, value in given.items() if key in parameters}
            if "noise_sampler" in parameters:
                keywords["noise_sampler"] = make(x)
            return function(denoiser, x, **{**keywords, **options})

    # The wrapped function's signature would hide that a run takes noise and a number of steps.
    del run.__wrapped__  # type: ignore[attr-defined]
    return run


def independent(x: Any) -> Callable[[Any, Any], Any]:
    """A `noise_sampler` with a fresh draw for every call, as the package's ancestral samplers have by default."""
    import torch

    return lambda sigma, sigma_next: torch.randn_like(x)


def brownian(x: Any) -> Callable[[Any, Any], Any]:
    """A `noise_sampler` with increments of one Brownian motion over σ, as the package's SDE samplers have by default.

    The package builds the motion as a tree of seeds, which no tape can read; here it is built from ordinary draws, by increments
    beyond the levels that are known and by bridges between them. The law is the same.
    """
    import torch

    known: dict[float, Any] = {}

    def at(sigma: float) -> Any:
        if sigma not in known:
            below = max((s for s in known if s < sigma), default=None)
            above = min((s for s in known if s > sigma), default=None)
            draw = torch.randn_like(x) if known else torch.zeros_like(x)
            if below is None or above is None:
                nearest = below if above is None else above
                known[sigma] = draw if nearest is None else known[nearest] + abs(sigma - nearest) ** 0.5 * draw
            else:
                share = (sigma - below) / (above - below)
                spread = (share * (1 - share) * (above - below)) ** 0.5
                known[sigma] = (1 - share) * known[below] + share * known[above] + spread * draw
        return known[sigma]

    def increment(sigma: Any, sigma_next: Any) -> Any:
        start, end = float(sigma), float(sigma_next)
        # The noisy end first, so that what is known grows down.
        first, second = at(start), at(end)
        return (second - first) / abs(end - start) ** 0.5

    return increment


def log_likelihood(
    case: Case, *, sigma_min: float, sigma_max: float, tolerance: float = 1e-6, function: Callable[..., Any] | None = None
) -> Callable[[Any], Any]:
    """`log_likelihood(model, x, sigma_min, sigma_max)` of the package as `x ↦ log p`, `(batch,)` in nats.

    Its prior is `N(0, sigma_max²)`, and its divergence is an estimate with one Rademacher probe for each row.
    """
    if function is None:
        import k_diffusion.sampling

        function = k_diffusion.sampling.log_likelihood
    denoiser, ask = case.field("x0"), function

    def run(x: Any) -> Any:
        with double_by_default():
            return ask(denoiser, x, sigma_min, sigma_max, atol=tolerance, rtol=tolerance)[0]

    return run
