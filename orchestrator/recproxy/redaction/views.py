"""Views: a text with one kind of escape undone, and where each byte of it stood.

Percent-encoding, escapes of JSON strings and of program texts, entities of HTML and XML, and quoted-printable. A view is
made at the speed of the interpreter's own replacements; the map back to the text is made only where something was found.
Knows bytes.
"""

from __future__ import annotations

import html
import re
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator
from dataclasses import field
from urllib.parse import unquote_to_bytes

from recproxy.lazy.dataclass import dataclass
from recproxy.lazy.patterns import lazy_pattern

__all__ = ["View", "decoded", "event_data", "json_unescaped", "percent_decoded", "views"]

_PERCENT = lazy_pattern(rb"%([0-9A-Fa-f]{2})")
_FORM = lazy_pattern(rb"%([0-9A-Fa-f]{2})|\+")
_STRING = lazy_pattern(
    rb"\\(?:u([dD][89abAB][0-9a-fA-F]{2})\\u([dD][c-fC-F][0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|(.))", re.DOTALL
)
_UNICODE = lazy_pattern(rb"\\(?:u([dD][89abAB][0-9a-fA-F]{2})\\u([dD][c-fC-F][0-9a-fA-F]{2})|u([0-9a-fA-F]{4}))")
_SIMPLE = {b"b": b"\b", b"f": b"\f", b"n": b"\n", b"r": b"\r", b"t": b"\t"}
_LETTER = lazy_pattern(rb"\\x([0-9a-fA-F]{2})")  # of JavaScript, YAML and Python
_ENTITY = lazy_pattern(rb"&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[a-zA-Z][a-zA-Z0-9]{1,30});")
#: A blank is written so before something long: `page=20` and `width=2000` are not what is meant.
_IS_QUOTED = lazy_pattern(rb"=(?:3D|0[9AD]|[89A-F][0-9A-F]|\r?\n|20(?=[A-Za-z0-9+/_-]{8}))")
_QUOTED = lazy_pattern(rb"=(?:([0-9A-F]{2})|\r?\n)")
#: What stands before the data of an event, whose lines belong together.
_EVENT_LINE = lazy_pattern(rb"(\A|\r\n|\n|\r)data(?:: ?|(?=[\r\n]|\Z))")
#: A word of a header of mail that is coded, RFC 2047; those in base64 are found as all base64 is.
_CODED_WORD = lazy_pattern(rb"=\?([A-Za-z0-9*_-]{1,40})\?[Qq]\?([^?\s]{0,998})\?=(?:[ \t\r\n]+(?==\?))?")
_FOLD = lazy_pattern(rb"\r?\n[ \t]+")
_BACKSLASH = b"\x00\x01\x00"  # stands for an escaped backslash while the other escapes are undone


@dataclass(frozen=True, slots=True)
class View:
    """A decoded `text`; `raw(start, end)` says which bytes of the text before it hold a part of it."""

    text: bytes = field(repr=False)
    before: bytes = field(repr=False)
    places: re.Pattern[bytes]
    decode: Callable[[re.Match[bytes]], bytes]
    _map: list[list[int]] = field(default_factory=list, repr=False)

    def raw(self, start: int, end: int) -> tuple[int, int]:
        """Where a part of the text stood."""
        if not self._map:
            self._map.extend(_mapped(self.before, self.places, self.decode))
        return self._start(start), self._end(end)

    def _start(self, offset: int) -> int:
        begins, ends, raw_begins, raw_ends = self._map
        at = bisect_right(begins, offset) - 1
        if at < 0:
            return offset
        return raw_begins[at] if offset < ends[at] else raw_ends[at] + offset - ends[at]

    def _end(self, offset: int) -> int:
        begins, ends, _, raw_ends = self._map
        at = bisect_left(begins, offset) - 1
        if at < 0:
            return offset
        return raw_ends[at] if offset <= ends[at] else raw_ends[at] + offset - ends[at]


def _mapped(
    raw: bytes, places: re.Pattern[bytes], decode: Callable[[re.Match[bytes]], bytes]
) -> tuple[list[int], list[int], list[int], list[int]]:
    begins, ends, raw_begins, raw_ends = list[int](), list[int](), list[int](), list[int]()
    shift = 0
    for found in places.finditer(raw):
        start, end = found.span()
        size = len(decode(found))
        begins.append(start + shift)
        ends.append(start + shift + size)
        raw_begins.append(start)
        raw_ends.append(end)
        shift += size - (end - start)
    return begins, ends, raw_begins, raw_ends


def views(text: bytes, *, lines: bool = False) -> Iterator[View]:
    """The views of a text that differ from it; with `lines` also quoted-printable, and lines that were folded."""
    if b"%" in text:
        view = percent_decoded(text)
        if view.text != text:
            yield view
    if b"\\" in text:
        view = json_unescaped(text)
        if view.text != text:
            yield view
        if b"\\x" in text and _LETTER.search(text):
            yield decoded(text, _LETTER, lambda found: bytes.fromhex(found[1].decode()))
    if b"&" in text and b";" in text and _ENTITY.search(text):
        view = decoded(text, _ENTITY, _entity)
        if view.text != text:
            yield view
    if b"=" in text and _IS_QUOTED.search(text):
        yield decoded(text, _QUOTED, lambda found: bytes.fromhex(found[1].decode()) if found[1] else b"")
    has_lines = b"\n" in text or b"\r" in text  # a letter is found many times faster than a word
    if has_lines and (b"\ndata:" in text or b"\rdata:" in text):
        yield event_data(text)
    if b"?" in text and b"?=" in text and _CODED_WORD.search(text):
        yield decoded(text, _CODED_WORD, _word)
    if lines and has_lines and _FOLD.search(text):
        yield decoded(text, _FOLD, lambda _: b"")


def percent_decoded(text: bytes, *, plus: bool = False) -> View:
    """Percent-encoding undone; with `plus` also the + of forms."""
    if plus and b"+" in text:
        return View(unquote_to_bytes(text.replace(b"+", b" ")), text, _FORM, _octet)
    return View(unquote_to_bytes(text), text, _PERCENT, _octet)


def json_unescaped(text: bytes) -> View:
    """Every escape of JSON undone, wherever it stands."""
    if _BACKSLASH in text or b"\\u005" in text:
        return decoded(text, _STRING, _character)
    plain = text.replace(b"\\\\", _BACKSLASH) if b"\\\\" in text else text
    if b"\\u" in plain:
        plain = _UNICODE.sub(_character, plain)
    for letter, value in ((b"/", b"/"), (b'"', b'"'), *_SIMPLE.items()):
        if b"\\" not in plain:
            break  # most texts use one or two of these escapes
        plain = plain.replace(b"\\" + letter, value)
    if b"\\" in plain:  # an escape that is none
        return decoded(text, _STRING, _character)
    return View(plain.replace(_BACKSLASH, b"\\"), text, _STRING, _character)


def event_data(text: bytes) -> View:
    """Server-sent events without the `data:` in front of each line: a value may stand in the line after its name."""
    return decoded(text, _EVENT_LINE, lambda found: found[1])


def decoded(text: bytes, places: re.Pattern[bytes], decode: Callable[[re.Match[bytes]], bytes]) -> View:
    """A text with each of some places decoded."""
    return View(places.sub(decode, text), text, places, decode)


def _octet(found: re.Match[bytes]) -> bytes:
    return bytes((int(found[1], 16),)) if found[1] else b" "


def _character(found: re.Match[bytes]) -> bytes:
    high, low, single = found.group(1, 2, 3)
    if high is not None:
        return chr(0x10000 + ((int(high, 16) - 0xD800) << 10) + int(low, 16) - 0xDC00).encode()
    if single is not None:
        return chr(int(single, 16)).encode("utf-8", "surrogatepass")
    return _SIMPLE.get(found[4], found[4])


def _word(found: re.Match[bytes]) -> bytes:
    raw = _QUOTED.sub(lambda each: bytes.fromhex(each[1].decode()) if each[1] else b"", found[2].replace(b"_", b" "))
    try:
        return raw.decode(found[1].partition(b"*")[0].decode()).encode()
    except (LookupError, UnicodeError):
        return raw


def _entity(found: re.Match[bytes]) -> bytes:
    return html.unescape(found[0].decode()).encode("utf-8", "surrogatepass")
