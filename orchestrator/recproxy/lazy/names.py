"""Names that a package offers, and whose modules are imported when one of them is asked for."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from importlib import import_module

__all__ = ["names_when_asked"]


def names_when_asked(package: str, names: Mapping[str, Sequence[str]]) -> Callable[[str], object]:
    """The `__getattr__` of a package: `names` are what it offers, by the module of its own that defines them."""
    modules = {name: module for module, defined in names.items() for name in defined}

    def found(name: str) -> object:
        if name not in modules:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        value: object = getattr(import_module(f"{package}.{modules[name]}"), name)
        setattr(sys.modules[package], name, value)  # the next time it is there
        return value

    return found
