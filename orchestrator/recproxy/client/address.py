"""Calls to the control address: HTTP and JSON, on the standard library alone.

Goes to loopback directly, whatever proxies the environment names.
"""

from __future__ import annotations

import http.client
import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, urlsplit

from recproxy.errors import ControlError, RecordingError, RecordingNotFound, RecproxyError

__all__ = ["Address"]

_SECONDS = 60.0
_KINDS: Mapping[str, type[RecproxyError]] = {
    kind.__name__: kind for kind in (ControlError, RecordingError, RecordingNotFound)
}


class Address:
    """A control address and its token."""

    def __init__(self, url: str, token: str) -> None:
        self._netloc = urlsplit(url).netloc
        self._headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}

    def status(self) -> dict[str, Any]:
        """Version, mode, profiles, lanes and addresses of the run."""
        return self._call("GET", "/")

    def begin_scope(self, lane: str, name: str, recordings: Mapping[str, list[str]]) -> None:
        """End the open scope of a lane and begin this one.

        Raises:
            RecordingNotFound: a recording does not exist.
            RecordingError: one does not parse.
            ControlError: nobody answers, or the call is refused.
        """
        self._call("PUT", f"/lanes/{quote(lane, safe='')}/scope", {"name": name, "recordings": recordings})

    def end_scope(self, lane: str, *, passed: bool) -> dict[str, Any]:
        """End the open scope of a lane; its outcome."""
        return self._call("DELETE", f"/lanes/{quote(lane, safe='')}/scope", {"passed": passed})

    def _call(self, method: str, path: str, value: object = None) -> dict[str, Any]:
        connection = http.client.HTTPConnection(self._netloc, timeout=_SECONDS)
        try:
            connection.request(
                method, path, body=None if value is None else json.dumps(value).encode(), headers=self._headers
            )
            response = connection.getresponse()
            answer: dict[str, Any] = json.loads(response.read())
        except (OSError, http.client.HTTPException, ValueError) as problem:
            raise ControlError(
                f"the control address {self._netloc} does not answer ({problem}): is the run still up?"
            ) from None
        finally:
            connection.close()
        if response.status >= 400:
            raise _KINDS.get(answer.get("kind", ""), ControlError)(
                answer.get("error", f"refused with {response.status}")
            )
        return answer
