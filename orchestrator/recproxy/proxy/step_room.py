"""How much a proxy holds of the conversations that are under way: each is in memory until it ends."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Iterable
from typing import Any, Protocol

from recproxy.proxy.traffic import Traffic
from recproxy.recording import Step

__all__ = ["MOST_STEPS", "OpenConversation", "StepRoom"]

#: A longer conversation is nothing that a person could read, and takes minutes to redact.
MOST_STEPS = 250_000
#: Bytes of all conversations of a proxy.
_MOST_BYTES = 512 << 20
#: What a step costs besides what was said in it.
_STEP_BYTES = 200


class OpenConversation(Protocol):
    """A conversation that is under way."""

    def is_of(self, traffic: Traffic) -> bool:
        """Whether what is said now belongs to the scope with this traffic."""

    def turn(self, scope: str, traffic: Traffic, spawn: Callable[[Coroutine[Any, Any, None]], object]) -> None:
        """Another scope is open: what was said is kept for the one before, and what follows is this one's."""

    def end(self, spawn: Callable[[Coroutine[Any, Any, None]], object]) -> None:
        """Let nothing more pass, in either direction: close both sides."""


class StepRoom:
    """The room for the steps of all conversations of a proxy; where nothing `keeps` them, they need none.

    A message of up to `largest` bytes always has room.
    """

    def __init__(self, *, largest: int = 0, keeps: bool = True, most_steps: int = MOST_STEPS) -> None:
        self.keeps = keeps
        #: The conversations under way that may go on when a scope ends.
        self.open: set[OpenConversation] = set()
        self._most_steps = most_steps
        self._most = self._left = max(_MOST_BYTES, 4 * largest)

    def take(self, count: int, step: Step) -> str:
        """Take the room for a step of a conversation with so many; why there is none, or an empty text."""
        if count >= self._most_steps:
            return (
                f"a conversation of more than {self._most_steps:,} commands and lines of answers is not recorded: "
                "use several connections, or run the test live"
            )
        size = _STEP_BYTES + len(step.data)
        if size > self._left:
            return (
                f"the conversations under way have more than {self._most >> 20} MB, which is not recorded: "
                "end connections earlier, or run the test live"
            )
        self._left -= size
        return ""

    def free(self, steps: Iterable[Step]) -> None:
        """Give the room of steps back."""
        self._left = min(self._most, self._left + sum(_STEP_BYTES + len(step.data) for step in steps))
