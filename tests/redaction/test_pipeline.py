import base64
import dataclasses
import gzip
import json
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from planting import exchange, redact

from recproxy.recording import Interaction, Request, Response
from recproxy.redaction.name_rules import name_rules
from recproxy.redaction.rules import RedactionRules, Unsafe
from recproxy.redaction.scope import redact_request, redact_text


def both(headers=(), body=b"", url="https://api.example.com/v1/users/12345?page=2&since=2026-01-31"):
    return Interaction(
        request=Request(method="POST", url=url, headers=tuple(headers), body=body, wild=None),
        response=Response(status=200, headers=tuple(headers), body=body, wild=None),
    )


@pytest.mark.parametrize(
    "interaction",
    [
        both(
            [
                (b"Date", b"Sat, 31 Jan 2026 10:00:00 GMT"),
                (b"ETag", b'"33a64df551425fcc55e4d42a148795d9f25f89d4"'),
                (b"Location", b"https://api.example.com/v1/users/12345?tab=2#top"),
                (b"X-GitHub-Request-Id", b"7f2c0a1e-58c1-4b0e-9f0a-1e2d3c4b5a69"),
                (b"Link", b'<https://api.example.com/items?page_token=abcdEFGH12345678&n=3>; rel="next"'),
                (b"X-Rate-Limit-Remaining", b"899"),
                (b"WWW-Authenticate", b'Bearer realm="api"'),
                (b"User-Agent", b"python-requests/2.32 (token-tool; key=none)"),
                (b"Content-Type", b"application/json"),
            ],
            json.dumps(
                {
                    "id": 1149868020346556416,
                    "id_str": "1149868020346556416",
                    "uuid": "123e4567-e89b-42d3-a456-426614174000",
                    "name": "Ada Lovelace",
                    "email_count": 3,
                    "created_at": "2026-01-31T10:00:00Z",
                    "next_page_token": "Q2FuIHlvdSByZWFkIHRoaXM_",
                    "token_type": "bearer",
                    "expires_in": 3599,
                    "sha": "da39a3ee5e6b4b0d3255bfef95601890afd80709",
                    "text": "the password is not here; a key = a key, code: 42",
                    "usage": {"prompt_tokens": 12, "total_tokens": 30},
                    "code": "E1234",
                    "url": "https://cdn.example.com/p/abcdef0123456789abcdef0123456789.jpg?w=200",
                }
            ).encode(),
        ),
        both(body=b"status=hi+there&id=7&lang=en&country_code=DE&key=title&state=af0ifjsldkj&client_id=my-app"),
        both(body=b"<html><p>Forgot your password? Your token expired.</p><input name=q value=hello></html>"),
        both(body=b"plain text\nwith lines: and colons\nReset password: click below\n"),
        both(body=bytes(range(256)) * 4),
        both(body=b"\x89PNG\r\n\x1a\n" + bytes(range(200)), headers=[(b"Content-Type", b"image/png")]),
    ],
    ids=["json", "form", "html", "text", "bytes", "image"],
)
def test_ids_names_dates_and_links_stay(interaction):
    result = redact(interaction, RedactionRules(values=("a-secret-that-is-not-here",)))
    assert result.counts == {}
    clean = result.interaction
    assert dataclasses.replace(clean.request, wild=None) == interaction.request
    assert dataclasses.replace(clean.response, wild=None) == interaction.response


def test_a_short_value_is_secret_only_as_a_whole_field():
    rules = RedactionRules(values=("abc12",))
    interaction = exchange(
        url="https://a.example.com/abc12?x=abc12&y=abc123", headers=[(b"X-One", b"abc12"), (b"X-Two", b"abc12 abc12")]
    )
    request = redact(interaction, rules).interaction.request
    assert request.url == "https://a.example.com/XXX?x=XXX&y=abc123"
    assert request.headers == ((b"X-One", b"XXX"), (b"X-Two", b"abc12 abc12"))


def test_a_profile_s_own_rules_act():
    rules = RedactionRules(
        headers=("X-Mine",), query=("who",), form=("Who",), json=("/a/0/b", "anywhere"), patterns=("cust-[0-9]+",)
    )
    request = redact(
        exchange(
            url="https://a.example.com/cust-77?who=me&x=1", headers=[(b"x-mine", b"yes")], body=b"who=me&x=cust-5"
        ),
        rules,
    ).interaction.request
    assert request.url == "https://a.example.com/XXX?who=XXX&x=1"
    assert request.headers == ((b"x-mine", b"XXX"),)
    assert request.body == b"who=XXX&x=XXX"
    body = b'{"a":[{"b":"me","c":"me"}],"z":{"Anywhere":{"deep":"me"}}}'
    found = redact(exchange(body=body), rules).interaction.request.body
    assert found == b'{"a":[{"b":"XXX","c":"me"}],"z":{"Anywhere":{"deep":"XXX"}}}'


def test_a_profile_s_names_count_in_brackets():
    rules = RedactionRules(query=("who",), form=("who", "card[number]"))
    body = b"who[id]=1&user[who]=a&all%5B0%5D%5Bwho%5D=b&who[]=c&card[number]=42&number=7"
    request = redact(exchange(url="https://a.example.com/?q[who]=me&q[x]=1", body=body), rules).interaction.request
    assert request.url == "https://a.example.com/?q[who]=XXX&q[x]=1"
    assert request.body == b"who[id]=1&user[who]=XXX&all%5B0%5D%5Bwho%5D=XXX&who[]=XXX&card[number]=XXX&number=7"


def test_counts_say_which_rules_acted():
    result = redact(
        exchange(url="https://a.example.com/?access_token=abc", headers=[(b"Cookie", b"a=b; c=d")]), RedactionRules()
    )
    assert result.counts == {"cookie": 2, "query": 1}


@pytest.mark.parametrize("number", [b"7", b"XXX", b"XXX[at.number]"])
def test_a_script_that_is_one_call_with_json_is_data_also_as_it_was_recorded(number):
    body = b'callback({"at": %s, "password": "correct7horse"});'
    headers = [(b"Content-Type", b"text/javascript")]

    asked = exchange(headers=headers, body=body % number)
    asked = dataclasses.replace(asked, request=dataclasses.replace(asked.request, wild="XXX"))

    clean = redact(asked, RedactionRules()).interaction

    assert clean.request.body == b'callback({"at": %s, "password": "XXX"});' % number


def test_counts_of_headers_say_which():
    headers = [(b"X-Api-Key", b"abc123def"), (b"x-auth-token", b"zyx987wvu"), (b"X-API-Key", b"other456key")]

    result = redact(exchange(headers=headers), RedactionRules())

    assert result.counts == {"header x-api-key": 2, "header x-auth-token": 1}


def test_a_header_whose_name_holds_a_secret_is_counted_without_it():
    headers = [(b"x-secret-of-mine-token", b"abc123def")]

    result = redact(exchange(headers=headers), RedactionRules(values=("secret-of-mine",)))

    assert "secret-of-mine" not in str(result.counts)
    assert result.counts["header"] == 1


def test_the_scheme_and_the_public_parameters_of_a_login_stay():
    value = b'OAuth realm="r", oauth_consumer_key="k", oauth_token="t", oauth_signature="s%3D", oauth_version="1.0"'
    request = redact(exchange(headers=[(b"Authorization", value)]), RedactionRules()).interaction.request
    assert request.headers[0][1] == (
        b'OAuth realm="r", oauth_consumer_key="XXX", oauth_token="XXX", oauth_signature="XXX", oauth_version="1.0"'
    )


def test_rules_and_plans_show_no_value():
    rules = RedactionRules(values=("hidden-value-1",))
    assert "hidden" not in repr((rules, name_rules(rules)))


def test_a_pattern_that_is_none_is_misuse():
    with pytest.raises(ValueError, match="no regular expression"):
        name_rules(RedactionRules(patterns=("(",)))


_NAMES = st.sampled_from(["access_token", "id", "password", "text", "code", "token", "x"])
_VALUES = st.recursive(
    st.none() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_NAMES, inner, max_size=4),
    max_leaves=8,
)


@given(_VALUES, st.booleans())
def test_json_stays_json_and_twice_is_once(value, wide):
    body = json.dumps(value, ensure_ascii=wide).encode("utf-8", "surrogatepass")
    rules = RedactionRules(json=("text",), values=("12345678",))
    interaction = both(body=body)
    once = redact(interaction, rules).interaction
    json.loads(once.response.body.decode("utf-8", "surrogatepass"))
    again = redact(once, rules)
    assert again.interaction == once
    assert again.counts == {}


@given(st.binary(max_size=80), st.text(st.characters(codec="ascii", exclude_categories=["Cc"]), max_size=60))
def test_any_bytes_are_taken_and_twice_is_once(body, value):
    rules = RedactionRules(values=("known-value-1",))
    interaction = both(body=body, headers=[(b"X-Any", value.encode()), (b"Authorization", value.encode())])
    try:
        once = redact(interaction, rules)
    except Unsafe:
        return  # it begins like compressed data
    assert redact(once.interaction, rules).interaction == once.interaction


@pytest.mark.parametrize(
    "unit",
    [
        b" ",
        b'"',
        b"\\",
        b"&",
        b"%25",
        b"a=",
        b"<a ",
        b"eyJa.",
        b"-----BEGIN PRIVATE KEY-----\n ",
        b"[",
        b"://a:",
        b"; ",
        b"curl -u a:",
        b"/reset/MQ/a",
        b'{\\"token\\":',
        b'["a","token"],',
        b'{"env":',
        b"changePassword(",
        b'data: {"delta":"A"}\n\n',
    ],
)
def test_no_text_takes_long(unit):
    rules = RedactionRules(values=("Pa+ss/word" + "Zq81LmN0pQ",))
    text = unit * (100_000 // len(unit))
    header = text[:20_000].replace(b"\n", b" ")
    redact(exchange(headers=[(b"Cookie", header), (b"Authorization", b"OAuth " + header)], body=text), rules)


@pytest.mark.parametrize("body", [b"\xff\xfe\x00known-value-1", b"\xff\xfe\x00\x00known-value-1"])
def test_bytes_that_only_begin_like_wide_text_are_bytes(body):
    assert redact(exchange(body=body), RedactionRules(values=("known-value-1",))).interaction.request.body == (
        body.replace(b"known-value-1", b"XXX")
    )


@pytest.mark.parametrize("body", [b"no parts", b"--x--x", b"--", b"--b1", b"--b1--"])
def test_a_body_that_is_no_multipart_though_it_says_so_is_read_as_text(body):
    interaction = both([(b"Content-Type", b"multipart/form-data; boundary=b1")], body + b"\napi_key=very-secret-0123")

    assert b"very-secret" not in redact(interaction, RedactionRules()).interaction.request.body


def test_parts_are_told_by_the_body_where_the_header_names_another_boundary():
    body = b'--b2\r\nContent-Disposition: form-data; name="password"\r\n\r\nvery-secret-0123\r\n--b2--\r\n'
    interaction = both([(b"Content-Type", b"multipart/form-data; boundary=b1")], body)

    assert b"very-secret" not in redact(interaction, RedactionRules()).interaction.request.body


def test_parts_inside_of_parts_without_an_end_are_not_written():
    body = b"x"
    for level in range(2000, -1, -1):
        head = b"--b%d\r\nContent-Type: multipart/mixed; boundary=b%d\r\n\r\n" % (level, level + 1)
        body = head + body + b"\r\n--b%d--\r\n" % level

    with pytest.raises(Unsafe, match="has parts in parts, too deep to be read"):
        redact(both([(b"Content-Type", b"multipart/mixed; boundary=b0")], body), RedactionRules())


def test_a_body_that_keeps_its_header_but_is_decoded_is_read_as_it_is():
    interaction = exchange(headers=[(b"Content-Encoding", b"gzip")], body=b'{"a": "known-value-1"}')
    request = redact(interaction, RedactionRules(values=("known-value-1",))).interaction.request
    assert (request.body, request.encoding) == (b'{"a": "XXX"}', None)


def test_a_secret_in_a_reason_or_a_comment_goes_too():
    interaction = exchange(reason=b"no known-value-1 here")
    interaction = dataclasses.replace(interaction, comments=("it was known-value-1",))
    clean = redact(interaction, RedactionRules(values=("known-value-1",))).interaction
    assert (clean.response.reason, clean.comments) == (b"no XXX here", ("it was XXX",))


def test_a_request_that_is_only_shown_is_literal_and_never_refused():
    rules = RedactionRules(values=("known-value-1",))
    request = exchange(body=b"\x00", headers=[(b"Content-Encoding", b"rot13"), (b"X-Any", b"known-value-1")]).request
    shown = redact_request(request, rules)
    assert (shown.body, shown.wild, shown.headers[1][1]) == (b"", None, b"XXX")


def test_a_line_of_text_loses_its_secrets_and_nothing_else():
    rules = RedactionRules(values=("made-up-value",))
    name = "tests/test_api.py::TestA::test_login[made-up-value-GET https://a.example/b?c=1]"

    assert redact_text(name, rules) == name.replace("made-up-value", "XXX")
    assert redact_text(redact_text(name, rules), rules) == redact_text(name, rules)
    assert redact_text("run", rules) == "run"


@pytest.mark.parametrize(
    "body",
    [
        b"-a=" * 2000 + b"x token {\n",
        (b" " * 8100 + b"token\n") * 20,
        b'{"password": ["is ' + b"a " * 40_000 + b'<"]}',
        b"{" + b",".join([b'"kind":"Secret"'] * 4000) + b"}",
        b'{"kind":"Secret","a":' * 2000,
    ],
    ids=["pairs before a brace", "blanks before a name", "prose", "many kinds", "objects without an end"],
)
@pytest.mark.parametrize("kind", [b"text/plain", b"application/json"])
def test_no_text_of_settings_takes_long(body, kind):
    redact(exchange(headers=[(b"Content-Type", kind)], body=body), RedactionRules(values=("known-value-1",)))


def test_a_large_picture_in_json_is_kept():
    picture = base64.b64encode(random.Random("picture").randbytes(600_000))
    body = b'{"b64_json": "' + picture + b'"}'
    headers = [(b"Content-Type", b"application/json")]

    got = redact(exchange(headers=headers, body=body), RedactionRules(values=("known-value-1",)))

    assert got.interaction.request.body == body


@pytest.mark.parametrize(
    "body",
    [
        b'{"password": "Password"}',
        b'{"password": "Mypassword"}',
        b'{"csrf_token": "Tokenabcdefghijkl"}',
        b'{"secret": "Secretagent"}',
        b'{"passphrase": ["my horse has a staple"]}',
    ],
)
def test_a_word_is_no_label_though_it_holds_the_name_of_its_field(body):
    got = redact(exchange(headers=[(b"Content-Type", b"application/json")], body=body), RedactionRules())

    assert b"XXX" in got.interaction.request.body


def test_a_manifest_with_a_value_of_several_lines_stays_yaml():
    body = b"kind: Secret\ndata:\n  tls.crt: |\n    QUJDREVGR0g=\n    SUpLTE1OT1A=\n  a: QUJDREVGR0g=\n"

    got = redact(exchange(headers=[(b"Content-Type", b"application/yaml")], body=body), RedactionRules())

    assert got.interaction.request.body == (b"kind: Secret\ndata:\n  tls.crt: |\n    XXX\n    XXX\n  a: XXX\n")


def test_every_value_of_a_long_list_in_a_secret_element_is_masked():
    values = [f"tk-{number:04}-a1b2c3d4e5f6" for number in range(400)]
    body = "<r><AccessTokens>" + "".join(f"<value>{value}</value>" for value in values) + "</AccessTokens></r>"
    clean = redact(exchange(body=body.encode(), headers=[(b"Content-Type", b"text/xml")]), RedactionRules())
    assert [value for value in values if value.encode() in clean.interaction.request.body] == []


def test_an_element_after_a_secret_one_has_another_around_it():
    body = b"<r><password><a>1</a></password><note><value>sword-fish</value></note></r>"
    clean = redact(exchange(body=body, headers=[(b"Content-Type", b"text/xml")]), RedactionRules())
    assert clean.interaction.request.body == body


@pytest.mark.parametrize(
    ("kind", "body", "wanted"),
    [
        (b"application/json", b"?password=a;b" * 6_000, b"XXX"),
        (b"application/x-www-form-urlencoded", b"password=a;" * 6_000 + b"n=1&m=2", b"XXX&m=2"),
    ],
)
def test_a_long_run_of_parameters_is_read_once(kind, body, wanted):
    """Reading on to the end from each parameter takes minutes for such a body."""
    clean = redact(exchange(body=body, headers=[(b"Content-Type", kind)]), RedactionRules()).interaction
    assert clean.request.body == wanted


@pytest.mark.parametrize("layers", [1, 2])
def test_a_bomb_is_not_written_where_it_may_hold_a_value(layers):
    packed = bytes(52_000_000)
    for _ in range(layers):
        packed = gzip.compress(packed, compresslevel=1, mtime=0)
    body = b'{"a": "' + base64.b64encode(packed) + b'"}'
    headers = [(b"Content-Type", b"application/json")]

    with pytest.raises(Unsafe, match="may hold a secret"):
        redact(exchange(headers=headers, body=body), RedactionRules(values=("known-value-1",)))
