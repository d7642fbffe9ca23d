"""The table `upstream` of a profile: how the real service is reached."""

from typing import Annotated

from recproxy.config import profile_words as words
from recproxy.config.keys import Computed
from recproxy.lazy.dataclass import dataclass

__all__ = ["Upstream"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Upstream:
    """How the real service is reached.

    `ca_place` is where `ca` is named.
    """

    timeout: float = 30
    """Seconds to wait for the service before the client gets 504."""
    verify: bool = True
    """Whether recproxy verifies the certificate of the service."""
    ca: str = ""
    """A PEM file with more CAs to trust, for staging and tests. The path is relative to the file that names it.
    recproxy does not read it in replay.
    """
    max_body: int = 16_000_000
    """The largest body to store, in bytes. Larger bodies are passed on but not stored, and replaying them is a miss
    that says so.
    """
    address: Annotated[str, words.ADDRESS] = ""
    """An address to use instead of the real one: `127.0.0.1:8443`, or `http://127.0.0.1:8080` without TLS. If its host is
    the endpoint's own, what is recorded over a base URL has its scheme and port. A mail server has `endpoints.address`
    instead.
    """
    ca_place: Computed[str] = ""
