"""Recordings in play for a client's transport: matched, repeated, filled in and in the coding that is taken."""

import gzip
import io
import sys
from dataclasses import replace

import pytest

from recproxy.config.ignore_table import IgnoreTable
from recproxy.config.profile import Endpoint, HookNames, Match, Profile
from recproxy.errors import ConfigurationError, HookError
from recproxy.recording import load
from recproxy.testing.inprocess.answers import AnswerSource, request_of_client

PROFILE = Profile(
    name="shop", endpoints=(Endpoint(hosts=("shop.example",)),), match=Match(ignore=IgnoreTable(query=("nonce",)))
)


def block(asked, said="ok", head="HTTP/1.1 200 OK"):
    return f"{asked}\n\n\n====\n{head}\n\n{said}\n=======\n\n"


def opened(*blocks, **options):
    recording = load(("#recproxy 2\n\n" + "".join(blocks)).encode(), path="a.rec")
    return AnswerSource(recordings=(recording,), **({"profile": PROFILE} | options)).opened()


def get(path, *headers):
    return request_of_client("GET", f"https://shop.example{path}", headers, None)


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

    assert answers.response(answers.take(get("/seven")), get("/seven")).body == b"it is seven"
    assert answers.recorded(0).body == b"it is XXX[id]"


def test_a_body_is_coded_for_who_takes_the_coding():
    answers = opened(block(A, "plain", "HTTP/1.1 200 OK\nContent-Encoding: gzip\n:encoding gzip"))

    coded, plain = answers.response(0, get("/a"), b"br, gzip"), answers.response(0, get("/a"), b"br")

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
    assert request_of_client("POST", "https://shop.example/", {}, body).body == wanted


def test_headers_of_any_kind_are_lines():
    got = request_of_client("GET", "https://shop.example/", {"A": ["1", b"2"], "B": 3}, None)

    assert got.headers == ((b"A", b"1"), (b"A", b"2"), (b"B", b"3"))


def test_a_coded_request_is_compared_by_its_payload():
    coded = gzip.compress(b"payload")

    got = request_of_client("POST", "https://shop.example/", [("Content-Encoding", "GZIP")], coded)
    damaged = request_of_client("POST", "https://shop.example/", [("Content-Encoding", "gzip")], b"no")

    assert (got.body, got.encoding) == (b"payload", "gzip")
    assert (damaged.body, damaged.encoding) == (b"no", None)


HOOKS = """
from dataclasses import replace
from recproxy.hooks import Response


def compare(request):
    return replace(request, url=request.url.lower())


def respond(request, recorded):
    if request.url.endswith("/boom"):
        raise RuntimeError("no")
    if recorded is None:
        return Response(status=202, reason=b"Made", body=b"made") if request.url.endswith("/made") else None
    return replace(recorded, body=recorded.body + b"!") if request.method == "GET" else None
"""


@pytest.fixture
def hooked(tmp_path):
    (tmp_path / "hooks_of_shop.py").write_text(HOOKS)
    path = list(sys.path)
    names = HookNames(compare="hooks_of_shop:compare", respond="hooks_of_shop:respond", folders=(str(tmp_path),))
    yield AnswerSource(
        recordings=(load(("#recproxy 2\n\n" + block(A)).encode()),), profile=replace(PROFILE, hooks=names)
    )
    sys.path[:] = path
    sys.modules.pop("hooks_of_shop", None)


def test_the_hooks_of_the_profile_compare_and_respond(hooked):
    answers = hooked.opened()
    asked = get("/A")

    assert answers.response(answers.take(asked), asked).body == b"ok!"
    assert answers.made(get("/other")) is None
    assert answers.made(get("/made")).body == b"made"
    assert (answers.has(get("/made")), answers.has(get("/other"))) == (True, False)
    with pytest.raises(
        HookError, match=r"^hook respond of profile 'shop' raised at .*hooks_of_shop\.py:12: RuntimeError: no$"
    ):
        answers.made(get("/boom"))


def test_the_hooks_answer_behind_both_doors(hooked):
    requests = pytest.importorskip("requests")
    pytest.importorskip("responses")
    pytest.importorskip("vcr")
    from recproxy.testing.inprocess.with_responses import mock_of
    from recproxy.testing.inprocess.with_vcrpy import cassette_of

    for door in (mock_of, cassette_of):
        with door(hooked, {}):
            recorded, made = requests.get("https://shop.example/A"), requests.get("https://shop.example/made")
            assert (recorded.text, made.text, made.status_code, made.reason) == ("ok!", "made", 202, "Made")


def test_a_hook_that_is_not_there_is_told_at_once(hooked):
    names = replace(hooked.profile.hooks, respond="hooks_of_shop:nothing")

    with pytest.raises(HookError, match="has no function 'nothing'"):
        replace(hooked, profile=replace(hooked.profile, hooks=names)).opened()
