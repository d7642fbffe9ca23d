"""Messages of gRPC that stay bytes, as large ones do: a replay sends them with their lengths still right."""

import dataclasses

import pytest
from notes_service import framed, integer, piece
from tables import exchange, token

from recproxy.grpc.wire import fields
from recproxy.redaction.rules import RedactionRules
from recproxy.redaction.scope import redact_scope

SECRET = token("a message").encode()


@pytest.mark.parametrize(
    "message",
    [
        piece(1, SECRET),
        piece(1, b"x" * 200 + SECRET) + integer(2, 5),
        piece(5, piece(1, SECRET) + integer(9, 300)) + piece(6, b"y") + piece(7, SECRET),
        b"\x0b" + piece(2, SECRET) + b"\x0c" + piece(3, b"z"),
        piece(1, b'{"password": "' + token("another").encode() + b'"}'),
    ],
    ids=["alone", "behind text", "further in", "in a group", "in JSON"],
)
def test_a_mask_in_a_response_keeps_the_lengths_around_it(message):
    interaction = exchange()
    headers = ((b"content-type", b"application/grpc"),)
    response = dataclasses.replace(interaction.response, headers=headers, body=framed(message))
    known = RedactionRules(values=(SECRET.decode(),))

    scope = redact_scope([dataclasses.replace(interaction, response=response)], known)
    body = scope.interactions[0].response.body

    assert body != framed(message)
    assert SECRET not in body
    assert int.from_bytes(body[1:5], "big") == len(body) - 5
    assert b"XXX" in body
    assert [each.number for each in fields(body[5:])] == [each.number for each in fields(message)]
