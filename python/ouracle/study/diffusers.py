"""The study of diffusers: every scheduler that the installed version has, found by introspection, and the known families exactly.

Of each scheduler that can be driven: its levels, its forward process, where each step lands, its kinds of network, convergence,
its memory and double precision. Of those whose method has a name here: order and recursion as well.
"""

from __future__ import annotations

import contextlib
import functools
import inspect
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np

from ..adapters import Unsupported
from ..adapters import diffusers as adapter
from ..checks import scheduler as checks
from ..checks.inverse import check_inverse
from ..checks.sampler import check_sampler
from ..checks.steps import check_steps
from ..findings import FAILING, Finding, Findings
from ..recursion import Recursion
from ..schedules import Level
from . import Question
from .cases import GAUSSIAN
from .twins import with_method

PACKAGE = "diffusers"
MODULE = "diffusers"

#: Tables and most of the arithmetic are in single precision.
PRECISION = "float32"

#: What a configuration may choose its levels by, each by itself.
GRIDS = ("use_karras_sigmas", "use_exponential_sigmas", "use_beta_sigmas", "use_lu_lambdas", "use_flow_sigmas")
SPACINGS = ("leading", "linspace", "trailing")

#: Numbers of steps: doubling where levels are numbers, dividing 1000 where they are entries of a table.
DOUBLING, DIVIDING = (20, 40, 80, 160), (25, 50, 100, 200)

#: For third order, whose errors meet single precision soon.
CLOSE = (20, 28, 40, 56, 80)


def questions() -> Iterable[Question]:
    """The questions, in the order of the schedulers' names."""
    import torch
    from diffusers.utils import logging

    logging.set_verbosity_error()
    torch.set_num_threads(1)
    for name, scheduler in adapter.schedulers().items():
        yield from of(name.removesuffix("Scheduler"), scheduler)
    yield from orders()
    yield from recursions()
    yield from crashes()


def parameters(scheduler: type) -> set[str]:
    """What a scheduler can be configured with."""
    return set(inspect.signature(scheduler.__init__).parameters) - {"self"}  # type: ignore[misc]


@functools.lru_cache(maxsize=1)
def drivable() -> list[tuple[str, type]]:
    """The schedulers that can be driven; why others cannot is a finding of its own."""
    found = []
    for name, scheduler in adapter.schedulers().items():
        with contextlib.suppress(Unsupported):
            adapter.Sampler(scheduler, GAUSSIAN)
            found.append((name.removesuffix("Scheduler"), scheduler))
    return found


def of(name: str, scheduler: type) -> Iterable[Question]:
    """What is asked of any scheduler."""
    try:
        sampler = adapter.Sampler(scheduler, GAUSSIAN)
    except Unsupported as error:
        finding = Finding("driven", "unsupported", because=str(error), subject=scheduler.__name__, check="check_steps")
        yield Question(f"{name}/driven", "steps", scheduler.__name__, lambda: Findings([finding]))
        return
    knows = parameters(scheduler)
    ask = partial(question, name, scheduler)
    yield ask("levels", "schedule", checks.check_levels)
    if sampler.clock.family == "flow" and "shift" in knows:
        patches = [("__init__", "self.sigma_min = self.sigmas[-1].item()", "self.sigma_min = (timesteps[-1] / num_train_timesteps).item()")]
        yield ask(
            "training-levels", "schedule", checks.check_shift, {"shift": 3.0}, patches=patches,
            change="keeps the ends of the schedule from before the shift", reproduction="flow_match_shift_twice.py",
        )  # fmt: skip
    yield ask("forward", "schedule", checks.check_forward)
    yield ask("reset", "sampler", checks.check_reset)
    yield ask("float64", "sampler", checks.check_double)
    if sampler.inverse:
        # The network is asked at another level than that of the state, so its kinds agree only in the limit.
        for kind in kinds(scheduler):
            yield ask(f"x_T/{kind}", "sampler", inverted, {"prediction_type": kind}, reproduction="ddim_inverse_sample.py" if kind == "sample" else "")
        return
    if len(kinds(scheduler)) > 1:
        yield branches_question(name, scheduler)
    if {"use_karras_sigmas", "final_sigmas_type"} <= knows:
        repeated = {"use_karras_sigmas": True, "final_sigmas_type": "sigma_min"}
        yield ask("levels/karras-to-sigma_min", "schedule", checks.check_levels, repeated)
        if "solver_order" in knows:
            repeated |= {"solver_order": 3}
            yield ask("levels/karras-to-sigma_min-3", "schedule", checks.check_levels, repeated, reproduction="zero_length_last_step.py")
    grids: list[dict[str, Any]] = [{}] if not knows & {"timestep_spacing", *GRIDS} else []
    grids += [{"timestep_spacing": spacing} for spacing in SPACINGS if "timestep_spacing" in knows]
    grids += [{grid: True} for grid in GRIDS if grid in knows]
    for grid in grids:
        yield steps_question(name, scheduler, grid)
    yield ask("converges", "sampler", converges, **smooth(scheduler))


def question(name: str, scheduler: type, what: str, check: str, ask: Callable[[Any], Findings], config: dict[str, Any] | None = None, *, patches: Sequence[tuple[str, str, str]] = (), change: str = "", reproduction: str = "", **options: Any) -> Question:
    """A question to a scheduler with a configuration, and to its twin, whose source has one expression changed."""
    config = {**(config or {}), **options}

    def of_class(kind: type) -> Findings:
        try:
            return ask(adapter.Sampler(kind, GAUSSIAN, **config))
        except Unsupported as error:
            return Findings([Finding(what, "unsupported", because=str(error), subject=scheduler.__name__)])

    def of_subject() -> Findings:
        found = of_class(scheduler)
        if changed is None or not any(f.verdict in FAILING and not f.cause for f in found) or not all(f.passes for f in of_class(changed)):
            return found
        mended = f"the same source with one change is right: a twin that {change}"
        return Findings(replace(f, cause=mended) if f.verdict in FAILING and not f.cause else f for f in found)

    changed = patched(scheduler, patches) if patches else None
    twin = partial(of_class, changed) if changed is not None else None
    words = ", ".join(f"{key}={value!r}" for key, value in config.items() if key not in ("stop_early", "step"))
    identifier = f"{name}/{what}"
    return Question(identifier, check, f"{scheduler.__name__}({words})", of_subject, twin, change if twin else "", reproduction)


def patched(scheduler: type, patches: Sequence[tuple[str, str, str]]) -> type | None:
    """The class with these expressions of its methods changed; none if its source is not that any more."""
    twin: type | None = scheduler
    for patch in patches:
        twin = with_method(twin, *patch) if twin is not None and hasattr(twin, patch[0]) else None
    return twin


def short(config: dict[str, Any]) -> str:
    """A configuration in an identifier."""
    words = [str(v) if k == "timestep_spacing" else k.removeprefix("use_").split("_")[0] for k, v in config.items() if k != "prediction_type"]
    return "-".join(words) or "default"


def kinds(scheduler: type) -> list[str]:
    """The prediction types that a scheduler takes on its usual levels."""
    if "prediction_type" not in parameters(scheduler):
        return []
    taken = []
    for name in ("epsilon", "sample", "v_prediction"):
        try:
            adapter.Sampler(scheduler, GAUSSIAN, prediction_type=name)
        except (Unsupported, ValueError, NotImplementedError):
            continue
        taken.append(name)
    return taken


def branches(scheduler: type) -> Findings:
    """All kinds of network against the first."""
    return checks.check_branches([adapter.Sampler(scheduler, GAUSSIAN, prediction_type=name) for name in kinds(scheduler)])


LATE = "model_output = (alpha_prod_t**0.5) * model_output + (beta_prod_t**0.5) * sample"

#: A method that extrapolates answers of the network turns each into ε when it comes, and not their combination.
AT_ONCE = """if self.config.prediction_type == "v_prediction":
        bar = self.alphas_cumprod[timestep]
        model_output = bar**0.5 * model_output + (1 - bar) ** 0.5 * sample
    if self.counter < len(self.prk_timesteps)"""


def branches_question(name: str, scheduler: type) -> Question:
    """All kinds of network, and a twin that decodes before it extrapolates, where the source does it after."""
    twin = None
    if hasattr(scheduler, "_get_prev_sample"):
        twin = patched(scheduler, [("_get_prev_sample", LATE, "pass"), ("step", "if self.counter < len(self.prk_timesteps)", AT_ONCE)])
    ask = partial(branches, scheduler)
    if twin is None:
        return Question(f"{name}/branches", "fields", scheduler.__name__, ask)
    words = "turns each v into ε before the combination of several"
    return Question(f"{name}/branches", "fields", scheduler.__name__, ask, partial(branches, twin), words, "pndm_v_prediction.py")


#: The next level by a fixed stride, and by the schedule's own list.
STRIDE = "prev_timestep = timestep - self.config.num_train_timesteps // self.num_inference_steps"
LISTED = "prev_timestep = max((int(t) for t in self.timesteps if t < timestep), default=-1)"


def steps_question(name: str, scheduler: type, grid: dict[str, Any]) -> Question:
    """Where each step lands on this grid."""
    config = dict(grid)
    if "use_flow_sigmas" in grid:
        config["prediction_type"] = "flow_prediction"
    step = {"eta": 0.0} if "eta" in inspect.signature(scheduler.step).parameters else {}  # type: ignore[attr-defined]
    return question(
        name, scheduler, f"steps/{short(config)}", "steps", landing, config, exact_start=True, step=step,
        patches=[("step", STRIDE, LISTED)], change="takes the next level from the schedule's own list",
        reproduction=STEPS.get(name, "ddim_linspace_stride.py" if grid.get("timestep_spacing") == "linspace" else ""),
    )  # fmt: skip


#: The reproductions of steps that miss for another reason than a fixed stride.
STEPS = {"TCD": "tcd_last_step.py", "IPNDM": "ipndm_first_step.py"}


def landing(sampler: Any, steps: int = 20) -> Findings:
    """Where each step of a point mass lands."""
    tables = sampler.tables(steps)
    return check_steps(sampler, steps=steps, entries=tables.entries, squared=tables.sigmas is None, precision=PRECISION, subject=sampler.name)


def smooth(scheduler: type) -> dict[str, Any]:
    """The configuration whose levels lie smoothest in log-SNR, down to a positive end."""
    knows = parameters(scheduler)
    config: dict[str, Any] = {}
    if "use_lu_lambdas" in knows:
        config["use_lu_lambdas"] = True
    elif "use_exponential_sigmas" in knows:
        config["use_exponential_sigmas"] = True
    elif "sigma_schedule" in knows:
        config["sigma_schedule"] = "exponential"
    if "lower_order_final" in knows:
        config["lower_order_final"] = False
    if "final_sigmas_type" in knows:
        config["final_sigmas_type"] = "sigma_min"
    if "original_inference_steps" in knows:
        config["original_inference_steps"] = DIVIDING[-1]
    if "eta" in inspect.signature(scheduler.step).parameters:  # type: ignore[attr-defined]
        config["step"] = {"eta": 0.0}
    # The last step to the data has order one whatever the method; one to the level before has length 0.
    early = config | {"stop_early": 1}
    probe = adapter.Sampler(scheduler, GAUSSIAN, **early)
    fixed = probe.tables(20).sigmas is not None and np.isclose(probe.end(DOUBLING[0]).sigma, probe.end(DOUBLING[-1]).sigma)
    return early if fixed else config


def converges(sampler: Any, order: int | None = None, steps: tuple[int, ...] | None = None) -> Findings:
    """Whether, or at which order, a sampler converges to the exact law."""
    if steps is None:
        steps = DOUBLING if sampler.tables(DOUBLING[0]).sigmas is not None else DIVIDING
    return check_sampler(sampler, sampler.case, steps=steps, order=order, end=sampler.end(), precision=PRECISION, subject=sampler.name, **sampler.call)


def inverted(sampler: Any) -> Findings:
    """Whether what an inverse scheduler makes of the data tends to the law of its last level."""
    return check_inverse(sampler, steps=DIVIDING, subject=sampler.name)


#: The second difference as it is, and as it should be: twice the divided difference.
DIVIDED = "D2 = (1.0 / (r0 + r1)) * (D1_0 - D1_1)"
DOUBLED = "D2 = (2.0 / (r0 + r1)) * (D1_0 - D1_1)"
MINUS = "((1.0 - torch.exp(-2.0 * h) - 2.0 * h) / (2.0 * h) ** 2 - 0.5)"
PLUS = "((1.0 - torch.exp(-2.0 * h) - 2.0 * h) / (2.0 * h) ** 2 + 0.5)"
THIRD = "multistep_dpm_solver_third_order_update"

#: Antiderivatives in single precision, subtracted from each other.
DEIS = [
    (
        "multistep_deis_third_order_update",
        "m0, m1, m2 = model_output_list[-1], model_output_list[-2], model_output_list[-3]",
        """m0, m1, m2 = model_output_list[-1], model_output_list[-2], model_output_list[-3]
    alpha_t, sigma_t, alpha_s0, sigma_s0 = (value.double() for value in (alpha_t, sigma_t, alpha_s0, sigma_s0))
    alpha_s1, sigma_s1, alpha_s2, sigma_s2 = (value.double() for value in (alpha_s1, sigma_s1, alpha_s2, sigma_s2))""",
    )
]


def orders() -> Iterable[Question]:
    """The orders of the solvers that have an order in their configuration."""
    for name, scheduler in drivable():
        if "solver_order" not in parameters(scheduler) or adapter.Sampler(scheduler, GAUSSIAN).inverse:
            continue
        usual = smooth(scheduler)
        algorithms = ("dpmsolver++", "sde-dpmsolver++") if hasattr(scheduler, THIRD) else (None,)
        for algorithm in algorithms:
            for order in (1, 2, 3):
                config = {**usual, "solver_order": order}
                if algorithm is not None:
                    config["algorithm_type"] = algorithm
                stochastic = (algorithm or "").startswith("sde")
                patches = [(THIRD, MINUS, PLUS), (THIRD, DIVIDED, DOUBLED)] if stochastic else [(THIRD, DIVIDED, DOUBLED)]
                yield question(
                    name, scheduler, f"order/{algorithm or 'default'}-{order}", "order",
                    # Means and covariances under the SDE are of second order at most with the second-order start.
                    partial(converges, order=min(order, 2) if stochastic else order, steps=CLOSE if order == 3 and not stochastic else DOUBLING), config,
                    patches=patches if order == 3 and hasattr(scheduler, THIRD) else DEIS if order == 3 else (),
                    change="works out its weights in double precision" if not hasattr(scheduler, THIRD) else "adds ½ where it was taken away, and doubles D2" if stochastic else "doubles D2",
                    reproduction=("sde_dpmsolver_third_order_sign.py" if stochastic else "dpmsolver_third_order.py") if order == 3 and hasattr(scheduler, THIRD) else "",
                )  # fmt: skip


def recursions() -> Iterable[Question]:
    """Named methods against their exact recursion on their own levels."""
    named: dict[str, list[tuple[str, dict[str, Any], Recursion]]] = {
        "DDPM": [("posterior", {}, Recursion("ancestral-posterior")), ("large", {"variance_type": "fixed_large"}, Recursion("ancestral-forward"))],
        "DDIM": [
            (f"{spacing}-eta{eta:g}-{'one' if one else 'first'}", {"timestep_spacing": spacing, "set_alpha_to_one": one, "step": {"eta": eta}}, Recursion("ddim", eta=eta))
            for spacing in SPACINGS for eta in (0.0, 1.0) for one in (True, False)
        ],
        "EulerDiscrete": [("euler", {}, Recursion("euler"))],
        "HeunDiscrete": [("heun", {"use_karras_sigmas": True}, Recursion("heun"))],
        "EDMEuler": [("euler", {}, Recursion("euler"))],
        "DPMSolverMultistep": [
            ("1", {"solver_order": 1}, Recursion("ddim", eta=0.0)),
            ("2", {"solver_order": 2}, Recursion("dpm-solver++2m", finish="lower-order")),
            ("sde-1", {"solver_order": 1, "algorithm_type": "sde-dpmsolver++"}, Recursion("sde-dpm-solver++1")),
            ("sde-2", {"solver_order": 2, "algorithm_type": "sde-dpmsolver++", "use_lu_lambdas": True, "lower_order_final": False, "stop_early": 1}, Recursion("sde-dpm-solver++2m")),
        ],
    }  # fmt: skip
    schedulers = adapter.schedulers()
    for name, rows in named.items():
        scheduler = schedulers.get(f"{name}Scheduler")
        for label, config, recursion in rows if scheduler is not None else []:
            yield question(
                name, scheduler, f"recursion/{label}", "recursion", partial(recursed, recursion=recursion), config,
                patches=[("step", STRIDE, LISTED)], change="takes the next level from the schedule's own list", reproduction="ddim_linspace_stride.py",
            )  # fmt: skip


def recursed(sampler: Any, recursion: Recursion, steps: tuple[int, ...] = (10, 50)) -> Findings:
    """A sampler against its recursion on its own list of levels; what is off is told by where its steps land."""
    exact = adapter.Sampler.on(sampler, GAUSSIAN)

    def listed(n: int) -> list[Level]:
        levels = exact.levels(n)
        # A method of two stages finds two states at one level; and the network sees the first state scaled.
        distinct = [level for k, level in enumerate(levels) if k == 0 or level != levels[k - 1] ]
        return [exact.clock.level(exact.clock.time(distinct[0])), *distinct[1:]]

    found = check_sampler(exact, exact.case, steps=steps, recursion=recursion, levels=listed, end=exact.end(), precision=PRECISION, subject=sampler.name, **sampler.call)
    cause = ""
    if any(finding.verdict == "wrong" for finding in found):
        sampler.exact_start = True
        cause = landing(sampler, steps[0])[0].cause
    return Findings(replace(finding, cause=finding.cause or cause) if finding.verdict == "wrong" else finding for finding in found)


def crashes() -> Iterable[Question]:
    """Solvers of all orders in double precision: some work out their weights from arrays that they make themselves."""
    weights = ("rks.append(torch.ones((), device=device))", "rks.append(torch.ones((), dtype=h.dtype, device=device))")
    for name, scheduler in drivable():
        if "solver_order" not in parameters(scheduler):
            continue
        for order in (1, 2, 3):
            patches = [(method, *weights) for method in ("multistep_uni_p_bh_update", "multistep_uni_c_bh_update")]
            yield question(
                name, scheduler, f"float64/order-{order}", "precision", checks.check_double, {"solver_order": order},
                patches=patches, change="makes its ones in the precision of the others", reproduction="unipc_float64.py",
            )  # fmt: skip
