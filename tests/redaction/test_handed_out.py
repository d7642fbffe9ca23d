"""What the answer to a login hands out under a harmless name."""

import pytest

from recproxy.recording import Interaction, Recording, Request, Response, dump
from recproxy.redaction.rules import RedactionRules
from recproxy.redaction.scope import redact_scope

TOKEN = "9944b09199c62bcf9418ad846dd0e4bbdfc6ee4b"
JSON, FORM = "application/json", "application/x-www-form-urlencoded"


def answered(method, path, kind, body, answer):
    """The body of the response as it is recorded."""
    request = Request(
        method=method,
        url=f"https://a.example{path}",
        headers=((b"Content-Type", kind.encode()),),
        body=body.encode(),
        wild=None,
    )
    response = Response(status=200, headers=((b"Content-Type", JSON.encode()),), body=answer.encode(), wild=None)
    (kept,) = redact_scope([Interaction(request=request, response=response)], RedactionRules()).interactions
    return kept.response.body.decode()


@pytest.mark.parametrize(
    ("path", "kind", "body"),
    [
        ("/me", JSON, '{"user": "ann", "password": "correct-horse-9"}'),
        ("/me", FORM, "user=ann&passwd=correct-horse-9"),
        (
            "/me",
            "multipart/form-data; boundary=b",
            '--b\r\nContent-Disposition: form-data; name="password"\r\n\r\nx\r\n--b--',
        ),
        ("/login", JSON, '{"user": "ann"}'),
        ("/api-token-auth/", FORM, "user=ann"),
        ("/v1/sessions?x=1", JSON, "{}"),
        ("/login#top", JSON, "{}"),
    ],
)
@pytest.mark.parametrize("name", ["key", "code", "Session", "result"])
def test_the_answer_to_a_login_is_masked(path, kind, body, name):
    answer = f'{{"id": "507f1f77bcf86cd799439011", "{name}": "{TOKEN}"}}'

    assert answered("POST", path, kind, body, answer) == answer.replace(TOKEN, "XXX")


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH"])
def test_each_way_to_send_a_password_is_a_login(method):
    body = '{"user": "ann", "password": "correct-horse-9"}'

    assert answered(method, "/me", JSON, body, f'{{"key": "{TOKEN}"}}') == '{"key": "XXX"}'


@pytest.mark.parametrize("value", ["ab\\/cdEF12gh34\\/ij56kl78==", "ab\\u002fcdEF12gh34ij56kl78"])
@pytest.mark.parametrize("answer", ['{{"key": "{}"}}', '"{}"', '{{"data": ["{}"]}}'])
def test_a_token_with_escapes_is_masked(value, answer):
    assert answered("POST", "/login", JSON, "{}", answer.format(value)) == answer.format("XXX")


@pytest.mark.parametrize(
    "answer",
    [
        '{"result": {"session": {"id": "i8Wq0ZtR5nLk2XvB7c"}}}',
        '{"auth": {"value": "i8Wq0ZtR5nLk2XvB7c"}}',
        '{"session": [{"n": 1, "id": "i8Wq0ZtR5nLk2XvB7c"}]}',
        '{"session.id": "i8Wq0ZtR5nLk2XvB7c"}',
        '{"jwt_refresh": "i8Wq0ZtR5nLk2XvB7c"}',
        '<a:key xmlns:a="u" type="s">i8Wq0ZtR5nLk2XvB7c</a:key>',
        "<r><ticket><![CDATA[i8Wq0ZtR5nLk2XvB7c]]></ticket></r>",
    ],
)
def test_the_id_of_a_session_is_masked(answer):
    assert answered("POST", "/login", JSON, "{}", answer) == answer.replace("i8Wq0ZtR5nLk2XvB7c", "XXX")


@pytest.mark.parametrize(
    "value",
    [
        "LOGIN_SUCCESS_001",
        "AUTH_OK_SESSION_STARTED_1",
        "login-ok-2024-11-28",
        "tenant-production-eu-1",
        "oauth2_authorization_code",
        "2026-11-28T10:11:12.123Z",
        "user:login:ok:2024-11",
    ],
)
@pytest.mark.parametrize("answer", ['{{"code": "{}"}}', '{{"result": ["{}"]}}', "{}", "<r><code>{}</code></r>"])
def test_words_of_an_answer_stay_and_are_not_looked_for(value, answer):
    assert answered("POST", "/login", JSON, '{"password": "x"}', answer.format(value)) == answer.format(value)


def test_words_under_the_name_of_a_token_are_masked_there_only():
    login = Interaction(
        request=Request(method="POST", url="https://a.example/login", body=b"{}", wild=None),
        response=Response(status=200, body=b'{"token": "tenant-production-eu-1"}', wild=None),
    )
    script = Interaction(
        request=Request(method="GET", url="https://a.example/a.js", wild=None),
        response=Response(status=200, body=b'if(tenant=="tenant-production-eu-1"){}', wild=None),
    )
    first, second = redact_scope([login, script], RedactionRules()).interactions

    assert first.response.body == b'{"token": "XXX"}'
    assert second.response.body == script.response.body


@pytest.mark.parametrize(
    ("method", "path", "body", "value"),
    [
        ("POST", "/rows", '{"name": "a"}', TOKEN),
        ("GET", "/login", "", TOKEN),
        ("POST", "/blogs", "{}", TOKEN),
        ("POST", "/login", "{}", "photos/2024/summer.jpg"),
        ("POST", "/login", "{}", "created"),
        ("POST", "/search", '{"bypass": true, "compass": 1}', TOKEN),
    ],
)
def test_keys_of_other_answers_stay(method, path, body, value):
    answer = f'{{"key": "{value}"}}'

    assert answered(method, path, JSON, body, answer) == answer


def test_an_address_that_is_none_is_read_all_the_same():
    request = Request(method="POST", url="https://[user_info]@a.example/login", body=b"{}", wild=None)
    response = Response(status=200, body=b'{"key": "%s"}' % TOKEN.encode(), wild=None)

    (kept,) = redact_scope([Interaction(request=request, response=response)], RedactionRules()).interactions

    assert kept.response.body == b'{"key": "XXX"}'


@pytest.mark.parametrize(
    ("link", "asked"),
    [
        ("https://files.example/links/MDB8YWNjdF8xTTJ6aZ1k2j3a?s=ap", "https://files.example/XXX"),
        ("http://files.example:8080/f/1a2b3c4d5e6f7a8b9c", "http://files.example:8080/XXX"),
        ("https://files.example/v1/files/one/contents", "https://files.example/v1/files/one/contents"),
    ],
)
def test_a_request_to_a_link_that_a_profile_hides_keeps_its_host(link, asked):
    answer = Response(status=200, headers=((b"Content-Type", JSON.encode()),), body=b'{"link": "%s"}' % link.encode())
    interactions = [
        Interaction(request=Request(method="GET", url="https://a.example/x"), response=answer),
        Interaction(request=Request(method="GET", url=link), response=Response(status=200)),
    ]
    first, second = redact_scope(interactions, RedactionRules(json=("link",))).interactions

    assert (first.response.body, second.request.url) == (b'{"link": "XXX"}', asked)
    dump(Recording(interactions=(first, second)))  # it can be written
