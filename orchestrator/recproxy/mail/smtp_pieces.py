"""The pieces of an SMTP conversation: which step is a command, which a message, and what in it is a credential. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from recproxy.lazy.patterns import lazy_pattern
from recproxy.mail.authentication import PROVES_NOTHING, proof_of
from recproxy.mail.echoes import Echoes
from recproxy.mail.pieces import Piece, PieceKind
from recproxy.mail.smtp_server import SaidKind
from recproxy.mail.smtp_turns import said_kinds
from recproxy.recording import Act, Step

__all__ = ["smtp_pieces"]

#: The name of a mechanism (RFC 4422 section 3.1).
_MECHANISM = lazy_pattern(rb"[A-Za-z0-9_-]{1,20}\Z")
_BASE64 = lazy_pattern(rb"(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?\Z")
#: Commands that bring no credential. What is none of them could be a login that its client got wrong.
_VERBS = frozenset(
    b"BDAT DATA EHLO ETRN EXPN HELO HELP LHLO MAIL NOOP QUIT RCPT RSET SAML SEND SOML STARTTLS TURN VRFY".split()
)
_VERB = lazy_pattern(rb"[A-Za-z-]{1,20}\Z")


def smtp_pieces(steps: Sequence[Step]) -> list[tuple[Piece, ...]]:
    """The pieces of each step: together they are what was said in it."""
    reader = _Reader()
    return [reader.take(step, kind) for step, kind in zip(steps, said_kinds(steps), strict=True)]


class _Reader:
    """Reads the steps of a conversation in order: what a line is depends on the login before it."""

    def __init__(self) -> None:
        self._mechanism = b""
        self._responses: list[bytes] = []
        #: Whether a login was begun, and has not succeeded: what follows may be the rest of it.
        self._unfinished = False
        self._echoes = Echoes()

    def take(self, step: Step, kind: SaidKind | None) -> tuple[Piece, ...]:
        """The pieces of a step."""
        if step.act is Act.SERVER:
            self._unfinished = self._unfinished and not step.data.startswith(b"235")
            return self._echoes.told(Piece(PieceKind.LINES, step.data)) if step.data else ()
        if kind is SaidKind.MESSAGE:
            return (Piece(PieceKind.MESSAGE, step.data),)
        line = step.data.removesuffix(b"\r\n")
        before, given, after = self._parts(line, kind)
        end = after + step.data[len(line) :]
        if given in PROVES_NOTHING:
            return (Piece(PieceKind.LINES, step.data),) if step.data else ()
        self._echoes.remember(given)
        proof = proof_of(self._mechanism, self._responses)
        credential = Piece(PieceKind.CREDENTIAL, given, proof)
        pieces = (Piece(PieceKind.LINES, before), credential, Piece(PieceKind.LINES, end))
        return tuple(piece for piece in pieces if piece.data)

    def _parts(self, line: bytes, kind: SaidKind | None) -> tuple[bytes, bytes, bytes]:
        """What stands before a credential, it, and what stands behind it; it is empty where there is none."""
        words = line.split(None, 2)
        if kind is SaidKind.RESPONSE:
            self._responses = [*self._responses, line]
            return b"", line, b""
        verb = words[0].upper() if kind is SaidKind.COMMAND and words else b""
        if not verb or verb in _VERBS:
            return line, b"", b""
        arguments = line.split(None, 1)[1:]
        if verb == b"AUTH" or verb.startswith(b"AUTH="):
            self._unfinished = True
            is_named = verb == b"AUTH" and len(words) > 1 and _MECHANISM.match(words[1]) is not None
            self._mechanism, self._responses = verb[5:], [b" ".join(words[1:])]
            if verb == b"AUTH":
                self._mechanism, self._responses = (words[1].upper(), words[2:]) if is_named else (b"", [])
            given = b"".join(words[2:] if is_named else arguments)
            return line.removesuffix(given), given, b""
        if len(words) == 1 and _BASE64.match(words[0]):
            # A client that did not wait for the reply to AUTH, or did not mind it.
            self._responses = [*self._responses, words[0]]
        else:
            self._mechanism, self._responses = b"", []
        is_command = arguments and not self._unfinished and _VERB.match(words[0])
        given = (arguments[0] if is_command else line.lstrip()).rstrip()
        start = line.index(given)
        return line[:start], given, line[start + len(given) :]
