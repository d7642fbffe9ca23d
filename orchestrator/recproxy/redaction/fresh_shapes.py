"""Values that a program makes anew each time it runs, by what they look like: UUIDs, ULIDs, random hexadecimal, times.

Some kinds hold the time at which they were made, and that time is a proof: nobody wrote an id of this minute into a
test last year. The others are random, and somebody may have copied one into a test: whoever asks must know more.
Knows bytes and the looks of values, not where they stand. Pure.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterator

from recproxy.lazy.dataclass import dataclass
from recproxy.lazy.patterns import lazy_pattern
from recproxy.redaction.id_times import made_at

__all__ = ["FreshToken", "fresh_tokens", "normal_form", "written_tokens"]

#: The beginning of a value: no letter or digit stands before, unless it is the end of an escape.
_BEGIN = rb"(?:(?<![0-9A-Za-z%\\])|(?<=%[0-9A-F]{2})|(?<=\\[nrtbf]))"
_END = rb"(?![0-9A-Za-z])"
_UUID = rb"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"
_TOKEN = lazy_pattern(
    _BEGIN + rb"(?:(?P<uuid>" + _UUID + rb")" + _END + rb"|(?P<piece>[0-9A-Za-z]{8,64})" + _END + rb")"
)
#: Letters of base64 for URLs, of which some are no letters and digits; and an id of Firebase, which begins with one.
#: A name and a sign may stand before, as in a query or `user+VALUE@example.com`, and the ending of a file behind.
_RUN = lazy_pattern(
    rb"(?:(?<![0-9A-Za-z_+=.%-])|(?<=[0-9A-Za-z_\]]=)|(?<=[a-z][a-z0-9]\+))(?=[0-9A-Za-z]*[_-])[0-9A-Za-z_-]{16,120}"
    rb"(?![0-9A-Za-z_+=%-]|\.(?![a-z][a-z0-9]{1,4}(?![0-9A-Za-z._-])))"
)
_PUSH_ID = lazy_pattern(rb"-[0-9A-Z_a-z-]{19}\Z")
_HEX = lazy_pattern(rb"(?=[0-9]*[a-fA-F])(?=[a-fA-F]*[0-9])(?:[0-9a-f]+|[0-9A-F]+)\Z")
_DIGITS = lazy_pattern(rb"[0-9]+\Z")
#: A name that a program puts in front of what it makes: `test-`, `e2e_user.`.
_PREFIX = lazy_pattern(rb"[A-Za-z][0-9A-Za-z]*[-_.+]\Z")
#: Where digits, capitals and small letters change: chance does it in every third place and more, words do it rarely.
_CHANGE = lazy_pattern(rb"(?<=[0-9])(?=[A-Za-z])|(?<=[a-z])(?=[0-9A-Z])|(?<=[A-Z])(?=[0-9a-z])")
_PLUS_NAME = lazy_pattern(rb"(?:\A|[^0-9A-Za-z+])[a-z][a-z0-9]{1,30}\+\Z")
#: A bank account: the letters of a country, and a number.
_ACCOUNT = lazy_pattern(rb"[A-F]{2}[0-9]+\Z")
#: Digests have so many hexadecimal digits: SHA-1, SHA-224, SHA-256, SHA-384, SHA-512. A program works them out.
_OF_DIGESTS = frozenset((40, 56, 64, 96, 128))
_SHORT_HEX, _LONG_HEX = 8, 16
_LEAST_TOKEN = 12  # letters behind a prefix such as `tok_`
_LONG_TOKEN = 16  # letters without a prefix: shorter ones are words and numbers too often
#: Different letters that a random value of 16 or more has at least.
_LEAST_DIFFERENT = 6
_LEAST_CHANGES = 3  # of kind from letter to letter: words with a number at their end have fewer
_SAYABLE = lazy_pattern(rb"[A-Z][a-z]{3,}|[a-z]{4,}|[A-Z]{4,}|[0-9]{5,}")
#: Letters that no word has in a row, or a vowel is missing.
_CLUSTER = lazy_pattern(rb"[bcdfghjklmnpqrstvwxz]{4}|[aeiou]{4}|q[^u]|\A[^aeiouy0-9]+\Z")
_SEQUENCE = b"0123456789abcdefghijklmnopqrstuvwxyz0123456789"


@dataclass(frozen=True, slots=True)
class FreshToken:
    """A value that looks as if a program made it, and where it stands. `timed`: it says itself that it was made now."""

    value: bytes
    start: int
    end: int
    kind: str
    timed: bool


def normal_form(value: bytes) -> bytes:
    """What two spellings of one value have in common: a UUID has dashes and capitals, or none."""
    bare = value.replace(b"-", b"").lower()
    return bare if len(bare) == 32 and _HEX.match(bare) else value


def written_tokens(text: bytes) -> Iterator[bytes]:
    """The normal forms of all that a text of a project has written out and could be taken for made anew."""
    for pattern in (_WRITTEN_UUID, _WRITTEN, _WRITTEN_BEHIND_ESCAPE):
        for found in pattern.finditer(text):
            yield normal_form(found[0])
    for found in _RUN.finditer(text):
        yield found[0]


_WRITTEN_UUID = lazy_pattern(_UUID)
_WRITTEN = lazy_pattern(rb"(?=[A-Za-z]{0,64}[0-9])[0-9A-Za-z]{8,64}")
_WRITTEN_BEHIND_ESCAPE = lazy_pattern(rb"(?<=\\[nrtbf])(?=[A-Za-z]{0,64}[0-9])[0-9A-Za-z]{8,64}")


def fresh_tokens(text: bytes, now: float) -> Iterator[FreshToken]:
    """The values in a text that look as if they were made by a program that runs `now`, in seconds since 1970."""
    runs = [found for found in _RUN.finditer(text) if not re.search(_UUID, found[0])]
    taken = [
        FreshToken(found[0], *found.span(), kind, kind == "push id")
        for found in runs
        if (kind := _kind_of_run(found[0], now))
    ]
    yield from taken
    ahead = deque(taken)  # both are in the order of the text
    for found in _TOKEN.finditer(text):
        start, end = found.span()
        while ahead and ahead[0].end <= start:
            ahead.popleft()
        if ahead and ahead[0].start < end:
            continue
        before, after = text[max(start - 40, 0) : start], text[end : end + 1]
        if found["uuid"] is None and (after == b"+" or (before[-1:] == b"+" and not _PLUS_NAME.search(before))):
            continue  # a piece of base64
        named = _uuid_kind(found[0], now) if found["uuid"] is not None else _piece_kind(found[0], before, after, now)
        if named is not None:
            yield FreshToken(found[0], start, end, *named)


def _kind_of_run(run: bytes, now: float) -> str:
    if _PUSH_ID.match(run) and made_at("push id", run, now):
        return "push id"
    # Words with dashes between are no chance, however many there are.
    bare = re.sub(rb"[_-]", b"", run)
    has_cases = re.search(rb"[A-Z]", run) and re.search(rb"[a-z]", run)
    return "token" if has_cases and len(bare) >= _LONG_TOKEN - 2 and _is_chance(bare) else ""


def _uuid_kind(value: bytes, now: float) -> tuple[str, bool] | None:
    """Of a UUID: random ones and those with a time of now. Those of names, versions 3 and 5, are the same each time."""
    version, variant = value[14:15], value[19:20].lower()
    if variant not in b"89ab":
        return None
    if version == b"4":
        return ("uuid", False) if _is_varied(value.lower()) else None
    if version in (b"1", b"6", b"7") and made_at(f"uuid{version.decode()}", value, now):
        return "uuid", True
    return None


def _piece_kind(value: bytes, before: bytes, after: bytes, now: float) -> tuple[str, bool] | None:
    """Of letters and digits alone, which may stand behind a name."""
    has_prefix = _PREFIX.search(before) is not None
    if _DIGITS.match(value):
        is_now = made_at("digits", value, now) and (has_prefix or len(value) >= _LONG_HEX)
        return ("number", True) if is_now and after != b"." else None
    for kind in ("ulid", "ksuid", "object id", "xid", "cuid"):
        if made_at(kind, value, now):
            return kind, True
    if _HEX.match(value):
        return _hex_kind(value, now, has_prefix=has_prefix)
    is_long = len(value) >= _LONG_TOKEN or (has_prefix and len(value) >= _LEAST_TOKEN)
    return ("token", False) if is_long and _is_chance(value) else None


def _is_chance(value: bytes) -> bool:
    """Whether letters and digits are no words and numbers run together."""
    changes = len(_CHANGE.findall(value)) + 2 * len(_CLUSTER.findall(value.lower()))
    if not _is_varied(value) or changes < max(_LEAST_CHANGES, len(value) // 6):
        return False
    if not re.search(rb"[0-9]", value) and 3 * changes < len(value):
        return False
    return 5 * sum(map(len, _readable(value))) < 3 * len(value)


def _readable(value: bytes) -> Iterator[bytes]:
    """The pieces of a value that somebody could say, and numbers."""
    for found in _SAYABLE.finditer(value):
        if not _CLUSTER.search(found[0].lower()):
            yield found[0]


def _hex_kind(value: bytes, now: float, *, has_prefix: bool) -> tuple[str, bool] | None:
    size = len(value)
    if size == 32:
        dashed = b"-".join((value[:8], value[8:12], value[12:16], value[16:20], value[20:]))
        if value[12:13] in (b"1", b"6", b"7") and (known := _uuid_kind(dashed, now)) is not None:
            return "hex", known[1]
    if size in _OF_DIGESTS or _ACCOUNT.match(value) or not _is_varied(value.lower()):
        return None
    return ("hex", False) if size >= _LONG_HEX or (has_prefix and size >= _SHORT_HEX) else None


def _is_varied(value: bytes) -> bool:
    """Whether a value is no run of few letters, and no piece of the alphabet."""
    bare = value.replace(b"-", b"").lower()
    least = _LEAST_DIFFERENT if len(bare) >= _LONG_HEX else 4
    return len(set(bare)) >= least and not any(bare[at : at + 6] in _SEQUENCE for at in range(len(bare) - 5))
