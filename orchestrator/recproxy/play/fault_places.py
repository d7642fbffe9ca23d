"""Where a fault sweep plays a fault in a conversation: in the answer that its client is there for. Pure."""

from __future__ import annotations

from collections.abc import Iterable

from recproxy.mail.imap.responses import ImapResponse
from recproxy.mail.smtp_server import SaidKind, verb_of
from recproxy.mail.smtp_turns import smtp_turns
from recproxy.play.imap_exchanges import ImapExchange, read_imap_exchanges
from recproxy.recording import WEBSOCKET, Act, Interaction, Step

__all__ = ["fault_place"]

#: What a client does to get to the mail, or to leave.
_AROUND = frozenset((b"CAPABILITY", b"ID", b"NOOP", b"STARTTLS", b"LOGIN", b"AUTHENTICATE", b"ENABLE", b"LOGOUT"))


def fault_place(conversation: Interaction) -> tuple[str, int]:
    """The place that a fault names behind `at`, and the bytes of what the server says there.

    In SMTP that is the reply to the message, or to the last command where there is none; in IMAP the longest answer.
    """
    if conversation.protocol == WEBSOCKET:
        return "message", max((len(each.data) for each in conversation.steps if each.act is Act.SERVER), default=0)
    if conversation.request.method == "IMAP":
        exchanges = read_imap_exchanges(conversation).exchanges
        found = [each for each in exchanges if each.meaning.name not in _AROUND] or exchanges
        if found:
            exchange = max(found, key=_answer_size)
            return exchange.meaning.name.removeprefix(b"UID ").decode("latin-1"), _answer_size(exchange)
        return "greeting", _said(conversation.steps)
    opening, turns = smtp_turns(conversation.steps, secure=False)
    answered = [each for each in turns if _said(each.answers)]
    messages = [each for each in answered if each.kind is SaidKind.MESSAGE]
    commands = [each for each in answered if each.kind is SaidKind.COMMAND]
    found_turn = next(iter(messages), None) or next(
        (each for each in reversed(commands) if verb_of(each.data) != b"QUIT"), None
    )
    if found_turn is None:
        return "greeting", _said(opening)
    return "message" if messages else verb_of(found_turn.data).decode("latin-1"), _said(found_turn.answers)


def _said(steps: Iterable[Step]) -> int:
    return sum(len(step.data) for step in steps if step.act is Act.SERVER)


def _answer_size(exchange: ImapExchange) -> int:
    said = (each for group in exchange.groups for each in group)
    return sum(
        len(each) if isinstance(each, bytes) else len(each.line.data)
        for each in said
        if isinstance(each, bytes | ImapResponse)
    )
