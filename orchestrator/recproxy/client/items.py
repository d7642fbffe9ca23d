"""What a pytest item asks for: its recordings, the name of its scope, the file of its own recording.

Knows pytest's items by their attributes alone, so that nothing of pytest is imported here.
"""

from __future__ import annotations

import inspect
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from recproxy.client.decorator import FaultEntries, check_fault, check_mode, check_words
from recproxy.client.imported_names import imported_recording
from recproxy.client.names import module_folders, recording_of_fixture, recording_of_test
from recproxy.client.requested import RequestedRecordings, recordings_of, wanted_by
from recproxy.client.scopes import RecordingNames
from recproxy.control.scope_options import ScopeFault, SelectedTest
from recproxy.lazy.patterns import lazy_pattern

__all__ = ["AskedScope", "Places", "names_of_item", "of_fixture", "of_item", "scope_of_item"]

#: Fixtures that pytest makes of setUpClass, setup_module and the like: `_unittest_setUpClass_fixture_TestSend`.
_MADE_OF = ("_unittest_", "_xunit_")

#: A name that pytest's `-k` takes as one word.
_KEYWORD = lazy_pattern(r"[\w:+.\[\]/-]+", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class Places:
    """Where the project's recordings are, and its root; `typed` are the paths that pytest was called with."""

    recordings: Path
    root: Path
    typed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedScope:
    """A scope to begin: arguments of `Scopes.begin`, and the decorator that must not begin it once more."""

    name: str
    recordings: RecordingNames
    default: str
    beside: str
    mode: str | None = None
    faults: FaultEntries = ()
    wanted: RequestedRecordings | None = None
    selection: SelectedTest | None = None


def of_item(item: Any, places: Places) -> AskedScope:
    """What a test asks for by its markers, outermost first, and its decorator.

    Raises:
        TypeError: a marker has the wrong words.
        ValueError: it names no service, or has a mode that is not for tests to choose.
    """
    path = Path(item.path)
    markers = list(reversed(list(item.iter_markers("recproxy"))))
    # A bare marker asks for a scope with the test's own recording.
    entries = tuple(entry for marker in markers if marker.args for entry in check_words(marker.args))
    wanted = wanted_by(getattr(item, "function", None))
    return AskedScope(
        name=scope_of_item(item),
        recordings=_merged(recordings_of(entries, str(path.parent)), _recordings(wanted)),
        default=_default(item, places),
        beside=wanted.folder if wanted is not None and not entries else str(path.parent),
        mode=_mode(markers) or (wanted.mode if wanted is not None else None),
        faults=(*_faults(item), *(wanted.faults if wanted is not None else ())),
        wanted=wanted,
        selection=_selection(item, places),
    )


def _default(item: Any, places: Places) -> str:
    """The recording of a test that names none: its own, or in its place one that was imported for it."""
    path, names = Path(item.path), names_of_item(item)
    folders = module_folders(path, places.recordings, places.root)
    own = _own(item, folders)
    found = imported_recording(
        own,
        names,
        recordings=places.recordings,
        scope=scope_of_item(item),
        name_of=partial(recording_of_test, folders),
    )
    if found == own:
        return own
    others = (each for each in getattr(item.session, "items", ()) if each.path == item.path and each is not item)
    return own if any(_own(each, folders) == found for each in others) else found


def _own(item: Any, folders: tuple[str, ...]) -> str:
    return recording_of_test(folders, names_of_item(item), ambiguous=any(_ambiguous(item)))


def _selection(item: Any, places: Places) -> SelectedTest:
    """How a test is run alone, from the folder that pytest was started in."""
    path = os.path.relpath(item.path, item.config.invocation_params.dir)
    *classes, test = names_of_item(item)
    # Of parameters, `-k` takes few characters.
    test = test if _KEYWORD.fullmatch(test) else test.partition("[")[0]
    return SelectedTest(
        node="::".join((path, *names_of_item(item))),
        instead_of=places.typed,
        keyword=" and ".join((item.path.name, *classes, test)),
    )


def scope_of_item(item: Any) -> str:
    """The name of a test's scope."""
    return ".".join((Path(item.path).stem, *names_of_item(item)))


def of_fixture(definition: Any, request: Any, places: Places) -> AskedScope | None:
    """What a fixture that serves several tests asks for; None for pytest's own."""
    function = inspect.unwrap(definition.func)
    name: str = definition.argname
    names: tuple[str, ...] = (name,)
    if name.startswith(_MADE_OF):
        # `_unittest_setUpClass_fixture_TestSend` is setUpClass of TestSend
        what, _, where = name.split("_", 2)[2].partition("_fixture_")
        names = (*where.split("."), what) if what in ("setUpClass", "setup_class") else (what,)
        path = Path(request.path)
    elif function.__module__.partition(".")[0] in ("_pytest", "pytest"):
        return None
    else:
        path = Path(inspect.getfile(function))
    index: int = getattr(request, "param_index", 0) if hasattr(request, "param") else 0
    wanted = wanted_by(definition.func)
    first = getattr(request, "_pyfuncitem", None)  # the test for which it is set up
    folders = module_folders(path, places.recordings, places.root)
    return AskedScope(
        name=".".join((path.stem, *names)) + (f"[{index}]" if index else ""),
        recordings=_recordings(wanted),
        default=recording_of_fixture(folders, names, index=index),
        beside=wanted.folder if wanted is not None else str(path.parent),
        mode=wanted.mode if wanted is not None else None,
        faults=wanted.faults if wanted is not None else (),
        wanted=wanted,
        selection=_selection(first, places) if first is not None else None,
    )


def _mode(markers: list[Any]) -> str | None:
    """What one of the markers insists on."""
    for marker in markers:
        if unknown := marker.kwargs.keys() - {"mode"}:
            raise TypeError(f"recproxy takes mode, not {', '.join(sorted(unknown))}")
    modes = [check_mode(marker.kwargs.get("mode")) for marker in markers]
    return next((mode for mode in modes if mode), None)


def _faults(item: Any) -> Iterator[tuple[str, ScopeFault]]:
    """The faults that the markers name, outermost first."""
    for marker in reversed(list(item.iter_markers("recproxy_fault"))):
        if len(marker.args) != 2 or marker.kwargs.keys() - {"times", "interaction"}:
            raise TypeError('recproxy_fault takes (profile, fault), and times= or interaction=: ("twitter", "reset")')
        yield check_fault(*marker.args, **marker.kwargs)


def names_of_item(item: Any) -> list[str]:
    """The names below the module: classes, and the test with the id of its parameters."""
    module = item.nodeid.partition("::")[0]
    below = [node.name for node in item.listchain() if node.nodeid.startswith(f"{module}::")]
    return below or [item.name]


def _ambiguous(item: Any) -> Iterator[bool]:
    """Whether what holds the test, or its class, also holds a name that differs in case alone."""
    for node in item.listchain():
        holder = getattr(node.parent, "obj", None)
        if holder is not None and node.parent is not None:
            name = getattr(node, "originalname", None) or node.name
            yield any(other != name and other.lower() == name.lower() for other in dir(holder))


def _recordings(wanted: RequestedRecordings | None) -> RecordingNames:
    return recordings_of(wanted.entries, wanted.folder) if wanted is not None else {}


def _merged(first: RecordingNames, second: RecordingNames) -> RecordingNames:
    return {service: [*first.get(service, ()), *second.get(service, ())] for service in {**first, **second}}
