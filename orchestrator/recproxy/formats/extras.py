"""Readers and writers that other libraries bring, and one line where a library is missing.

vcrpy is asked for three of its modules only: its package imports every HTTP client that is installed, over a second
of it, and a proxy that reads a cassette has no use for that.
"""

from __future__ import annotations

import importlib.util
import re
import sys
from collections.abc import Callable
from functools import cache, partial
from pathlib import Path
from types import ModuleType
from typing import Any

from recproxy.errors import ConfigurationError
from recproxy.lazy.dataclass import dataclass
from recproxy.lazy.patterns import lazy_pattern

__all__ = ["YamlLibrary", "refuse_bombs", "toml_writer", "vcrpy_serializer", "yaml_library"]

#: Where an alias may stand: its sign comes first, because a letter is found many times faster than one of several.
_ALIAS = lazy_pattern(rb"\*(?<=[\s,:\[{]\*)\w")
#: What may make a merge key of a key: its plain name, or a tag in some spelling.
_MERGE = lazy_pattern(rb"<<|merge|^%TAG|!<|![^\s,]*%", re.MULTILINE)
#: A number to the base of sixty, `1:30:00`, is made in a time that grows with the square of its length.
_SIXTIES = lazy_pattern(rb"[0-9]{0,2}(?::[0-5]?[0-9]){1000}")
_STEP = 3000  # bytes: two steps cannot pass over so long a number, which has 2,000 bytes at least


@cache
def vcrpy_serializer(kind: str) -> ModuleType:
    """Vcrpy's own `yamlserializer` or `jsonserializer`, with a loader that builds no objects.

    Older versions of vcrpy read YAML with a loader that can run code: a safe one takes its place. Raises
    ConfigurationError where vcrpy is not installed.
    """
    module = _module("vcr", f"serializers/{kind}.py", "vcrpy")
    if kind == "yamlserializer" and not _is_safe(module):
        vars(module)["deserialize"] = _plain_reader()
    return module


@dataclass(frozen=True, slots=True)
class YamlLibrary:
    """PyYAML, by its safe loader and dumper only."""

    read: Callable[[bytes], Any]
    read_ruby: Callable[[bytes], Any]
    write: Callable[[Any], bytes]


@cache
def yaml_library() -> YamlLibrary:
    """PyYAML. Raises ConfigurationError where it is not installed."""
    try:
        import yaml  # noqa: PLC0415 - comes with an extra
    except ImportError:
        raise _missing("PyYAML", "responses") from None
    loader, dumper = getattr(yaml, "CSafeLoader", yaml.SafeLoader), getattr(yaml, "CSafeDumper", yaml.SafeDumper)

    class RubyLoader(loader):  # type: ignore[misc, valid-type]
        """Reads what Ruby's Psych writes: its local tags say which class a plain value is of."""

    RubyLoader.add_constructor("!binary", loader.construct_yaml_binary)
    for prefix in ("!ruby/string", "!ruby/hash", "!ruby/array", "!str", "!map", "!seq"):
        RubyLoader.add_multi_constructor(prefix, _untagged)

    def read_with(kind: Any, data: bytes) -> Any:
        refuse_bombs(data)
        return yaml.load(data.decode("utf-8-sig"), Loader=kind)  # noqa: S506 - both kinds are safe

    def write(values: Any) -> bytes:
        text: str = yaml.dump(values, Dumper=dumper, sort_keys=False)
        return text.encode()

    return YamlLibrary(partial(read_with, loader), partial(read_with, RubyLoader), write)


def _untagged(loader: Any, _: str, node: Any) -> Any:
    """The plain value of a node whose tag names a class; no object is made. A string with attributes is its text."""
    if node.id == "scalar":
        return loader.construct_scalar(node)
    if node.id == "sequence":
        return loader.construct_sequence(node, deep=True)
    values = loader.construct_mapping(node, deep=True)
    return values.get("str", values.get("=", values))


def refuse_bombs(data: bytes) -> None:
    """Raise ValueError where a few lines of YAML stand for more than memory holds, or a number for hours of work."""
    if any(_SIXTIES.match(data, start) for start in range(0, len(data), _STEP)):
        raise ValueError("a number of a thousand parts, 1:00:00 and so on, is not read: take it out")
    if _ALIAS.search(data) and _MERGE.search(data):
        _refuse_merges(data)


def _refuse_merges(data: bytes) -> None:
    """Raise ValueError where a mapping takes over others."""
    import yaml  # noqa: PLC0415 - comes with an extra

    for event in yaml.parse(data, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader)):
        if isinstance(event, yaml.ScalarEvent) and (
            (event.value == "<<" and event.implicit[0]) or (event.tag or "").endswith(":merge")
        ):
            raise ValueError("merge keys (<<) are not read; write the values out")


@cache
def toml_writer() -> Callable[[Any], str]:
    """tomli-w's `dumps`. Raises ConfigurationError where it is not installed."""
    try:
        import tomli_w  # noqa: PLC0415 - comes with an extra
    except ImportError:
        raise _missing("tomli-w", "responses") from None
    return tomli_w.dumps


def _missing(library: str, extra: str) -> ConfigurationError:
    return ConfigurationError(
        f"{library} is not installed: files of this format need it: pip install 'recproxy[{extra}]'"
    )


def _module(package: str, file: str, extra: str) -> ModuleType:
    found = importlib.util.find_spec(package)
    if found is None or found.origin is None:
        raise _missing(extra, extra)
    path = Path(found.origin).parent / file
    name = f"recproxy.formats._{package}_{path.stem}"
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None or not path.is_file():
        raise ConfigurationError(f"the installed {extra} has no {file}: pip install 'recproxy[{extra}]'")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


def _plain_reader() -> Callable[[str], Any]:
    """A reader of YAML for the plain values that vcrpy writes, text and tuples of Python among them."""
    import yaml  # noqa: PLC0415 - comes with vcrpy

    base = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    loader: Any = type("PlainLoader", (base,), {})
    for name in ("str", "unicode"):
        loader.add_constructor(f"tag:yaml.org,2002:python/{name}", base.construct_yaml_str)
    loader.add_constructor("tag:yaml.org,2002:python/tuple", lambda made, node: tuple(made.construct_sequence(node)))
    return partial(yaml.load, Loader=loader)


def _is_safe(module: ModuleType) -> bool:
    import yaml  # noqa: PLC0415 - comes with vcrpy

    loader = getattr(module, "_CassetteLoader", None)
    safe = (yaml.SafeLoader, getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    return isinstance(loader, type) and issubclass(loader, safe)
