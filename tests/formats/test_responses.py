"""The recorder's files of `responses`, compared with what the library itself makes of them."""

from pathlib import Path

import pytest
import requests
import responses as library

from recproxy.errors import RecordingError
from recproxy.formats import responses
from recproxy.matching.index import Index
from recproxy.matching.rules import Rules
from recproxy.play.playback import Playback
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
        ("synthesized", "the reason phrase 'OK'"),
        ("synthesized", "the reason phrase 'Not Found'"),
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


def one(text):
    got = responses.load(f"responses:\n- response: {{method: get, url: 'http://a.example/', {text}}}\n".encode(), "a")
    [interaction] = got.recording.interactions
    return interaction, [note.text for note in got.notes if "reason" not in note.text]


def test_values_are_sent_as_json():
    got, notes = one("json: {a: [1, null]}, status: 201")

    assert (got.response.body, got.response.headers) == (
        b'{"a": [1, null]}',
        ((b"Content-Type", b"application/json"),),
    )
    assert notes == []


def test_a_length_is_said_where_the_library_would_say_it(tmp_path):
    fields = "body: été, status: 200, content_type: text/plain, auto_calculate_content_length: true"
    got, _ = one(fields)
    path = tmp_path / "a.yaml"
    path.write_text(f"responses:\n- response: {{method: GET, url: 'http://a.example/', {fields}}}\n")

    recording = Recording(interactions=(got,))
    asked = [("GET", "http://a.example/")]
    assert given_here(recording, asked) == given_by_the_library(path, asked)
    assert (b"Content-Length", b"5") in got.response.headers


def test_a_status_alone_is_an_empty_answer():
    got, notes = one("status: 204")

    assert (got.response.status, got.response.body, notes) == (204, b"", [])


def test_matchers_are_code_and_named():
    assert one("body: x, match: [query_param_matcher]")[1] == ["the field 'match', which a file has no use for"]


def test_several_of_one_url_are_taken_in_order_and_the_last_stays(tmp_path):
    several = "".join(
        f"- response: {{method: GET, url: 'http://a.example/{path}', body: '{body}', status: 200, "
        "content_type: text/plain, auto_calculate_content_length: false}\n"
        for path, body in (("a", 1), ("a", 2), ("b?q=1", 3), ("a", 4), ("b?q=2", 5))
    )
    path = tmp_path / "a.yaml"
    path.write_text(f"responses:\n{several}")
    asked = [("GET", f"http://a.example/{each}") for each in ("a", "b?q=2", "a?x=1", "a", "a", "b?q=1", "b?q=2", "a")]

    here = given_here(responses.load(path.read_bytes(), "a").recording, asked)

    assert here == given_by_the_library(path, asked)
    assert [each[2] for each in here] == [b"1", b"5", b"2", b"4", b"4", b"3", b"5", b"4"]


def test_a_broken_toml_is_one_line():
    with pytest.raises(RecordingError, match=r"^a\.toml: [^\n]+$"):
        responses.load_toml(b"[[responses]\n", "a.toml")
