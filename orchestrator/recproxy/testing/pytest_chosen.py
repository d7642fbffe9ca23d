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

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, config: pytest.Config, items: list[pytest.Item]) -> None:
        """Choose, last of all."""
        from recproxy.client.items import scope_of_item  # noqa: PLC0415 - only in a sweep

        only = json.loads(Path(self._path).read_text(encoding="utf-8")).get("only")
        names = [scope_of_item(item) for item in items]
        if only is None:
            # Each worker collects all: whoever comes last says the same.
            mine = Path(f"{self._path}.{os.getpid()}")
            mine.write_text(json.dumps(names), encoding="utf-8")
            mine.replace(f"{self._path}.seen")
            return
        chosen = frozenset(only)
        config.hook.pytest_deselected(
            items=[item for item, name in zip(items, names, strict=True) if name not in chosen]
        )
        items[:] = [item for item, name in zip(items, names, strict=True) if name in chosen]
        config.option.maxfail = 0  # many fail on purpose
        config.pluginmanager.unregister(name="lfplugin")  # and the user's next `--lf` is about the others
