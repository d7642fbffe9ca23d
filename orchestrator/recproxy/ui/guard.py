"""Who may ask a viewer, and what a browser may do with its pages. Pure: headers in, a verdict out.

Any web page can send requests to loopback, and other users of this machine can connect to it. So the first URL holds a
token, which nobody else can guess, and gives a cookie for it; whatever changes a file needs a second token, which
stands in the page, and an Origin that is the viewer's own.
"""

from __future__ import annotations

import hmac
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass

__all__ = ["PAGE_TOKEN_HEADER", "POLICY_HEADERS", "Guard", "PageRefusal"]

PAGE_TOKEN_HEADER = "x-recproxy-page-token"  # noqa: S105 - the name of a header
#: The URLs of a page's own server: a browser sends these names in Host, whatever a page's own name was made to lead to.
_NAMES = ("127.0.0.1", "localhost")
_COOKIE = re.compile(r'(?:^|;)\s*([^=;\s]+)\s*=\s*"?([^;"]*)')

#: Sent with every answer. Nothing but the viewer's own files runs or is loaded, and nobody puts it into a frame.
POLICY_HEADERS = {
    "content-security-policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src data:; connect-src 'self'; "
        "frame-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
    ),
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "cache-control": "no-store",
}


@dataclass(frozen=True, slots=True)
class PageRefusal:
    """Why a request gets no answer: its status and one line for the person who sent it."""

    status: int
    text: str


class Guard:
    """Decides on the requests of a viewer at a port. `token` is for its first URL, `page_token` for its pages."""

    def __init__(self, port: int) -> None:
        self.token = secrets.token_urlsafe(24)
        #: For the browser that is opened: other users see its command line, so it is good for one request.
        self.opening_token = secrets.token_urlsafe(24)
        self._is_open = False
        self.page_token = secrets.token_urlsafe(24)
        self._session = secrets.token_urlsafe(24)
        # Cookies know no ports: two viewers of one machine must not sign each other out.
        self._cookie = f"recproxy-ui-{port}"
        self._hosts = frozenset(f"{name}:{port}" for name in _NAMES)
        self._origins = frozenset(f"http://{host}" for host in self._hosts)

    @property
    def cookie(self) -> str:
        """The Set-Cookie header for somebody who came with the token."""
        return f"{self._cookie}={self._session}; Path=/; HttpOnly; SameSite=Strict"

    def admits(self, token: str) -> bool:
        """Whether somebody came by the first URL, or first by the one that the browser was opened with."""
        given = token.encode("utf-8", "replace")
        if hmac.compare_digest(given, self.opening_token.encode()):
            was_open, self._is_open = self._is_open, True
            return not was_open
        return hmac.compare_digest(given, self.token.encode())

    def refusal(self, method: str, headers: Mapping[str, str], *, first: bool = False) -> PageRefusal | None:
        """Why a request is refused; None where it is answered.

        Args:
            method: of the request.
            headers: by lower-case name.
            first: it comes with the token of the first URL, which is checked by `admits`.
        """
        if headers.get("host", "") not in self._hosts:
            return PageRefusal(421, "the Host header does not name this viewer: use the URL that recproxy ui printed")
        origin = headers.get("origin")
        if origin is not None and origin not in self._origins:
            return PageRefusal(403, "another web page must not use this viewer")
        if not first and headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
            return PageRefusal(403, "another web page must not use this viewer")
        if first:
            return None
        cookies = dict(_COOKIE.findall(headers.get("cookie", "")))
        if not hmac.compare_digest(cookies.get(self._cookie, "").encode("utf-8", "replace"), self._session.encode()):
            return PageRefusal(401, "open the URL that recproxy ui printed: it holds a token")
        if method not in ("GET", "HEAD"):
            return self._refused_change(headers)
        return None

    def _refused_change(self, headers: Mapping[str, str]) -> PageRefusal | None:
        given = headers.get(PAGE_TOKEN_HEADER, "").encode("utf-8", "replace")
        if headers.get("origin") not in self._origins or not hmac.compare_digest(given, self.page_token.encode()):
            return PageRefusal(403, "a change needs the token and the Origin of a page of this viewer: reload the page")
        return None
