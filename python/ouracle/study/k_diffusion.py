"""k-diffusion: every sampler against the exact law, at its order, and entry by entry where its recursion has a name."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from .. import Case, Findings, check_likelihood, check_sampler, check_schedule, schedules
from ..adapters import Unsupported
from ..adapters import k_diffusion as adapter
from ..frameworks import double_by_default
from ..laws import Gaussian, Law
from ..recursion import Recursion
from ..schedules import DATA, Level
from . import Question, cases, twins
from .churn import check_churn
from .denoisers import check_denoiser

PACKAGE = "k-diffusion"
MODULE = "k_diffusion"

#: Levels uniform in log-SNR to here: a last step to the data has order one, whatever the method.
END = Level(1.0, 0.02)
LADDER = (20, 40, 80, 160)
#: On the mixture the error is the largest of 41, which settles later.
MIXTURE_LADDER = (40, 80, 160, 320)


def levels(steps: int) -> list[Level]:
    """The levels of the default grid; a singlestep method asks at others between them."""
    return [Level(1.0, float(sigma)) for sigma in adapter.log_uniform()(steps)]


@dataclass(frozen=True)
class Nominal:
    """What a sampler should be with these options."""

    name: str
    order: int
    options: dict[str, Any] = field(default_factory=dict)
    recursion: Recursion | None = None
    deterministic: bool = True
    noise: Callable[[Any], Any] = adapter.independent

    @property
    def id(self) -> str:
        """The sampler and its options."""
        words = [f"{key}={value}" for key, value in self.options.items()]
        return "/".join([self.name.removeprefix("sample_"), *words, *(["brownian"] if self.noise is adapter.brownian else [])])


DDIM, MIDPOINT, PP2S, PP2M = (Recursion(name, eta=0.0) for name in ("ddim", "dpm-solver-2", "dpm-solver++2s", "dpm-solver++2m"))

#: Orders by name: of the flow for `eta=0`, in law for the others.
NOMINAL = (
    Nominal("sample_euler", 1, recursion=DDIM),
    Nominal("sample_heun", 2, recursion=Recursion("heun")),
    Nominal("sample_dpm_2", 2, recursion=MIDPOINT),
    *(Nominal("sample_lms", order, {"order": order}, DDIM if order == 1 else None) for order in (1, 2, 3, 4)),
    Nominal("sample_dpmpp_2m", 2, recursion=PP2M),
    Nominal("sample_dpmpp_2m_sde", 2, {"eta": 0.0}, Recursion("sde-dpm-solver++2m", eta=0.0)),
    Nominal("sample_dpmpp_2m_sde", 2, {"eta": 0.0, "solver_type": "heun"}),
    Nominal("sample_dpmpp_3m_sde", 3, {"eta": 0.0}),
    Nominal("sample_dpmpp_sde", 2, {"eta": 0.0}, PP2S),
    Nominal("sample_dpmpp_2s_ancestral", 2, {"eta": 0.0}, PP2S),
    Nominal("sample_dpm_2_ancestral", 2, {"eta": 0.0}, MIDPOINT),
    Nominal("sample_euler_ancestral", 1, {"eta": 0.0}, DDIM),
    *(Nominal("sample_euler_ancestral", 1, {"eta": eta}, Recursion("ddim", eta=eta), False) for eta in (0.5, 1.0)),
    *(Nominal("sample_dpmpp_2m_sde", 1, {"eta": eta}, Recursion("sde-dpm-solver++2m", eta=eta), False) for eta in (0.5, 1.0)),
    Nominal("sample_dpmpp_2m_sde", 1, {"eta": 1.0, "solver_type": "heun"}, None, False),
    Nominal("sample_dpmpp_3m_sde", 1, {"eta": 1.0}, None, False),
    Nominal("sample_dpmpp_sde", 1, {"eta": 1.0}, None, False),
    Nominal("sample_dpmpp_sde", 1, {"eta": 1.0}, None, False, adapter.brownian),
    Nominal("sample_dpmpp_2s_ancestral", 1, {"eta": 1.0}, None, False),
    Nominal("sample_dpm_2_ancestral", 1, {"eta": 1.0}, None, False),
)

#: The change that gives the third-order sampler its order.
HALVED = "d2 = (d1_0 - d1_1) / (r0 + r1)"
DOUBLED = "d2 = 2 * (d1_0 - d1_1) / (r0 + r1)"


def ask(function: Callable[..., Any], nominal: Nominal, law: Law = cases.GAUSSIAN, ladder: tuple[int, ...] = LADDER) -> Callable[[], Findings]:
    """Draws, recursion and order of a sampler."""

    def run() -> Findings:
        case = Case(law, schedules.EDM())
        try:
            sampler = adapter.sampler(function, case, noise=nominal.noise, **nominal.options)
        except Unsupported as reason:
            return reason.findings("order", nominal.name)
        return check_sampler(
            sampler, case, steps=ladder, order=nominal.order, recursion=nominal.recursion, deterministic=nominal.deterministic,
            levels=levels, end=END, framework="torch", subject=nominal.id,
        )  # fmt: skip

    return run


def fast(function: Callable[..., Any]) -> Callable[[], Findings]:
    """DPM-Solver-fast by its number of steps, all of order three but for the last, of order two."""

    def run() -> Findings:
        case = Case(cases.GAUSSIAN, schedules.EDM())
        sampler = adapter.sampler(function, case)
        return check_sampler(
            lambda noise, steps: sampler(noise, 3 * steps - 1), case, steps=(10, 20, 40, 80), order=3, deterministic=True, end=END,
            framework="torch", subject="dpm_fast",
        )  # fmt: skip

    return run


def adaptive(function: Callable[..., Any]) -> Callable[[], Findings]:
    """The adaptive solver on the mixture: a tolerance ten times smaller should give an error about ten times smaller."""

    def run() -> Findings:
        case = Case(cases.MIXTURE, schedules.EDM())
        denoiser = case.field("x0")

        def sampler(noise: Any, inverse: int) -> Any:
            with double_by_default():
                return function(denoiser, noise * 80.0, END.sigma, 80.0, rtol=1 / inverse, atol=1 / inverse, disable=True)

        return check_sampler(sampler, case, steps=(1_000, 10_000, 100_000, 1_000_000), end=END, framework="torch", subject="dpm_adaptive")

    return run


def landing(function: Callable[..., Any], name: str, options: dict[str, Any]) -> Callable[[], Findings]:
    """With a grid that ends at 0, all data at one point: every sampler must land there without variance."""

    def run() -> Findings:
        case = Case(cases.POINT, schedules.EDM())
        sampler = adapter.sampler(function, case, grid=lambda steps: np.append(np.geomspace(80.0, 0.02, steps), 0.0), **options)
        return check_sampler(sampler, case, steps=(5, 10, 20), end=DATA, framework="torch", subject=f"{name} to 0")

    return run


def churn(function: Callable[..., Any], name: str, step: str, amount: float) -> Callable[[], Findings]:
    """Karras' churn inside a window of levels, against its exact law."""
    window = {"s_churn": amount, "s_tmin": 0.05, "s_tmax": 50.0, "s_noise": 1.003}
    return lambda: check_churn(function, name, step, window)


#: The change that keeps the digits of the variance-preserving grid near the data.
CANCELS = "torch.exp(beta_d * t ** 2 / 2 + beta_min * t) - 1"
KEEPS = "torch.expm1(beta_d * t ** 2 / 2 + beta_min * t)"


def grid(make: Callable[..., Any], name: str) -> Callable[[], Findings]:
    """A grid of levels: usable, monotone, and between the ends that were asked for."""

    def run() -> Findings:
        with double_by_default():
            if name == "get_sigmas_vp":
                # Its ends are those of the process with beta from 0.1 to 20, from time 1 to 1e-3.
                process = schedules.VP.linear("0.1", "20")
                ends = (process.level(1e-3).ratio, process.level(1.0).ratio)
                return check_schedule({"sigmas": make(40).numpy()}, ends=ends, subject=name)
            return check_schedule({"sigmas": make(40, 0.02, 80.0).numpy()}, ends=(0.02, 80.0), subject=name)

    return run


def wrapper(name: str) -> Callable[[], Findings]:
    """A network in a world of its own, wrapped as a denoiser on Karras' clock."""

    def run() -> Findings:
        import k_diffusion.external
        import torch

        case = Case(cases.GAUSSIAN, schedules.EDM())
        if name == "VDenoiser":
            # Angles from 0 to 1, alpha = cos, sigma = sin of pi/2 times the time.
            turn = np.pi / 2
            circle = schedules.Formula(
                lambda t: np.cos(turn * t), lambda t: np.sin(turn * t), lambda t: -turn * np.sin(turn * t), lambda t: turn * np.cos(turn * t),
                1.0, 0.0, "cosine without an offset",
            )  # fmt: skip
            subject = k_diffusion.external.VDenoiser(Case(cases.GAUSSIAN, circle).field("v"))
            levels = np.geomspace(0.02, 80.0, 20)
        else:
            table = schedules.Table.ddpm()
            bars = table.alphas_cumprod
            subject = getattr(k_diffusion.external, name)(Case(cases.GAUSSIAN, table).field("eps"), torch.as_tensor(bars), False)
            levels = np.sqrt((1 - bars) / bars)[::50]
        return check_denoiser(lambda x, sigma: subject(x, torch.full((len(x),), sigma, dtype=x.dtype)), case, levels.tolist(), name)

    return run


def likelihood(law: Law, probe: str) -> Callable[[], Findings]:
    """`log_likelihood` against the law that its own prior flows to."""

    def run() -> Findings:
        case = Case(law, schedules.EDM())
        start, end = Level(1.0, 0.02), Level(1.0, 80.0)
        prior = Gaussian(np.zeros(case.dimension), 80.0**2)
        about: dict[str, Any] = dict(start=start, end=end, prior=prior, framework="torch", subject="log_likelihood")
        if probe:
            # The package's own tolerance; what it leaves is small beside the spread of one probe.
            ask = adapter.log_likelihood(case, sigma_min=start.sigma, sigma_max=end.sigma, tolerance=1e-4)
            return check_likelihood(ask, case, probe=probe, accuracy=1e-3, repeats=32, **about)

        def refined(x: Any, tolerance: float) -> Any:
            return adapter.log_likelihood(case, sigma_min=start.sigma, sigma_max=end.sigma, tolerance=tolerance)(x)

        return check_likelihood(refined, case, refinements=(1e-4, 1e-6, 1e-8), **about)

    return run


def questions() -> Iterable[Question]:
    """All questions to the package."""
    import torch
    from k_diffusion import sampling

    torch.set_num_threads(1)
    found = adapter.samplers()
    known = {nominal.name for nominal in NOMINAL} | {"sample_dpm_fast", "sample_dpm_adaptive"}
    for nominal in NOMINAL:
        function = found.get(nominal.name)
        if function is None:
            continue
        twin = twins.patched(function, HALVED, DOUBLED) if nominal.order == 3 and "3m" in nominal.name else None
        yield Question(
            f"sampler/{nominal.id}", "sampler", nominal.id, ask(function, nominal),
            twin=None if twin is None else ask(twin, nominal),
            change="" if twin is None else "the second difference `d2` doubled: `d2 = 2 * (d1_0 - d1_1) / (r0 + r1)`",
            reproduction="" if twin is None else "dpmpp_3m_is_second_order.py",
        )  # fmt: skip
        if nominal.deterministic and not nominal.name.endswith("ancestral"):
            # How fast is asked on the Gaussian; here, whether a field that is not affine is followed at all.
            flow = Nominal(nominal.name, 1, nominal.options)
            yield Question(f"mixture/{nominal.id}", "quantile map", nominal.id, ask(function, flow, cases.MIXTURE, MIXTURE_LADDER))
        if nominal.noise is adapter.independent:
            yield Question(f"landing/{nominal.id}", "sampler", f"{nominal.id} to 0", landing(function, nominal.id, nominal.options))
    if "sample_dpm_fast" in found:
        yield Question("sampler/dpm_fast", "sampler", "dpm_fast", fast(found["sample_dpm_fast"]))
    if "sample_dpm_adaptive" in found:
        yield Question("mixture/dpm_adaptive", "quantile map", "dpm_adaptive", adaptive(found["sample_dpm_adaptive"]))
    for name, step in (("sample_euler", "euler"), ("sample_heun", "heun"), ("sample_dpm_2", "dpm-solver-2")):
        for amount in (0.0, 10.0, 1e3):
            if name in found:
                yield Question(f"churn/{step}/{amount:g}", "sampler", f"{name} s_churn={amount:g}", churn(found[name], name, step, amount))
    for name in ("get_sigmas_karras", "get_sigmas_exponential", "get_sigmas_polyexponential", "get_sigmas_vp"):
        make = getattr(sampling, name, None)
        if make is None:
            continue
        twin = twins.patched(make, CANCELS, KEEPS)
        yield Question(
            f"grid/{name}", "schedule", name, grid(make, name), twin=None if twin is None else grid(twin, name),
            change="" if twin is None else "`expm1` for `exp - 1`", reproduction="" if twin is None else "vp_grid_loses_digits.py",
        )  # fmt: skip
    for name in ("VDenoiser", "DiscreteEpsDDPMDenoiser"):
        yield Question(f"denoiser/{name}", "field conversions", name, wrapper(name))
    # One Rademacher probe is exact where the derivative of the flow is diagonal.
    for label, law, probe in (
        ("mixture", cases.MIXTURE, ""),
        ("diagonal", Gaussian([0.7, -0.4, 0.3], [1.0, 0.8, 0.3]), ""),
        ("gaussian", cases.GAUSSIAN, "rademacher"),
    ):
        yield Question(f"likelihood/{label}", "likelihood", f"log_likelihood, {label}", likelihood(law, probe))
    for name, function in found.items():
        if name not in known:
            other = Nominal(name, 1)
            yield Question(f"sampler/{other.id}", "sampler", other.id, ask(function, other))
