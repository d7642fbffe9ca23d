"""pycurl, made to trust the run's CA: libcurl obeys proxy variables, but reads no variable that names a bundle.

CURL_CA_BUNDLE is the curl command's own name for it; with this, pycurl obeys it too.
"""

from __future__ import annotations

import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import ModuleType
    from typing import Any

    from recproxy.client.redirect.patches import Patches

__all__ = ["patch_pycurl"]


def patch_pycurl(pycurl: ModuleType, patches: Patches) -> None:
    """Replace pycurl.Curl by a subclass that verifies with the run's bundle."""
    patches.replace(pycurl, "Curl", lambda original: _trusting(original, pycurl.CAINFO))


def _trusting(original: Any, cainfo: int) -> Any:
    class Curl(original):  # type: ignore[misc]
        """A handle whose bundle is the run's, which holds the usual roots too, whatever the program names."""

        def __init__(self) -> None:
            super().__init__()
            self._trust()

        def reset(self) -> None:
            super().reset()
            self._trust()

        def setopt(self, option: int, value: Any) -> Any:
            if option == cainfo:
                value = os.environ.get("CURL_CA_BUNDLE") or value
            return super().setopt(option, value)

        def _trust(self) -> None:
            bundle = os.environ.get("CURL_CA_BUNDLE")
            if bundle:
                super().setopt(cainfo, bundle)

    return Curl
