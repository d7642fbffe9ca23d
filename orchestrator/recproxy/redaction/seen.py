"""Values that a service handed out, so that they are known again when the program sends them back.

`Seen` is the memory of one scope, also of what was `Sent`: it holds secrets, in this process only, and shows none.
`link` works on redacted interactions alone: it gives one name to what went both ways, and takes the name from the rest.
"""

from __future__ import annotations

import dataclasses
import itertools
import re
from collections.abc import Callable, Container, Iterable, Iterator, Sequence
from typing import TypeVar
from urllib.parse import quote, quote_plus

from recproxy.recording.values import Chunk, Headers, Interaction, Request, Response
from recproxy.redaction.masks import has_shape, stand_in
from recproxy.redaction.sent import RULE, Sent
from recproxy.redaction.spans import Span

__all__ = ["Seen", "link", "names"]

_LONG = 12  # bytes a value must have to be looked for where no rule hides it
_MANY = 256  # the latest values that are looked for

_SENT = re.compile(r"\.sent(?:\.[0-9]+)?(?:\.jwt)?\Z")

_Block = TypeVar("_Block", Request, Response)


class Seen:
    """What responses of one scope handed out: each value, and the name that its places have.

    Where places are not to be `linked` no name is given.
    """

    __slots__ = ("_linked", "_names", "_used", "sent")

    def __init__(self, *, linked: bool = True) -> None:
        #: What requests of the scope held.
        self.sent = Sent()
        self._linked = linked
        self._names: dict[bytes, str] = {}
        self._used: dict[str, int] = {}

    def __repr__(self) -> str:
        return f"Seen({len(self._names)} values)"

    def send(self, span: Span, word: bytes) -> str | None:
        """The name for a request's value; None where it has none."""
        if span.kind != "text" or span.rule == "known value" or word in span.value:
            return None
        name = self._names.get(span.value) or self.sent.hold(span)
        return name if self._linked else None

    def hand_out(self, span: Span, word: bytes) -> str | None:
        """The name for a response's value from now on; None where it is none that could be known again."""
        if (sent := self.sent.name(span.value)) is not None:
            return sent if self._linked else None
        name = self._name(span, word) if span.rule != RULE else None
        return name if self._linked else None

    def _name(self, span: Span, word: bytes) -> str | None:
        value = span.value
        jwt = value.startswith(b"eyJ")
        if span.kind != "text" or len(value) < 4 or word in value or (has_shape(value, word) and not jwt):
            return None
        if value not in self._names:
            count = self._used[span.name] = self._used.get(span.name, 0) + 1
            name = span.name if count == 1 else f"{span.name}.{count}"
            self._names[value] = f"{name}.jwt" if jwt else name
        return self._names[value]

    def spans(self, text: bytes) -> Iterator[Span]:
        """Where the latest of the values stand in a text, whatever the place."""
        yield from self.sent.spans(text)
        for value in list(self._names)[-_MANY:]:
            if len(value) < _LONG:
                continue
            for form in {
                value,
                quote(value, safe="").encode(),
                quote_plus(value).encode(),
                value.replace(b"/", b"\\/"),
            }:
                start = text.find(form)
                while start >= 0:
                    yield Span(start, start + len(form), "handed out", self._names[value], value=value)
                    start = text.find(form, start + len(form))


def names(interactions: Iterable[Interaction]) -> frozenset[str]:
    """The names of wild places in interactions."""
    return frozenset(name for each in interactions for block in (each.request, each.response) for name in _names(block))


def link(interactions: Sequence[Interaction], taken: Container[str] = ()) -> tuple[Interaction, ...]:
    """The redacted interactions of one scope, with a name only where a value went both ways.

    Names are made unique by numbers in the order of the recording, so that the same traffic gives the same text;
    `taken` are the `names` of other scopes in the same recording.
    """
    given = {name for each in interactions for name in _names(each.response)}
    sent = {name for each in interactions for name in _names(each.request)}
    final: dict[str, str | None] = {}
    for name in dict.fromkeys(name for each in interactions for name in _ours(each)):
        if name not in sent or name not in given:
            final[name] = None
            continue
        base = re.sub(r"(?:\.sent)?(?:\.[0-9]+)?(?:\.jwt)?\Z", "", name)
        ending = ".jwt" if name.endswith(".jwt") else ""
        free = (f"{base}{number}{ending}" for number in _numbers())
        final[name] = next(each for each in free if each not in taken and each not in final.values())
    final = {name: new for name, new in final.items() if new != name}
    if not final:
        return tuple(interactions)
    return tuple(_renamed(each, final) for each in interactions)


def _numbers() -> Iterator[str]:
    yield ""
    yield from (f".{number}" for number in itertools.count(2))


def _places(word: str) -> re.Pattern[bytes]:
    return re.compile(re.escape(word.encode()) + rb"\[([A-Za-z0-9_.-]+)\]")


def _texts(block: Request | Response) -> Iterable[bytes]:
    if isinstance(block, Request):
        yield block.url.encode("ascii", "surrogateescape")
    yield from (value for _, value in (*block.headers, *block.trailers))
    yield block.body


def _names(block: Request | Response) -> Iterator[str]:
    if block.wild is not None:
        places = _places(block.wild)
        yield from (found[1].decode() for text in _texts(block) for found in places.finditer(text))


def _ours(interaction: Interaction) -> Iterator[str]:
    """The names that redaction gave. Of those in requests one that was written by hand may tell requests apart."""
    yield from (name for name in _names(interaction.request) if _SENT.search(name))
    yield from _names(interaction.response)


def _renamed(interaction: Interaction, final: dict[str, str | None]) -> Interaction:
    request, response = _block(interaction.request, final), _block(interaction.response, final)
    if request.wild is not None:
        url = _rename(request.wild, final, shaped=False)(request.url.encode("ascii", "surrogateescape"))
        request = dataclasses.replace(request, url=url.decode("ascii", "surrogateescape"))
    if response.chunks and len(response.body) != len(interaction.response.body):
        response = dataclasses.replace(response, chunks=_chunks(interaction.response, final))
    return dataclasses.replace(interaction, request=request, response=response)


def _block(block: _Block, final: dict[str, str | None]) -> _Block:
    if block.wild is None:
        return block
    rename = _rename(block.wild, final, shaped=isinstance(block, Response))

    def headers(lines: Headers) -> Headers:
        return tuple((name, rename(value)) for name, value in lines)

    return dataclasses.replace(
        block, headers=headers(block.headers), trailers=headers(block.trailers), body=rename(block.body)
    )


def _rename(word: str, final: dict[str, str | None], *, shaped: bool) -> Callable[[bytes], bytes]:
    places = _places(word)

    def place(found: re.Match[bytes]) -> bytes:
        name = found[1].decode()
        if name not in final:
            return found[0]
        new = final[name]
        if new is not None:
            return b"%s[%s]" % (word.encode(), new.encode())
        return stand_in("plain.jwt", word) if shaped and name.endswith(".jwt") else word.encode()

    return lambda text: places.sub(place, text)


def _chunks(response: Response, final: dict[str, str | None]) -> tuple[Chunk, ...]:
    """Chunk sizes of a body in which names changed. A boundary never stands inside a mask."""
    rename = _rename(response.wild or "", final, shaped=True)
    chunks, position = [], 0
    for chunk in response.chunks:
        piece = response.body[position : position + chunk.size]
        position += chunk.size
        chunks.append(dataclasses.replace(chunk, size=len(rename(piece))))
    return tuple(chunks)
