"""The texts of a request or response as a whole: their names for messages, their size, a wild word that none holds."""

from __future__ import annotations

import itertools

from recproxy.recording.values import Interaction, Request, Response
from recproxy.recording.wildcard import unused
from recproxy.redaction.opening import archive_kind, compression
from recproxy.redaction.payloads import coding_of
from recproxy.redaction.value_search import ValueSearch
from recproxy.redaction.wide_text import says_wide

__all__ = ["free_word", "holds_no_value", "places_of", "size_of", "texts_of_block"]

_SIGNS = (b"XXX", b"%58", b"\\u0058")  # of a text that may hold the first wild word


def size_of(interaction: Interaction) -> int:
    """The bytes of both bodies."""
    return len(interaction.request.body) + len(interaction.response.body)


def places_of(block: Request | Response) -> list[tuple[str, bytes]]:
    """All texts, each with the name of its place; without a body that is an archive."""
    first = (
        ("url", block.url.encode("utf-8", "surrogateescape"))
        if isinstance(block, Request)
        else ("reason", block.reason)
    )
    lines = (*block.headers, *block.trailers)
    texts = [first, *(("header " + name.decode("latin-1"), value) for name, value in lines)]
    return texts if archive_kind(block.body) else [*texts, ("body", block.body)]


def texts_of_block(block: Request | Response) -> list[bytes]:
    """All texts, also those that hold a value only seldom: names of headers, and the method."""
    first = (
        [each.encode("utf-8", "surrogateescape") for each in (block.url, block.method)]
        if isinstance(block, Request)
        else [block.reason]
    )
    return [*first, *itertools.chain(*block.headers, *block.trailers), block.body]


def free_word(block: Request | Response) -> str:
    """A wild word for a live block: one that its own text does not hold."""
    first = block.url.encode("utf-8", "surrogateescape") if isinstance(block, Request) else block.reason
    texts = [first, *(value for _, value in (*block.headers, *block.trailers))]
    # A letter is found many times faster than a word.
    if not any(sign[:1] in text and sign in text for text in (b"\n".join(texts), block.body) for sign in _SIGNS):
        return "XXX"
    return unused(*texts, block.body)


def holds_no_value(block: Request | Response, search: ValueSearch) -> bool:
    """Whether all texts of a block were looked through and hold no value, and none of them has to be decoded first."""
    if not all(map(search.is_quiet, texts_of_block(block))):
        return False
    is_coded = block.encoding is None and coding_of(block.headers)
    return not is_coded and compression(block.body) is None and not says_wide(block.headers)
