"""Who may ask a viewer, and what a browser may do with its pages. Pure: headers in, a verdict out.

Any web page can send requests to loopback, and other users of this machine can connect to it and serve pages from other
ports of it. So nothing is said without a session, which is given for the token of the first URL. The token stands in
the fragment, which no browser sends; the page keeps the session in the storage of its own origin, port included, and
sends it in a header. A cookie would go to every port of this machine, and to whoever listens there.
"""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Mapping
from dataclasses import dataclass

__all__ = ["ENTER_PATH", "POLICY_HEADERS", "Guard", "PageRefusal"]

#: The call that gives a session.
ENTER_PATH = "/api/enter"
#: What says nothing of a project: the page before it has a session, and its files.
_OPEN = ("/", "/ui.js", "/ui.css")
#: The URLs of a page's own server: a browser sends these names in Host, whatever a page's own name was made to lead to.
_NAMES = ("127.0.0.1", "localhost")
_SCHEME = "Bearer "

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
    """Decides on the requests of a viewer at a port. `token` is for its first URL."""

    def __init__(self, port: int) -> None:
        self.token = secrets.token_urlsafe(24)
        #: For the browser that is opened: other users see its command line, so it is good for one session.
        self.opening_token = secrets.token_urlsafe(24)
        self._is_open = False
        self._session = secrets.token_urlsafe(24)
        self._hosts = frozenset(f"{name}:{port}" for name in _NAMES)
        self._origins = frozenset(f"http://{host}" for host in self._hosts)

    def session(self, token: str, *, is_other_user: bool = False) -> str | None:
        """The session of somebody who came by the first URL, or first by the one that the browser was opened with.

        Another user gets no session by the browser's URL, and does not use it up: the first one of ours still gets it.
        """
        if _same(token, self.opening_token):
            if is_other_user:
                return None
            was_open, self._is_open = self._is_open, True
            return None if was_open else self._session
        return self._session if _same(token, self.token) else None

    def refusal(self, method: str, path: str, headers: Mapping[str, str]) -> PageRefusal | None:
        """Why a request is refused; None where it is answered. Names of headers are lower-case."""
        if headers.get("host", "") not in self._hosts:
            return PageRefusal(421, "the Host header does not name this viewer: use the URL that recproxy ui printed")
        origin = headers.get("origin")
        if origin is not None and origin not in self._origins:
            return PageRefusal(403, "another web page must not use this viewer")
        if method in ("GET", "HEAD") and path in _OPEN:
            return None  # a link to it may stand in any page: what it shows comes with a session
        if headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
            return PageRefusal(403, "another web page must not use this viewer")
        if path != ENTER_PATH and not _same(headers.get("authorization", ""), _SCHEME + self._session):
            return PageRefusal(401, "open the URL that recproxy ui printed: it holds a token")
        if method not in ("GET", "HEAD") and origin is None:
            return PageRefusal(403, "a change needs the Origin of a page of this viewer: reload the page")
        return None


def _same(given: str, wanted: str) -> bool:
    return hmac.compare_digest(given.encode("utf-8", "replace"), wanted.encode())
