"""What the server of a conversation says, with one thing changed: which changes there are, and what they make of it."""

import pytest

from recproxy.play.mutations import mutated_interaction, mutations_of, read_mutation
from recproxy.recording import Act, load

SMTP = """SMTP smtp://mail.example:587
< 220 mail.example
> EHLO localhost
< 250-mail.example
+ AUTH PLAIN
> AUTH PLAIN XXX
< 235 in
> MAIL FROM:<a@example.com>
< 250 ok
> RCPT TO:<b@example.com>
< 250 ok
> RCPT TO:<c@example.com>
< 550 nobody
> DATA
< 354 go
> Subject: hi
< 250 queued
> QUIT
< 221 bye
"""
IMAP = """IMAP imap://mail.example:143
< * OK ready
> A1 CAPABILITY
< * CAPABILITY IMAP4rev1
< A1 OK done
> A2 LOGIN me XXX
< A2 OK in
> A3 UID SEARCH ALL
< * SEARCH 1 2
< A3 OK done
> A4 FETCH 9 FLAGS
< A4 NO gone
> A5 LOGOUT
< * BYE
< A5 OK bye
"""
SOCKET = """GET wss://api.example/feed HTTP/1.1

====
HTTP/1.1 101 Switching Protocols

< {"type": "hello", "id": 7}
> {"type": "bye"}
< {"type": "done"}
< plain words
:close 1000
"""


def interaction(text):
    return load(f"#recproxy 2\n\n{text}=======\n".encode()).interactions[0]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        (
            SMTP,
            ["status 454 at AUTH", "status 535 at AUTH"]
            + [f"status {code} at {verb}" for verb in ("MAIL", "RCPT", "DATA", "MESSAGE") for code in (451, 550)],
        ),
        (IMAP, ["status NO at LOGIN", "status NO at SEARCH", "empty SEARCH"]),
        (
            SOCKET,
            ["status 1011"]
            + [f"{kind} message json /type" for kind in ("drop", "null", "type", "empty", "unknown")]
            + [f"{kind} message json /id" for kind in ("drop", "null", "type", "empty")],
        ),
    ],
    ids=["SMTP", "IMAP", "WebSocket"],
)
def test_a_conversation_has_the_changes_that_its_server_may_make(text, wanted):
    assert [*map(str, mutations_of(interaction(text)))] == wanted


@pytest.mark.parametrize(
    ("text", "mutation", "before", "after"),
    [
        (SMTP, "status 451 at MESSAGE", ["250 queued\r\n"], ["451 changed by recproxy mutate\r\n"]),
        (
            SMTP,
            "status 550 at RCPT",
            ["250 ok\r\n", "550 nobody\r\n"],
            ["550 changed by recproxy mutate\r\n"] * 2,
        ),
        (IMAP, "status NO at LOGIN", ["A2 OK in\r\n"], ["A2 NO changed by recproxy mutate\r\n"]),
        (IMAP, "empty SEARCH", ["* SEARCH 1 2\r\n"], ["* SEARCH\r\n"]),
        (
            SOCKET,
            "unknown message json /type",
            ['{"type": "hello", "id": 7}', '{"type": "done"}'],
            ['{"type": "unknown_to_you", "id": 7}', '{"type": "unknown_to_you"}'],
        ),
        (SOCKET, "drop message json /id", ['{"type": "hello", "id": 7}'], ['{"type": "hello"}']),
        (
            SOCKET.replace('"id": 7', '"id": XXX[id]'),
            "null message json /type",
            ['{"type": "hello", "id": XXX[id]}', '{"type": "done"}'],
            ['{"type": null, "id": XXX[id]}', '{"type": null}'],
        ),
    ],
)
def test_a_change_is_made_where_it_is_and_nowhere_else(text, mutation, before, after):
    recorded = interaction(text)

    changed = mutated_interaction(recorded, read_mutation(mutation))

    pairs = [(one, other) for one, other in zip(recorded.steps, changed.steps, strict=True) if one != other]
    assert [other.data.decode() for _, other in pairs] == after
    assert [one.data.decode() for one, _ in pairs] == before
    assert changed.request == recorded.request


def test_a_server_of_a_websocket_that_fails_closes_before_it_says_anything():
    changed = mutated_interaction(interaction(SOCKET), read_mutation("status 1011"))

    assert [(each.act, each.code) for each in changed.steps] == [(Act.CLOSE, 1011)]
