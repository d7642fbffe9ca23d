"""A recorded request as code that sends it: Python with httpx, and JavaScript with fetch. Pure.

Redacted values stay `XXX`: a person puts in their own.
"""

from __future__ import annotations

import base64
import json

from recproxy.counting import counted
from recproxy.recording import Headers, Request, encode
from recproxy.recording.grammar import clean
from recproxy.recording.printable import printable

__all__ = ["fetch_code", "httpx_code"]

#: What clients make by themselves, from the URL, the body and the connection.
_MADE_BY_CLIENTS = frozenset((b"host", b"content-length", b"connection", b"transfer-encoding", b"proxy-connection"))


def httpx_code(request: Request) -> str:
    """A call of httpx, with the lines that it needs above it."""
    lines = [f"    {_literal(request.method)},", f"    {_literal(request.url)},"]
    headers = _sent(request.headers)
    if headers:
        lines.append("    headers=[")
        lines += (f"        ({_literal(name)}, {_literal(value)})," for name, value in headers)
        lines.append("    ],")
    above = ["import httpx", ""]
    body = _body(request)
    if body and clean(body):
        lines.append(f"    content={_literal(body.decode())}.encode(),")
    elif body:
        above.insert(0, "import base64")
        lines.append(f"    content=base64.b64decode({json.dumps(base64.b64encode(body).decode())}),")
    return "\n".join((*_missing(request, "#"), *above, "response = httpx.request(", *lines, ")"))


def fetch_code(request: Request) -> str:
    """A call of fetch. A browser leaves out headers that only it may set; node sends them."""
    options = [f"  method: {_literal(request.method)},"]
    headers = _sent(request.headers)
    if headers:
        options.append("  headers: [")
        options += (f"    [{_literal(name)}, {_literal(value)}]," for name, value in headers)
        options.append("  ],")
    body = _body(request)
    if body and clean(body):
        options.append(f"  body: {_literal(body.decode())},")
    elif body:
        coded = json.dumps(base64.b64encode(body).decode())
        options.append(f"  body: Uint8Array.from(atob({coded}), (letter) => letter.charCodeAt(0)),")
    call = f"const response = await fetch({_literal(request.url)}, {{"
    return "\n".join((*_missing(request, "//"), call, *options, "});"))


def _body(request: Request) -> bytes:
    return encode(request.body, request.encoding) if request.encoding and request.body else request.body


def _sent(headers: Headers) -> list[tuple[str, str]]:
    """The headers that a program gives, as it writes them."""
    return [
        (name.decode("latin-1"), value.decode("utf-8", "backslashreplace"))
        for name, value in headers
        if name.lower() not in _MADE_BY_CLIENTS
    ]


def _missing(request: Request, mark: str) -> list[str]:
    if request.omitted is None:
        return []
    return [f"{mark} without its body of {counted(request.omitted, 'byte')}, which was not stored"]


def _literal(text: str) -> str:
    """A string of JSON, which Python and JavaScript read alike; what acts on a terminal is escaped in it."""
    if printable(text) == text:
        return json.dumps(text, ensure_ascii=False)
    return json.dumps(text.encode("utf-8", "replace").decode())
