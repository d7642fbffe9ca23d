"""vcrpy's cassettes, YAML and JSON, in and out.

What vcrpy writes by itself is read by vcrpy_text; of other YAML vcrpy's own reader makes plain values, with a loader that
builds no objects. What the values mean is in vcrpy_shapes. A large cassette is read some interactions at a time, because the reader needs ten times the text's size.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from recproxy.errors import RecordingError
from recproxy.formats import vcrpy_shapes as shapes
from recproxy.formats import vcrpy_text
from recproxy.formats.extras import refuse_bombs, vcrpy_serializer
from recproxy.formats.reading import json_values, mapping, refusing
from recproxy.formats.stored import Notebook
from recproxy.formats.values import Dumped, Loaded, Note
from recproxy.lazy.patterns import lazy_pattern
from recproxy.recording import Interaction, Recording

__all__ = ["MATCH_ON", "dump", "dump_json", "load", "load_json"]

#: What vcrpy compares where a test does not say otherwise.
MATCH_ON = ("method", "scheme", "host", "port", "path", "query")

#: Below this size a cassette is read at once.
_LARGE = 4_000_000
#: A larger one is parsed in pieces of this size, so that the parser's objects, many times the text, stay few.
_PIECE = 400_000
#: Begins with letters and not with a place: those are found many times faster.
_START = lazy_pattern(rb"\n(?=- request:)")
_BEGINNING = lazy_pattern(rb"\A(?:version: 1\r?\n)?interactions:\r?\n- request:")
_KEY = lazy_pattern(rb"^[A-Za-z_]\w*:", re.MULTILINE)
#: An anchor or an alias where a value begins: pieces of such a text need each other.
_LINKED = lazy_pattern(rb"^ *(?:- +)*(?:[^\s:\"'#]+: +)?[&*]\w", re.MULTILINE)
#: What no such text is without; found many times faster, and seldom there.
_MAY_LINK = (lazy_pattern(rb"&(?<![^ \n]&)\w"), lazy_pattern(rb"\*(?<![^ \n]\*)\w"))
#: As vcrpy's own migration does: the object tags of cassettes before 1.0 say nothing that is needed.
_OLD_TAGS = lazy_pattern(
    r"!!python/object:vcr\.request\.Request|!!python/object/apply:(?:__builtin__|builtins)\.frozenset"
)


def load(data: bytes, path: str) -> Loaded:
    """The recording in a YAML cassette. Raises RecordingError, and nothing else, where it is none."""
    notes = Notebook(len(data))
    with refusing(path, notes):
        if len(data) > _LARGE and _BEGINNING.match(data) and not _is_linked(data):
            each = shapes.interactions(_in_pieces(data), notes)
        else:
            each = shapes.read(_values(data), notes)
        return _loaded(each, path, notes)


def load_json(data: bytes, path: str) -> Loaded:
    """The recording in a JSON cassette. Raises RecordingError, and nothing else, where it is none."""
    notes = Notebook(len(data))
    with refusing(path, notes):
        return _loaded(shapes.read(json_values(data), notes), path, notes)


def _loaded(interactions: Iterator[Interaction], path: str, notes: Notebook) -> Loaded:
    recording = Recording(interactions=tuple(interactions), match_on=MATCH_ON, repeat="miss", path=path)
    return Loaded(recording=recording, notes=tuple(notes.notes))


def _values(data: bytes) -> Any:
    serializer = vcrpy_serializer("yamlserializer")
    values = vcrpy_text.read_cassette(data)
    if values is not None:
        return values
    refuse_bombs(data)
    text = data.decode("utf-8-sig")
    if "!!python/object" in text:
        text = _OLD_TAGS.sub("", text)
    return serializer.deserialize(text)


def _is_linked(data: bytes) -> bool:
    return any(sign.search(data) for sign in _MAY_LINK) and _LINKED.search(data) is not None


def _in_pieces(data: bytes) -> Iterator[Any]:
    """The interactions of a cassette as vcrpy writes it, read piece by piece."""
    starts = [found.end() for found in _START.finditer(data)]
    last = _KEY.search(data, starts[-1])
    end = last.start() if last else len(data)
    shapes.check_version(mapping(_values(data[end:]) or {}, "a cassette"))
    begin = starts[0]
    for start in [*starts[1:], end]:
        if start - begin >= _PIECE or start == end:
            try:
                found = _values(data[begin:start])
            except Exception as problem:  # noqa: BLE001 - said again, with the lines it is about
                line = data.count(b"\n", 0, begin) + 1
                raise ValueError(f"in the lines from {line} on: {problem}") from None
            yield from shapes.listed(found)
            begin = start


def dump(recording: Recording) -> Dumped:
    """The recording as a YAML cassette."""
    values, notes = shapes.written(recording)
    return _dumped("yamlserializer", values, notes)


def dump_json(recording: Recording) -> Dumped:
    """The recording as a JSON cassette. Raises RecordingError where a body is binary: vcrpy's JSON cannot hold it."""
    values, notes = shapes.written(recording, binary=False)
    return _dumped("jsonserializer", values, notes)


def _dumped(serializer: str, values: Any, notes: tuple[Note, ...]) -> Dumped:
    try:
        text: str = vcrpy_serializer(serializer).serialize(values)
    except TypeError as problem:
        raise RecordingError(f"vcrpy cannot write it: {problem}") from None
    return Dumped(data=text.encode(), notes=notes)
