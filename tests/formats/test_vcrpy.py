"""vcrpy's cassettes: every shape it has written, and none that is not one."""

import base64
import gzip
import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from vcr import migration
from vcr.cassette import Cassette
from vcr.record_mode import RecordMode
from vcr.serializers import jsonserializer, yamlserializer

from recproxy import recording
from recproxy.errors import RecordingError
from recproxy.formats import stored, vcrpy

DATA = Path(__file__).parent / "data" / "vcrpy"
TWEEPY = sorted((DATA / "tweepy").iterdir())


def loaded(text):
    return vcrpy.load(text.encode(), "a.yaml")


def one(request="", response=""):
    [got] = loaded(
        "interactions:\n- request: {method: GET, uri: 'http://a.example/', headers: {}, body: null"
        f"{request}}}\n  response: {{status: {{code: 200, message: OK}}, headers: {{}}, body: {{string: ''}}{response}}}\n"
    ).recording.interactions
    return got


@pytest.mark.parametrize("path", TWEEPY, ids=lambda path: path.stem)
def test_each_cassette_of_a_real_project_is_read(path):
    read = vcrpy.load_json if path.suffix == ".json" else vcrpy.load
    got = read(path.read_bytes(), str(path))

    assert got.recording.interactions
    assert {note.text for note in got.notes} <= {"the exact bytes of the request's body, of which the values are known"}


def test_a_cassette_is_compared_and_played_as_vcrpy_does():
    got = loaded("interactions: []\nversion: 1\n").recording

    assert got.match_on == ("method", "scheme", "host", "port", "path", "query")
    assert got.repeat == "miss"


def test_a_recorded_request_is_literal():
    assert one(", body: XXX").request.wild is None


def test_the_shape_of_httpx_has_its_reason_made_up():
    path = DATA / "own" / "gzip_httpx_old_format.yaml"
    got = vcrpy.load(path.read_bytes(), str(path))

    assert [(note.kind, note.where, note.text) for note in got.notes] == [
        ("synthesized", "interaction 1", "the reason phrase 'OK'")
    ]
    assert b"content-encoding" not in [name.lower() for name, _ in got.recording.interactions[0].response.headers]


def test_an_object_tag_builds_nothing(tmp_path):
    with pytest.raises(RecordingError) as caught:
        loaded(f"interactions: !!python/object/apply:os.mkdir ['{tmp_path}/made']\n")

    assert caught.value.message.startswith("a.yaml: ")
    assert "\n" not in caught.value.message
    assert not (tmp_path / "made").exists()


SHAPES = sorted((DATA / "own").iterdir())


@pytest.mark.parametrize("path", [*TWEEPY, *SHAPES], ids=lambda path: path.name)
def test_what_is_written_replays_identically_in_vcrpy(path, tmp_path):
    """vcrpy plays the cassette and the one that came out of its recording: each response is the same."""
    read = vcrpy.load_json if path.suffix == ".json" else vcrpy.load
    again = tmp_path / "again.yaml"
    dumped = vcrpy.dump(recording.load(recording.dump(read(path.read_bytes(), str(path)).recording)))
    again.write_bytes(dumped.data)
    old = modern(path, tmp_path)

    assert dumped.notes == ()
    assert played(again) == played(old)


def modern(path, tmp_path):
    """A cassette that today's vcrpy reads: the same file, or what vcrpy's own migration makes of it."""
    copy = tmp_path / path.name
    copy.write_bytes(path.read_bytes())
    if path.name.startswith("old_"):
        migration.try_migrate(str(copy))
    return copy


def played(path):
    """What vcrpy gives for each request of a cassette, in order: status, headers, payload."""
    kind = jsonserializer if path.suffix == ".json" else yamlserializer
    asked = Cassette.load(path=str(path), serializer=kind, record_mode=RecordMode.NONE)
    playing = Cassette.load(path=str(path), serializer=kind, record_mode=RecordMode.NONE)
    return [(request.method, request.uri, *shown(playing.play_response(request))) for request in asked.requests]


def shown(response):
    """Of a response what a client can tell; where vcrpy kept httpx's old shape it is one of today's."""
    if "status_code" in response:
        response = {
            "status": {"code": response["status_code"], "message": "OK"},
            "headers": response["headers"],
            "body": {"string": response["content"].encode()},
        }
    body = response["body"]["string"]
    headers = sorted((name.lower(), value) for name, values in response["headers"].items() for value in values)
    coding = dict(headers).get("content-encoding")
    if coding and body[:2] == b"\x1f\x8b":
        body = gzip.decompress(body)
    # the names of framing and coding speak of bytes that are made anew
    kept = [each for each in headers if each[0] not in ("content-length", "transfer-encoding", "content-encoding")]
    return response["status"], kept, body


def test_json_is_written_and_read():
    [path] = [path for path in SHAPES if path.name == "new_cassette.json"]
    got = vcrpy.load_json(path.read_bytes(), "a.json").recording

    assert vcrpy.load_json(vcrpy.dump_json(got).data, "a.json").recording == got


def many(count, body):
    text = "".join(
        f"- request:\n    body: null\n    headers: {{}}\n    method: GET\n    uri: http://a.example/{number}\n"
        "  response:\n    body:\n"
        f"      string: {json.dumps(body)}\n    headers: {{}}\n    status:\n      code: 200\n      message: OK\n"
        for number in range(count)
    )
    return f"interactions:\n{text}version: 1\n"


def test_a_large_cassette_is_read_in_pieces_and_gives_the_same(monkeypatch):
    text = many(50, "- request: at the first column\n- request:\nversion: 2\n")
    wanted = loaded(text).recording
    monkeypatch.setattr(vcrpy, "_LARGE", 100)
    monkeypatch.setattr(vcrpy, "_PIECE", 1000)

    assert loaded(text).recording == wanted
    assert len(wanted.interactions) == 50


@pytest.mark.parametrize("place", ["body: &a text", "body: &a text &b *c", "headers: &a {}"])
def test_a_large_cassette_whose_pieces_need_each_other_is_read_whole(monkeypatch, place):
    key = place.split()[0]
    value = "null" if key == "body:" else "{}"
    parts = many(50, "some text").split(f"    {key} {value}\n")
    text = f"    {key} *a\n".join([f"{parts[0]}    {place}\n{parts[1]}", *parts[2:]])
    wanted = loaded(text).recording
    monkeypatch.setattr(vcrpy, "_LARGE", 100)
    monkeypatch.setattr(vcrpy, "_PIECE", 1000)

    assert loaded(text).recording == wanted
    assert len(wanted.interactions) == 50


def test_a_large_cassette_that_is_cut_off_says_where(monkeypatch):
    monkeypatch.setattr(vcrpy, "_LARGE", 100)
    monkeypatch.setattr(vcrpy, "_PIECE", 1000)

    with pytest.raises(RecordingError, match=r"^a\.yaml: interaction \d+: in the lines from \d+ on: [^\n]+$"):
        loaded(many(50, "text")[:-60] + "'")


BOMB = "a: &a [x,x,x,x,x,x,x,x,x,x]\n" + "".join(
    f"{chr(n + 1)}: &{chr(n + 1)} [{', '.join(['*' + chr(n)] * 10)}]\n" for n in range(97, 110)
)
ONE = "- request: {{method: GET, uri: 'http://a.example/', headers: {{}}, {0}}}\n"
ONE += "  response: {{status: {{code: 200, message: OK}}, headers: {{}}, body: {{string: ''}}}}\n"
HOSTILE = {
    "aliases": BOMB + "interactions: *n\n",
    "aliases in a body": BOMB + "interactions:\n" + ONE.format("parsed_body: *n"),
    "aliases in a header": BOMB + "interactions:\n" + ONE.format("body: *n"),
    "a body a thousand times": "x: &x '" + "y" * 100_000 + "'\ni: &i\n  "
    + ONE.format("body: *x")[2:] + "interactions: [" + "*i, " * 1000 + "]\n",
    "cyclic": "interactions: &a [*a]\n",
    "cyclic body": "interactions:\n" + ONE.format("parsed_body: &p [*p]"),
    "merges": "a: &a {x: 1}\nb: &b {<<: [*a, *a]}\ninteractions: []\n",
    "merges by tag": "a: &a {x: 1}\nb: {!!m%65rge q: *a}\ninteractions: []\n",
    "deep": "interactions: " + "[" * 200_000,
    "deep maps": "interactions: " + "{a: " * 100_000,
    "an import": "interactions: !!python/name:os.system\n",
    "a module": "interactions: !!python/module:os\n",
    "truncated": "interactions:\n" + ONE.format("body: null")[:-20],
    "a huge number": "interactions:\n" + ONE.format("body: null").replace("200", "9" * 10_000),
    # Made as a number, it would take half an hour: more than the time that a test has.
    "a number to the base of sixty": "interactions:\n" + ONE.format("body: 1" + ":1" * 2_000_000),
    "another tool's": "version: 2\ninteractions: []\n",
    "a control character": "interactions: \0\n",
    "a file's path for a body": "interactions:\n" + ONE.format("body: !!python/object/apply:open ['/etc/passwd']"),
}  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_cassette_is_one_line(name):
    with pytest.raises(RecordingError, match=r"^a\.yaml: [^\n]{,400}$"):
        loaded(HOSTILE[name])


def test_a_bomb_under_gzip_is_refused(monkeypatch):
    monkeypatch.setattr(stored, "MOST_DECODED", 100_000)
    packed = base64.b64encode(gzip.compress(bytes(200_000))).decode()
    text = "interactions:\n" + ONE.format("body: null").replace("headers: {}, body: {string: ''}",
        f"headers: {{Content-Encoding: [gzip]}}, body: {{string: !!binary {packed}}}")  # fmt: skip

    with pytest.raises(RecordingError, match="holds more than 100000 bytes"):
        loaded(text)


bodies = st.binary(max_size=60) | st.text(max_size=60).map(str.encode)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(bodies, bodies), max_size=4))
def test_any_body_comes_back(pairs):
    written = recording.Recording(
        interactions=tuple(
            recording.Interaction(
                request=recording.Request(method="POST", url="http://a.example/", body=asked, wild=None),
                response=recording.Response(status=200, reason=b"OK", body=body, wild=None),
            )
            for asked, body in pairs
        ),
        match_on=vcrpy.MATCH_ON,
        repeat="miss",
    )

    assert vcrpy.load(vcrpy.dump(written).data, "a.yaml").recording == written
