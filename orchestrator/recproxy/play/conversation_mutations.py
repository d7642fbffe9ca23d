"""A recorded conversation with one thing changed in what the server says: a WebSocket's messages, or the replies of mail. Pure.

    type message json /kind    status 1011    status 451 at RCPT    status NO at FETCH    empty SEARCH

A field of a message is changed in all messages that have it. A status stands in place of each reply to that command.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

from recproxy.lazy.patterns import lazy_pattern
from recproxy.mail.smtp_server import SaidKind, verb_of
from recproxy.mail.smtp_turns import said_kinds
from recproxy.recording import WEBSOCKET, Act, Interaction, Step
from recproxy.recording.json_reader import recorded_json, recorded_tree

__all__ = ["conversation_mutations", "message_trees", "mutated_steps"]

#: How a service refuses a command for now, and for good. RFC 5321 section 4.2, RFC 4954 section 6.
_SMTP_STATUS = {b"AUTH": ("454", "535")}
_SMTP_ANY = ("451", "550")
_SMTP_COMMANDS = frozenset((b"AUTH", b"MAIL", b"RCPT", b"DATA", b"MESSAGE"))
#: What a client of IMAP does to get to the mail, or to leave: nothing of it is refused but the login.
_IMAP_AROUND = frozenset((b"CAPABILITY", b"ID", b"NOOP", b"STARTTLS", b"ENABLE", b"LOGOUT", b"DONE"))
_FOUND = lazy_pattern(rb"(?im)^(\* (?:SEARCH|SORT))(?: [0-9]+)+(?=\r?$)")
#: The service has met something unexpected. RFC 6455 section 7.4.1.
_FAILED = 1011
_LARGEST = 1 << 20  # bytes of a message that is read as JSON: as for a body


def conversation_mutations(conversation: Interaction) -> Iterator[tuple[str, str]]:
    """The kind and place of the changes to make, but for the fields of messages."""
    steps = conversation.steps
    if conversation.protocol == WEBSOCKET:
        if any(each.act is Act.SERVER for each in steps):
            yield "status", str(_FAILED)
        return
    if conversation.request.method == "IMAP":
        names = dict.fromkeys(name for step, name, tag in _imap(steps) if name and _is_done(step, tag))
        yield from (("status", f"NO at {name}") for name in names)
        found = dict.fromkeys(name for step, name, _ in _imap(steps) if name and _FOUND.search(step.data))
        yield from (("empty", name) for name in found)
        return
    verbs = dict.fromkeys(verb for step, verb in _smtp(steps) if verb in _SMTP_COMMANDS and step.data[:1] in b"23")
    for verb in verbs:
        yield from (("status", f"{code} at {verb.decode()}") for code in _SMTP_STATUS.get(verb, _SMTP_ANY))


def mutated_steps(conversation: Interaction, kind: str, place: str, changed: Callable[[Any], Any]) -> tuple[Step, ...]:
    """The steps with one change; `changed` makes that of a tree. As they are where there is nothing to change."""
    steps = conversation.steps
    if conversation.protocol == WEBSOCKET:
        if kind == "status":
            first = next((number for number, each in enumerate(steps) if each.act is Act.SERVER), len(steps))
            return (*steps[:first], Step(Act.CLOSE, b"", code=int(place)))
        return tuple([_changed_message(step, changed, conversation.response.wild) for step in steps])
    status, at, name = place.partition(" at ")
    if conversation.request.method == "IMAP":
        replaced = {
            id(step): _refused(step, tag, status) if at else replace(step, data=_FOUND.sub(rb"\1", step.data))
            for step, command, tag in _imap(steps)
            if command == (name if at else place)
        }
    else:
        reply = f"{status} changed by recproxy mutate\r\n".encode()
        replaced = {id(step): replace(step, data=reply) for step, verb in _smtp(steps) if verb.decode() == name}
    return tuple(replaced.get(id(step), step) for step in steps)


def message_trees(conversation: Interaction) -> Iterator[Any]:
    """The trees of what the server of a WebSocket says in JSON."""
    if conversation.protocol == WEBSOCKET:
        for step in conversation.steps:
            yield from _tree(step, conversation.response.wild)


def _tree(step: Step, wild: str | None) -> Iterator[Any]:
    if step.act is Act.SERVER and not step.binary and len(step.data) <= _LARGEST and step.data[:1] in (b"{", b"["):
        try:
            yield recorded_tree(step.data, wild)
        except ValueError:
            return


def _changed_message(step: Step, changed: Callable[[Any], Any], wild: str | None) -> Step:
    for tree in _tree(step, wild):
        after = changed(tree)
        if after != tree:
            return replace(step, data=recorded_json(after, wild).encode())
    return step


def _smtp(steps: tuple[Step, ...]) -> Iterator[tuple[Step, bytes]]:
    """What the server says, with the command that it answers, or MESSAGE; empty for the greeting."""
    verb = b""
    for step, kind in zip(steps, said_kinds(steps), strict=True):
        if kind is SaidKind.COMMAND:
            verb = verb_of(step.data)
        elif kind is SaidKind.MESSAGE:
            verb = b"MESSAGE"
        elif step.act is Act.SERVER:
            yield step, verb


def _imap(steps: tuple[Step, ...]) -> Iterator[tuple[Step, str, bytes]]:
    """What the server says, with the command that is open, and its tag; empty for the greeting, and for what is not changed."""
    name, tag = "", b""
    for step in steps:
        words = step.data.split(None, 3)
        if step.act is Act.CLIENT and len(words) > 1 and words[1].isalpha():
            named = words[2] if words[1].upper() == b"UID" and len(words) > 2 else words[1]
            tag, name = words[0], "" if named.upper() in _IMAP_AROUND else named.strip().upper().decode("latin-1")
        elif step.act is Act.SERVER:
            yield step, name, tag


def _is_done(step: Step, tag: bytes) -> bool:
    return any(line.startswith(tag + b" OK") for line in step.data.split(b"\r\n"))


def _refused(step: Step, tag: bytes, status: str) -> Step:
    """A step in which the command is completed with another status, after what was said to it."""
    lines = step.data.split(b"\r\n")
    reply = b"%s %s changed by recproxy mutate" % (tag, status.encode())
    return replace(step, data=b"\r\n".join(reply if each.startswith(tag + b" OK") else each for each in lines))
