import base64
import dataclasses
import gzip
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st
from planting import exchange

from recproxy.recording import Interaction, Recording, Request, Response, dump, load
from recproxy.redaction import views
from recproxy.redaction.rules import RedactionRules
from recproxy.redaction.scope import redact_scope
from recproxy.redaction.spans import Span, apart

KEY = "9944b09199c62b" + "cf9418ad846dd0e4bb"


def gives(body, **words):
    interaction = exchange()
    return dataclasses.replace(interaction, response=dataclasses.replace(interaction.response, body=body, **words))


def test_what_a_later_request_gives_away_is_masked_in_an_earlier_response():
    scope = redact_scope(
        [
            gives(b'{"key":"' + KEY.encode() + b'"}'),
            exchange(headers=[(b"Authorization", b"Token " + KEY.encode())]),
        ],
        RedactionRules(),
    )
    first, second = scope.interactions
    assert (first.response.body, second.request.headers) == (
        b'{"key":"XXX[token]"}',
        ((b"Authorization", b"Token XXX[token]"),),
    )


def test_a_key_of_known_form_is_masked_in_a_method_and_in_the_name_of_a_header():
    token = b"gh" + b"p_" + b"a1B2" * 9
    asked = exchange(method=token.decode(), headers=[(b"X-" + token, b"1")])
    answered = dataclasses.replace(asked, response=dataclasses.replace(asked.response, headers=((token, b"2"),)))

    scope = redact_scope([answered, gives(b"said " + token)], RedactionRules())

    text = dump(Recording(interactions=scope.interactions))
    assert (token in text, b"a1B2" in text, len(scope.findings)) == (False, False, 4)
    assert dump(load(text)) == text


def test_what_cannot_be_read_is_refused_at_its_position_and_the_others_stay():
    damaged = exchange(headers=[(b"Content-Encoding", b"gzip")], body=b"\x1f\x8b\x08\x00damaged")
    scope = redact_scope([exchange(), damaged, exchange()], RedactionRules(values=("a-known-value",)))
    assert [each is None for each in scope.interactions] == [False, True, False]
    assert [each.position for each in scope.refusals] == [1]
    assert scope.counts == {}


def test_findings_say_which_interaction_they_are_of():
    scope = redact_scope([exchange(), exchange(headers=[(b"X-Api-Key", KEY.encode())])], RedactionRules())
    assert [(each.position, each.place, each.rule) for each in scope.findings] == [
        (1, "request header X-Api-Key", "header")
    ]
    assert KEY not in repr(scope)


def test_what_a_request_shows_in_its_url_is_masked_elsewhere_though_its_body_cannot_be_read():
    body = b"x"
    kind = b"text/plain"
    for depth in range(25):
        edge = b"edge%d" % depth
        body = b"--" + edge + b"\r\nContent-Type: " + kind + b"\r\n\r\n" + body + b"\r\n--" + edge + b"--\r\n"
        kind = b"multipart/mixed; boundary=" + edge
    token = "q7Zk" + "9TfWc2Xs8LmNv4Rb"
    unreadable = exchange(headers=[(b"Content-Type", kind)], body=body)
    unreadable = dataclasses.replace(
        unreadable,
        request=dataclasses.replace(unreadable.request, url=f"https://api.example.com/up?access_token={token}"),
    )

    scope = redact_scope([gives(b'{"ref":"' + token.encode() + b'"}'), unreadable], RedactionRules())

    assert scope.interactions[1] is None
    assert token.encode() not in scope.interactions[0].response.body


def test_a_stalled_machine_cuts_no_learning_short(monkeypatch):
    clock = iter(range(0, 10_000_000, 1000))
    monkeypatch.setattr("recproxy.redaction.budget.time.monotonic", lambda: next(clock))
    token = "q7Zk" + "9TfWc2Xs8LmNv4Rb"

    scope = redact_scope(
        [gives(b'{"ref":"' + token.encode() + b'"}'), exchange(headers=[(b"X-Api-Key", token.encode())])],
        RedactionRules(),
    )

    # Masking has a deadline: where it passes, nothing is written.
    written = Recording(interactions=tuple(each for each in scope.interactions if each is not None))
    assert token.encode() not in dump(written)


@pytest.mark.parametrize(
    ("side", "changes", "place"),
    [
        ("request", {"url": f"https://shop.example/{KEY}"}, "url"),
        ("request", {"headers": ((b"X-Shop", KEY.encode()),)}, "header X-Shop"),
        ("request", {"body": base64.b64encode(b"a=1;" + KEY.encode())}, "body"),
        ("response", {"reason": KEY.encode()}, "reason"),
        ("response", {"trailers": ((b"X-End", KEY.encode().hex().encode()),)}, "header X-End"),
        ("response", {"body": KEY.replace("9", "%39").encode()}, "body"),
        ("response", {"body": b'{"file":"' + base64.b64encode(gzip.compress(KEY.encode())) + b'"}'}, "body"),
    ],
)
def test_the_second_look_refuses_what_a_broken_rule_leaves_and_says_where(monkeypatch, side, changes, place):
    def leave_a_secret(interactions, taken, **_):
        first, second = interactions
        return first, dataclasses.replace(second, **{side: dataclasses.replace(getattr(second, side), **changes)})

    monkeypatch.setattr("recproxy.redaction.masked_scope.linked", leave_a_secret)
    scope = redact_scope([exchange(), exchange()], RedactionRules(values=(KEY,)))
    assert [each is None for each in scope.interactions] == [False, True]
    assert [(each.position, each.message) for each in scope.refusals] == [
        (1, f"the {place} of a {side} holds a known secret in a form that cannot be masked")
    ]


def test_thousands_of_secrets_in_one_text_are_masked_without_a_look_at_the_whole_text_for_each(monkeypatch):
    looks = []
    monkeypatch.setattr(
        views, "percent_decoded", lambda text, real=views.percent_decoded: looks.append(1) or real(text)
    )
    secret = "k7Qz0v" + "Lm2+Xt9Rb4W"
    forms = [quote(secret).encode(), base64.b64encode(secret.encode())]

    (clean,) = redact_scope([exchange(body=b" ".join(forms * 2000))], RedactionRules(values=(secret,))).interactions

    assert [form for form in forms if form in clean.request.body] == []
    assert len(looks) < 20


SPANS = st.lists(st.tuples(st.integers(0, 30), st.integers(1, 9)).map(lambda each: Span(each[0], sum(each), "r")))


@given(SPANS, SPANS)
def test_spans_apart_share_no_byte_with_the_others(spans, others):
    taken = {byte for each in others for byte in range(each.start, each.end)}

    assert apart(spans, others) == [each for each in spans if taken.isdisjoint(range(each.start, each.end))]


def test_the_example_of_the_parts_is_masked_as_it_says():
    key = KEY.encode()
    as_json = ((b"Content-Type", b"application/json"),)
    login = Interaction(
        request=Request(
            method="POST",
            url="https://a.example/login",
            headers=as_json,
            body=b'{"user": "me", "password": "correct-horse-9"}',
        ),
        response=Response(status=200, headers=as_json, body=b'{"key": "%s"}' % key),
    )
    after = Interaction(
        request=Request(method="GET", url="https://a.example/me", headers=((b"Authorization", b"Token " + key),)),
        response=Response(status=200),
    )

    login, after = redact_scope((login, after), RedactionRules()).interactions

    assert login.request.body == b'{"user": "me", "password": "XXX"}'
    assert login.response.body == b'{"key": "XXX[key]"}'
    assert after.request.headers == ((b"Authorization", b"Token XXX[key]"),)
