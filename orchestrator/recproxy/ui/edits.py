"""Edits of a recording's text: a part masked, an interaction written anew, deleted or put elsewhere. Pure.

An edit changes the lines that it is about and no other, so that a review shows what was done.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from recproxy.errors import RecordingError
from recproxy.lazy.patterns import lazy_pattern
from recproxy.play.scanning import looked_through
from recproxy.play.text_blocks import TextBlocks, maskable_lines, text_blocks
from recproxy.recording import WILD, Interaction, dump
from recproxy.ui.json_places import JsonPlace, json_place
from recproxy.ui.opened_recordings import OpenedRecording

__all__ = ["Edit", "blocks_of", "edited"]

_NAME = lazy_pattern(r"[A-Za-z0-9_.-]{1,80}")
_WORD = rb"A-Za-z0-9_"


@dataclass(frozen=True, slots=True)
class Edit:
    """What an edit makes: the text, the numbers in the text before that it is about, and the one to look at then.

    `moved` are the blocks that go to another recording.
    """

    text: bytes
    touched: tuple[int, ...]
    number: int = 0
    moved: bytes = b""


def blocks_of(opened: OpenedRecording) -> TextBlocks:
    """The text of a recording, taken apart.

    Raises:
        RecordingError: it is in a format that cannot be changed here.
    """
    if opened.unwritable:
        raise RecordingError(f"{opened.name}: cannot be changed here: {opened.unwritable}")
    return text_blocks(opened.data, [each.line for each in opened.recording.interactions])


def edited(opened: OpenedRecording, edit: Mapping[str, Any]) -> Edit:
    """What an edit makes of a recording.

    Args:
        opened: the recording.
        edit: its `kind`: `text` (`number`, `text`), `mask` (`number`, and `start` and `end`, or `side` and `path` of a
            value in its JSON body, and perhaps `name`, `everywhere`), `delete` (`numbers`), `reorder` (`number`, `to`), `move` (`numbers`), or `fix`.

    Raises:
        RecordingError: the edit says no such thing, or cannot be done.
    """
    known = {"text": _text, "mask": _mask, "delete": _delete, "reorder": _reorder, "move": _move, "fix": _fix}
    make = known.get(str(edit.get("kind")))
    if make is None:
        raise RecordingError(f"unknown edit: use {', '.join(known)}")
    return make(opened, edit)


def _text(opened: OpenedRecording, edit: Mapping[str, Any]) -> Edit:
    number, text = _number(opened, edit, "number"), edit.get("text")
    if not isinstance(text, str) or not text.strip():
        raise RecordingError("the text is empty: delete the interaction instead")
    try:
        text.encode()
    except UnicodeEncodeError:
        raise RecordingError("the text holds half of a character") from None
    return Edit(blocks_of(opened).with_block(number, text).text, (number,), number)


def _mask(opened: OpenedRecording, edit: Mapping[str, Any]) -> Edit:
    """A part of a block becomes the wild word; with a name it does so wherever the same value stands, if that is wanted."""
    number, name = _number(opened, edit, "number"), edit.get("name") or ""
    if not isinstance(name, str) or (name and not _NAME.fullmatch(name)):
        raise RecordingError("a name has letters, digits, dots, dashes and underscores only")
    blocks = blocks_of(opened)
    block = blocks.shown(number).encode()
    is_webhook = opened.recording.interactions[number].webhook is not None
    start, end, is_whole = _chosen(block, edit, sent="request" if is_webhook else "response")
    before, value, behind = block[:start], block[start:end], block[end:]
    if b"\n" in value and not is_whole:
        raise RecordingError("select a part of one line: each line is masked by itself")
    last = end if b"\n" not in value else block.index(b"\n", start)
    if not any(first <= start and last <= end for first, end in maskable_lines(block)):
        raise RecordingError("this part cannot be masked: it is a directive, a comment, a separator, or in base64")
    mask = _wild_word(opened.told(number), blocks.first_line(number) + before.count(b"\n"))
    if mask in value and not is_whole:
        raise RecordingError(f"the selection holds {mask.decode()} already: select what stands around it or between")
    masked = _named(mask, name)
    texts = {number: (before + (b'"%s"' % masked if is_whole else masked) + behind).decode()}
    if edit.get("everywhere") is True and value and not is_whole:
        whole = _whole(value)
        for other, first in enumerate(blocks.first_lines()):
            block = (texts.get(other) or blocks.shown(other)).encode()
            if whole.search(block):
                new = _masked_block(block, opened.told(other), first, whole, name)
                if new != block:
                    texts[other] = new.decode()
    return Edit(blocks.with_blocks(texts).text, tuple(texts), number)


def _chosen(block: bytes, edit: Mapping[str, Any], *, sent: str) -> JsonPlace:
    """What is to be masked of a block: a selection, whose places count characters, or a value of a JSON body.

    `sent` is the side that a replay sends: a plain wild word in it is a text like any other.
    """
    path, start, end = edit.get("path"), edit.get("start"), edit.get("end")
    if path is None:
        text = block.decode()
        if type(start) is not int or type(end) is not int or not 0 <= start < end <= len(text):
            raise RecordingError("select a part of the text first")
        return JsonPlace(len(text[:start].encode()), len(text[:end].encode()), False)
    if not isinstance(path, list) or not all(type(each) is int and each >= 0 for each in path):
        raise RecordingError("path: name a value of the tree by numbers")
    side = str(edit.get("side"))
    place = json_place(block, side, path)
    if side == sent and place.is_whole:
        raise RecordingError(
            "a list or an object that a replay sends cannot be masked as a whole: choose a value in it"
        )
    if side == sent and not edit.get("name") and block[place.start - 1 : place.start] != b'"':
        raise RecordingError("a number that a replay sends needs a name: a plain XXX is sent as it stands")
    return place


def _whole(value: bytes) -> re.Pattern[bytes]:
    """A value where it is no part of a longer word."""
    edges = (
        rb"(?<![%s])" % _WORD if value[:1].isalnum() else b"",
        rb"(?![%s])" % _WORD if value[-1:].isalnum() else b"",
    )
    return re.compile(edges[0] + re.escape(value) + edges[1])


def _masked_block(block: bytes, interaction: Interaction, first: int, value: re.Pattern[bytes], name: str) -> bytes:
    """A block with a value masked wherever it may be; `first` is the number of its first line."""
    pieces: list[bytes] = []
    place = 0
    for start, end in maskable_lines(block):
        mask = _wild_word(interaction, first + block.count(b"\n", 0, start))
        pieces += block[place:start], value.sub(_named(mask, name), block[start:end])
        place = end
    return b"".join((*pieces, block[place:]))


def _named(mask: bytes, name: str) -> bytes:
    return mask + (f"[{name}]".encode() if name else b"")


def _wild_word(interaction: Interaction, line: int) -> bytes:
    """The wild word at a line of the file."""
    is_response = interaction.response_line and line >= interaction.response_line
    block = interaction.response if is_response else interaction.request
    return (block.wild or WILD).encode()


def _delete(opened: OpenedRecording, edit: Mapping[str, Any]) -> Edit:
    numbers = _numbers(opened, edit)
    blocks = blocks_of(opened)
    left = tuple(block for number, block in enumerate(blocks.blocks) if number not in numbers)
    return Edit(replace(blocks, blocks=left).text, numbers, max(min(numbers[0], len(left) - 1), 0))


def _reorder(opened: OpenedRecording, edit: Mapping[str, Any]) -> Edit:
    number, to = _number(opened, edit, "number"), _number(opened, edit, "to")
    blocks = blocks_of(opened)
    order = list(blocks.blocks)
    order.insert(to, order.pop(number))
    return Edit(replace(blocks, blocks=_apart(order)).text, (number,), to)


def _move(opened: OpenedRecording, edit: Mapping[str, Any]) -> Edit:
    numbers = _numbers(opened, edit)
    blocks = blocks_of(opened)
    moved = b"".join(_apart([blocks.blocks[number] for number in numbers]))
    return replace(_delete(opened, edit), moved=moved)


def _fix(opened: OpenedRecording, edit: Mapping[str, Any]) -> Edit:
    """What `recproxy scan --fix` makes of it."""
    blocks_of(opened)
    clean, findings, problem = looked_through(opened.recording, opened.data, opened.rules)
    if problem or not findings:
        raise RecordingError(problem or "scan finds no secret in this recording")
    number = edit.get("number")
    try:
        return Edit(dump(clean), (), number if type(number) is int else 0)
    except ValueError as error:
        raise RecordingError(f"{opened.name}: cannot be written as text: {error}") from None


def _apart(blocks: Sequence[bytes]) -> tuple[bytes, ...]:
    """Blocks with a blank line above each and a line end behind the last."""
    return tuple(
        (b"" if block.startswith((b"\n", b"\r\n")) else b"\n") + block + (b"" if block.endswith(b"\n") else b"\n")
        for block in blocks
    )


def _number(opened: OpenedRecording, edit: Mapping[str, Any], name: str) -> int:
    number = edit.get(name)
    if type(number) is not int or not 0 <= number < len(opened):
        raise RecordingError(f"{name}: no interaction has this number")
    return number


def _numbers(opened: OpenedRecording, edit: Mapping[str, Any]) -> tuple[int, ...]:
    numbers = edit.get("numbers")
    if not isinstance(numbers, list) or not numbers:
        raise RecordingError("numbers: name the interactions")
    return tuple(sorted({_number(opened, {"numbers": each}, "numbers") for each in numbers}))
