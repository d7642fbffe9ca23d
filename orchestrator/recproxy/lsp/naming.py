"""The changes that make a value of a recording a wildcard: `XXX`, or `XXX[name]` wherever its interaction has it. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from recproxy.lazy.dataclass import dataclass
from recproxy.lazy.patterns import lazy_pattern
from recproxy.play.text_blocks import maskable_rows
from recproxy.recording import WILD
from recproxy.recording.grammar import FIELD_NAME
from recproxy.recording.wildcard import NAME

__all__ = ["Naming", "namings"]

_SEPARATOR = lazy_pattern(r"(?:={4}|={7})[ \t]*")
_BEGINS = lazy_pattern(r"[A-Za-z][^\s:]* \S")
#: All of them are linear: no two matches begin in the same run of characters. The last string of a line may not end.
_STRING = lazy_pattern(r'"((?:[^"\\]|\\.)*+)\\?("|\Z)')
_PAIR = lazy_pattern(r"(?<![^?&=\s])([^?&=\s]++)=([^&\s#]++)")
_HEADER = lazy_pattern(rf"({FIELD_NAME.pattern.decode()}):[ \t]+(?=\S)")
_WORD = lazy_pattern(r"[A-Za-z0-9_.~%+-]+")
_NOT_IN_NAME = lazy_pattern(r"[^A-Za-z0-9_.-]+")
#: A shorter value may stand elsewhere by chance.
_LEAST = 4
#: Characters of a line in which a value is looked for: it takes a second for each 300,000, and an editor waits.
_LONGEST_LINE = 50_000


@dataclass(frozen=True, slots=True)
class Naming:
    """A change of a text: `title` says what it does, `places` are the start and end of what becomes `text`."""

    title: str
    text: str
    places: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class _Block:
    """A request or a response: `spans` are the parts that a wildcard may stand in, each of whole lines."""

    spans: tuple[tuple[int, int], ...]
    interaction: int
    is_request: bool
    wild: str

    def holds(self, start: int, end: int) -> bool:
        return any(first <= start and end <= last for first, last in self.spans)


def namings(text: str, start: int, end: int) -> list[Naming]:
    """What can be made of a selection, or of the value at a place where both ends are equal; none outside of traffic.

    Args:
        text: of the recording.
        start: the place of the selection's first character.
        end: the place behind its last one.
    """
    blocks = list(_blocks(text))
    block = next((each for each in blocks if each.holds(start, end)), None)
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
    place = interaction = 0
    is_open, is_request, wild = False, True, WILD
    spans: list[tuple[int, int]] = []
    lines = text.split("\n")
    maskable = maskable_rows(line.encode("utf-8", "replace") for line in lines)
    for line, is_maskable in zip(lines, maskable, strict=True):
        bare = line.rstrip("\r")
        if _SEPARATOR.fullmatch(bare):
            if is_open:
                yield _Block(tuple(spans), interaction, is_request, wild)
            is_open = len(bare.rstrip()) == 4  # a response begins at once
            is_request, wild, spans = not is_open, WILD, []
        elif not is_open and _BEGINS.match(bare):
            is_open, is_request, wild, spans = True, True, WILD, []
            interaction += 1
        elif is_open and not is_maskable and bare.startswith(":wild "):
            wild = bare[6:].strip() or WILD
        if is_open and is_maskable:
            first = spans.pop()[0] if spans and spans[-1][1] == place - 1 else place
            spans.append((first, place + len(line)))
        place += len(line) + 1
    if is_open:
        yield _Block(tuple(spans), interaction, is_request, wild)


def _value(text: str, start: int, end: int) -> tuple[int, int, str] | None:
    """The value that is meant, and a name for it: where it begins, and where it ends."""
    begin = text.rfind("\n", 0, start) + 1
    stop = text.find("\n", start)
    line = text[begin : stop if stop >= 0 else len(text)]
    if end > begin + len(line) or len(line) > _LONGEST_LINE:
        return None
    at = start - begin
    found = next(_candidates(line, at), None)
    if end > start:
        name = found[2] if found and found[0] <= at and end - begin <= found[1] else "value"
        return start, end, name
    return (begin + found[0], begin + found[1], found[2]) if found else None


def _candidates(line: str, at: int) -> Iterator[tuple[int, int, str]]:
    strings = list(_STRING.finditer(line))
    for number, found in enumerate(strings):
        if found.start() <= at <= found.end() and found[2] and not re.match(r"\s*:", line[found.end() :]):
            yield found.start(1), found.end(1), _key(line, strings[:number], found.start())
    for found in _PAIR.finditer(line):
        if found.start() <= at <= found.end():
            yield found.start(2), found.end(2), found[1]
    header = _HEADER.match(line)
    for found in re.finditer(r"\S+", line) if header else ():
        if header and found.start() <= at <= found.end() and found.start() >= header.end():
            yield found.start(), found.end(), header[1]
    for found in _WORD.finditer(line):
        if found.start() <= at <= found.end():
            before = [each for each in strings if each.end() <= found.start()]
            yield found.start(), found.end(), _key(line, before, found.start())


def _key(line: str, before: Sequence[re.Match[str]], place: int) -> str:
    """The key of what stands at a place: the last of the strings before it, if nothing but a colon is between."""
    is_key = before and line[before[-1].end() : place].strip() == ":"
    return before[-1][1] if is_key else "value"


def _places(text: str, value: str, blocks: Sequence[_Block]) -> tuple[tuple[int, int], ...]:
    """Where blocks have a value that may be masked there, not as a part of a longer word."""
    expression = re.compile(rf"(?<![A-Za-z0-9_]){re.escape(value)}(?![A-Za-z0-9_])")
    return tuple(
        found.span()
        for block in blocks
        for first, last in block.spans
        for found in expression.finditer(text, first, last)
    )


def _unused(name: str, text: str, word: str) -> str:
    """A name that the recording does not have yet."""
    plain = _NOT_IN_NAME.sub("_", name).strip("_") or "value"
    taken = set(re.findall(rf"{re.escape(word)}\[({NAME})\]", text))
    names = (plain, *(f"{plain}_{number}" for number in range(2, len(taken) + 3)))
    return next(each for each in names if each not in taken)
