"""Conversations taken apart for redaction, and put together again: each piece becomes a request or a response.

What the client said is the body of a request, what the server said that of a response, a mail message has its media
type, and a credential becomes an Authorization header. So the one engine reads them, and a password that a client
proved itself with is found in a header, a body or an attachment of any other interaction of the scope, too.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Sequence
from itertools import islice

from recproxy.mail.conversation_pieces import conversation_pieces
from recproxy.mail.imap.pieces import joined_pieces
from recproxy.mail.pieces import Piece, PieceKind
from recproxy.recording.grammar import is_utf8
from recproxy.recording.steps import WEBSOCKET, Act, Step
from recproxy.recording.values import Headers, Interaction, Request, Response
from recproxy.recording.wildcard import unused
from recproxy.redaction.handed_out import is_login
from recproxy.redaction.mail_attachments import parted, whole

__all__ = ["Flattened", "has_conversations"]

_TEXT: Headers = ((b"Content-Type", b"text/plain"),)
_JSON: Headers = ((b"Content-Type", b"application/json"),)
_BYTES: Headers = ((b"Content-Type", b"application/octet-stream"),)
_MESSAGE: Headers = ((b"Content-Type", b"message/rfc822"),)


def has_conversations(interactions: Sequence[Interaction]) -> bool:
    """Whether any of the interactions is a conversation."""
    return any(each.steps for each in interactions)


class Flattened:
    """The interactions of a scope with each conversation as many; `owners` are the positions that they come from."""

    def __init__(self, interactions: Sequence[Interaction]) -> None:
        self._before = interactions
        self.interactions: list[Interaction] = []
        self.owners: list[int] = []
        #: What was said to messages of a WebSocket that log in, for what a login hands out.
        self.answers: list[Interaction] = []
        for position, each in enumerate(interactions):
            parts = _taken_apart(each) if each.steps else [each]
            self.interactions += parts
            self.owners += [position] * len(parts)
            if each.protocol == WEBSOCKET:
                self.answers += _answers(each.steps)

    def folded(self, after: Sequence[Interaction | None]) -> tuple[Interaction | None, ...]:
        """The interactions as they were given, from what became of the parts; None where a part may not be written."""
        parts: list[list[Interaction | None]] = [[] for _ in self._before]
        for owner, each in zip(self.owners, after, strict=True):
            parts[owner].append(each)
        return tuple(
            _put_together(before, known) if before.steps else known[0]
            for before, known in zip(self._before, parts, strict=True)
        )


def _answers(steps: Sequence[Step]) -> Iterator[Interaction]:
    """Each login of the client with each message of the server up to the client's next, as a request and its response."""
    login: Request | None = None
    for step in steps:
        if step.act is Act.CLIENT:
            asked = Request(method="POST", url="", body=step.data)
            login = asked if is_login(asked) else None
        elif step.act is Act.SERVER and login is not None:
            yield Interaction(request=login, response=Response(status=0, body=step.data))


def _pieces(conversation: Interaction) -> list[tuple[Piece, ...]]:
    if conversation.protocol == WEBSOCKET:
        return [(Piece(PieceKind.LINES, step.data),) if step.data else () for step in conversation.steps]
    return conversation_pieces(conversation.request.method, conversation.steps)


def _media(step: Step, piece: Piece) -> Headers:
    """What a piece of text is read as; a mail server says no JSON."""
    if piece.kind is PieceKind.MESSAGE:
        return _MESSAGE
    if step.binary and not is_utf8(piece.data):
        return _BYTES
    return _JSON if piece.data.lstrip()[:1] in (b"{", b"[") else _TEXT


def _taken_apart(conversation: Interaction) -> list[Interaction]:
    """A request or response for each piece; the first has the comments."""
    about = conversation.request
    fields = (value for _, value in (*about.headers, *conversation.response.headers))
    word = about.wild or unused(about.url.encode(), *fields, *(step.data for step in conversation.steps))
    begun = dataclasses.replace(conversation.response, wild=word)
    parts: list[Interaction] = [
        Interaction(request=dataclasses.replace(about, wild=word), response=begun, comments=conversation.comments)
    ]
    # The head of the request is looked at once, not with each message.
    asked, said = dataclasses.replace(about, wild=word, headers=(), body=b""), Response(status=0, wild=word)
    for step, pieces in zip(conversation.steps, _pieces(conversation), strict=True):
        for piece in pieces:
            if piece.kind is PieceKind.CREDENTIAL:
                proof = b"" if piece.data == word.encode() else piece.proof
                headers = ((b"Authorization", proof or b"Bearer " + piece.data),)
                request = dataclasses.replace(asked, headers=headers)
                parts.append(Interaction(request=request, response=said))
                continue
            is_message = piece.kind is PieceKind.MESSAGE
            text, attachments = parted(piece.data, is_message=is_message)
            bodies: list[tuple[Headers, bytes]] = [(_media(step, piece), text)]
            bodies += ((((b"Content-Type", each.media),), each.content) for each in attachments)
            for media, body in bodies:
                if step.act is Act.SERVER:
                    response = dataclasses.replace(said, headers=media, body=body)
                    parts.append(Interaction(request=asked, response=response))
                else:
                    request = dataclasses.replace(asked, headers=media, body=body)
                    parts.append(Interaction(request=request, response=said))
    return parts


def _put_together(conversation: Interaction, parts: Sequence[Interaction | None]) -> Interaction | None:
    known = [part for part in parts if part is not None]
    if len(known) < len(parts):
        return None
    about, *others = known
    word = about.request.wild or "XXX"
    left = iter(others)
    steps: list[Step] = []
    for step, pieces in zip(conversation.steps, _pieces(conversation), strict=True):
        texts = [_said(piece, left, word if step.act is Act.CLIENT else None, word) for piece in pieces]
        if None in texts:
            return None
        said = (
            joined_pieces(pieces, [each or b"" for each in texts])
            if about.request.method == "IMAP"
            else b"".join([each or b"" for each in texts])
        )
        steps.append(step if said == step.data else dataclasses.replace(step, data=said))
    if tuple(steps) == conversation.steps and (about.request, about.response) == (
        conversation.request,
        conversation.response,
    ):
        return conversation
    return dataclasses.replace(
        conversation,
        request=about.request,
        response=about.response,
        comments=about.comments,
        steps=tuple(steps),
    )


def _said(piece: Piece, left: Iterator[Interaction], wild: str | None, word: str) -> bytes | None:
    """What a piece says now; None where that cannot be put together."""
    if piece.kind is PieceKind.CREDENTIAL:
        next(left)
        return word.encode()
    _, attachments = parted(piece.data, is_message=piece.kind is PieceKind.MESSAGE)
    text, *contents = [part.response.body or part.request.body for part in islice(left, 1 + len(attachments))]
    return whole(text, attachments, contents, None if wild is None else wild.encode())
