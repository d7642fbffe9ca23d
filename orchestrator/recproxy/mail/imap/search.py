"""The keys of SEARCH: all must hold, so that their order makes no difference. Pure.

Dates are compared as they stand. A character set makes no difference where the keys are ASCII, or UTF-8.
"""

from __future__ import annotations

from collections.abc import Sequence

from recproxy.lazy.patterns import lazy_pattern
from recproxy.mail.imap.sets import normal_set
from recproxy.mail.imap.syntax import Atom, ImapString, ImapWord

__all__ = ["search_keys"]

#: Keys with arguments, and how many; every other key stands alone.
_ARGUMENTS = {
    **dict.fromkeys(
        (
            *(b"BCC", b"BODY", b"CC", b"FROM", b"SUBJECT", b"TEXT", b"TO", b"KEYWORD", b"UNKEYWORD"),
            *(b"BEFORE", b"ON", b"SINCE", b"SENTBEFORE", b"SENTON", b"SENTSINCE", b"SAVEDBEFORE", b"SAVEDON"),
            *(b"SAVEDSINCE", b"LARGER", b"SMALLER", b"UID", b"OLDER", b"YOUNGER", b"EMAILID", b"THREADID", b"FILTER"),
            *(b"X-GM-RAW", b"X-GM-MSGID", b"X-GM-THRID", b"X-GM-LABELS"),
        ),
        1,
    ),
    b"HEADER": 2,
}
#: Keys in keys deeper than this are compared as they stand.
_DEEPEST = 100
_CASELESS = (b"KEYWORD", b"UNKEYWORD", b"HEADER")
_DATED = lazy_pattern(rb"0?([0-9]{1,2}-[A-Za-z]{3}-[0-9]{4})\Z")
_MODSEQ = lazy_pattern(rb"[0-9]+\Z")


def search_keys(words: Sequence[ImapWord]) -> list[tuple[str, bytes]]:
    """The fields of a search: what it returns, its character set where that counts, and its keys in one order."""
    rest = list(words)
    fields: list[tuple[str, bytes]] = []
    if len(rest) > 1 and _keyword(rest[0]) == b"RETURN":
        options = rest[1] if isinstance(rest[1], tuple) else (rest[1],)
        fields.append(("return", b" ".join(sorted(_keyword(each) or _value(each) for each in options)) or b"ALL"))
        del rest[:2]
    if len(rest) > 1 and _keyword(rest[0]) == b"CHARSET":
        charset = _value(rest[1]).upper()
        if charset not in (b"UTF-8", b"US-ASCII"):
            fields.append(("charset", charset))
        del rest[:2]
    keys = _all(_Keys(rest))
    fields.append(("keys", keys or b"ALL"))
    return fields


class _Keys:
    """Words that are read one behind another; `depth` says in how many keys they are."""

    def __init__(self, words: Sequence[ImapWord], depth: int = 0) -> None:
        self.depth = depth
        self._words = words
        self._at = 0

    def take(self) -> ImapWord | None:
        self._at += 1
        return self._words[self._at - 1] if self._at <= len(self._words) else None


def _all(keys: _Keys) -> bytes:
    """Keys that must all hold, in one order."""
    found = set()
    while (word := keys.take()) is not None:
        found.add(_key(word, keys))
    return b" ".join(sorted(found - {b"ALL"}))


def _key(word: ImapWord | None, keys: _Keys) -> bytes:
    if isinstance(word, tuple):
        inner = _all(_Keys(word, keys.depth))
        return b"(" + inner + b")" if b" " in inner else inner
    name = _keyword(word)
    if name in (b"NOT", b"FUZZY", b"OR") and keys.depth < _DEEPEST:
        keys.depth += 1
        inners = sorted(_key(keys.take(), keys) for _ in range(2 if name == b"OR" else 1))
        keys.depth -= 1
        return b" ".join((name, *inners))
    if name == b"MODSEQ":
        first = _argument(keys, name)
        return name + b" " + (first if _MODSEQ.match(first) else b" ".join((first, *_two(keys, name))))
    values = [_argument(keys, name) for _ in range(_ARGUMENTS.get(name, 0))]
    if not values:
        return normal_set(name) or name
    if name in _CASELESS:
        values[0] = values[0].upper()
    return b" ".join((name, *values))


def _two(keys: _Keys, name: bytes) -> tuple[bytes, bytes]:
    return _argument(keys, name), _argument(keys, name)


def _argument(keys: _Keys, name: bytes) -> bytes:
    value = _value(keys.take())
    if name == b"UID":
        return normal_set(value) or value
    dated = _DATED.match(value)
    if dated is not None:
        return dated[1].title()
    return b'"' + value + b'"' if b" " in value or not value else value


def _keyword(word: ImapWord | None) -> bytes:
    return word.value.upper() if isinstance(word, Atom) else _value(word)


def _value(word: ImapWord | None) -> bytes:
    return word.value if isinstance(word, Atom | ImapString) else b""
