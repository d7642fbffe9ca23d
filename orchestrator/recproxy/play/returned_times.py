"""Moved times that a client sends back: a request in which they are those of the recording. Pure but for what is remembered.

Two recorded times can become the same moved one, since a replay is quicker than the services were: then either may be
meant, and each is tried. What other scopes of the lane have moved is known, too: a fixture may have got a token for all.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from urllib.parse import unquote_to_bytes

from recproxy.recording import Request

__all__ = ["ReturnedTimes"]

#: So many moved times are known again, the latest, and for each so many recorded ones.
_MOST, _MOST_ALIKE = 1000, 8

_Known = dict[bytes, tuple[bytes, ...]]


class ReturnedTimes:
    """What clients of a scope got for recorded times, and what the lane's other scopes gave."""

    def __init__(self) -> None:
        self._own: _Known = {}
        self._of_lane: _Known = {}

    def follow(self, other: ReturnedTimes) -> None:
        """Know what other scopes give, and let them know: `other` is any of the same lane."""
        self._of_lane = other._of_lane

    def remember(self, moved: bytes, recorded: bytes) -> None:
        """A client got a moved time, token or part of an address for a recorded one."""
        pairs = {moved: recorded}
        if b"%" in moved:  # clients may spell an address in another way
            pairs[unquote_to_bytes(moved)] = unquote_to_bytes(recorded)
        for known in (self._own, self._of_lane):
            for new, old in pairs.items():
                before = [each for each in known.pop(new, ()) if each != old]
                known[new] = (*before, old)[-_MOST_ALIKE:]
            while len(known) > _MOST:
                del known[next(iter(known))]

    def requests(self, request: Request) -> Iterator[Request]:
        """What a request may have been when it was recorded, the likeliest first; itself where it holds no moved time."""
        url = request.url.encode("utf-8", "surrogateescape")
        texts = (url, request.body, *(value for _, value in request.headers))
        found = {
            moved: tuple(dict.fromkeys((*self._own.get(moved, ()), *reversed(self._of_lane[moved]))))
            for moved in self._of_lane
            if any(moved in text for text in texts)
        }
        if not found:
            yield request
            return
        # In one go: one moved time may be another's recorded one.
        places = re.compile(b"|".join(map(re.escape, sorted(found, key=len, reverse=True))))
        for number in range(max(map(len, found.values()))):
            now = {moved: each[min(number, len(each) - 1)] for moved, each in found.items()}
            back = [places.sub(lambda place, now=now: now[place[0]], text) for text in texts]  # type: ignore[misc]
            yield replace(
                request,
                url=back[0].decode("utf-8", "surrogateescape"),
                body=back[1],
                headers=tuple((name, value) for (name, _), value in zip(request.headers, back[2:], strict=True)),
            )
