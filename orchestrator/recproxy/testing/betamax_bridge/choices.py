"""Which interactions of a cassette match a live request by matchers that a suite registered with Betamax, and its own."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

from recproxy.control.choices import AskedRequest, Choice
from recproxy.testing.vcrpy_bridge.choices import seen_headers

__all__ = ["betamax_chooser"]


def betamax_chooser(names: tuple[str, ...], kept: list[Any]) -> Callable[[AskedRequest], Choice]:
    """What chooses among the interactions `kept` of a cassette by the matchers of these names."""
    return functools.partial(_choose, names, kept)


def _choose(names: tuple[str, ...], kept: list[Any], asked: AskedRequest) -> Choice:
    import requests  # noqa: PLC0415 - Betamax uses it
    from betamax.matchers import matcher_registry  # noqa: PLC0415 - the suite uses it

    live = requests.Request(asked.method, asked.url, data=asked.body or None).prepare()
    headers = dict(asked.headers)
    matching: list[int] = []
    differ: dict[str, None] = {}
    for number, each in enumerate(kept):
        stored = each["request"]
        live.headers.clear()
        live.headers.update(seen_headers(headers, stored["headers"]))
        differing = [name for name in names if not matcher_registry[name].match(live, stored)]
        differ |= dict.fromkeys(differing)
        if not differing:
            matching.append(number)
    return Choice(tuple(matching), "" if matching else f"the suite's matchers say no: {', '.join(differ)}")
