"""Secrets that a text tells in words: `Your password is: abc123`, `logged in with token abc123...`, a login by position.

What stands behind such words is a value only if it is no word itself. Finds spans, masks nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice

from recproxy.lazy.patterns import lazy_pattern
from recproxy.redaction.name_rules import NameHits
from recproxy.redaction.names import is_label, is_wordy, looks_like_a_token
from recproxy.redaction.placeholders import is_placeholder
from recproxy.redaction.spans import Span, wild_name

__all__ = ["CALLS", "login_spans", "told_spans"]

_TOLD = lazy_pattern(
    rb"(?i)(password|passphrase|passcode|passwort|kennwort|token|key|secret)"
    rb"(?: (?:for|of) [a-z0-9@._-]{1,40})?((?: is| was| will be|:)(?: now)?:?)?[ \t]{1,3}(?:\\?[\"'`]|\*{1,2}|<b>)?"
    rb"([^\s\"'`<>\\,;()|*]{6,}?)[.!]?(?=[\s\"'`<>\\,;()|*]|\Z)"
)
#: The letters that such a word begins with.
_FIRST = b"PpTtKkSs"
#: Who is told: `Your password:`, `The temporary password is`. Then a value may be a word, if it stands by itself.
_WHOSE = lazy_pattern(
    rb"(?i)(?:(?<![a-z])|(?<=\\[nrt]))(?:your|temporary|temp|initial|generated|one-time)(?: [a-z-]{2,12}){0,2} \Z"
)
_WORD = rb"([^\s\"'`<>\\,;()|*]{6,64}?)"
_TOLD_WORD = lazy_pattern(
    rb"(?i)(?:password|passphrase|passcode)(?:(?: is)?:[ \t]*(?:(?:\r?\n|(?:\\r)?\\n)[ \t]*){0,2}| (?:is|was|will be) (?=[\"'`*<\\]))"
    rb"(?:(?:\\?[\"'`]|\*{1,2}|<(?:b|strong|code)>)" + _WORD + rb"(?:\\?[\"'`]|\*{1,2}|</)"
    rb"|" + _WORD + rb"[.!]?[ \t]*(?=[\r\n\"<]|\\[rn]|\Z))"
)
#: What is said of a password, and is none.
_STATES = frozenset(
    b"optional required incorrect invalid correct wrong missing hidden changed unchanged expired forgotten protected secure "
    b"enabled disabled strong medium weak empty unknown updated confirmed accepted rejected password secret unset masked "
    b"encrypted hashed stored private cannot please minimum default example reset set sent".split()
)
#: Who says it of a value that may be words with digits: `my password is Word_word12`.
_OWNER = lazy_pattern(rb"(?i)(?:(?<![a-z])|(?<=\\[nrt]))(?:my|our|his|her|their|your)(?: [a-z-]{2,12}){0,2} \Z")
_RULE = lazy_pattern(
    rb"(?i)[0-9]+[ _-]?(?:[a-z]+[ _-])?(?:char|letter|digit|symbol|word|bit|byte|day|hour|min)|(?:sha|md|utf|base|bcrypt|pbkdf|argon|aes|rot)[-_]?[0-9]"
)
_WORD_FIRST = lazy_pattern(rb"[^A-Za-z]")
_DIGIT = lazy_pattern(rb"[0-9]")
#: One of these is in a text of calls.
CALLS = (b'"params"', b"<methodName>")
#: A call that logs in: JSON-RPC and XML-RPC.
_LOGIN = rb"(?:[A-Za-z0-9_.]{0,60}[._])?(?:log_?[io]n|sign_?in|authenticate|auth)"
_METHOD = lazy_pattern(rb"\"method\"\s*:\s*\"" + _LOGIN + rb"\"", re.IGNORECASE)
_PARAMS = lazy_pattern(rb"\"params\"\s*:\s*\[")
_STRINGS = lazy_pattern(rb"\s*\"((?:[^\"\\]|\\.)*+)\"\s*([,\]])", re.DOTALL)
_XML_METHOD = lazy_pattern(rb"<methodName>\s*" + _LOGIN + rb"\s*</methodName>", re.IGNORECASE)
#: Calls whose password stands behind a name: of Odoo, and of the programs that write to WordPress.
_ODOO = lazy_pattern(
    rb"\"service\"\s*:\s*\"(?:common|object)\"[^{}]{0,200}?\"args\"\s*:\s*\[\s*\"[^\"\\]*\"\s*,"
    rb"\s*(?:\"[^\"\\]*\"|[0-9]+)\s*,\s*\"([^\"\\]{3,})\""
)
_XML_CALL = lazy_pattern(
    rb"<methodName>\s*((?:wp|metaWeblog|blogger|mt)\.[A-Za-z.]{2,40}|execute_kw|execute)\s*</methodName>"
)
#: The place of the password among the arguments; in others it is the third one, and in Blogger's the fourth.
_PASSWORD_AT = {b"wp.getUsersBlogs": 1}
_XML_VALUE = lazy_pattern(rb"<value>\s*(?:<[a-z0-9]{2,8}>)?([^<>]*?)(?:</[a-z0-9]{2,8}>)?\s*</value>")
_XML_STRING = lazy_pattern(rb"<value>\s*(?:<string>)?([^<>]+?)(?:</string>)?\s*</value>")


def _of_odoo(text: bytes) -> Iterator[Span]:
    """The password among the arguments of a call to a service: a database, a user, a password."""
    for call in _ODOO.finditer(text):
        yield Span(*call.span(1), "json", "password", value=call[1])


def _of_wordpress(text: bytes) -> Iterator[Span]:
    """The password behind the user's name in a call of WordPress, Blogger or Odoo."""
    for call in _XML_CALL.finditer(text):
        said = [found.span(1) for found in islice(_XML_VALUE.finditer(text, call.end(), call.end() + 1500), 5)]
        at = _PASSWORD_AT.get(call[1], 3 if call[1].startswith(b"blogger") else 2)
        if len(said) > at:
            start, end = said[at]
            if text[start:end].strip():
                yield Span(start, end, "markup", "password", value=text[start:end])


def told_spans(text: bytes, hits: NameHits) -> Iterator[Span]:
    """The values behind words; `hits` are the places where letters of names stand."""
    for _, start, _ in hits:
        if text[start] not in _FIRST:
            continue
        before = text[start - 1 : start]
        if before.isalnum() or before in (b"_", b"-", b"=", b"/", b"&", b"?", b"."):
            continue
        yield from _told_word(text, start)
        found = _TOLD.match(text, start)
        if found is None:
            continue
        name, value = found[1], found[3]
        random = looks_like_a_token(value) and not is_wordy(value)
        short = found[2] is not None and name[:1] in b"pP" and (not is_wordy(value) or _is_owned(text, start, value))
        if _DIGIT.search(value) and (random or short) and b"://" not in value and not is_placeholder(value):
            yield Span(*found.span(3), "text", wild_name(name.lower()), value=value)


def _is_owned(text: bytes, start: int, value: bytes) -> bool:
    """Whether words with digits are somebody's password, and say nothing of one: `your password is 8-characters long`."""
    if _RULE.match(value) or _WORD_FIRST.split(value)[0].lower() in _STATES:
        return False
    return _OWNER.search(text, max(0, start - 40), start) is not None


def _told_word(text: bytes, start: int) -> Iterator[Span]:
    """A password that is a word, in a text to the one whose it is: by itself at the end of a line, or marked."""
    if text[start : start + 4].lower() != b"pass" or not _WHOSE.search(text, max(0, start - 40), start):
        return
    found = _TOLD_WORD.match(text, start)
    if found is not None:
        group = found.lastindex or 1
        value = found[group]
        is_name = value.isupper() or value.lower() in _STATES or is_placeholder(value) or value.endswith(b":")
        if not is_name and b"://" not in value:
            yield Span(*found.span(group), "text", "password", value=value)


def login_spans(text: bytes) -> Iterator[Span]:
    """The arguments of a call that logs in, but for the first, which says who."""
    if CALLS[0] in text:
        for method in _METHOD.finditer(text):
            begun = _PARAMS.search(text, method.end(), method.end() + 200)
            if begun is None:
                begun = next(
                    iter(list(_PARAMS.finditer(text, max(0, method.start() - 400), method.start()))[-1:]), None
                )
            at, first = begun.end() if begun else len(text), True
            while (found := _STRINGS.match(text, at)) is not None:
                if not first and found[1] and not is_label(b"password", found[1]):
                    yield Span(*found.span(1), "json", "password", value=found[1])
                at, first = found.end(), False
                if found[2] == b"]":
                    break
        yield from _of_odoo(text)
    if CALLS[1] in text:
        yield from _of_wordpress(text)
        for method in _XML_METHOD.finditer(text):
            end = text.find(b"<methodName>", method.end(), method.end() + 4000)
            end = method.end() + 4000 if end < 0 else end
            for number, found in enumerate(_XML_STRING.finditer(text, method.end(), end)):
                if number:
                    yield Span(*found.span(1), "markup", "password", value=found[1])
