"""What a mail server says for people behind the outcome of a command: it has a number or a time that is new each time. Pure."""

from __future__ import annotations

import re

from recproxy.lazy.patterns import lazy_pattern
from recproxy.recording import pattern

__all__ = ["says_the_same"]

#: The outcome of a command of IMAP, without its tag; a code in brackets is for the machine.
_IMAP = lazy_pattern(rb"(?P<head>(?:OK|NO|BAD)(?: \[[^\]]*\])?)(?P<words>.*)", re.DOTALL)
#: A reply of SMTP of one line.
_SMTP = lazy_pattern(
    rb"(?P<head>[2-5][0-9]{2}(?:[ -][245]\.[0-9]{1,3}\.[0-9]{1,3})?)(?P<words>[ ][^\n]*)?\n?", re.DOTALL
)
_WITH_NUMBER = lazy_pattern(rb"\([^()]*[0-9][^()]*\)|[^\s()\[\]]*[0-9][^\s()\[\]]*")
#: In an error a number may be the reason; the mark of a server is a mixture of both, and longer.
_MARK = lazy_pattern(rb"\b(?=[^\s()\[\]]*[0-9])(?=[^\s()\[\]]*[A-Za-z])[^\s()\[\]]{6,}")


def says_the_same(old: bytes, new: bytes, word: str | None, *, is_imap: bool) -> bool:
    """Whether a recorded answer and a new one differ by nothing but what is new each time; `word` is the wild word.

    That is a queue's number, or the time that a command took; and what a named place of the old answer stands for.
    """
    if old == new:
        return True
    if word is not None and f"{word}[".encode() in old:
        wild = pattern(old, word)
        return wild is not None and wild.fits(new) is not None
    form = _IMAP if is_imap else _SMTP
    tags, texts = zip(
        *(each.split(b" ", 1) if is_imap and b" " in each else (b"", each) for each in (old, new)), strict=True
    )
    one, other = (form.fullmatch(each.replace(b"\r", b"")) for each in texts)
    if one is None or other is None or tags[0] != tags[1] or one["head"] != other["head"]:
        return False
    is_error = not is_imap and one["head"][:1] in b"45"
    places = _MARK if is_error else _WITH_NUMBER
    return places.sub(b"0", one["words"] or b"") == places.sub(b"0", other["words"] or b"")
