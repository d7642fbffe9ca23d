"""What the strings of a profile must be; test_profile_reading.py has the error of each key."""

import pytest

from recproxy.config import profile_words as words
from recproxy.config.profile_words import ADDRESS, HOST, PORT, PROFILE_NAME


def test_a_host_has_one_normal_form():
    assert [HOST.normal(host) for host in ("2001:DB8:0:0::7", "[2001:db8::7]")] == ["2001:db8::7"] * 2
    assert [HOST.normal(host) for host in ("API.Shop.Example.", "*.a.example", "*", "::1", "b\u00fccher.example")] == [
        "api.shop.example", "*.a.example", "*", "::1", "xn--bcher-kva.example",
    ]  # fmt: skip


@pytest.mark.parametrize("word", [PROFILE_NAME, HOST, ADDRESS])
def test_a_wrong_word_is_said_with_what_is_expected(word):
    with pytest.raises(ValueError, match=r"^is 'a b/c': \w"):
        word.normal("a b/c")


def test_each_pattern_says_what_it_expects():
    found = [getattr(words, name) for name in words.__all__ if name not in ("SCHEMA", "is_host")]

    assert [word for word in found if bool(word.pattern or word.span) != bool(word.wrong)] == []


@pytest.mark.parametrize(
    ("host", "wanted"),
    [
        ("a.example", True),
        ("10.0.0.1", True),
        ("::1", True),
        ("*.a.example", False),
        ("../x.y", False),
        ("a..b", False),
    ],
)
def test_what_is_a_host(host, wanted):
    assert words.is_host(host) is wanted


@pytest.mark.parametrize("text", ["0", "65536", "http", "-1", "", "\u0661"])
def test_a_port_is_a_number_that_a_connection_can_have(text):
    assert PORT.normal("8443") == "8443"
    with pytest.raises(ValueError, match='write a port as a string, such as "8443"'):
        PORT.normal(text)
