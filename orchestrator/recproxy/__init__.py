"""recproxy: functional tests against recordings or the real services, over real TCP.

`recproxy` is the decorator of 2011, in tests: `@recproxy('https', 'twitter.com', 'test_send.rec')`. Importing this
package costs nothing but the standard library; the decorator is loaded when first asked for.

PYTEST_DONT_REWRITE: in a run the redirect has loaded it before pytest starts, which pytest would warn of.
"""

from __future__ import annotations

TYPE_CHECKING = False  # typing takes longer to import than all else of this, which each interpreter of a run does
if TYPE_CHECKING:
    from recproxy.client.decorator import recproxy as recproxy

    fault = recproxy.fault

__all__ = ["fault", "recproxy"]


def __getattr__(name: str) -> object:
    if name in ("fault", "recproxy"):
        from recproxy.client.decorator import recproxy  # noqa: PLC0415 - loaded when first asked for

        return recproxy if name == "recproxy" else recproxy.fault
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
