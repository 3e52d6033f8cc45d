"""Array frameworks: NumPy, PyTorch and JAX, none of which but NumPy is imported before it is used.

A field has to answer in the framework, the precision and on the device of the question, and to be differentiable there.
The functions here find out what an array is and carry numbers from double-precision NumPy into its world.
"""

from __future__ import annotations

import contextlib
import random
import sys
from collections.abc import Iterator
from typing import Any

import numpy as np

NAMES = ("numpy", "torch", "jax")


def name(array: Any) -> str:
    """The framework of an array, ``numpy``, ``torch`` or ``jax``; numbers and lists count as NumPy."""
    torch = sys.modules.get("torch")
    if torch is not None and isinstance(array, torch.Tensor):
        return "torch"
    jax = sys.modules.get("jax")
    if jax is not None and isinstance(array, jax.Array):
        return "jax"
    return "numpy"


def is_traced(array: Any) -> bool:
    """Whether a JAX transformation is looking at the array, so that it has a shape but no values yet."""
    jax = sys.modules.get("jax")
    return jax is not None and isinstance(array, jax.core.Tracer)


def to_numpy(array: Any) -> np.ndarray:
    """The values in double precision, cut off from any graph of derivatives."""
    if name(array) == "torch":
        array = array.detach().to("cpu")
        if array.is_floating_point():
            array = array.double()
        array = array.numpy()
    return np.asarray(array, dtype=np.float64)


def namespace(array: Any) -> Any:
    """The module whose ``exp``, ``sum`` and ``log`` take the array."""
    framework = name(array)
    if framework == "torch":
        import torch

        return torch
    if framework == "jax":
        import jax.numpy as jnp

        return jnp
    return np


def like(values: np.ndarray, array: Any) -> Any:
    """``values`` in the framework, the precision and on the device of ``array``."""
    framework = name(array)
    if framework == "torch":
        import torch

        return torch.as_tensor(np.ascontiguousarray(values), dtype=array.dtype, device=array.device)
    if framework == "jax":
        import jax.numpy as jnp

        return jnp.asarray(values, dtype=array.dtype)
    return np.asarray(values, dtype=array.dtype if np.issubdtype(array.dtype, np.floating) else np.float64)


def make(values: np.ndarray, framework: str, dtype: str) -> Any:
    """``values`` as an array of the framework in the precision ``float32`` or ``float64``.

    Raises:
        ValueError: if the framework or the precision has another name, or JAX computes in single precision throughout.
    """
    if dtype not in ("float16", "float32", "float64"):
        raise ValueError(f"`{dtype}` is no precision known here; choose float16, float32 or float64")
    if framework == "numpy":
        return np.asarray(values, dtype=dtype)
    if framework == "torch":
        import torch

        return torch.as_tensor(np.ascontiguousarray(values), dtype=getattr(torch, dtype))
    if framework == "jax":
        import jax
        import jax.numpy as jnp

        if dtype == "float64" and not jax.config.jax_enable_x64:
            raise ValueError(
                "JAX computes in single precision; call `jax.config.update('jax_enable_x64', True)` first, or ask for float32"
            )
        return jnp.asarray(values, dtype=dtype)
    raise ValueError(f"`{framework}` is no framework known here; choose one of {', '.join(NAMES)}")


def precision(array: Any) -> str:
    """The name of the array's floating-point type, such as ``float32``."""
    kind = str(array.dtype).removeprefix("torch.")
    return kind if kind.startswith(("float", "bfloat")) else "float64"


def unit_roundoff(dtype: str) -> float:
    """``u``, half the distance from 1 to the next number: 2⁻⁵³ in double, 2⁻²⁴ in single precision."""
    digits = {"float64": 53, "float32": 24, "float16": 11, "bfloat16": 8}
    if dtype not in digits:
        raise ValueError(f"`{dtype}` is no precision known here; choose one of {', '.join(digits)}")
    return 2.0 ** -digits[dtype]


@contextlib.contextmanager
def seeded(seed: int) -> Iterator[None]:
    """While it is open, the global generators start from this seed; afterwards they go on where they were."""
    torch = sys.modules.get("torch")
    states = random.getstate(), np.random.get_state(), torch.random.get_rng_state() if torch is not None else None
    random.seed(seed)
    np.random.seed(seed % 2**32)
    if torch is not None:
        torch.manual_seed(seed)
    try:
        yield
    finally:
        random.setstate(states[0])
        np.random.set_state(states[1])
        if torch is not None:
            torch.random.set_rng_state(states[2])


@contextlib.contextmanager
def double_by_default() -> Iterator[None]:
    """While it is open, PyTorch makes numbers of double precision: code that writes `torch.tensor(sigma)` would lose digits."""
    import torch

    before = torch.get_default_dtype()
    torch.set_default_dtype(torch.float64)
    try:
        yield
    finally:
        torch.set_default_dtype(before)
