"""What stands in a secret's place: the wild word in a request, something of the same shape in a response.

Every mask is fixed by the word and the form of what it hides, never by its content, and masking a mask changes
nothing. A mask holds only letters that need no escape in any text it may stand in.
"""

from __future__ import annotations

import base64
import re

from recproxy.lazy.patterns import lazy_pattern
from recproxy.recording.fresh_names import FRESH_ENDINGS
from recproxy.redaction.kept_shapes import NO_SHAPES, KeptShapes
from recproxy.redaction.shape_table import JWT
from recproxy.redaction.spans import Span

__all__ = [
    "ENDING",
    "ending_of",
    "has_shape",
    "is_mask",
    "is_partly_public",
    "request_mask",
    "response_mask",
    "stand_in",
]

#: What the name of a wild place may end in: a number that makes it unique, and of which shape the value is.
ENDING = lazy_pattern(rf"(?:\.[0-9]+)?(?P<shape>\.(?:jwt|number|email|uuid|{FRESH_ENDINGS}))?\Z")
_NO_UUID = b"00000000-0000-0000-0000-000000000000"
_NUMBER = lazy_pattern(rb"-?[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?\Z")
_DIGITS = lazy_pattern(rb"[0-9]+\Z")
_EMAIL = lazy_pattern(rb"[^@\s]+@[^@\s]+\.[^@\s]+\Z")
_UUID = lazy_pattern(rb"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}\Z")
_JWT = lazy_pattern(JWT + rb"\Z")
#: Tokens of which clients take a public part: Twitter's begin with the user's number, Telegram's with the bot's,
#: Stripe's client secrets with the id of what they are for, and Mailchimp's keys end with the data center.
_PARTLY_PUBLIC = lazy_pattern(
    rb"(?P<before>[0-9]{5,20}-)(?=[0-9a-z]*[A-Z])(?=[0-9A-Z]*[a-z])[0-9A-Za-z]{40}\Z"
    rb"|(?P<bot>[0-9]{8,10}:)AA[0-9A-Za-z_-]{33}\Z"
    rb"|(?P<object>(?:pi|seti|cs|src|vs|in)(?:_test|_live)?_[0-9A-Za-z]{8,}_secret_)[0-9A-Za-z_]{8,}\Z"
    rb"|[0-9a-f]{32}(?P<after>-us[0-9]{1,2})\Z"
)
_PUBLIC_PART = lazy_pattern(
    rb"[0-9]{5,20}[-:]|-us[0-9]{1,2}|(?:pi|seti|cs|src|vs|in)(?:_test|_live)?_[0-9A-Za-z]{8,}_secret_"
)

#: What a shape of a profile keeps in front of the letters that it masks one by one.
_KEPT = lazy_pattern(rb"(?:[0-9A-Za-z]+[_-])+\Z")
_LEAST_RUN = 6  # letters of a mask: fewer may be the end of a word


def _jwt(word: bytes) -> bytes:
    """A JWT that parses, says so that it is none, and does not expire while anybody replays it."""
    parts = (
        b'{"alg":"none","typ":"JWT"}',
        b'{"iss":"https://example.com","sub":"%s","aud":"%s","iat":0,"exp":4102444800}' % (word, word),
        word,
    )
    return b".".join(base64.urlsafe_b64encode(part).rstrip(b"=") for part in parts)


def is_mask(value: bytes, word: bytes) -> bool:
    """Whether a value is made of wild words, as a recording has them."""
    if word not in value:
        return value == _jwt(word)
    if _is_run(value, word):
        return True
    rest = re.sub(re.escape(word) + rb"(?:\[[A-Za-z0-9_.-]+\])?", b"", value)
    return rest in (b"", b":", b"@example.com") or (
        len(rest) + len(word) == len(value) and _PUBLIC_PART.fullmatch(rest) is not None
    )


def _is_run(value: bytes, word: bytes) -> bool:
    """Whether a value is one letter of the word again and again, as a shape masks it, behind what a shape may keep.

    It is told without the shape: whoever scans a recording need not have the profile that it was made with.
    """
    letter = word[:1]
    kept = value.rstrip(letter)
    if word.strip(letter):
        return False
    return not kept or (len(value) - len(kept) >= _LEAST_RUN and _KEPT.match(kept) is not None)


def request_mask(span: Span, word: bytes) -> bytes:
    """The mask of a place in a request: anything fits it."""
    return b'"%s"' % word if span.kind == "scalar" else word


def response_mask(span: Span, word: bytes, raw: bytes, shapes: KeptShapes = NO_SHAPES) -> bytes:
    """The mask of a place in a response: a program can still read it as what it was."""
    if span.replacement is not None:
        return span.replacement
    if span.kind == "text" and (kept := shapes.masked(span.value or raw, word, raw)) is not None:
        return kept
    if span.kind == "scalar":
        return _zeros(raw) if _NUMBER.match(raw) else b'"%s"' % word
    return shaped(span.value or raw, word) if span.kind == "text" else word


def shaped(value: bytes, word: bytes) -> bytes:
    """A value of the same shape without its content; the word where the shape is of no account."""
    if _JWT.match(value):
        return _jwt(word)
    if _DIGITS.match(value):
        return _zeros(value)
    if _EMAIL.match(value):
        return word + b"@example.com"
    if _UUID.match(value):
        return re.sub(rb"[^-]", b"0", value)
    if found := _PARTLY_PUBLIC.match(value):
        return (found["before"] or found["bot"] or found["object"] or b"") + word + (found["after"] or b"")
    return word


def is_partly_public(value: bytes) -> bool:
    """Whether a part of a secret says whom it is for and stays. It has no name then: a replay fills in whole values."""
    return _PARTLY_PUBLIC.match(value) is not None


def _zeros(number: bytes) -> bytes:
    """A number of the same length. JSON allows no zero in front of others."""
    zeros = re.sub(rb"[0-9]", b"0", number)
    return re.sub(rb"\A(-?)0(?=0)", rb"\g<1>1", zeros)


def has_shape(value: bytes, word: bytes) -> bool:
    """Whether a plain word would not do in a value's place."""
    return shaped(value, word) != word


def stand_in(name: str, word: str = "XXX") -> bytes:
    """A value for a wild place whose `name` nobody bound: of the shape that the name's ending tells, else the word."""
    if name.endswith(".jwt"):
        return _jwt(word.encode())
    if name.endswith(".email"):
        return word.encode() + b"@example.com"
    return _NO_UUID if name.endswith(".uuid") else word.encode()


def ending_of(value: bytes) -> str:
    """What a name has at its end, so that something of the value's shape stands in where nobody bound it."""
    if _JWT.match(value):
        return ".jwt"
    if _EMAIL.match(value):
        return ".email"
    return ".uuid" if _UUID.match(value) else ""
