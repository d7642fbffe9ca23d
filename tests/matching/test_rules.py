from __future__ import annotations

import pytest

from recproxy.errors import ConfigurationError
from recproxy.matching.rules import WORDS, Rules, compared_parts


def test_by_default_all_but_scheme_and_headers_is_compared():
    chosen = compared_parts(Rules())

    assert (chosen.method, chosen.host, chosen.port, chosen.path, chosen.query, chosen.body) == (True,) * 6
    assert not chosen.scheme
    assert not chosen.raw_body
    assert chosen.headers == frozenset()


def test_named_headers_take_part_but_not_those_of_one_connection():
    assert compared_parts(Rules(headers=("X-Api", "connection", "expect"))).headers == {b"x-api"}


@pytest.mark.parametrize("word", WORDS)
def test_each_word_of_match_on_is_known(word):
    assert compared_parts(Rules(match_on=(word,))) == compared_parts(Rules(), (word,))


def test_uri_is_all_of_the_url():
    chosen = compared_parts(Rules(match_on=("uri",)))

    assert (chosen.scheme, chosen.host, chosen.port, chosen.path, chosen.query) == (True,) * 5
    assert not chosen.method
    assert not chosen.body


@pytest.mark.parametrize(
    ("rules", "headers"),
    [
        (Rules(match_on=("headers",)), None),
        (Rules(match_on=("headers",), headers=("x-api",)), {b"x-api"}),
        (Rules(match_on=("method",), headers=("x-api",)), frozenset()),
    ],
)
def test_match_on_says_which_headers_take_part(rules, headers):
    assert compared_parts(rules).headers == headers


def test_a_recording_s_own_match_on_stands_instead_of_the_rules():
    assert compared_parts(Rules(match_on=("method",)), ("path",)) == compared_parts(Rules(match_on=("path",)))


@pytest.mark.parametrize(
    ("word", "advice"), [("methods", "did you mean 'method'"), ("frobnicate", "known are method, scheme")]
)
def test_an_unknown_word_names_the_nearest_or_all(word, advice):
    with pytest.raises(ConfigurationError, match=advice):
        compared_parts(Rules(match_on=(word,)))


def test_pointers_are_taken_apart():
    chosen = compared_parts(
        Rules(ignore_json=("/a~1b/~0c/0", "plain", ""), secret_json=("/user/token", "Password"))
    ).json

    assert chosen.ignored == (("a/b", "~c", "0"), ("plain",), ())
    assert chosen.secret == (("user", "token"),)
    assert chosen.secret_keys == {"password"}
