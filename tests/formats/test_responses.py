"""The recorder's files of `responses`, compared with what the library itself makes of them."""

from pathlib import Path

import pytest
import requests
import responses as library

from recproxy.errors import RecordingError
from recproxy.formats import responses
from recproxy.matching import Index, Rules
from recproxy.playback import Playback
from recproxy.recording import Interaction, Recording, Request, Response

DATA = Path(__file__).parent / "data" / "responses"
ASKED = [
    ("GET", "https://api.example.com/json?b=2&a=1"),
    ("GET", "https://api.example.com/text"),
    ("GET", "https://api.example.com/text?any=1"),
    ("GET", "https://api.example.com/text"),
    ("POST", "https://api.example.com/empty"),
    ("GET", "https://api.example.com/gone"),
]


def load(name):
    read = responses.load_toml if name.endswith("toml") else responses.load
    return read((DATA / name).read_bytes(), name)


def given_by_the_library(path, asked):
    found = []
    with library.RequestsMock(assert_all_requests_are_fired=False) as mock:
        mock._add_from_file(path)
        for method, url in asked:
            got = requests.request(method, url)
            found.append((got.status_code, got.reason, got.content, dict(got.headers)))
    return found


def given_here(recording, asked):
    playing, found = Playback(Index((recording,), Rules())), []
    for method, url in asked:
        position = playing.take(playing.locate(Request(method=method, url=url, wild=None)))
        got = playing.interaction(position).response
        headers = {name.decode(): value.decode() for name, value in got.headers}
        found.append((got.status, got.reason.decode(), got.body, headers))
    return found


@pytest.mark.parametrize("name", ["recorded.yaml", "recorded.toml"])
def test_a_file_answers_as_the_library_does(name):
    assert given_here(load(name).recording, ASKED) == given_by_the_library(DATA / "recorded.yaml", ASKED)


def test_the_reason_is_made_up():
    assert {(note.kind, note.text) for note in load("recorded.yaml").notes} == {
        ("made up", "the reason phrase 'OK'"),
        ("made up", "the reason phrase 'Not Found'"),
    }


def test_what_is_written_is_read_by_the_library(tmp_path):
    recording = load("recorded.yaml").recording
    (tmp_path / "again.yaml").write_bytes(responses.dump(recording).data)

    assert given_by_the_library(tmp_path / "again.yaml", ASKED) == given_here(recording, ASKED)


def test_what_is_written_as_toml_is_read_as_the_same():
    recording = load("recorded.yaml").recording

    assert responses.load_toml(responses.dump_toml(recording).data, "a").recording == recording


def interaction(body=b"", asked=b"", headers=()):
    return Interaction(
        request=Request(method="POST", url="http://a.example/?q=1", body=asked, wild=None),
        response=Response(status=200, reason=b"OK", body=body, headers=headers, wild=None),
    )


def test_binary_bodies_are_written_as_yaml_but_not_as_toml():
    recording = Recording(interactions=(interaction(b"\xff\x00"),))
    again = responses.load(responses.dump(recording).data, "a").recording

    assert again.interactions[0].response.body == b"\xff\x00"
    with pytest.raises(RecordingError, match="response 1 has a binary body"):
        responses.dump_toml(recording)


def test_what_the_format_has_no_place_for_is_noted():
    cookies = ((b"Set-Cookie", b"a"), (b"Set-Cookie", b"b"))
    told_apart = Recording(interactions=(interaction(asked=b"1"), interaction(asked=b"2", headers=cookies)))

    assert [(note.where, note.text) for note in responses.dump(told_apart).notes] == [
        ("response 2", "the request's body, by which it is told from another request of this method and URL"),
        ("response 2", "a second header Set-Cookie"),
    ]


@pytest.mark.parametrize(
    "data",
    [
        b"responses:",
        b"responses: 1",
        b"responses: [1]",
        b"responses: [{response: {method: GET, url: /x, body: ''}}]",
        b"responses: [{response: {method: GET, url: 'http://a/', body: [1]}}]",
        b"responses: [{response: {method: GET, url: 'http://a/', status: never}}]",
        b"responses: [{response: !!python/object/apply:os.getpid []}]",
        b"responses: [",
        b"a: &a {x: 1}\nresponses: [{<<: *a}]",
    ],
    ids=range(9),
)
def test_whatever_is_wrong_is_one_line(data):
    with pytest.raises(RecordingError, match=r"^a\.yaml: [^\n]+$"):
        responses.load(data, "a.yaml")


def test_a_broken_toml_is_one_line():
    with pytest.raises(RecordingError, match=r"^a\.toml: [^\n]+$"):
        responses.load_toml(b"[[responses]\n", "a.toml")
