"""What the answer to a login hands out under a name that is harmless elsewhere.

    POST /login    {"user": "me", "password": "correct-horse-9"}
    200 OK         {"key": "9944b091..."}

A `key` may be the key of a row or of a file, so its name alone says nothing. In the answer to a request that sends a
password, or that goes to where logins go, it is what later requests are sent with, whether this scope has any or not.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from recproxy.recording.values import Interaction, Request
from recproxy.redaction.language import path_of
from recproxy.redaction.names import is_secret
from recproxy.redaction.spans import Span, wild_name

__all__ = ["handed_out"]

#: A name in a form, in JSON or of a part of a multipart body, before what ends it.
_LOGIN_FIELD = re.compile(
    rb"(?i)(?<![a-z])(?:pass(?:word|wd|phrase|code)?|pwd|client_?secret|otp|assertion)(?:\"\s*:|=|\"?\]?\"?\r?\n)"
)
_LOGIN_PATH = re.compile(
    r"(?i)(?:^|[/_.-])(?:log[_-]?in|sign[_-]?in|auth|authenticate|authorize|sessions?|tokens?|api[_-]?keys?)"
    r"(?:\.[a-z]+)?/?\Z"
)
_HANDED = re.compile(rb"\"(key|code|session|sid|auth|ticket|result|value)\"\s*:\s*\"([^\"\\]+)\"", re.IGNORECASE)


def handed_out(interaction: Interaction) -> Iterator[Span]:
    """The places of such values in the body of a response; none where the request is no login."""
    if b'"' in interaction.response.body and _is_login(interaction.request):
        for found in _HANDED.finditer(interaction.response.body):
            if is_secret(b"key", found[2]):
                yield Span(*found.span(2), "json", wild_name(found[1].lower()), value=found[2])


def _is_login(request: Request) -> bool:
    if request.method != "POST":
        return False
    return bool(_LOGIN_PATH.search(path_of(request.url)) or _LOGIN_FIELD.search(request.body))
