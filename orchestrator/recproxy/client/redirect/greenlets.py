"""gevent and eventlet, redirected: each resolves names by functions of its own, and connects by a class of its own.

What they put in the place of `socket` comes from one module of each. It is changed there, for programs that patch the
standard library with it and for those that import it.
"""

from __future__ import annotations

import sys

from recproxy.client.redirect.sockets import patch_class, patch_names

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import ModuleType

    from recproxy.client.redirect.addresses import Addresses
    from recproxy.client.redirect.patches import Patches

__all__ = ["patch_green"]


def patch_green(green: ModuleType, addresses: Addresses, patches: Patches) -> None:
    """Redirect gevent.socket or eventlet.green.socket."""
    socket = sys.modules["socket"]  # loaded by both
    patch_names(socket, green, addresses, patches)
    patch_class(socket, green.socket, addresses, patches)
