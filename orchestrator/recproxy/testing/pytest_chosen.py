"""The tests that a fault sweep chooses, by the names of their scopes: a file says which; first it gets to know all."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

__all__ = ["ChosenTests"]


class ChosenTests:
    """A plugin that runs the tests of the sweep's file only; or, where that names none, writes there which there are."""

    def __init__(self, path: str) -> None:
        self._path = path
        self._only: list[str] | None = json.loads(Path(path).read_text(encoding="utf-8")).get("only")

    def pytest_configure(self, config: pytest.Config) -> None:
        """Let many tests fail, as they do on purpose, and leave the user's next `--lf` alone."""
        if self._only is not None:
            config.option.maxfail = 0
            config.pluginmanager.unregister(name="lfplugin")

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, config: pytest.Config, items: list[pytest.Item]) -> None:
        """Choose, last of all."""
        from recproxy.client.items import scope_of_item  # noqa: PLC0415 - only in a sweep

        names = [scope_of_item(item) for item in items]
        if self._only is None:
            # Each worker collects all: whoever comes last says the same.
            mine = Path(f"{self._path}.{os.getpid()}")
            mine.write_text(json.dumps(names), encoding="utf-8")
            mine.replace(f"{self._path}.seen")
            return
        chosen = frozenset(self._only)
        named = list(zip(items, names, strict=True))
        config.hook.pytest_deselected(items=[item for item, name in named if name not in chosen])
        items[:] = [item for item, name in named if name in chosen]
