"""A recorded request as code that sends it: Python with httpx, and JavaScript with fetch. Pure.

Redacted values stay `XXX`: a person puts in their own.
"""

from __future__ import annotations

import base64
import json

from recproxy.formats.repeated_request import given_body, given_headers, without_body
from recproxy.recording import Request
from recproxy.recording.grammar import clean
from recproxy.recording.printable import printable

__all__ = ["fetch_code", "httpx_code"]


def httpx_code(request: Request) -> str:
    """A call of httpx, with the lines that it needs above it."""
    lines = [f"    {_literal(request.method)},", f"    {_literal(request.url)},"]
    headers = _headers(request)
    if headers:
        lines.append("    headers=[")
        lines += (f"        ({_literal(name)}, {_literal(value)})," for name, value in headers)
        lines.append("    ],")
    above = ["import httpx", ""]
    body = given_body(request)
    if body and clean(body):
        lines.append(f"    content={_literal(body.decode())}.encode(),")
    elif body:
        above.insert(0, "import base64")
        lines.append(f"    content=base64.b64decode({json.dumps(base64.b64encode(body).decode())}),")
    return "\n".join((*without_body(request, "#"), *above, "response = httpx.request(", *lines, ")"))


def fetch_code(request: Request) -> str:
    """A call of fetch. A browser leaves out headers that only it may set; node sends them."""
    options = [f"  method: {_literal(request.method)},"]
    headers = _headers(request)
    if headers:
        options.append("  headers: [")
        options += (f"    [{_literal(name)}, {_literal(value)}]," for name, value in headers)
        options.append("  ],")
    body = given_body(request)
    if body and clean(body):
        options.append(f"  body: {_literal(body.decode())},")
    elif body:
        coded = json.dumps(base64.b64encode(body).decode())
        options.append(f"  body: Uint8Array.from(atob({coded}), (letter) => letter.charCodeAt(0)),")
    call = f"const response = await fetch({_literal(request.url)}, {{"
    return "\n".join((*without_body(request, "//"), call, *options, "});"))


def _headers(request: Request) -> list[tuple[str, str]]:
    """The headers that a program gives, as it writes them."""
    return [
        (name.decode("latin-1"), value.decode("utf-8", "backslashreplace")) for name, value in given_headers(request)
    ]


def _literal(text: str) -> str:
    """A string of JSON, which Python and JavaScript read alike; what acts on a terminal is escaped in it."""
    if printable(text) == text:
        return json.dumps(text, ensure_ascii=False)
    return json.dumps(text.encode("utf-8", "replace").decode())
