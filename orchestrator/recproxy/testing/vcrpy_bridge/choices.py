"""Which interactions of a cassette match a live request by vcrpy's own functions: those that a suite registered, and its own.

A proxy plays them; this only compares. What vcrpy calls with its own request gets it here as well, made of what was sent.
"""

from __future__ import annotations

import copy
import functools
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from recproxy.control.choices import AskedRequest, Choice
from recproxy.testing.vcrpy_bridge.cassette_facts import UNLIKE_WHEN_RECORDED

__all__ = ["seen_headers", "vcrpy_chooser"]

#: What clients add below the place at which libraries see their headers: compared only where the cassette holds it.
_ADDED_BELOW = frozenset(("accept-encoding", "connection", "content-length", "host", "transfer-encoding", "user-agent"))
_Request = Any


def vcrpy_chooser(cassette: Any, positions: Sequence[int]) -> Callable[[AskedRequest], Choice]:
    """What chooses for a cassette; `positions` are those of its interactions that can be played."""
    return functools.partial(_choose, cassette, tuple(positions))


def _choose(cassette: Any, positions: tuple[int, ...], asked: AskedRequest) -> Choice:
    from vcr.matchers import requests_match  # noqa: PLC0415 - the suite uses it

    stored = [cassette.data[position][0] for position in positions]
    live = cassette.filter_request(_request(asked, stored))
    if live is None:
        host = asked.url.partition("://")[2].partition("/")[0]
        return Choice(
            reason=f"vcrpy leaves this request to the service ({host}): list the host in pass_hosts", ignored=True
        )
    matchers = cassette._match_on  # noqa: SLF001 - no other way to know
    matching = [
        number for number, each in enumerate(stored) if requests_match(_with_headers_of(live, each), each, matchers)
    ]
    return Choice(tuple(matching)) if matching else Choice(reason="\n".join(_reasons(live, stored, matchers)))


def _request(asked: AskedRequest, stored: Sequence[_Request]) -> _Request:
    """A live request as vcrpy has it. How it holds an empty body differs by client: as those of the cassette."""
    from vcr.request import Request  # noqa: PLC0415 - the suite uses it

    empty = b"" if any(each.body == b"" for each in stored) else None
    headers: dict[str, str] = {}
    for name, value in asked.headers:
        headers.setdefault(name, value)
    return Request(asked.method, asked.url, asked.body or empty, headers)


def seen_headers(live: Mapping[str, str], stored: Mapping[str, str | list[str]]) -> dict[str, str]:
    """The headers of a live request as the library would have seen them, which has stored these."""
    seen = {
        name: value
        for name, value in live.items()
        if name.lower() not in UNLIKE_WHEN_RECORDED and (name.lower() not in _ADDED_BELOW or name in stored)
    }
    uncompared = {name: value for name, value in stored.items() if name.lower() in UNLIKE_WHEN_RECORDED}
    return seen | {name: ", ".join(value) if isinstance(value, list) else value for name, value in uncompared.items()}


def _with_headers_of(live: _Request, stored: _Request) -> _Request:
    less = copy.copy(live)
    if live.method == stored.method.upper():  # vcrpy stores what the program wrote, in small letters, too
        less.method = stored.method
    less.headers = seen_headers(live.headers, stored.headers)
    return less


def _reasons(live: _Request, stored: Sequence[_Request], matchers: Sequence[Any]) -> Iterator[str]:
    """Which matchers keep the closest interactions from matching, the functions of the suite with their own words.

    vcrpy's own would show both sides, secrets too.
    """
    from vcr.matchers import get_matchers_results  # noqa: PLC0415 - the suite uses it

    own = {each.__name__ for each in matchers if each.__module__ != "vcr.matchers"}
    results = [get_matchers_results(_with_headers_of(live, each), each, matchers) for each in stored]
    most = max((len(matched) for matched, _ in results), default=0)
    for each, (matched, failed) in zip(stored, results, strict=True):
        if matched and len(matched) == most:
            differ = "; ".join(f"{name}: {text}" if text and name in own else name for name, text in failed)
            yield f"by the suite's matchers {each.method} {each.uri.partition('?')[0]} differs in {differ}"
            return
