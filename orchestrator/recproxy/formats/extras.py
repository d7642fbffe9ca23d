"""Readers and writers that other libraries bring, and one line where a library is missing.

vcrpy is asked for three of its modules only: its package imports every HTTP client that is installed, over a second
of it, and a proxy that reads a cassette has no use for that.
"""

from __future__ import annotations

import importlib.util
import sys
from functools import cache
from pathlib import Path
from types import ModuleType

from recproxy.errors import ConfigurationError

__all__ = ["vcrpy_serializer"]


@cache
def vcrpy_serializer(kind: str) -> ModuleType:
    """Vcrpy's own `yamlserializer` or `jsonserializer`, with a loader that builds no objects.

    Raises ConfigurationError where vcrpy is not installed, or is one that reads YAML unsafely.
    """
    module = _module("vcr", f"serializers/{kind}.py", "vcrpy")
    if kind == "yamlserializer" and not _is_safe(module):
        raise ConfigurationError(
            "the installed vcrpy reads YAML with a loader that can run code; install recproxy[vcrpy], which needs vcrpy 9"
        )
    return module


def _module(package: str, file: str, extra: str) -> ModuleType:
    found = importlib.util.find_spec(package)
    if found is None or found.origin is None:
        raise ConfigurationError(f"{extra} is not installed: files of this format need it; install recproxy[{extra}]")
    path = Path(found.origin).parent / file
    name = f"recproxy.formats._{package}_{path.stem}"
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None or not path.is_file():
        raise ConfigurationError(f"the installed {extra} has no {file}; install recproxy[{extra}]")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


def _is_safe(module: ModuleType) -> bool:
    import yaml  # noqa: PLC0415 - comes with vcrpy

    loader = getattr(module, "_CassetteLoader", None)
    safe = (yaml.SafeLoader, getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    return isinstance(loader, type) and issubclass(loader, safe)
