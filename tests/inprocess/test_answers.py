"""Recordings in play for a client's transport: matched, repeated, filled in and in the coding that is taken."""

import gzip
import io

import pytest

from recproxy.errors import ConfigurationError
from recproxy.inprocess.answers import Source, live_request
from recproxy.profile import Endpoint, Match, Profile
from recproxy.recording import load

PROFILE = Profile(name="shop", endpoints=(Endpoint(hosts=("shop.example",)),), match=Match(ignore_query=("nonce",)))


def block(asked, said="ok", head="HTTP/1.1 200 OK"):
    return f"{asked}\n\n\n====\n{head}\n\n{said}\n=======\n\n"


def opened(*blocks, **options):
    recording = load(("#recproxy 2\n\n" + "".join(blocks)).encode(), path="a.rec")
    return Source(recordings=(recording,), **({"profile": PROFILE} | options)).opened()


def get(path, *headers):
    return live_request("GET", f"https://shop.example{path}", headers, None)


A = "GET https://shop.example/a HTTP/1.1"


def test_what_fits_is_played_in_order_and_the_last_stays():
    answers = opened(block(A, "1"), block(A, "2"))

    assert [answers.take(get("/a")) for _ in range(3)] == [0, 1, 1]
    assert answers.take(get("/b")) is None
    assert answers.fitting(get("/a")) == (0, 1)


def test_the_word_for_repeats_and_the_rules_of_the_profile_are_kept():
    answers = opened(block(A), repeat="miss")

    assert answers.has(get("/a?nonce=7"))
    assert answers.take(get("/a?nonce=7")) == 0
    assert not answers.has(get("/a"))


def test_the_words_of_a_test_compare_instead_of_the_files():
    answers = opened(block(A), match_on=("method", "host"))

    assert answers.take(get("/other")) == 0
    with pytest.raises(ConfigurationError, match="match_on: 'pth' is not a part of a request; did you mean 'path'"):
        opened(block(A), match_on=("pth",))


def test_named_wild_places_are_bound_by_the_request():
    answers = opened(block("GET https://shop.example/XXX[id] HTTP/1.1", "it is XXX[id]"))

    assert answers.response(answers.take(get("/seven"))).body == b"it is seven"
    assert answers.recorded(0).body == b"it is XXX[id]"


def test_a_body_is_coded_for_who_takes_the_coding():
    answers = opened(block(A, "plain", "HTTP/1.1 200 OK\nContent-Encoding: gzip\n:encoding gzip"))

    coded, plain = answers.response(0, b"br, gzip"), answers.response(0, b"br")

    assert (gzip.decompress(coded.body), coded.headers) == (b"plain", ((b"Content-Encoding", b"gzip"),))
    assert (plain.body, plain.headers) == (b"plain", ())


def test_a_body_that_was_not_stored_is_no_answer():
    answers = opened(block(A, "", "HTTP/1.1 200 OK\n:body omitted 99"))

    assert answers.take(get("/a")) is None
    assert "was not stored: it has 99 bytes" in answers.missed(get("/a")).text()


def test_a_miss_shows_the_closest_and_no_secret():
    answers = opened(block("GET https://shop.example/a?page=1&access_token=XXX HTTP/1.1"))

    missed = answers.missed(get("/a?page=2&access_token=hunter2hunter2"))

    assert [(one.wanted, one.got) for one in missed.differences] == [("1", "2")]
    assert "hunter2" not in missed.text()


@pytest.mark.parametrize(
    ("body", "wanted"),
    [
        (None, b""),
        ("é", "é".encode()),
        (b"a", b"a"),
        (bytearray(b"a"), b"a"),
        ([b"a", "b"], b"ab"),
        (iter([b"a", b"b"]), b"ab"),
        (io.BytesIO(b"a\nb"), b"a\nb"),
    ],
)
def test_a_body_of_any_kind_is_bytes(body, wanted):
    assert live_request("POST", "https://shop.example/", {}, body).body == wanted


def test_headers_of_any_kind_are_lines():
    got = live_request("GET", "https://shop.example/", {"A": ["1", b"2"], "B": 3}, None)

    assert got.headers == ((b"A", b"1"), (b"A", b"2"), (b"B", b"3"))


def test_a_coded_request_is_compared_by_its_payload():
    coded = gzip.compress(b"payload")

    got = live_request("POST", "https://shop.example/", [("Content-Encoding", "GZIP")], coded)
    damaged = live_request("POST", "https://shop.example/", [("Content-Encoding", "gzip")], b"no")

    assert (got.body, got.encoding) == (b"payload", "gzip")
    assert (damaged.body, damaged.encoding) == (b"no", None)
