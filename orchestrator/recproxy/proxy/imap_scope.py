"""The part of an open scope that IMAP connections ask: conversations in play, and misses."""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import partial

from recproxy.config.mail_endpoints import MailPlace
from recproxy.mail.imap.commands import ImapCommand, MalformedImap, read_imap_command
from recproxy.mail.imap.meanings import meaning
from recproxy.mail.imap.pieces import step_line
from recproxy.matching.differences import Difference
from recproxy.matching.mail_miss import MailMiss
from recproxy.play.imap_playback import ImapAsked, ImapPlayback, Place
from recproxy.play.imap_replay import ImapReplay
from recproxy.play.mail_elsewhere import imap_elsewhere
from recproxy.proxy.conversation_misses import ConversationMisses
from recproxy.recording import Act, Step

__all__ = ["ImapScope"]

#: A miss compares a command with so many recorded ones.
_MOST_COMPARED = 64
#: A larger command is not redacted for the text of a miss.
_LARGEST_SHOWN = 1 << 18
#: A command is shown up to here.
_LONGEST_COMMAND = 300


class ImapScope:
    """What one scope has for IMAP servers; `misses` are described and counted alike for both protocols."""

    def __init__(self, misses: ConversationMisses) -> None:
        self._misses = misses
        self._known: dict[str, ImapPlayback] = {}

    def playback(self, place: MailPlace) -> ImapPlayback:
        """The conversations with a server."""
        known = self._known.get(place.host)
        if known is None or known.playback is not self._misses.playback():
            known = self._known[place.host] = ImapPlayback(self._misses.playback(), place.host, self._misses.ignored)
            for position, each in known.conversations.items():
                if each.problem:
                    path = known.playback.index.recording_of(position).path or "recording"
                    self._misses.history.note(
                        f"{self._misses.ways.shown(path)}:{each.problem_line}: {each.problem}; what follows is not played"
                    )
        return known

    def miss(self, place: MailPlace, replay: ImapReplay, command: ImapCommand | None, logins: Sequence[Step]) -> str:
        """Count a command, or the connection itself, that was not recorded, and describe it. The text for its client."""
        if self._misses.history.is_full:
            return self._misses.count_again()
        miss = self._described(place, replay, command, logins)
        asked = None if command is None else replay.nearest(command)[0]
        ignored = self._misses.ignored
        miss = self._misses.found_elsewhere(
            miss,
            partial(imap_elsewhere, host=place.host, ignored=ignored, asked=asked),
            only_gone=command is None,
        )
        self._misses.count(place.protocol.upper(), place.url, miss)
        return _brief(miss) + self._misses.remark()

    def _described(
        self, place: MailPlace, replay: ImapReplay, command: ImapCommand | None, logins: Sequence[Step]
    ) -> MailMiss:
        told = self._misses.described(place)
        if command is None:
            return told(said="connection")
        shown = self._shown(place, command, logins)
        said = f"{command.name.decode()} with {len(command.line.data)} bytes" if shown is None else _text(shown)
        of = self.playback(place)
        asked, places = replay.nearest(command)
        if not places:
            return told(said=said)
        compared = asked if shown is None else of.asked(meaning(shown), asked.mailbox)
        found = [(each, self._differences(of, each, asked, compared)) for each in places[:_MOST_COMPARED]]
        nearest, differences = min(found, key=lambda each: len(each[1]))
        recording = of.playback.index.recording_of(nearest.position)
        exchange = of.exchange(nearest)
        return told(
            said=said,
            where=self._misses.ways.shown(f"{recording.path or 'recording'}:{exchange.line}"),
            closest=exchange.text.decode("utf-8", "replace")[:_LONGEST_COMMAND],
            differences=tuple(differences),
            ignored=self._misses.profile.match.ignore.mail,
        )

    def _differences(self, of: ImapPlayback, place: Place, asked: ImapAsked, shown: ImapAsked) -> list[Difference]:
        """How a command differs from a recorded one, without what is secret in it."""
        masked = {each.field: each for each in of.differences(place, shown)}
        return [
            masked.get(each.field, Difference(each.field, each.wanted, None if each.got is None else "(secret)"))
            for each in of.differences(place, asked)
        ]

    def _shown(self, place: MailPlace, command: ImapCommand, logins: Sequence[Step]) -> ImapCommand | None:
        """A command without its secrets; None where that cannot be told."""
        if len(command.line.data) > _LARGEST_SHOWN:
            return None
        steps = (*logins, Step(Act.CLIENT, command.line.data))
        shown = self._misses.shown(place, steps)
        line = None if shown is None else step_line(shown)
        try:
            return None if line is None else read_imap_command(line)
        except MalformedImap:
            return None


def _text(command: ImapCommand) -> str:
    """A command as it is shown: without its tag, and without what its literals hold."""
    text = command.line.text.partition(b" ")[2].decode("utf-8", "replace")
    return text if len(text) <= _LONGEST_COMMAND else text[:_LONGEST_COMMAND] + "…"


def _brief(miss: MailMiss) -> str:
    """A miss for a client, which gets one line: what it is, the nearest place, and the differences."""
    lines = [miss.text().partition("\n")[0]]
    if miss.elsewhere is not None:
        return "\n".join([*lines, f"recorded at {miss.elsewhere.where} by {miss.elsewhere.test}"])
    lines += [f"closest {miss.closest} at {miss.where}"] if miss.where is not None else []
    for each in miss.differences:
        wanted, got = ("nothing" if value is None else json.dumps(value) for value in (each.wanted, each.got))
        lines.append(f"{each.field}: recorded {wanted}, got {got}")
    return "\n".join(lines)
