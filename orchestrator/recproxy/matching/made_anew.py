"""Whether a value is made anew for each request: a nonce, the time now, a random id. Pure but for the clock.

A rule of a profile ignores a value in all requests of a suite, so it is only advised for such values. A filter, a page
or a date that a test chose differs because the test has changed.
"""

from __future__ import annotations

import datetime as dt
import re
import time
from email.utils import parsedate_to_datetime

from recproxy.lazy.patterns import lazy_pattern
from recproxy.matching.differences import Difference

__all__ = ["is_made_anew", "is_time"]

_NONCE = lazy_pattern(r"(?i)nonce|signature|\b_?(?:sig|rand|random|cachebuster|cache_?buster|cb|request_?id)\b")
_RANDOM = lazy_pattern(r"[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}|(?=.*[a-fA-F])[0-9a-fA-F]{16,}")
_EPOCH = lazy_pattern(r"\d{10}(?:\.\d+)?|\d{13}|\d{16}|\d{19}")
#: A clock may be wrong by so much, and a text without a zone is in some local time.
_NEAR = 26 * 3600.0


def is_made_anew(one: Difference, *, now: float | None = None) -> bool:
    """Whether the values of a difference are new in each request, by their field's name or by what they are.

    `now` is the time of the request in seconds since 1970; by default it is the time of the call.
    """
    name = one.field.partition(" ")[2]
    if one.field.startswith(("json ", "grpc ")):
        name = re.split(r"[/.]", name)[-1]
    values = [value.strip('"') for value in (one.wanted, one.got) if value is not None]
    if _NONCE.search(name) or all(map(_RANDOM.fullmatch, values)):
        return True
    return is_time(one, now=now)


def is_time(one: Difference, *, now: float | None = None) -> bool:
    """Whether the request has the time of its sending there; `now` is as in `is_made_anew`."""
    values = [value.strip('"') for value in (one.wanted, one.got) if value is not None]
    times = [_seconds(value) for value in values]
    live = times[-1] if one.got is not None else None
    if None in times or live is None:
        return False
    return abs(live - (time.time() if now is None else now)) < _NEAR


def _seconds(value: str) -> float | None:
    """The time that a text tells to the second or better; None for any other text, and for a date alone."""
    if _EPOCH.fullmatch(value):
        whole, _, fraction = value.partition(".")
        return float(f"{whole[:10]}.{whole[10:]}{fraction}")
    try:
        moment = dt.datetime.fromisoformat(value) if len(value) > len("2026-01-01") else None
    except ValueError:
        moment = _mail_date(value)
    if moment is None:
        return None
    return (moment if moment.tzinfo is not None else moment.replace(tzinfo=dt.UTC)).timestamp()


def _mail_date(value: str) -> dt.datetime | None:
    """The time of a `Date` header, or None."""
    try:
        return parsedate_to_datetime(value)
    except ValueError:
        return None
