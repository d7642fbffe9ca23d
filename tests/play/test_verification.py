"""What is asked for a recording, and what counts as drift."""

from pathlib import Path

import pytest

from recproxy.config.profile import Endpoint, Profile
from recproxy.play.change import ChangeKind
from recproxy.play.verification import WhatToAsk, conversation_refusal, drift_of, request_of_interaction, scopes_of
from recproxy.recording import Interaction, Recording, Request, Response, load

SHOP = Profile(name="shop", endpoints=(Endpoint(hosts=("*.a.example", "a.example")),))
JSON = (b"Content-Type", b"application/json")


def asked(method="GET", url="https://a.example/x", *, request=(), **response):
    return Interaction(
        request=Request(method=method, url=url, **dict(request)), response=Response(**{"status": 200} | response)
    )


@pytest.mark.parametrize(
    ("interaction", "what", "wanted"),
    [
        (asked(), {}, ""),
        (asked("POST"), {}, 'POST may change something: --unsafe "POST /x" asks it'),
        (asked("POST", "https://a.example/a/b"), {"unsafe": ("POST /a/*",)}, ""),
        (asked("POST", "https://a.example/a/b"), {"unsafe": ("POST",)}, ""),
        (
            asked("POST", "https://a.example/a/b"),
            {"unsafe": ("PUT", "POST /a")},
            'POST may change something: --unsafe "POST /a/b" asks it',
        ),
        (asked("DELETE"), {"unsafe": ("all",)}, ""),
        (asked(), {"skip": ("GET /x",), "unsafe": ("all",)}, "the profile says skip"),
        (asked(url="https://evil.example/"), {}, "evil.example is no host of profile 'shop'"),
        (asked(url="https://a.example@evil.example/"), {}, "evil.example is no host of profile 'shop'"),
        (
            asked(url="http://a.example/", request={"headers": ((b"Authorization", b"Bearer XXX"),)}),
            {},
            "plain http would show its credentials on the way",
        ),
        (asked(url="http://a.example/"), {}, ""),
        (asked(fault="reset"), {}, "its answer is a fault on purpose"),
        (asked(status=101), {}, "it opens a WebSocket"),
        (asked(request={"omitted": 5}), {}, "its body was not recorded"),
    ],
)
def test_what_is_left_out_is_said(interaction, what, wanted):
    assert WhatToAsk(**what).refusal(interaction, SHOP) == wanted


def drift(recorded, live, **request):
    headers = {"headers": (JSON,)}
    found = [
        asked(**request, **headers, body=each) for each in (recorded if isinstance(recorded, list) else [recorded])
    ]
    changes = drift_of(found, Response(status=200, headers=(JSON, (b"Date", b"today")), body=live))
    return [(change.kind, change.place) for change in changes]


@pytest.mark.parametrize(
    ("recorded", "live", "wanted"),
    [
        (b'{"a": 1}', b'{"a": 1}', []),
        (b'{"a": 1, "b": 1}', b'{"a": "1", "b": 2}', [("STRUCTURE", "json /a"), ("VALUE", "json /b")]),
        (b'{"b": 1, "a": 1}', b'{"b": 2}', [("STRUCTURE", "json /a"), ("VALUE", "json /b")]),
        (b'{"a": [1]}', b'{"a": [1, 2]}', [("VALUE", "json /a/1")]),
        (b'{"a": "XXX[token]"}', b'{"a": "XXX[other]"}', []),
        ([b'{"state": "pending"}', b'{"state": "done", "url": "u"}'], b'{"state": "done", "url": "u"}', []),
    ],
)
def test_drift_is_of_structure_before_values_and_of_nothing_volatile(recorded, live, wanted):
    assert drift(recorded, live) == [(ChangeKind[kind], place) for kind, place in wanted]


def test_bodies_of_streams_and_of_head_are_not_compared():
    stream = asked(headers=((b"Content-Type", b"text/event-stream"),), body=b"data: 1\n\n")

    assert drift_of([stream], Response(status=200, headers=stream.response.headers, body=b"data: 2\n\n")) == ()
    sequence = asked(headers=((b"Content-Type", b"application/json-seq"),), body=b"1")
    assert drift_of([sequence], Response(status=200, headers=sequence.response.headers, body=b"{}")) == ()
    declared, other = asked(body=b"1"), Response(status=200, body=b"2")
    assert drift_of([declared], other) != ()
    assert drift_of([declared], other, declared=True) == ()
    assert drift(b"", b'{"a": 1}', method="HEAD") == []


def test_scopes_have_their_interactions_in_order():
    interactions = [
        Interaction(
            request=Request(method="GET", url=f"https://a.example/{n}"), response=Response(status=200), scope=scope
        )
        for n, scope in enumerate(["one", None, "one"])
    ]

    found = scopes_of(Path("m/default.rec"), Recording(interactions=tuple(interactions)))

    assert [(each.name, len(each.interactions)) for each in found] == [("one", 2), ("default", 1)]


def test_a_path_of_2011_is_of_the_first_host_with_a_name():
    assert request_of_interaction(asked(url="/x"), SHOP).request.url == "https://a.example/x"
    assert request_of_interaction(asked(), SHOP).request.url == "https://a.example/x"


@pytest.mark.parametrize(
    ("conversation", "wanted"),
    [
        ("SMTP smtp://a:25\n< 220 a\n", "not asked, because it would send mail"),
        ("IMAP imap://a:143\n< * OK a\n> a UID MOVE 1 x\n< a OK\n", "not asked, because MOVE would change a mailbox"),
        (
            "IMAP imap://a:143\n< * OK a\n> a FETCH 1 UID\n< a OK\n",
            "not asked, because verify does not log in to mail servers",
        ),
    ],
)
def test_no_conversation_with_a_mail_server_is_asked_again(conversation, wanted):
    [read] = load(f"#recproxy 2\n\n{conversation}=======\n".encode()).interactions

    assert conversation_refusal(read) == wanted
