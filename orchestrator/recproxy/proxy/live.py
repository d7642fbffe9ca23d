"""A live request as matching sees it, told from how its connection came. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from recproxy.http import Head
from recproxy.http.responses import accepts
from recproxy.recording import Request, decode, header

__all__ = ["Route", "accepts_all", "live_request"]


@dataclass(frozen=True, slots=True)
class Route:
    """How a connection came: its scheme, the authority it was opened for (None: each request names its own).

    `any_host` are the host patterns of an endpoint whose base URL was used: its requests fit any of them.
    """

    scheme: str
    authority: str | None = None
    any_host: tuple[str, ...] | None = None


def live_request(route: Route, head: Head, body: bytes) -> Request:
    """The live request as matching sees it: absolute URL, payload without its content coding, all literal."""
    payload, encoding = body, None
    coding = header(head.headers, b"content-encoding")
    if coding is not None and body:
        encoding = coding.decode("latin-1").strip().lower()
        try:
            payload = decode(body, encoding, limit=256_000_000)
        except ValueError:
            encoding = None
    return Request(
        method=head.method.decode("ascii"),
        url=_url(route, head),
        headers=head.headers,
        body=payload,
        encoding=encoding,
        wild=None,
    )


def _url(route: Route, head: Head) -> str:
    target = head.target.decode("ascii", "surrogateescape")
    if "://" in target.partition("?")[0]:
        return target
    if route.any_host is not None:
        authority = route.any_host[0].removeprefix("*.")
    else:
        authority = head.host.decode("latin-1") or route.authority or ""
    return f"{route.scheme}://{authority}{target if target.startswith('/') else '/' + target}"


def accepts_all(encoding: str, accepted: bytes | None) -> bool:
    """Whether a client that accepts so takes all of the codings of a body; none is always taken."""
    return all(accepts(coding.strip(), accepted) for coding in encoding.split(",")) if encoding else True
