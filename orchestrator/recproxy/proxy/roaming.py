"""What a connection holds whose every request may be for another service: the bytes that go back with it.

Pure: bytes in, decisions out. A connection that was opened for one host never holds anything here.
"""

from __future__ import annotations

from recproxy.http import request_start
from recproxy.proxy.ownership import Begins, Ownership

__all__ = ["Roaming"]


class Roaming:
    """The bytes of the requests that one connection is reading, from the beginning of one of them.

    `segment` is what is being read; `held` is what nobody has read yet, because it does not tell whose it is, or because
    it is for another service.
    """

    __slots__ = ("_completed", "_ownership", "held", "segment")

    def __init__(self, ownership: Ownership, held: bytes) -> None:
        self._ownership = ownership
        self._completed = 0
        self.segment = b""
        self.held = held

    def take_held(self) -> bytes:
        """What is held, to be read or given away; nothing is held then."""
        held, self.held = self.held, b""
        return held

    def begin(self, data: bytes) -> Begins:
        """Whose the request is that begins with what is held and these bytes: what is ours is to be read."""
        whose = self._ownership.begins(segment := self.take_held() + data)
        if whose is Begins.OURS:
            self.segment, self._completed = segment, 0
        else:
            self.held = segment
        return whose

    def complete(self) -> None:
        """A request of the segment is complete; what follows may be another one."""
        self._completed += 1

    def end(self) -> None:
        """All of the segment was read."""
        self.segment = b""

    def hold_rest(self) -> bool:
        """Hold the request that is being read and what follows it; false where it cannot be told from what was before."""
        if not self.segment:
            return False
        self.held = self.segment[request_start(self.segment, self._completed) :]
        return True
