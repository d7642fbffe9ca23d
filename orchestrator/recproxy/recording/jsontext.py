"""JSON on one line and the same JSON made to be read.

Works on the text, not on values: numbers keep their spelling, repeated keys and their order stay. Only white space
changes, and, in a body that escapes all of Unicode, the escapes of characters a reader would rather see. Knows
nothing of where a body stands.
"""

from __future__ import annotations

import json
import re

from recproxy.lazy.patterns import lazy_pattern
from recproxy.recording.json_reader import check_json, strings_apart, strings_joined
from recproxy.recording.wildcard import NAME

__all__ = ["STYLES", "compact", "indented", "pretty"]

#: What a one-line form may be besides compact UTF-8. `ascii` and `ascii-upper` exclude each other.
STYLES = ("spaced", "ascii", "ascii-upper", "newline")

_SHORT = 80  # columns that a line may have before it is worth breaking
_DEEP = 64  # levels; below them indentation would outgrow the text
_BREAKS = tuple("\n" + "  " * depth for depth in range(_DEEP + 1))
_NEXT = tuple("," + each for each in _BREAKS)
_BRACKETS = lazy_pattern(r"([\[\]{}][\[\]{},]*)")
_BETWEEN = "\0"  # stands for a string; no JSON holds it
_NAMED = str.maketrans("[]", "\1\2")  # brackets of a wildcard's name: they begin and end no list
_UNNAMED = str.maketrans("\1\2", "[]")
_BLANK = " ", "\t", "\r", "\n"
_ESCAPE = lazy_pattern(r"\\(?:u([dD][89abAB][0-9a-fA-F]{2})\\u([dD][c-fC-F][0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|.)")
_WIDE = lazy_pattern(r"[^\x00-\x7f]")
#: Characters better seen as an escape: controls, spaces of odd width, joiners, direction marks, lone surrogates.
_HIDDEN = lazy_pattern(
    "[\x00-\xa0\xad\u061c\u115f-\u1160\u17b4-\u17b5\u180b-\u180f\u2000-\u200f\u2028-\u202f\u205f-\u206f\u3000\u3164\ud800-\udfff\ufe00-\ufe0f\ufeff\uffa0\ufff0-\uffff\U000e0000-\U0010ffff]"
)


def pretty(body: bytes, wild: str | None = None) -> tuple[tuple[str, ...], bytes] | None:
    """The words of the style that a JSON body has, and its text over several lines.

    The wild word, where given, may stand where a value may.

    None where the body is short, is no JSON on one line, or could not be made again byte for byte from these two.
    """
    core = body.removesuffix(b"\n")
    if len(core) <= _SHORT or core[0] not in b"{[" or core[-1] not in b"}]" or b"\n" in core:
        return None
    try:
        text = core.decode()
        check_json(text, wild)
    except ValueError:
        return None
    parts = strings_apart(text)
    between = _BETWEEN.join(parts[::2])
    tight = _without_blanks(between)
    broken = _broken(tight, wild)
    if broken is None or between not in (tight, _spaced(tight)):
        return None
    spacing = () if between == tight else ("spaced",)
    parts[::2] = broken.split(_BETWEEN)
    escapes, shown = _unescaped(strings_joined(parts))
    ending = ("newline",) if len(core) != len(body) else ()
    return (*spacing, *escapes, *ending), shown.encode()


def compact(text: bytes, style: tuple[str, ...], wild: str) -> bytes:
    """The body that JSON text stands for in a style. The wild word may stand where a value may.

    Raises ValueError, with the line within the text as its second argument, where the text is no JSON.
    """
    try:
        string = text.decode()
        check_json(string, wild)
    except json.JSONDecodeError as error:
        raise ValueError(error.msg.lower(), error.lineno) from None
    parts = strings_apart(string)
    between = _without_blanks(_BETWEEN.join(parts[::2]))
    parts[::2] = (_spaced(between) if "spaced" in style else between).split(_BETWEEN)
    found = strings_joined(parts)
    if "ascii" in style or "ascii-upper" in style:
        found = _escaped(found, "04x" if "ascii" in style else "04X")
    return found.encode() + (b"\n" if "newline" in style else b"")


def indented(body: bytes, wild: str) -> str | None:
    """A JSON object or list as a person reads it, over several lines. The wild word may stand where a value may.

    None where the body is no such JSON, or is nested too deeply for that.
    """
    core = body.strip()
    if core[:1] not in (b"{", b"[") or core[-1:] not in (b"}", b"]"):
        return None
    try:
        text = core.decode()
        check_json(text, wild)
    except ValueError:
        return None
    parts = strings_apart(text)
    broken = _broken(_without_blanks(_BETWEEN.join(parts[::2])), wild)
    if broken is None:
        return None
    parts[::2] = broken.split(_BETWEEN)
    return strings_joined(parts)


def _without_blanks(between: str) -> str:
    for blank in _BLANK:
        between = between.replace(blank, "")
    return between


def _spaced(between: str) -> str:
    return between.replace(",", ", ").replace(":", ": ")


def _broken(between: str, wild: str | None) -> str | None:
    """What stands between the strings of a valid text, without blanks, over several lines that are indented by two.

    None where it is nested too deeply for that. Brackets in a row repeat: each row is made once for a depth.
    """
    start = f"{wild}["
    is_named = wild is not None and start in between
    if is_named:
        between = re.sub(rf"{re.escape(start)}{NAME}\]", lambda found: found[0].translate(_NAMED), between)
    first, *rest = _BRACKETS.split(between.replace(":", ": "))
    shown = [first]
    made: list[dict[str, tuple[str, int]]] = [{} for _ in _BREAKS]
    depth = 0
    pieces = iter(rest)
    for brackets, run in zip(pieces, pieces, strict=True):
        found = made[depth].get(brackets)
        if found is None:
            found = made[depth][brackets] = _broken_brackets(brackets, depth)
        text, depth = found
        if depth > _DEEP:
            return None
        shown.append(text)
        if run:
            shown.append(run.replace(",", _NEXT[depth]))
    text = "".join(shown)
    return text.translate(_UNNAMED) if is_named else text


def _broken_brackets(brackets: str, depth: int) -> tuple[str, int]:
    """Brackets and commas in a row that begin at a depth, over several lines, and the depth behind them.

    Where that is ever too deep, it is so behind them.
    """
    shown: list[str] = []
    before = ""
    for each in brackets:
        if each in "[{":
            depth += 1
            if depth > _DEEP:
                break
            shown += each, _BREAKS[depth]
        elif each == ",":
            shown.append(_NEXT[depth])
        else:
            depth -= 1
            if before and before in "[{":  # nothing is in it
                shown[-1] = each
            else:
                shown += _BREAKS[depth], each
        before = each
    return "".join(shown), depth


def _unescaped(text: str) -> tuple[tuple[str, ...], str]:
    """The text with its escapes shown as characters, and the word that says how to make them again.

    Where that would not give the same text, none and the text as it was.
    """
    if "\\u" not in text or not text.isascii():
        return (), text
    shown = _ESCAPE.sub(_character, text)
    if shown != text:
        for word, form in (("ascii", "04x"), ("ascii-upper", "04X")):
            if _escaped(shown, form) == text:
                return (word,), shown
    return (), text


def _character(found: re.Match[str]) -> str:
    high, low, single = found.groups()
    if high is not None:
        character = chr(0x10000 + ((int(high, 16) - 0xD800) << 10) + int(low, 16) - 0xDC00)
    elif single is not None:
        character = chr(int(single, 16))
    else:
        return found[0]
    return found[0] if _HIDDEN.match(character) else character


def _escaped(text: str, form: str) -> str:
    def escape(found: re.Match[str]) -> str:
        units = found[0].encode("utf-16-be")
        return "".join(f"\\u{int.from_bytes(units[at : at + 2], 'big'):{form}}" for at in range(0, len(units), 2))

    return _WIDE.sub(escape, text)
