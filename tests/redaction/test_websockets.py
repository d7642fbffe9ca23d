"""Secrets in a WebSocket: what any part of it shows is masked in all parts, the handshake and each message."""

import dataclasses

from recproxy.recording import Act, Interaction, Recording, Request, Response, Step, dump
from recproxy.redaction.rules import RedactionRules
from recproxy.redaction.scope import redact_scope

TOKEN, BEARER, COOKIE = b"zz-0123456789abcdef0123", b"abc-9f8e7d6c5b4a3210ff", b"9a8b7c6d5e4f3a2b1c0d"
SECRETS = (TOKEN, BEARER, COOKIE, b"hunter2-secret-pw", b"tok-9f8e7d6c5b4a3210")
WEBSOCKET = Interaction(
    request=Request(
        method="GET",
        url="wss://a.example/s?access_token=tok-9f8e7d6c5b4a3210&x=1",
        headers=((b"Authorization", b"Bearer " + BEARER),),
        wild=None,
    ),
    response=Response(status=101, headers=((b"Set-Cookie", b"sid=" + COOKIE + b"; Path=/"),), wild=None),
    steps=(
        Step(Act.CLIENT, b'{"op":"login","user":"joe","password":"hunter2-secret-pw"}'),
        Step(Act.SERVER, b'{"op":"ok","session_token":"' + TOKEN + b'"}'),
        Step(Act.CLIENT, b'{"op":"resume","s":"' + TOKEN + b'"}'),
        Step(Act.CLIENT, b"\x00\x01" + TOKEN + b"\xff", binary=True),
        Step(Act.SERVER, b"you are " + BEARER + b" with sid=" + COOKIE),
        Step(Act.PING, TOKEN),
        Step(Act.CLOSE, b"expired: " + TOKEN, code=4001),
    ),
)


def test_a_secret_is_masked_wherever_it_stands():
    redacted = redact_scope([WEBSOCKET], RedactionRules())

    (after,) = redacted.interactions
    said = b"\n".join(each.data for each in after.steps)
    text = dump(Recording(interactions=(after,)))
    assert redacted.refusals == ()
    assert [each for each in SECRETS if each in said or each in text] == []
    assert [(each.act, each.binary, each.code) for each in after.steps] == [
        (each.act, each.binary, each.code) for each in WEBSOCKET.steps
    ]
    assert b'> {"op":"resume","s":"XXX[session_token]"}\n' in text
    assert b":close 4001 expired: XXX[session_token]\n" in text


def test_what_a_message_shows_is_masked_in_another_interaction():
    other = Interaction(
        request=Request(method="GET", url="https://a.example/" + TOKEN.decode(), wild=None),
        response=Response(status=200, wild=None),
    )

    after = redact_scope([other, WEBSOCKET], RedactionRules()).interactions

    assert TOKEN.decode() not in after[0].request.url


def test_what_a_login_in_messages_hands_out_is_masked_as_that_of_a_login_by_request():
    key, result, session = (b"k" + digits * 3 for digits in (b"9f8e7d6c5b", b"1a2b3c4d5e", b"5e4d3c2b1a"))
    said = (
        Step(Act.SERVER, b"earlier: " + key),
        Step(Act.CLIENT, b'{"op":"login","password":"hunter2-secret-pw"}'),
        Step(Act.SERVER, b'{"event":"welcome","id":"1234567890abcdef12"}'),
        Step(Act.SERVER, b'{"key":"' + key + b'"}'),
        Step(Act.CLIENT, b'{"jsonrpc":"2.0","id":1,"method":"login","params":["me","hunter2-secret-pw"]}'),
        Step(Act.SERVER, b'{"jsonrpc":"2.0","id":1,"result":"' + result + b'"}'),
        Step(Act.CLIENT, b'42["login",{"password":"hunter2-secret-pw"}]'),
        Step(Act.SERVER, b'42["ok",{"session":"' + session + b'"}]', binary=True),
        Step(Act.CLIENT, b'{"op":"row"}'),
        Step(Act.SERVER, b'{"key":"4d3c2b1a0f9e8d7c6b5a"}'),
    )
    before = dataclasses.replace(WEBSOCKET, steps=said)

    (after,) = redact_scope([before], RedactionRules()).interactions

    text = b"\n".join(each.data for each in after.steps)
    assert [each for each in (key, result, session) if each in text] == []
    assert after.steps[2] == said[2]
    assert after.steps[-1] == said[-1]  # the key of a row
