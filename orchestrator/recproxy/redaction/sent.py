"""Values that a rule took out of requests, so that they are known again where a service echoes them.

`Sent` is the memory of one scope; it holds secrets, in this process only, and shows none. Numbers, dates, links and
names are not looked for: hiding an id is what breaks a replay.
"""

from __future__ import annotations

import base64
import binascii
import html
import json
import re
from collections.abc import Iterator
from urllib.parse import quote, quote_plus

from recproxy.redaction.known import SHORT
from recproxy.redaction.names import is_secret
from recproxy.redaction.spans import Span

__all__ = ["RULE", "Sent"]

#: The rule of what `Sent` finds.
RULE = "sent before"

_MANY = 128  # the latest values that are looked for
_LONG = 12  # bytes from which a value is looked for inside of other words
_FEW = 4  # different bytes that a value has at least
_NUMBER = re.compile(rb"[-+0-9.,:/ TZ]+\Z")  # and a date, and a time
_LINK = re.compile(rb"https?:", re.IGNORECASE)
_NAME = re.compile(rb"[A-Za-z]{1,15}\Z")
#: A cookie is masked whatever it holds: a language and a time zone too.
_TOKEN = re.compile(rb"(?=\S*[0-9])(?=\S*[A-Za-z])\S{16,}\Z")
#: Text that is the same in JSON, HTML and a header, so that a replay may fill it in.
_PLAIN = re.compile(rb"[!#-%'-;=?-\[\]-~]+\Z")
_BASIC = re.compile(rb"[A-Za-z0-9+/]+={0,2}\Z")


class Sent:
    """The values, each with the name that its places have; without a name it only is taken out."""

    __slots__ = ("_names", "_used")

    def __init__(self) -> None:
        self._names: dict[bytes, str] = {}
        self._used: dict[str, int] = {}

    def __len__(self) -> int:
        return len(self._names)

    def __repr__(self) -> str:
        return f"Sent({len(self)} values)"

    def name(self, value: bytes) -> str | None:
        """The name of a value, if a replay may fill it in where it was echoed."""
        return self._names.get(value) or None

    def hold(self, span: Span) -> str | None:
        """Remember what a rule takes out of a request; the name of its place, where it has one."""
        value = span.value.strip()
        if not _telling(value) or (span.rule == "cookie" and not _TOKEN.match(value)):
            return None
        held = self._names.pop(value, None)  # sent again: it is one of the latest
        self._names[value] = self._named(span.name, value) if held is None else held
        if (login := _login(value)) is not None and _telling(login):
            self._names.setdefault(login, "")
        return self.name(value)

    def spans(self, text: bytes) -> Iterator[Span]:
        """Where the latest of the values stand in a text, whatever the place."""
        for value in list(self._names)[-_MANY:]:
            if _NAME.match(value):
                yield from _fields(text, value)
                continue
            for form in _forms(value):
                start = text.find(form)
                while start >= 0:
                    end = start + len(form)
                    if len(form) >= _LONG or _alone(text, start, end):
                        yield Span(start, end, RULE, value=value if form == value else b"")
                    start = text.find(form, end)

    def _named(self, name: str, value: bytes) -> str:
        if not _PLAIN.match(value):
            return ""
        count = self._used[name] = self._used.get(name, 0) + 1
        ending = ".jwt" if value.startswith(b"eyJ") else ""
        return f"{name}.sent{ending}" if count == 1 else f"{name}.sent.{count}{ending}"


def _telling(value: bytes) -> bool:
    """Whether a value is one that nothing else is likely to be."""
    if len(value) < SHORT or len(set(value)) < _FEW or _NUMBER.match(value) or _LINK.match(value):
        return False
    return not (_NAME.match(value) and is_secret(value, value))


def _login(value: bytes) -> bytes | None:
    """The password in `user:password`, also in its base64."""
    text = value
    if b":" not in value and _BASIC.match(value):
        try:
            text = base64.b64decode(value, validate=True)
        except binascii.Error:
            return None
    _, colon, password = text.partition(b":")
    return password if colon and text.decode("utf-8", "replace").isprintable() else None


def _forms(value: bytes) -> set[bytes]:
    if _PLAIN.match(value) and value.isalnum():
        return {value}
    text = value.decode("utf-8", "surrogateescape")
    words = {text, json.dumps(text, ensure_ascii=False)[1:-1], json.dumps(text)[1:-1], html.escape(text)}
    words |= {quote(text, safe="", errors="surrogateescape"), quote_plus(text, errors="surrogateescape")}
    words |= {word.replace("/", "\\/") for word in tuple(words)}
    words |= {re.sub("%..", lambda found: found[0].lower(), word) for word in tuple(words)}
    return {word.encode("utf-8", "surrogateescape") for word in words}


def _fields(text: bytes, word: bytes) -> Iterator[Span]:
    """Where a word, which a text may well hold by itself, is a whole text or a JSON string that is no key."""
    if text == word:
        yield Span(0, len(text), RULE, value=word)
    for found in re.finditer(rb'"(%s)"(?!\s*:)' % re.escape(word), text):
        yield Span(*found.span(1), RULE, value=word)


def _alone(text: bytes, start: int, end: int) -> bool:
    return not (text[start - 1 : start].isalnum() or text[end : end + 1].isalnum())
