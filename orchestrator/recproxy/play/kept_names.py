"""The names of wild places when a recording is recorded again: those that were there stay, also handwritten ones.

A recording gets its names in the order of its traffic. Recorded again, what has a name there already keeps it, so that
a new request in front of others renames none of them. Pure.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import replace

from recproxy.lazy.patterns import lazy_pattern
from recproxy.matching.index import Index
from recproxy.matching.rules import Rules
from recproxy.play.header_choice import captures
from recproxy.recording import Interaction, Recording
from recproxy.redaction.linking import names, renamed
from recproxy.redaction.masks import ENDING

__all__ = ["with_kept_names"]

_PLACE = lazy_pattern(rb"[A-Za-z0-9]{3,}\[([A-Za-z0-9_.-]+)\]")
#: The name of a variable of the run, whose value a replay fills in.
_VARIABLE = lazy_pattern(r"[A-Z][A-Z0-9_]*(?:\.[a-z]+)?\Z")


def with_kept_names(
    rows: Sequence[tuple[Interaction, Interaction | None]], rules: Rules
) -> list[tuple[Interaction, Interaction | None]]:
    """Pairs of a new interaction and the old one that it replaces, the new ones with the names of the old ones.

    A new name becomes an old one where it stands in the same place; a name that would then stand for two values gives
    way.
    """
    now: dict[str, str] = {}
    for new, old in rows:
        for was, name in _same_places(old, new, rules) if old is not None else ():
            if name not in now and was not in now.values() and not _VARIABLE.match(name):
                now[name] = was
    if all(name == was for name, was in now.items()):
        return list(rows)
    used = names(new for new, _ in rows)
    free = {*used, *now.values()}
    for name in sorted((used & set(now.values())) - now.keys()):
        now[name] = _free(name, free)
        free.add(now[name])
    return [(renamed(new, now), old) for new, old in rows]


def _same_places(old: Interaction, new: Interaction, rules: Rules) -> Iterator[tuple[str, str]]:
    """The names of an old request, each with the one that a new request has in its place."""
    if (
        old.steps
        or new.steps
        or old.request.wild is None
        or new.request.wild is None
        or not names((old,))
        or not names((new,))
    ):
        return
    request = replace(new.request, wild=None)
    index = Index((Recording(interactions=(old,)),), rules)
    found = captures(old.request, request.headers, {})
    if index.find(request).tiers:
        found |= index.captures(0, request)
    for name, value in found.items():
        place = _PLACE.fullmatch(value)
        if place is not None:
            yield name, place[1].decode()


def _free(name: str, used: set[str]) -> str:
    ending = ENDING.search(name)
    base, form = name, ""
    if ending is not None:
        base, form = name[: ending.start()], ending["shape"] or ""
    return next(each for number in itertools.count(2) if (each := f"{base}.{number}{form}") not in used)
