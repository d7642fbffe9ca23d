"""Recordings that were read before, and their indexes: a scope on files that did not change begins without reading.

A file is known by its size, its moment and its number. One that changed a moment ago is not kept, since it may change
again within the same moment; nor is a folder, whose files change without it. What was used longest ago goes first.
"""

from __future__ import annotations

import os
import stat
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

from recproxy.formats.placeholders import filled
from recproxy.matching.index import Index
from recproxy.matching.rules import Rules
from recproxy.play.reading import read_loaded
from recproxy.recording import Recording, Request

__all__ = ["IndexOptions", "Indexed", "RecordingCache", "index_of", "matched"]

#: Bytes of files kept, for each proxy: the recordings of a usual suite.
_MOST_BYTES = 32_000_000
#: Indexes kept: one per set of recordings and rules; tests mostly come back to the last few.
_MOST_INDEXES = 16
#: Nanoseconds after which a file's moment tells it from what is written next.
_SETTLED = 100_000_000

_Stamp = tuple[int, int, int, int]


class IndexOptions(NamedTuple):
    """How recordings are indexed: by the rules and hosts of a profile, the matchers of a scope, the form of a hook."""

    rules: Rules
    hosts: tuple[str, ...]
    match_on: tuple[str, ...] | None = None
    form: Callable[[Request], Request] | None = None

    def of_scope(self, match_on: tuple[str, ...] | None, ignore: Mapping[str, Sequence[str]]) -> IndexOptions:
        """Those of a scope: most have no matchers, and no names to ignore, and so the same as all others."""
        if match_on is None and not ignore:
            return self
        return self._replace(rules=self.rules.ignoring(ignore), match_on=match_on)


#: `index_of`, or what stands for it.
Indexed = Callable[[Sequence[Recording], IndexOptions], Index]


def matched(recordings: Sequence[Recording], match_on: tuple[str, ...] | None) -> Sequence[Recording]:
    """Recordings with the matchers of a scope, where it has some: they go before those that a file names."""
    return recordings if match_on is None else [replace(recording, match_on=match_on) for recording in recordings]


def index_of(recordings: Sequence[Recording], options: IndexOptions) -> Index:
    """Recordings as one."""
    return Index(matched(recordings, options.match_on), options.rules, options.hosts, options.form)


class RecordingCache:
    """What one proxy has read; `most` are the bytes of files it keeps.

    `variables` are the profile's: where another tool put `<NAME>` in the place of the value of one, it stands for
    anything, and responses give back what the program sent.
    """

    def __init__(self, most: int = _MOST_BYTES, *, variables: Sequence[str] = ()) -> None:
        self._most = most
        self._placeholders = {f"<{name}>": None for name in variables}
        self._read: OrderedDict[str, tuple[_Stamp, Recording]] = OrderedDict()
        #: With each index the recordings that its key knows by their numbers, so that no other gets these.
        self._indexes: OrderedDict[tuple[tuple[int, ...], IndexOptions], tuple[tuple[Recording, ...], Index]] = (
            OrderedDict()
        )

    def read(self, path: str) -> Recording:
        """The recording in a file; raises as `read_recording`."""
        stamp = _stamp(path)
        known = self._read.pop(path, None)
        if known is not None and known[0] == stamp:
            self._read[path] = known
            return known[1]
        loaded = read_loaded(path, later=True)
        recording = loaded.recording if loaded.format == "rec" else filled(loaded.recording, self._placeholders)
        if stamp is not None and stamp == _stamp(path):
            self._read[path] = stamp, recording
            while sum(size for (_, _, size, _), _ in self._read.values()) > self._most:
                self._read.popitem(last=False)
        return recording

    def index(self, recordings: Sequence[Recording], options: IndexOptions) -> Index:
        """As `index_of`; the same one for recordings that are kept."""
        key = tuple(map(id, recordings)), options
        found = self._indexes.pop(key, None)
        if found is None:
            kept = {id(recording) for _, recording in self._read.values()}
            if not all(id(recording) in kept for recording in recordings):
                return index_of(recordings, options)
            found = tuple(recordings), index_of(recordings, options)
        self._indexes[key] = found
        if len(self._indexes) > _MOST_INDEXES:
            self._indexes.popitem(last=False)
        return found[1]


def _stamp(path: str) -> _Stamp | None:
    """What tells a file from what it was before; None where nothing does."""
    try:
        status = os.stat(path)  # noqa: PTH116 - a Path takes longer to make than this call
    except OSError:
        return None
    if not stat.S_ISREG(status.st_mode) or time.time_ns() - status.st_mtime_ns < _SETTLED:
        return None
    return status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns
