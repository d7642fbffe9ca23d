"""Which conversations of other tests have what a mail client said and its own test did not record. Pure."""

from __future__ import annotations

from recproxy.mail.smtp_server import Said, SaidKind
from recproxy.matching.index import Index
from recproxy.play.imap_playback import ImapAsked, ImapPlayback
from recproxy.play.playback import Playback
from recproxy.play.smtp_playback import SmtpPlayback, TurnPlace

__all__ = ["imap_elsewhere", "smtp_elsewhere"]


def smtp_elsewhere(index: Index, host: str, ignored: frozenset[bytes], said: Said | None) -> list[int]:
    """The positions of conversations that have a command or a message; of all with the server for a mere connection."""
    recorded = SmtpPlayback(Playback(index), host, ignored)
    if said is None:
        return [*recorded.turns]
    if said.kind is SaidKind.COMMAND:
        return list(dict.fromkeys(each.position for each in recorded.starts(said)))
    if said.kind is not SaidKind.MESSAGE:
        return []
    live = recorded.live(said)
    return [
        position
        for position, turns in recorded.turns.items()
        if any(
            turn.kind is said.kind and recorded.fits(TurnPlace(position, number), said, live) is not None
            for number, turn in enumerate(turns)
        )
    ]


def imap_elsewhere(index: Index, host: str, ignored: frozenset[bytes], asked: ImapAsked | None) -> list[int]:
    """The same for a command of IMAP."""
    recorded = ImapPlayback(Playback(index), host, ignored)
    return [each for each in recorded.conversations if asked is None or recorded.numbers(each, asked)]
