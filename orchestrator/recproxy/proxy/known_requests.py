"""What a scope has worked out for requests, kept for equal ones: the second of them costs one look-up."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import field

from recproxy.http import Head
from recproxy.lazy.dataclass import dataclass
from recproxy.play.candidates import Candidates
from recproxy.proxy.downstream import Answer, Later
from recproxy.proxy.route import Route
from recproxy.recording import Request

__all__ = ["KnownRequest", "KnownRequests"]

#: So many requests are kept: a client may never ask the same twice.
_MOST = 4096
#: Bytes of the largest body that is kept with its request.
_LARGEST_BODY = 4096
#: Bytes of bodies of requests that are remembered for what they show of secrets.
_MOST_BYTES = 1 << 26


@dataclass(slots=True)
class KnownRequest:
    """All that is worked out once for equal requests; `answers` are those that were built, by position."""

    candidates: Candidates
    request: Request
    reason: str = ""
    answers: dict[int, Answer | Later] = field(default_factory=dict)


class KnownRequests:
    """The requests of one scope, by how they came and their bytes."""

    def __init__(self) -> None:
        self._routes: dict[Route, dict[tuple[object, ...], KnownRequest]] = {}
        self._count = 0
        #: Each request once, also those of which nothing else is kept; and room for more bodies.
        self._seen: dict[Request, None] = {}
        self._room = _MOST_BYTES
        #: The route of the latest request and what came by it. A connection keeps its route, whose hash would cost more
        #: than that of all else that a request is known by.
        self._route: Route | None = None
        self._of_route: dict[tuple[object, ...], KnownRequest] = {}

    def __len__(self) -> int:
        return len(self._seen)

    def __iter__(self) -> Iterator[Request]:
        """The requests, in the order in which they came first."""
        return iter(self._seen)

    def forget(self) -> None:
        """Other recordings are in play: all is worked out anew. The requests stay, for what they show of secrets."""
        self._routes = {}
        self._count = 0
        self._route, self._of_route = None, {}

    def get(self, route: Route, head: Head, body: bytes) -> KnownRequest | None:
        """What is known of a request; None where no equal one was kept."""
        if route is not self._route:
            self._route, self._of_route = route, self._routes.get(route, {})
        return self._of_route.get((head.method, head.target, head.http10, head.headers, body))

    def keep(self, route: Route, head: Head, body: bytes, known: KnownRequest) -> None:
        """Keep what holds for each equal request, if there is room."""
        self._see(known.request)
        if known.candidates.stateful or len(body) > _LARGEST_BODY or self._count >= _MOST:
            return
        self._count += 1
        self._route, self._of_route = route, self._routes.setdefault(route, {})
        self._of_route[head.method, head.target, head.http10, head.headers, body] = known

    def _see(self, request: Request) -> None:
        if len(self._seen) < _MOST and len(request.body) <= self._room and request not in self._seen:
            self._seen[request] = None
            self._room -= len(request.body)
