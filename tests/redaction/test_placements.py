"""Two thousand placements drawn by seed, and long sessions: nothing is forgotten, in whatever order it is learned."""

import random

import pytest
import tables
from decoding import left
from layers import ALL

from recproxy.recording import Recording, dump
from recproxy.redaction import RedactionRules, redact_scope

PLACES = [(row, takes) for row, takes in tables.places() if takes not in ("bytes", "grpc")]
#: Layers that may be put on one another in any order, and stay of a reasonable length.
STACKED = (
    "percent", "json", "json, every letter", "html", "html, decimal", "base64", "base64url", "hex", "percent twice",
    "base64, after a name", "base64, no padding", "base64 of json", "base64 of gzip",
)  # fmt: skip
BATCHES = 40
SIZE = 50


def placed(source, value):
    """An interaction with the value in a place, under a layer or none; its name for a message."""
    row, takes = source.choice(PLACES)
    side = source.choice(row.sides)
    stack = [source.choice(STACKED) for _ in range(source.choice((0, 1, 1)))]
    if "; " in row.text or "Cookie" in row.text:
        stack = [layer for layer in stack if "html" not in layer]
    data = value.encode()
    for layer in stack:
        data = ALL[layer](data)
    text = tables.render(row.text, {"§": tables._OWN[takes](data)})
    name = f"{row.place} | {row.text} | {' > '.join(stack) or 'none'} | {side}"
    return name, len(stack), tables.place(tables.exchange(), side, row.kind, row.place, text)


def taught(source, value):
    """An interaction that teaches a value by its name."""
    where, text = source.choice(tables.GIVES)
    text = tables.render(text, {"§": value.encode()})
    return tables.place(tables.exchange(), "response", tables.TYPES.get(where, ""), where, text)


@pytest.mark.parametrize("batch", range(BATCHES))
def test_random_placements_leave_nothing(batch):
    source = random.Random(f"placements {batch}")
    values = [tables.token(f"{batch} {number}") for number in range(SIZE)]
    known = values[::2]
    drawn = [placed(source, value) for value in values]
    teachers = [taught(source, value) for value in values[1::2]]
    interactions = [interaction for *_, interaction in drawn]
    for teacher in teachers:
        interactions.insert(source.randrange(len(interactions) + 1), teacher)
    scope = redact_scope(interactions, RedactionRules(values=tuple(known)))

    names = {id(interaction): (name, depth) for name, depth, interaction in drawn}
    refused = [names.get(id(each)) for each, got in zip(interactions, scope.interactions, strict=True) if got is None]
    assert [each for each in refused if each is None or each[1] < 2] == []

    leaks = []
    for (name, _, interaction), value in zip(drawn, values, strict=True):
        got = scope.interactions[next(at for at, each in enumerate(interactions) if each is interaction)]
        if got is not None and left([value], [dump(Recording(interactions=(got,)))]):
            leaks.append(name)
    assert leaks == []
    clean = dump(Recording(interactions=tuple(each for each in scope.interactions if each is not None)))
    assert [value for value in values if value.encode() in clean] == []


def session(tokens, teach_at, length=1000):
    """A session of a thousand interactions that use the tokens everywhere; where each is taught is a function."""
    source = random.Random("session")
    used = [
        tables.place(
            tables.exchange(url=f"https://api.example.com/v1/{source.choice(tokens)}/items/{number}"),
            "response",
            "application/json",
            "json",
            f'{{"href": "/v1/{source.choice(tokens)}/items/{number}", "n": {number}}}'.encode(),
        )
        for number in range(length - len(tokens))
    ]
    for number, value in enumerate(tokens):
        body = f'{{"access_token": "{value}", "id": {number}}}'.encode()
        teacher = tables.place(tables.exchange(), "response", "application/json", "json", body)
        used.insert(teach_at(number, len(used)), teacher)
    return used


@pytest.mark.parametrize(
    ("tokens", "teach_at"),
    [
        (1, lambda number, length: length),
        (320, lambda number, length: number),
        (320, lambda number, length: number * length // 320),
    ],
    ids=["one, last", "many, first", "many, all along"],
)
def test_a_long_session_forgets_nothing(tokens, teach_at):
    values = [tables.token(f"session {number}") for number in range(tokens)]
    interactions = session(values, teach_at)
    scope = redact_scope(interactions, RedactionRules())
    assert len(scope.interactions) == len(interactions) == 1000
    assert scope.refusals == ()
    text = dump(Recording(interactions=scope.interactions))
    assert [value for value in values if value.encode() in text] == []


def test_oauth_1_requests_do_not_push_a_password_out():
    password = tables.password("pushed out")
    first = tables.place(
        tables.exchange(), "request", tables.TYPES["form"], "form", b"user=me&password=" + password.encode()
    )
    signed = [
        tables.place(
            tables.exchange(),
            "request",
            "",
            "header",
            b'Authorization: OAuth oauth_consumer_key="k", oauth_nonce="'
            + tables.token(f"nonce {number}").encode()
            + b'", oauth_signature="'
            + tables.token(f"signature {number}").encode()
            + b'", oauth_token="'
            + tables.token(f"token {number}").encode()
            + b'"',
        )
        for number in range(400)
    ]
    last = tables.place(
        tables.exchange(), "response", "application/json", "json", b'{"tried": "' + password.encode() + b'"}'
    )
    text = dump(Recording(interactions=redact_scope([first, *signed, last], RedactionRules()).interactions))
    assert password.encode() not in text
