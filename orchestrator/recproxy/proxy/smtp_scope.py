"""The part of an open scope that SMTP connections ask: conversations in play, and misses."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from recproxy.config.mail_endpoints import MailPlace
from recproxy.mail.smtp_server import Said, SaidKind
from recproxy.matching.differences import Difference
from recproxy.matching.mail_messages import mail_difference, read_mail
from recproxy.matching.mail_miss import MailMiss, shown_reply
from recproxy.play.mail_elsewhere import smtp_elsewhere
from recproxy.play.smtp_playback import SmtpPlayback, SmtpReplay, TurnPlace
from recproxy.proxy.conversation_misses import ConversationMisses
from recproxy.recording import Act, Step

__all__ = ["SmtpScope"]

#: A miss compares a message with so many recorded ones.
_MOST_COMPARED = 64
_MISSED = 554


class SmtpScope:
    """What one scope has for SMTP servers; `misses` are described and counted alike for both protocols."""

    def __init__(self, misses: ConversationMisses) -> None:
        self._misses = misses
        self._known: dict[str, SmtpPlayback] = {}

    def playback(self, place: MailPlace) -> SmtpPlayback:
        """The conversations with a server."""
        known = self._known.get(place.host)
        if known is None or known.playback is not self._misses.playback():
            known = self._known[place.host] = SmtpPlayback(self._misses.playback(), place.host, self._misses.ignored)
        return known

    def miss(self, place: MailPlace, said: Said | None, replay: SmtpReplay | None, heard: Sequence[Step]) -> bytes:
        """Count something that was not recorded, and describe it: the reply to it. `heard` is all that was said."""
        if self._misses.history.is_full:
            return _reply(self._misses.count_again())
        miss = self._described(place, said, replay, heard)
        if said is None or said.kind is not SaidKind.TOO_LARGE:
            find = partial(smtp_elsewhere, host=place.host, ignored=self._misses.ignored, said=said)
            miss = self._misses.found_elsewhere(miss, find, only_gone=said is None)
        return _reply(self._misses.count(place.protocol.upper(), place.url, miss))

    def _described(
        self, place: MailPlace, said: Said | None, replay: SmtpReplay | None, heard: Sequence[Step]
    ) -> MailMiss:
        told = self._misses.described(place)
        if said is None or replay is None:
            return told(said="connection")
        if said.kind is SaidKind.TOO_LARGE:
            most = self._misses.profile.upstream.max_body
            reason = (
                f"recproxy: the message is larger than {most} bytes (upstream.max_body): such messages are not kept"
            )
            return told(said="message", reason=reason)
        shown = self._shown(place, said, heard)
        name = "message" if said.kind is SaidKind.MESSAGE else shown.decode("utf-8", "replace").strip()
        smtp, found = self.playback(place), list[tuple[int, int, TurnPlace, list[Difference]]]()
        for number, cursor in enumerate(replay.nearest(said)[:_MOST_COMPARED]):
            differences = self._differences(smtp, cursor, said, shown)
            found.append((len(differences), number, cursor, differences))
        if not found:
            return told(said=name)
        _, _, cursor, differences = min(found, key=lambda each: each[:2])
        turn = smtp.turn(cursor)
        assert turn is not None
        recording = smtp.playback.index.recording_of(cursor.position)
        return told(
            said=name,
            where=self._misses.ways.shown(f"{recording.path or 'recording'}:{turn.line}"),
            closest=smtp.playback.interaction(cursor.position).request.url,
            differences=tuple(differences),
            ignored=self._misses.profile.match.ignore.mail,
        )

    def _differences(self, smtp: SmtpPlayback, cursor: TurnPlace, said: Said, shown: bytes) -> list[Difference]:
        turn = smtp.turn(cursor)
        assert turn is not None
        if said.kind is not SaidKind.MESSAGE:
            recorded = turn.data.decode("utf-8", "replace").strip()
            return [Difference("command", recorded, shown.decode("utf-8", "replace").strip())]
        differences, _ = mail_difference(smtp.mail(cursor), smtp.live(said), smtp.playback.bound)
        hidden = read_mail(shown, None, smtp.ignored).fields
        masked = {
            each.field: each for each in mail_difference(smtp.mail(cursor), read_mail(shown, None, smtp.ignored), {})[0]
        }
        return [
            masked.get(
                each.field, Difference(each.field, each.wanted, None if each.field not in hidden else "(secret)")
            )
            for each in differences
        ]

    def _shown(self, place: MailPlace, said: Said, heard: Sequence[Step]) -> bytes:
        """What was said without its secrets; empty where that cannot be told."""
        shown = self._misses.shown(place, (*heard, Step(Act.CLIENT, said.data)))
        return shown.data if shown is not None else b""


def _reply(text: str) -> bytes:
    return "\r\n".join(shown_reply(text, _MISSED)).encode() + b"\r\n"
