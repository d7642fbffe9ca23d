"""Server-sent events: the lines of one event are read together, and its fields stay where they are."""

import dataclasses

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
