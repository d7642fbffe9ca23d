"""Takes in what the user's tunnel brings while a run records: the application answers it, and the proxy is told of both."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Iterator, Mapping

import h11

from recproxy.config.webhook_table import WebhookTable
from recproxy.control.webhook_messages import Deliver, Delivered, WebhookAnswered, WebhookComes
from recproxy.orchestrator.lane import Lane
from recproxy.orchestrator.proxy import Proxy
from recproxy.orchestrator.webhook_call import call_application
from recproxy.recording import Request, Response, SentWebhook, as_interaction, pack, webhook_url

__all__ = ["WebhookIntake"]

_MOST_HEAD = 1 << 16  # bytes: services sign in headers, and nobody's head may fill the memory
_OF_CONNECTION = frozenset((b"connection", b"keep-alive", b"transfer-encoding", b"content-length", b"host"))


class WebhookIntake:
    """What comes in for one kind of webhook of a profile; it belongs to the lane whose scope was begun last."""

    def __init__(self, lanes: Mapping[str, Lane], proxy: Proxy, table: WebhookTable, numbers: Iterator[int]) -> None:
        self._numbers = numbers
        self._lanes = lanes
        self._proxy = proxy
        self._table = table

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Take one webhook, and answer it as the application does."""
        connection = h11.Connection(h11.SERVER, max_incomplete_event_size=_MOST_HEAD)
        with contextlib.suppress(OSError, h11.RemoteProtocolError):
            request, body = await _read(connection, reader, self._proxy.profile.upstream.max_body)
            if request is not None:
                answer = await self._forwarded(request, body)
                head = [line for line in answer.headers if line[0].lower() not in _OF_CONNECTION]
                size = (b"Content-Length", b"%d" % len(answer.body))
                status = answer.status if not answer.error else 502
                events = (
                    h11.Response(status_code=status, headers=[*head, size, (b"Connection", b"close")]),
                    h11.Data(data=answer.body),
                    h11.EndOfMessage(),
                )
                for event in events:
                    writer.write(connection.send(event) or b"")
                await writer.drain()
        writer.close()

    async def _forwarded(self, request: h11.Request, body: bytes) -> Delivered:
        """The application's answer to what a tunnel brought, which the proxy of the profile is told of."""
        lane = max(self._lanes.values(), key=lambda each: each.scopes[-1].begun if each.scopes else 0.0)
        alone = sum(bool(each.scopes) for each in self._lanes.values()) <= 1
        target = request.target.decode("ascii", "replace")
        headers = tuple((name, value) for name, value in request.headers.raw_items())
        message = Deliver(
            order=0,
            lane=lane.name,
            webhook=self._table.name,
            method=request.method.decode(),
            target=target,
            headers=tuple(line for line in headers if line[0].lower() not in _OF_CONNECTION),
            body=body,
        )
        number = next(self._numbers)
        self._proxy.send(WebhookComes(number=number, lane=lane.name, begun=time.monotonic(), alone=alone))
        address = lane.webhooks.address(self._proxy.profile, self._table)
        answer = await asyncio.to_thread(call_application, address, message, lane.outgoing)
        packed = b""
        if not answer.error:
            sent = Request(
                method=message.method,
                url=webhook_url(self._table.name, target),
                headers=message.headers,
                body=body,
                wild=None,
            )
            said = Response(
                status=answer.status, reason=answer.reason, headers=answer.headers, body=answer.body, wild=None
            )
            packed = pack(as_interaction(SentWebhook(request=sent, answer=said)))
        self._proxy.send(WebhookAnswered(number=number, packed=packed, error=answer.error))
        return answer


async def _read(
    connection: h11.Connection, reader: asyncio.StreamReader, most: int
) -> tuple[h11.Request | None, bytes]:
    """A request and its body; None where there is none, or its body is too large."""
    request: h11.Request | None = None
    body = b""
    while len(body) <= most:
        event = connection.next_event()
        if event is h11.NEED_DATA:
            connection.receive_data(await reader.read(1 << 16))
        elif isinstance(event, h11.Request):
            request = event
        elif isinstance(event, h11.Data):
            body += event.data
        else:
            return request, body
    return None, b""
