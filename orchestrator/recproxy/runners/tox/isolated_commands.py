"""The commands of an isolated environment: each is started by the words that bring it into the run's namespaces.

tox has no hook for it, so the environment's own executor is changed while the run lasts. What tox checks and prints of a
command is the command alone. Knows tox's executors and nothing of runs.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tox.execute.api import Execute, ExecuteInstance

__all__ = ["prefix_commands", "release_commands"]


def prefix_commands(executor: Execute, prefix: Sequence[str]) -> None:
    """Have each command of this executor start with these words, until `release_commands`."""
    build = executor.build_instance

    def build_instance(*arguments: Any, **options: Any) -> ExecuteInstance:
        return _prefixed(build(*arguments, **options), prefix)

    executor.__dict__["build_instance"] = build_instance


def release_commands(executor: Execute) -> None:
    """Have commands start as tox has it; where they do already, nothing happens."""
    executor.__dict__.pop("build_instance", None)


def _prefixed(instance: ExecuteInstance, prefix: Sequence[str]) -> ExecuteInstance:
    kind = type(instance)

    class Prefixed(kind):  # type: ignore[valid-type,misc]
        @property
        def cmd(self) -> Sequence[str]:
            return [*prefix, *kind.cmd.__get__(self)]

    instance.__class__ = Prefixed
    return instance
