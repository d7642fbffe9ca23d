"""A conversation in a recording: its first line, its wild word, and its steps. What a step is, steps.py knows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from recproxy.recording.directives import DirectiveError, Notes, apply
from recproxy.recording.grammar import ABSOLUTE
from recproxy.recording.lines import show_line
from recproxy.recording.steps import PROTOCOLS, read_steps, step_lines
from recproxy.recording.values import WILD, Interaction, conversation
from recproxy.recording.wildcard import WORD, unused

if TYPE_CHECKING:
    from collections.abc import Iterator

    from recproxy.recording.lines import Cursor

__all__ = ["begins_conversation", "conversation_lines", "read_conversation", "wild_line"]


def begins_conversation(line: bytes) -> bool:
    """Whether an interaction that begins with a line is a conversation."""
    words = line.split(b" ")
    return len(words) == 2 and words[0].decode() in PROTOCOLS


def read_conversation(cursor: Cursor, lead: Notes, comments: tuple[str, ...]) -> Interaction:
    """The conversation that begins at the cursor, which is behind it then; `lead` is what stood above."""
    line, first = cursor.line, cursor.peek() or b""
    protocol, url = first.split(b" ")
    schemes = PROTOCOLS[protocol.decode()]
    if not _is_address(url, schemes):
        raise cursor.fail(f"an address like {schemes[0]}://HOST:PORT", show_line(url), hint="write it like that")
    cursor.skip()
    notes = Notes()
    while (below := cursor.peek() or b"").startswith(b":wild"):
        try:
            apply(notes, below, "request")
        except DirectiveError as error:
            raise cursor.fail(error.expected, hint=error.hint) from None
        cursor.skip_line(below)
    return conversation(
        protocol.decode(),
        url.decode(),
        read_steps(cursor),
        wild=notes.wild,
        scope=lead.scope,
        recorded=lead.recorded,
        comments=comments,
        line=line,
    )


def conversation_lines(interaction: Interaction) -> Iterator[bytes]:
    """The lines of a conversation. Raises ValueError for what the text has no form for."""
    request = interaction.request
    url = request.url.encode("utf-8", "surrogateescape")
    if not _is_address(url, PROTOCOLS.get(request.method, ())):
        raise ValueError(f"not the address of a conversation: {request.method} {request.url!r}")
    yield f"{request.method} {request.url}\n".encode()
    yield from wild_line(request.wild, url, *(step.data for step in interaction.steps))
    yield from step_lines(interaction.steps)
    yield b"=======\n"


def wild_line(word: str | None, *texts: bytes) -> Iterator[bytes]:
    """The directive for the wild word of a block, which live texts do not have yet; none for the usual word."""
    word = unused(*texts) if word is None else word
    if not WORD.fullmatch(word):
        raise ValueError(f"not a wild word: {word!r}")
    if word != WILD:
        yield f":wild {word}\n".encode()


def _is_address(url: bytes, schemes: tuple[str, ...]) -> bool:
    is_url = url.isascii() and ABSOLUTE.fullmatch(url) is not None
    return is_url and url.partition(b"://")[0].decode() in schemes
