"""The methods of Betamax's adapter at which the bridge steps in, when it is imported and not before."""

from __future__ import annotations

import functools
import os
from collections.abc import Callable
from types import ModuleType
from typing import Any
from urllib.parse import urlsplit

from recproxy.client.redirect.patches import ImportHook, Patches
from recproxy.control.host_names import is_loopback, normal_host
from recproxy.http import NOT_RECORDED
from recproxy.testing.betamax_bridge.sources import BetamaxSources, facts_of
from recproxy.testing.vcrpy_bridge.bridge import Bridge
from recproxy.testing.vcrpy_bridge.open_cassette import OpenCassette

__all__ = ["BetamaxPatches"]

_OPEN = "_recproxy_open"


class BetamaxPatches:
    """The bridge at its patches, from `insert` to `remove`."""

    def __init__(self, bridge: Bridge) -> None:
        self._bridge = bridge
        self._patches = Patches()
        self._hook = ImportHook({"betamax.adapter": self._adapter})

    def insert(self) -> None:
        """Step in, now and at imports to come."""
        self._hook.insert()

    def remove(self) -> None:
        """Leave all as it was."""
        self._hook.remove()
        self._patches.undo()

    def _adapter(self, module: ModuleType) -> None:
        adapter = module.BetamaxAdapter
        self._patches.replace(adapter, "load_cassette", functools.partial(_loading, self._bridge))
        self._patches.replace(adapter, "eject_cassette", functools.partial(_ejecting, self._bridge))
        self._patches.replace(adapter, "send", functools.partial(_sending, module))


def _loading(bridge: Bridge, original: Callable[..., Any]) -> Callable[..., Any]:
    """Open a scope for each cassette that is loaded; one that another takes the place of is closed."""

    @functools.wraps(original)
    def load_cassette(self: Any, *words: Any, **options: Any) -> Any:
        before = vars(self).pop(_OPEN, None)
        if before is not None:
            bridge.close(before)
        value = original(self, *words, **options)
        cassette = self.cassette
        vars(self)[_OPEN] = bridge.open_cassette(
            facts_of(cassette), lambda folder, stem: BetamaxSources(cassette, folder, stem)
        )
        return value

    return load_cassette


def _ejecting(bridge: Bridge, original: Callable[..., Any]) -> Callable[..., Any]:
    """End the scope; what was recorded is in the cassette before Betamax saves it."""

    @functools.wraps(original)
    def eject_cassette(self: Any) -> Any:
        opened: OpenCassette | None = vars(self).pop(_OPEN, None)
        try:
            if opened is not None and self.cassette is not None:
                _take_recorded(self.cassette, opened)
        finally:
            if opened is not None:
                bridge.close(opened)
        return original(self)

    return eject_cassette


def _take_recorded(cassette: Any, opened: OpenCassette) -> None:
    cassette.serializer.allow_serialization = opened.records and cassette.is_recording()
    recorded = list(opened.recorded())
    if opened.replaces and recorded:
        cassette.interactions.clear()
    made = _modules()
    for data in recorded:
        interaction = made.Interaction(data)
        made.dispatch_hooks("before_record", interaction, cassette)
        if not interaction.ignored:
            cassette.interactions.append(interaction)


def _modules() -> Any:
    from betamax.cassette import cassette  # noqa: PLC0415 - the suite uses it

    return cassette


def _sending(module: Any, original: Callable[..., Any]) -> Callable[..., Any]:
    """Send a request where it would go without Betamax; the environment of the run leads it to the proxies."""

    @functools.wraps(original)
    def send(
        self: Any,
        request: Any,
        stream: bool = False,
        timeout: Any = None,
        verify: Any = True,
        cert: Any = None,
        proxies: Any = None,
    ) -> Any:
        opened: OpenCassette | None = vars(self).get(_OPEN)
        if opened is None or self.cassette is None:
            return original(self, request, stream, timeout, verify, cert, proxies)
        response = self.find_adapter(request.url).send(
            request,
            stream=stream,
            timeout=timeout,
            verify=os.environ.get("REQUESTS_CA_BUNDLE", verify) if verify else verify,
            cert=cert,
            proxies=_proxies(request.url, proxies, opened.gateway),
        )
        response.connection = self
        if response.status_code == NOT_RECORDED and (text := opened.untold()):
            raise module.BetamaxError(text)
        return response

    return send


def _proxies(url: str, proxies: Any, gateway: str) -> Any:
    """The proxies for a request: the gateway for one to this machine, which the environment leaves out."""
    if gateway and is_loopback(normal_host(urlsplit(url).hostname or "?")):
        return {"http": gateway, "https": gateway}
    from requests.utils import get_environ_proxies  # noqa: PLC0415 - Betamax uses it

    return proxies or get_environ_proxies(url)
