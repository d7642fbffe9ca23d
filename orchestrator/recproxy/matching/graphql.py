r"""GraphQL documents in JSON bodies, in one spelling: white space, commas and comments mean nothing. Pure.

    {"query": "query { me { id, name } }"}     both are compared as
    {"query": "query {\n  me { id name }\n}"}   {"query": "query { me { id name } }"}

Works on the text, so that places, numbers and repeated keys stay as they are. GraphQL, October 2021, section 2.1.
"""

from __future__ import annotations

import json
import re
from functools import lru_cache

__all__ = ["with_normal_documents"]

_STRING = rb'"(?:[^"\\]|\\.)*+"'
#: What tells how deep a place is, and a member `query`.
_MARKS = re.compile(rb'("query"\s{0,40}:\s{0,40})(' + _STRING + rb")|" + _STRING + rb"|[{}]", re.DOTALL)
_TOKENS = (
    r'"""(?:\\"""|[^"]|"(?!""))*+"""|"(?:\\.|[^"\\\n])*+"|(?P<ignored>\#[^\r\n]*|[\s,\ufeff]+)'
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


def _normal(text: str, word: str | None) -> str:
    return " ".join(found[0] for found in _tokens(word).finditer(text) if found["ignored"] is None)


@lru_cache(maxsize=16)
def _tokens(word: str | None) -> re.Pattern[str]:
    wild = "" if word is None else rf"\w*{re.escape(word)}(?:\[[\w.-]+\])?\w*|"
    return re.compile(wild + _TOKENS, re.DOTALL)
