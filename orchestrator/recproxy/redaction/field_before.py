"""The name of what holds a value: a key of JSON, a parameter, an element, a part, a header, a segment of a path. Pure."""

from __future__ import annotations

from recproxy.lazy.patterns import lazy_pattern

__all__ = ["field_before", "field_of_path"]

#: Bytes before a value that may hold its name.
_NEAR = 240
_FORMS = tuple(
    lazy_pattern(form)
    for form in (
        rb"\"([^\"\\]{1,60})\\?\"\s{0,40}:\s{0,40}(?:\[\s{0,40})?\\?\"?(?:[^\"\\]|\\[nrtbf/]){0,80}\Z",
        rb"(?i)name=\"([^\"]{1,60})\"[^\x00]{0,150}?\r?\n\r?\n[^\r\n]{0,80}\Z",
        rb"<(?:[\w.-]{1,40}:)?([A-Za-z][\w.-]{0,60})(?:\s[^<>]{0,80})?>[^<>]{0,80}\Z",
        rb"(?:\A|[?&;\s])([A-Za-z][\w.%\[\]-]{0,60})=\"?[^&=\s\"]{0,80}\Z",
        rb"(?:\A|\n)([A-Za-z][A-Za-z-]{0,40}):[^\n]{0,120}\Z",
    )
)
_SEGMENT = lazy_pattern(r"/([A-Za-z][A-Za-z_.-]{1,40})(?:/v?[0-9.]{1,6})?/[^/?#]{0,80}\Z")


def field_before(text: bytes, start: int) -> bytes:
    """The name of the field whose value begins before `start` or there; empty where none is seen."""
    near = text[max(start - _NEAR, 0) : start]
    found = (form.search(near) for form in _FORMS)
    return next((each[1] for each in found if each is not None), b"")


def field_of_path(path: str, start: int) -> bytes:
    """What a value in a path is an id of, by the segment before: `order_id` in `/orders/VALUE`; empty where none says."""
    found = _SEGMENT.search(path[:start])
    if found is None:
        return b""
    word = found[1].lower()
    single = f"{word[:-3]}y" if word.endswith("ies") else word.removesuffix("s")
    return f"{single}_id".encode()
