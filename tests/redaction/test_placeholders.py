"""Words and marks in the place of a secret: what is one, and that a value of a variable is masked all the same."""

import json
import re
from dataclasses import replace

import pytest

from recproxy.recording import Recording, dump, load
from recproxy.redaction.placeholders import is_placeholder, may_be_password
from recproxy.redaction.rules import RedactionRules
from recproxy.redaction.scope import redact_scope

SENT = """#recproxy 2

POST https://api.shop.example/items?k={0} HTTP/1.1
Authorization: Bearer {0}
X-Thing: {0}
Content-Type: application/json

{{"thing": "{0}", "said": "put {0} here"}}
====
HTTP/1.1 200 OK

{{"thing": "{0}"}}
=======
"""


@pytest.mark.parametrize(
    "value",
    [
        "<TOKEN>", "<your token here>", "<pwd>", "<...>", "<>", "[FILTERED]", "[***]", "{apiKey}", "{0}", "{+path}",
        "{{ .Values.token }}", "${{ secrets.API_KEY }}", "#{token}", "<%= token %>", "<API_KEY_1>",
    ],
)  # fmt: skip
def test_a_name_in_brackets_is_a_placeholder(value):
    assert is_placeholder(value.encode())


@pytest.mark.parametrize(
    "value",
    [
        '{"v":"a"}', "{v:hello}", '["hello"]', "{a=b}", "<a8f3b2c1d4e5>", "[abc123def456]", "{Zm9vYmFyQmF6}",
        "<kjHGtrEWqaZXswedc>", "{correct7horse7battery}", "<4711>", "{{a1-b2-c3-d4-e5}}", "<hello",
    ],
)  # fmt: skip
def test_a_value_in_brackets_is_no_placeholder(value):
    assert not is_placeholder(value.encode())


@pytest.mark.parametrize(
    "value",
    [
        "your-token",
        "fake_key",
        "dummy",
        "REDACTED",
        "CHANGEME",
        "EXAMPLE",
        "$ecretPass",
        "$hunter",
        "000000",
        "$TOKEN",
        "[token]",
        "{hunter}",
        "[token] ",
        "$TOKEN\n",
    ],
)
def test_a_placeholder_of_a_word_or_zeros_may_be_a_password(value):
    assert may_be_password(value.encode())


@pytest.mark.parametrize(
    "value",
    [
        "<TOKEN>",
        "***",
        "xxxx",
        "${TOKEN}",
        "{{ token }}",
        "#{token}",
        "%s",
        "------",
        "XXX",
        "changeme",
        "",
        "[FILTERED]",
        "{redacted by ci}",
        "[XXX]",
        "[***]",
        "{0}",
        "[]",
        '["token"]',
    ],
)
def test_marks_and_other_values_are_none_of_these(value):
    assert not may_be_password(value.encode())


@pytest.mark.parametrize(
    "value",
    [
        "your-token",
        "dummy",
        "placeholder",
        "fake-api-key",
        "REDACTED",
        "$ecretPass",
        "000000",
        "$TOKEN",
        "[a]",
        "{word}",
    ],
)
def test_a_word_that_a_variable_holds_is_masked_where_it_stands_alone(value):
    (sent,) = load(SENT.format(value).encode()).interactions

    (masked,) = redact_scope([sent], RedactionRules(values=(value,))).interactions

    shown = dump(Recording(interactions=(masked,)))
    assert b"Bearer XXX" in shown
    assert shown.count(value.encode()) == shown.count(f"put {value} here".encode()) == 1


@pytest.mark.parametrize(
    ("value", "sent"),
    [
        ("your-token ", "your-token+"),
        ("your-token ", "your-token%20"),
        ("your-token", "your-token++"),
        ("abc123", "abc123%20"),
        ("ab 123", "ab+123+"),
        ("a+b/c", "a%2Bb%2Fc"),
        ('a"b', "a%22b"),
    ],
)
def test_a_field_is_found_behind_escapes_and_before_blanks(value, sent):
    interaction = load(SENT.format("").replace("k=", f"k={sent}&u={sent}").encode()).interactions[0]
    said = json.dumps([value + " ", {"of": value + "\n"}]).encode()
    interaction = replace(interaction, response=replace(interaction.response, body=said))

    (masked,) = redact_scope([interaction], RedactionRules(values=(value,))).interactions

    assert re.fullmatch(r"https://api.shop.example/items\?k=XXX[^&]*&u=XXX[^&]*", masked.request.url)
    assert re.sub(r"\[secret\]|[+]+|%20", "", masked.request.url) == "https://api.shop.example/items?k=XXX&u=XXX"
    assert value not in masked.response.body.decode()
    assert value.strip() not in json.loads(masked.response.body)[0]


@pytest.mark.parametrize("part", ["/abc123%20", "/abc123%20/x", "/x;v=abc123%20/y", "?k=abc123+&u=1", "#abc123%20"])
def test_a_short_value_before_blanks_is_found_in_each_part_of_an_address(part):
    (interaction,) = load(SENT.format("").replace("/items?k=", part).encode()).interactions

    (masked,) = redact_scope([interaction], RedactionRules(values=("abc123",))).interactions

    assert masked.request.url == interaction.request.url.replace("abc123", "XXX")


@pytest.mark.parametrize(
    "body", [b"<a>abc123 </a>", b"<a>abc123\n</a>", b"<a><![CDATA[abc123 ]]></a>", b'["abc123 "]', b"k=abc123 more"]
)
def test_a_short_value_before_blanks_is_found_in_a_body(body):
    (interaction,) = load(SENT.format("").encode()).interactions
    interaction = replace(interaction, response=replace(interaction.response, body=body))

    (masked,) = redact_scope([interaction], RedactionRules(values=("abc123",))).interactions

    assert masked.response.body == body.replace(b"abc123", b"XXX")


@pytest.mark.parametrize("sent", ["abc123+more", "abc123.", "xabc123"])
def test_a_short_value_within_others_stays(sent):
    (interaction,) = load(SENT.format("").replace("k=", f"k={sent}").encode()).interactions

    (masked,) = redact_scope([interaction], RedactionRules(values=("abc123",))).interactions

    assert masked.request.url == interaction.request.url


@pytest.mark.parametrize("value", ["***", "XXX", "<TOKEN>", "[FILTERED]", "${TOKEN}"])
def test_what_tools_write_in_the_place_of_a_secret_stays_though_a_variable_holds_it(value):
    (sent,) = load(SENT.replace("?k={0}", "").format(value).encode()).interactions

    (kept,) = redact_scope([sent], RedactionRules(values=(value,))).interactions

    assert kept == sent


def test_a_word_that_no_variable_holds_stays():
    (sent,) = load(SENT.format("your-token").encode()).interactions

    (kept,) = redact_scope([sent], RedactionRules()).interactions

    assert kept == sent
