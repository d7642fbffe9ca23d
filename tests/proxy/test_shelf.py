"""Recordings that are read once while their files stay as they are."""

import os
import time
from pathlib import Path

import pytest

from recproxy.errors import RecordingError
from recproxy.matching import Rules
from recproxy.proxy.shelf import Shelf

TEXT = "#recproxy 2\n\nGET https://api.shop.example/{path} HTTP/1.1\n\n====\nHTTP/1.1 200 OK\n\n=======\n"
HOSTS = ("api.shop.example",)


def write(path: Path, word: str, *, ago: float = 10.0) -> str:
    path.write_text(TEXT.format(path=word))
    moment = time.time_ns() - int(ago * 1e9)
    os.utime(path, ns=(moment, moment))
    return str(path)


def asked(recording) -> str:
    return recording.interactions[0].request.url.rpartition("/")[2]


def test_a_file_that_stays_is_read_once(tmp_path):
    path, shelf = write(tmp_path / "a.rec", "one"), Shelf()

    assert shelf.read(path) is shelf.read(path)


def test_a_file_that_changed_is_read_anew(tmp_path):
    path, shelf = write(tmp_path / "a.rec", "one"), Shelf()
    before = shelf.read(path)
    write(tmp_path / "a.rec", "two", ago=9)

    assert (asked(before), asked(shelf.read(path))) == ("one", "two")


def test_a_file_put_in_its_place_is_read_even_with_the_same_moment_and_size(tmp_path):
    path, shelf = write(tmp_path / "a.rec", "one"), Shelf()
    shelf.read(path)
    status = os.stat(path)
    other = write(tmp_path / "b.rec", "two")
    os.utime(other, ns=(status.st_mtime_ns, status.st_mtime_ns))
    os.replace(other, path)

    assert asked(shelf.read(path)) == "two"


def test_a_file_that_changed_a_moment_ago_is_not_kept(tmp_path):
    path, shelf = write(tmp_path / "a.rec", "one", ago=0), Shelf()

    assert shelf.read(path) is not shelf.read(path)


def test_a_file_that_went_or_broke_is_told(tmp_path):
    path, shelf = write(tmp_path / "a.rec", "one"), Shelf()
    shelf.read(path)
    Path(path).write_text("#recproxy 2\n\nnonsense\n")
    with pytest.raises(RecordingError, match=r"a.rec:3"):
        shelf.read(path)
    Path(path).unlink()
    with pytest.raises(RecordingError, match="cannot be read"):
        shelf.read(path)


def test_what_was_used_longest_ago_goes_when_there_is_too_much(tmp_path):
    paths = [write(tmp_path / f"{number}.rec", f"path{number}") for number in range(3)]
    shelf = Shelf(most=2 * os.stat(paths[0]).st_size)
    first, second = shelf.read(paths[0]), shelf.read(paths[1])
    assert shelf.read(paths[0]) is first
    shelf.read(paths[2])

    assert shelf.read(paths[0]) is first
    assert shelf.read(paths[1]) is not second


def test_an_index_is_made_once_for_the_same_recordings_and_rules(tmp_path):
    shelf = Shelf()
    one = [shelf.read(write(tmp_path / "a.rec", "one"))]
    two = [*one, shelf.read(write(tmp_path / "b.rec", "two"))]
    rules, other = Rules(), Rules(ignore_query=("nonce",))
    index = shelf.index(one, rules, HOSTS, None)

    assert shelf.index(one, rules, HOSTS, None) is index
    assert index.recordings == tuple(one)
    for words in ((two, rules, HOSTS, None), (one, other, HOSTS, None), (one, rules, HOSTS, ("method",))):
        assert shelf.index(*words) is not index
        assert shelf.index(*words) is shelf.index(*words)
    assert shelf.index(one, rules, HOSTS, ("method",)).recordings[0].match_on == ("method",)


def test_an_index_of_what_is_not_kept_is_made_each_time(tmp_path):
    shelf = Shelf()
    recording = shelf.read(write(tmp_path / "a.rec", "one", ago=0))

    assert shelf.index([recording], Rules(), HOSTS, None) is not shelf.index([recording], Rules(), HOSTS, None)


def test_indexes_that_were_used_longest_ago_go(tmp_path):
    shelf = Shelf()
    recording = [shelf.read(write(tmp_path / "a.rec", "one"))]
    first = shelf.index(recording, Rules(), HOSTS, None)
    for number in range(16):
        shelf.index(recording, Rules(ignore_query=(str(number),)), HOSTS, None)

    assert shelf.index(recording, Rules(), HOSTS, None) is not first


def test_what_another_tool_put_in_the_place_of_a_variable_stands_for_anything(tmp_path):
    cassette = (
        "{'interactions': [{'request': {'method': 'GET', 'uri': 'https://api.shop.example/?key=<SHOP_KEY>', 'headers': {}},"
        " 'response': {'status': {'code': 200, 'message': 'OK'}, 'headers': {}, 'body': {'string': '<SHOP_KEY> <OTHER>'}}}]}"
    ).replace("'", '"')
    (tmp_path / "a.json").write_text(cassette)
    (tmp_path / "b.rec").write_text(TEXT.format(path="<SHOP_KEY>"))
    shelf = Shelf(variables=("SHOP_KEY",))
    [got] = shelf.read(str(tmp_path / "a.json")).interactions

    assert got.request.url == "https://api.shop.example/?key=XXX[SHOP_KEY]"
    assert got.response.body == b"XXX[SHOP_KEY] <OTHER>"
    assert asked(shelf.read(str(tmp_path / "b.rec"))) == "<SHOP_KEY>"
