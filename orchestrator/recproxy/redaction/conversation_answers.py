"""What a server answered to each piece of a conversation, as far as it tells one answer from another.

A conversation that was taken apart is a row of interactions: what a client said is a request, what the server said a
response, and neither has a status. Tags, texts after a status, and what a mail server says of a new message are its own
each time. Pure.
"""

from __future__ import annotations

from collections.abc import Sequence

from recproxy.lazy.patterns import lazy_pattern
from recproxy.recording.values import Interaction

__all__ = ["answer_to", "finds", "is_piece", "said_in_piece"]

_TAG = lazy_pattern(rb"\A[^\s*+]+ ")
_STATUS = lazy_pattern(rb"(?m)^[^\s*+]+ (OK|NO|BAD)\b[^\r\n]*")
_CODE = lazy_pattern(rb"(?m)^([0-9]{3})[^\r\n]*")
#: Commands of IMAP that make something.
_MAKES = lazy_pattern(rb"(?i)(?:UID )?(?:CREATE|APPEND|RENAME|SUBSCRIBE|COPY|MOVE)\b")
#: Those that ask what is there, and their answers where something is.
_LOOKS = lazy_pattern(rb"(?i)(?:UID )?(?:SEARCH|SORT|THREAD|LIST|LSUB|XLIST)\b")
_SEES = lazy_pattern(rb"(?im)^\* (?:SEARCH|SORT|THREAD|LIST|LSUB|XLIST) \S|^\* ESEARCH .*\b(?:ALL|MIN|MAX|COUNT) [1-9]")


def is_piece(interaction: Interaction) -> bool:
    """Whether an interaction is a piece of a conversation that was taken apart."""
    return interaction.response.status == 0 and interaction.webhook is None


def said_in_piece(interaction: Interaction) -> bytes:
    """What a client says, without the tag that it gives to a command of IMAP."""
    body = interaction.request.body
    return _TAG.sub(b"", body) if interaction.request.method == "IMAP" else body


def answer_to(interactions: Sequence[Interaction], position: int) -> bytes:
    """What the server said after a piece of a client, until the client goes on."""
    said: list[bytes] = []
    for place in range(position + 1, len(interactions)):
        each = interactions[place]
        if not is_piece(each) or each.request.body or each.request.headers:
            break
        said.append(each.response.body)
    answer = b"".join(said)
    method = interactions[position].request.method
    if method == "SMTP":
        return _CODE.sub(rb"\1", answer)
    if method == "IMAP":
        return b"" if _MAKES.match(said_in_piece(interactions[position])) else _STATUS.sub(rb"\1", answer)
    return answer


def finds(interactions: Sequence[Interaction], position: int) -> bool:
    """Whether a piece is a command of IMAP that asks for something which the server has."""
    if interactions[position].request.method != "IMAP" or not is_piece(interactions[position]):
        return False
    command, answer = said_in_piece(interactions[position]), answer_to(interactions, position)
    if not command.endswith(b"\r\n") or _MAKES.match(command):
        return False
    return _SEES.search(answer) is not None if _LOOKS.match(command) else b"OK" in answer.splitlines()
