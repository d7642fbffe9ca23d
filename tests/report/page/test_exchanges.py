"""The messages of WebSockets and of calls of gRPC as a page shows them."""

import base64
import dataclasses

import pytest

from recproxy.recording import Act, Interaction, Request, Response, Step
from recproxy.report.page.bodies import BodyTable
from recproxy.report.page.data import interaction_values
from recproxy.report.page.exchanges import exchange_values

CODING = "grpc-web\nmessage notes.v1.Note text=1"


def call(asked, answered, encoding=CODING):
    request = Request(method="POST", url="https://a.example/notes.v1.Notes/Send", body=asked, encoding=encoding)
    trailers = ((b"grpc-status", b"0"),)
    return Interaction(
        request=request, response=Response(status=200, body=answered, encoding=encoding, trailers=trailers)
    )


def shown(found):
    bodies = BodyTable(1_000_000)
    values = exchange_values(found, bodies)
    said = [
        (each["who"], bodies.values[each["body"]]["kind"], bodies.values[each["body"]]["text"], each.get("path"))
        for each in values["exchange"]
    ]
    return said, values.get("exchange_left_out", 0)


def test_messages_are_shown_one_by_one_with_who_sent_them():
    said, left_out = shown(call(b'{"text": "a, [b]"}', b'[{"id": "XXX[id]"}, "AAH/", {"n": [1, {"m": []}]}]'))

    assert said == [
        ("client", "json", '{\n  "text": "a, [b]"\n}', []),
        ("server", "json", '{\n  "id": "XXX[id]"\n}', [0]),
        ("server", "binary", f"00000000  {'00 01 ff':<47}  ...", [1]),
        ("server", "json", '{\n  "n": [\n    1,\n    {\n      "m": []\n    }\n  ]\n}', [2]),
    ]
    assert left_out == 0


@pytest.mark.parametrize(
    ("body", "count"),
    [(b"", 0), (b"[]", 0), (b"[{}]", 1), (b"[{}, ", 1), (b"no JSON", 1), (b"[[{}]]", 1), (b"[{}]]", 1)],
)
def test_what_somebody_has_edited_is_shown_all_the_same(body, count):
    assert len(shown(call(body, b""))[0]) == count


@pytest.mark.parametrize(
    ("after", "said"),
    [
        ((), "c0 c1 s0 s1 s2"),
        ((0, 1, 2, -1), "s0 c0 s1 c1 s2"),
        ((1, 1, 1, -1), "c0 s0 s1 s2 c1"),
        ((0, -1, -1, -1), "s0 c0 c1 s1 s2"),
        ((9, 9), "c0 c1 s0 s1 s2"),
        ((0, 0, 0, 0), "s0 s1 s2 c0 c1"),
    ],
)
def test_messages_of_a_stream_both_ways_are_shown_in_the_order_in_which_they_came(after, said):
    found = call(b"[{}, {}]", b"[{}, {}, {}]")
    found = dataclasses.replace(found, response=dataclasses.replace(found.response, after=after))

    rows = exchange_values(found, BodyTable(1_000_000))["exchange"]

    assert " ".join(f"{each['who'][0]}{each['path'][0]}" for each in rows) == said


def test_very_many_messages_are_counted():
    said, left_out = shown(call(b"[" + b",".join([b"{}"] * 1_200) + b"]", b"{}"))
    assert (len(said), left_out) == (1_000, 201)


def test_a_call_has_messages_instead_of_bodies_and_its_trailers():
    values = interaction_values("a.rec", 0, call(b"{}", b"{}"), BodyTable(1_000_000))

    assert (values["request"]["body"], values["response"]["body"], len(values["exchange"])) == (None, None, 2)
    assert values["response"]["trailers"] == [["grpc-status", "0"]]
    assert "exchange" not in interaction_values("a.rec", 0, call(b"{}", b"{}", None), BodyTable(1_000_000))


def socket(*steps):
    request = Request(method="GET", url="wss://a.example/live", wild="ZZZ")
    return Interaction(request=request, response=Response(status=101, reason=b"Switching Protocols"), steps=steps)


def test_what_is_said_on_a_websocket_is_shown_in_its_order():
    found = socket(
        Step(Act.SERVER, b'{"type": "hello"}', delay=0.25),
        Step(Act.CLIENT, b"\0\1", binary=True),
        Step(Act.SERVER, omitted=20_000_000),
        Step(Act.CLIENT),
        Step(Act.PING, b"\x1b[2J"),
        Step(Act.LEAVE, "\u202ebye".encode(), code=1000),
        Step(Act.RESET, fault="delay 1"),
    )
    bodies = BodyTable(1_000_000)

    values = interaction_values("a.rec", 0, found, bodies)

    said = values["exchange"]
    assert "steps" not in values
    assert [each["who"] for each in said] == ["server", "client", "server", "client", "server", "client", "server"]
    kinds = [bodies.values[each["body"]]["kind"] if each.get("body") is not None else "" for each in said]
    assert kinds == ["json", "binary", "omitted", "", "", "", ""]
    assert (said[0]["after"], said[1]["binary"], said[6]["fault"]) == (0.25, True, "delay 1")
    assert [each.get("event") for each in said[4:]] == [
        "asks whether the other side is there: \\x1b[2J",
        "closes the connection with 1000: \\u202ebye",
        "breaks the connection off",
    ]


def test_very_many_messages_of_a_websocket_are_counted():
    values = exchange_values(socket(*[Step(Act.SERVER, b"{}")] * 1_200), BodyTable(1_000_000))
    assert (len(values["exchange"]), values["exchange_left_out"]) == (1_000, 200)


def test_a_message_that_is_shown_decoded_holds_no_key_of_known_form():
    token = b"gh" + b"p_" + b"a1B2" * 9
    said, _ = shown(call(b'"%s"' % base64.b64encode(b"ab" + token + b"  " + token + b" end"), b""))
    assert [text for _, _, text, _ in said] == ["abXXX  XXX end"]
