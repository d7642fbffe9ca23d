"""Protocols without sockets: bytes in, values out.

*First bytes* tell what a connection wants before anything is read from it. A *request reader* turns bytes into
requests. A *prepared response* is a recorded response as the bytes that go to a client. *Hosts* says which profile
owns a host. What few connections come to has folders of its own, and is imported then: `h2` and `websocket`. Pure.

Its modules are imported when something of theirs is asked for: a test process needs the hosts alone.
"""

from typing import TYPE_CHECKING

import recproxy.lazy.names as lazy_names

if TYPE_CHECKING:
    from recproxy.http.first_bytes import (
        Absolute,
        Announcement,
        ClientHello,
        Connecting,
        FirstBytes,
        Incomplete,
        Malformed,
        Origin,
        sort,
    )
    from recproxy.http.framing import HOP_BY_HOP, ResponseFraming
    from recproxy.http.hosts import DEFAULT_PORTS, Owners, authority_host, bracketed, fits, host_text, split_authority
    from recproxy.http.negotiation import accepts, accepts_all, takes_coded
    from recproxy.http.received import received_request
    from recproxy.http.request_events import Head, MalformedRequest, PriorKnowledge, Sink
    from recproxy.http.requests import RequestReader, request_start
    from recproxy.http.responses import NOT_RECORDED, Pieces, Prepared, error_response

__all__ = [
    "DEFAULT_PORTS",
    "HOP_BY_HOP",
    "NOT_RECORDED",
    "Absolute",
    "Announcement",
    "ClientHello",
    "Connecting",
    "FirstBytes",
    "Head",
    "Incomplete",
    "Malformed",
    "MalformedRequest",
    "Origin",
    "Owners",
    "Pieces",
    "Prepared",
    "PriorKnowledge",
    "RequestReader",
    "ResponseFraming",
    "Sink",
    "accepts",
    "accepts_all",
    "authority_host",
    "bracketed",
    "error_response",
    "fits",
    "host_text",
    "received_request",
    "request_start",
    "sort",
    "split_authority",
    "takes_coded",
]

#: What the package offers, by the module that defines it: the same as type checkers are told above.
_NAMES = {
    "first_bytes": (
        "Absolute",
        "Announcement",
        "ClientHello",
        "Connecting",
        "FirstBytes",
        "Incomplete",
        "Malformed",
        "Origin",
        "sort",
    ),
    "framing": ("HOP_BY_HOP", "ResponseFraming"),
    "hosts": ("DEFAULT_PORTS", "Owners", "authority_host", "bracketed", "fits", "host_text", "split_authority"),
    "negotiation": ("accepts", "accepts_all", "takes_coded"),
    "received": ("received_request",),
    "request_events": ("Head", "MalformedRequest", "PriorKnowledge", "Sink"),
    "requests": ("RequestReader", "request_start"),
    "responses": ("NOT_RECORDED", "Pieces", "Prepared", "error_response"),
}
__getattr__ = lazy_names.names_when_asked(__name__, _NAMES)
