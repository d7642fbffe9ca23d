"""A shard of the suite, K of N: pytest-split chooses its tests, by the durations that it has stored."""

from __future__ import annotations

import os

import pytest

__all__ = ["choose_shard"]

_SHARD = "RECPROXY_SHARD"
#: What pytest-randomly has without --randomly-seed. It then shuffles each shard otherwise, and pytest-split cuts the suite
#: by order: some tests would run twice, and others never, without a word.
_NO_SEED = "default"
_SEED = 1


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
    if getattr(config.option, "randomly_seed", None) == _NO_SEED:
        config.option.randomly_seed = _SEED
