"""What other tests recorded for a request, as a run would find it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from recproxy.config.profile import Endpoint, Profile
from recproxy.matching.miss import RecordedFor
from recproxy.play.elsewhere import Elsewhere
from recproxy.recording import Request

TEXT = "#recproxy 2\n\n:scope {scope}\nGET https://a.example/{what} HTTP/1.1\n\n====\nHTTP/1.1 200 OK\n\nhi\n=======\n"


@pytest.fixture
def suite(tmp_path):
    def write(name, what):
        path = tmp_path / "recordings/shop" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        scope = name.removesuffix(".rec").replace("/", ".")
        path.write_text(TEXT.format(scope=scope, what=what))
        return str(path)

    return write


@pytest.fixture
def find(tmp_path):
    profile = Profile(name="shop", endpoints=(Endpoint(hosts=("a.example",)),))

    def found(what, expected="test_m/test_new.rec", playing=(), missed=()):
        elsewhere = Elsewhere(tmp_path / "recordings", profile, profile.ways(folder=str(tmp_path)), root=tmp_path)
        request, *before = [
            Request(method="GET", url=f"https://a.example/{each}", wild=None) for each in (what, *missed)
        ]
        return elsewhere.find(request, None, str(tmp_path / "recordings/shop" / expected), playing, before)

    return found


def test_the_recording_of_a_test_that_is_gone_is_named_with_its_new_name(suite, find, tmp_path):
    (tmp_path / "test_m.py").write_text("def test_new(): ...\ndef test_used(): ...\n")
    suite("test_m/test_old.rec", "one")
    suite("test_m/test_used.rec", "one")

    assert find("one") == RecordedFor(
        method="GET",
        url="https://a.example/one",
        where="recordings/shop/test_m/test_old.rec:4",
        test="test_m.test_old",
        recording="test_m/test_old.rec",
        place=f"{tmp_path}/recordings/shop/test_m/test_old.rec:4",
        rename="test_m/test_old test_m/test_new",
        profiles=("shop",),
    )


@pytest.mark.parametrize(
    ("module", "expected", "words"),
    [("", "sub/test_n/test_old.rec", "test_m sub/test_n"), ("def test_b(): ...\n", "test_n/test_old.rec", "")],
    ids=["renamed", "still there"],
)
def test_a_module_that_was_renamed_is_moved_whole(suite, find, tmp_path, module, expected, words):
    if module:
        (tmp_path / "test_m.py").write_text(module)
    suite("test_m/test_old.rec", "one")

    found = find("one", expected)

    assert (found.rename, found.module) == (f"test_m/test_old {expected.removesuffix('.rec')}", words)
    assert found.advice("shop")[0] == (
        "if the module was renamed, for all its tests: recproxy mv test_m sub/test_n"
        if words
        else f"if the test was renamed: recproxy mv {found.rename}"
    )


def test_of_a_renamed_module_whose_tests_all_log_in_the_one_of_the_same_name_is_named(suite, find):
    for name in ("test_a", "test_new", "test_z"):
        suite(f"test_old/{name}.rec", "login")

    found = find("login")

    assert (found.test, found.module) == ("test_old.test_new", "test_old test_m")


def test_that_of_a_test_which_is_there_is_not_given_away(suite, find, tmp_path):
    (tmp_path / "test_m.py").write_text("def test_new(): ...\ndef test_used(): ...\n")
    suite("test_m/test_used.rec", "one")

    found = find("one")

    assert (found.test, found.rename) == ("test_m.test_used", "")


def test_of_recordings_that_hold_it_alike_none_is_named_until_a_miss_tells_them_apart(suite, find, tmp_path):
    (tmp_path / "test_m.py").write_text("def test_new(): ...\n")
    for name, what in (("test_a", "one"), ("test_b", "two")):
        path = Path(suite(f"test_m/{name}.rec", what))
        path.write_text(
            path.read_text() + TEXT.format(scope=f"test_m.{name}", what="login").removeprefix("#recproxy 2\n")
        )

    assert find("login") == RecordedFor(count=2)
    assert find("login", missed=("two",)).test == "test_m.test_b"
    assert find("one", missed=("login",)).test == "test_m.test_a"


def test_what_is_in_play_what_failed_and_what_does_not_parse_is_passed_over(suite, find, tmp_path):
    playing = suite("test_m/test_a.rec", "one")
    suite("test_m/test_b.failed.rec", "one")
    (tmp_path / "recordings/shop/test_m/test_c.rec").write_text("nothing")

    assert find("one", playing=(playing,)) is None
    assert find("two") is None


CALL = """#recproxy 2

:scope test_m.test_used
POST https://a.example/v1.Notes/Send HTTP/1.1
content-type: application/grpc
:encoding grpc
:message v1.Note text=1

{"text": "hello"}
====
HTTP/1.1 200 OK

=======
"""


@pytest.mark.parametrize("encoding", ["grpc", None], ids=["one message", "messages of a stream"])
def test_a_call_is_found_by_the_names_that_its_recording_has(encoding, suite, tmp_path):
    Path(suite("test_m/test_used.rec", "one")).write_text(CALL)
    profile = Profile(name="shop", endpoints=(Endpoint(hosts=("a.example",)),))
    elsewhere = Elsewhere(tmp_path / "recordings", profile, profile.ways(folder=str(tmp_path)), root=tmp_path)

    def found(text):
        headers = ((b"content-type", b"application/grpc"),)
        request = Request(method="POST", url="https://a.example/v1.Notes/Send", headers=headers, encoding=encoding)
        return elsewhere.find(replace(request, body=b'{"1": "%s"}' % text, wild=None), None, None, ())

    assert found(b"hello").test == "test_m.test_used"
    assert found(b"bye") is None
