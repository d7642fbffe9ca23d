from __future__ import annotations

import json

import pytest

from recproxy.recording.jsontext import compact, pretty

LONG = "x" * 80


def dumps(value, **how) -> bytes:
    return json.dumps(value, **how).encode()


def test_compact_json_needs_no_word():
    body = dumps({"id": [1, 2.50, {}], "e": [], "t": LONG}, separators=(",", ":"))
    style, text = pretty(body)

    assert style == ()
    assert text.decode() == f'{{\n  "id": [\n    1,\n    2.5,\n    {{}}\n  ],\n  "e": [],\n  "t": "{LONG}"\n}}'
    assert compact(text, style, "XXX") == body


def test_json_with_wildcards_without_quotes_is_written_over_several_lines():
    body = b'{"n": XXX[n], "all": [XXX, XXX[a.b]], "t": "%s"}' % LONG.encode()
    style, text = pretty(body, "XXX")

    assert style == ("spaced",)
    assert text.decode() == f'{{\n  "n": XXX[n],\n  "all": [\n    XXX,\n    XXX[a.b]\n  ],\n  "t": "{LONG}"\n}}'
    assert compact(text, style, "XXX") == body
    assert pretty(body) is None
    assert pretty(body, "YYY") is None


@pytest.mark.parametrize(
    ("body", "style"),
    [
        (dumps({"a": [1, 2], "t": LONG}), ("spaced",)),
        (dumps({"a": "é東😀", "t": LONG}), ("spaced", "ascii")),
        (dumps({"a": "é東😀", "t": LONG}, separators=(",", ":")), ("ascii",)),
        (dumps({"a": "é東😀", "t": LONG}, ensure_ascii=False), ("spaced",)),
        (dumps({"a": "é東😀", "t": LONG}).replace(b"\\u00e9", b"\\u00E9")[:-1] + b"}\n", ()),
        (dumps(["\u00e9", LONG]).replace(b"e9", b"E9"), ("spaced", "ascii-upper")),
        (dumps([LONG]) + b"\n", ("newline",)),
        (dumps([1, "é", LONG]) + b"\n", ("spaced", "ascii", "newline")),
    ],
)
def test_the_words_of_a_style_are_no_more_than_needed(body, style):
    got, text = pretty(body)

    assert compact(text, got, "XXX") == body
    if style:
        assert got == style


def test_escapes_are_shown_as_the_characters_they_stand_for():
    _, text = pretty(dumps(["é東😀", LONG]))

    assert text.decode() == f'[\n  "é東😀",\n  "{LONG}"\n]'


@pytest.mark.parametrize(
    "escape",
    [r"\u0000", r"\u003c", r"\/", r"\\u00e9", r"\u0085", r"\u00a0", r"\u2028", r"\u202e", r"\ud800", r"\ufeff"],
)
def test_escapes_of_what_is_not_seen_stay(escape):
    body = rf'["{escape}","\u00e9","{LONG}"]'.encode()
    style, text = pretty(body)

    assert style == ("ascii",)
    assert f'"{escape}",\n  "é"' in text.decode()
    assert compact(text, style, "XXX") == body


@pytest.mark.parametrize(
    "core",
    [
        '"a":1,"a":2',
        '"a":1.10,"b":1E5,"c":-0,"d":12345678901234567890123,"e":1e999',
        '"a":NaN,"b":-Infinity',
        '"a":' + "9" * 5000,
        r'"a":"\"[]{},:\\"',
        '"é":"\u00e9"',
        r'"mixed é":"\u00e9"',
        '"a":' + "[" * 50 + "]" * 50,
    ],
)
def test_repeated_keys_odd_numbers_and_strings_come_back(core):
    body = f'{{{core},"t":"{LONG}"}}'.encode()
    style, text = pretty(body)

    assert b"\n" in text
    assert compact(text, style, "XXX") == body


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b'{"a": 1}',
        dumps(LONG),
        dumps([LONG], indent=2),
        dumps([LONG, 1], separators=(" ,", ":")),
        dumps([1, 2, LONG]).replace(b"1, 2", b"1,2"),
        dumps([LONG]) + b"\n\n",
        b" " + dumps([LONG]),
        dumps([LONG])[:-1] + b"}",
        dumps({"a": LONG})[:-1] + b",}",
        b"[" + b"x" * 100 + b"]",
        b"[" * 65 + b"]" * 65,
        b"[" * 100_000 + b"]" * 100_000,
        b"\xff" + dumps([LONG]),
        b'["\xff' + LONG.encode() + b'"]',
    ],
)
def test_what_could_not_be_made_again_or_is_readable_is_left_alone(body):
    assert pretty(body) is None


def test_edited_text_is_written_in_its_style():
    edited = '\n{"a":  [1 ,2],\n\n"b" : "é \\n, :"}\n'.encode()

    assert compact(edited, (), "XXX") == '{"a":[1,2],"b":"é \\n, :"}'.encode()
    assert compact(edited, ("spaced", "newline"), "XXX") == '{"a": [1, 2], "b": "é \\n, :"}\n'.encode()
    assert compact(edited, ("ascii",), "XXX") == b'{"a":[1,2],"b":"\\u00e9 \\n, :"}'
    assert compact('["é😀"]'.encode(), ("ascii-upper",), "XXX") == b'["\\u00E9\\uD83D\\uDE00"]'


def test_the_wild_word_may_stand_where_a_value_may():
    assert compact(b'{"a": XXX, "b": [XXX[id], "XXX"]}', (), "XXX") == b'{"a":XXX,"b":[XXX[id],"XXX"]}'
    with pytest.raises(ValueError, match="expecting value"):
        compact(b'{"a": ZZZ}', (), "XXX")


@pytest.mark.parametrize(
    ("text", "line"),
    [(b"", 1), (b"{", 1), (b'{\n"a": 1\n"b": 2\n}', 3), (b'{"a": XXX,\n"b": XXX XXX}', 2), (b'["a\nb"]', 1)],
)
def test_what_is_no_json_is_refused_with_its_line(text, line):
    with pytest.raises(ValueError, match=r".") as caught:
        compact(text, (), "XXX")

    assert caught.value.args[1] == line


def test_what_is_nested_too_deeply_is_refused():
    with pytest.raises(ValueError, match="nested too deeply"):
        compact(b"[" * 100_000 + b"]" * 100_000, (), "XXX")


def test_escapes_that_all_stay_need_no_word():
    body = rf'["\u003c","{LONG}"]'.encode()

    assert pretty(body) == ((), rf'[\n  "\u003c",\n  "{LONG}"\n]'.replace("\\n", "\n").encode())
