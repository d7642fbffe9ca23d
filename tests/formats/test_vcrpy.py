"""vcrpy's cassettes: every shape it has written, and none that is not one."""

from pathlib import Path

import pytest

from recproxy.errors import RecordingError
from recproxy.formats import vcrpy

DATA = Path(__file__).parent / "data" / "vcrpy"
TWEEPY = sorted((DATA / "tweepy").glob("*.yaml"))


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
    got = vcrpy.load(path.read_bytes(), str(path))

    assert got.recording.interactions
    assert got.notes == ()


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
        ("made up", "interaction 1", "the reason phrase 'OK'")
    ]
    assert b"content-encoding" not in [name.lower() for name, _ in got.recording.interactions[0].response.headers]


def test_an_object_tag_builds_nothing(tmp_path):
    with pytest.raises(RecordingError) as caught:
        loaded(f"interactions: !!python/object/apply:os.mkdir ['{tmp_path}/made']\n")

    assert caught.value.message.startswith("a.yaml: ")
    assert "\n" not in caught.value.message
    assert not (tmp_path / "made").exists()
