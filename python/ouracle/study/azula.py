"""azula: every sampler on two schedules, its denoisers against the exact posterior mean, and its first states."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from .. import Case, Finding, Findings, check_sampler, check_schedule
from ..adapters import Unsupported
from ..adapters import azula as adapter
from ..frameworks import unit_roundoff
from ..laws import Law
from ..recursion import Recursion
from ..run import Sampler
from ..schedules import Formula, Level
from . import Question, cases, twins
from .denoisers import check_denoiser

PACKAGE = "azula"
MODULE = "azula"

LADDER = (20, 40, 80, 160)
#: On the second schedule the recursions matter, and that the sampler converges.
SHORT = (20, 40, 80)


@dataclass(frozen=True)
class Nominal:
    """What a sampler should be with these options."""

    name: str
    order: int
    options: dict[str, Any] = field(default_factory=dict)
    recursion: Recursion | None = None
    deterministic: bool = True
    ladder: Sequence[int] = LADDER

    @property
    def id(self) -> str:
        """The sampler and its options."""
        return "/".join([self.name.removesuffix("Sampler"), *(f"{key}={value}" for key, value in self.options.items())])


DDIM, DDPM = Recursion("ddim", eta=0.0), Recursion("ddim", eta=1.0)

NOMINAL = (
    Nominal("DDPMSampler", 1, {}, DDPM, False),
    Nominal("DDIMSampler", 1, {}, DDIM),
    Nominal("DDIMSampler", 1, {"eta": 1.0}, DDPM, False),
    Nominal("EulerSampler", 1, {}, DDIM),
    Nominal("HeunSampler", 2, {}, Recursion("heun")),
    Nominal("ItoSampler", 1, {"eta": 0.0}, DDIM),
    # At 0.5 the error changes its sign between 40 and 80 steps.
    Nominal("ItoSampler", 1, {"eta": 0.5}, None, False, (80, 160, 320, 640)),
    Nominal("ItoSampler", 1, {"eta": 1.0}, None, False),
    # One step of every multistep method of order one is DDIM's.
    *(Nominal(name, 1, {"order": 1}, DDIM) for name in ("zABSampler", "vABSampler", "zEABSampler", "xEABSampler")),
    *(Nominal(name, order, {"order": order}) for name in ("zABSampler", "vABSampler", "zEABSampler") for order in (2, 3)),
    Nominal("xEABSampler", 2, {"order": 2}),
    Nominal("xEABSampler", 3, {"order": 3}, Recursion("sde-dpm-solver++3m", eta=0.0, kappa=2)),
    *(Nominal("REABSampler", order, {"order": order}) for order in (1, 2, 3)),
    Nominal("PCSampler", 1, {"delta": 0.0}, DDIM),
    Nominal("PCSampler", 1, {}, None, False),
)

#: The change that gives the Rosenbrock-type sampler its order.
MIXED = "torch.sqrt(alpha_s**2 + sigma_t**2) * integral"
MENDED = "torch.sqrt(alpha_s**2 + sigma_s**2) * integral"


def exploding() -> adapter.Schedule:
    """A schedule on which the package's own equal steps are uniform in log-SNR, with a positive end."""
    from azula.noise import VESchedule

    return adapter.Schedule(VESchedule(0.02, 80.0))


def preserving() -> adapter.Schedule:
    """A schedule on which both scales change."""
    from azula.noise import VPSchedule

    return adapter.Schedule(VPSchedule())


#: Where samplers stop on :func:`preserving`: at 0 the schedule's noise is 1e-3, and higher orders would be seen only with many steps.
STOP = 0.05


def ask(kind: type, nominal: Nominal, on: str, law: Law = cases.GAUSSIAN) -> Callable[[], Findings]:
    """Draws, recursion and order of a sampler on a schedule."""

    def run() -> Findings:
        schedule = exploding() if on == "ve" else preserving()
        stop = 0.0 if on == "ve" else STOP
        case, grid = Case(law, schedule), adapter.log_uniform(schedule, stop)
        try:
            sampler = adapter.sampler(kind, case, grid=None if on == "ve" else grid, **nominal.options)
        except Unsupported as reason:
            return reason.findings("order", nominal.name)
        return check_sampler(
            sampler, case, steps=nominal.ladder, order=nominal.order, recursion=nominal.recursion, deterministic=nominal.deterministic,
            levels=lambda steps: [schedule.level(float(time)) for time in (np.linspace(1, 0, steps + 1) if on == "ve" else grid(steps))],
            end=schedule.level(stop), framework="torch", subject=nominal.id,
        )  # fmt: skip

    return run


def amount_of_noise(kind: type) -> Callable[[], Findings]:
    """What `eta=0.5` of DDIM means: the share of noise in the variance, or in the standard deviation as in the paper."""

    def run() -> Findings:
        nominal = Nominal("DDIMSampler", 1, {"eta": 0.5}, Recursion("ddim", eta=0.5**0.5), False)
        finding = ask(kind, nominal, "ve")().of("recursion")
        if finding.verdict != "right":
            return ask(kind, replace(nominal, recursion=Recursion("ddim", eta=0.5)), "ve")()
        because = "its eta is the square of η in Song, Meng and Ermon (2021), equation 16: with η = √eta every entry agrees. " + finding.because
        return Findings([replace(finding, quantity="eta", verdict="convention", because=because)])

    return run


def start(kind: type, at: float) -> Callable[[], Findings]:
    """The law of the states that `Sampler.init` draws: `N(0, α² + σ²)` at the sampler's first time."""

    def run() -> Findings:
        schedule = preserving()
        case = Case(cases.GAUSSIAN, schedule)
        read = Sampler(adapter.sampler(kind, case, own_start=True, start=at), case, framework="torch").read(4)
        level, first = schedule.level(at), read.start
        about: dict[str, Any] = dict(check="check_sampler", subject=f"Sampler.init at {at}", case=repr(case), reference="closed form")
        if first is None:
            return Findings([Finding("start", "undecided", because="the network was never asked", **about)])
        exact = (level.alpha**2 + level.sigma**2) * np.eye(case.dimension)
        error = float(np.abs(first.covariance - exact).max() + np.abs(first.mean).max())
        tolerance = 8 * unit_roundoff("float64") * float(exact.max())
        verdict = "right" if error <= tolerance else "wrong"
        because = "8 u κ with κ = α² + σ²"
        return Findings([Finding("start", verdict, first.covariance, exact, error, tolerance, because, **about)])

    return run


def schedule(kind: type, name: str) -> Callable[[], Findings]:
    """A schedule with the package's own numbers; `α² + σ² = 1 + σ_min²` is documented."""
    return lambda: check_schedule(adapter.Schedule(kind()), subject=name)


def posterior(make: Callable[[Case, Any], Any], name: str) -> Callable[[], Findings]:
    """A denoiser of the package against the exact posterior mean, at times over the whole schedule."""

    def run() -> Findings:
        import torch

        schedule = preserving()
        case = Case(cases.GAUSSIAN, schedule)
        try:
            subject = make(case, schedule.native)
        except (ImportError, TypeError) as error:
            return Findings([Finding("field conversions", "unsupported", because=f"it is made otherwise in this version: {error}", subject=name)])
        times = np.linspace(0.05, 1.0, 20).tolist()
        return check_denoiser(lambda x, time: subject(x, torch.tensor(time, dtype=torch.float64)).mean, case, times, name)

    return run


def gaussian_denoiser(case: Case, native: Any) -> Any:
    """The package's own analytical denoiser."""
    import torch
    from azula.denoise import GaussianDenoiser
    from azula.linalg.covariance import FullCovariance

    values, vectors = torch.linalg.eigh(torch.as_tensor(case.law.covariance))
    return GaussianDenoiser(torch.as_tensor(case.law.mean), FullCovariance(vectors, values), native)


def preconditioned(name: str, kind: str, scale: float) -> Callable[[Case, Any], Any]:
    """A preconditioned denoiser around an exact backbone: it asks at `x/√(α² + σ²)` and `ln(σ/α)`, where the world is variance-preserving."""

    def make(case: Case, native: Any) -> Any:
        import azula.denoise
        import torch

        inner = Case(case.law, log_ratio_clock()).field(kind, scale=scale)

        class Backbone(torch.nn.Module):  # type: ignore[misc]
            """The exact network on the clock `ln(σ/α)`."""

            def __init__(self) -> None:
                super().__init__()
                # The package reads its precision off the first parameter.
                self.precision = torch.nn.Parameter(torch.zeros(1, dtype=torch.float64))

            def forward(self, x: Any, t: Any, **_: Any) -> Any:
                return inner(x, t)

        return getattr(azula.denoise, name)(Backbone(), native)

    return make


def log_ratio_clock() -> Formula:
    """The variance-preserving world on the clock `τ = ln(σ/α)`."""
    alpha, sigma = (lambda t: 1 / np.sqrt(1 + np.exp(2 * t))), (lambda t: 1 / np.sqrt(1 + np.exp(-2 * t)))
    return Formula(
        alpha, sigma, lambda t: -alpha(t) * sigma(t) ** 2, lambda t: sigma(t) * alpha(t) ** 2, 10.0, -10.0, "VP on the clock ln(sigma/alpha)"
    )


def questions() -> Iterable[Question]:
    """All questions to the package."""
    import torch

    torch.set_num_threads(1)
    found = adapter.samplers()
    for name, kind in adapter.noise_schedules().items():
        yield Question(f"schedule/{name}", "schedule", name, schedule(kind, name))
    for nominal in NOMINAL:
        kind = found.get(nominal.name)
        if kind is None:
            continue
        twin = twins.with_method(kind, "__call__", MIXED, MENDED) if nominal.name == "REABSampler" else None
        for on in ("ve", "vp"):
            # Higher orders are asked for where equal steps are the package's own.
            asked = nominal if on == "ve" else replace(nominal, order=1, ladder=SHORT)
            wrong = None if on == "vp" else twin
            yield Question(
                f"sampler/{nominal.id}/{on}", "sampler", f"{nominal.id} on {on.upper()}", ask(kind, asked, on),
                twin=None if wrong is None else ask(wrong, asked, on),
                change="" if wrong is None else "`sigma_s` for `sigma_t` in the factor of the integral",
                reproduction="" if wrong is None else "reab_is_first_order.py",
            )  # fmt: skip
        # What is DDIM entry by entry is DDIM on the mixture too.
        if nominal.deterministic and (nominal.recursion != DDIM or nominal.name == "EulerSampler"):
            # At 20 steps a method of first order has not begun to converge there.
            flow = replace(nominal, order=1, recursion=None, ladder=(40, 80, 160, 320))
            yield Question(f"mixture/{nominal.id}", "quantile map", nominal.id, ask(kind, flow, "ve", cases.MIXTURE))
    if "DDIMSampler" in found:
        yield Question("sampler/DDIM/eta=0.5", "sampler", "DDIM eta=0.5", amount_of_noise(found["DDIMSampler"]))
        for at in (1.0, 0.5):
            yield Question(f"start/{at}", "sampler", f"Sampler.init at {at}", start(found["DDIMSampler"], at))
    makers: dict[str, Callable[[Case, Any], Any]] = {
        "GaussianDenoiser": gaussian_denoiser,
        "SimpleDenoiser": preconditioned("SimpleDenoiser", "x0", 1.0),
        # Its backbone is −v: α′z + σ′F is the data where F = −v.
        "KarrasDenoiser": preconditioned("KarrasDenoiser", "v", -1.0),
    }
    for name, make in makers.items():
        yield Question(f"denoiser/{name}", "field conversions", name, posterior(make, name))
    for name, kind in found.items():
        if name not in {nominal.name for nominal in NOMINAL}:
            yield Question(f"sampler/{name}", "sampler", name, ask(kind, Nominal(name, 1), "ve"))
