"""The words by which a person names a test's recording."""

from __future__ import annotations

import pytest

from recproxy.cli.recording_words import RecordingWords
from recproxy.errors import ConfigurationError, RecordingNotFound


@pytest.fixture
def words(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    shop = tmp_path / "recordings/shop"
    for name in ("sub/test_m/test_a.rec", "sub/test_m/TestB.test_b[x].rec", "conftest/account.fixture.rec"):
        (shop / name).parent.mkdir(parents=True, exist_ok=True)
        (shop / name).write_text("")
    return RecordingWords(recordings=tmp_path / "recordings", root=tmp_path, folders=[shop])


@pytest.mark.parametrize(
    ("word", "name"),
    [
        ("sub/test_m/test_a", "sub/test_m/test_a"),
        ("sub/test_m/test_a.rec", "sub/test_m/test_a"),
        ("sub/test_m/", "sub/test_m"),
        ("recordings/shop/sub/test_m/test_a.rec", "sub/test_m/test_a"),
        ("sub/test_m.py::test_a", "sub/test_m/test_a"),
        ("sub/test_m.py::TestB::test_b[x]", "sub/test_m/TestB.test_b[x]"),
        ("test_m.TestB.test_b[x]", "sub/test_m/TestB.test_b[x]"),
        ("test_m", "sub/test_m"),
        ("conftest.account", "conftest/account.fixture"),
    ],
)
def test_what_is_there_is_found_by_each_of_its_names(words, word, name):
    assert words.known(word) == name


def test_what_is_not_there_is_refused_with_the_nearest(words):
    with pytest.raises(RecordingNotFound) as caught:
        words.known("sub/test_m/test_aa")
    assert caught.value.message == (
        "sub/test_m/test_aa: there is no such recording in recordings/shop (nearest: sub/test_m/test_a): "
        "name it as MODULE/TEST, or MODULE for all its tests"
    )


def test_a_scope_of_two_modules_is_refused_with_their_names(words):
    (words.folders[0] / "api/test_m").mkdir(parents=True)
    (words.folders[0] / "api/test_m/test_a.rec").write_text("")

    for word, both in (("test_m.test_a", "api/test_m/test_a, sub/test_m/test_a"), ("test_m", "api/test_m, sub/test_m")):
        with pytest.raises(RecordingNotFound) as caught:
            words.known(word)
        assert caught.value.message == f"{word}: several recordings have this scope: name one of {both}"


def test_a_name_that_leads_out_of_the_folder_is_refused(words):
    for word in ("../bank/test_m/test_a", ".", "test_m//test_a"):
        with pytest.raises(RecordingNotFound):
            words.known(word)
        with pytest.raises(ConfigurationError, match="not a name below the recordings of a profile"):
            words.new(word, "sub/test_m/test_a")


@pytest.mark.parametrize(
    ("word", "old", "name"),
    [
        ("test_m.test_n", "sub/test_m/test_a", "sub/test_m/test_n"),
        ("test_n.TestC.test_n", "sub/test_m/test_a", "sub/test_n/TestC.test_n"),
        ("test_n.test_n", "tests.sub.test_m/test_a", "tests.sub.test_n/test_n"),
        ("test_n", "sub/test_m", "test_n"),
        ("sub/test_n", "sub/test_m", "sub/test_n"),
    ],
)
def test_a_new_name_may_be_a_scope_too(words, word, old, name):
    assert words.new(word, old) == name
