"""What stands in the bodies of the control address: values read from JSON, each refused by a line, and outcomes as JSON.

Pure: knows no socket and no run.
"""

from __future__ import annotations

import json
import os
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

from recproxy.control.modes import MODES, mode_named
from recproxy.control.scope_options import ScopeFault, ScopeOptions, SelectedTest
from recproxy.recording.faults import read_test_fault
from recproxy.recording.printable import printable

if TYPE_CHECKING:
    from recproxy.control.outcomes import Missed
    from recproxy.orchestrator.scope_ends import ScopeOutcome

__all__ = [
    "CallRefused",
    "is_real_clock",
    "plain_outcome",
    "read_default",
    "read_folder",
    "read_object",
    "read_plays",
    "read_recordings",
    "read_scope_options",
    "read_string",
    "refuse_unknown",
]


#: What systems allow, in bytes; a name leaves room for the suffix of a recording.
_LONGEST_NAME = 251
_LONGEST_PATH = 4000  # below PATH_MAX of Linux, with room for a folder before it


class CallRefused(Exception):
    """An answer that says no."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


def read_object(body: bytes) -> dict[str, Any]:
    """The JSON object in a body."""
    try:
        value = json.loads(body)
    except ValueError as problem:
        raise CallRefused(400, f"the body is not JSON: {problem}") from None
    except RecursionError:
        raise CallRefused(400, "the body is nested too deeply") from None
    if not isinstance(value, dict):
        raise CallRefused(400, "the body must be a JSON object")
    return value


def read_string(values: dict[str, Any], key: str) -> str:
    """A string by its key; empty where it is missing or null."""
    return _utf8(_string(values, key), key)


def _string(values: dict[str, Any], key: str) -> str:
    value = values.get(key) or ""
    if not isinstance(value, str):
        raise CallRefused(400, f"{key} must be a string")
    return value


def _path(text: str, key: str) -> str:
    """A path that the system can have; one that is not UTF-8 has its bytes as Python does, as surrogates."""
    try:
        parts = os.fsencode(text).split(b"/")
    except UnicodeEncodeError:
        raise CallRefused(400, f"{key} must be a path that the system can have") from None
    if any(b"\0" in part or len(part) > _LONGEST_NAME for part in parts) or len(text) > _LONGEST_PATH:
        raise CallRefused(400, f"{key} is too long for a path, or holds a null byte")
    return text


def _strings(value: Any, key: str) -> list[str]:
    """A list of strings; one alone will do."""
    if isinstance(value, str):
        return [value]
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise CallRefused(400, f"{key} must be a string or a list of strings")
    return value


def _words(value: Any, key: str) -> tuple[str, ...]:
    return tuple(_utf8(word, key) for word in _strings(value, key))


def _utf8(text: str, key: str) -> str:
    try:
        text.encode()
    except UnicodeEncodeError:
        raise CallRefused(400, f"{key} must be text that UTF-8 has") from None
    return text


def read_recordings(value: Any) -> dict[str, list[str]]:
    """Paths and names, by profile or host."""
    if not isinstance(value, dict):
        raise CallRefused(400, "recordings must be an object: a profile or host, and a path or name or a list of them")
    return {
        profile: [_path(name, f"recordings.{profile}") for name in _strings(names, f"recordings.{profile}")]
        for profile, names in value.items()
    }


def read_plays(value: Any) -> dict[str, list[int]]:
    """How often each interaction was played, by profile."""
    if not isinstance(value, dict) or not all(
        isinstance(counts, list) and {*map(type, counts)} <= {int, bool} for counts in value.values()
    ):
        raise CallRefused(400, "plays must be an object: a profile, and a list of counts, as an outcome has them")
    return value


def read_default(values: dict[str, Any]) -> str | None:
    """The path below a profile's recordings that is looked for where none is named."""
    name = _path(_string(values, "default"), "default")
    path = PurePosixPath(name)
    if path.is_absolute() or ".." in path.parts:
        raise CallRefused(400, f"default {name!r} must be a path below a profile's recordings")
    return name or None


def is_real_clock(values: dict[str, Any]) -> bool:
    """Whether the client cannot run at the time of the recordings."""
    word = values.get("clock")
    if word not in (None, "real"):
        raise CallRefused(400, f"clock {word!r} is not known: write real, or leave it out")
    return word == "real"


def read_folder(values: dict[str, Any]) -> Path | None:
    """The folder of the test module."""
    name = _path(_string(values, "beside"), "beside")
    return Path(name) if name else None


def read_scope_options(values: dict[str, Any], mode_of_run: str) -> ScopeOptions:
    """How a scope's recordings are played, where the call says so."""
    match_on = values.get("match_on")
    return ScopeOptions(
        match_on=_words(match_on, "match_on") if match_on is not None else None,
        repeat=_repeat(values),
        ignore=_ignore(values.get("ignore") or {}),
        mode=_mode(values, mode_of_run) or ("replay" if values.get("faults") else None),
        faults=_faults(values.get("faults") or {}),
        chooser=_path(_string(values, "chooser"), "chooser"),
        selection=_selection(values.get("selection")),
        local=_truth(values, "local"),
    )


def _truth(values: dict[str, Any], key: str) -> bool:
    value = values.get(key) or False
    if not isinstance(value, bool):
        raise CallRefused(400, f"{key} must be true or false")
    return value


def _selection(value: Any) -> SelectedTest | None:
    """How the test is run alone."""
    if value is None:
        return None
    if not isinstance(value, dict):
        raise CallRefused(400, 'selection must be an object: {"node": "tests/test_m.py::test_one"}')
    refuse_unknown(value, SelectedTest._fields)
    return SelectedTest(
        node=read_string(value, "node"),
        instead_of=_words(value.get("instead_of") or [], "selection.instead_of"),
        keyword=read_string(value, "keyword"),
        command=read_string(value, "command"),
    )


def _faults(value: Any) -> dict[str, tuple[ScopeFault, ...]]:
    """Faults to play, by profile or host: one or a list, each in words or as an object."""
    if not isinstance(value, dict):
        raise CallRefused(400, 'faults must be an object: a profile or host, and a fault such as "reset"')
    return {
        service: tuple(_fault(each, service) for each in (faults if isinstance(faults, list) else [faults]))
        for service, faults in value.items()
    }


def _fault(value: Any, service: str) -> ScopeFault:
    values = {"fault": value} if isinstance(value, str) else value
    counts = [values.get(key) or 0 for key in ("times", "interaction")] if isinstance(values, dict) else [""]
    if not isinstance(values, dict) or any(type(count) is not int or count < 0 for count in counts):
        raise CallRefused(400, f'faults.{service} must be words, or {{"fault": "reset", "times": 1, "interaction": 2}}')
    refuse_unknown(values, ("fault", "times", "interaction"))
    text = read_string(values, "fault")
    try:
        read_test_fault(text)
    except ValueError as problem:
        raise CallRefused(400, f"faults.{service}: {text!r} is no fault: {problem}") from None
    return ScopeFault(" ".join(text.split()), *counts)


def _mode(values: dict[str, Any], of_run: str) -> str | None:
    """The mode that a scope insists on: only replay can be had in every run. None is the run's own."""
    word = read_string(values, "mode")
    mode = mode_named(word) if word else None
    if word and mode is None:
        raise CallRefused(400, f"mode {word!r} is not known: use {', '.join(MODES)}, or null for the run's own")
    if mode in (None, "replay"):
        return mode
    if mode != of_run:
        raise CallRefused(
            400,
            f"mode {word!r} is not possible in a run in mode {of_run}: leave it out, or start the run in that mode; "
            "a scope can only force replay",
        )
    return None


def _repeat(values: dict[str, Any]) -> str | None:
    """What follows the last recorded repeat."""
    repeat = values.get("repeat")
    if repeat not in (None, "last", "miss", "cycle", "first"):
        raise CallRefused(400, f"repeat {repeat!r} is not known: use last, miss, cycle or first")
    return repeat


def _ignore(value: Any) -> dict[str, tuple[str, ...]]:
    """Names that are not compared, by the part that holds them."""
    if not isinstance(value, dict) or not value.keys() <= {"headers", "query", "form", "json", "grpc"}:
        raise CallRefused(400, "ignore must be an object: headers, query, form, json or grpc, and names or pointers")
    return {part: _words(names, f"ignore.{part}") for part, names in value.items()}


def refuse_unknown(values: dict[str, Any], known: tuple[str, ...]) -> None:
    """Refuse keys that a call does not take."""
    for key in values:
        if key not in known:
            raise CallRefused(400, f"unknown key {key!r}: known are {', '.join(known)}")


def plain_outcome(outcome: ScopeOutcome) -> dict[str, Any]:
    """An outcome as JSON: totals, misses with their profile, and each profile's plays in recorded order.

    Texts for people hold no character that acts on a terminal; `differences` and `requests` are as they were sent.
    """
    profiles = outcome.profiles
    missed = [_plain_miss(profile, miss) for profile, each in profiles.items() for miss in each.missed]
    missed += [_plain_miss(None, refused) for refused in outcome.refused]
    return {
        "name": outcome.scope,
        "played": sum(each.played for each in profiles.values()),
        "recorded": sum(each.recorded for each in profiles.values()),
        "missed": missed,
        "unused": [
            {
                "profile": profile,
                "where": unused.where,
                "request": printable(unused.request),
                "fails": profile in outcome.strict,
                "position": unused.position,
            }
            for profile, each in profiles.items()
            for unused in each.unused
        ],
        "failed": [
            {"profile": profile, "text": printable(failure)}
            for profile, each in profiles.items()
            for failure in each.failures
        ],
        "profiles": {
            profile: {
                "played": each.played,
                "plays": list(each.plays),
                "files": [{"path": path, "interactions": count} for path, count in each.files],
                "requests": list(each.requests),
                "notes": [printable(note) for note in each.notes],
            }
            for profile, each in profiles.items()
        },
    }


def _plain_miss(profile: str | None, miss: Missed) -> dict[str, Any]:
    """A miss as JSON; what no profile owns was refused, and has no `profile`."""
    return {
        "profile": profile,
        "method": miss.method,
        "url": miss.url,
        "text": printable(miss.text),
        "closest": miss.closest,
        "differences": [{"field": name, "wanted": wanted, "got": got} for name, wanted, got in miss.differences],
    }
