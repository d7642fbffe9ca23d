"""Text in UTF-16 or UTF-32 as UTF-8, so that it is read as other text is, and back.

Knows bytes and media types, no secrets.
"""

from __future__ import annotations

from recproxy.lazy.patterns import lazy_pattern
from recproxy.recording.splicing import Moved
from recproxy.recording.values import Headers, header

__all__ = ["moved_in_wide", "narrowed", "says_wide", "wide_charset", "widened", "with_word"]

_MARKS = (
    (b"\xff\xfe\x00\x00", "utf-32-le"),
    (b"\x00\x00\xfe\xff", "utf-32-be"),
    (b"\xff\xfe", "utf-16-le"),
    (b"\xfe\xff", "utf-16-be"),
)
_SAYS = lazy_pattern(rb'(?i)charset\s*=\s*"?utf-?(16|32)(-?[bl]e)?')


def wide_charset(headers: Headers, body: bytes) -> str | None:
    """The character set of text that is not made of ASCII bytes; None for all other bodies."""
    marked = next((charset for mark, charset in _MARKS if body.startswith(mark)), None)
    if marked is not None:
        return marked
    found = _SAYS.search(header(headers, b"content-type") or b"")
    if found:
        return f"utf-{found[1].decode()}-{(found[2] or b'le').decode().lower()[-2:]}"
    for wide, spaced in (("utf-16-le", body[1:64:2]), ("utf-16-be", body[0:64:2])):
        if len(body) >= 8 and len(body) % 2 == 0 and not spaced.strip(b"\0") and body[:64].strip(b"\0"):
            return wide
    return None


def says_wide(headers: Headers) -> bool:
    """Whether headers name such a character set."""
    return _SAYS.search(header(headers, b"content-type") or b"") is not None


def narrowed(body: bytes, charset: str) -> bytes:
    """Wide text as UTF-8; a mark of its order stays. Raises UnicodeDecodeError where it is none."""
    return body.decode(charset, "surrogatepass").encode("utf-8", "surrogatepass")


def widened(text: bytes, charset: str | None) -> bytes:
    """Text in UTF-8 as it was before; the text itself where it was not wide."""
    if charset is None:
        return text
    try:
        plain = text.decode("utf-8", "surrogatepass")  # half of a pair stays what it was
    except UnicodeDecodeError:
        plain = text.decode("utf-8", "surrogateescape")
    return plain.encode(charset, "surrogatepass")


def moved_in_wide(body: bytes, charset: str, moved: Moved, new: bytes) -> Moved:
    """Where offsets of wide text are, of which `moved` says where those of the same in UTF-8 are in what is `new`."""
    size = 4 if "32" in charset else 2

    def moved_wide(offset: int) -> int:
        cut = offset % size  # a boundary may cut a letter
        before = len(body[: offset - cut].decode(charset, "replace").encode())
        return len(widened(new[: moved(before)], charset)) + cut

    return moved_wide


def with_word(headers: Headers, body: bytes, word: str) -> tuple[bytes, str | None]:
    """A body in which a word may be read, and its character set, if the word stands in wide letters."""
    if b"\0" in body and any(word.encode(charset).strip(b"\0") in body for charset in ("utf-16-le", "utf-32-le")):
        charset = wide_charset(headers, body)
        try:
            return (narrowed(body, charset), charset) if charset is not None else (body, None)
        except UnicodeDecodeError:
            pass
    return body, None
