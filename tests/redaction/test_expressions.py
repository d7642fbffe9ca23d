"""Expressions of a profile: which ones explode, and which texts cannot hold a match."""

import random
import re

import pytest

from recproxy.redaction.expressions import Expression, nested_repeat
from recproxy.redaction.name_rules import name_rules
from recproxy.redaction.rules import RedactionRules


@pytest.mark.parametrize(
    "expression",
    [
        "k_((?:a+)+)_e",
        "(a{1,40})+x",
        "(?:a|b+)*c",
        "(?:[a-z-]+-)+([0-9]+)",
        r"(?:\s*\w+)+x",
        "(?:a+b?)+c",
        "(?>(a+)+b)",
        "x(?=(a+)+b)",
        "(?:(?:ab)*?)*?c",
    ],
)
def test_a_repeat_in_a_repeat_explodes(expression):
    assert nested_repeat(expression)


@pytest.mark.parametrize(
    "expression",
    [
        "pi_[0-9A-Za-z]+_secret_([0-9A-Za-z]+)",
        "(?:[a-z]+-)+([0-9]+)",
        "(?:-[a-z]+)*x",
        r"(?:\w+\.)+x",
        "(?:[^,]+,)*z",
        "((a+)b)+",
        "(?:(?:ab)+c)+",
        "(?:a+)++b",
        "(?:a++)+b",
        "([0-9a-f]{4}-){3}x+",
        "a+b+",
    ],
)
def test_a_repeat_that_must_stop_where_the_other_goes_on_does_not(expression):
    assert not nested_repeat(expression)
    text = b"k_" + (b"a" * 40 + b"-") * 10 + b"ab,c." * 40 + b"!"
    re.compile(expression.encode()).search(text)  # comes to an end


@pytest.mark.parametrize(
    ("expression", "texts"),
    [
        ("k_([0-9a-f]+)", ["k_0a", "x k_0 k_1"]),
        ("k_(?:eu|us)([0-9]+)_end", ["k_eu1_end"]),
        ("(?i)KEY-[0-9]", ["key-1", "KEY-1"]),
        ("(?i:KEY)-[0-9]", ["key-1"]),
        ("(?x) a b  # c", ["ab"]),
        ("ab|cd", ["ab", "cd"]),
        ("abc?e", ["abe", "abce"]),
        ("(?:xyz)?k[0-9]", ["k1", "xyzk1"]),
        ("(?:xyz)+k", ["xyzk", "xyzxyzk"]),
        ("(?P<a>k+)_(?P=a)", ["kk_kk"]),
        ("^abc$", ["abc"]),
        (r"\babc\b", ["x abc y"]),
        ("a(?=bcd)b", ["abcd"]),
        ("a(?!bcd)b", ["abx"]),
        ("(?<=a/b)c[0-9]", ["a/bc1"]),
        ("a(?<=za)b", ["zab"]),
        ("(?=abc)a[a-z]+", ["abcd"]),
        ("\u043a_[0-9]", ["\u043a_1"]),
        ("[0-9]+", ["1", "a"]),
        ("", ["a"]),
    ],
)
def test_texts_without_the_letters_are_not_searched_and_no_match_is_lost(expression, texts):
    pattern = re.compile(expression.encode())
    rules = name_rules(RedactionRules(patterns=("never", expression, expression)))
    for text in (each.encode() for each in (*texts, "nothing")):
        spans = [place for each in rules.patterns_for(text) for place in each.places(text)]
        assert spans == [each.span() for each in pattern.finditer(text) if each[0]] * 2


@pytest.mark.parametrize(
    ("expression", "letters"),
    [
        ("[0-9A-Za-z]+_secret_([0-9A-Za-z]+)", b"_secret_"),
        ("(?<=/upload/v1/)([0-9a-z]{4,})", b"/upload/v1/"),
        ("([0-9]+)(?=_end)", b"_end"),
        ("([0-9]+)(?!_end)", b""),
        ("(?<!_begin)([0-9]+)", b""),
    ],
)
def test_a_text_without_the_letters_is_not_searched(expression, letters):
    assert Expression(re.compile(expression.encode())).letters == letters
    assert len(name_rules(RedactionRules(patterns=(expression,))).patterns_for(b"abcd" * 250_000)) == (not letters)


NEAR = [
    rb"(?<![\w.+\\-])[\w.+-]{1,64}+@(?:[A-Za-z0-9-]{1,63}\.){1,8}[A-Za-z]{2,63}(?![\w-])",
    rb"(?<=to )\w{1,8}@|@\w{1,8}(?= end)",
    rb"(?<=ab)\w{1,3}(?=@.{0,9}!)",
    rb"(?:^|x)\w{0,9}@\w{0,9}(?:$|y)",
    rb"@(?!.{0,20}no)\w{1,9}",
]


@pytest.mark.parametrize("pattern", NEAR)
def test_what_is_found_near_the_letters_of_an_expression_is_what_is_found_in_all_of_a_text(pattern):
    made = random.Random(pattern)
    pieces = [b"ann@corp.example", b" ", b"to ", b" end", b"ab", b"@", b"x", b"y", b"!", b".", b"-", b"no", b"w" * 70]
    expression, found = Expression(re.compile(pattern)), 0
    for _ in range(200):
        parts = [made.choice(pieces) for _ in range(made.randrange(40))]
        parts.insert(made.randrange(len(parts) + 1), b"q " * made.choice([1, 400, 3000]))
        text = b"".join(parts)
        wanted = [each.span() for each in re.finditer(pattern, text) if each[0]]
        assert list(expression.places(text)) == wanted
        found += len(wanted)
    assert found


def test_a_pointer_is_followed_only_in_a_text_that_has_its_keys():
    rules = name_rules(RedactionRules(json=("/a/*/b", "/0/c", "/a~1b", "/eé")))

    assert rules.pointers_for(b'{"a": [{"b": 1}]}') == [rules.pointers[0]]
    assert rules.pointers_for(b'[{"c": 1}]') == [rules.pointers[1]]
    assert rules.pointers_for(b'{"a/b": 1, "e\xc3\xa9": 2}') == list(rules.pointers[2:])
    assert rules.pointers_for(b'{"a": "\\u0062"}') == rules.pointers
    assert rules.pointers_for(b"{}") == []
