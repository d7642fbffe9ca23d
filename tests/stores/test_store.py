"""A store as fsspec reaches it, and what goes wrong with its URL."""

import sys

import pytest

pytest.importorskip("fsspec")

from recproxy.errors import ConfigurationError, RecordingError
from recproxy.stores.lock import LockedFile
from recproxy.stores.store import opened_store


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("nosuch://bucket/suite", "recordings = 'nosuch://bucket/suite' is no store: Protocol not known: nosuch"),
        ("sftp://me:pass-word@host/x", "a password does not belong into the URL of a store"),
        ("simplecache::s3://AKIA1:pass-word/x@bucket/x", "a password does not belong into the URL of a store"),
        ("nosuch://pass-word@bucket/x?key=pass-word", "recordings = 'nosuch://XXX@bucket/x?XXX' is no store: "),
        ("simplecache::nosuch://pass-word@bucket/x", "recordings = 'simplecache::nosuch://XXX@bucket/x' is no store: "),
    ],
)
def test_a_url_that_is_no_store_is_one_line(url, said):
    with pytest.raises(ConfigurationError) as raised:
        opened_store(url)

    assert said in raised.value.message
    assert "pass-word" not in raised.value.message


def test_a_missing_library_is_named_with_the_command_that_installs_it(monkeypatch):
    monkeypatch.setitem(sys.modules, "fsspec.core", None)

    with pytest.raises(ConfigurationError) as caught:
        opened_store("memory://suite")
    assert caught.value.message == "recordings = 'memory://suite' needs fsspec: pip install 'recproxy[store]'"


def test_what_a_backend_raises_is_one_printable_line(monkeypatch):
    store = opened_store("memory://suite")

    def info(_):
        raise ValueError("no\nroute\x1b[2J" + "x" * 1000)

    monkeypatch.setattr(store._system, "info", info)
    with pytest.raises(RecordingError) as raised:
        store.has("a.rec", LockedFile(sha256="a" * 64, size=1))

    assert raised.value.message.startswith("a.rec: cannot be looked up: memory://suite: no route")
    assert raised.value.message.isprintable() and len(raised.value.message) < 500


def test_no_message_shows_a_user_name_or_a_query_of_the_url(monkeypatch):
    store = opened_store("memory://pass-word@suite/x?key=other-word")

    def info(_):
        raise ValueError("no bucket pass-word@suite: GET https://host/?sign=other-word")

    monkeypatch.setattr(store._system, "info", info)
    with pytest.raises(RecordingError) as raised:
        store.has("a.rec", LockedFile(sha256="a" * 64, size=1))

    assert raised.value.message == (
        "a.rec: cannot be looked up: memory://XXX@suite/x?XXX: no bucket XXX@suite: GET https://host/?XXX"
    )


def test_an_object_is_whole_changed_or_missing():
    store = opened_store("memory://checked")
    file = LockedFile(sha256="a" * 64, size=3)

    assert (store.has("a.rec", file), store.check("a.rec", file)) == (False, "missing")
    store._system.pipe_file(store._place(file), b"abc")
    assert (store.has("a.rec", file), store.check("a.rec", file)) == (True, "changed")
    store._system.rm(store._root, recursive=True)


def test_a_store_that_answers_nothing_is_not_asked_for_ever(monkeypatch):
    store = opened_store("memory://silent")
    asked, file = [], LockedFile(sha256="a" * 64, size=1)

    def info(place):
        asked.append(place)
        raise OSError(f"no route to {place}")

    def said(number):
        with pytest.raises(RecordingError) as raised:
            store.has(f"{number}.rec", file)
        return raised.value.message.partition(": ")[2]

    monkeypatch.setattr(store._system, "info", info)
    reasons = [said(number) for number in range(100)]

    assert len(asked) == 8
    assert set(reasons) == {
        "cannot be looked up: memory://silent: no route to /silent",
        "cannot be looked up: not tried, because memory://silent has answered nothing so far",
    }


def test_a_store_that_has_answered_once_is_asked_again(monkeypatch):
    store = opened_store("memory://flaky")
    file = LockedFile(sha256="a" * 64, size=1)
    assert not store.has("a.rec", file)

    def info(_):
        raise OSError("no route")

    monkeypatch.setattr(store._system, "info", info)
    for _ in range(100):
        with pytest.raises(RecordingError, match="no route"):
            store.has("a.rec", file)
