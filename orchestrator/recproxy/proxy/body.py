"""A request's body on its way through: pieces in as they arrive, pieces out as the service takes them."""

from __future__ import annotations

import asyncio
import contextlib
from collections import deque
from collections.abc import Callable

from recproxy.recording import Headers

__all__ = ["BodyFeed", "KeptBody"]

#: Bytes that wait for the service before the client is told to pause: an upload must not fill the memory.
_HIGH_WATER = 1 << 18


class KeptBody:
    """Bytes that come in pieces, in one buffer: each piece by itself may be one byte."""

    def __init__(self) -> None:
        self._bytes: bytes | bytearray = b""

    def add(self, piece: bytes) -> None:
        """Take a piece."""
        if not self._bytes:
            self._bytes = piece
        elif isinstance(self._bytes, bytearray):
            self._bytes += piece
        else:
            self._bytes = bytearray(self._bytes + piece)

    def whole(self) -> bytes:
        """All that came."""
        return bytes(self._bytes)

    def take(self) -> bytes:
        """All that came, to be forgotten here."""
        whole = self.whole()
        self._bytes = b""
        return whole

    def clear(self) -> None:
        """Forget it."""
        self._bytes = b""


class BodyFeed:
    """The body of one request. `changed` is called when it becomes full or is no longer.

    `kept` is what the client has sent, up to `most` bytes; `size` counts all of it.
    """

    def __init__(self, most: int, changed: Callable[[], None]) -> None:
        self.size = 0
        self.trailers: Headers = ()
        self._most = most
        self._changed = changed
        self._pieces: deque[bytes] = deque()
        self._waiting = 0
        self._kept = KeptBody()
        self._ended = False
        self._wake: asyncio.Event = asyncio.Event()

    @property
    def kept(self) -> bytes:
        """What the client has sent, as far as it was kept."""
        return self._kept.whole()

    @property
    def passed(self) -> bytes:
        """What was taken so far, where all is kept."""
        return self.kept[: self.size - self._waiting]

    @property
    def taken(self) -> int:
        """How much of it the service has; -1 if that is all, and the client has ended it."""
        return -1 if self._ended and not self._waiting else self.size - self._waiting

    @property
    def whole(self) -> bool:
        """Whether all that the client has sent was kept."""
        return self.size <= self._most

    @property
    def is_full(self) -> bool:
        """Whether so much waits for the service that the client should wait."""
        return self._waiting > _HIGH_WATER

    @property
    def ended(self) -> bool:
        """Whether the client has sent all of it."""
        return self._ended

    def rewind(self) -> None:
        """Give out again what was taken so far, where all is kept."""
        self._pieces = deque([self.kept] if self.size else [])
        self._waiting = self.size
        self._wake.set()

    def add(self, piece: bytes) -> None:
        """Take a piece from the client."""
        self.size += len(piece)
        if self.whole:
            self._kept.add(piece)
        else:
            self._kept.clear()
        self._pieces.append(piece)
        before, self._waiting = self._waiting, self._waiting + len(piece)
        if before <= _HIGH_WATER < self._waiting:
            self._changed()
        self._wake.set()

    def end(self, trailers: Headers = ()) -> None:
        """The client has sent all of it, or gone."""
        self.trailers = trailers
        self._ended = True
        self._wake.set()

    async def take_rest(self, quiet: float, whole: float) -> None:
        """Take what still comes, for nobody: until all of it is there, nothing comes for `quiet` seconds, or `whole` pass."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(whole):
                more: bytes | None = b""
                while more is not None:
                    async with asyncio.timeout(quiet):
                        more = await self.next()

    async def next(self) -> bytes | None:
        """The next piece, or None behind the last."""
        while not self._pieces:
            if self._ended:
                return None
            self._wake.clear()
            await self._wake.wait()
        piece = self._pieces.popleft()
        before, self._waiting = self._waiting, self._waiting - len(piece)
        if before > _HIGH_WATER >= self._waiting:
            self._changed()
        return piece
