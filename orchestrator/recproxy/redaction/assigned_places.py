"""Secrets in assignments, wherever they stand in a line or in a string of JSON: `API_TOKEN=...`.

A setting that is a line or a string by itself goes to its end and may hold blanks; one in the middle of a line of a log
or of a command ends at the next blank. Finds spans, masks nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from recproxy.lazy.patterns import lazy_pattern
from recproxy.redaction.name_rules import NameHits
from recproxy.redaction.names import is_label, is_secret, is_wordy, looks_like_a_token, may_be_secret
from recproxy.redaction.placeholders import is_placeholder
from recproxy.redaction.prose import is_prose
from recproxy.redaction.random_values import is_random
from recproxy.redaction.spans import Span, wild_name

__all__ = ["assigned_in_json", "assigned_in_lines"]

_FAR = 64  # bytes of a name
_LETTERS = lazy_pattern(rb"[A-Za-z0-9_.-]*")
_TO_EQUALS = lazy_pattern(rb"([A-Za-z0-9_.-]*) ?=")
#: What stands between the beginning of a line and the name of a setting.
_BEFORE = (
    rb"[ \t]*(?:-[ \t]+)?(?:\\?[\"'])?"
    rb"(?:(?:declare -x|export|setx?|env|ENV|ARG|local|readonly|Environment|-e|--env|--build-arg|--set)[ =]+(?:\\?[\"'])?)?\Z"
)
_BEGINS = {
    False: lazy_pattern(rb"(?:\A|[\r\n])" + _BEFORE),
    True: lazy_pattern(rb"(?:\"|\\n|\\r)" + _BEFORE),
}
#: What may stand before one in the middle of a line.
_BETWEEN = lazy_pattern(rb"(?:(?:[ \t,;(\[|\"'=]|\\t|\\\")-{0,2}|--from-literal=|/:)\Z")
#: A placeholder with words for people behind it.
_TEMPLATE = lazy_pattern(rb"<|\$|\{\{|%[A-Z]|YOUR|your")
_CODE = lazy_pattern(rb"[A-Za-z_$][A-Za-z0-9_$]*(?:(?:\.|::|->)[A-Za-z_$][A-Za-z0-9_$]*)+\Z")
#: What the members of an object begin with.
_OBJECTS = frozenset(
    b"self this cls it var local module each data config conf cfg settings options opts args kwargs params props env os process "
    b"user account req request res response resp ctx context app event state session secrets form body input item row obj".split()
)

_WHOLE = {
    False: lazy_pattern(
        rb"(?:(?<=[ ])=[ ]|=)(?:\"([^\"\r\n]+)\"|'([^'\r\n]+)'|(\{\"[^\r\n]*\})|([^\s\"'][^\r\n\"]*[^\s\"'\\]))[ \t]*[\"']?(?=\r|\n|\Z)"
    ),
    True: lazy_pattern(
        rb"(?:(?<=[ ])=[ ]|=)(?:\\\"((?:[^\"\\\r\n]|\\/)+)\\\"|'((?:[^'\"\\\r\n]|\\/)+)'|(\{\\\"(?:[^\"\\\r\n]|\\[^nr])*\})|((?:[^\s\"\\']|\\/)(?:[^\"\\\r\n]|\\/)*))(?=\\?\"|'\"|\\[nr])"
    ),
}
_IN_LINE = {
    False: lazy_pattern(rb"=(?:\"([^\"\r\n]+)\"|'([^'\r\n]+)'|([^\s\"'&;,<>(){}\[\]|]+)(?=[\s\"'&;,<>)}\]|]|\Z))"),
    True: lazy_pattern(
        rb"=(?:\\\"((?:[^\"\\\r\n]|\\/)+)\\\"|'((?:[^'\"\\\r\n]|\\/)+)'|"
        rb"((?:[^\s\"\\'&;,<>(){}\[\]|]|\\/)+)(?=[\s\"\\'&;,<>)}\]|]|\Z))"
    ),
}

#: What stands behind a value that is not in a call; in JSON the string may end.
_ENDS = frozenset((b"", b" ", b"\t", b"\r", b"\n", b'"', b"\\"))


def assigned_in_json(text: bytes, hits: NameHits) -> Iterator[Span]:
    """The settings in strings of JSON: `["API_TOKEN=..."]`, in the text of a file, in a line of a log."""
    return _assigned(text, hits, in_json=True)


def assigned_in_lines(text: bytes, hits: NameHits) -> Iterator[Span]:
    """The settings of a text that a line has beside others."""
    return _assigned(text, hits, in_json=False)


def _assigned(text: bytes, hits: NameHits, *, in_json: bool) -> Iterator[Span]:
    done = 0
    for _, start, end in hits:
        if start < done or (rest := _TO_EQUALS.match(text, end, end + _FAR)) is None:
            continue
        done, equals, stop = rest.end(), rest.end() - 1, rest.end(1)
        # From the end backwards, since a search from the beginning would try each letter.
        before = _LETTERS.match(text[max(0, start - _FAR) : start][::-1])
        begin = start - (before.end() if before else 0)
        key = text[begin:stop]
        if in_json and text[begin - 1 : begin] == b"\\" and key[:1] in b"nrt":
            begin, key = begin + 1, key[1:]  # the letter of an escape
        dashes = len(key) - len(key.lstrip(b"-"))
        begin, key = begin + dashes, key[dashes:]
        if not may_be_secret(key):
            continue
        found = None
        if _BEGINS[in_json].search(text, max(0, begin - _FAR), begin):
            found = _of_line(key, _WHOLE[in_json].match(text, equals))
        if found is None and stop == equals and (not begin or _BETWEEN.search(text, max(0, begin - 20), begin)):
            found = _in_line(key, _IN_LINE[in_json].match(text, equals), text[max(0, begin - 1) : begin])
        if found is None:
            continue
        group = found.lastindex or 1
        done = found.end()
        yield Span(
            *found.span(group),
            "json" if in_json else "text",
            wild_name(key.lower()),
            value=found[group].replace(b"\\/", b"/") if in_json else found[group],
        )


def _is_member(value: bytes) -> bool:
    """Whether words with points between are a member of an object, and no password: `self.password2`."""
    first, *rest = re.split(rb"\W+", value)
    return first.lower() in _OBJECTS or any(map(may_be_secret, rest))


def _of_line(key: bytes, found: re.Match[bytes] | None) -> re.Match[bytes] | None:
    """A setting that is a line by itself. Names of variables are in capitals; others also name texts for people."""
    if found is None:
        return None
    value = found[found.lastindex or 1]
    if len(value) < 4 or not is_secret(key, value) or is_placeholder(value) or is_label(key, value):
        return None
    if value.startswith((b'{"', b'{\\"')):
        return found
    if b" " in value and (not key.isupper() or _TEMPLATE.match(value)):
        return None
    return None if b" " in value and is_prose(value) else found


def _in_line(key: bytes, found: re.Match[bytes] | None, before: bytes) -> re.Match[bytes] | None:
    """A setting among others: what is a word or code there is none."""
    if found is None:
        return None
    group = found.lastindex or 1
    value = found[group]
    if len(value) < 6 or not is_secret(key, value) or is_placeholder(value) or b" " in value:
        return None
    # `token=abc123....txt` names a file, and the names of variables are in capitals.
    if _CODE.match(value) and not key.isupper() and not is_random(value.partition(b".")[0]):
        behind = found.string[found.end() : found.end() + 1]
        if before.strip() or behind not in _ENDS or not is_secret(key, b"x") or _is_member(value):
            return None
    mixed = looks_like_a_token(value) or re.search(rb"[0-9]", value) is not None
    return found if mixed and (is_secret(key, b"x") or not is_wordy(value)) else None
