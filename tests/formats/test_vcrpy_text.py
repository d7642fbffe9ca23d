"""What vcrpy writes is read as its own reader reads it, and all else is left to that."""

import random

import pytest

yamlserializer = pytest.importorskip("vcr.serializers.yamlserializer")

from recproxy.formats import vcrpy_text  # noqa: E402 - vcrpy comes with an extra

#: Texts that YAML writes in each of its ways.
TEXTS = [
    *(
        "",
        "text",
        "two words",
        "it's",
        '"quoted"',
        "a: b",
        "a #b",
        "#c",
        " lead",
        "trail ",
        "- x",
        "x\\y",
        "\\ ",
        "<a b>",
    ),
    *("null", "~", "yes", "No", "on", "1", "0x1F", "0b1", "1e3", "1.5e+3", "12:30", "2026-01-31", "4e42", "200 OK"),
    *(
        "1; mode=block",
        "1.1 varnish",
        "=",
        "<<",
        "&a",
        "*a",
        "!t",
        "%41",
        "@x",
        "`y",
        "?a=b",
        "{}",
        "[]",
        "0e12b",
        "12ab",
    ),
    *(
        "a\nb",
        "a\n\nb",
        "\na",
        "a\n",
        "a\n  b",
        "a \n b",
        "\n",
        "tab\there",
        "\r\n",
        "\x85",
        "\u2028",
        "caf\xe9",
        "\U0001f600",
        "\x07",
    ),
    *("word " * 40, "'it' " * 40, '"it" \\ ' * 40, "  two" * 40, "x" * 200, "a\nb " * 30, "w \n" * 30, "\t w " * 30),
    '{"page": 1, "items": ["' + "some words of a person, " * 20 + '"]}',
]


def cassette(*texts, number=200):
    return {
        "interactions": [
            {
                "request": {"body": None, "headers": {}, "method": "GET", "uri": "https://api.example.com/a?b=1"},
                "response": {
                    "body": {"string": text},
                    "headers": {"Content-Type": ["text/plain"], "X-Text": [text, text.upper()]},
                    "status": {"code": number, "message": "OK"},
                },
            }
            for text in texts
        ],
        "version": 1,
    }


@pytest.mark.parametrize("text", TEXTS)
def test_a_text_is_read_as_vcrpy_reads_it(text):
    written = yamlserializer.serialize(cassette(text))
    found = vcrpy_text.read_cassette(written.encode())
    assert found is None or found == yamlserializer.deserialize(written) == cassette(text)


def test_most_texts_are_read_here():
    read = [
        text
        for text in TEXTS
        if vcrpy_text.read_cassette(yamlserializer.serialize(cassette(text)).encode()) is not None
    ]
    assert len(TEXTS) - len(read) <= 5
    assert vcrpy_text.read_cassette(yamlserializer.serialize(cassette(*read)).encode()) == cassette(*read)


def test_bytes_come_back():
    values = {"interactions": [{"request": {"body": bytes(range(256))}, "response": {"body": {"string": b"\xff"}}}]}
    assert vcrpy_text.read_cassette(yamlserializer.serialize(values).encode()) == values


def test_what_is_changed_is_read_in_the_same_way_or_left():
    source = random.Random(1)
    pieces = ["'", '"', "\\", "\n", " ", "- ", ": ", ":", "#", "null", "1", "|", ">", "\\\n", "\\ ", "&a", "{}", "%"]
    for _ in range(200):
        text = yamlserializer.serialize(cassette(*source.sample(TEXTS, 2)))
        at = source.randrange(len(text))
        changed = text[:at] + source.choice(pieces) + text[at + source.randrange(3) :]
        found = vcrpy_text.read_cassette(changed.encode())
        assert found is None or repr(found) == repr(yamlserializer.deserialize(changed)), changed


@pytest.mark.parametrize(
    "text",
    [
        "a: |\n  text\n",
        "a: &x b\nc: *x\n",
        "a: [b]\n",
        "a: b\r\n",
        "a: caf\xe9\n",
        "a: yes\n",
        "yes: b\n",
        "a: b\na: c\n",
        "a: b\n---\nc: d\n",
        "a: 'b\nc'\n",
        'a: "\\q"\n',
        'a: "b\\\n--- "\n',
        "a: !!binary |\n    YQ==\n   YQ==\n",
        "a:\n",
        "a: b",
    ],
)
def test_what_vcrpy_does_not_write_is_left(text):
    assert vcrpy_text.read_cassette(text.encode()) is None
