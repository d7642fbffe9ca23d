"""An SMTP conversation as turns: what the client said, and what the server did then; and what a command means. Pure."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence

from recproxy.lazy.dataclass import dataclass
from recproxy.lazy.patterns import lazy_pattern
from recproxy.mail.smtp_server import SaidKind, verb_of
from recproxy.recording import Act, Step

__all__ = ["SmtpTurn", "command_text", "said_kinds", "smtp_turns"]

#: Commands whose words do not matter: who the client is, and what is said to keep a connection open.
_WORDLESS = frozenset((b"EHLO", b"HELO", b"LHLO", b"NOOP", b"RSET", b"QUIT", b"DATA", b"STARTTLS"))
_ENVELOPE = lazy_pattern(rb"(?i)(MAIL|RCPT)[ \t]+(FROM|TO):[ \t]*(<[^>]*>|[^ \t]+)[ \t]*(.*)")
#: Parameters of MAIL and RCPT that follow from how a message is written, or are made anew.
_OF_FORM = frozenset((b"SIZE", b"AUTH", b"BODY", b"SMTPUTF8", b"ENVID", b"ORCPT"))


@dataclass(frozen=True, slots=True)
class SmtpTurn:
    """What a client said, and the `answers`: all that followed until it spoke again.

    `secure` says that it was said in TLS. The content of a message is that of all its chunks; `partial` is a chunk that
    is not the last. `line` is where it stands.
    """

    kind: SaidKind
    data: bytes
    answers: tuple[Step, ...]
    secure: bool
    partial: bool = False
    line: int = 0

    @property
    def outcome(self) -> tuple[bytes, ...]:
        """What tells a client how it went: the codes of replies, and the ends of the connection."""
        return tuple(step.data[:3] if step.act is Act.SERVER else step.act.value.encode() for step in self.answers)


def said_kinds(steps: Sequence[Step]) -> Iterator[SaidKind | None]:
    """What each step of a client is; None for the other steps."""
    code = b""
    authenticating = chunk = False
    for step in steps:
        if step.act is Act.SERVER:
            code = step.data[:3]
            yield None
        elif step.act is not Act.CLIENT:
            yield None
        elif chunk or code == b"354":
            chunk, code = False, b""
            yield SaidKind.MESSAGE
        elif code == b"334" and authenticating:
            yield SaidKind.RESPONSE
        else:
            verb = step.data[:5].upper().strip()
            authenticating, chunk = verb == b"AUTH", verb == b"BDAT"
            yield SaidKind.COMMAND


def smtp_turns(steps: Sequence[Step], *, secure: bool) -> tuple[tuple[Step, ...], tuple[SmtpTurn, ...]]:
    """What a server says first, and the turns after it; `secure` says that the connection began with TLS."""
    kinds = list(said_kinds(steps))
    starts = [number for number, kind in enumerate(kinds) if kind is not None]
    turns: list[SmtpTurn] = []
    content, last = b"", True
    for start, end in itertools.pairwise([*starts, len(steps)]):
        step, kind, answers = steps[start], kinds[start], tuple(steps[start + 1 : end])
        assert kind is not None
        data, partial = step.data, False
        if kind is SaidKind.COMMAND:
            last = command_text(data) != b"BDAT"
            content = content if data[:4].upper() == b"BDAT" else b""
        elif kind is SaidKind.MESSAGE:
            content = data = content + data
            partial = not last
        turns.append(SmtpTurn(kind, data, answers, secure, partial, step.line))
        secure = secure or any(each.act is Act.TLS for each in answers)
    return tuple(steps[: starts[0] if starts else len(steps)]), tuple(turns)


def command_text(line: bytes) -> bytes:
    """A command as it is compared: without what differs from run to run and means the same."""
    verb = verb_of(line)
    if verb in _WORDLESS:
        return verb
    if verb == b"AUTH":
        return b" ".join(line.upper().split(None, 2)[:2])
    if verb == b"BDAT":
        return b"BDAT LAST" if line.upper().split()[-1] == b"LAST" else verb
    found = _ENVELOPE.match(line.strip())
    if found is None:
        return b" ".join([verb, *(word.strip() for word in line.split(None, 1)[1:])])
    parameters = sorted(_parameter(each) for each in found[4].split())
    kept = [each for each in parameters if each.partition(b"=")[0] not in _OF_FORM]
    return b" ".join([b"%s %s:%s" % (verb, found[2].upper(), found[3]), *kept])


def _parameter(text: bytes) -> bytes:
    name, equals, value = text.partition(b"=")
    return name.upper() + equals + value
