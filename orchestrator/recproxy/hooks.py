"""Hooks: functions of a profile for what TOML cannot say. The types they get and give; stable, and small.

A profile names them under `[hooks]`, as `module:function`; they run in the proxy of that profile, one call after the
other, and are pure: what they make of the same request is the same.

- *compare* gives a request the form in which it is compared: the recorded ones and the live one alike.
- *respond* makes the response to a request, out of the recorded one where one fits (else None); None leaves it.
- *sign* gets a webhook that is to be sent and the secret, and returns the webhook with its signature.
- *redact* takes more out of an interaction, before it is stored, than the rules can; the rules have acted on it.

Requests and responses are frozen values: `dataclasses.replace` makes another one.
"""

from collections.abc import Callable
from typing import TypeAlias

from recproxy.recording.values import Headers, Interaction, Request, Response, header, header_values

__all__ = [
    "Compare",
    "Headers",
    "Interaction",
    "Redact",
    "Request",
    "Respond",
    "Response",
    "Sign",
    "header",
    "header_values",
]

Compare: TypeAlias = Callable[[Request], Request]
Respond: TypeAlias = Callable[[Request, Response | None], Response | None]
Sign: TypeAlias = Callable[[Request, str], Request]
Redact: TypeAlias = Callable[[Interaction], Interaction]
