"""One request on its way to the real service, up to the head of the response; asked once more where that is safe.

Knows links to services; of the client only what it is told before the response: interim heads. What follows the head is
the exchange's, and so is what comes of a failure.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TypeAlias

import h11

from recproxy.http import Head
from recproxy.proxy.body import BodyFeed
from recproxy.proxy.downstream import Downstream
from recproxy.proxy.link import REPEATABLE, ServiceLink
from recproxy.proxy.outgoing import outgoing_request
from recproxy.proxy.raced_request import RacedRequest
from recproxy.proxy.response_relay import interim_head
from recproxy.proxy.route import Target
from recproxy.proxy.upstream import Upstreams
from recproxy.proxy.upstream_errors import ServiceClosed, StaleLinkError, UpstreamError

__all__ = ["Agreed", "ServiceRequest"]

_REQUEST_TIMEOUT = 408
_SWITCHING = 101

#: The link of a service that has agreed to a WebSocket, and its agreement.
Agreed: TypeAlias = tuple[ServiceLink, h11.InformationalResponse]
#: Passes a response on, from its head to its end, and says whether the client's connection may go on.
_Respond: TypeAlias = Callable[[h11.Response, RacedRequest], Awaitable[bool]]


class ServiceRequest(RacedRequest):
    """A request for a service.

    Args:
        downstream: the client, which gets interim heads.
        upstreams: the connections to services.
        target: the service.
        head: the request.
        feed: its body, as it comes.
        http2: whether the client speaks HTTP/2, so that the service is asked over it if it offers that.
    """

    def __init__(
        self,
        downstream: Downstream,
        upstreams: Upstreams,
        target: Target,
        head: Head,
        feed: BodyFeed,
        *,
        http2: bool,
    ) -> None:
        super().__init__(seconds=upstreams.seconds, progress=lambda: feed.size)
        self._upstreams = upstreams
        self._target = target
        self._head = head
        self._feed = feed
        self._http2 = http2
        self._downstream = downstream
        self._again = b""
        #: Set where the service has agreed to a WebSocket.
        self.agreed: Agreed | None = None

    async def ask(self, respond: _Respond) -> bool:
        """Ask, and have the response passed on; whether the client's connection may go on.

        Raises:
            UpstreamError: there is no whole response.
            NotSendable: the request cannot be sent.
        """
        link = await self._chosen_link()
        try:
            return await self._over(link, respond)
        except StaleLinkError:
            # It was kept alive from before and the service had closed it: asking once more is safe.
            if not self._feed.whole:
                raise UpstreamError(502, f"{self._target.authority} closed the connection in the middle") from None
            self._again = self._feed.passed
            return await self._over(await self._chosen_link(again=True), respond)

    async def _chosen_link(self, *, again: bool = False) -> ServiceLink:
        # A kept connection may turn out to be closed: only what may be asked twice goes there.
        fresh = again or self._head.method not in REPEATABLE
        ways = {"upgrades": self._head.upgrades, "http2": self._http2}
        return await self._upstreams.link(self._target, fresh=fresh, again=again, **ways)

    async def _over(self, link: ServiceLink, respond: _Respond) -> bool:
        self.begin(link, self._send(link))
        try:
            response = await self._response(link)
            if isinstance(response, h11.InformationalResponse):
                self.agreed = link, response
                return False
            goes_on = await respond(response, self)
        except BaseException:
            link.close()
            raise
        finally:
            await self.stop_sending()
        self._upstreams.give_back(self._target, link)
        return goes_on

    async def _send(self, link: ServiceLink) -> None:
        chunked = self._http2 and not self._head.upgrades and (self._feed.size > 0 or not self._feed.ended)
        await link.send(outgoing_request(self._head, self._target, link, chunked=chunked))
        if self._again:
            await link.send(h11.Data(data=self._again))
        while not self._head.upgrades and (piece := await self._feed.next()) is not None:
            await link.send(h11.Data(data=piece))
        await link.send(h11.EndOfMessage(headers=list(self._feed.trailers)))

    async def _response(self, link: ServiceLink) -> h11.Response | h11.InformationalResponse:
        """The head of the response, or the interim one behind which another protocol begins."""
        while True:
            try:
                event = await self.next()
            except ServiceClosed:
                if link.used:
                    raise StaleLinkError from None
                raise
            if isinstance(event, h11.InformationalResponse):
                if event.status_code != 100 and not self._head.http10:  # 100 was sent to whoever waited for it
                    self._downstream.write(interim_head(event))
                if event.status_code == _SWITCHING:
                    return event
            elif not isinstance(event, h11.Response):
                raise UpstreamError(502, f"{self._target.authority} closed the connection without an answer")
            elif link.used and event.status_code == _REQUEST_TIMEOUT and self._head.method in REPEATABLE:
                raise StaleLinkError  # it was for the idle connection, and crossed our request. RFC 9110 section 15.5.9
            else:
                return event
