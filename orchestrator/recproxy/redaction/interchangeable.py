"""Named places that alone tell two requests apart, though the service answers them differently.

    POST /find {"customer": "XXX[customer.new-uuid]"}      -> {"name": "Ann"}
    POST /find {"customer": "XXX[customer.2.new-uuid]"}    -> {"name": "Bob"}

If these are values that a test chose, another order of the requests would give Ann's answer for Bob. Only where the
service says that it has made something (201), what it answers is about something new. Works on redacted interactions. Pure.
"""

from __future__ import annotations

import re
from collections.abc import Container, Sequence
from functools import lru_cache

from recproxy.recording.fresh_names import fresh_kind
from recproxy.recording.spelled_names import spelled_name
from recproxy.recording.values import Interaction
from recproxy.redaction.conversation_answers import answer_to, is_piece, said_in_piece

__all__ = ["interchangeable"]

_CREATED = 201


def interchangeable(interactions: Sequence[Interaction]) -> frozenset[str]:
    """The names of the places of which some tell requests apart that are answered differently.

    A place counts where a request is the first that has it: from then on its value is known.
    """
    alike: dict[tuple[str, bytes, bytes], list[tuple[frozenset[str], tuple[int, bytes]]]] = {}
    known: set[str] = set()
    for position, each in enumerate(interactions):
        request = each.request
        word = request.wild
        if word is None or each.steps:
            continue
        url = request.url.encode("utf-8", "surrogateescape")
        new = frozenset((*_fresh(url, word), *_fresh(request.body, word))) - known
        if new:
            key = (request.method, _bare(url, word, new), _bare(said_in_piece(each), word, new))
            said = answer_to(interactions, position) if is_piece(each) else None
            alike.setdefault(key, []).append((new, _answer(each, new) if said is None else (0, _bare(said, word, new))))
            known |= new
    return frozenset(
        name
        for group in alike.values()
        if len(group) > 1 and len({answer for _, answer in group}) > 1
        for new, _ in group
        for name in new
    )


def _answer(interaction: Interaction, new: Container[str]) -> tuple[int, bytes]:
    """What tells one answer from another, without the places; what was made anew is told by nothing."""
    response = interaction.response
    if response.status == _CREATED or response.wild is None:
        return response.status, b""
    return response.status, _bare(response.body, response.wild, new)


def _fresh(text: bytes, word: str) -> list[str]:
    if word.encode() + b"[" not in text:
        return []
    return [name for found in _places(word).finditer(text) if fresh_kind(name := found[1].decode())]


def _bare(text: bytes, word: str, new: Container[str]) -> bytes:
    """A text without the names of these places."""
    return _places(word).sub(
        lambda found: word.encode() if spelled_name(found[1].decode())[0] in new else found[0], text
    )


@lru_cache(maxsize=16)
def _places(word: str) -> re.Pattern[bytes]:
    return re.compile(re.escape(word.encode()) + rb"\[([A-Za-z0-9_.-]+)\]")
