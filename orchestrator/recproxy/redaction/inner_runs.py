"""Runs of base64 or hex in a text, and what they hold: words, segments of a path, blocks of lines.

A run is anything that may be one: most words of a text that are long enough decode to nothing. Knows bytes only.
"""

from __future__ import annotations

import base64
import binascii
import contextlib
from collections.abc import Collection, Iterator

from recproxy.lazy.patterns import lazy_pattern

__all__ = ["CodedRun", "coded_runs_of", "has_text", "is_text", "long_runs", "readable_places"]

_STANDARD = bytes.maketrans(b"-_", b"+/")
_LETTERS = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
_SHORTEST = 16  # letters of a run that is opened
#: A letter made a mark and all else a blank: marks in a row are found many times faster than by an expression.
_MARKED = bytes(120 if byte in _LETTERS or byte in b"-_" else 32 for byte in range(256))
#: All but those letters made a blank.
_SPACED = bytes(byte if byte in _LETTERS or byte in b"-_" else 32 for byte in range(256))
_DENSE = 100  # bytes of a text for each row in it
#: The same of digits of hex.
_HEX_MARKED = bytes(120 if byte in b"0123456789abcdefABCDEF" else 32 for byte in range(256))
_MARKS = b"x" * _SHORTEST
_LINE = 40  # letters of each line of a block
_LONG = 4096  # letters: a longer run is data
_NUMBERS = lazy_pattern(rb"[0-9/_-]*\Z")
_HEX_RUN = lazy_pattern(rb"[0-9a-f]{16,}|[0-9A-F]{16,}")
_DIGITS = b"0123456789abcdefABCDEF"
#: Digits of a number that may be an id. In base64 no text is made of so many digits alone, in hex some are.
_LONGEST_ID = 64
_BLOCK = lazy_pattern(rb"(?<![A-Za-z0-9+/_-])(?:[A-Za-z0-9+/_-]{%d,}\r?\n[ \t]?)+[A-Za-z0-9+/_-]+={0,2}" % _LINE)
#: A byte that can be read made an x, and a zero, which stands between those in UTF-16, a dot.
_READABLE = bytes(120 if byte in b"\t\n\r" or 32 <= byte < 127 else 32 if byte else 46 for byte in range(256))
_WORD, _WIDE_WORDS = b"x" * 8, (b"x." * 8, b".x" * 8)
_PRINTABLE = bytes((0, 9, 10, 13, *range(32, 127), *range(128, 192)))  # and what follows the first byte in UTF-8
_BREAK = lazy_pattern(rb"[\r\n \t]+")

#: A run, and what it may hold.
CodedRun = tuple[bytes, bytes]


def is_text(data: bytes) -> bool:
    """Whether data is mostly text, also in UTF-16. Only text is searched for escapes: random bytes hold many by chance."""
    return len(data.translate(None, _PRINTABLE)) * 4 <= len(data)


def has_text(data: bytes) -> bool:
    """Whether some letters in a row, also in UTF-16, can be read."""
    marks = data.translate(_READABLE)
    return _WORD in marks or any(words in marks for words in _WIDE_WORDS)


def readable_places(data: bytes) -> Iterator[int]:
    """Where in data that is no text some letters in a row, also in UTF-16, can be read."""
    marks = data.translate(_READABLE)
    for letters in (_WORD, *_WIDE_WORDS):
        at = marks.find(letters)
        while at >= 0:
            yield at
            at = marks.find(letters, at + len(letters))


def long_runs(text: bytes) -> Iterator[tuple[int, int]]:
    """Where letters of base64 stand in rows that are long enough to be opened."""
    return _rows(text.translate(_MARKED))


def _rows(marks: bytes) -> Iterator[tuple[int, int]]:
    start = marks.find(_MARKS)
    while start >= 0:
        end = marks.find(b" ", start + _SHORTEST)
        if end < 0:
            end = len(marks)
        yield start, end
        start = marks.find(_MARKS, end)


def _words(text: bytes) -> set[bytes]:
    """Rows of letters of base64 that are long enough to be opened."""
    # Where a text is full of them, all of it is taken apart faster than one is found after another.
    marks = text.translate(_MARKED)
    if marks.count(_MARKS) * _DENSE > len(text):
        return {word for word in text.translate(_SPACED).split() if len(word) >= _SHORTEST}
    return {text[start:end] for start, end in _rows(marks)}


def coded_runs_of(text: bytes, clean: Collection[bytes], *, shifted: bool) -> tuple[list[bytes], list[CodedRun]]:
    """The runs of a text that may be base64 or hex, once for each way to read them; with `shifted` in more ways.

    Those that are a digest or an id in hex, of which texts are full, come first, by themselves and as they stand. Runs
    in `clean` are left out.
    """
    words = _words(text)
    if not words:
        return [], []
    words.difference_update(clean)
    # Most texts have words of one kind alone.
    all_hex = not b"".join(words).translate(None, _DIGITS)
    hexes = words if all_hex else {word for word in words if not word.translate(None, _DIGITS)}
    others = set[bytes]() if all_hex else words - hexes
    dull = [word for word in others if word.islower() or word.isupper() or _NUMBERS.match(word)]
    chosen = others.difference(dull)
    # A piece of a word may be hex where the whole run of letters is not.
    if dull and _MARKS in b" ".join(dull).translate(_HEX_MARKED):
        chosen.update(word for word in dull if _HEX_RUN.search(word))
    digests: list[bytes] = []
    for word in hexes:
        size = len(word)
        if size % 2 == 0 and size <= _LONG and (word.islower() or word.isupper()):
            digests.append(word)
        elif not word.isdigit() or size > _LONGEST_ID or shifted:
            chosen.add(word)
        elif size % 2 == 0:
            digests.append(word)
    runs = [(part, each) for word in chosen for part in _parts(word) for each in _decoded(part, shifted=shifted)]
    if _may_have_block(text):
        for block in {found[0] for found in _BLOCK.finditer(text)}:
            runs += ((block, each) for each in _decoded(_BREAK.sub(b"", block).rstrip(b"="), shifted=True))
    return digests, runs


def _may_have_block(text: bytes) -> bool:
    """Whether a line of a text ends with as many letters as the lines of a block have."""
    return b"\n" in text and any(
        len(line) >= _LINE and not line.rstrip(b"\r")[-_LINE:].translate(None, _LETTERS + b"-_")
        for line in text.split(b"\n")[:-1]
    )


def _parts(run: bytes) -> Iterator[bytes]:
    """What of a run may be base64 or hex by itself: in a path, a slash is not part of it."""
    yield run
    if len(run) > _LONG:
        yield from (found[0] for found in _HEX_RUN.finditer(run) if len(found[0]) > 256)
        # Its end does no harm; short segments before it do.
        for _ in range(3):
            head, slash, run = run.partition(b"/")
            if not slash or len(head) >= _SHORTEST:
                return
            yield run
        return
    if not _is_hex(run):  # a mask may stand in it
        yield from (found[0] for found in _HEX_RUN.finditer(run))
    if b"/" not in run:
        return
    pieces = run.split(b"/", 9)
    for number, piece in enumerate(pieces):
        if len(piece) >= _SHORTEST:
            yield piece
        rest = b"/".join(pieces[number:])
        if number and number + 1 < len(pieces) and len(rest) >= _SHORTEST:
            yield rest


def _is_hex(run: bytes) -> bool:
    """Whether all of a run is bytes in hex; a regular expression takes fifty times as long."""
    return bool(run) and len(run) % 2 == 0 and not run.translate(None, _DIGITS)


def _decoded(run: bytes, *, shifted: bool) -> Iterator[bytes]:
    if _is_hex(run):
        yield bytes.fromhex(run.decode())
        if run.islower() or run.isupper():
            return
    elif shifted:
        for found in _HEX_RUN.finditer(run):
            yield from (bytes.fromhex(found[0][at : at + (len(found[0]) - at) // 2 * 2].decode()) for at in (0, 1))
    letters = run.translate(_STANDARD)
    for start in range(4 if shifted else 1):
        plain = letters[start:]
        if len(plain) % 4 == 1:
            plain = plain[:-1]
        with contextlib.suppress(binascii.Error):
            yield base64.b64decode(plain + b"=" * (-len(plain) % 4))
