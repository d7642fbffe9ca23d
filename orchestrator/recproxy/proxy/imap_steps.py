"""The steps of an IMAP conversation as they are written: with tags that are numbers, and only if they say something."""

from __future__ import annotations

from collections.abc import Sequence

from recproxy.lazy.patterns import lazy_pattern
from recproxy.recording import Act, Step

__all__ = ["is_worth_keeping", "with_numbered_tags"]

_LEAVING = lazy_pattern(rb"(?i)(?:A[0-9]+ (?:LOGOUT|NOOP|CHECK|CLOSE|UNSELECT)|DONE)\r\n\Z")
_TAG = lazy_pattern(rb"A[0-9]+\Z")


def is_worth_keeping(step: Step) -> bool:
    """Whether a step is more than the end of a connection that was used in another scope."""
    return step.act is Act.CLIENT and _LEAVING.match(step.data) is None


def with_numbered_tags(steps: Sequence[Step]) -> tuple[Step, ...]:
    """Steps whose tags are numbers without gaps: how a conversation began may be from an earlier scope."""
    tags: dict[bytes, bytes] = {}
    made: list[Step] = []
    for step in steps:
        head, blank, rest = step.data.partition(b" ")
        if blank and _TAG.match(head):
            tag = tags.setdefault(head, b"A%d" % (len(tags) + 1))
            made.append(step if tag == head else Step(step.act, tag + blank + rest))
        else:
            made.append(step)
    return tuple(made)
