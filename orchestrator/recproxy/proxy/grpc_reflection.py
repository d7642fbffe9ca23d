"""The types of messages that a service tells itself: asked for when the first call to it is recorded.

What comes of it is in the recording, so that a replay asks nobody.
"""

from __future__ import annotations

import asyncio
from urllib.parse import urlsplit

from recproxy.errors import RecproxyError
from recproxy.grpc.content_types import framing_of
from recproxy.grpc.descriptors import Services
from recproxy.grpc.frames import Frame, frames, put_frames
from recproxy.grpc.reflection import REFLECTION_PATHS, asked_for, reflected_services
from recproxy.play.grpc_calls import call_path, load_services, read_interaction
from recproxy.proxy.asking import ask
from recproxy.proxy.upstream import Upstreams
from recproxy.proxy.upstream_errors import UpstreamError
from recproxy.recording import Interaction, Request

__all__ = ["ReflectedCalls"]

#: Bytes of descriptors; those of a large service are some hundreds of KB.
_MOST = 8_000_000
#: Seconds in which a service answers: its first call waits for it.
_SECONDS = 5.0
#: Bytes of messages that are read at once: while more are read, other clients go on.
_MANY = 1 << 15
#: What is of one call, and not of its client.
_OF_CALL = frozenset((b"content-length", b"content-type", b"grpc-encoding", b"grpc-timeout", b"host", b"te"))


class ReflectedCalls:
    """The calls of a profile whose descriptors, at a `place`, may lack some."""

    def __init__(self, upstreams: Upstreams, place: str) -> None:
        self._upstreams = upstreams
        self._place = place
        self._known: dict[tuple[str, str], asyncio.Future[Services]] = {}

    async def readable(self, interaction: Interaction) -> Interaction:
        """A call with its messages as JSON, by what its service tells; itself where that is nothing."""
        request = interaction.request
        path = call_path(request.url)
        if interaction.steps or not framing_of(request.headers) or path in REFLECTION_PATHS:
            return interaction
        try:
            if path in load_services(self._place).methods:
                return interaction  # it is read when it is redacted
        except RecproxyError:
            return interaction
        parts = urlsplit(request.url)
        key = f"{parts.scheme}://{parts.netloc}", path.split("/")[1]
        asking = self._known.get(key)
        if asking is None:
            asking = self._known[key] = asyncio.ensure_future(self._services(*key, request))
        services = await asyncio.shield(asking)
        if path not in services.methods:
            return interaction
        size = len(request.body) + len(interaction.response.body)
        if size <= _MANY:
            return read_interaction(interaction, services)
        return await asyncio.to_thread(read_interaction, interaction, services)

    async def _services(self, origin: str, name: str, call: Request) -> Services:
        """What a service tells of itself; nothing where it tells nothing."""
        headers = tuple(line for line in call.headers if line[0].lower() not in _OF_CALL)
        body = put_frames([Frame(asked_for(name))], "")
        for path in REFLECTION_PATHS:
            asked = Request(
                method="POST",
                url=origin + path,
                headers=((b"content-type", b"application/grpc"), *headers),
                body=body,
                wild=None,
            )
            try:
                async with asyncio.timeout(_SECONDS):
                    answer = await ask(self._upstreams, asked, most=_MOST)
                return reflected_services([frame.data for frame in frames(answer.body, "", _MOST)])
            except (UpstreamError, OSError, ValueError):
                continue
        return Services()
