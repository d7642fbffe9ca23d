"""Which steps of an IMAP conversation mean the same when it was recorded again. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from recproxy.mail.imap.commands import MalformedImap, read_imap_command
from recproxy.mail.imap.meanings import Meaning, meaning
from recproxy.mail.imap.pieces import step_line
from recproxy.play.imap_comparison import compared_fields, compared_mails, fitting
from recproxy.recording import Act, Step

__all__ = ["same_imap_steps"]


def same_imap_steps(
    old: Sequence[Step], new: Sequence[Step], word: str | None, ignored: frozenset[bytes]
) -> Iterator[bool]:
    """For each step of the old conversation whether the client means the same in the new one."""
    asked = False
    for one, other in zip(old, new, strict=False):
        are_client = one.act is Act.CLIENT and other.act is Act.CLIENT
        yield are_client and (asked or _means(one, other, word, ignored))
        asked = one.act is other.act is Act.SERVER and one.data[:1] == other.data[:1] == b"+"


def _means(old: Step, new: Step, word: str | None, ignored: frozenset[bytes]) -> bool:
    wanted, got = _meaning(old), _meaning(new)
    if wanted is None or got is None or wanted.name != got.name:
        return old.data == new.data
    # Which user logs in chooses the conversation in replay.
    users = wanted.name == b"LOGIN"
    fields = [each.fields if users else compared_fields(each, ignored) for each in (wanted, got)]
    mails = compared_mails(wanted, word, ignored), compared_mails(got, None, ignored)
    return fitting(fields[0], fields[1], mails, word, {}) is not None


def _meaning(step: Step) -> Meaning | None:
    line = step_line(step)
    try:
        return None if line is None else meaning(read_imap_command(line))
    except MalformedImap:
        return None
