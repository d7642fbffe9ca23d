"""Names of values that went both ways: what a service handed out and was sent back, or was sent and echoed.

Every masked value that could be filled in has a name for the time of redaction, which ends in `.given`; here those that
link a request with a response get a name that reads, and the others a plain mask. Works on redacted interactions alone.
"""

from __future__ import annotations

import dataclasses
import itertools
import re
from collections import Counter
from collections.abc import Callable, Collection, Container, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache

from recproxy.recording.fresh_names import fresh_kind
from recproxy.recording.spelled_names import spelled_name
from recproxy.recording.splicing import Moved, resized, same, spliced
from recproxy.recording.steps import Act, Step
from recproxy.recording.values import WILD, Headers, Interaction, Request, Response
from recproxy.recording.wildcard import named_places
from recproxy.redaction.masks import ENDING, stand_in
from recproxy.redaction.secret_values import GIVEN, RUN
from recproxy.redaction.wide_text import moved_in_wide, widened, with_word

__all__ = ["free_name", "fresh_names", "link", "linked", "names", "renamed", "request_names"]

#: More values of one name, such as the cursors of a long list, are no business of a test.
_MOST_APART = 500


def names(interactions: Iterable[Interaction]) -> frozenset[str]:
    """The names of wild places in interactions."""
    return frozenset(name for each in interactions for name in (*_sent(each), *_given(each)))


def fresh_names(interactions: Iterable[Interaction]) -> tuple[str, ...]:
    """The names of the places of requests whose values a program makes anew, in order."""
    return tuple(dict.fromkeys(name for each in interactions for name in _sent(each) if fresh_kind(name)))


def linked(
    interactions: Sequence[Interaction], taken: Container[str] = (), *, apart: bool = False
) -> tuple[Interaction, ...]:
    """The redacted interactions of one scope, with a name only where a value went both ways.

    If they are to stay `apart`, different values of one name that a service handed out have names, too: a replay gives a
    client two tokens where there were two.

    Names are made unique by numbers in the order of the recording, so that the same traffic gives the same text;
    `taken` are the `names` of other scopes in the same recording. Names that stood there before stay.
    """
    both = [(list(_names(each.request)), list(_names(each.response))) for each in interactions]
    sent = {name for asked, _ in both for name in asked}
    given = {name for _, answered in both for name in answered}
    used = {name for name in given | sent if not GIVEN.search(name) and not RUN.search(name)}
    final = _variables(sent, given)
    used.update(name for name in final.values() if name is not None)
    early = _said_first(both)
    ordered = dict.fromkeys(name for each in both for names in each for name in names if GIVEN.search(name))
    alike = Counter(GIVEN.sub("", name) for name in ordered if name in given and ".digits" not in name)
    for name in ordered:
        is_apart = apart and name in given and ".digits" not in name and 1 < alike[GIVEN.sub("", name)] <= _MOST_APART
        if not is_apart and (name not in sent or name not in given or (".digits" in name and name in early)):
            final[name] = None
            continue
        final[name] = free = free_name(GIVEN.sub("", name), name, taken, used)
        used.add(free)
    if not final:
        return tuple(interactions)
    return tuple(
        renamed(each, final) if each.steps or not final.keys().isdisjoint(itertools.chain(*found)) else each
        for each, found in zip(interactions, both, strict=True)
    )


def _variables(sent: Collection[str], given: Collection[str]) -> dict[str, str | None]:
    """The names of variables, without the sign of the time of redaction; None where no response has the value."""
    said = {RUN.split(name)[0] for name in given if RUN.search(name)}
    names = dict.fromkeys(name for name in (*given, *sent) if RUN.search(name))
    return {name: RUN.sub("", name) if RUN.split(name)[0] in said else None for name in names}


def _said_first(both: Iterable[tuple[list[str], list[str]]]) -> set[str]:
    """The names that a response holds before any request does: a replay has nothing yet to fill in."""
    sent: set[str] = set()
    early: set[str] = set()
    for asked, answered in both:
        sent.update(asked)
        early.update(name for name in answered if name not in sent)
    return early


def link(interactions: Sequence[Interaction], taken: Container[str] = ()) -> tuple[Interaction, ...]:
    """Interactions that were redacted as a scope, with other names where `taken` has theirs."""
    used = {name for each in interactions for name in _sent(each)}
    final: dict[str, str | None] = {}
    for name in sorted(name for name in used if name in taken):
        final[name] = free = free_name(ENDING.sub("", name), name, taken, used)
        used.add(free)
    return tuple(renamed(each, final) for each in interactions) if final else tuple(interactions)


def free_name(base: str, name: str, taken: Container[str], used: Container[str]) -> str:
    """The first name that begins with `base`, ends as `name` does, and is not taken."""
    found = ENDING.search(name)
    ending = (found and found["shape"]) or ""
    return next(each for number in _numbers() if (each := f"{base}{number}{ending}") not in taken and each not in used)


def _numbers() -> Iterator[str]:
    yield ""
    yield from (f".{number}" for number in itertools.count(2))


@lru_cache(maxsize=16)
def _places(word: str) -> re.Pattern[bytes]:
    return re.compile(re.escape(word.encode()) + rb"\[([A-Za-z0-9_.-]+)\]")


def request_names(request: Request) -> Iterator[str]:
    """The names of wild places in a request."""
    yield from _names(request)


def _texts(block: Request | Response, word: str) -> Iterable[bytes]:
    if isinstance(block, Request):
        yield block.url.encode("utf-8", "surrogateescape")
    yield from (value for _, value in (*block.headers, *block.trailers))
    yield with_word(block.headers, block.body, word)[0]


def _sent(interaction: Interaction) -> Iterator[str]:
    """The names in what a client said."""
    yield from _names(interaction.request)
    yield from _said(interaction, Act.CLIENT)


def _given(interaction: Interaction) -> Iterator[str]:
    """The names in what a service said."""
    yield from _names(interaction.response)
    yield from _said(interaction, Act.SERVER)


def _said(conversation: Interaction, act: Act) -> Iterator[str]:
    word = conversation.request.wild
    for step in conversation.steps if word is not None else ():
        if step.act is act:
            yield from (name for name, _, _ in named_places(step.data, word or WILD))


def _names(block: Request | Response) -> Iterator[str]:
    if block.wild is not None:
        sign, places = block.wild.encode() + b"[", _places(block.wild)
        letter = sign[:1]  # is found many times faster
        yield from (
            found[1].decode()
            for text in _texts(block, block.wild)
            if letter in text and sign in text
            for found in places.finditer(text)
        )


def renamed(interaction: Interaction, final: Mapping[str, str | None]) -> Interaction:
    """An interaction with other names of its wild places, or a plain mask where a name becomes None."""
    request, response = _request(interaction.request, final), _response(interaction.response, final)
    steps = tuple(_step(each, interaction.request.wild, final) for each in interaction.steps)
    if request is interaction.request and response is interaction.response and steps == interaction.steps:
        return interaction
    return dataclasses.replace(interaction, request=request, response=response, steps=steps)


def _step(step: Step, word: str | None, final: Mapping[str, str | None]) -> Step:
    said = _renamed(step.data, word, final, shaped=step.act is Act.SERVER)[0]
    return step if said == step.data else dataclasses.replace(step, data=said)


def _request(request: Request, final: Mapping[str, str | None]) -> Request:
    def rename(text: bytes) -> bytes:
        return _renamed(text, request.wild, final, shaped=False)[0]

    old = request.url.encode("utf-8", "surrogateescape")
    url = rename(old)
    headers, trailers = _headers(request.headers, rename), _headers(request.trailers, rename)
    text, charset = with_word(request.headers, request.body, request.wild or WILD)
    body = widened(rename(text), charset)
    if url == old and (headers, trailers, body) == (request.headers, request.trailers, request.body):
        return request
    shown = url.decode("utf-8", "surrogateescape")
    return dataclasses.replace(request, url=shown, headers=headers, trailers=trailers, body=body)


def _response(response: Response, final: Mapping[str, str | None]) -> Response:
    def rename(text: bytes) -> bytes:
        return _renamed(text, response.wild, final, shaped=True)[0]

    headers, trailers = _headers(response.headers, rename), _headers(response.trailers, rename)
    text, charset = with_word(response.headers, response.body, response.wild or WILD)
    new, moved = _renamed(text, response.wild, final, shaped=True)
    body = widened(new, charset)
    if (headers, trailers, body) == (response.headers, response.trailers, response.body):
        return response
    if charset is not None:
        moved = moved_in_wide(response.body, charset, moved, new)
    chunks = resized(response.chunks, len(response.body), moved, len(body))
    return dataclasses.replace(response, headers=headers, trailers=trailers, body=body, chunks=chunks)


def _headers(lines: Headers, rename: Callable[[bytes], bytes]) -> Headers:
    return tuple((name, rename(value)) for name, value in lines)


def _renamed(text: bytes, word: str | None, final: Mapping[str, str | None], *, shaped: bool) -> tuple[bytes, Moved]:
    """A text with other names, and where its offsets are then; a plain mask is `shaped` where a client reads it."""
    if word is None or word.encode() + b"[" not in text:
        return text, same
    places: list[tuple[int, int, bytes]] = []
    for found in _places(word).finditer(text):
        name, spelling = found[1].decode(), ""
        if name not in final:
            name, spelling = spelled_name(name)
        if name in final:
            new = final[name]
            renamed = _place(name, word, None if new is None else f"{new}{spelling}", shaped=shaped)
            places.append((*found.span(), renamed))
    return spliced(text, places)


def _place(name: str, word: str, new: str | None, *, shaped: bool) -> bytes:
    if new is not None:
        return f"{word}[{new}]".encode()
    digits = GIVEN.search(name)
    if shaped and digits is not None and digits[1]:
        return str(10 ** (int(digits[1]) - 1) if digits[1] != "1" else 0).encode()
    return stand_in("plain.jwt", word) if shaped and name.endswith(".jwt") else word.encode()
