"""Two thousand placements drawn by seed, and long sessions: nothing is forgotten, in whatever order it is learned."""

import random

import pytest
import tables
from decoding import left
from layers import ALL, BYTES, MAY_BE_REFUSED, TEXT

from recproxy.recording import Recording, dump
from recproxy.redaction.rules import RedactionRules
from recproxy.redaction.scope import redact_scope

PLACES = list(tables.places())
#: Layers that may be put on any text, and on any bytes: their order is drawn.
ON_TEXT = (*(name for name in TEXT if name != "none"), *BYTES, "base64 in lines", "quoted-printable")
ON_BYTES = (
    "base64", "base64url", "base64, no padding", "hex", "hex, upper", "base64 in lines", "base64, after a name",
    *(name for name in BYTES if name not in ("utf-16", "utf-16-be", "zip of json", "zlib")),
)  # fmt: skip
TO_TEXT = ("base64", "base64url", "hex")
BATCHES = 40
SIZE = 50


def stacked(source, takes, data):
    """The data under one to four layers, as bytes that the place takes; and the layers' names."""
    names = []
    for _ in range(source.choice((1, 1, 2, 2, 3, 4))):
        name = source.choice(ON_TEXT if is_text(data) else ON_BYTES)
        if name.startswith("multipart") and b"--inner" in data:
            continue  # no text has parts in parts with the same boundary
        data = ALL[name](data)
        names.append(name)
    if takes not in ("bytes", "grpc") and (not is_text(data) or b"\n" in data):
        names.append(source.choice(TO_TEXT))
        data = ALL[names[-1]](data)
    if takes == "grpc":
        data = b"\0" + len(data).to_bytes(4, "big") + data
    return names, data


def is_text(data):
    try:
        return "\0" not in data.decode()
    except UnicodeDecodeError:
        return False


def placed(source, value):
    """An interaction with the value in a place, under layers or none; its name for a message."""
    row, takes = source.choice(PLACES)
    side = source.choice(row.sides)
    names, data = [], value.encode()
    if takes in ("bytes", "grpc") or source.random() < 0.9:
        names, data = stacked(source, takes, data)
    while ("; " in row.text or "Cookie" in row.text) and any("html" in name for name in names):
        names, data = stacked(source, takes, value.encode())  # semicolons would end the field
    text = tables.render(row.text, {"§": tables._OWN[takes](data)})
    name = f"{row.place} | {row.text} | {' > '.join(names) or 'none'} | {side}"
    return name, len(names), tables.place(tables.exchange(), side, row.kind, row.place, text)


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
    assert [each for each in refused if each is None or (each[1] < 2 and not MAY_BE_REFUSED.search(each[0]))] == []

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
