"""A recorded request as a curl command that a person can paste into a shell."""

from __future__ import annotations

import base64
import shlex
import string

from recproxy.formats.repeated_request import given_body, given_headers, without_body
from recproxy.recording import Request
from recproxy.recording.grammar import clean
from recproxy.recording.printable import printable

__all__ = ["curl_command"]

_PLAIN = frozenset(string.ascii_letters + string.digits + " -_.,:;/?&=%+@")
#: What curl sends unless it is told not to.
_SENT_BY_CURL = (b"accept", b"user-agent")


def curl_command(request: Request) -> str:
    """The command, one option a line, quoted for bash and zsh. Redacted values stay `XXX`: a person puts in their own.

    A body that is not text comes from `base64 -d` by standard input; one that was not stored is named in a comment.
    """
    words = [["curl"], *_method(request)]
    if set(request.url) & set("[]{}"):
        words.append(["--globoff"])
    words += [["--header", _line(name, value)] for name, value in given_headers(request)]
    sent = {name.lower() for name, _ in request.headers}
    words += [["--header", f"{name.decode()}:"] for name in _SENT_BY_CURL if name not in sent]
    source = "".join(f"{line}\n" for line in without_body(request, "#"))
    if body := given_body(request):
        if clean(body):
            if b"content-type" not in sent:
                words.append(["--header", "content-type:"])  # curl would call it a form
            words.append(["--data-raw", body.decode()])
        else:
            source = f"printf %s {base64.b64encode(body).decode()} | base64 -d | "
            words.append(["--data-binary", "@-"])
    words.append([request.url])
    return source + " \\\n  ".join(" ".join(map(_quoted, each)) for each in words)


def _quoted(word: str) -> str:
    """A word for the shell. What would act on the terminal that shows it is written as bytes, in `$'...'`."""
    if word.isprintable() or printable(word) == word:
        return shlex.quote(word)
    data = word.encode("utf-8", "surrogateescape")
    return "$'" + "".join(chr(each) if chr(each) in _PLAIN else f"\\x{each:02x}" for each in data) + "'"


def _method(request: Request) -> list[list[str]]:
    """`--head` for HEAD, which has no body to wait for; else the method, where curl would choose another one."""
    if request.method == "HEAD":
        return [["--head"]]
    usual = "POST" if request.body else "GET"
    return [] if request.method == usual else [["--request", request.method]]


def _line(name: bytes, value: bytes) -> str:
    text = f"{name.decode('latin-1')}: {value.decode('utf-8', 'surrogateescape')}"
    return text if value else f"{name.decode('latin-1')};"  # curl's spelling of an empty header
