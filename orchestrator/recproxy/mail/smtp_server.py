"""The server's side of SMTP without a socket, in the manner of h11: bytes in, what a client said out, replies to bytes.

RFC 5321, with STARTTLS (3207), AUTH (4954), CHUNKING (3030) and PIPELINING (2920). Whoever holds the connection gives
the bytes to `feed`, takes what was said from `next_said`, and makes the bytes of its answer with `reply`. One thing is
said at a time: what a client sends ahead waits until the thing before it has its reply. What the reply is decides how
the bytes that follow are read: after `354` a message, after `334` a response, after the `220` to STARTTLS nothing but TLS.
"""

from __future__ import annotations

from dataclasses import field
from enum import Enum, StrEnum, auto

from recproxy.lazy.dataclass import dataclass
from recproxy.lazy.patterns import lazy_pattern

__all__ = ["Said", "SaidKind", "SmtpServer", "reply_bytes", "verb_of"]

#: A command is far shorter; so is a response of AUTH (RFC 4954 section 4: 12288).
_LONGEST_LINE = 65_536
_END = b"\r\n.\r\n"
_CHUNK = lazy_pattern(rb"(?i)BDAT ([0-9]{1,15})( LAST)?\Z")
#: How a client begins TLS.
_HELLO = b"\x16\x03"
_STUFFED = lazy_pattern(rb"(?:\A|(?<=\r\n))\.")


class SaidKind(Enum):
    """What a client said."""

    COMMAND = auto()
    RESPONSE = auto()  # of AUTH
    MESSAGE = auto()  # of DATA, or the data of a BDAT
    TOO_LONG = auto()  # a line that is no command, and was not kept
    TOO_LARGE = auto()  # a message that was not kept


@dataclass(frozen=True, slots=True)
class Said:
    """One thing that a client said, with its line end; a message is without the dots of the wire.

    `waits` says that the client waits for a reply now: it does not between a BDAT and its data.
    """

    kind: SaidKind
    data: bytes = field(default=b"", repr=False)
    waits: bool = True

    @property
    def verb(self) -> bytes:
        """The first word of a command, in capital letters."""
        return verb_of(self.data) if self.kind is SaidKind.COMMAND else b""


class _Reading(StrEnum):
    """How the next bytes of the client are read."""

    COMMANDS = "a line is a command"
    RESPONSE = "a line is a response of AUTH"
    MESSAGE = "lines up to a lone dot are a message"
    CHUNK = "so many bytes are the data of a BDAT"
    NOTHING = "the client must wait for a reply"
    TLS = "TLS begins: bytes that came before it are dropped"


class SmtpServer:
    """What one client says; `most` is the largest message that is kept."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._buffer = bytearray()
        self._searched = 0
        self._reading = _Reading.COMMANDS
        #: What has a reply coming.
        self._asked: Said | None = None
        self._left = 0  # bytes of a chunk
        self._chunked = 0  # bytes of all chunks of a message
        self._dropping = False  # whether what is read now is too long, and dropped
        #: Whether the client begins TLS where a command is expected.
        self.began_tls = False
        #: Bytes that came before TLS where nothing may come: an attack, or a client that is wrong.
        self.injected = 0

    def feed(self, data: bytes) -> None:
        """Take bytes of the client."""
        if self._reading is _Reading.TLS:
            self.injected += len(data)
        elif self.is_between and data.startswith(_HELLO):
            self.began_tls = True
        else:
            self._buffer += data

    def next_said(self) -> Said | None:
        """What the client said next; None while it must be waited for, or the thing before has no reply."""
        read = {
            _Reading.COMMANDS: self._command,
            _Reading.RESPONSE: self._response,
            _Reading.MESSAGE: self._message,
            _Reading.CHUNK: self._chunk,
        }.get(self._reading)
        said = read() if read is not None else None
        if said is not None and said.waits:
            self._asked, self._reading = said, _Reading.NOTHING
        return said

    def reply(self, text: bytes) -> bytes:
        """The bytes of the reply to what was said last, or of a greeting: `250 first` and more lines without the code."""
        asked, self._asked = self._asked, None
        code = text[:3]
        verb = asked.verb if asked is not None else b""
        if verb == b"DATA" and code == b"354":
            self._reading = _Reading.MESSAGE
        elif verb == b"STARTTLS" and code == b"220":
            self.injected += len(self._buffer)
            self._buffer.clear()
            self._searched = 0
            self._reading = _Reading.TLS
        elif code == b"334" and asked is not None and (verb == b"AUTH" or asked.kind is SaidKind.RESPONSE):
            self._reading = _Reading.RESPONSE
        elif asked is not None:
            self._reading = _Reading.COMMANDS
        return reply_bytes(text)

    def tls_started(self) -> None:
        """TLS is up: the client begins anew."""
        self._reading = _Reading.COMMANDS

    @property
    def is_between(self) -> bool:
        """Whether the client has its replies, and nothing of a command or message has come."""
        return self._reading is _Reading.COMMANDS and not self._buffer

    @property
    def asks_tls(self) -> bool:
        """Whether the client waits for the reply to STARTTLS."""
        return self._asked is not None and self._asked.verb == b"STARTTLS"

    @property
    def awaits_tls(self) -> bool:
        """Whether the next bytes are TLS's."""
        return self._reading is _Reading.TLS

    @property
    def is_full(self) -> bool:
        """Whether so much waits for replies to what came before that no more should be read."""
        return self._reading is _Reading.NOTHING and len(self._buffer) > _LONGEST_LINE

    def _line(self) -> bytes | None:
        """The next line; None while it has not come, and empty where it is too long and was dropped."""
        end = self._buffer.find(b"\n", self._searched)
        if end < 0:
            self._searched = len(self._buffer)
            if self._searched > _LONGEST_LINE:
                self._dropping = True
                self._buffer.clear()
                self._searched = 0
            return None
        line = bytes(self._buffer[: end + 1])
        del self._buffer[: end + 1]
        self._searched = 0
        if self._dropping or len(line) > _LONGEST_LINE:
            self._dropping = False
            return b""
        return line.rstrip(b"\r\n") + b"\r\n"

    def _command(self) -> Said | None:
        line = self._line()
        if not line:
            return None if line is None else Said(SaidKind.TOO_LONG)
        chunk = _CHUNK.match(line.strip())
        if chunk is None:
            self._chunked = 0
            return Said(SaidKind.COMMAND, line)
        self._left, self._reading = int(chunk[1]), _Reading.CHUNK
        self._chunked += self._left
        return Said(SaidKind.COMMAND, line, waits=False)

    def _response(self) -> Said | None:
        line = self._line()
        if not line:
            return None if line is None else Said(SaidKind.TOO_LONG)
        return Said(SaidKind.RESPONSE, line)

    def _chunk(self) -> Said | None:
        if self._chunked > self._most:  # together they are one message
            self._dropping = True
        if self._dropping:
            taken = min(self._left, len(self._buffer))
            del self._buffer[:taken]
            self._left -= taken
            if self._left:
                return None
            self._dropping = False
            return Said(SaidKind.TOO_LARGE)
        if len(self._buffer) < self._left:
            return None
        data = bytes(self._buffer[: self._left])
        del self._buffer[: self._left]
        return Said(SaidKind.MESSAGE, data)

    def _message(self) -> Said | None:
        # Only CRLF ends a line here: a lone LF before the dot is content (RFC 5321 section 4.1.1.4).
        if not self._dropping and self._buffer.startswith(b".\r\n"):
            del self._buffer[:3]
            self._searched = 0
            return Said(SaidKind.MESSAGE, b"")
        end = self._buffer.find(_END, max(0, self._searched - len(_END)))
        if end < 0:
            self._searched = len(self._buffer)
            if self._searched > self._most + _LONGEST_LINE:
                self._dropping = True
                del self._buffer[: -len(_END)]
                self._searched = len(self._buffer)
            return None
        data = bytes(self._buffer[: end + 2])
        del self._buffer[: end + len(_END)]
        self._searched = 0
        if self._dropping or len(data) > self._most:
            self._dropping = False
            return Said(SaidKind.TOO_LARGE)
        return Said(SaidKind.MESSAGE, _STUFFED.sub(b"", data))


def verb_of(command: bytes) -> bytes:
    """The first word of a command, in capital letters; empty where there is none."""
    words = command.split(None, 1)
    return words[0].upper() if words else b""


def reply_bytes(text: bytes) -> bytes:
    """A reply as it is sent: its code before each line."""
    code, lines = text[:3], text.removesuffix(b"\r\n").split(b"\r\n")
    if len(lines) == 1:
        return lines[0] + b"\r\n"
    first, *middle, last = lines
    rows = [code + b"-" + first[4:], *(code + b"-" + line for line in middle), code + b" " + last]
    return b"\r\n".join(rows) + b"\r\n"
