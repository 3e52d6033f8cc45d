"""dpm-solver: `model_wrapper`, `NoiseScheduleVP` and `DPM_Solver(…).sample`, in the file that people copy into their projects.

It is no package, so the module is handed over: `sampler(my_project.dpm_solver_pytorch, case, …)`.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .. import frameworks, schedules
from ..case import Case
from . import Unsupported

Array = NDArray[np.float64]

#: What `model_wrapper` calls a network's output, and what it is here.
MODEL_TYPES = {"noise": "eps", "x_start": "x0", "v": "v", "score": "score"}


class Schedule(schedules.Schedule):
    """A `NoiseScheduleVP`, on its own continuous clock with noise at `T`; its rates are not stated, and unknown here."""

    def __init__(self, native: Any, *, framework: str = "torch", end: float = 1e-3) -> None:
        self.native = native
        self.framework = framework
        self.noise_time, self.data_time = float(native.T), float(end)

    def rows(self, times: Array) -> Array:
        t = frameworks.make(np.atleast_1d(np.asarray(times, dtype=np.float64)), self.framework, "float64")
        alpha, sigma = np.exp(frameworks.to_numpy(self.native.marginal_log_mean_coeff(t))), frameworks.to_numpy(self.native.marginal_std(t))
        unknown = np.full_like(alpha, np.nan)
        return np.stack([alpha, sigma, unknown, unknown], axis=1)

    def __repr__(self) -> str:
        return f"{type(self.native).__name__}({getattr(self.native, 'schedule', '')})"


def sampler(
    module: Any,
    case: Case,
    *,
    algorithm: str = "dpmsolver++",
    order: int = 2,
    method: str = "multistep",
    skip_type: str = "logSNR",
    model_type: str = "noise",
    **options: Any,
) -> Callable[[Any, int], Any]:
    """`DPM_Solver(…).sample` as `run(noise, steps)`, with the exact network of the case, down to the case's `data_time`.

    Args:
        module: anything with `model_wrapper` and `DPM_Solver`.
        case: with a :class:`Schedule` of this module.
        algorithm: `dpmsolver` or `dpmsolver++`.
        order, method, skip_type: as in `sample`; `logSNR` grids show orders.
        model_type: what the network predicts, one of :data:`MODEL_TYPES`.
        options: further keywords of `sample`. Without them the last steps keep the order and no step to the data is made.

    Raises:
        Unsupported: if the module has another interface.
    """
    missing = [name for name in ("model_wrapper", "DPM_Solver") if not hasattr(module, name)]
    if missing:
        raise Unsupported(f"`{getattr(module, '__name__', module)}` has no `{missing[0]}`; hand over the module of dpm-solver that your project uses")
    if not isinstance(case.schedule, Schedule):
        raise Unsupported(f"the case has the schedule {case.schedule!r}; give it `adapters.dpm_solver.Schedule(NoiseScheduleVP(…))`")
    if model_type not in MODEL_TYPES:
        raise Unsupported(f"`{model_type}` is no model type known here; choose one of {', '.join(MODEL_TYPES)}")
    native, end = case.schedule.native, case.schedule.data_time
    made, sampled = (inspect.signature(call).parameters for call in (module.DPM_Solver, module.DPM_Solver.sample))
    if "algorithm_type" in made:
        choice: dict[str, Any] = {"algorithm_type": algorithm}
    elif "predict_x0" in made:
        choice = {"predict_x0": algorithm == "dpmsolver++"}
    else:
        raise Unsupported("`DPM_Solver` takes neither `algorithm_type` nor `predict_x0`, so the algorithm cannot be chosen")
    plain = {"lower_order_final": False, "denoise_to_zero": False, "denoise": False}
    keywords = {**{name: value for name, value in plain.items() if name in sampled}, **options}
    foreign = [name for name in options if name not in sampled]
    if foreign:
        raise Unsupported(f"`DPM_Solver.sample` takes no `{foreign[0]}`; it takes {', '.join(sampled)}")
    exact = case.field(MODEL_TYPES[model_type])
    # On a discrete schedule the network is asked at (t − 1/N)·1000.
    shift = 1 / native.total_N if getattr(native, "schedule", "") == "discrete" else None

    def network(x: Any, t: Any, *_: Any, **__: Any) -> Any:
        return exact(x, t if shift is None else t / 1000 + shift)

    def run(noise: Any, steps: int) -> Any:
        model = module.model_wrapper(network, native, model_type=model_type)
        solver = module.DPM_Solver(model, native, **choice)
        return solver.sample(noise, steps=steps, t_end=end, order=order, method=method, skip_type=skip_type, **keywords)

    run.__name__ = run.__qualname__ = f"DPM_Solver({algorithm}).sample[{method}, order {order}]"
    return run
