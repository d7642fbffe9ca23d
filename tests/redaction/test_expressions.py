"""Expressions of a profile: which ones explode, and which texts cannot hold a match."""

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
