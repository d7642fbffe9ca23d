"""Contexts of TLS with services, made before proxies are forked.

To read the system's roots takes about 50 ms: paid once for all proxies of a run that records or is live, while the
orchestrator makes what they answer with. In other runs a proxy makes its context when it asks a service. The roots are
those that the environment of the run names, even if a hook sets other ones when it is loaded.
"""

from __future__ import annotations

import ssl

__all__ = ["SPARE_CONTEXTS", "SpareContexts"]


class SpareContexts:
    """What was made, for one user each."""

    def __init__(self) -> None:
        self._made: list[ssl.SSLContext] = []

    def prepare(self) -> None:
        """Make one for the proxies, if there is none."""
        if not self._made:
            self._made.append(ssl.create_default_context())

    def take(self) -> ssl.SSLContext:
        """A context that trusts the system's roots, which its user may change."""
        return self._made.pop() if self._made else ssl.create_default_context()

    def forget(self) -> None:
        """Have each user read the roots."""
        self._made.clear()


#: Of this process: a fork has its own copy.
SPARE_CONTEXTS = SpareContexts()
