"""URLs as messages may show them: without user names, passwords and queries.

fsspec chains URLs with `::`, and takes keys that hold slashes: `simplecache::s3://KEY:SECRET/PART@bucket/suite`. So what
stands before an `@` counts as credentials, more of it rather than less.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from recproxy.lazy.patterns import lazy_pattern

__all__ = ["has_password", "shown_problem", "shown_urls"]

_MASK = "XXX"
#: One URL of a chain: its scheme, and the rest up to the next of the chain.
_URL = lazy_pattern(r"([A-Za-z][A-Za-z0-9+.-]*://)((?:(?!::)[^\s'\"<>])*)")
_AUTHORITY = lazy_pattern(r"[^/?#]*")
_PORT = lazy_pattern(r":[0-9]*$")


def shown_urls(text: str) -> str:
    """A text in which all URLs are without credentials and queries: `s3://XXX@bucket/suite?XXX`."""
    return _URL.sub(lambda found: found[1] + _shown_rest(found[2]), text)


def shown_problem(text: str, url: str) -> str:
    """What a library says of a URL, without the credentials and the query of that URL, however it quotes them."""
    for secret in sorted(_secrets(url), key=len, reverse=True):
        text = re.sub(rf"(?<!\w){re.escape(secret)}(?!\w)", _MASK, text)
    return shown_urls(text)


def has_password(url: str) -> bool:
    """Whether one URL of a chain holds a password."""
    return any(":" in _split(found[2])[0] for found in _URL.finditer(url))


def _secrets(url: str) -> Iterator[str]:
    for found in _URL.finditer(url):
        user, _, query = _split(found[2])
        yield from (part for part in (user, *user.split(":", 1), query) if part)
        yield from (value for pair in query.split("&") if (value := pair.partition("=")[2]))


def _shown_rest(rest: str) -> str:
    user, place, query = _split(rest)
    shown = f"{_MASK}@{place}" if user else place
    return f"{shown}?{_MASK}" if query else shown


def _split(rest: str) -> tuple[str, str, str]:
    """The credentials of a URL after its scheme, then host and path, then query and fragment."""
    found = _AUTHORITY.match(rest)
    authority = found[0] if found else ""
    user, at, host = authority.rpartition("@")
    if ":" in user or (not at and "@" in rest and ":" in _PORT.sub("", authority)):
        user, at, host = rest.rpartition("@")  # a password that is not coded holds any character
        place = host
    else:
        place = rest[len(user) + len(at) :]
    place, sign, query = place.partition("?")
    if not sign:
        place, _, query = place.partition("#")
    return user, place, query
