"""A command of a client: its tag, its name and the words behind it. Pure."""

from __future__ import annotations

from recproxy.lazy.dataclass import dataclass
from recproxy.lazy.patterns import lazy_pattern
from recproxy.mail.imap.lines import ImapLine
from recproxy.mail.imap.syntax import ImapWord, SyntaxProblem, read_words

__all__ = ["ImapCommand", "MalformedImap", "read_imap_command"]

_START = lazy_pattern(rb"([^\x00-\x20(){%*\"\\+\x7f]+) +((?i:UID) +)?([A-Za-z][A-Za-z0-9.-]*)(?: +|\Z)")
_TAG = lazy_pattern(rb"([^\x00-\x20(){%*\"\\+\x7f]+)(?: |\Z)")


class MalformedImap(Exception):
    """A line that is no command: answer it with BAD under `tag`, or untagged where it has none."""

    def __init__(self, tag: bytes, reason: str) -> None:
        super().__init__(reason)
        self.tag = tag
        self.reason = reason


@dataclass(frozen=True, slots=True)
class ImapCommand:
    """A command. `name` is in capital letters and holds UID where it is one of those; `line` is how it was sent."""

    tag: bytes
    name: bytes
    words: tuple[ImapWord, ...]
    line: ImapLine


def read_imap_command(line: ImapLine) -> ImapCommand:
    """A line of a client as a command. Raises MalformedImap."""
    start = _START.match(line.text)
    if start is None:
        tag = _TAG.match(line.text)
        reason = "a command is a tag, a blank and a name"
        raise MalformedImap(b"*" if tag is None else tag[1], reason)
    name = (b"UID " if start[2] else b"") + start[3].upper()
    try:
        words = read_words(line, start.end())
    except SyntaxProblem as problem:
        raise MalformedImap(start[1], f"{name.decode()}: {problem}") from None
    return ImapCommand(start[1], name, words, line)
