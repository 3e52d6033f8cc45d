"""Twins: a subject's own code with one expression changed, in memory, to show that the change is what mends it."""

from __future__ import annotations

import inspect
import linecache
import textwrap
from collections.abc import Callable
from typing import Any


def patched(function: Callable[..., Any], old: str, new: str) -> Callable[..., Any] | None:
    """The function with the one occurrence of `old` in its source replaced; none if its source is not that any more."""
    original = inspect.unwrap(function)
    try:
        source = textwrap.dedent(inspect.getsource(original))
    except (OSError, TypeError):
        return None
    if source.count(old) != 1:
        return None
    name = f"<{original.__qualname__} with `{new}`>"
    changed = source.replace(old, new)
    linecache.cache[name] = (len(changed), None, changed.splitlines(keepends=True), name)
    space: dict[str, Any] = {}
    # The original's own module stays as it is: the twin is made in a copy of its names.
    exec(compile(changed, name, "exec"), dict(original.__globals__), space)
    return space[original.__name__]


def with_method(kind: type, method: str, old: str, new: str) -> type | None:
    """The class with one method patched; none if the method's source is not that any more."""
    twin = patched(getattr(kind, method), old, new)
    return None if twin is None else type(kind.__name__, (kind,), {method: twin})
