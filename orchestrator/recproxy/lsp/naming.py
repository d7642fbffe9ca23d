"""The changes that make a value of a recording a wildcard: `XXX`, or `XXX[name]` wherever its interaction has it. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from recproxy.recording import WILD
from recproxy.recording.dataclass import dataclass

__all__ = ["Naming", "namings"]

_SEPARATOR = re.compile(r"(?:={4}|={7})[ \t]*")
_BEGINS = re.compile(r"[A-Za-z][^\s:]* \S")
_STRING = re.compile(r'"((?:[^"\\]|\\.)*)"')
_KEY_BEFORE = re.compile(r'"((?:[^"\\]|\\.)*)"\s*:\s*\Z')
_PAIR = re.compile(r"([^?&=\s]+)=([^&\s#]+)")
_HEADER = re.compile(r"([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]+(?=\S)")
_WORD = re.compile(r"[A-Za-z0-9_.~%+-]+")
_NOT_IN_NAME = re.compile(r"[^A-Za-z0-9_.-]+")
#: A shorter value may stand elsewhere by chance.
_LEAST = 4


@dataclass(frozen=True, slots=True)
class Naming:
    """A change of a text: `title` says what it does, `places` are the start and end of what becomes `text`."""

    title: str
    text: str
    places: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class _Block:
    start: int
    end: int
    interaction: int
    is_request: bool
    wild: str


def namings(text: str, start: int, end: int) -> list[Naming]:
    """What can be made of a selection, or of the value at a place where both ends are equal; none outside of traffic.

    Args:
        text: of the recording.
        start: the place of the selection's first character.
        end: the place behind its last one.
    """
    blocks = list(_blocks(text))
    block = next((each for each in blocks if each.start <= start <= end <= each.end), None)
    place = _value(text, start, end) if block else None
    if block is None or place is None:
        return []
    first, last, name = place
    value, word = text[first:last], block.wild
    if not value.strip() or word in value or "\n" in value:
        return []
    named = f"{word}[{_unused(name, text, word)}]"
    own = [each for each in blocks if each.interaction == block.interaction]
    here = _places(text, value, own) if len(value) >= _LEAST else ()
    here = here if (first, last) in here else ((first, last),)
    found = [Naming(f"make this {named}{_elsewhere(here)}", named, here)]
    everywhere = (
        _places(text, value, [each for each in blocks if each.wild == word])
        if len(here) > 1 or len(value) >= _LEAST
        else here
    )
    if len(everywhere) > len(here) and set(here) <= set(everywhere):
        found.append(Naming(f"make this {named} in the whole recording, {len(everywhere)} places", named, everywhere))
    if block.is_request:
        found.append(Naming(f"make this {word}, which matches anything", word, ((first, last),)))
    return found


def _elsewhere(places: Sequence[tuple[int, int]]) -> str:
    return f", in {len(places)} places of this interaction" if len(places) > 1 else ""


def _blocks(text: str) -> Iterator[_Block]:
    """The requests, responses and conversations of a text: what stands between a first line and its separator."""
    place = start = interaction = 0
    is_open, is_request, wild = False, True, WILD
    for line in re.findall(r"[^\n]*\n|[^\n]+", text):
        bare = line.rstrip("\r\n")
        if _SEPARATOR.fullmatch(bare):
            if is_open:
                yield _Block(start, place, interaction, is_request, wild)
            is_open = len(bare.rstrip()) == 4  # a response begins at once
            is_request, wild, start = not is_open, WILD, place + len(line)
        elif not is_open and _BEGINS.match(bare):
            is_open, is_request, wild, start = True, True, WILD, place
            interaction += 1
        elif is_open and bare.startswith(":wild "):
            wild = bare[6:].strip() or WILD
        place += len(line)
    if is_open:
        yield _Block(start, len(text), interaction, is_request, wild)


def _value(text: str, start: int, end: int) -> tuple[int, int, str] | None:
    """The value that is meant, and a name for it: where it begins, and where it ends."""
    begin = text.rfind("\n", 0, start) + 1
    stop = text.find("\n", start)
    line = text[begin : stop if stop >= 0 else len(text)]
    if line.startswith(":") or end > begin + len(line):
        return None
    at = start - begin
    found = next(_candidates(line, at), None)
    if end > start:
        name = found[2] if found and found[0] <= at and end - begin <= found[1] else "value"
        return start, end, name
    return (begin + found[0], begin + found[1], found[2]) if found else None


def _candidates(line: str, at: int) -> Iterator[tuple[int, int, str]]:
    for found in _STRING.finditer(line):
        if found.start() <= at <= found.end() and not re.match(r"\s*:", line[found.end() :]):
            key = _KEY_BEFORE.search(line[: found.start()])
            yield found.start(1), found.end(1), key[1] if key else "value"
    for found in _PAIR.finditer(line):
        if found.start() <= at <= found.end():
            yield found.start(2), found.end(2), found[1]
    header = _HEADER.match(line)
    for found in re.finditer(r"\S+", line) if header else ():
        if header and found.start() <= at <= found.end() and found.start() >= header.end():
            yield found.start(), found.end(), header[1]
    for found in _WORD.finditer(line):
        if found.start() <= at <= found.end():
            key = _KEY_BEFORE.search(line[: found.start()])
            yield found.start(), found.end(), key[1] if key else "value"


def _places(text: str, value: str, blocks: Sequence[_Block]) -> tuple[tuple[int, int], ...]:
    """Where blocks have a value, not as a part of a longer word, and not in a directive."""
    expression = re.compile(rf"(?<![A-Za-z0-9_]){re.escape(value)}(?![A-Za-z0-9_])")
    return tuple(
        found.span()
        for block in blocks
        for found in expression.finditer(text, block.start, block.end)
        if text[text.rfind("\n", 0, found.start()) + 1] != ":"
    )


def _unused(name: str, text: str, word: str) -> str:
    """A name that the recording does not have yet."""
    plain = _NOT_IN_NAME.sub("_", name).strip("_") or "value"
    taken = set(re.findall(rf"{re.escape(word)}\[([A-Za-z0-9_.-]+)\]", text))
    names = (plain, *(f"{plain}_{number}" for number in range(2, len(taken) + 3)))
    return next(each for each in names if each not in taken)
