"""The patches of vcrpy and pytest-recording at which the bridge steps in, when they are imported and not before.

vcrpy ends each way of opening a cassette in one builder of patches: it is replaced by one scope. Everything before
and behind it (paths, serializers, filters, what is saved) stays vcrpy's own.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from types import ModuleType
from typing import Any
from unittest import mock

from recproxy.client.redirect.patches import ImportHook, Patches
from recproxy.testing.vcrpy_bridge.bridge import Bridge
from recproxy.testing.vcrpy_bridge.cassette_facts import CassetteFacts
from recproxy.testing.vcrpy_bridge.choices import vcrpy_chooser
from recproxy.testing.vcrpy_bridge.modes import mode_of
from recproxy.testing.vcrpy_bridge.play_counts import opened_of, played
from recproxy.testing.vcrpy_bridge.settings import CassetteSettings, matcher_words, read_settings
from recproxy.testing.vcrpy_bridge.sources import VcrpySources

__all__ = ["VcrpyPatches"]

_OPEN = "_recproxy_open"


class VcrpyPatches:
    """The bridge at its patches, from `insert` to `remove`."""

    def __init__(self, bridge: Bridge) -> None:
        self._bridge = bridge
        self._patches = Patches()
        self._hook = ImportHook(
            {"vcr.cassette": self._cassette, "vcr.config": self._config, "pytest_recording.network": self._network}
        )

    def insert(self) -> None:
        """Step in, now and at imports to come."""
        self._hook.insert()

    def remove(self) -> None:
        """Leave all as it was."""
        self._hook.remove()
        self._patches.undo()

    def _cassette(self, module: ModuleType) -> None:
        self._patches.replace(module, "CassettePatcherBuilder", lambda _: functools.partial(_Builder, self._bridge))
        opener = module.CassetteContextDecorator
        self._patches.replace(opener, "__enter__", _entering)
        self._patches.replace(opener, "__exit__", functools.partial(_exiting, self._bridge))

    def _config(self, module: ModuleType) -> None:
        self._patches.replace(module.VCR, "get_merged_config", _merging)

    def _network(self, module: ModuleType) -> None:
        self._patches.replace(module, "make_network_guard", functools.partial(_guarding, self._bridge))


class _Builder:
    """What vcrpy asks for its patches: a scope instead of those of clients, and those of the suite's own."""

    def __init__(self, bridge: Bridge, cassette: Any) -> None:
        self._bridge = bridge
        self._cassette = cassette

    def build(self) -> Iterator[AbstractContextManager[None]]:
        """The contexts that are entered while the cassette is open."""
        for target, name, value in self._cassette.custom_patches:
            if not hasattr(value, "cassette"):  # one that has it is a client of vcrpy's
                yield mock.patch.object(target, name, value)
        yield _playing(self._bridge, self._cassette)


@contextmanager
def _playing(bridge: Bridge, cassette: Any) -> Iterator[None]:
    """A scope for a cassette, instead of vcrpy's patches."""
    settings: CassetteSettings = getattr(cassette._before_record_request, "recproxy_settings", CassetteSettings())  # noqa: SLF001
    words, custom = matcher_words(cassette._match_on)  # noqa: SLF001 - no other way to know
    data, requests = cassette.data, cassette.requests
    # A WebSocket's interaction is not in play.
    positions = tuple(place for place, (each, _) in enumerate(data) if not each.uri.startswith(("ws:", "wss:")))
    facts = CassetteFacts(
        path=str(cassette._path),  # noqa: SLF001 - it has a public name since version 9.2 only
        mode=mode_of(cassette.record_mode, exists=cassette.rewound),
        match_on=words,
        repeats=cassette.allow_playback_repeats,
        addresses=tuple(((each.host or "").removesuffix("."), each.port) for each in requests),
        positions=positions,
        count=len(data),
        ignore=settings.ignore,
        choose=vcrpy_chooser(cassette, positions) if settings.calls or custom else None,
        unhonoured=settings.unhonoured,
        takes_local=settings.takes_local,
    )
    with bridge.playing(facts, lambda folder, stem: VcrpySources(cassette, settings, folder, stem)) as opened:
        played(cassette, opened)
        yield


def _merging(original: Callable[..., Any]) -> Callable[..., Any]:
    """Have the settings of a cassette travel with it, on the one function that only it has."""

    @functools.wraps(original)
    def get_merged_config(self: Any, **options: Any) -> Any:
        merged = original(self, **options)
        merged["before_record_request"].recproxy_settings = read_settings(self, options)
        return merged

    return get_merged_config


def _entering(original: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(original)
    def enter(self: Any) -> Any:
        cassette = original(self)
        vars(self)[_OPEN] = opened_of(cassette)
        return cassette

    return enter


def _exiting(bridge: Bridge, original: Callable[..., Any]) -> Callable[..., Any]:
    """End the scope whatever vcrpy does, and fail the test with what was missed."""

    @functools.wraps(original)
    def leave(self: Any, *exc_info: Any) -> Any:
        opened = vars(self).pop(_OPEN, None)
        if opened is not None and any(exc_info):
            opened.failed = True
        try:
            value = original(self, *exc_info)
        finally:
            if opened is not None:
                bridge.close(opened)
        if opened is not None:
            opened.tell(exc_info[1] if len(exc_info) > 1 else None)
        return value

    return leave


def _guarding(bridge: Bridge, original: Callable[..., Any]) -> Callable[..., Any]:
    """pytest-recording's block_network lets through what goes to the proxies: it leaves the machine no more."""

    @functools.wraps(original)
    def make_network_guard(connect: Callable[..., Any], *words: Any, **options: Any) -> Callable[..., Any]:
        guard = original(connect, *words, **options)

        def guarded(self: Any, address: Any, *more: Any, **rest: Any) -> Any:
            through = connect if bridge.leads_here(address) else guard
            return through(self, address, *more, **rest)

        return guarded

    return make_network_guard
