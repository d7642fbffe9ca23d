"""Runs of base64 or hex in a text, and what they hold: words, segments of a path, blocks of lines.

A run is anything that may be one: most words of a text that are long enough decode to nothing. Knows bytes only.
"""

from __future__ import annotations

import base64
import binascii
import contextlib
import re
from collections.abc import Collection, Iterator

__all__ = ["coded_runs_of", "has_text", "is_text"]

_STANDARD = bytes.maketrans(b"-_", b"+/")
_LETTERS = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
#: Everything that is no letter of base64 made a blank.
_ONLY_RUNS = bytes(byte if byte in _LETTERS or byte in b"-_" else 32 for byte in range(256))
_SHORTEST = 16  # letters of a run that is opened
#: A run begins at a blank, which is found faster than its letters.
_RUN = re.compile(rb" ([^ ]{%d,})" % _SHORTEST)
#: A digit of hex made a mark, which is found many times faster in a row than by an expression.
_HEX_MARKED = bytes(120 if byte in b"0123456789abcdefABCDEF" else 32 for byte in range(256))
_MARKS = b"x" * _SHORTEST
_LINE = 40  # letters of each line of a block
_LONG = 4096
_HEX = re.compile(rb"(?:[0-9A-Fa-f]{2})+\Z")
_NUMBERS = re.compile(rb"[0-9/_-]*\Z")
_HEX_RUN = re.compile(rb"[0-9a-f]{16,}|[0-9A-F]{16,}")
_BLOCK = re.compile(rb"(?<![A-Za-z0-9+/_-])(?:[A-Za-z0-9+/_-]{%d,}\r?\n[ \t]?)+[A-Za-z0-9+/_-]+={0,2}" % _LINE)
_READABLE = re.compile(rb"[\t\n\r -~]{8}|(?:[ -~]\0){8}|(?:\0[ -~]){8}")
_PRINTABLE = bytes((0, 9, 10, 13, *range(32, 127), *range(128, 192)))  # and what follows the first byte in UTF-8
_BREAK = re.compile(rb"[\r\n \t]+")


def is_text(data: bytes) -> bool:
    """Whether data is mostly text, also in UTF-16. Only text is searched for escapes: random bytes hold many by chance."""
    return len(data.translate(None, _PRINTABLE)) * 4 <= len(data)


def has_text(data: bytes) -> bool:
    """Whether some letters in a row, also in UTF-16, can be read."""
    return _READABLE.search(data) is not None


def coded_runs_of(text: bytes, clean: Collection[bytes], *, shifted: bool) -> list[tuple[bytes, list[bytes]]]:
    """The runs of a text that may be base64 or hex, and what each may hold; with `shifted` also behind other letters.

    Runs in `clean` are left out.
    """
    words = {word for word in _RUN.findall(b" " + text.translate(_ONLY_RUNS)) if word not in clean}
    dull = {word for word in words if word.islower() or word.isupper() or _NUMBERS.match(word)}
    chosen = words - dull
    # A piece of a word may be hex where the whole run of letters is not.
    if _MARKS in b" ".join(dull).translate(_HEX_MARKED):
        chosen |= {word for word in dull if _HEX_RUN.search(word)}
    contents = [(part, list(_decoded(part, shifted=shifted))) for word in chosen for part in _parts(word)]
    if _may_have_block(text):
        blocks = {found[0] for found in _BLOCK.finditer(text)}
        contents += ((each, list(_decoded(_BREAK.sub(b"", each).rstrip(b"="), shifted=True))) for each in blocks)
    return contents


def _may_have_block(text: bytes) -> bool:
    """Whether a line of a text ends with as many letters as the lines of a block have."""
    return any(
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
    if not _HEX.match(run):  # a mask may stand in it
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


def _decoded(run: bytes, *, shifted: bool) -> Iterator[bytes]:
    if _HEX.match(run):
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
