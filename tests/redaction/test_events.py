"""Server-sent events: the lines of one event are read together, and its fields stay where they are."""

import dataclasses
import json
import re

import pytest
from planting import exchange
from tables import password, token

from recproxy.redaction.rules import RedactionRules
from recproxy.redaction.scope import redact_scope

SECRET = token("events", 32)
STREAM = ((b"Content-Type", b"text/event-stream"),)


def clean(text, *values, headers=STREAM):
    made = exchange()
    made = dataclasses.replace(made, response=dataclasses.replace(made.response, headers=headers, body=text.encode()))
    return redact_scope([made], RedactionRules(values=values)).interactions[0].response.body.decode()


@pytest.mark.parametrize("headers", [STREAM, ()])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_the_value_in_the_line_after_its_name_is_masked_and_the_lines_stay(end, headers):
    text = 'event: login\nid: 7\ndata: {"access_token":\ndata:   "SECRET",\ndata: "n": 1}\n\ndata: {"a": 1}\n\n'
    text = text.replace("\n", end)

    assert clean(text.replace("SECRET", SECRET), headers=headers) == text.replace("SECRET", "XXX")


def test_a_key_over_several_lines_leaves_each_line_a_line_of_data():
    text = f"data: -----BEGIN PRIVATE KEY-----\ndata: {SECRET}\ndata: {SECRET}\ndata: -----END PRIVATE KEY-----\n\n"

    assert clean(text) == "data: -----BEGIN PRIVATE KEY-----\ndata: XXX\ndata: -----END PRIVATE KEY-----\n\n"


def test_a_known_value_of_several_lines_is_found_in_lines_of_data():
    first, second = password("first"), password("second")
    text = clean(f"data: a\ndata: {first}\ndata: {second}\n\n", f"{first}\n{second}")

    assert text == "data: a\ndata: XXX\n\n"


def openai(piece):
    return {"choices": [{"index": 0, "delta": {"content": piece}}]}


def anthropic(piece):
    return {"type": "content_block_delta", "index": 1, "delta": {"type": "text_delta", "text": piece}}


def arguments(piece):
    return {"type": "content_block_delta", "index": 2, "delta": {"type": "input_json_delta", "partial_json": piece}}


def responses(piece):
    return {"type": "response.output_text.delta", "output_index": 0, "delta": piece}


def of_lines(piece):
    return {"model": "m", "response": piece, "done": False}


def streamed(said, size, event, before="data: ", after="\n\n"):
    pieces = [said[at : at + size] for at in range(0, len(said), size)]
    return "".join(before + json.dumps(event(piece)) + after for piece in pieces)


@pytest.mark.parametrize("size", [1, 4, 7])
@pytest.mark.parametrize("event", [openai, anthropic, responses, of_lines, lambda piece: piece])
def test_a_known_value_in_the_pieces_of_a_stream_is_masked(event, size):
    lines = {"before": "", "after": "\n"} if event is of_lines else {}
    known = 'Pa"s/w=' + SECRET
    got = clean(streamed(f"It is {known}, is it?", size, event, **lines), known)

    assert got == streamed_without(f"It is {known}, is it?", known, size, event, **lines)


def streamed_without(said, known, size, event, before="data: ", after="\n\n"):
    """The pieces, without the letters of the value: the first one has the mask instead."""
    start, end = said.index(known), said.index(known) + len(known)
    pieces = []
    for at in range(0, len(said), size):
        kept = [letter for place, letter in enumerate(said[at : at + size], at) if not start <= place < end]
        mask_at = max(0, start - at) if at <= start < at + size or at == start else None
        if mask_at is not None:
            kept.insert(mask_at, "XXX")
        pieces.append("".join(kept))
    return "".join(before + json.dumps(event(piece)) + after for piece in pieces)


@pytest.mark.parametrize(
    "said", ["use sk_live_SECRET now", '{"user": "me", "password": "SECRET"}', "Your password is: SECRET\n"]
)
@pytest.mark.parametrize("event", [openai, arguments])
def test_a_secret_by_form_or_name_in_the_pieces_of_a_stream_is_masked(event, said):
    got = clean(streamed(said.replace("SECRET", SECRET), 5, event))
    pieces = re.findall(r'"(?:content|partial_json)": ("(?:[^"\\]|\\.)*")', got)
    text = "".join(map(json.loads, pieces))

    assert text == said.replace("sk_live_", "").replace("SECRET", "XXX")
    assert not any(SECRET[at : at + 5] in got for at in range(0, 30, 5))


def test_pieces_of_two_texts_are_not_one():
    half = SECRET[:16], SECRET[16:]
    text = "".join(
        f"data: {json.dumps({'index': index, 'delta': {'text': piece}})}\n\n" for index, piece in enumerate(half)
    )
    assert clean(text, SECRET) == text
