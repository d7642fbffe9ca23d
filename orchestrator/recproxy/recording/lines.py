"""A place in a recording's text that moves forward line by line and says where it is when something is wrong.

Knows lines and numbers, not what they mean. Lines end at LF only; a CR is part of its line.
"""

from __future__ import annotations

import re

from recproxy.errors import RecordingError

__all__ = ["MARKER", "Cursor", "decent", "show_line"]

#: What git leaves in a file it could not merge; the middle line of `=` is told from separators by the readers.
MARKER = re.compile(rb"(?:<{7,}|>{7,}|\|{7,})(?: |\r?$)")

#: Characters of a line that an error shows: the message stays one line.
_SHOWN = 60


def show_line(line: bytes | None) -> str:
    """A line as a message can hold it: quoted, printable, cut after 60 characters; None is the end of the file."""
    if line is None:
        return "the end of the file"
    if not line:
        return "a blank line"
    text = line[: 4 * _SHOWN].decode("utf-8", "backslashreplace")
    return repr(text if len(text) <= _SHOWN else text[:_SHOWN] + "...")


class Cursor:
    """A text, the `position` reached in it, and the number of the `line` there."""

    __slots__ = ("line", "path", "position", "text")

    def __init__(self, text: bytes, path: str | None = None) -> None:
        self.text = text
        self.path = path
        self.position = 0
        self.line = 1

    def peek(self) -> bytes | None:
        """The line at the position, without its LF; None where the text is at its end."""
        if self.position >= len(self.text):
            return None
        end = self.text.find(b"\n", self.position)
        return self.text[self.position : end if end >= 0 else None]

    def skip(self) -> None:
        """Move to the start of the next line, or to the end."""
        end = self.text.find(b"\n", self.position)
        self.position = end + 1 if end >= 0 else len(self.text)
        self.line += end >= 0

    def skip_line(self, line: bytes) -> None:
        """The same where `line` is what stands at the position."""
        self.position += len(line) + 1
        if self.position > len(self.text):
            self.position = len(self.text)
        else:
            self.line += 1

    def move(self, position: int) -> None:
        """Move forward to a position, which is the start of a line or the end."""
        self.line += self.text.count(b"\n", self.position, position)
        self.position = position

    def line_of(self, position: int) -> int:
        """The number of the line that holds a position ahead."""
        return self.line + self.text.count(b"\n", self.position, position)

    def fail(self, expected: str, found: str | None = None, *, hint: str, line: int | None = None) -> RecordingError:
        """The error to raise: what was expected at a line (this one by default), what was found, what to do."""
        place = f"{self.path or 'recording'}:{line or self.line}"
        what = found if found is not None else show_line(self.peek())
        return RecordingError(f"{place}: expected {expected}, found {what}; {hint}")

    def refuse_marker(self, line: bytes | None) -> None:
        """Raise where a line is one that git leaves in a file it could not merge."""
        if line is not None and MARKER.match(line):
            raise self.fail(
                "a merged file", f"the conflict marker {show_line(line)}", hint="resolve the conflict by hand"
            )


def decent(text: bytes, path: str | None) -> bytes:
    """The text with LF line ends. Raises RecordingError where it is not UTF-8, or line ends are mixed."""
    if b"\r" in text:
        ends = text.count(b"\r\n")
        if not ends == text.count(b"\r") == text.count(b"\n"):
            crlf = text.startswith(b"\r", max(text.find(b"\n") - 1, 0))
            odd = re.search(rb"(?<!\r)\n|\r(?!\n)" if crlf else rb"\r", text)
            at = odd.start() if odd else 0
            hint = "end every line with LF; write a body with CRLF under ':body crlf', a stray CR under ':body base64'"
            raise _at(text, at, path, "one kind of line end", "CR, LF and CRLF mixed", hint)
        text = text.replace(b"\r\n", b"\n")
    try:
        text.isascii() or text.decode()
    except UnicodeDecodeError as error:
        hint = "save it as UTF-8, or write ':body base64' or ':header NAME base64 VALUE'"
        raise _at(text, error.start, path, "UTF-8", f"byte 0x{text[error.start]:02x}", hint) from None
    return text


def _at(text: bytes, position: int, path: str | None, expected: str, found: str, hint: str) -> RecordingError:
    cursor = Cursor(text, path)
    return cursor.fail(expected, found, hint=hint, line=cursor.line_of(position))
