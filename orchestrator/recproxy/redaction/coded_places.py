"""Secrets by name in text that is itself in base64: a page's `state`, a form of JSON, a webhook's payload.

The place is the whole run; its mask in a response is the same text in base64 without the secret. Finds spans, masks
no text.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterator, Sequence

from recproxy.lazy.patterns import lazy_pattern
from recproxy.redaction.masks import response_mask
from recproxy.redaction.placeholders import is_placeholder
from recproxy.redaction.spans import FindSpans, Span, merged, replaced
from recproxy.redaction.views import percent_decoded

__all__ = ["coded_run", "coded_runs", "data_runs", "opaque"]

_RUN = lazy_pattern(rb"[A-Za-z0-9+/_-]{16,65536}={0,2}\Z")
#: How lines of base64 end, in text and in a string of JSON.
_BREAK = lazy_pattern(rb"(?:\\r)?\\n|\r?\n")
#: Every string of JSON that may be base64 of text, and elsewhere what is base64 of an object of JSON. Text with names
#: begins with a letter of ASCII, so its base64 with one of 32 letters; digits of hex, as of a digest, are none.
_STRINGS = lazy_pattern(
    rb"\"(?=[A-Za-f][A-Za-z0-9+/_-]{15})(?![0-9a-f]*+\")((?:[A-Za-z0-9+/_-]|\\[rn/]){16,65536}={0,2}(?:\\[rn]){0,2})\""
)
_OBJECTS = lazy_pattern(rb"ey(?<![A-Za-z0-9+/_.-]ey)[A-Za-z0-9+/_-]{14,65536}={0,2}(?![A-Za-z0-9.])")
_DATA = lazy_pattern(
    rb"data:[a-z]{1,20}/[a-z0-9.+-]{1,60}(?:;[a-z-]{1,20}=[^;,\"'\s]{1,40}){0,3}(;base64)?,([^\s\"'<>)\\]{8,65536})"
)
_STANDARD = bytes.maketrans(b"-_", b"+/")
_CONTROL = bytes({*range(32), 127} - set(b"\t\r\n"))


def coded_runs(text: bytes, find: FindSpans, *, strings: bool) -> Iterator[Span]:
    """Secrets of the runs of base64 in a text; with `strings` of all strings of JSON."""
    for places in (_STRINGS, _OBJECTS) if strings else (_OBJECTS,):
        for found in places.finditer(text):
            start = found.start(places.groups)
            for span in coded_run(found[places.groups], find):
                yield span.moved(span.start + start, span.end + start)


def data_runs(text: bytes, find: FindSpans) -> Iterator[Span]:
    """Secrets of what `data:` URLs hold, in base64 or with percent-encoding."""
    for found in _DATA.finditer(text):
        start = found.start(2)
        if found[1]:
            spans: Sequence[Span] = coded_run(found[2], find)
        else:
            view = percent_decoded(found[2])
            spans = [span.moved(*view.raw(span.start, span.end)) for span in find(view.text)]
        yield from (span.moved(span.start + start, span.end + start) for span in spans)


def coded_run(run: bytes, find: FindSpans) -> list[Span]:
    """Secrets of a text that is base64 as a whole."""
    letters = _unbroken(run)
    if not _RUN.match(letters):
        return []
    plain = _text(letters)
    spans = [each for each in find(plain) if not is_placeholder(each.value)] if plain is not None else []
    if plain is None or not spans:
        return []
    masks = [(each, response_mask(each, b"XXX", plain[each.start : each.end])) for each in merged(spans)]
    mask = _coded(replaced(plain, masks)[0], run)
    return [
        each._replace(
            start=0,
            end=len(run),
            kind="coded",
            value=each.value or plain[each.start : each.end],
            replacement=mask,
        )
        for each in spans
    ]


def opaque(run: bytes, start: int, end: int, rule: str, name: str) -> Span:
    """A secret that stands in base64 by itself, as those of a Secret of Kubernetes do."""
    letters = _unbroken(run)
    plain = _text(letters) if _RUN.match(letters) else None
    if plain is None:
        return Span(start, end, rule, name, value=run)
    return Span(start, end, rule, name, "coded", plain, _coded(b"XXX", run))


def _unbroken(run: bytes) -> bytes:
    """A run without the ends of its lines and the escapes of JSON."""
    return _BREAK.sub(b"", run).replace(b"\\/", b"/") if b"\\" in run or b"\n" in run else run


def _text(run: bytes) -> bytes | None:
    """What base64 holds, if that is text."""
    letters = run.rstrip(b"=").translate(_STANDARD)
    if len(letters) % 4 == 1:
        return None
    try:
        if len(letters) > 64 and not _is_printable(base64.b64decode(letters[:48])):
            return None
        plain = base64.b64decode(letters + b"=" * (-len(letters) % 4))
        plain.decode()
    except (binascii.Error, UnicodeDecodeError):
        return None
    return plain if _is_printable(plain) else None


def _is_printable(data: bytes) -> bool:
    return len(data.translate(None, _CONTROL)) == len(data)


def _coded(plain: bytes, like: bytes) -> bytes:
    """A text in base64, in the alphabet of another run, padded and in lines as that is."""
    safe = b"-" in like or b"_" in like
    done = (base64.urlsafe_b64encode if safe else base64.b64encode)(plain)
    letters = _unbroken(like)
    done = done if letters.endswith(b"=") or len(letters) % 4 == 0 else done.rstrip(b"=")
    first = _BREAK.search(like)
    if first is None or not first.start():
        return done
    size, end = first.start(), first[0]
    lines = end.join(done[at : at + size] for at in range(0, len(done), size))
    return lines + end if like.endswith(end) else lines
