"""Short texts searched together: headers and addresses, of which most hold no secret value.

A search of a text takes longer to begin than to look through a few bytes. Only texts that have no layer but base64 and
hex are joined, so that what one of them holds is found in all of them together. Knows no values.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from recproxy.redaction.budget import Budget
from recproxy.redaction.rules import Unsafe
from recproxy.redaction.views import views

__all__ = ["SHORT_TEXT", "searched_together"]

SHORT_TEXT = 1024  # bytes
_TOGETHER = 16_384
_FEW = 3  # texts, of which each is left for a search of its own where one holds a value
_LAYERS = (b"%", b"\\", b"\n", b"\r", b"\0")

Find = Callable[[bytes, Budget], bool]


def searched_together(texts: Iterable[bytes], find: Find) -> Iterator[bytes]:
    """Those of some texts in which a search, which says whether a text without escapes holds a value, finds none.

    The others may hold none either.
    """
    together: list[bytes] = []
    size = 0
    for text in texts:
        if not _is_plain(text):
            continue
        together.append(text)
        size += len(text)
        if size > _TOGETHER:
            yield from _quiet(together, find)
            together, size = [], 0
    yield from _quiet(together, find)


def _quiet(texts: list[bytes], find: Find) -> Iterator[bytes]:
    everything = b"\n".join(texts)
    try:
        if not find(everything, Budget(len(everything))):
            yield from texts
            return
    except Unsafe:
        return
    if len(texts) > _FEW:
        middle = len(texts) // 2
        yield from _quiet(texts[:middle], find)
        yield from _quiet(texts[middle:], find)


def _is_plain(text: bytes) -> bool:
    """Whether a text is short, one line, and without escapes."""
    return (
        len(text) <= SHORT_TEXT
        and text.isascii()
        and not any(sign in text for sign in _LAYERS)
        and not (b"&" in text and b";" in text)
        and next(views(text), None) is None
    )
