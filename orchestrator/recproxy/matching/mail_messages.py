"""A mail message as the values that are compared: its fields, and what each of its parts says.

Blind to how it is written: the order and the folds of fields, encoded words, boundaries, transfer encodings, character
sets and line ends. A message that says the same is the same.
"""

from __future__ import annotations

import base64
import binascii
import quopri
from collections.abc import Iterator, Mapping
from email.errors import MessageError
from email.header import decode_header, make_header
from typing import NamedTuple

from recproxy.lazy.patterns import lazy_pattern
from recproxy.matching.differences import Difference, excerpt
from recproxy.matching.field_values import Value, read_value, shown
from recproxy.recording.multipart import MessagePart, parameters, read_part, read_parts, unquoted
from recproxy.recording.wildcard import Pattern

__all__ = ["Mail", "mail_difference", "read_mail"]

_DEEPEST = 50  # parts in parts: deeper ones are compared as one text
_FOLD = lazy_pattern(rb"\r?\n[ \t]+")
_BLANKS = lazy_pattern(rb"[ \t]+")
#: Fields that say how a message is written, and not what it says.
_OF_FORM = frozenset((b"content-transfer-encoding", b"content-type", b"mime-version", b"content-length"))
_ENCODED = b"=?"


class MailField(NamedTuple):
    """One value of a message; `coded` is the content of a part in base64 where it was sent so."""

    value: Value
    coded: Value | None = None


class Mail(NamedTuple):
    """The values of a message by what a person calls them: `Subject`, `part 2 text/html`.

    One that is nothing but a wild place fits any.
    """

    fields: Mapping[str, MailField]
    word: str | None
    fits_any: bool = False


def read_mail(data: bytes, word: str | None, ignored: frozenset[bytes]) -> Mail:
    """The values of a message; `word` is its wild word, None where all is literal, `ignored` are fields in lower case."""
    fields: dict[str, MailField] = {}
    counts: dict[str, int] = {}
    if word is not None and data.strip() == word.encode():
        return Mail(fields, word, fits_any=True)
    for label, field in _read(read_part(data), data, word, ignored, "", 0):
        free = label
        while free in fields:
            counts[label] = counts.get(label, 1) + 1
            free = f"{label} ({counts[label]})"
        fields[free] = field
    return Mail(fields, word)


def mail_difference(wanted: Mail, got: Mail, bound: Mapping[str, bytes]) -> tuple[list[Difference], dict[str, bytes]]:
    """How a live message differs from a recorded one, and what its named wild places took."""
    taken: dict[str, bytes] = {}
    if wanted.fits_any or wanted.fields == got.fields:
        return [], taken
    differences: list[Difference] = []
    for label, field in wanted.fields.items():
        found = got.fields.get(label)
        if found is not None and _fits(field, found, bound, taken):
            continue
        live = None if found is None else shown(found.value)
        differences.append(Difference(label, *excerpt(shown(field.value, wanted.word), live)))
    differences += (
        Difference(label, None, excerpt(shown(field.value), None)[0])
        for label, field in got.fields.items()
        if label not in wanted.fields
    )
    return differences, taken


def _fits(wanted: MailField, got: MailField, bound: Mapping[str, bytes], taken: dict[str, bytes]) -> bool:
    value, found = wanted.value, got.value
    if isinstance(wanted.coded, Pattern):
        value, found = wanted.coded, got.coded if got.coded is not None else b""
    if isinstance(value, Pattern):
        if value.anything:
            return True
        captured = value.fits(found, {**bound, **taken}) if isinstance(found, bytes) else None
        taken.update(captured or {})
        return captured is not None
    return value == found


def _read(
    message: MessagePart, text: bytes, word: str | None, ignored: frozenset[bytes], place: str, depth: int
) -> Iterator[tuple[str, MailField]]:
    before = f"part {place} " if place else ""
    for field in message.fields:
        name = field.name.lower()
        if name not in _OF_FORM and name not in ignored:
            value = read_value(_FOLD.sub(b" ", field.value).strip(), word, _plain_words)
            yield before + field.name.decode("latin-1").title(), MailField(value)
    content, kind = text[message.start : message.end], message.field(b"content-type")
    media = kind.partition(b";")[0].strip().lower() or b"text/plain"
    if media.startswith(b"multipart/") and depth < _DEEPEST:
        found = read_parts(content, kind)
        if found is not None:
            yield f"{before}type".strip(), MailField(read_value(media, word))
            for number, part in enumerate(found.parts, 1):
                inner = f"{place}.{number}" if place else str(number)
                yield from _read(part, content, word, ignored, inner, depth + 1)
            return
    said = parameters(kind)
    if b"name" in said:
        yield f"{before}name".strip(), MailField(read_value(unquoted(said[b"name"].value), word, _plain_words))
    label = f"part {place} {media.decode('latin-1')}" if place else "body"
    if not place and media != b"text/plain":
        yield "type", MailField(read_value(media, word))
    coding = message.field(b"content-transfer-encoding").lower()
    charset = said[b"charset"].value.decode("latin-1") if b"charset" in said and media.startswith(b"text/") else None
    yield label, _content(content, coding, word, charset)


def _content(content: bytes, coding: bytes, word: str | None, charset: str | None) -> MailField:
    def plain(each: bytes) -> bytes:
        return _utf8(each, charset).replace(b"\r\n", b"\n")

    if coding == b"base64":
        run = b"".join(content.split())
        coded = read_value(run, word)
        if isinstance(coded, Pattern):
            return MailField(coded, coded)
        try:
            return MailField(plain(base64.b64decode(run, validate=True)).rstrip(b"\n"), coded)
        except binascii.Error:
            return MailField(coded, coded)
    text = content.replace(b"\r\n", b"\n").rstrip(b"\n")
    if coding == b"quoted-printable":
        return MailField(read_value(text, word, lambda each: plain(quopri.decodestring(each))))
    return MailField(read_value(text, word, plain))


def _plain_words(value: bytes) -> bytes:
    """A field's value with its encoded words (RFC 2047) undone, in UTF-8."""
    value = _BLANKS.sub(b" ", value)
    if _ENCODED not in value:
        return value
    try:
        return str(make_header(decode_header(value.decode("utf-8", "surrogateescape")))).encode(
            "utf-8", "surrogateescape"
        )
    except (MessageError, LookupError, UnicodeError, ValueError):
        return value


def _utf8(text: bytes, charset: str | None) -> bytes:
    if charset is None or charset.lower() in ("utf-8", "us-ascii"):
        return text
    try:
        return text.decode(charset).encode()
    except (LookupError, ValueError):
        return text
