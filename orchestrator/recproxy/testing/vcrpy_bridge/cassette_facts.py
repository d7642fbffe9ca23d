"""What the bridge knows of a cassette when it is opened, whichever library it is of. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from recproxy.control.choices import AskedRequest, Choice

__all__ = ["UNLIKE_WHEN_RECORDED", "CassetteFacts", "CassetteSources"]

#: Clients name here what they can decode. With recproxy come decoders, so that this is not what it was when recording.
UNLIKE_WHEN_RECORDED = ("accept-encoding",)


@dataclass(frozen=True, slots=True, kw_only=True)
class CassetteFacts:
    """A cassette that is opened.

    `mode` is what it asks for; `match_on` are recproxy's words, and `ignore` names that are not compared. `repeats` says
    that the first interaction that fits plays again and again. `addresses` are the hosts and ports of its requests.
    `positions` are those of its `count` interactions that can be played. `choose`, where functions of the suite have a say,
    tells which of these match a request. `unhonoured` are lines for people. `takes_local` says that requests
    to this machine are the cassette's, too: those of the `whole_process`, or of the library's own clients alone.
    """

    path: str
    mode: str
    match_on: tuple[str, ...]
    repeats: bool
    addresses: tuple[tuple[str, int | None], ...]
    positions: tuple[int, ...]
    count: int
    ignore: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    choose: Callable[[AskedRequest], Choice] | None = None
    unhonoured: tuple[str, ...] = ()
    takes_local: bool = True
    whole_process: bool = True

    @property
    def hosts(self) -> tuple[str, ...]:
        """The hosts that its requests went to, each once."""
        return tuple(dict.fromkeys(host for host, _ in self.addresses))


class CassetteSources(Protocol):
    """The recordings that stand for a cassette, and what was recorded for one."""

    def played(self) -> tuple[str, ...]:
        """The files that are played, in the order of the cassette's interactions."""

    def recorded_into(self, profile: str, *, with_cassette: bool) -> str:
        """The file that a profile records into; `with_cassette` it begins with what the cassette holds."""

    def recorded(self) -> Iterator[Any]:
        """What was recorded, as the library holds it; each is given once."""
