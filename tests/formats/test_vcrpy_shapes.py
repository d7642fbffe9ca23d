"""What the values of a cassette mean, in each of the shapes."""

import io

import pytest

from recproxy.errors import RecordingError
from recproxy.formats import vcrpy_shapes as shapes
from recproxy.formats.stored import Notebook
from recproxy.recording import Interaction, Recording, Request, Response


def read(request=(), response=()):
    asked = {"method": "GET", "uri": "http://a.example/", "headers": {}} | dict(request)
    answer = {"status": {"code": 200, "message": "OK"}, "headers": {}, "body": {"string": ""}} | dict(response)
    notes = Notebook(100)
    [got] = shapes.read({"interactions": [{"request": asked, "response": answer}], "version": 1}, notes)
    return got, notes.notes


@pytest.mark.parametrize(
    ("body", "wanted"),
    [
        (None, b""),
        ("", b""),
        ("é", "é".encode()),
        (b"\xff", b"\xff"),
        (io.BytesIO(b"file"), b"file"),
        (iter(["a", b"b"]), b"ab"),
        ([97, 98], b"ab"),
        ({"string": "text"}, b"text"),
        ({"string": None}, b""),
        ({"base64_string": "/w=="}, b"\xff"),
    ],
    ids=lambda value: type(value).__name__,  # a repr with an address differs between workers
)
def test_a_body_in_each_of_its_shapes(body, wanted):
    assert read({"body": body})[0].request.body == wanted


def test_the_body_of_httpx_up_to_version_5():
    answer = {"status_code": 404, "content": "text", "http_version": "HTTP/2", "status": None, "body": None}
    del answer["status"], answer["body"]
    asked = {"method": "GET", "uri": "http://a.example/", "headers": {}}
    notes = Notebook()
    [got] = shapes.read({"interactions": [{"request": asked, "response": {"headers": {}} | answer}]}, notes)

    assert (got.response.status, got.response.reason, got.response.body) == (404, b"Not Found", b"text")
    assert got.response.version == "HTTP/2"


def test_a_parsed_body_is_json():
    got, _ = read(response={"parsed_body": {"a": ["é"]}})

    assert got.response.body == '{"a": ["é"]}'.encode()


@pytest.mark.parametrize(
    ("kind", "body", "wanted"),
    [
        ("application/json", {"text": "é", "list": [1]}, b'{"text": "\\u00e9", "list": [1]}'),
        ("application/x-www-form-urlencoded", {"a": ["1 2", "3"]}, b"a=1+2&a=3"),
        ("text/plain", [("a", "1"), ("a", "2")], b"a=1&a=2"),
        ("application/json", [{"a": 1}, [2]], b'[{"a": 1}, [2]]'),
    ],
)
def test_a_mapping_that_aiohttp_was_given_is_what_it_made_of_it(kind, body, wanted):
    got, notes = read({"body": body, "headers": {"Content-Type": [kind]}})

    assert got.request.body == wanted
    assert [note.kind for note in notes] == ["synthesized"]


def test_headers_are_lists_or_single_values():
    got, _ = read({"headers": {"A": ["1", "2"], "B": "3", "C": 4, "D": b"5", "E": None}})

    assert got.request.headers == ((b"A", b"1"), (b"A", b"2"), (b"B", b"3"), (b"C", b"4"), (b"D", b"5"), (b"E", b""))


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"interactions": [], "version": 2}, "version '2' is none of vcrpy's"),
        ({"interactions": [{"request": {"method": "GET", "url": "x"}, "response": {}}]}, "another tool's"),
        ({"interactions": [1]}, "it must be a mapping"),
        ({"interactions": {}}, "interactions must be a list"),
        (1, "a cassette must be a mapping"),
        ([1], "an interaction must be a mapping"),
    ],
)
def test_what_is_none_is_named(values, message):
    with pytest.raises(ValueError, match=message):
        list(shapes.read(values, Notebook()))


def test_an_empty_cassette_is_an_empty_recording():
    assert list(shapes.read({"interactions": None}, Notebook())) == []


def interaction(body, **request):
    return Interaction(
        request=Request(method="GET", url="http://a.example/", wild=None, **request),
        response=Response(status=200, reason=b"OK", body=body, wild=None),
    )


def test_what_is_written_is_what_vcrpy_writes():
    headers = ((b"A", b"1"), (b"B", b"2"), (b"a", b"3"))
    values, notes = shapes.written(Recording(interactions=(interaction(b"text", headers=headers),)))

    assert notes == ()
    assert values == {
        "version": 1,
        "interactions": [
            {
                "request": {
                    "method": "GET",
                    "uri": "http://a.example/",
                    "body": None,
                    "headers": {"A": ["1", "3"], "B": ["2"]},
                },
                "response": {"status": {"code": 200, "message": "OK"}, "headers": {}, "body": {"string": "text"}},
            }
        ],
    }


def test_a_binary_body_is_refused_where_there_is_no_place_for_it():
    recording = Recording(interactions=(interaction(b"\xff"),))

    assert shapes.written(recording)[0]["interactions"][0]["response"]["body"] == {"string": b"\xff"}
    with pytest.raises(RecordingError, match="interaction 1 has a binary body"):
        shapes.written(recording, binary=False)
