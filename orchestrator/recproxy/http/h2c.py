"""How a request of HTTP/1.1 in plain offers to go on as HTTP/2: RFC 7540 section 3.2, which clients still do. Pure."""

from __future__ import annotations

from dataclasses import replace

from recproxy.http.body_ends import body_framing
from recproxy.http.framing import HOP_BY_HOP
from recproxy.http.request_events import Head
from recproxy.recording import header_values

__all__ = ["H2C_ACCEPTED", "h2c_offer"]

#: What accepts an offer; frames follow it.
H2C_ACCEPTED = b"HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n"
_SETTINGS = b"http2-settings"


def h2c_offer(head: Head) -> tuple[Head, bytes] | None:
    """The request as it comes on the first stream, and the client's settings; None where nothing is offered.

    A request with a body makes no offer that is taken: HTTP/1.1 answers it.
    """
    settings = header_values(head.headers, _SETTINGS)
    offered = b",".join(header_values(head.headers, b"upgrade")).lower().split(b",")
    if len(settings) != 1 or b"h2c" not in map(bytes.strip, offered) or head.http10 or body_framing(head.headers):
        return None
    kept = tuple(line for line in head.headers if (name := line[0].lower()) not in HOP_BY_HOP and name != _SETTINGS)
    return replace(head, headers=kept, keep_alive=True, upgrades=False), settings[0]
