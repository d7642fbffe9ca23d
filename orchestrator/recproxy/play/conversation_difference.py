"""What changed between two versions of a conversation: what the client says otherwise, and what the server answers. Pure.

What a client writes otherwise each time and means the same is no change: the size and the boundaries of a message, its
date, the tags of IMAP. What differs in a server's words only by numbers is shown last: a queue's number, a time taken.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from itertools import zip_longest

from recproxy.lazy.dataclass import dataclass
from recproxy.lazy.patterns import lazy_pattern
from recproxy.mail.smtp_server import SaidKind, verb_of
from recproxy.mail.smtp_turns import command_text, said_kinds
from recproxy.matching.differences import excerpt
from recproxy.matching.mail_messages import mail_difference, read_mail
from recproxy.play.change import Change, ChangeKind
from recproxy.play.conversation_merging import MADE_ANEW, means_the_same
from recproxy.play.masked_places import without_masked_values
from recproxy.play.server_words import says_the_same
from recproxy.recording import WILD, Act, Interaction, Step

__all__ = ["conversation_changes"]

_NUMBER = lazy_pattern(rb"[0-9]+(?:\.[0-9]+)*")
#: How an answer went, which is followed by words for people.
_STATUS = lazy_pattern(rb"[2-5][0-9]{2}\b|(?:OK|NO|BAD)\b")


@dataclass(frozen=True, slots=True)
class _Said:
    """A step, its `text` without a tag, what the client says in it if it does, and what it is called.

    `key` finds its partner in the other version.
    """

    step: Step
    text: bytes
    kind: SaidKind | None
    label: str
    key: tuple[Act, bytes]


def conversation_changes(before: Interaction, after: Interaction) -> Iterator[Change]:
    """The changes, in the order of the conversation."""
    old, new = _read(before), _read(after)
    matcher = SequenceMatcher(None, [each.key for each in old], [each.key for each in new])
    for _, start, end, new_start, new_end in matcher.get_opcodes():
        for one, other in zip_longest(old[start:end], new[new_start:new_end]):
            yield from _changes(one, other, before, after)


def _read(conversation: Interaction) -> list[_Said]:
    is_imap = conversation.request.method == "IMAP"
    kinds = [None] * len(conversation.steps) if is_imap else list(said_kinds(conversation.steps))
    found: list[_Said] = []
    name = ""
    for step, kind in zip(conversation.steps, kinds, strict=True):
        text = step.data
        if is_imap and not text.startswith((b"* ", b"+")):
            text = text.partition(b" ")[2] or text
        compared = text
        if step.act is Act.CLIENT:
            if is_imap:
                name = (b" ".join(text.split()[: 2 if text[:4].upper() == b"UID " else 1])).decode("latin-1").upper()
            else:
                name = (
                    "message"
                    if kind is SaidKind.MESSAGE
                    else verb_of(text).decode("latin-1")
                    if kind is SaidKind.COMMAND
                    else name
                )
                compared = b"" if kind is SaidKind.MESSAGE else command_text(text)
        label = name if step.act is Act.CLIENT else f"answer to {name}" if name else "greeting"
        found.append(_Said(step, text, kind, label, (step.act, _NUMBER.sub(b"0", compared))))
    return found


def _changes(one: _Said | None, other: _Said | None, before: Interaction, after: Interaction) -> Iterator[Change]:
    if one is None or other is None or one.step.act is not other.step.act:
        place = "".join([each.label for each in (other or one,) if each is not None])
        yield Change(ChangeKind.STRUCTURE, place, *(None if each is None else _text(each) for each in (one, other)))
        return
    if one.step.fault != other.step.fault:
        faults = (f":fault {each.step.fault}" if each.step.fault else None for each in (one, other))
        yield Change(ChangeKind.STRUCTURE, other.label, *faults)
    left, right = one.text, other.text
    words = before.request.wild or WILD, after.request.wild or WILD
    if left == right:
        return
    if one.step.act is Act.SERVER:
        yield Change(_server_kind(left, right), other.label, *_differing(left, right, words))
    elif one.kind is other.kind is SaidKind.MESSAGE:
        mails = read_mail(left, before.request.wild, MADE_ANEW), read_mail(right, after.request.wild, MADE_ANEW)
        for each in mail_difference(*mails, {})[0]:
            texts = each.wanted, each.got
            if each.wanted is not None and each.got is not None:
                texts = without_masked_values(each.wanted, each.got, words)
            yield Change(ChangeKind.VALUE, f"message {each.field}", *texts)
    elif one.kind is not other.kind or not means_the_same(
        one.step, other.step, one.kind, before.request.wild, MADE_ANEW
    ):
        yield Change(ChangeKind.VALUE, other.label, *_differing(left, right, words))


def _server_kind(left: bytes, right: bytes) -> ChangeKind:
    """How much it matters that a server says something else."""
    if says_the_same(left, right, None, is_imap=False) or says_the_same(
        b"x " + left, b"x " + right, None, is_imap=True
    ):
        return ChangeKind.VOLATILE
    statuses = [found[0].split()[-1] if (found := _STATUS.match(each)) else b"" for each in (left, right)]
    return ChangeKind.STRUCTURE if statuses[0] != statuses[1] else ChangeKind.VALUE


def _differing(left: bytes, right: bytes, words: Sequence[str]) -> tuple[str, str]:
    """The lines that differ of two texts, on one line each."""
    lines = left.splitlines(), right.splitlines()
    if len(lines[0]) == len(lines[1]):
        pairs = [pair for pair in zip(*lines, strict=True) if pair[0] != pair[1]] or [(left, right)]
        lines = [one for one, _ in pairs], [other for _, other in pairs]
    before, after = excerpt(*without_masked_values(_joined(lines[0]), _joined(lines[1]), words))
    return before or "", after or ""


def _text(said: _Said) -> str:
    return f"{said.step.act.value} {_joined(said.text.splitlines())}".strip()


def _joined(lines: Sequence[bytes]) -> str:
    return " / ".join(each.decode("utf-8", "backslashreplace") for each in lines)
