"""What the shards of a suite have recorded, made into one: each from the same files, each with scopes of its own. Pure.

A scope that one shard recorded is taken from it. New scopes stand in the order of the shards, as one run over all of the
suite would have recorded them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from recproxy.errors import RecordingError
from recproxy.lazy.dataclass import dataclass
from recproxy.lazy.patterns import lazy_pattern
from recproxy.play.recording_merge import merge_texts, scopes_between
from recproxy.recording import load

__all__ = ["ShardConflict", "merge_shards"]

_MARK = lazy_pattern(rb"^(?:<{7,}|>{7,})(?: .*)?\r?$", re.MULTILINE)


@dataclass(frozen=True, slots=True, kw_only=True)
class ShardConflict:
    """Two shards have recorded the same otherwise: a scope of a file, or all of one that is no recording."""

    name: str
    scope: str | None
    shards: tuple[str, str]


def merge_shards(
    before: Mapping[str, bytes], shards: Sequence[tuple[str, Mapping[str, bytes]]]
) -> tuple[dict[str, bytes], list[ShardConflict]]:
    """The files that some shard has changed, as they are after all of them, and what they do not agree on.

    Args:
        before: the files that all began with, by name.
        shards: the name of each shard, which its paths begin with, and its files.

    Raises:
        RecordingError: a file that is to be merged cannot be read, or holds conflict marks.
    """
    merged: dict[str, bytes] = {}
    conflicts: list[ShardConflict] = []
    names = dict.fromkeys(name for _, files in shards for name in files)
    for name in names:
        base = before.get(name, b"")
        changed = [(shard, files[name]) for shard, files in shards if name in files and files[name] != before.get(name)]
        if not changed:
            continue
        if base.strip():
            _check_whole(name, base)
        for shard, theirs in changed:
            _check_whole(f"{shard}/{name}", theirs)
        try:
            found, text = _merged_recording(name, base, changed)
        except RecordingError:
            found, text = _merged_whole(name, changed)
        conflicts += found
        merged[name] = text
    return merged, conflicts


def _check_whole(place: str, text: bytes) -> None:
    """Refuse a file that git or an editor left half merged; as it is, it would take the place of a good one."""
    if place.endswith(".rec"):
        load(text, path=place)
    elif found := _MARK.search(text):
        line = text.count(b"\n", 0, found.start()) + 1
        raise RecordingError(f"{place}:{line}: is a conflict marker of git: resolve the conflict by hand")


def _merged_recording(
    name: str, base: bytes, changed: Sequence[tuple[str, bytes]]
) -> tuple[list[ShardConflict], bytes]:
    """The scopes of all; those that two have recorded otherwise are conflicts. Raises RecordingError for other files."""
    by_scope: dict[str | None, tuple[str, tuple[bytes, ...]]] = {}
    conflicts = []
    text = base
    for shard, theirs in changed:
        for scope, blocks in scopes_between(base, theirs).items():
            known = by_scope.setdefault(scope, (shard, blocks))
            if known[1] != blocks:
                conflicts.append(ShardConflict(name=name, scope=scope, shards=(known[0], shard)))
        if not conflicts:
            both = merge_texts(base, text, theirs)
            if both.conflicts:  # what stands above the first interaction
                conflicts.append(ShardConflict(name=name, scope=None, shards=(changed[0][0], shard)))
            text = both.text
    return conflicts, text


def _merged_whole(name: str, changed: Sequence[tuple[str, bytes]]) -> tuple[list[ShardConflict], bytes]:
    first, text = changed[0]
    other = next((shard for shard, theirs in changed if theirs != text), None)
    return ([ShardConflict(name=name, scope=None, shards=(first, other))] if other else []), text
