"""The part of an open scope that mail connections ask: conversations in play, what was played of them, and misses."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import cached_property, partial
from typing import TYPE_CHECKING

from recproxy.config.mail_endpoints import MailPlace
from recproxy.config.profile import Profile
from recproxy.control.outcomes import Missed
from recproxy.mail.smtp_server import Said, SaidKind
from recproxy.matching.differences import Difference
from recproxy.matching.index import Index
from recproxy.matching.mail_messages import mail_difference, read_mail
from recproxy.matching.mail_miss import MailMiss, shown_reply
from recproxy.matching.rules import Ways
from recproxy.play.elsewhere import Elsewhere
from recproxy.play.mail_elsewhere import smtp_elsewhere
from recproxy.play.playback import Playback
from recproxy.play.smtp_playback import SmtpPlayback, SmtpReplay, TurnPlace
from recproxy.proxy.faults import ScopeFaults, lasted_note
from recproxy.proxy.scope_history import ScopeHistory
from recproxy.recording import Act, Step, conversation
from recproxy.recording.faults import Fault
from recproxy.redaction.rules import RedactionRules
from recproxy.redaction.scope import redact_scope

if TYPE_CHECKING:
    from recproxy.proxy.imap_scope import ImapScope

__all__ = ["MailScope"]

#: A miss compares a message with so many recorded ones.
_MOST_COMPARED = 64
_MISSED = 554


class MailScope:
    """What one scope has for mail servers; `playback` gives its recordings as they are now."""

    def __init__(
        self,
        profile: Profile,
        test: str,
        playback: Callable[[], Playback],
        history: ScopeHistory,
        redaction: RedactionRules,
        ways: Ways | None,
        remark: Callable[[], str],
        *,
        fail: Callable[[str], None] = lambda _: None,
        faults: ScopeFaults | None = None,
        expected: str | None = None,
        elsewhere: Elsewhere | None = None,
    ) -> None:
        self._profile = profile
        self._test = test
        self._playback = playback
        self._history = history
        self._redaction = redaction
        self._ways = ways or profile.ways()
        self._remark = remark
        self._fail = fail
        self._faults = faults or ScopeFaults()
        self._expected = expected
        self._elsewhere = elsewhere
        self._smtp: dict[str, SmtpPlayback] = {}
        self._made_of = (profile, test, playback, history, redaction, ways, remark)

    @cached_property
    def imap(self) -> ImapScope:
        """What IMAP connections ask."""
        from recproxy.proxy.imap_scope import ImapScope  # noqa: PLC0415 - most runs have no IMAP

        return ImapScope(*self._made_of, self._found_elsewhere, self._counted)

    def smtp(self, place: MailPlace) -> SmtpPlayback:
        """The conversations with a server."""
        known = self._smtp.get(place.host)
        if known is None or known.playback is not self._playback():
            ignored = frozenset(name.lower().encode() for name in self._profile.match.ignore.mail)
            known = self._smtp[place.host] = SmtpPlayback(self._playback(), place.host, ignored)
        return known

    def play(self, positions: Sequence[int]) -> None:
        """Conversations were played."""
        for position in positions:
            self._history.play(position)
            self._history.spent(time.perf_counter(), 0)

    def fault(self, position: int | None, at: str) -> Fault | None:
        """The fault to play with what a server says: the answer to a command, or the greeting."""
        if self._faults.of_tls and at == "GREETING":
            self._fail(
                f"the fault {self._faults.of_tls!r} is played with HTTP only, and a mail client came: "
                "use reset, truncate, hang, delay or drip"
            )
        return self._faults.take(position, at) if self._faults.planned else None

    def lasted(self, fault: Fault) -> None:
        """A client has waited for the end of a hang."""
        self._history.note(lasted_note(self._profile.name, fault))

    def miss(self, place: MailPlace, said: Said | None, replay: SmtpReplay | None, heard: Sequence[Step]) -> bytes:
        """Count something that was not recorded, and describe it: the reply to it. `heard` is all that was said."""
        if self._history.is_full:
            return _reply(self._history.miss_again())
        miss = self._described(place, said, replay, heard)
        if said is None or said.kind is not SaidKind.TOO_LARGE:
            find = partial(smtp_elsewhere, host=place.host, ignored=self.smtp(place).ignored, said=said)
            miss = self._found_elsewhere(miss, find)
        return _reply(self._counted(place, miss))

    def _counted(self, place: MailPlace, miss: MailMiss) -> str:
        """Count a miss of either protocol; its text for people."""
        # The test's own recording, if there is none yet: whoever reports the miss names it.
        expected = None if self._playback().index.interactions else self._expected
        text = miss.text() + self._remark()
        if expected is not None:
            text += f"\nthe recording would be {self._ways.shown(expected)}"
        self._history.miss(
            Missed(
                method=place.protocol.upper(),
                url=place.url,
                text=text,
                differences=tuple((each.field, each.wanted, each.got) for each in miss.differences),
                closest=miss.elsewhere.place if miss.elsewhere is not None else miss.where,
                expected=expected,
                test=self._test,
            )
        )
        self._history.spent(time.perf_counter(), 0)
        return text

    def _found_elsewhere(self, miss: MailMiss, find: Callable[[Index], list[int]]) -> MailMiss:
        """The miss with what another test recorded: it may have been renamed."""
        playing = [each.path or "" for each in self._playback().index.recordings]
        has_none = self._expected is not None and self._expected not in playing
        if self._elsewhere is None or not (has_none or miss.where is None):
            return miss
        positions = find(self._elsewhere.recorded)
        is_bare = miss.said == "connection"
        return replace(miss, elsewhere=self._elsewhere.best(positions, self._expected, playing, only_gone=is_bare))

    def _described(
        self, place: MailPlace, said: Said | None, replay: SmtpReplay | None, heard: Sequence[Step]
    ) -> MailMiss:
        told = partial(MailMiss, url=place.url, profile=self._profile.name, test=self._test, ways=self._ways)
        if said is None or replay is None:
            return told(said="connection")
        if said.kind is SaidKind.TOO_LARGE:
            most = self._profile.upstream.max_body
            reason = (
                f"recproxy: the message is larger than {most} bytes (upstream.max_body): such messages are not kept"
            )
            return told(said="message", reason=reason)
        shown = self._shown(place, said, heard)
        name = "message" if said.kind is SaidKind.MESSAGE else shown.decode("utf-8", "replace").strip()
        smtp, found = self.smtp(place), list[tuple[int, int, TurnPlace, list[Difference]]]()
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
            where=self._ways.shown(f"{recording.path or 'recording'}:{turn.line}"),
            closest=smtp.playback.interaction(cursor.position).request.url,
            differences=tuple(differences),
            ignored=self._profile.match.ignore.mail,
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
        live = conversation(place.protocol.upper(), place.url, (*heard, Step(Act.CLIENT, said.data)), wild=None)
        (clean,) = redact_scope([live], self._redaction, ids=False).interactions
        return clean.steps[-1].data if clean is not None else b""


def _reply(text: str) -> bytes:
    return "\r\n".join(shown_reply(text, _MISSED)).encode() + b"\r\n"
