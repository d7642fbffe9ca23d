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
from recproxy.recording.steps import Act, Step
from recproxy.recording.values import Headers, Interaction, Response
from recproxy.recording.wildcard import unused
from recproxy.redaction.mail_attachments import parted, whole

__all__ = ["Flattened", "has_conversations"]

_TEXT: Headers = ((b"Content-Type", b"text/plain"),)
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
        for position, each in enumerate(interactions):
            parts = _taken_apart(each) if each.steps else [each]
            self.interactions += parts
            self.owners += [position] * len(parts)

    def folded(self, after: Sequence[Interaction | None]) -> tuple[Interaction | None, ...]:
        """The interactions as they were given, from what became of the parts; None where a part may not be written."""
        parts: list[list[Interaction | None]] = [[] for _ in self._before]
        for owner, each in zip(self.owners, after, strict=True):
            parts[owner].append(each)
        return tuple(
            _put_together(before, known) if before.steps else known[0]
            for before, known in zip(self._before, parts, strict=True)
        )


def _pieces(conversation: Interaction) -> list[tuple[Piece, ...]]:
    return conversation_pieces(conversation.request.method, conversation.steps)


def _taken_apart(conversation: Interaction) -> list[Interaction]:
    """A request or response for each piece; the first has the comments."""
    about = conversation.request
    word = about.wild or unused(about.url.encode(), *(step.data for step in conversation.steps))
    asked, said = dataclasses.replace(about, wild=word), Response(status=0, wild=word)
    parts: list[Interaction] = [Interaction(request=asked, response=said, comments=conversation.comments)]
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
            bodies: list[tuple[Headers, bytes]] = [(_MESSAGE if is_message else _TEXT, text)]
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
    if tuple(steps) == conversation.steps and about.request == conversation.request:
        return conversation
    return dataclasses.replace(
        conversation,
        request=about.request,
        response=dataclasses.replace(conversation.response, wild=word),
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
