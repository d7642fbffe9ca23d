"""Cassettes that pytest-recording and pytest-vcr made for tests, under the names that recproxy's plugin looks for.

Both put them into a folder `cassettes` next to the test modules: pytest-recording into a folder for each module,
pytest-vcr all into one. Looks at names, and for pytest-vcr at the text of the modules.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path, PurePath

from recproxy.cli.import_sources import ImportSource
from recproxy.client.names import module_folders, recording_of_test
from recproxy.lazy.patterns import lazy_pattern

__all__ = ["named_for_tests"]

_FOLDER = "cassettes"
#: Classes in front of a test, and the test with its parameters: `TestSend.test_one[a.b]`.
_NAME = lazy_pattern(r"((?:\w+\.)*)(\w+(?:\[.*\])?)", re.DOTALL)


def named_for_tests(sources: Iterable[ImportSource], *, recordings: Path, root: Path) -> list[ImportSource]:
    """The sources; those that are a test's get the name of its recording below a profile's."""
    return [_named(source, recordings.resolve(), root.resolve()) for source in sources]


def _named(source: ImportSource, recordings: Path, root: Path) -> ImportSource:
    path = source.path.resolve()
    above = next((each for each in path.parents if each.name == _FOLDER), None)
    if above is None:
        return source
    first, *others = path.relative_to(above).with_suffix("").parts
    # pytest-vcr takes a slash in the id of parameters for one of the path.
    is_of_module = len(others) == 1 and "[" not in first
    found = _NAME.fullmatch(others[0] if is_of_module else "/".join((first, *others)))
    module = _module(above, first if is_of_module else "", found[2].partition("[")[0]) if found else None
    if found is None or module is None:
        return source
    names = [*filter(None, found[1].split(".")), found[2]]
    name = recording_of_test(module_folders(module, recordings, root), names)
    return replace(source, name=PurePath(name.removesuffix(".rec")), of_test=True)


def _module(cassettes: Path, folder: str, function: str) -> Path | None:
    """The test module that a cassette belongs to, if there is one and no other; its `folder` has the module's name."""
    if folder:
        module = cassettes.parent / f"{folder}.py"
        return module if module.is_file() else None
    defined = re.compile(rf"^\s*(?:async )?def {re.escape(function)}\b", re.MULTILINE)
    modules = [
        each for each in sorted(cassettes.parent.glob("*.py")) if defined.search(each.read_text("utf-8", "replace"))
    ]
    return modules[0] if len(modules) == 1 else None
