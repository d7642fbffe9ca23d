"""When interactions were recorded, as far as they say so: by the date of a response, or the day in the file. Pure."""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Sequence
from weakref import WeakKeyDictionary

from recproxy.matching.index import Index
from recproxy.play.time_texts import seconds_of_http_date
from recproxy.recording import Interaction, Recording, header, recorded_scopes
from recproxy.recording.scope_names import own_scopes

__all__ = ["earliest_moment", "moment_in_play", "moment_of"]

#: So many interactions of a recording are asked when it was made. The first of them most often says it.
_MOST_ASKED = 50
_FOUND: WeakKeyDictionary[Index, dict[tuple[frozenset[str], ...], int | None]] = WeakKeyDictionary()


def moment_of(recorded: Interaction) -> int | None:
    """When a response was recorded, in seconds since 1970: its Date, or the beginning of the day of `:recorded`, in UTC."""
    date = header(recorded.response.headers, b"date")
    moment = seconds_of_http_date(date.decode("latin-1").strip()) if date is not None else None
    if moment is None and recorded.recorded is not None:
        moment = int(dt.datetime.combine(recorded.recorded, dt.time(), dt.UTC).timestamp())
    return moment


def earliest_moment(recordings: Sequence[Recording], scope: str | None = None) -> int | None:
    """When the recordings of a scope were begun; None where none of their first interactions says so.

    Of a file that several tests share, the scope's own interactions say it, if there are some.
    """
    found = [moment for each in recordings if (moment := _first_moment(each, scope)) is not None]
    return min(found, default=None)


def moment_in_play(index: Index, scope: str) -> int | None:
    """The same of what is in play; found once for all scopes of which the recordings hold nothing of their own."""
    own = tuple(own_scopes(names, scope) for names in index.scopes)
    known = _FOUND.setdefault(index, {})
    if own not in known:
        known[own] = earliest_moment(index.recordings, scope)
    return known[own]


def _first_moment(recording: Recording, scope: str | None) -> int | None:
    names = recorded_scopes(recording.interactions)
    own = own_scopes({name for name in names if name is not None}, scope)
    places = (place for place, name in enumerate(names) if not own or name in own)
    for place in itertools.islice(places, _MOST_ASKED):
        if (moment := moment_of(recording.interactions[place])) is not None:
            return moment
    return None
