"""The tests that a run chooses, by the names of their scopes, and their order: a file says which.

A fault sweep, a proof, and a run that records wanted tests write the file. Where it names none, it gets to know which
there are.
"""

from __future__ import annotations

import json
import os
import random
from collections.abc import Hashable, Iterable, Sequence
from collections.abc import Set as AbstractSet
from pathlib import Path

import pytest

__all__ = ["ChosenTests", "add_workers"]

#: Plugins of pytest that choose tests by what failed last, and keep that for the next call: it must stay the user's.
_BY_LAST_CALL = ("lfplugin", "nfplugin", "stepwiseplugin")


class ChosenTests:
    """A plugin that runs the tests of a file only; or, where that names none, writes there which there are."""

    def __init__(self, path: str) -> None:
        self._path = path
        chosen = json.loads(Path(path).read_text(encoding="utf-8"))
        self._only: list[str] | None = chosen.get("only")
        #: Tests by the path of their file and the names below it, which tell those of equal scopes apart.
        self._nodes = None if chosen.get("nodes") is None else {(path, *names) for path, *names in chosen["nodes"]}
        self._seed: int | None = chosen.get("seed")
        self._backwards: bool = chosen.get("backwards", False)
        self._repeats = bool(chosen.get("times"))

    def pytest_configure(self, config: pytest.Config) -> None:
        """Let many tests fail, as they do on purpose, and leave the user's next `--lf` alone."""
        if self._repeats:
            from recproxy.testing.pytest_repeats import RepeatedTests  # noqa: PLC0415 - only where tests run again

            config.pluginmanager.register(RepeatedTests(self._path), "recproxy-repeats")
        if self._only is not None or self._nodes is not None:
            config.option.maxfail = 0
            for name in _BY_LAST_CALL:
                config.pluginmanager.unregister(name=name)

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, config: pytest.Config, items: list[pytest.Item]) -> None:
        """Choose and put in order, last of all."""
        from recproxy.client.items import scope_of_item  # noqa: PLC0415 - only in such a run
        from recproxy.client.recorded_clock import can_set_time  # noqa: PLC0415 - see above

        names = [scope_of_item(item) for item in items]
        # Each worker collects all: whoever comes last says the same.
        mine = Path(f"{self._path}.{os.getpid()}")
        workers = bool(getattr(config.option, "tx", None)) or hasattr(config, "workerinput")
        seen = {"tests": names, "xdist": config.pluginmanager.hasplugin("xdist"), "workers": workers}
        seen["clock"] = can_set_time()
        mine.write_text(json.dumps(seen), encoding="utf-8")
        mine.replace(f"{self._path}.seen")
        if self._only is not None:
            _keep(items, names, frozenset(self._only))
        if self._nodes is not None:
            nodes = [_node(item) for item in items]
            self._check(nodes, config)
            _keep(items, nodes, self._nodes)
        if self._seed is not None:
            items[:] = _shuffled(items, random.Random(self._seed))  # noqa: S311 - an order, no secret
        if self._backwards:
            items.reverse()

    def _check(self, nodes: Sequence[tuple[str, ...]], config: pytest.Config) -> None:
        """Refuse to run anything if a test is not there. A worker cannot say so; its run sees what did not begin."""
        for path, *names in sorted((self._nodes or set()) - set(nodes)):
            if not hasattr(config, "workerinput"):
                test = "::".join((Path(path).name, *names))
                raise pytest.UsageError(
                    f"recproxy: the list wants {test!r}, which these arguments of pytest do not collect, or which is gone"
                )


def _keep(items: list[pytest.Item], names: Sequence[Hashable], chosen: AbstractSet[Hashable]) -> None:
    """Deselect the items whose names are not chosen."""
    named = list(zip(items, names, strict=True))
    if out := [item for item, name in named if name not in chosen]:
        out[0].config.hook.pytest_deselected(items=out)
    items[:] = [item for item, name in named if name in chosen]


def _node(item: pytest.Item) -> tuple[str, ...]:
    from recproxy.client.items import names_of_item  # noqa: PLC0415 - only in such a run

    return (os.path.realpath(item.path), *names_of_item(item))


def add_workers(config: pytest.Config, args: list[str]) -> None:
    """Have pytest-xdist run the tests in as many workers as the file says, if it is there; 0 means in this process."""
    path = os.environ.get("RECPROXY_TESTS")
    if not path or not os.environ.get("RECPROXY_CONTROL") or os.environ.get("PYTEST_XDIST_WORKER"):
        return
    workers = json.loads(Path(path).read_text(encoding="utf-8")).get("workers")
    if workers is not None and config.pluginmanager.hasplugin("xdist"):
        args += ["-n", str(workers)]  # the last one counts


def _shuffled(items: Sequence[pytest.Item], chance: random.Random, depth: int = 0) -> list[pytest.Item]:
    """The tests in another order: modules, their classes, and tests, so that what they share is made once for each."""
    groups: dict[str, list[pytest.Item]] = {}
    for item in items:
        groups.setdefault("::".join(item.nodeid.split("::")[: depth + 1]), []).append(item)
    keys = list(groups)
    chance.shuffle(keys)
    return [item for key in keys for item in _inner(groups[key], chance, depth)]


def _inner(items: list[pytest.Item], chance: random.Random, depth: int) -> Iterable[pytest.Item]:
    return items if len(items) == 1 or depth > _DEEPEST else _shuffled(items, chance, depth + 1)


#: Parts of a node id that hold others: a module and its classes.
_DEEPEST = 8
