"""The types of the extension module are those of what it holds: nothing more, nothing less."""

from __future__ import annotations

import ast
import inspect
from pathlib import Path

import ouracle
from ouracle import _native

STUB = Path(ouracle.__file__).parent / "_native.pyi"


def declared() -> dict[str, list[str]]:
    """Names of the stub, each with its parameters: ``ask``, ``Gaussian.flow``, …"""
    names: dict[str, list[str]] = {}

    def visit(body: list[ast.stmt], prefix: str) -> None:
        for node in body:
            if isinstance(node, ast.ClassDef):
                names[node.name] = []
                visit(node.body, f"{node.name}.")
            elif isinstance(node, ast.FunctionDef) and node.name == "__new__":
                names[prefix[:-1]] = [argument.arg for argument in node.args.args[1:]]
            elif isinstance(node, ast.FunctionDef):
                names[prefix + node.name] = [argument.arg for argument in node.args.args if argument.arg != "self"]

    visit(ast.parse(STUB.read_text(encoding="utf-8")).body, "")
    return names


def parameters(thing: object) -> list[str]:
    if not callable(thing):
        return []
    return [name for name in inspect.signature(thing).parameters if name != "self"]


def held() -> dict[str, list[str]]:
    """The same of the module itself."""
    names: dict[str, list[str]] = {}
    for name, thing in vars(_native).items():
        if name.startswith("_"):
            continue
        names[name] = parameters(thing)
        if inspect.isclass(thing):
            names |= {f"{name}.{inner}": parameters(value) for inner, value in vars(thing).items() if not inner.startswith("_")}
    return names


def test_the_stub_declares_what_the_module_holds() -> None:
    wanted, found = declared(), held()
    differ = sorted(name for name in wanted.keys() | found.keys() if wanted.get(name) != found.get(name))
    assert not differ, f"{', '.join(differ)}: mend _native.pyi, or build the module again if it is older than its source"
