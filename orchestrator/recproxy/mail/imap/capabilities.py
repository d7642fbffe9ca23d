"""What a service offers, without what cannot be recorded: compression, and logins that prove more than a password.

A client that is not offered these does without. A mechanism whose server proves itself (SCRAM), or that is bound to the
TLS of the connection, cannot be replayed: the proof covers what the client makes anew. Pure.
"""

from __future__ import annotations

import re

from recproxy.lazy.patterns import lazy_pattern
from recproxy.mail.authentication import SEEN_THROUGH
from recproxy.mail.imap.lines import ImapLine

__all__ = ["capabilities_in", "offered", "with_capability"]

_HIDDEN = lazy_pattern(rb"(?i)(?:COMPRESS=.*|X?COMPRESS)\Z", re.DOTALL)
_WITHOUT_TLS = (b"STARTTLS", b"LOGINDISABLED")
#: In untagged data, or in the code of a status response.
_LIST = lazy_pattern(rb"(?i)\A(\* CAPABILITY |\S+ (?:OK|PREAUTH|NO|BAD) \[CAPABILITY )([^\]\r\n]*)")


def capabilities_in(line: ImapLine) -> tuple[bytes, ...]:
    """The capabilities that a response lists, in capital letters."""
    found = _LIST.match(line.text)
    return () if found is None else tuple(found[2].upper().split())


def with_capability(line: ImapLine, name: bytes) -> ImapLine:
    """A response that lists one more capability, if it lists any."""
    found = _LIST.match(line.text)
    if found is None or name in capabilities_in(line):
        return line
    return ImapLine((line.text[: found.end()] + b" " + name + line.text[found.end() :], *line.pieces[1:]))


def offered(line: ImapLine, *, tls: bool = False) -> ImapLine:
    """A response without the capabilities that cannot be recorded; with `tls`, none about its absence."""
    found = _LIST.match(line.text)
    if found is None:
        return line
    words = found[2].split(b" ")
    kept = [word for word in words if not _is_hidden(word) and not (tls and word.upper() in _WITHOUT_TLS)]
    if kept == words:
        return line
    return ImapLine((found[1] + b" ".join(kept) + line.text[found.end() :], *line.pieces[1:]))


def _is_hidden(word: bytes) -> bool:
    upper = word.upper()
    return bool(_HIDDEN.match(upper)) or (upper.startswith(b"AUTH=") and upper[5:] not in SEEN_THROUGH)
