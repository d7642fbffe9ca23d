"""Text in quoted-printable, whose long lines are folded: where they break depends on the length of what stands before.

In a request, a line is wild from a mask to its end, so that a value of another length fits it. Knows bytes, no secrets.
"""

from __future__ import annotations

import itertools
import quopri
import re
from collections.abc import Iterator

from recproxy.lazy.patterns import lazy_pattern

__all__ = ["folded_place", "may_be_folded", "wild_lines"]

_UNIT = lazy_pattern(rb"=\r?\n|=[0-9A-Fa-f]{2}|[\s\S]")
_END = lazy_pattern(rb"\r?\n\Z")
_SOFT_END = lazy_pattern(rb"=[ \t]*\r?\n\Z")
#: The end of a folded line, also in a string of JSON.
_SOFT = rb"=(?:\r?\n|(?:\\r)?\\n)"
_FOLD = lazy_pattern(_SOFT)
_SOFT_BEFORE = lazy_pattern(_SOFT + rb"\Z")
_LONG = 60  # letters of a line that was folded
_FAR = 100  # bytes of a line
_FARTHEST = 4096  # bytes that are wild behind a mask
_REST = {
    False: lazy_pattern(rb"(?:" + _SOFT + rb"|[^\r\n])*"),
    True: lazy_pattern(rb"(?:" + _SOFT + rb"|\\(?![rn])[^\r\n]|[^\r\n\"\\])*"),
}


def wild_lines(content: bytes, clean: bytes, word: bytes) -> bytes | None:
    """Coded content, in which each line that is another one in `clean` text is wild from there on.

    None where the lines are not the same ones.
    """
    lines = list(_lines(content))
    plain = [quopri.decodestring(line) for line in lines]
    if sum(map(_breaks, plain)) != _breaks(clean):
        return None
    rest = iter(clean.splitlines(keepends=True) if b"\r" not in clean.replace(b"\r\n", b"") else _ended(clean))
    result = []
    for line, before in zip(lines, plain, strict=True):
        after = b"".join(itertools.islice(rest, max(1, _breaks(before))))
        result.append(line if after == before else _wild(line, before, after, word))
    return b"".join(result)


def _breaks(text: bytes) -> int:
    return text.count(b"\n")


def _ended(text: bytes) -> list[bytes]:
    return [each for each in re.split(rb"(?<=\n)", text) if each]


def _lines(content: bytes) -> Iterator[bytes]:
    """The lines as they are without folds, each still coded."""
    line = b""
    for each in _ended(content):
        line += each
        if not _SOFT_END.search(each):
            yield line
            line = b""
    if line:
        yield line


def _wild(line: bytes, before: bytes, after: bytes, word: bytes) -> bytes:
    same = next((at for at, (one, other) in enumerate(zip(before, after, strict=False)) if one != other), len(after))
    found = after.find(word)
    same = min(same, found) if found >= 0 else same
    head, size = b"", 0
    for unit in _UNIT.finditer(line):
        if size >= same:
            break
        head += unit[0]
        size += not unit[0].endswith(b"\n") or len(unit[0]) == 1
    end = _END.search(line)
    return head + word + (end[0] if end else b"")


def may_be_folded(text: bytes) -> bool:
    """Whether a text may have lines that are folded; few texts have."""
    return b"=\n" in text or b"=\r\n" in text or b"=\\" in text


def folded_place(text: bytes, start: int, end: int, *, in_json: bool) -> tuple[int, int]:
    """A place in a folded line with the rest of that line, and the fold before it; the same place in other text."""
    low = max(0, start - _FAR)
    if not may_be_folded(text[low : end + _FAR]):
        return start, end
    rest = _REST[in_json].match(text, end, end + _FARTHEST)
    stop = rest.end() if rest else end
    newline = max(text.rfind(b"\n", low, start) + 1, text.rfind(b"\\n", low, start) + 2 if in_json else 0)
    begun = _SOFT_BEFORE.search(text, max(0, newline - 6), newline) if newline > low else None
    folds = [begun.start()] if begun else []
    folds += (found.start() for found in _FOLD.finditer(text, start, stop))
    if not any(_is_long(text, fold) for fold in folds):
        return start, end
    before = _SOFT_BEFORE.search(text, max(0, start - 6), start)
    return before.start() if before else start, stop


def _is_long(text: bytes, fold: int) -> bool:
    """Whether a line that ends with a fold is as long as lines that need one."""
    low = max(0, fold - _LONG)
    return fold >= _LONG and text.find(b"\n", low, fold) < 0 and text.find(b"\\n", low, fold) < 0
