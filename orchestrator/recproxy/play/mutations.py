"""A recorded answer with one thing changed: which changes there are to make, and the answer with one of them. Pure.

    drop json /items/*/price      null json /currency      header Location      status 500      status UNAVAILABLE

A place in JSON is a pointer in which `*` is every element of a list: all of them change together. Each change is one
that a service might make, or that a program should be ready for.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from typing import Any
from urllib.parse import parse_qsl, urlencode

from recproxy.grpc.bodies import on_the_wire
from recproxy.lazy.dataclass import dataclass
from recproxy.lazy.patterns import lazy_pattern
from recproxy.play.body_digests import with_digests
from recproxy.play.conversation_mutations import conversation_mutations, message_trees, mutated_steps
from recproxy.play.filling import filled_response, filling_values
from recproxy.recording import Headers, Interaction, Response, header
from recproxy.recording.json_reader import is_bare, recorded_json, recorded_tree
from recproxy.recording.message_coding import MessageError, holds_messages, is_message_coding

__all__ = ["Mutation", "mutated", "mutated_interaction", "mutations_of", "read_mutation"]

#: What a header says of the way, of the time, or of what browsers may do: no program under test reads it.
_SILENT = frozenset(
    b"accept-ranges age alt-svc cache-control connection content-encoding content-language content-length"
    b" content-security-policy cross-origin-embedder-policy cross-origin-opener-policy cross-origin-resource-policy"
    b" date keep-alive nel p3p permissions-policy pragma referrer-policy report-to server server-timing"
    b" strict-transport-security timing-allow-origin trailer transfer-encoding vary via x-cache x-cache-hits"
    b" x-content-type-options x-dns-prefetch-control x-download-options x-frame-options x-permitted-cross-domain-policies"
    b" x-powered-by x-runtime x-served-by x-timer x-xss-protection".split()
)
#: A call that the service refuses, by the names that gRPC has for 429 and 503.
_CALL_STATUS = {"RESOURCE_EXHAUSTED": b"8", "UNAVAILABLE": b"14"}
#: A number that no enumeration of messages has.
_UNKNOWN_NUMBER = 424242
_OTHER_STATUS = ((429, b"Too Many Requests"), (500, b"Internal Server Error"))
#: A word of a fixed set: one word, no number and no sentence.
_WORD = lazy_pattern(r"[A-Za-z][A-Za-z_-]{1,30}")
_UNKNOWN = "unknown_to_you"
_LARGEST = 1 << 20  # bytes of a body that is read for fields: each mutation makes it anew
_MOST_FIELDS = 2000  # of one body: maps with ids for keys have endless ones, and each is a run of its tests
_FORM = b"application/x-www-form-urlencoded"


@dataclass(frozen=True, slots=True)
class Mutation:
    """One change: what is done (`drop`, `null`, `type`, `empty`, `flip`, `unknown`, `longer`, `status`) and where."""

    kind: str
    place: str

    def __str__(self) -> str:
        return f"{self.kind} {self.place}"


def read_mutation(text: str) -> Mutation:
    """The mutation that a text names."""
    kind, _, place = text.partition(" ")
    return Mutation(kind, place)


def mutations_of(interaction: Interaction) -> Iterator[Mutation]:
    """The changes to make to what a service said, the most telling first; of a webhook, only those to its body."""
    response = interaction.response
    if response.omitted is not None or response.fault is not None:
        return
    if interaction.steps:
        yield from (Mutation(kind, place) for kind, place in conversation_mutations(interaction))
        yield from _of_trees([*message_trees(interaction)], "message json ")
        return
    if interaction.webhook is not None:
        yield from _of_body(response) if response.body else ()
        return
    if holds_messages(response):
        yield from _of_messages(response)
        return
    if response.status < 400:
        yield from (Mutation("status", str(status)) for status, _ in _OTHER_STATUS)
    if response.body and interaction.request.method != "HEAD":
        yield from _of_body(response)
    names = dict.fromkeys(name.decode("latin-1").title() for name, _ in response.headers if name.lower() not in _SILENT)
    yield from (Mutation("drop", f"header {name}") for name in names)


def mutated(response: Response, mutation: Mutation) -> Response:
    """The answer with one change; as it is where it has not what would change."""
    kind, place = mutation.kind, mutation.place
    if kind == "status" and place in _CALL_STATUS:
        return _with_call_status(response, _CALL_STATUS[place])
    if kind == "status":
        reason = dict(_OTHER_STATUS).get(int(place), b"")
        return _with_body(replace(response, status=int(place), reason=reason), b"{}" if _json(response) else b"")
    what, _, where = place.partition(" ")
    if what == "header":
        kept = tuple(line for line in response.headers if line[0].decode("latin-1").title() != where)
        return replace(response, headers=kept)
    if what == "body":
        return _with_body(response, b"")
    if what == "form":
        pairs = parse_qsl(response.body.decode("latin-1"), keep_blank_values=True)
        changed = [(name, "" if name == where else value) for name, value in pairs if name != where or kind != "drop"]
        return _with_body(response, urlencode(changed).encode("latin-1"))
    tree = _json(response)
    if tree is None:
        return response
    after = _with_tree(response, _changed(tree[0], _steps(where), kind))
    if kind == "unknown" and is_message_coding(response.encoding) and _wire(after) is None:
        return _with_tree(response, _changed(tree[0], _steps(where), "number"))
    return after


def mutated_interaction(interaction: Interaction, mutation: Mutation) -> Interaction:
    """An interaction with one change in what the service says; its request is as it was."""
    if not interaction.steps:
        return replace(interaction, response=mutated(interaction.response, mutation))
    where = mutation.place.partition("json ")[2]
    changed = partial(_changed, steps=_steps(where), kind=mutation.kind)
    return replace(interaction, steps=mutated_steps(interaction, mutation.kind, mutation.place, changed))


def _steps(pointer: str) -> list[str]:
    return [each.replace("~1", "/").replace("~0", "~") for each in pointer.split("/")[1:]]


def _with_call_status(response: Response, status: bytes) -> Response:
    """A call that ends with another status, and without a message."""

    def other(lines: Headers) -> Headers:
        kept = (line for line in lines if line[0].lower() not in (b"grpc-message", b"grpc-status-details-bin"))
        return tuple((name, status if name.lower() == b"grpc-status" else value) for name, value in kept)

    encoding = response.encoding and response.encoding.partition("\n")[0].partition(" ")[0]
    return replace(
        response, headers=other(response.headers), trailers=other(response.trailers), body=b"", chunks=(),
        after=(0,) if response.after else (), encoding=encoding,
    )  # fmt: skip


def _with_body(response: Response, body: bytes) -> Response:
    return with_digests(replace(response, body=body, chunks=()))


def _with_tree(response: Response, tree: Any) -> Response:
    return _with_body(response, recorded_json(tree, response.wild).encode())


def _json(response: Response) -> tuple[Any] | None:
    """The tree of a body, in a tuple since it may be null; None where it is no JSON."""
    if len(response.body) > _LARGEST or response.body.lstrip()[:1] not in (b"{", b"["):
        return None
    try:
        return (recorded_tree(response.body.decode("utf-8"), response.wild),)
    except ValueError:
        return None


# --- which there are


def _of_body(response: Response) -> Iterator[Mutation]:
    tree = _json(response)
    if tree is not None:
        yield from _of_trees([tree[0]], "json ")
        return
    kind = (header(response.headers, b"content-type") or b"").partition(b";")[0].strip().lower()
    is_form = kind == _FORM or re.fullmatch(rb"[\w.%+-]+=[^\s&]*(?:&[\w.%+-]+=[^\s&]*)*", response.body)
    if is_form and len(response.body) <= _LARGEST:
        pairs = parse_qsl(response.body.decode("latin-1"), keep_blank_values=True)
        for name, value in dict(pairs).items():
            yield Mutation("drop", f"form {name}")
            if value:
                yield Mutation("empty", f"form {name}")
    yield Mutation("empty", "body")


def _of_messages(response: Response) -> Iterator[Mutation]:
    """The changes to a call of gRPC: those that can be sent and whose bytes no earlier change has."""
    if any(name.lower() == b"grpc-status" and value == b"0" for name, value in (*response.headers, *response.trailers)):
        yield from (Mutation("status", name) for name in _CALL_STATUS)
    tree = _json(response) if is_message_coding(response.encoding) else None
    recorded = _wire(response)
    if tree is None or recorded is None:
        return
    seen = {recorded}
    for mutation in _of_trees([tree[0]], "json "):
        is_whole = mutation.place in ("json", "json /*")
        if mutation.kind in ("null", "type") or (mutation.kind == "empty" and not is_whole):
            continue  # fields have their types on the wire, and one that is empty is one that is missing
        if is_whole and response.after:
            continue  # how many there are is in their order
        wire = _wire(mutated(response, mutation))
        if wire is not None and wire not in seen:
            seen.add(wire)
            yield mutation


def _wire(response: Response) -> bytes | None:
    """The body as it is sent where no request bound a value; None if its JSON has no form on the wire."""
    try:
        return on_the_wire(filled_response(response, filling_values(response, {}, {}))).body
    except (MessageError, RecursionError):
        return None


def _of_trees(trees: list[Any], word: str) -> Iterator[Mutation]:
    """The changes to each field of trees, by the pattern of its place; fields of many elements are one."""
    places: dict[str, list[Any]] = {}
    try:
        for tree in trees:
            _gather(tree, "", places)
    except RecursionError:  # nested as no answer is that a program reads
        places.clear()
    for place, values in places.items():
        for kind in _kinds(values, is_member=bool(place) and not place.endswith("/*")):
            yield Mutation(kind, f"{word}{place}".rstrip())


def _gather(node: Any, place: str, places: dict[str, list[Any]]) -> None:
    if place or isinstance(node, list):
        if len(places) >= _MOST_FIELDS and place not in places:
            return
        places.setdefault(place, []).append(node)
    if isinstance(node, dict):
        for name, value in node.items():
            if not name.isprintable():  # half a character, or one that no line of a report could show
                continue
            _gather(value, f"{place}/{name.replace('~', '~0').replace('/', '~1')}", places)
    elif isinstance(node, list):
        for value in node:
            _gather(value, f"{place}/*", places)


def _kinds(values: list[Any], *, is_member: bool) -> Iterator[str]:
    if is_member:
        yield "drop"
    some = [value for value in values if value is not None]
    if not some:
        return
    if is_member:
        yield "null"
        yield "type"
    if any(isinstance(value, bool) for value in some):
        yield "flip"
    if any(value not in ("", 0) and value not in ([], {}) and not isinstance(value, bool) for value in some):
        yield "empty"
    if all(isinstance(value, str) and _WORD.fullmatch(value) for value in some):
        yield "unknown"
    if any(isinstance(value, list) and value for value in some):
        yield "longer"


# --- what they do


def _changed(node: Any, steps: list[str], kind: str) -> Any:
    """A tree with the change at a place, in all elements that the place means."""
    if not steps:
        return _CHANGES[kind](node) if kind != "drop" else node
    step, rest = steps[0], steps[1:]
    if isinstance(node, list) and step == "*":
        return [_changed(each, rest, kind) for each in node]
    if not isinstance(node, dict) or step not in node:
        return node
    if not rest and kind == "drop":
        return {name: value for name, value in node.items() if name != step}
    return {name: _changed(value, rest, kind) if name == step else value for name, value in node.items()}


def _of_another_type(value: Any) -> Any:
    """A number for a text, a text for a number or a truth, an object for a list, a list for an object."""
    if isinstance(value, str) and not is_bare(value):
        return 7
    if isinstance(value, bool | int | float | str):
        return "seven"
    return {} if isinstance(value, list) else [] if isinstance(value, dict) else value


def _emptied(value: Any) -> Any:
    if isinstance(value, bool) or value is None:
        return value
    return 0 if is_bare(value) else type(value)()  # without quotes it is a number


_CHANGES: dict[str, Callable[[Any], Any]] = {
    "null": lambda _: None,
    "type": _of_another_type,
    "empty": _emptied,
    "flip": lambda value: not value if isinstance(value, bool) else value,
    "unknown": lambda value: _UNKNOWN if isinstance(value, str) else value,
    "number": lambda value: _UNKNOWN_NUMBER if isinstance(value, str) else value,
    "longer": lambda value: [*value, value[-1]] if isinstance(value, list) and value else value,
}
