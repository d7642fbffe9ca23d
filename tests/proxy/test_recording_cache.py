"""Recordings that are read once while their files stay as they are."""

import os
import time
from pathlib import Path

import pytest

from recproxy.errors import RecordingError
from recproxy.matching.rules import Rules
from recproxy.proxy.recording_cache import IndexOptions, RecordingCache

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
    path, recording_cache = write(tmp_path / "a.rec", "one"), RecordingCache()

    assert recording_cache.read(path) is recording_cache.read(path)


def test_a_file_that_changed_is_read_anew(tmp_path):
    path, recording_cache = write(tmp_path / "a.rec", "one"), RecordingCache()
    before = recording_cache.read(path)
    write(tmp_path / "a.rec", "two", ago=9)

    assert (asked(before), asked(recording_cache.read(path))) == ("one", "two")


def test_a_file_put_in_its_place_is_read_even_with_the_same_moment_and_size(tmp_path):
    path, recording_cache = write(tmp_path / "a.rec", "one"), RecordingCache()
    recording_cache.read(path)
    status = os.stat(path)
    other = write(tmp_path / "b.rec", "two")
    os.utime(other, ns=(status.st_mtime_ns, status.st_mtime_ns))
    os.replace(other, path)

    assert asked(recording_cache.read(path)) == "two"


def test_a_file_that_changed_a_moment_ago_is_not_kept(tmp_path):
    path, recording_cache = write(tmp_path / "a.rec", "one", ago=0), RecordingCache()

    assert recording_cache.read(path) is not recording_cache.read(path)


def test_a_file_that_went_or_broke_is_told(tmp_path):
    path, recording_cache = write(tmp_path / "a.rec", "one"), RecordingCache()
    recording_cache.read(path)
    Path(path).write_text("#recproxy 2\n\nnonsense\n")
    with pytest.raises(RecordingError, match=r"a.rec:3"):
        recording_cache.read(path)
    Path(path).unlink()
    with pytest.raises(RecordingError, match="cannot be read"):
        recording_cache.read(path)


def test_what_was_used_longest_ago_goes_when_there_is_too_much(tmp_path):
    paths = [write(tmp_path / f"{number}.rec", f"path{number}") for number in range(3)]
    recording_cache = RecordingCache(most=2 * os.stat(paths[0]).st_size)
    first, second = recording_cache.read(paths[0]), recording_cache.read(paths[1])
    assert recording_cache.read(paths[0]) is first
    recording_cache.read(paths[2])

    assert recording_cache.read(paths[0]) is first
    assert recording_cache.read(paths[1]) is not second


def test_an_index_is_made_once_for_the_same_recordings_and_rules(tmp_path):
    recording_cache = RecordingCache()
    one = [recording_cache.read(write(tmp_path / "a.rec", "one"))]
    two = [*one, recording_cache.read(write(tmp_path / "b.rec", "two"))]
    options = IndexOptions(Rules(), HOSTS)
    other, named = options._replace(rules=Rules(ignore_query=("nonce",))), options._replace(match_on=("method",))
    index = recording_cache.index(one, options)

    assert recording_cache.index(one, options) is index
    assert index.recordings == tuple(one)
    for words in ((two, options), (one, other), (one, named)):
        assert recording_cache.index(*words) is not index
        assert recording_cache.index(*words) is recording_cache.index(*words)
    assert recording_cache.index(one, named).recordings[0].match_on == ("method",)


def test_an_index_of_what_is_not_kept_is_made_each_time(tmp_path):
    recording_cache = RecordingCache()
    recording = recording_cache.read(write(tmp_path / "a.rec", "one", ago=0))

    first, second = (recording_cache.index([recording], IndexOptions(Rules(), HOSTS)) for _ in range(2))
    assert first is not second


def test_indexes_that_were_used_longest_ago_go(tmp_path):
    recording_cache = RecordingCache()
    recording = [recording_cache.read(write(tmp_path / "a.rec", "one"))]
    first = recording_cache.index(recording, IndexOptions(Rules(), HOSTS))
    for number in range(16):
        recording_cache.index(recording, IndexOptions(Rules(ignore_query=(str(number),)), HOSTS))

    assert recording_cache.index(recording, IndexOptions(Rules(), HOSTS)) is not first


def test_what_another_tool_put_in_the_place_of_a_variable_stands_for_anything(tmp_path):
    cassette = (
        "{'interactions': [{'request': {'method': 'GET', 'uri': 'https://api.shop.example/?key=<SHOP_KEY>', 'headers': {}},"
        " 'response': {'status': {'code': 200, 'message': 'OK'}, 'headers': {}, 'body': {'string': '<SHOP_KEY> <OTHER>'}}}]}"
    ).replace("'", '"')
    (tmp_path / "a.json").write_text(cassette)
    (tmp_path / "b.rec").write_text(TEXT.format(path="<SHOP_KEY>"))
    recording_cache = RecordingCache(variables=("SHOP_KEY",))
    [got] = recording_cache.read(str(tmp_path / "a.json")).interactions

    assert got.request.url == "https://api.shop.example/?key=XXX[SHOP_KEY]"
    assert got.response.body == b"XXX[SHOP_KEY] <OTHER>"
    assert asked(recording_cache.read(str(tmp_path / "b.rec"))) == "<SHOP_KEY>"
