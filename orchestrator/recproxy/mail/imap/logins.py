"""What in the lines of an IMAP client is a login, or could be one that its client got wrong. Pure.

A server says BAD to `UID LOGIN me pass`, to a login whose tag is missing, and to a response that comes where none was
asked for; the password was said all the same.
"""

from __future__ import annotations

from recproxy.lazy.dataclass import dataclass
from recproxy.lazy.patterns import lazy_pattern
from recproxy.mail.authentication import proof_of
from recproxy.mail.imap.lines import ImapLine, LineReader, LiteralAsked

__all__ = ["TAGLESS", "Credential", "ImapLogins"]

#: First words by which a login is known whose client forgot the tag: they are kept in place of a tag.
TAGLESS = frozenset((b"LOGIN", b"AUTHENTICATE", b"AUTH", b"USER", b"PASS"))
#: Commands that bring no credential. Before a login, what is none of them could be a login that its client got wrong.
_COMMANDS = frozenset(
    b"APPEND CAPABILITY CHECK CLOSE COMPARATOR COMPRESS CONVERSIONS CONVERT COPY CREATE DELETE DELETEACL ENABLE EXAMINE "
    b"EXPUNGE FETCH GENURLAUTH GETACL GETANNOTATION GETMETADATA GETQUOTA GETQUOTAROOT ID IDLE LANGUAGE LIST LISTRIGHTS "
    b"LOGOUT LSUB MOVE MYRIGHTS NAMESPACE NOOP NOTIFY RENAME REPLACE RESETKEY RLIST RLSUB SEARCH SELECT SETACL "
    b"SETANNOTATION SETMETADATA SETQUOTA SORT STARTTLS STATUS STORE SUBSCRIBE THREAD UID UNAUTHENTICATE UNSELECT "
    b"UNSUBSCRIBE URLFETCH XLIST".split()
)
_TAGLESS = lazy_pattern(rb"(?i)(?:%s) +" % b"|".join(sorted(TAGLESS)))
_LOGIN = lazy_pattern(rb"(?i)\S+ +(?:UID +)?LOGIN(?= |\r)")
_AUTHENTICATE = lazy_pattern(rb"(?i)\S+ +(?:UID +)?AUTHENTICATE +")
#: Other words for a login, and those two in a form that no server takes.
_ALIKE = lazy_pattern(rb'(?i)\S+[ \t]+(?:UID[ \t]+)?"?(?:LOGIN|AUTHENTICATE|AUTH|USER|PASS)"?(?:[ \t]+|(?=\r))')
_NAME = lazy_pattern(rb"\S+ +(?:(?i:UID) +)?([^ \r\n]*) *")
_LETTERS = lazy_pattern(rb"[A-Za-z-]{1,20}\Z")


@dataclass(frozen=True, slots=True)
class Credential:
    """Where in a line a credential begins, and what it proves; `is_login` says that the line is a LOGIN from there on."""

    start: int
    proof: bytes = b""
    is_login: bool = False


class ImapLogins:
    """The logins of one conversation, whose steps are told in order."""

    def __init__(self) -> None:
        self._tags: set[bytes] = set()
        self._is_in = False
        self._mechanism = b""
        self._replies: list[bytes] = []
        self._asked = False

    def hear(self, data: bytes) -> None:
        """The server has said this."""
        tag, _, rest = data[:200].partition(b" ")
        # Untagged lines, and the end of another command, may come between the question and its response.
        self._asked = data.startswith(b"+") or (self._asked and tag not in self._tags)
        is_end = tag in self._tags and rest[:2].upper() == b"OK"
        self._is_in = self._is_in or is_end or (tag == b"*" and rest[:7].upper() == b"PREAUTH")
        if is_end:
            self._tags.clear()

    def credential(self, data: bytes) -> Credential | None:
        """The credential in what the client says now; None where there is none."""
        # A word by itself is no command: a response that a client sends although the server has not asked for it.
        if self._mechanism and (self._asked or len(data.split(None, 1)) == 1):
            self._replies.append(data.removesuffix(b"\r\n"))
            return Credential(0, proof_of(self._mechanism, self._replies))
        self._mechanism, self._replies = b"", []
        if login := _LOGIN.match(data):
            self._begun(data)
            return Credential(login.end(), is_login=True)
        if login := _AUTHENTICATE.match(data):
            self._begun(data)
            return self._authenticate(data, login.end())
        if login := _TAGLESS.match(data) or _ALIKE.match(data):
            self._begun(data)
            self._mechanism = b"?"
            return Credential(login.end())
        return None if self._is_in else self._unknown(data)

    def _begun(self, data: bytes) -> None:
        self._tags.add(data.partition(b" ")[0])

    def _authenticate(self, data: bytes, start: int) -> Credential:
        """The mechanism and, on the same line or in a literal, the first reply; with literals it is one credential."""
        words = data[start:].removesuffix(b"\r\n").split(None, 1)
        if b"\n" not in data[:-2]:
            self._mechanism, self._replies = (words[0].upper() if words else b""), words[1:]
            end = len(data) - 2 if len(words) < 2 else data.index(words[1], start + len(words[0]))
            return Credential(end, proof_of(self._mechanism, self._replies))
        self._mechanism = b"?"
        reader = LineReader(commands=True, limit=len(data))
        reader.feed(data)
        while isinstance(line := reader.next(), LiteralAsked):
            pass
        pieces = line.pieces if isinstance(line, ImapLine) else ()
        return Credential(start, proof_of(words[0].upper(), [b"".join(pieces[1:])]) if words else b"")

    def _unknown(self, data: bytes) -> Credential | None:
        """A command that could be a login, or what is left of one that was cut into lines."""
        name = _NAME.match(data)
        if name is None or name[1].upper() in _COMMANDS:
            return None
        is_command = _LETTERS.match(name[1]) and not self._tags
        return Credential(name.end() if is_command else name.start(1))
