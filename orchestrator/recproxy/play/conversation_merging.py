"""What becomes of a recorded conversation that was recorded again: only what the server changed is new.

What a client says differs from run to run, and means the same: the size and the boundaries of a message, its date. Where
it means the same, the old lines stay, with the wild places that a person wrote into them. So do answers of the server
that differ by a number only that is new each time. Pure.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from recproxy.mail.smtp_server import SaidKind
from recproxy.mail.smtp_turns import command_text, said_kinds
from recproxy.matching.mail_messages import mail_difference, read_mail
from recproxy.matching.rules import Rules
from recproxy.play.imap_merging import same_imap_steps
from recproxy.play.server_words import says_the_same
from recproxy.play.websocket_merging import same_messages, stable_messages
from recproxy.recording import WEBSOCKET, Act, Interaction, Step, pattern

__all__ = ["MADE_ANEW", "asks_the_same", "client_meaning", "means_the_same", "stable_conversation"]

#: Fields of a message that are made anew.
MADE_ANEW = frozenset(name.lower().encode() for name in Rules().ignore_mail)


def asks_the_same(old: Interaction, new: Interaction, rules: Rules) -> bool:
    """Whether the client means the same in all steps of two conversations."""
    if WEBSOCKET in (old.protocol, new.protocol):
        return old.protocol == new.protocol and same_messages(old, new, rules)
    clients = [each.act is Act.CLIENT for each in old.steps]
    return len(old.steps) == len(new.steps) and any(clients) and _same(old, new, rules) == clients


def client_meaning(conversation: Interaction) -> tuple[object, ...]:
    """What a client says in a conversation, without what it writes otherwise each time; empty for a request.

    Two conversations of one meaning are versions of one, whatever the server said.
    """
    if conversation.protocol == WEBSOCKET:
        return tuple(each.data for each in conversation.steps if each.act is Act.CLIENT)
    if conversation.request.method == "IMAP":
        texts = (each.data.partition(b" ")[2] or each.data for each in conversation.steps if each.act is Act.CLIENT)
        return tuple(texts)
    found: list[object] = []
    for step, kind in zip(conversation.steps, said_kinds(conversation.steps), strict=True):
        if kind is SaidKind.COMMAND:
            found.append(command_text(step.data))
        elif kind is SaidKind.MESSAGE:
            fields = read_mail(step.data, None, MADE_ANEW).fields
            found.append(tuple(sorted((label, field.value) for label, field in fields.items())))
    return tuple(found)


def stable_conversation(old: Interaction, new: Interaction, rules: Rules) -> Interaction:
    """The new conversation with the old lines of the client, where they mean the same; the old one if nothing changed."""
    if WEBSOCKET in (old.protocol, new.protocol):
        return replace(new, steps=stable_messages(old, new, rules)) if old.protocol == new.protocol else new
    same = _same(old, new, rules)
    if not any(same):
        return new
    steps = tuple(_kept_steps(old, new, same))
    if steps == old.steps:
        return replace(old, scope=new.scope)
    return replace(new, request=old.request, response=old.response, steps=steps, comments=old.comments)


def _kept_steps(old: Interaction, new: Interaction, same: Sequence[bool]) -> Iterator[Step]:
    """The new steps: those of the client as they were where they mean the same, and the answers that say the same then.

    An answer that says something else keeps the fault of the old one.
    """
    follows, is_imap = True, old.request.method == "IMAP"
    for number, step in enumerate(new.steps):
        was = old.steps[number] if number < len(old.steps) else None
        if step.act is Act.CLIENT:
            follows = number < len(same) and same[number]
        if was is None or not follows or was.act is not step.act:
            yield step
        else:
            keeps = step.act is Act.CLIENT or says_the_same(was.data, step.data, old.request.wild, is_imap=is_imap)
            yield was if keeps else replace(step, fault=was.fault)


def _same(old: Interaction, new: Interaction, rules: Rules) -> list[bool]:
    """For each step of the old conversation whether the client means the same in the new one."""
    ignored = frozenset(name.lower().encode() for name in rules.ignore_mail)
    if old.request.method == "IMAP":
        return list(same_imap_steps(old.steps, new.steps, old.request.wild, ignored))
    found: list[bool] = []
    kinds = zip(old.steps, said_kinds(old.steps), new.steps, said_kinds(new.steps), strict=False)
    for one, kind, other, other_kind in kinds:
        found.append(kind is not None and kind is other_kind and _means(one, other, kind, old.request.wild, ignored))
    return found


def means_the_same(old: Step, new: Step, kind: SaidKind | None, word: str | None, ignored: frozenset[bytes]) -> bool:
    """Whether a client means the same in two steps; `kind` is what it says in SMTP, None in IMAP."""
    if kind is None:
        return next(same_imap_steps((old,), (new,), word, ignored))
    return _means(old, new, kind, word, ignored)


def _means(old: Step, new: Step, kind: SaidKind, word: str | None, ignored: frozenset[bytes]) -> bool:
    if kind is SaidKind.RESPONSE:
        return True
    if kind is SaidKind.MESSAGE:
        return not mail_difference(read_mail(old.data, word, ignored), read_mail(new.data, None, ignored), {})[0]
    wanted, got = command_text(old.data), command_text(new.data)
    wild = pattern(wanted, word)
    return wanted == got if wild is None else wild.fits(got) is not None
