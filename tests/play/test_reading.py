"""Files and folders that are recordings, of our format and others."""

import os

import pytest

from recproxy.errors import RecordingError
from recproxy.play.reading import UnknownFormat, foreign_format, read_recording

TEXT = "#recproxy 2\n\nGET https://a.example/ HTTP/1.1\n\n====\nHTTP/1.1 200 OK\n\n=======\n"


def test_a_file_is_read_with_its_path(tmp_path):
    path = tmp_path / "a.rec"
    path.write_text(TEXT)

    recording = read_recording(str(path))

    assert recording.path == str(path)
    assert recording.interactions[0].request.url == "https://a.example/"


def test_a_file_that_cannot_be_read_or_parsed_is_an_error_with_its_place(tmp_path):
    with pytest.raises(RecordingError, match=r"gone\.rec: cannot be read: No such file"):
        read_recording(str(tmp_path / "gone.rec"))
    (tmp_path / "a.rec").write_text(TEXT.replace("200", "two hundred"))
    with pytest.raises(RecordingError, match=r"a\.rec:6: "):
        read_recording(str(tmp_path / "a.rec"))


CASSETTE = "interactions:\n- request: {method: GET, uri: 'http://a.example/', headers: {}, body: null}\n"
CASSETTE += "  response: {status: {code: 200, message: OK}, headers: {}, body: {string: hello}}\n"


def test_a_recording_of_another_tool_is_read_in_place_whatever_its_name(tmp_path):
    for name in ("a.yaml", "a.rec", "a"):
        (tmp_path / name).write_text(CASSETTE)

        assert read_recording(str(tmp_path / name)).interactions[0].response.body == b"hello"


def test_a_file_of_no_format_is_refused_with_those_that_are_known(tmp_path):
    (tmp_path / "a.txt").write_text("dear diary")

    with pytest.raises(RecordingError, match=r"a\.txt: has an unknown format; known formats are \.rec and .*vcrpy"):
        read_recording(str(tmp_path / "a.txt"))


def test_a_file_that_is_known_and_not_read_is_named(tmp_path):
    (tmp_path / "a.json").write_text('{"consumer": {"name": "a"}}')

    with pytest.raises(UnknownFormat) as caught:
        read_recording(str(tmp_path / "a.json"))

    says = "is a Pact contract, which recproxy does not read: convert it to HAR, or record it anew"
    assert (caught.value.message, caught.value.what) == (f"{tmp_path / 'a.json'}: {says}", "a Pact contract")


def test_a_folder_that_is_no_recording_is_refused(tmp_path):
    with pytest.raises(RecordingError, match="is a folder of unknown format"):
        read_recording(str(tmp_path))


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="pipes with a name are of Unix")
def test_what_has_no_end_is_not_read(tmp_path):
    os.mkfifo(tmp_path / "pipe.rec")
    (tmp_path / "device.rec").symlink_to("/dev/zero")

    for name in ("pipe.rec", "device.rec"):
        with pytest.raises(RecordingError) as caught:
            read_recording(str(tmp_path / name))
        assert caught.value.message == (f"{tmp_path / name}: is no file but a pipe, a device or a folder: name a file")


def test_only_what_another_tool_made_is_foreign(tmp_path):
    (tmp_path / "a.rec").write_text(CASSETTE)
    (tmp_path / "b.rec").write_text(TEXT)
    (tmp_path / "c.rec").write_text("")

    assert [foreign_format(tmp_path / name) is None for name in ("a.rec", "b.rec", "c.rec")] == [False, True, True]
    assert foreign_format(tmp_path) is None


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.rec", "#recproxy 2\n\nGET https://a.example/ HTTP/1.1\nAuthorization Bearer very-secret-0123\n"),
        ("a.rec", "#recproxy 2\n\nGET a.example/?access_token=very-secret-0123 HTTP/1.1\n"),
        (
            "a.yaml",
            "interactions:\n- request: {method: GET, uri: 'a.example/?access_token=very-secret-0123'}\n  response: {}\n",
        ),
        (
            "a.yaml",
            "interactions:\n- request: {method: 'Bearer very-secret-0123', uri: 'https://a.example/'}\n  response: {}\n",
        ),
    ],
)
def test_a_message_quotes_what_is_wrong_without_the_secret_in_it(tmp_path, name, text):
    (tmp_path / name).write_text(text)

    with pytest.raises(RecordingError) as caught:
        read_recording(str(tmp_path / name))

    assert caught.value.message.startswith(f"{tmp_path / name}:")
    assert "very-secret" not in caught.value.message
