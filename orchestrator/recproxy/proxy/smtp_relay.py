"""A connection to the real mail server for one client: what is said goes there, and what was said is kept.

Knows asyncio's streams and the client's side of SMTP, not our client's connection. A conversation is kept when it ends,
or when its scope does: then what follows begins with the same greeting and login, as if it were a connection of its own.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence

from recproxy.config.mail_endpoints import MailPlace
from recproxy.control.outcomes import RequestResult
from recproxy.mail.smtp_client import NoReplyError, SmtpClient, message_bytes, with_known_extensions
from recproxy.mail.smtp_server import Said, SaidKind
from recproxy.proxy.mail_upstream import mail_failure, reach_mail_server
from recproxy.proxy.step_room import StepRoom
from recproxy.proxy.timeline import said_by_server
from recproxy.proxy.traffic import Keep, Traffic
from recproxy.proxy.upstream import Upstreams
from recproxy.proxy.upstream_errors import UpstreamError
from recproxy.recording import Act, Step, conversation

__all__ = ["SmtpRelay"]

_READ = 65536  # bytes at once
#: What is said before any mail: a new scope's conversation begins with it.
_SESSION = frozenset((b"EHLO", b"HELO", b"LHLO", b"STARTTLS", b"AUTH", b"NOOP"))
#: What makes no conversation worth keeping by itself.
_IDLE = frozenset((b"QUIT", b"NOOP", b"RSET"))


class SmtpRelay:
    """Made at once, connected by `open`; without `keep` nothing is kept. `address` is used instead of the place's own."""

    def __init__(
        self, place: MailPlace, address: str, upstreams: Upstreams, keep: Keep | None, room: StepRoom | None = None
    ) -> None:
        self._room = room or StepRoom()
        self._place = place
        self._address = address
        self._upstreams = upstreams
        self._keep = keep
        self._protocol = SmtpClient()
        self._reader: asyncio.StreamReader
        self._writer: asyncio.StreamWriter | None = None
        self._server = f"{place.host}:{place.port}"
        self._steps: list[Step] = []
        self._session: tuple[Step, ...] | None = None
        self._verb = b""
        self._begun = time.monotonic()
        self._is_new = True
        self.is_secure = place.tls

    async def open(self, everything: Sequence[Said]) -> tuple[Step, ...]:
        """Connect, and say all this; what the server does at last. Raises UpstreamError."""
        await self._connect()
        steps = await self._heard()
        for each in everything:
            steps = await self.say(each)
        return steps

    async def _connect(self) -> None:
        reader = asyncio.StreamReader(limit=_READ)
        transport, protocol = await reach_mail_server(
            self._place, self._address, self._upstreams, lambda: asyncio.StreamReaderProtocol(reader)
        )
        self._reader = reader
        self._writer = asyncio.StreamWriter(transport, protocol, reader, asyncio.get_running_loop())

    async def say(self, said: Said) -> tuple[Step, ...]:
        """Say it to the server; what the server does then. Raises UpstreamError."""
        assert self._writer is not None
        if said.kind is SaidKind.COMMAND:
            if self._session is None and said.verb not in _SESSION:
                self._session = tuple(self._steps)
            self._is_new = self._is_new or said.verb not in _IDLE
            self._verb = said.verb
        self._remember(Step(Act.CLIENT, said.data))
        is_mail = said.kind is SaidKind.MESSAGE and self._verb != b"BDAT"
        try:
            async with asyncio.timeout(self._upstreams.seconds):
                self._writer.write(message_bytes(said.data) if is_mail else said.data)
                await self._writer.drain()
        except OSError:
            pass  # what the server said last is still to be read
        except TimeoutError as problem:
            raise mail_failure(self._place, problem, self._upstreams.seconds) from None
        return await self._heard() if said.waits else ()

    async def flush(self, scope: str, traffic: Traffic, *, goes_on: bool) -> None:
        """Keep what was said for a scope; a connection that `goes_on` begins its next conversation as this one began.

        Where it cannot be kept, the scope fails.
        """
        steps, begun, is_new = tuple(self._steps), self._begun, self._is_new
        self._room.free(self._steps)
        self._steps.clear()
        if goes_on:
            self._remember(*(self._session if self._session is not None else steps))
        self._begun, self._is_new = time.monotonic(), False
        if not (is_new and steps):
            return
        result, protocol = RequestResult.FORWARDED, self._place.protocol.upper()
        if self._keep is not None:
            result = RequestResult.RECORDED
            said = conversation(protocol, self._place.url, steps, wild=None, scope=scope)
            try:
                await self._keep(said, traffic, begun)
            except UpstreamError as problem:
                result = RequestResult.FAILED
                traffic.fail(f"{self._place.url}: {problem}")
        traffic.timeline.add_forwarded(
            result, begun, lambda: f"{protocol} {self._place.url}", size=said_by_server(steps)
        )

    def discard(self) -> None:
        """Keep nothing of what was said."""
        self._is_new = False
        self._room.free(self._steps)
        self._steps.clear()

    def close(self) -> None:
        """End the connection to the server."""
        if self._writer is not None:
            self._writer.close()

    async def _heard(self) -> tuple[Step, ...]:
        """The next reply, and TLS where it says so; or how the connection ended."""
        steps = await self._reply()
        reply = steps[0]
        if reply.act is Act.SERVER and self._verb == b"EHLO" and reply.data.startswith(b"250"):
            steps = (Step(Act.SERVER, with_known_extensions(reply.data)),)
        elif reply.act is Act.SERVER and self._verb == b"STARTTLS" and reply.data.startswith(b"220"):
            await self._start_tls()
            steps = (reply, Step(Act.TLS))
        self._remember(*steps)
        return steps

    def _remember(self, *steps: Step) -> None:
        """Keep steps. Raises UpstreamError where there is no room for them."""
        for step in steps:
            problem = self._room.take(len(self._steps), step)
            if not problem:
                self._steps.append(step)
            elif self._keep is not None:
                raise UpstreamError(502, problem)

    async def _reply(self) -> tuple[Step, ...]:
        while True:
            try:
                reply = self._protocol.next_reply()
                if reply is not None:
                    return (Step(Act.SERVER, reply),)
                async with asyncio.timeout(self._upstreams.seconds):
                    data = await self._reader.read(_READ)
            except NoReplyError as problem:
                raise UpstreamError(502, f"{self._server} cannot be understood: {problem}") from None
            except TimeoutError as problem:
                greets = not self._steps
                raise mail_failure(self._place, problem, self._upstreams.seconds, greets=greets) from None
            except OSError:
                return (Step(Act.RESET),)
            if not data:
                return (Step(Act.CLOSE),)
            self._protocol.feed(data)

    async def _start_tls(self) -> None:
        assert self._writer is not None
        if self._protocol.has_more:
            raise UpstreamError(502, f"{self._server} sent more before TLS began: nothing of it can be trusted")
        try:
            async with asyncio.timeout(self._upstreams.seconds):
                await self._writer.start_tls(self._upstreams.tls(), server_hostname=self._place.host)
        except (OSError, TimeoutError) as problem:
            raise mail_failure(self._place, problem, self._upstreams.seconds) from None
        self.is_secure = True
