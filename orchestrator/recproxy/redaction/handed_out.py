"""What the answer to a login hands out under a name that is harmless elsewhere.

    POST /login    {"user": "me", "password": "correct-horse-9"}
    200 OK         {"key": "9944b091..."}    or the token alone, as text, or in XML

A `key` may be the key of a row or of a file, so its name alone says nothing. In the answer to a request that sends a
password, or that goes to where logins go, it is what later requests are sent with, whether this scope has any or not.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from recproxy.recording.codings import decode
from recproxy.recording.values import Interaction, Request, Response
from recproxy.redaction.language import path_of
from recproxy.redaction.names import is_secret
from recproxy.redaction.payloads import coding_of
from recproxy.redaction.spans import Span, wild_name

__all__ = ["handed_out"]

_LARGEST = 1 << 20  # bytes of an answer to a login

#: A name in a form, in JSON or of a part of a multipart body, before what ends it.
_LOGIN_FIELD = re.compile(
    rb"(?i)(?<![a-z])(?:pass(?:word|wd|phrase|code)?|pwd|client_?secret|otp|assertion)(?:\"\s*:|=|\"?\]?\"?\r?\n)"
)
_LOGIN_PATH = re.compile(
    r"(?i)(?:^|[/_.-])(?:log[_-]?in|sign[_-]?in|auth|authenticate|authorize|sessions?|tokens?|api[_-]?keys?)"
    r"(?:\.[a-z]+)?/?\Z"
)
_NAMES = rb"key|code|session|sid|auth|ticket|result|value|data|response|id_session"
_HANDED = re.compile(rb"\"(%s)\"\s*:\s*\"([^\"\\]+)\"" % _NAMES, re.IGNORECASE)
_ELEMENT = re.compile(rb"<(%s)>\s*([^<>&\s]+)\s*</\1>" % _NAMES, re.IGNORECASE)
#: A body that is nothing but a token, as a text, a string of JSON, or a list of one.
_WHOLE = re.compile(rb"()\s*(?:\[\s*)?\"?([A-Za-z0-9._~+/=:|-]{16,2048})\"?\s*(?:\]\s*)?\Z")


def handed_out(interaction: Interaction) -> Iterator[Span]:
    """The places of such values in the body of a response; none where the request is no login."""
    if not interaction.response.body or not _is_login(interaction.request):
        return
    body = _plain(interaction.response)
    whole = _WHOLE.match(body)
    for found in [whole] if whole else [*_HANDED.finditer(body), *_ELEMENT.finditer(body)]:
        if is_secret(b"key", found[2]):
            yield Span(*found.span(2), "json", wild_name(found[1].lower() or b"token"), value=found[2])


def _plain(block: Request | Response) -> bytes:
    """A body without its content coding, if it has one that can be undone."""
    coding = coding_of(block.headers) if block.encoding is None else ""
    try:
        return decode(block.body, coding, limit=_LARGEST) if coding else block.body
    except ValueError:
        return block.body


def _is_login(request: Request) -> bool:
    if request.method in ("POST", "PUT"):
        return bool(_LOGIN_PATH.search(path_of(request.url)) or _LOGIN_FIELD.search(_plain(request)))
    return _LOGIN_FIELD.search(request.url.partition("?")[2].encode("utf-8", "surrogateescape")) is not None
