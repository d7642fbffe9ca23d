"""One Ctrl-C interrupts an environment once: tox waits until its run has ended.

tox looks once a second whether an interrupted environment has ended. If it has not, tox interrupts it a second time and
forgets its result, which is then SKIP. A command that ends and a run that writes its report may well take a second. tox
has no hook for it, so the function that it waits by is changed, where it has that one; an older tox waits by itself.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tox.session.cmd.run import common
from tox.tox_env.api import ToxEnv

__all__ = ["Interruptions"]

#: The name by which tox calls `concurrent.futures.wait`.
_WAIT = "wait_futures"


class Interruptions:
    """The environments that were interrupted, and are still ending."""

    def __init__(self) -> None:
        self._ending: set[str] = set()

    def begin(self) -> None:
        """A call of tox begins: have it wait for those that are ending."""
        self._ending.clear()
        wait = getattr(common, _WAIT, None)
        if wait is not None and not hasattr(wait, "recproxy_waits"):
            setattr(common, _WAIT, self._waiting(wait))

    def watch(self, tox_env: ToxEnv) -> None:
        """Know when an environment is interrupted."""
        interrupt = tox_env.interrupt

        def interrupted() -> None:
            self._ending.add(tox_env.conf.name)
            interrupt()

        tox_env.interrupt = interrupted  # type: ignore[method-assign] # tox has no hook for it

    def end(self, name: str) -> None:
        """An environment has ended."""
        self._ending.discard(name)

    def _waiting(self, wait: Callable[..., Any]) -> Callable[..., Any]:
        def wait_longer(*words: Any, **options: Any) -> Any:
            while True:
                was_ending = bool(self._ending)  # a result comes a moment after the end
                found = wait(*words, **options)
                if found.done or not (was_ending or self._ending):
                    return found

        wait_longer.recproxy_waits = True  # type: ignore[attr-defined] # not to be changed twice
        return wait_longer
