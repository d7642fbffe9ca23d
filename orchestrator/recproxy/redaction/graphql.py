"""Secrets of a GraphQL request: arguments in the text of a query, and the variables that a query passes on.

Finds spans, masks nothing.
"""

from __future__ import annotations

from collections.abc import Iterator

from recproxy.lazy.patterns import lazy_pattern
from recproxy.recording.json_reader import RECORDED_TOKEN
from recproxy.redaction.names import is_secret, may_be_secret
from recproxy.redaction.spans import Span, wild_name
from recproxy.redaction.views import json_unescaped

__all__ = ["argument", "of_a_password", "passed_names", "passed_variables", "variables_of"]

_ARGUMENT = lazy_pattern(rb"([A-Za-z_][A-Za-z0-9_]*)\s*:\s*(\\*\")((?:[^\"\\]|\\(?!\"))*)(?=\\*\")")
_WORD = lazy_pattern(rb"[A-Za-z0-9_]*\Z")
_FIELD = lazy_pattern(rb"[pP]assword\s{0,20}\(")
_WIDE = 1000  # bytes of the arguments of a field
_OF_FIELD = frozenset(b"old new current previous value from to confirm repeat confirmation".split())
_PASSED = lazy_pattern(rb"([A-Za-z_][A-Za-z0-9_]*)\s*:\s*\$([A-Za-z_][A-Za-z0-9_]*)")
_VARIABLES = lazy_pattern(rb"\"variables\"\s*:\s*(?=\{)")
_FAR = 60  # bytes of a name


#: A block string, and the value of a variable that is not passed.
_BLOCK = lazy_pattern(rb"([A-Za-z_][A-Za-z0-9_]*)\s*:\s*((?:\\*\"){3})((?:(?!\2)[\s\S]){1,20000}?)\2")
_DEFAULT = lazy_pattern(
    rb"([A-Za-z_][A-Za-z0-9_]*)\s*:\s*\[?[A-Za-z_][A-Za-z0-9_]*!?\]?!?\s*=\s*(\\*\")((?:[^\"\\]|\\(?!\"))*)(?=\\*\")"
)


def argument(text: bytes, at: int) -> Span | None:
    """The value of an argument whose name stands at a place: `login(password: "...")`."""
    low = max(0, at - _FAR)
    word = _WORD.search(text, low, at)
    for form in (_BLOCK, _ARGUMENT, _DEFAULT):
        found = form.match(text, word.start() if word else at)
        if found and found[3].strip() and is_secret(found[1], found[3].strip()):
            start = found.start(3) + found[3].index(found[3].strip())
            value = found[3].strip()
            return Span(start, start + len(value), "json", wild_name(found[1]), value=value)
    return None


def of_a_password(text: bytes) -> Iterator[Span]:
    """The strings that a field sets or checks a password with: `changePassword(old: "...", new: "...")`."""
    for field in _FIELD.finditer(text):
        end = text.find(b")", field.end(), field.end() + _WIDE)
        for found in _ARGUMENT.finditer(text, field.end(), end) if end >= 0 else ():
            if found[3] and found[1].lower() in _OF_FIELD:
                yield Span(*found.span(3), "json", wild_name(found[1]), value=found[3])


def passed_variables(text: bytes) -> Iterator[Span]:
    """The values of variables that a document passes on under a secret name: `login(password: $p)` with `{"p": "..."}`.

    A body may hold several operations with variables of their own.
    """
    names = passed_names(text)
    if names:
        ends: list[int] = []
        for found in _VARIABLES.finditer(text):
            if not ends or found.start() >= ends[-1]:  # an object in it is no operation
                yield from _values(text, found.end(), names, ends)


def variables_of(names: dict[bytes, bytes], variables: bytes) -> Iterator[Span]:
    """The same where the variables are a text of their own, as they are in a URL."""
    return _values(variables, 0, names) if names else iter(())


def passed_names(text: bytes) -> dict[bytes, bytes]:
    """The secret names of arguments by the variables they get."""
    return {found[2]: found[1] for found in _PASSED.finditer(text) if may_be_secret(found[1])}


def _values(text: bytes, at: int, names: dict[bytes, bytes], ends: list[int] | None = None) -> Iterator[Span]:
    """The scalars of the members of an object that have such names; objects in it may have equal names."""
    depth, key, is_key = 0, b"", False
    for found in RECORDED_TOKEN.finditer(text, at):
        mark, raw = found[2], found[1]
        if ends is not None:
            ends[:] = [found.end()]
        if mark is not None:
            depth += (mark in b"{[") - (mark in b"}]")
            if depth <= 0:
                return
            is_key = depth == 1 and mark in b"{,"
        elif is_key and raw is not None:
            key, is_key = raw, False
        elif key in names:
            quoted = raw is not None
            value = json_unescaped(raw).text if raw is not None else found[3]
            if is_secret(names[key], value):
                start, end = found.span(1 if quoted else 3)
                yield Span(start, end, "json", wild_name(names[key]), "text" if quoted else "scalar", value=value)
