r"""GraphQL documents in JSON bodies, in one spelling: white space, commas and comments mean nothing. Pure.

A query of a URL that holds a GraphQL request is read as the body that a POST would have.

    {"query": "query { me { id, name } }"}     both are compared as
    {"query": "query {\n  me { id name }\n}"}   {"query": "query { me { id name } }"}

Works on the text, so that places, numbers and repeated keys stay as they are. GraphQL, October 2021, section 2.1.
"""

from __future__ import annotations

import json
import re
from collections.abc import Container
from functools import lru_cache

from recproxy.lazy.patterns import lazy_pattern, repeated
from recproxy.matching.url import decode_parameter

__all__ = ["body_of_query", "with_normal_documents"]

#: The parameters of a request, and which of them are JSON. Other ones, such as the id of a document, stay parameters.
_PARAMETERS = {b"query": False, b"operationName": False, b"variables": True, b"extensions": True}

_STRING = rb'"(?:[^"\\]|\\.)*+"'
#: What tells how deep a place is, and a member `query`.
_MARKS = lazy_pattern(rb'("query"\s{0,40}:\s{0,40})(' + _STRING + rb")|" + _STRING + rb"|[{}]", re.DOTALL)
_TOKENS = (
    r'"""' + repeated(r'[^"\\]++|\\(?:""")?|"(?!"")') + r'"""|"(?:\\.|[^"\\\n])*+"|(?P<ignored>\#[^\r\n]*|[\s,\ufeff]+)'
    r"|\.\.\.|[A-Za-z_]\w*|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?|."
)


def with_normal_documents(body: bytes, word: str | None) -> bytes:
    """A JSON body with each document under `query` in its normal spelling; wild places in it stay whole.

    Variables may have a member `query` too, in which each letter counts: only those of a request itself are documents.
    """
    depth = 0

    def changed(found: re.Match[bytes]) -> bytes:
        nonlocal depth
        depth += {b"{": 1, b"}": -1}.get(found[0], 0)
        if depth != 1 or found[2] is None:
            return found[0]
        try:
            text = json.loads(found[2])
        except ValueError:
            return found[0]
        return found[1] + json.dumps(_normal(text, word), ensure_ascii=False).encode("utf-8", "surrogatepass")

    return _MARKS.sub(changed, body)


def body_of_query(query: bytes, word: str | None, ignored: Container[bytes]) -> tuple[bytes, bytes] | None:
    """The body that a POST of the same GraphQL request would have, and the other parameters.

    None without any of them, and where one is given twice. An empty parameter is absent, and what is `ignored` stays a
    parameter. The wild word alone stands for all of them.
    """
    members: dict[bytes, bytes] = {}
    others: list[bytes] = []
    for piece in query.split(b"&"):
        written, _, value = piece.partition(b"=")
        name = decode_parameter(written)
        is_json = _PARAMETERS.get(name)
        if is_json is None or name in ignored:
            others.append(piece)
        elif name in members:
            return None
        elif value:
            text = decode_parameter(value)
            holds_wild = word is not None and word.encode() in text
            is_text = not is_json or (text.strip() == (word or "").encode() if holds_wild else not _is_json(text))
            members[name] = _string(text) if is_text else text
    if not members:
        return (word.encode(), query) if word is not None and word.encode() in others else None
    return b"{%s}" % b", ".join(b'"%s": %s' % each for each in members.items()), b"&".join(others)


def _is_json(text: bytes) -> bool:
    """Whether a text is one value: broken, it could bring members of its own into the body."""
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return False
    return True


def _string(text: bytes) -> bytes:
    return json.dumps(text.decode("utf-8", "surrogateescape"), ensure_ascii=False).encode("utf-8", "surrogateescape")


def _normal(text: str, word: str | None) -> str:
    return " ".join(found[0] for found in _tokens(word).finditer(text) if found["ignored"] is None)


@lru_cache(maxsize=16)
def _tokens(word: str | None) -> re.Pattern[str]:
    wild = "" if word is None else rf"\w*{re.escape(word)}(?:\[[\w.-]+\])?\w*|"
    return re.compile(wild + _TOKENS, re.DOTALL)
