"""Names that say a value is secret: headers, parameters, keys of JSON, cookies, elements of XML.

A name is read as words, split at separators and capitals, and compared by its end with the table in `name_table`.
Looks at a value only where the name alone does not decide. Ids, names of people and things, dates and page tokens
are not secret: hiding them is what breaks a replay.
"""

from __future__ import annotations

import re
import unicodedata
from enum import Enum
from functools import lru_cache

from recproxy.lazy.patterns import lazy_pattern
from recproxy.redaction.name_table import (
    ALWAYS,
    HARMLESS,
    HEADERS,
    KEYS_OF_THINGS,
    LOOKS,
    NEVER_IN_JSON,
    QUALIFIERS,
    TRAILING,
    VOCABULARY,
)

__all__ = [
    "header_is_secret",
    "header_key",
    "is_label",
    "is_secret",
    "is_wordy",
    "looks_like_a_token",
    "may_be_secret",
    "name_words",
    "says_nothing",
]


class _Verdict(Enum):
    SECRET = 1
    VALUE_DECIDES = 2
    HARMLESS = 3


#: Rows that end in a word which changes nothing elsewhere: `key string`.
_LONG = frozenset(row for row in (*ALWAYS, *LOOKS) if len(row) > 1 or row in ALWAYS)
_ALWAYS, _LOOKS, _HEADERS = frozenset(ALWAYS), frozenset(LOOKS), frozenset(HEADERS)
_KNOWN_WORDS = VOCABULARY | HARMLESS | {word for row in (*ALWAYS, *LOOKS, *HEADERS) for word in row}
_LONGEST = max(map(len, (*ALWAYS, *LOOKS, *HEADERS)))

_LONGEST_WORD = 80  # letters
_WORD = lazy_pattern(rb"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+")
#: A value that was masked in the place of a name: what it is called says nothing of the value beside it.
_WILD = lazy_pattern(rb"(?<![A-Za-z])([A-Z])\1\1+\[[A-Za-z0-9_.-]+\]")
_TOKEN = lazy_pattern(rb"(?=[^\s]*[0-9_\-/+=.])(?:[A-Za-z0-9._~+/=:|%-]{16,}|[<\[{][A-Za-z0-9._~+/=-]{16,}[>\]}])\Z")
#: What a name such as `key` or `code` may hold and is no secret: a file, a host, words put together.
_FILE_LIKE = lazy_pattern(rb".*\.[A-Za-z]{2,5}\Z|[A-Za-z]+(?:[._:-][A-Za-z]+)*\Z", re.DOTALL)
_SLASH = lazy_pattern(rb"/|%2F", re.IGNORECASE)
#: Between two slashes of base64, and of few paths.
_MIXED = lazy_pattern(rb"(?=[^0-9]*[0-9])(?=[^A-Za-z]*[A-Za-z]).{6,}\Z", re.DOTALL)
#: A link is no secret as a whole, whatever it is called; what is secret in it is found in the link itself.
_LINK = lazy_pattern(rb"(?:https?|wss?|ftp):(?://|\\/\\/)[^\s/@]+(?:[/?#]|\Z)", re.IGNORECASE)
_NOTHING = frozenset({b"true", b"false", b"null", b"none", b"nil", b"undefined", b"yes", b"no"})
#: Text for people: it begins with a capital, and has letters and marks only.
_LABEL = lazy_pattern(rb"[A-Z\xc3][A-Za-z\x80-\xff ,.:;!?'()/-]*\Z")
#: Words in capitals, in small letters or with a capital each, short numbers, dates and versions, with marks between.
_WORDY = lazy_pattern(
    rb"(?=[^A-Za-z]*[A-Za-z])(?:(?:[A-Z]?[a-z]{1,14}(?:[A-Z][a-z]{2,14})*|[A-Z]{1,14}|[Vv])?[0-9]{0,4}(?:[-_.:/ +]|\Z))+\Z"
)
_DATE = lazy_pattern(rb"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.Z+-]+\Z")
_VOWEL = lazy_pattern(rb"[aeiouyAEIOUY]")
_UUID = lazy_pattern(rb"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}\Z")
_PIN = lazy_pattern(rb"[0-9]{4,12}\Z")
#: The words of a wallet.
_PHRASE = lazy_pattern(rb"[a-z]{3,8}(?:[ ,]+[a-z]{3,8}){5,23}\s*\Z")
#: A token that is short: letters and digits in turns, twice where there are small letters and capitals.
_SHORT_TOKEN = lazy_pattern(
    rb"(?:(?=[A-Za-z0-9]*[A-Z])(?=[A-Za-z0-9]*[a-z])(?=[A-Za-z]*[0-9]+[A-Za-z]+[0-9])|(?=(?:[a-z]*[0-9]+[a-z]+){3})|(?=[a-z]+(?:[0-9]+[a-z]+){2}[0-9]))"
    rb"[A-Za-z0-9]{8,15}\Z"
)
#: The signature of a link, as short as some services make it.
_SHORT_SIGNATURE = lazy_pattern(rb"(?=[^0-9]*[0-9])(?=[^A-Za-z]*[A-Za-z])[A-Za-z0-9_-]{6,15}\Z")
_STREAM_KEY = lazy_pattern(rb"(?:[a-z0-9]{4}-){3,4}[a-z0-9]{4}\Z")
_PASSWORDS = (b"passw", b"contrase", b"kennwort", b"de passe", b"senha", b"wachtwoord")


@lru_cache(maxsize=8192)
def name_words(name: bytes) -> tuple[str, ...]:
    """A name as words in lower case; words that are run together are taken apart where all of them are known."""
    words: list[str] = []
    name = _WILD.sub(b"", name) if b"[" in name else name
    for found in _WORD.findall(name if name.isascii() else _without_accents(name)):
        word = found.decode().lower()
        words += (word,) if word in _KNOWN_WORDS else _taken_apart(word)
    return tuple(words)


def _without_accents(name: bytes) -> bytes:
    return unicodedata.normalize("NFKD", name.decode("utf-8", "ignore")).encode("ascii", "ignore")


def _taken_apart(word: str) -> tuple[str, ...]:
    """The known words that a word is made of, the longest first; the word itself where it is not made of them."""
    if len(word) > _LONGEST_WORD:
        return (word,)  # no name, but data in the place of one
    best: list[tuple[str, ...] | None] = [(), *([None] * len(word))]
    for end in range(1, len(word) + 1):
        for start in range(end):
            before, part = best[start], word[start:end]
            known = best[end]
            if before is None or part not in _KNOWN_WORDS or (len(part) == 1 and part not in "jx"):
                continue
            if known is None or len(before) + 1 < len(known):
                best[end] = (*before, part)
    return best[-1] or (word,)


def _ends(words: tuple[str, ...], rows: frozenset[tuple[str, ...]]) -> tuple[str, ...] | None:
    """The longest row that ends the words."""
    for size in range(min(_LONGEST, len(words)), 0, -1):
        if words[-size:] in rows:
            return words[-size:]
    return None


def _core(name: bytes) -> tuple[str, ...]:
    words = name_words(name)
    while len(words) > 1 and (words[-1].isdigit() or words[-1] in TRAILING) and _ends(words, _LONG) is None:
        words = words[:-1]
    return words


@lru_cache(maxsize=8192)
def header_is_secret(name: bytes) -> bool:
    """Whether a header's whole value is secret; Authorization and cookies are read by rules of their own."""
    words = _core(name)
    row = _ends(words, _HEADERS) or _ends(words, _ALWAYS)
    return row is not None and not _harmless(words, row)


def header_key(name: bytes, value: bytes) -> bool:
    """Whether a header that is called a key holds one, and not the name of a thing: `X-Auth-Email-Key`."""
    words = _core(name)
    return (
        words[-1:] == ("key",)
        and looks_like_a_token(value)
        and not is_wordy(value)
        and not _harmless(words, ("key",))
        and KEYS_OF_THINGS.isdisjoint(words)
    )


def _harmless(words: tuple[str, ...], row: tuple[str, ...]) -> bool:
    before = words[: len(words) - len(row)]
    if words[0] in QUALIFIERS and words[-1] != "token":
        return True
    if words[-3:] == ("client", "request", "token"):
        return True
    return any(word in HARMLESS for word in before)


@lru_cache(maxsize=8192)
def _verdict(name: bytes, json: bool) -> _Verdict:
    """Whether a name alone makes a value secret. Names repeat: few are worked out."""
    name = _WILD.sub(b"", name) if b"[" in name else name
    # `user[password]` and `user.password` are written for the last word.
    parts = re.split(rb"\]?[\[.]", name.rstrip(b"]"))
    last = parts[-1] or name
    if len(parts) > 1 and last.isdigit():
        last = parts[-2]  # `auth[0]`
    if len(parts) > 1 and (last.lower() in (b"id", b"value", b"eq", b"exact") or _is_one_name(parts)):
        last = b"_".join(parts[-2:])  # `session.id`, `password[eq]`, `invite.code`
    words = _core(last)
    if not words:
        return _Verdict.HARMLESS
    row = _ends(words, _ALWAYS)
    weak = _ends(words, _LOOKS)
    if row is None and weak is None:
        return _Verdict.HARMLESS
    if json and words in NEVER_IN_JSON:
        return _Verdict.HARMLESS
    if row is not None and not _harmless(words, row):
        return _Verdict.SECRET
    if weak is None or _harmless(words, weak) or (json and weak in NEVER_IN_JSON):
        return _Verdict.HARMLESS
    # `country_code`, `sort_key`: these words end the names of many things.
    if weak in (("key",), ("code",), ("api",), ("sign",), ("sid",), ("magic",)) and words != weak:
        return _Verdict.HARMLESS
    return _Verdict.VALUE_DECIDES


def _is_one_name(parts: list[bytes]) -> bool:
    """Whether a name goes on over the point in it: `api.key`, `invite[code]`."""
    words = name_words(b"_".join(parts[-2:]))
    return words[-1:] in (("code",), ("key",)) and (words in _LOOKS or words in _ALWAYS)


def may_be_secret(name: bytes, *, json: bool = False) -> bool:
    """Whether some values that stand under a name are secret."""
    return _verdict(name, json) is not _Verdict.HARMLESS


def is_secret(name: bytes, value: bytes, *, json: bool = False) -> bool:
    """Whether the value that stands under a name, both decoded, is secret."""
    verdict = _verdict(name, json)
    if verdict is _Verdict.HARMLESS or says_nothing(value) or _LINK.match(value):
        return False
    if verdict is _Verdict.SECRET:
        return True
    words = name_words(name)
    if words[-1:] == ("pass",) or words == ("pw",):
        return len(value) >= 6 and not value.isdigit()
    if words[-1:] in (("pin",), ("puk",)):
        return _PIN.match(value) is not None
    if words[-2:] == ("secret", "id"):  # of a role in Vault; others call an address so
        return _UUID.match(value) is not None
    if words[-1:] == ("mnemonic",) and _PHRASE.match(value):
        return True
    if words[-1:] == ("token",) and _SHORT_TOKEN.match(value):
        return True
    if words[-1:] == ("sig",) and _SHORT_SIGNATURE.match(value) and not is_wordy(value):
        return True
    if words[-2:] == ("stream", "name"):  # the key to a stream of YouTube; others name their streams
        return _STREAM_KEY.match(value) is not None
    if words[-2:] == ("session", "state") and is_wordy(value):
        return False  # what a session is doing
    if words[-1:] in (("key",), ("code",), ("ticket",), ("session",)) and _is_path(value):
        return False
    return looks_like_a_token(value)


def _is_path(value: bytes) -> bool:
    """Whether a value is a path, a host, or words: base64 may hold a slash too, but no words."""
    if _FILE_LIKE.match(value):
        return True
    pieces = _SLASH.split(value)
    if len(pieces) == 1 or value.endswith(b"="):
        return False
    return any(len(each) >= 4 and is_wordy(each) for each in pieces) or not any(map(_MIXED.match, pieces))


def is_label(name: bytes, value: bytes) -> bool:
    """Whether a value is what people read beside a field: `Enter your password` under `login.password`."""
    if b" " not in value or not _LABEL.match(value):
        return False  # one word may be a bad password
    words, said = name_words(name), value.lower()
    return any(begin in said for begin in _PASSWORDS) or bool(words and words[-1][:5].encode() in said)


def is_wordy(value: bytes) -> bool:
    """Whether a value is made of words, dates and versions, as the names of states and kinds are: `LOGIN_SUCCESS_001`."""
    if len(value) > 80:
        return False
    return bool(_DATE.match(value) or (_WORDY.match(value) and _VOWEL.search(value)))


def says_nothing(value: bytes) -> bool:
    """Whether a value is empty or a word of a language, such as true, that hides nothing."""
    return not value or value.strip().lower() in _NOTHING


def looks_like_a_token(value: bytes) -> bool:
    """Whether a value is long and mixed, as words and numbers are not."""
    return _TOKEN.match(value) is not None
