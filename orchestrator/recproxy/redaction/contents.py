"""What data holds that begins like something compressed, an archive, parts or wide text, there or further on.

Knows where such data may begin, and nothing of what it holds.
"""

from __future__ import annotations

import contextlib
import itertools
import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from functools import lru_cache

from ahocorasick_rs import BytesAhoCorasick, Implementation

from recproxy.lazy.patterns import lazy_pattern
from recproxy.redaction.budget import Budget
from recproxy.redaction.inner_runs import readable_places
from recproxy.redaction.opening import archive_kind, archived, compression, inflated, opened_in_part
from recproxy.redaction.part_contents import parts_of
from recproxy.redaction.rules import Unsafe

__all__ = ["Opened", "contents_of", "hidden_in", "may_open", "telling_digests", "wide_texts"]

_BEGINS = lazy_pattern(rb"\x1f\x8b\x08|\x28\xb5\x2f\xfd|BZh[1-9]1AY&SY|\xfd7zXZ\0|\x78[\x01\x5e\x9c\xda]|PK\x03\x04")
#: The same where bytes were taken for letters and are written in UTF-8, as JSON does with what is no text.
_BEGINS_IN_LETTERS = lazy_pattern(
    rb"\x1f\xc2\x8b\x08|\x28\xc2\xb5\x2f\xc3\xbd|BZh[1-9]1AY&SY|\xc3\xbd7zXZ\0|\x78(?:\x01|\xc2\x9c|\xc3\x9a)|PK\x03\x04"
)
#: Two zeros next to each other or with a byte between: data that is mostly zeros, as wide text is, has them.
_ZEROS = lazy_pattern(rb"\0[^\0]?\0", re.DOTALL)
#: What `_BEGINS` begins with.
_FIRST_BYTES = [
    b"\x1f\x8b\x08",
    b"\x28\xb5\x2f\xfd",
    b"BZh",
    b"\xfd7zXZ\0",
    *(b"\x78" + each for each in (b"\x01", b"\x5e", b"\x9c", b"\xda")),
    b"PK\x03\x04",
]
#: The same, and what parts and a tar archive have. With `_ZEROS` they are all that `may_open` looks for, but for deflate
#: data.
_SIGNS = [*_FIRST_BYTES, b"--", b"ustar"]
#: Between digests that are decoded together: nothing begins with its byte or holds it.
_BETWEEN = b"ff"
_REPLACED = "\ufffd".encode()
#: Bytes that are looked at together, and how many of them are no UTF-8 because a letter is cut off at their ends.
_PIECE, _CUT = 8192, 4
_WIDE = lazy_pattern(rb"\0[^\0](?:\0[^\0]){6,}")
_PICTURE = b"\x89PNG\r\n\x1a\n"
_TELLING = 64  # bytes from which compressed data is known again
_ENTRIES = {8: "raw deflate", 14: "lzma"}  # methods of a zip archive that have no sign of their own
_DEFLATE = (2, 3, 4, 5)  # the first three bits of a block that is compressed
#: What compressed data and zip archives begin with, with a sign and without; a tar archive shows itself further on.
_MAGIC = frozenset({b"\x1f", b"\x28", b"\x78", b"B", b"\xfd", b"P"})
_DEFLATED = frozenset(bytes((byte,)) for byte in range(256) if byte & 7 in _DEFLATE)
#: The second digit of such a byte in hex.
_DEFLATED_DIGITS = b"2345abcdABCD"
_SHORTEST, _MOST = 16, 1 << 20  # bytes of deflate data without a sign, and what is read of it
_TAR = 262  # bytes from which data may be a tar archive

#: Compressed data that was read to its end, by its first bytes.
Opened = dict[bytes, list[bytes]]


def may_open(content: bytes) -> bool:
    """Whether data looks like something compressed, an archive, parts or wide text, or holds where such data begins."""
    return _has_sign(content) or _may_open(content)


def telling_digests(digests: Sequence[bytes]) -> list[bytes]:
    """Those digests in hex whose bytes have letters in them, or look like something compressed, an archive or parts.

    Texts are full of digests, of which nearly none does: all of them are decoded and looked through at once.
    """
    together = bytes.fromhex(_BETWEEN.join(digests).decode())
    places = [*readable_places(together), *(found.start() for found in _ZEROS.finditer(together))]
    places += (start for _, start, _ in _signs().find_matches_as_indexes(together))
    telling: set[bytes] = set()
    if places:
        ends = list(itertools.accumulate(len(digest) // 2 + 1 for digest in digests))
        telling.update(digests[bisect_right(ends, at)] for at in places)
    at = 0
    for digest in digests:
        size = len(digest) // 2
        if (
            size >= _SHORTEST
            and digest[1] in _DEFLATED_DIGITS
            and inflated(together[at : at + size], _MOST) is not None
        ):
            telling.add(digest)
        at += size + 1
    return list(telling)


@lru_cache(maxsize=1)
def _signs() -> BytesAhoCorasick:
    """What finds where something inside of data may begin, many times faster than an expression."""
    return BytesAhoCorasick(_SIGNS, implementation=Implementation.DFA)


def _has_sign(content: bytes) -> bool:
    """Whether data has a sign of something inside."""
    if _BEGINS.search(content) or (b"--" in content and b"\n" in content):
        return True
    return b"\0" in content and content.count(0) * 3 > len(content)


def _may_open(content: bytes) -> bool:
    """Whether data that has no such sign looks like something compressed or an archive."""
    if content[:1] in _DEFLATED and len(content) >= _SHORTEST and inflated(content[:4096], _MOST) is not None:
        return True
    if content[:1] not in _MAGIC and len(content) < _TAR:
        return False  # most of what is asked about: digests and ids
    return compression(content) is not None or archive_kind(content) is not None or b"ustar" in content


def contents_of(data: bytes, budget: Budget) -> Iterator[bytes]:
    """Data, and what it holds where it is compressed, an archive or parts, or where such data begins in it."""
    yield data
    if b"--" in data and (b"\n\n" in data or b"\n\r\n" in data):
        yield from parts_of(data, budget)
    archive = archive_kind(data)
    if archive is not None:
        yield from archived(data, archive, budget)
    else:
        yield from wide_texts(data)
    yield from hidden_in(data, budget, 1 if archive else 0)


def wide_texts(data: bytes) -> Iterator[bytes]:
    """The texts in UTF-16 of data, of letters that Latin-1 has."""
    if b"\0" not in data:
        return
    if data.count(0) * 3 > len(data):
        yield data.translate(None, b"\0")  # `replace` takes ten times as long where zeros are many
    else:
        yield from (
            data[max(0, found.start() - 1) : found.end() + 1].translate(None, b"\0") for found in _WIDE.finditer(data)
        )


def hidden_in(data: bytes, budget: Budget, start: int = 0, opened: Opened | None = None) -> Iterator[bytes]:
    """What compressed data and archives hold that begin anywhere in data from `start` on, behind other bytes or not.

    The number of places is not limited, since any of them may hold a secret: the budget is charged for each. What is
    in `opened` is not read again in another view of the data.
    """
    if data.isascii():
        return  # no compressed data is
    opened = {} if opened is None else opened
    if _is_binary(data):
        yield from _begun(data, budget, start, opened)
    if _may_be_letters(data) and _BEGINS_IN_LETTERS.search(data):
        text = data.decode("utf-8", "replace")
        if text.count("\ufffd") * 8 <= len(text):
            yield from _begun(text.encode("latin-1", "replace"), budget, 0, opened)


def _is_binary(data: bytes) -> bool:
    """Whether data is no UTF-8, or such data was taken for it."""
    try:
        data.decode()
    except UnicodeDecodeError:
        return True
    return _REPLACED in data


def _may_be_letters(data: bytes) -> bool:
    """Whether it may be that an eighth of data at most is no UTF-8: of a picture, a quarter of it shows that more is."""
    wrong = 0
    for at in range(0, len(data), _PIECE):
        wrong += data[at : at + _PIECE].decode("utf-8", "replace").count("\ufffd") - _CUT
        if wrong * 8 > len(data):
            return False
    return True


def _begun(data: bytes, budget: Budget, start: int, opened: Opened) -> Iterator[bytes]:
    if start:
        opened.setdefault(data[:_TELLING], []).append(data)
    elif data[0] & 7 in _DEFLATE and compression(data) is None:
        content = inflated(data, max(budget.left, 1))
        if content is not None:
            budget.charge(len(content))
            yield content
    view, done, picture = memoryview(data), start, data.find(_PICTURE)
    for found in _beginnings(data, start):
        at = found.start()
        if at < done:
            continue  # a sign by chance, inside of what was opened
        if 0 <= picture < at and (data[at - 4 : at] == b"IDAT" or data[at - 8 : at - 4] == b"fdAT"):
            continue  # pixels: many, and none is a letter
        first, kind = data[at : at + _TELLING], compression(found[0])
        if kind is None:
            kind = _ENTRIES.get(int.from_bytes(first[8:10], "little"))
            at += 30 + int.from_bytes(first[26:28], "little") + int.from_bytes(first[28:30], "little")
        same = next((each for each in opened.get(first, ()) if data.startswith(each, at)), None)
        if same is not None:
            done = at + len(same)
        elif kind is not None:
            content, size = opened_in_part(view[at:], kind, budget)
            if size:
                done = at + size
                opened.setdefault(first, []).append(data[at:done])
            if content:
                yield content
    at = data.find(b"ustar", 258)
    if at >= 0:
        with contextlib.suppress(Unsafe):
            yield from archived(data[at - 257 :], "tar", budget)


def _beginnings(data: bytes, start: int) -> Iterator[re.Match[bytes]]:
    """Where compressed data or an archive may begin from a place on."""
    end = start
    for _, at, _ in _first_bytes().find_matches_as_indexes(data, overlapping=True):
        if at >= end and (found := _BEGINS.match(data, at)):
            end = found.end()
            yield found


@lru_cache(maxsize=1)
def _first_bytes() -> BytesAhoCorasick:
    """What finds them in a third of the time that the expression takes."""
    return BytesAhoCorasick(_FIRST_BYTES, implementation=Implementation.DFA)
