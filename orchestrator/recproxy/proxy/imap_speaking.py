"""Who answers a client of IMAP in a lane: the recordings of the open scope, or the service.

A connection may be used in several scopes. What it says is played from, or recorded for, the one that is open when it
is said.
"""

from __future__ import annotations

import asyncio
import ssl
import time
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from recproxy.config.mail_endpoints import MailPlace
from recproxy.mail.imap.client import ImapClient
from recproxy.mail.imap.commands import ImapCommand
from recproxy.mail.imap.lines import ImapLine
from recproxy.mail.imap.responses import read_imap_response
from recproxy.mail.imap.server import ImapServer
from recproxy.mail.imap.states import Reading
from recproxy.play.imap_replay import ImapReplay
from recproxy.proxy.imap_catching_up import Catching, Done
from recproxy.proxy.imap_connection import ImapConnection
from recproxy.proxy.imap_relaying import ImapRelaying, ServiceWire
from recproxy.proxy.imap_replaying import ImapReplaying, one_line
from recproxy.proxy.imap_texts import ImapTexts
from recproxy.proxy.imap_wire import ImapWire
from recproxy.proxy.mail_lane import MailLane, may_ask
from recproxy.proxy.open_exchanges import INSISTS
from recproxy.recording import Act

if TYPE_CHECKING:
    from recproxy.proxy.imap_service import ImapService

__all__ = ["imap_connection"]


def imap_connection(lane: MailLane, place: MailPlace, context: ssl.SSLContext | None) -> ImapConnection:
    """A connection of a lane to a place; `context` is for TLS that begins later."""
    server = ImapServer(tls=place.tls, limit=lane.max_body + (1 << 16))
    return ImapConnection(
        server,
        lambda connection: _Speaking(lane, place, server, connection),
        context=lambda: context,
        host=place.host,
        note=lambda line: lane.scope.note(line),  # noqa: PLW0108 - another scope may be open then
        spawn=lane.spawn,
        open_connections=lane.imap,
    )


class _Speaking:
    """Who answers one client."""

    def __init__(self, lane: MailLane, place: MailPlace, server: ImapServer, connection: ImapConnection) -> None:
        self._lane = lane
        self._place = place
        self._server = server
        self._connection = connection
        self._texts = ImapTexts(lane, place, connection)
        self._replaying: ImapReplaying | None = None
        self._relaying: ImapRelaying | None = None
        #: Ends the connection to a service that is told what was done without it, for the reason that the scope is told.
        self._leave_service: Callable[[str], None] | None = None
        self._is_lost = False
        if lane.forwards:
            lane.spawn(self._reach())
        else:
            self._start()

    @property
    def is_idle(self) -> bool:
        """Whether the client waits for nothing."""
        speaking = self._replaying or self._relaying
        return speaking is not None and speaking.is_idle

    def go_on(self) -> None:
        """Take what the client said."""
        if self._texts.scope is not self._lane.scope and not self._turned():
            return
        if self._relaying is not None and not may_ask(self._lane):
            self._bye(f"recproxy: {INSISTS}")  # its test is waited for, which had not asked this
        elif self._relaying is not None:
            self._relaying.go_on()
        elif self._replaying is not None:
            self._replaying.go_on()

    def tls_started(self) -> None:
        """TLS with the client is up."""
        speaking = self._relaying or self._replaying
        if speaking is not None:
            speaking.tls_started()

    def hold(self, *, holds: bool) -> None:
        """The client does not read, or reads again."""
        speaking = self._relaying or self._replaying
        if speaking is not None:
            speaking.hold(holds=holds)

    def catch_up(self) -> None:
        """Answer from recordings what has come, although the client does not read, until it is held again."""
        if (replaying := self._replaying) is not None:
            replaying.hold(holds=False)
            replaying.go_on()
            replaying.hold(holds=True)

    def lost(self) -> None:
        """The client has gone."""
        self._is_lost = True
        if self._leave_service is not None:
            self._leave_service("")
        speaking = self._relaying or self._replaying
        if speaking is not None:
            speaking.lost()

    def leave(self, ended: object) -> None:
        """A scope has ended: what was said in it is its own, although the connection goes on."""
        if self._texts.scope is not ended:
            return
        if self._replaying is not None:
            self._replaying.settle()
        elif self._relaying is not None:
            self._texts = ImapTexts(self._lane, self._place, self._connection)
            self._relaying.turn_to(self._texts, self._texts.keep)

    def turn(self) -> None:
        """Another scope is open: end what goes to the service, if that insists on replay."""
        if may_ask(self._lane):
            return
        if self._leave_service is not None:
            self._leave_service(INSISTS)
            self._bye(f"recproxy: {INSISTS}")
        elif self._relaying is not None:
            self._bye(f"recproxy: {INSISTS}")

    def _replay(self) -> ImapReplay:
        return ImapReplay(self._lane.scope.conversations.imap.playback(self._place), secure=self._server.tls)

    def _start(self) -> None:
        """Answer from recordings; or have the service answer, where nothing is left and it may be asked."""
        replay = self._replay()
        if self._lane.forwards_large() and not replay.can_greet:
            self._lane.spawn(self._reach())
            return
        self._replaying = ImapReplaying(self._server, replay, self._connection, self._texts, ask=self._ask)
        self._replaying.start()

    def _ask(self, command: ImapCommand) -> bool:
        """Have the service answer a command that was not recorded; whether it may."""
        if not self._lane.forwards_large():
            return False
        assert self._replaying is not None
        done = self._replaying.done()
        self._replaying.settle()
        self._replaying = None
        self._lane.spawn(self._reach(done, command))
        return True

    def _turned(self) -> bool:
        """Go on in the scope that is open now; False where that is not possible, and the connection ends."""
        goes_to_service = self._relaying is not None
        if goes_to_service != self._lane.forwards and not self._lane.forwards_large():
            self._bye("recproxy: the next test is answered by another side: connect anew")
            return False
        self._texts = ImapTexts(self._lane, self._place, self._connection)
        if self._relaying is not None:
            self._relaying.turn_to(self._texts, self._texts.keep)
        elif self._replaying is not None:
            self._replaying.turn_to(self._replay(), self._texts)
        return True

    def _bye(self, text: str) -> None:
        line = read_imap_response(ImapLine((b"* BYE " + one_line(text),)))
        if self._server.reading is Reading.GREETING:
            self._server.greet(line.line)
        else:
            self._server.answer(line)
        self._connection.write(self._server.data_to_send())
        self._connection.end(Act.CLOSE)

    async def _reach(self, done: Sequence[Done] = (), command: ImapCommand | None = None) -> None:
        """Connect to the service; where a `command` asks it, it is told first what was `done`."""
        from recproxy.proxy.upstream_errors import UpstreamError  # noqa: PLC0415 - a replay does without

        texts, traffic = self._texts, self._texts.scope.traffic  # another scope may open meanwhile
        traffic.begin()
        begun = time.monotonic()
        try:
            client, service = await self._lane.forwarding.imap_service(self._place, self._lane.spawn)
        except UpstreamError as problem:
            traffic.fail(f"{self._place.url}: {problem}")
            if not self._is_lost:
                self._bye(f"recproxy: {problem}")
            return
        finally:
            traffic.end(time.monotonic() - begun)
        traffic.forwarded += 1
        if self._is_lost:
            service.close()
            return
        if not may_ask(self._lane):
            texts.refused(INSISTS)
            service.close()
            self._bye(f"recproxy: {INSISTS}")
        elif command is None:
            self._relaying = self._relay(self._server, client, self._connection, service, texts)
            service.listen(self._relaying)
            self.go_on()
        else:
            self._catch_up(client, service, done, command, texts)

    def _catch_up(
        self, client: ImapClient, service: ImapService, done: Sequence[Done], command: ImapCommand, texts: ImapTexts
    ) -> None:
        """Tell the service what was done without it, and then have it answer the command; `texts` are of who asks."""
        begun = time.monotonic()
        texts.scope.traffic.begin()  # the end of the scope waits for it

        def leave(why: str) -> None:
            self._leave_service = None
            texts.scope.traffic.end(time.monotonic() - begun)
            if why:
                texts.refused(why)
            catching.stop()
            relaying.lost()

        def over(problem: str) -> None:
            self._leave_service = None
            texts.scope.traffic.end(time.monotonic() - begun)
            if problem:
                texts.scope.traffic.fail(f"{self._place.url}: {problem}")
                service.close()
                self._bye(f"recproxy: {problem}")
            elif not self._is_lost:
                self._relaying = relaying
                relaying.take_over(self._server, self._connection, command)

        catching = Catching(
            done,
            tls=self._place.tls,
            soon=asyncio.get_running_loop().call_soon,
            later=self._connection.later,
            over=over,
        )
        relaying = self._relay(catching.server, client, catching, service, texts)
        catching.go_on, catching.secured = relaying.go_on, relaying.tls_started
        self._leave_service = leave
        service.listen(relaying)

    def _relay(
        self, server: ImapServer, client: ImapClient, wire: ImapWire, service: ServiceWire, texts: ImapTexts
    ) -> ImapRelaying:
        """What passes between a client, or who stands for it, and the service from now on, and is kept."""
        forwarding = self._lane.forwarding
        return ImapRelaying(
            server,
            client,
            wire,
            service,
            texts,
            texts.keep,
            seconds=forwarding.seconds,
            room=forwarding.room,
        )
