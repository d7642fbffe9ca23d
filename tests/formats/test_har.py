"""HAR 1.2: what browsers and proxies write, and what they leave out."""

import base64
import datetime as dt
import gzip
import json
from pathlib import Path

import pytest

from recproxy.errors import RecordingError
from recproxy.formats import har
from recproxy.recording import Interaction, Recording, Request, Response

DATA = Path(__file__).parent / "data" / "har" / "mitmproxy"


def entry(request=(), response=(), **more):
    asked = {"method": "GET", "url": "http://a.example/", "headers": []} | dict(request)
    answer = {"status": 200, "statusText": "OK", "headers": [], "content": {"text": ""}} | dict(response)
    return {"request": asked, "response": answer} | more


def loaded(*entries):
    return har.load(json.dumps({"log": {"version": "1.2", "entries": entries}}).encode(), "a.har")


def one(*args, **more):
    got = loaded(entry(*args, **more))
    [interaction] = got.recording.interactions
    return interaction, [(note.kind, note.where) for note in got.notes]


@pytest.mark.parametrize("name", ["corrupted_gzip_body", "insomnia", "postdata", "with-bom"])
def test_files_of_other_tools_are_read(name):
    path = DATA / f"{name}.har"
    got = har.load(path.read_bytes(), str(path))

    assert len(got.recording.interactions) == 1
    assert got.notes == ()


@pytest.mark.parametrize("name", ["brokenfile", "har_extractor"])
def test_files_that_are_none_are_refused(name):
    path = DATA / f"{name}.har"

    with pytest.raises(RecordingError, match=rf"{name}\.har: [^\n]+; mend the file$"):
        har.load(path.read_bytes(), str(path))


def test_pseudo_headers_go_and_the_posted_text_stays():
    path = DATA / "postdata.har"
    [got] = har.load(path.read_bytes(), str(path)).recording.interactions

    assert got.request.version == "HTTP/2"
    assert not [name for name, _ in got.request.headers if name.startswith(b":")]
    assert got.request.body.startswith(b'{"metadata"')


def test_a_body_that_was_decoded_is_coded_again_when_it_is_played():
    coded = [{"name": "Content-Encoding", "value": "gzip"}]
    got, _ = one(response={"headers": coded, "content": {"text": "plain"}})

    assert (got.response.body, got.response.encoding) == (b"plain", "gzip")
    assert got.response.headers == ((b"Content-Encoding", b"gzip"),)


def test_a_body_that_is_still_coded_is_not_coded_twice():
    coded = [{"name": "Content-Encoding", "value": "gzip"}]
    text = base64.b64encode(gzip.compress(b"plain")).decode()
    got, _ = one(response={"headers": coded, "content": {"text": text, "encoding": "base64"}})

    assert (got.response.body, got.response.encoding) == (b"plain", "gzip")


def test_a_damaged_coded_body_is_kept_as_it_is():
    path = DATA / "corrupted_gzip_body.har"
    [got] = har.load(path.read_bytes(), str(path)).recording.interactions

    assert got.response.body.startswith(b"\x1f\x8b")
    assert got.response.encoding is None
    assert (b"Content-Encoding", b"gzip") in got.response.headers


def test_a_body_that_the_file_lacks_is_a_miss_and_not_an_empty_body():
    got, notes = one(response={"content": {"size": 7}})

    assert got.response.omitted == 7
    assert notes == [("lost", "entry 1")]


def test_a_posted_body_that_the_file_lacks_matches_any():
    got, notes = one(request={"method": "POST", "bodySize": 7})

    assert got.request.body.decode() == got.request.wild
    assert notes == [("lost", "entry 1")]


def test_a_form_without_text_is_made_of_its_parameters():
    params = [{"name": "a", "value": "1 2"}, {"name": "b"}]
    got, notes = one(request={"method": "POST", "postData": {"params": params}})

    assert got.request.body == b"a=1+2&b="
    assert notes == [("made up", "entry 1")]


def test_what_is_no_http_or_got_no_answer_is_left_out():
    got = loaded(entry({"url": "wss://a.example/"}), entry(response={"status": 0}), entry())

    assert len(got.recording.interactions) == 1
    assert [(note.kind, note.where) for note in got.notes] == [("lost", "entry 1"), ("lost", "entry 2")]


def test_the_day_is_kept():
    assert one(startedDateTime="2026-01-31T10:00:00Z")[0].recorded == dt.date(2026, 1, 31)
    assert one(startedDateTime="yesterday")[0].recorded is None


def test_cookies_that_a_browser_joined_are_parted():
    got, _ = one(response={"headers": [{"name": "set-cookie", "value": "a=1\nb=2"}]})

    assert got.response.headers == ((b"set-cookie", b"a=1"), (b"set-cookie", b"b=2"))


@pytest.mark.parametrize(
    "data",
    [
        b"{",
        b"[]",
        b'{"log": []}',
        b'{"log": {"entries": {}}}',
        b'{"log": {"entries": [1]}}',
        b'{"log": {"entries": [{"request": {"url": 1}, "response": {}}]}}',
        b'{"log": {"entries": [{"request": {"url": "http://a/", "method": "G T"}, "response": {"status": 200}}]}}',
        b'{"log": {"entries": [{"request": {"url": "http://a/", "method": "GET"}, "response": {"status": "ok"}}]}}',
        b'{"log": ' + b"[" * 100_000,
        b"\xff\xfe",
    ],
    ids=range(10),
)
def test_whatever_is_wrong_is_one_line(data):
    with pytest.raises(RecordingError, match=r"^a\.har: [^\n]+$"):
        har.load(data, "a.har")


def test_what_is_written_is_read_as_the_same():
    interactions = (
        Interaction(
            request=Request(
                method="POST",
                url="https://a.example/p?q=1&q=2",
                headers=((b"Content-Type", b"text/plain"), (b"X", b"1"), (b"X", b"2")),
                body="é".encode(),
                wild=None,
            ),
            response=Response(
                status=201,
                reason=b"Made",
                headers=((b"Content-Encoding", b"gzip"), (b"Set-Cookie", b"a"), (b"Set-Cookie", b"b")),
                body=b"text",
                encoding="gzip",
                wild=None,
            ),
            recorded=dt.date(2026, 1, 31),
        ),
        Interaction(
            request=Request(method="GET", url="http://a.example/image", wild=None),
            response=Response(status=200, reason=b"OK", body=b"\x89PNG", wild=None),
            recorded=dt.date(2026, 1, 31),
        ),
    )
    dumped = har.dump(Recording(interactions=interactions))

    assert har.load(dumped.data, "a.har").recording.interactions == interactions
    assert dumped.notes == ()


def test_what_cannot_be_written_is_noted():
    wild = Interaction(
        request=Request(method="GET", url="http://a.example/XXX"), response=Response(status=200, reason=b"OK")
    )

    assert [note.text for note in har.dump(Recording(interactions=(wild,))).notes] == [
        "XXX in the URL, which stood for anything"
    ]
