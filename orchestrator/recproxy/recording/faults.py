"""Faults on purpose: how the replay of a response goes wrong, as a person writes it below the status line or for a test.

Pure: reads one line. What a fault does to a connection, the proxy knows.
"""

from __future__ import annotations

from dataclasses import replace

from recproxy.lazy.dataclass import dataclass
from recproxy.lazy.patterns import lazy_pattern

__all__ = [
    "FAULTS",
    "LASTED",
    "MESSAGE_FAULTS",
    "MUTATED",
    "TLS_FAULTS",
    "Fault",
    "read_fault",
    "read_test_fault",
]

#: The forms of a fault.
FAULTS = ("reset", "reset after BYTES", "truncate BYTES", "hang SECONDS", "delay SECONDS", "drip BYTES/s")
#: Those of what a server says on a WebSocket, besides these.
MESSAGE_FAULTS = ("close CODE", "garbage")
#: Those of a TLS handshake: it is over before the first request, so no response can have them.
TLS_FAULTS = ("tls expired", "tls wrong name", "tls untrusted", "tls cut")
#: What is noted of a fault that hung until its end: its client has no shorter time-out.
LASTED = "lasted to its end"
#: How an answer with one thing changed begins, where a run plays it as a fault. Nobody writes that.
MUTATED = "mutate "
_CLOSE = lazy_pattern(r"close ([1-4][0-9]{3})")
_PLACE = lazy_pattern(r"[A-Za-z]{1,20}")
_BYTES = r"[0-9]{1,15}"
_SECONDS = r"[0-9]{1,9}(?:\.[0-9]{1,9})?"
_FORMS = lazy_pattern(
    rf"(?P<reset>reset)(?: after (?P<after>{_BYTES}))?|truncate (?P<truncate>{_BYTES})|hang (?P<hang>{_SECONDS})"
    rf"|delay (?P<delay>{_SECONDS})|drip (?P<drip>{_BYTES})/s"
)


@dataclass(frozen=True, slots=True)
class Fault:
    """What goes wrong: `kind` is the first word, `value` the bytes or seconds of it; None for a reset before all.

    `tls` is the kind of a TLS fault, such as "expired". `at` is the command of a mail client whose answer it is for, or
    GREETING or MESSAGE; empty for each answer.
    """

    kind: str
    value: float | None = None
    tls: str = ""
    at: str = ""

    @property
    def ends(self) -> bool:
        """Whether the connection ends with it."""
        return self.kind in ("reset", "truncate", "hang", "close", "garbage")

    @property
    def needs_response(self) -> bool:
        """Whether there must be a recorded response to play it with."""
        return not (self.tls or self.kind == "hang" or (self.kind == "reset" and self.value is None))


def read_fault(text: str) -> Fault:
    """The fault that a line of a recording names. Raises ValueError where it is none."""
    if text in TLS_FAULTS:
        raise ValueError("a TLS fault comes before any request: set it for a test, with @recproxy.fault")
    found = _FORMS.fullmatch(text)
    if found is None:
        raise ValueError(f"known are {', '.join(FAULTS)}")
    kind = found.lastgroup if found.lastgroup != "after" else "reset"
    assert kind is not None
    number = found["after"] if kind == "reset" else found[kind]
    value = None if number is None else float(number)
    if kind == "drip" and not value:
        raise ValueError("write how many bytes a second, 1 or more")
    return Fault(kind, value)


def read_message_fault(text: str) -> Fault:
    """The fault that stands above a message of a WebSocket's server. Raises ValueError where it is none."""
    if text == "garbage":
        return Fault("garbage")
    if found := _CLOSE.fullmatch(text):
        return Fault("close", float(found[1]))
    try:
        return read_fault(text)
    except ValueError as problem:
        more = f", {', '.join(MESSAGE_FAULTS)}" if "known are" in str(problem) else ""
        raise ValueError(f"{problem}{more}") from None


def read_test_fault(text: str) -> Fault:
    """The fault that a test names, those of TLS included. Raises ValueError where it is none."""
    text, at, place = " ".join(text.split()).partition(" at ")
    if at and not _PLACE.fullmatch(place):
        raise ValueError("write a command of SMTP or IMAP after 'at', such as DATA or FETCH, or greeting, or message")
    if text in TLS_FAULTS and not at:
        return Fault("tls", tls=text.partition(" ")[2])
    try:
        read = read_message_fault if place.lower() == "message" else read_fault
        return replace(read(text), at=place.upper())
    except ValueError as problem:
        raise ValueError(
            f"{problem}, {', '.join(TLS_FAULTS)}" if "known are" in str(problem) else str(problem)
        ) from None
