"""Faults on purpose: how the replay of a response goes wrong, as a person writes it below the status line.

Pure: reads and writes one line. What a fault does to a connection, the proxy knows.
"""

from __future__ import annotations

import re

from recproxy.recording.dataclass import dataclass

__all__ = ["FAULTS", "Fault", "read_fault"]

#: The forms of a fault.
FAULTS = ("reset", "reset after BYTES", "truncate BYTES", "hang SECONDS", "delay SECONDS", "drip BYTES/s")
_BYTES = r"[0-9]{1,15}"
_SECONDS = r"[0-9]{1,9}(?:\.[0-9]{1,9})?"
_FORMS = re.compile(
    rf"(?P<reset>reset)(?: after (?P<after>{_BYTES}))?|truncate (?P<truncate>{_BYTES})|hang (?P<hang>{_SECONDS})"
    rf"|delay (?P<delay>{_SECONDS})|drip (?P<drip>{_BYTES})/s"
)


@dataclass(frozen=True, slots=True)
class Fault:
    """What goes wrong: `kind` is the first word, `value` the bytes or seconds of it; None for a reset before all."""

    kind: str
    value: float | None = None


def read_fault(text: str) -> Fault:
    """The fault that a line names. Raises ValueError where it is none."""
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
