import base64
import dataclasses
import json
from urllib.parse import quote_plus

import pytest
from planting import NAMED, TOKEN, exchange, failures, left, linked, planted, redact

from recproxy.recording import Recording, dump, load
from recproxy.redaction.rules import RedactionRules
from recproxy.redaction.scope import redact_scope

PASSWORD = 'pa"ss' + "/wö<rd 1"
PART = b'--b1\r\nContent-Disposition: form-data; name="password"\r\n\r\n%s\r\n--b1--\r\n'
MULTIPART = {"headers": [(b"Content-Type", b"multipart/form-data; boundary=b1")]}
#: A shared access signature has the value and more.
IN_REQUESTS = [place for place in NAMED if "response" not in NAMED[place](b"x") and place != "sas"]
ECHOES = {
    "json": lambda s: {"body": b'{"you": "sent ' + s + b' to us", "id": 7}'},
    "text": lambda s: {"body": b"you sent " + s + b"."},
    "header": lambda s: {"headers": ((b"X-Echo", b"it was " + s),)},
    "trailer": lambda s: {"trailers": ((b"X-Echo", s),)},
    "reason": lambda s: {"reason": b"no " + s},
}


def answered(request, response):
    return planted(request | {"response": response})


@pytest.mark.parametrize("echo", ECHOES)
def test_what_a_request_hides_is_hidden_where_its_response_echoes_it(echo):
    assert failures([(place, place, echo) for place in IN_REQUESTS], is_hidden) == {}


def is_hidden(place, echo):
    live = answered(NAMED[place](TOKEN.encode()), ECHOES[echo](TOKEN.encode()))

    result = redact(live, RedactionRules())

    assert left(TOKEN, result) == []
    assert redact(result.interaction, RedactionRules()).counts == {}
    (loaded,) = load(dump(Recording(interactions=(result.interaction,)))).interactions
    assert redact(loaded, RedactionRules()).counts == {}


@pytest.mark.parametrize("echo", ECHOES)
def test_later_interactions_of_the_scope_do_not_hold_it_either(echo):
    results = linked(
        exchange(body=b"password=" + TOKEN.encode()),
        exchange(url=f"https://a.example.com/by/{TOKEN}", headers=[(b"X-Any", TOKEN.encode())]),
        answered({}, ECHOES[echo](TOKEN.encode())),
    )
    assert TOKEN.encode() not in dump(Recording(interactions=results))


@pytest.mark.parametrize(
    "form",
    [
        lambda s: json.dumps({"echo": s}).encode(),
        lambda s: json.dumps({"echo": s}, ensure_ascii=False).encode(),
        lambda s: b"echo=" + quote_plus(s).encode(),
        lambda s: b"<p>" + s.replace("<", "&lt;").replace('"', "&quot;").encode() + b"</p>",
    ],
)
def test_it_is_found_as_the_response_writes_it(form):
    result = redact(
        answered(MULTIPART | {"body": PART % PASSWORD.encode()}, {"body": form(PASSWORD)}), RedactionRules()
    )
    for part in ("/w", "rd 1", "rd+1", "%2Fw"):
        assert part.encode() not in result.interaction.response.body
    assert b"echo" in result.interaction.response.body or result.interaction.response.body == b"<p>XXX</p>"


def test_a_replay_may_echo_what_it_is_sent():
    first, second = linked(
        answered({"body": b"password=" + TOKEN.encode()}, {"body": b'{"you":"' + TOKEN.encode() + b'"}'}),
        exchange(body=b"password=another-pass-7"),
    )
    assert first.request.body == b"password=XXX[password]"
    assert first.response.body == b'{"you":"XXX[password]"}'
    assert second.request.body == b"password=XXX"


def test_a_value_that_needs_escapes_is_linked_too():
    (result,) = linked(
        answered(MULTIPART | {"body": PART % PASSWORD.encode()}, {"body": json.dumps([PASSWORD]).encode()})
    )
    assert (result.request.body, result.response.body) == (PART % b"XXX[password]", b'["XXX[password]"]')


def test_an_earlier_part_of_the_request_does_not_hold_it():
    result = redact(
        exchange(headers=[(b"X-Any", TOKEN.encode())], body=b"password=" + TOKEN.encode()), RedactionRules()
    )
    assert left(TOKEN, result) == []


def test_the_password_of_a_basic_login_is_known_too():
    login = base64.b64encode(b"me:" + TOKEN.encode())
    result = redact(
        answered({"headers": [(b"Authorization", b"Basic " + login)]}, {"body": b"hello " + TOKEN.encode()}),
        RedactionRules(),
    )
    assert result.interaction.response.body == b"hello XXX"


def test_what_only_looks_like_a_basic_login_hides_no_password():
    rubbish = base64.b64encode(b"\xd9\x81\xfe\x85:\x90\xe1\x81Zq81LmN0pQ\xff\x97").decode()
    live = planted({"headers": [(b"X-Api-Key", rubbish.encode())]})
    assert list(redact_scope([live], RedactionRules()).learned) == [rubbish.encode()]


@pytest.mark.parametrize("charset", ["utf-8", "latin-1"])
def test_a_password_in_any_charset_that_a_basic_login_uses_is_known(charset):
    login = base64.b64encode("mé:pässword-Zq81".encode(charset))
    live = planted({"headers": [(b"Authorization", b"Basic " + login)]})
    assert list(redact_scope([live], RedactionRules()).learned) == [login, "pässword-Zq81".encode(charset)]


@pytest.mark.parametrize(
    "value",
    [
        b"short1",
        b"password",
        b"1149868020346556416",
        b"2026-01-31T10:00:00Z",
        b"aaaaaaaaaaaa",
        b"https://a.example.com/things/1234567",
    ],
)
def test_an_id_a_date_and_a_short_word_stay_in_the_response(value):
    body = b'{"password-is": 1, "text": "see ' + value + b'", "id": ' + value + b', "k": "password"}'
    result = redact(answered({"body": b"password=" + value}, {"body": body}), RedactionRules())
    assert result.interaction.response.body == body


def test_a_word_counts_as_a_whole_field_only():
    body = b'{"swordfish": 1, "text": "a swordfish swims", "echo": "swordfish"}'
    result = redact(answered({"body": b"password=swordfish"}, {"body": body}), RedactionRules())
    assert result.interaction.response.body == body.replace(b'"echo": "swordfish"', b'"echo": "XXX[password]"')


@pytest.mark.parametrize("cookie", [b"Europe/Berlin", b"en_US.UTF-8", b"darkmode1"])
def test_a_setting_in_a_cookie_is_no_secret_elsewhere(cookie):
    body = b'{"setting": "' + cookie + b'"}'
    result = redact(answered({"headers": [(b"Cookie", b"a=" + cookie)]}, {"body": body}), RedactionRules())
    assert result.interaction.response.body == body


def test_a_jwt_keeps_its_shape_where_it_is_not_linked():
    jwt = b"ey" + b"JhbGciOiJIUzI1NiJ9." + b"eyJzdWIiOiI0MiJ9." + b"c2ln"
    echoed, alone = (
        linked(answered({"body": b"id_token=" + jwt}, {"body": body}))[0] for body in (b"it is " + jwt, b"thanks")
    )
    assert echoed.response.body == b"it is XXX[id_token.jwt]"
    assert alone.request.body == b"id_token=XXX"


def test_names_that_a_person_gave_to_places_of_requests_stay():
    named = dataclasses.replace(exchange(body=b"item=XXX[item]").request, wild="XXX")
    interaction = dataclasses.replace(exchange(), request=named)
    assert linked(interaction)[0].request == named


def test_nothing_is_forgotten_in_a_scope_of_many_secrets():
    secrets = [f"nonce-{number:04}-abcdefgh".encode() for number in range(600)]
    scope = redact_scope(
        [exchange(body=b"password=" + each) for each in secrets] + [exchange(body=b"; ".join(secrets))],
        RedactionRules(),
    )
    assert not any(each in scope.interactions[-1].request.body for each in secrets)


@pytest.mark.parametrize("value", ["123456789012", "shop-no-7-public"])
def test_a_variable_s_value_that_is_sent_comes_back_as_it_is_sent(value):
    number = value.isdigit()
    body = b'{"app_id": %s, "n": 1}' % (value.encode() if number else b'"%s"' % value.encode())
    first = exchange(url=f"https://a.example.com/?app_id={value}", body=b"", status=200, headers=())
    first = dataclasses.replace(first, response=dataclasses.replace(first.response, body=body))
    (clean,) = linked(first, rules=RedactionRules(values=(value,)))
    mask = b"XXX[secret]" if number else b'"XXX[secret]"'
    assert clean.request.url == "https://a.example.com/?app_id=XXX[secret]"
    assert clean.response.body == b'{"app_id": %s, "n": 1}' % mask


def test_a_number_that_is_not_sent_before_it_comes_back_stays_a_number():
    later = exchange(url="https://a.example.com/?app_id=123456789012")
    first = dataclasses.replace(
        exchange(), response=dataclasses.replace(exchange().response, body=b'{"app_id": 123456789012}')
    )
    clean = linked(first, later, rules=RedactionRules(values=("123456789012",)))
    assert clean[0].response.body == b'{"app_id": 100000000000}'
    assert clean[1].request.url == "https://a.example.com/?app_id=XXX"


@pytest.mark.parametrize("turned", [False, True], ids=["sent first", "handed out first"])
def test_a_word_that_a_login_hands_out_is_masked_in_text_whatever_came_first(turned):
    word = b"correcthorsebat"
    sent = answered({"method": "POST", "body": b'{"password": "' + word + b'"}'}, {"body": b"{}"})
    given = answered({"method": "POST"}, {"body": b'{"access_token": "' + word + b'"}'})
    told = answered({}, {"body": b"hello id:" + word + b" end"})

    done = redact_scope([*([given, sent] if turned else [sent, given]), told], RedactionRules())

    assert word not in done.interactions[-1].response.body
