"""A shard of the suite, K of N: pytest-split chooses its tests, by the durations that it has stored."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Any

import pytest

__all__ = ["EmptyShard", "choose_shard"]

_SHARD = "RECPROXY_SHARD"
#: What pytest-randomly has without --randomly-seed. It then shuffles each shard otherwise, and pytest-split cuts the suite
#: by order: some tests would run twice, and others never, without a word.
_NO_SEED = "default"
_SEED = 1
#: What a worker of pytest-xdist tells its controller.
_OTHERS = "recproxy_tests_of_other_shards"


class EmptyShard:
    """A shard that gets no test passes, where others have some: pytest exits with 5, which fails a job."""

    def __init__(self) -> None:
        self._has_others = False

    def pytest_deselected(self, items: Sequence[pytest.Item]) -> None:
        """Know whether pytest-split, which chooses last, has left tests to other shards."""
        self._has_others = bool(items)

    def pytest_sessionfinish(self, session: pytest.Session, exitstatus: int) -> None:
        """Pass, if other shards run what was collected."""
        if hasattr(session.config, "workeroutput"):
            session.config.workeroutput[_OTHERS] = self._has_others
        elif exitstatus == pytest.ExitCode.NO_TESTS_COLLECTED and self._has_others:
            session.exitstatus = pytest.ExitCode.OK

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any) -> None:
        """Take from a worker whether other shards have tests."""
        self._has_others |= getattr(node, "workeroutput", {}).get(_OTHERS, False)


def choose_shard(config: pytest.Config) -> None:
    """Have pytest-split choose, where the shard is a part of the suite and the command says nothing of its own.

    Raises:
        pytest.UsageError: pytest-split is not installed, or there is no such part.
    """
    name = os.environ.get(_SHARD)
    if not name:
        return
    from recproxy.control.shards import part_of_suite  # noqa: PLC0415 - only in a shard
    from recproxy.errors import ConfigurationError  # noqa: PLC0415

    try:
        part = part_of_suite(name)
    except ConfigurationError as problem:
        raise pytest.UsageError(problem.message) from None
    if part is None or getattr(config.option, "splits", None):
        return
    if not hasattr(config.option, "splits"):
        raise pytest.UsageError(
            f"--shard {name} splits the suite with pytest-split, which is not installed: install it, or name the shard "
            "otherwise (not K/N) if you choose its tests yourself"
        )
    config.option.group, config.option.splits = part
    config.pluginmanager.register(EmptyShard(), "recproxy-empty-shard")
    if getattr(config.option, "randomly_seed", None) == _NO_SEED:
        config.option.randomly_seed = _SEED
