"""The text of a recording, taken apart at its interactions, so that one of them is changed and all else stays as it is.

Pure. A block is what stands for one interaction: its comments, its directives, and the lines down to the next one.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from recproxy.lazy.patterns import lazy_pattern
from recproxy.play.block_starts import block_start

__all__ = ["TextBlocks", "body_place", "maskable_lines", "maskable_rows", "text_blocks"]

_END = lazy_pattern(rb"={7}[ \t\r]*\Z")
_SEPARATOR = lazy_pattern(rb"={4,}[ \t\r]*\Z")
#: Directives of a file: what stands above the last of them is the file's.
_OF_FILE = (b":match_on", b":repeat", b":correlate")
_CODED_MESSAGE = (b":base64", b":binary base64")
_WEBSOCKET = lazy_pattern(rb"\S+ wss?://", re.IGNORECASE)
_CODED = (b":body base64", b":body omitted")


@dataclass(frozen=True, slots=True)
class TextBlocks:
    """A text as its `head`, the `blocks` of its interactions, and the `tail` behind them; together they are the text."""

    head: bytes
    blocks: tuple[bytes, ...]
    tail: bytes

    @property
    def text(self) -> bytes:
        """The whole text."""
        return b"".join((self.head, *self.blocks, self.tail))

    def shown(self, number: int) -> str:
        """A block as an editor shows it, without the blank lines around it, with LF line ends."""
        return self.blocks[number].decode().replace("\r\n", "\n").strip("\n")

    def first_line(self, number: int) -> int:
        """The number of the line that `shown` begins with."""
        return next(itertools.islice(self.first_lines(), number, None))

    def first_lines(self) -> Iterator[int]:
        """The same of each block."""
        line = self.head.count(b"\n") + 1
        for block in self.blocks:
            yield line + _above(block).count(b"\n")
            line += block.count(b"\n")

    def with_blocks(self, texts: Mapping[int, str]) -> TextBlocks:
        """The same with other texts for some blocks, as `shown` gives them; blank lines above them and line ends stay."""
        blocks = list(self.blocks)
        for number, text in texts.items():
            old = blocks[number]
            new = text.replace("\r\n", "\n").strip("\n").encode() + b"\n"
            if b"\r\n" in old:
                new = new.replace(b"\n", b"\r\n")
            blocks[number] = (_above(old) or b"\n") + new
        return replace(self, blocks=tuple(blocks))

    def with_block(self, number: int, text: str) -> TextBlocks:
        """The same with another text for one block."""
        return self.with_blocks({number: text})


def text_blocks(text: bytes, lines: Sequence[int]) -> TextBlocks:
    """The blocks of a text in format 2; `lines` are those of the request lines, counted from one."""
    rows = text.split(b"\n")
    starts = [_head_end(rows, lines[0]), *(block_start(rows, line) for line in lines[1:])] if lines else []
    end = len(rows)
    if lines:
        end = next(at for at in range(len(rows), lines[-1] - 1, -1) if _END.match(rows[at - 1]))
    edges = [*starts, end] if lines else [end]

    def joined(first: int, behind: int) -> bytes:
        part = b"\n".join(rows[first:behind])
        return part + b"\n" if first < behind < len(rows) else part

    return TextBlocks(
        head=joined(0, edges[0]),
        blocks=tuple(joined(first, behind) for first, behind in itertools.pairwise(edges)),
        tail=joined(edges[-1], len(rows)),
    )


def _above(block: bytes) -> bytes:
    """The blank lines above what is shown of a block."""
    return block[: len(block) - len(block.lstrip(b"\r\n"))]


def _head_end(rows: Sequence[bytes], line: int) -> int:
    """How many lines belong to the file: its comments end at the first blank line, or at its last directive below it."""
    directives = [at for at in range(line - 1) if rows[at].startswith(_OF_FILE)]
    if directives:
        return directives[-1] + 1
    comments = itertools.takewhile(lambda row: row.removeprefix(b"\xef\xbb\xbf").startswith(b"#"), rows[: line - 1])
    return len(list(comments))


def maskable_lines(block: bytes) -> Iterator[tuple[int, int]]:
    """The parts of a block, as begin and end, that a wild word may stand in: no directive, comment, edge, or base64."""
    place = 0
    rows = block.split(b"\n")
    for row, is_maskable in zip(rows, maskable_rows(rows), strict=True):
        if is_maskable:
            yield place, place + len(row)
        place += len(row) + 1


def body_place(block: bytes, *, is_response: bool) -> tuple[int, int]:
    """Where the body of a block's request or response begins and ends; both are equal where it has none."""
    lines, separators, place = _Lines(), 0, 0
    start = end = 0
    for row in block.split(b"\n"):
        part = lines.part
        lines.passes(row)
        if part != "above" and _SEPARATOR.match(row):
            separators += 1
        elif part == "body" and separators == is_response:
            start, end = start or place, place + len(row)
        place += len(row) + 1
    return start, end


def maskable_rows(rows: Iterable[bytes]) -> Iterator[bool]:
    """Of each line of a text in format 2, whether a wild word may stand in it."""
    lines = _Lines()
    for row in rows:
        yield lines.passes(row)
        if _END.match(row):
            lines = _Lines()


class _Lines:
    """The lines of a block, one after another: which part each is of."""

    def __init__(self) -> None:
        #: `above`, `head`, or `body`.
        self.part = "above"
        #: Whether the body, or what is said, stands in base64.
        self._coded = False
        self._announced = False
        #: Whether messages of a WebSocket follow the response.
        self._is_websocket = False
        self._is_response = False

    def passes(self, row: bytes) -> bool:
        """Whether a wild word may stand in the next line."""
        if self.part != "above" and _SEPARATOR.match(row):
            self.part, self._coded, self._is_response = "head", False, True
            return False
        if self._is_websocket and self._is_response and self.part == "body":
            return self._in_messages(row)
        return self._in_body(row) if self.part == "body" else self._in_head(row)

    def _in_head(self, row: bytes) -> bool:
        if row.startswith(b":"):
            self._coded = self._coded or row.startswith(_CODED)
            self._announced = row.rstrip() == b":base64"
            return False
        if not row.strip():
            self.part = "body" if self.part == "head" else self.part
            return False
        if self.part == "above" and row.startswith(b"#"):
            return False
        self._is_websocket = self._is_websocket or (self.part == "above" and bool(_WEBSOCKET.match(row)))
        self.part = "head"
        if row[:1] in (b"<", b">"):
            self._coded, self._announced = self._announced, False
        return not (self._coded and row[:1] in (b"<", b">", b"+"))

    def _in_messages(self, row: bytes) -> bool:
        if row.startswith(b":"):
            self._announced = row.startswith(_CODED_MESSAGE)
            return False
        if row[:1] in (b"<", b">"):
            self._coded, self._announced = self._announced, False
        return not self._coded

    def _in_body(self, row: bytes) -> bool:
        if row.startswith(b":body base64"):  # of a part
            self._coded = True
            return False
        if self._coded and row.startswith(b"--"):
            self._coded = False
        return not self._coded
