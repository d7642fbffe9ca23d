"""A value that a client makes and the service says again: the id of a JSON-RPC request, an idempotency key.

Such a value is new each time, so that the recording needs one name for it in the request and in the response. Knows
texts; finds no differences itself.
"""

from __future__ import annotations

import dataclasses
import re

from recproxy.recording.values import WILD, Response

__all__ = ["name_for", "with_name"]

#: A value of so many characters does not stand in a response by chance.
_LONG = 8
_WORD = rb"A-Za-z0-9_-"


def name_for(field: str) -> str:
    """The name of a place: the last word of the field that holds it."""
    words = re.findall(r"[A-Za-z0-9_-]*[A-Za-z][A-Za-z0-9_-]*", field)
    return str(words[-1]).lower()


def with_name(response: Response, value: bytes, name: str, key: str) -> Response | None:
    """The response with a named place wherever it holds the value of a request, or None where it does not.

    A short value counts only as the value of the same JSON key or XML element; a number stays without quotes.
    """
    word = (response.wild or WILD).encode()
    if not value or word in value or (response.wild is None and word in response.body):
        return None
    place = word + b"[" + name.encode() + b"]"
    if len(value) < _LONG:
        named, spelled = re.escape(key.encode()), re.escape(value)
        quoted = rb'("(?i:%s)"\s*:\s*"?)%s(?![0-9A-Za-z_.+-])' % (named, spelled)
        element = rb"(<(?:[A-Za-z][\w.-]*:)?(?i:%s)(?:\s[^<>]*)?>)%s(?=</)" % (named, spelled)
        headers, body = response.headers, response.body
        for form in (quoted, element):
            body = re.sub(form, lambda found: found[1] + place, body)
    else:
        whole = re.compile(rb"(?<![%s])%s(?![%s])" % (_WORD, re.escape(value), _WORD))
        headers = tuple((line, whole.sub(lambda _: place, text)) for line, text in response.headers)
        # A key of JSON stays: no replay fills one in.
        body = re.sub(whole.pattern + rb'(?!"\s*:)', lambda _: place, response.body)
    if (headers, body) == (response.headers, response.body):
        return None
    return dataclasses.replace(response, headers=headers, body=body, chunks=(), wild=word.decode())
