"""The part of an open scope that conversations ask: recorded ones in play, what was played of them, and misses."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from functools import cached_property
from typing import TYPE_CHECKING

from recproxy.proxy.conversation_misses import ConversationMisses
from recproxy.proxy.faults import ScopeFaults, lasted_note
from recproxy.recording.faults import Fault

if TYPE_CHECKING:
    from recproxy.proxy.imap_scope import ImapScope
    from recproxy.proxy.smtp_scope import SmtpScope
    from recproxy.proxy.websocket_scope import WebSocketScope

__all__ = ["ConversationScope"]


class ConversationScope:
    """What one scope has for conversations; its `misses` are described and counted alike for all protocols."""

    def __init__(
        self,
        misses: ConversationMisses,
        *,
        fail: Callable[[str], None] = lambda _: None,
        faults: ScopeFaults | None = None,
    ) -> None:
        self._misses = misses
        self._fail = fail
        self._faults = faults or ScopeFaults()

    @cached_property
    def smtp(self) -> SmtpScope:
        """What SMTP connections ask."""
        from recproxy.proxy.smtp_scope import SmtpScope  # noqa: PLC0415 - most runs have no mail

        return SmtpScope(self._misses)

    @cached_property
    def imap(self) -> ImapScope:
        """What IMAP connections ask."""
        from recproxy.proxy.imap_scope import ImapScope  # noqa: PLC0415 - most runs have no IMAP

        return ImapScope(self._misses)

    @cached_property
    def websockets(self) -> WebSocketScope:
        """What WebSockets ask."""
        from recproxy.proxy.websocket_scope import WebSocketScope  # noqa: PLC0415 - most runs have none

        return WebSocketScope(self._misses, self._faults)

    def play(self, positions: Sequence[int]) -> None:
        """Conversations were played."""
        for position in positions:
            self._misses.history.play(position)
            self._misses.history.spent(time.perf_counter(), 0)

    def fault(self, position: int | None, at: str) -> Fault | None:
        """The fault to play with what a server says: the answer to a command, or the greeting."""
        if self._faults.of_tls and at == "GREETING":
            self._fail(
                f"the fault {self._faults.of_tls!r} is played with HTTP only, and a mail client came: "
                "use reset, truncate, hang, delay or drip"
            )
        return self._faults.take(position, at) if self._faults.planned else None

    def lasted(self, fault: Fault) -> None:
        """A client has waited for the end of a hang."""
        self._misses.history.note(lasted_note(self._misses.profile.name, fault))
