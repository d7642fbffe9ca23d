"""HAR 1.2: what browsers and proxies write, and what they leave out."""

import base64
import datetime as dt
import gzip
import json
from pathlib import Path

import pytest

from recproxy.errors import RecordingError
from recproxy.formats import har
from recproxy.recording import Recording, dump, load

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


def test_what_a_browser_saved_is_read_and_what_is_lost_is_named():
    path = DATA.parent / "own" / "browser.har"
    got = har.load(path.read_bytes(), str(path))

    assert len(got.recording.interactions) == 9
    assert [(note.kind, note.where, note.text) for note in got.notes] == [
        ("synthesized", "entry 6", "the request's body, from its parameters"),
        ("lost", "entry 8", "the request's body of 1 byte, which the file does not hold: any body matches"),
        ("lost", "entry 9", "the body of 5000000 bytes, which the file does not hold: its request will be a miss"),
        ("lost", "entry 10", "GET https://shop.example/aborted: no response (net::ERR_ABORTED)"),
        ("lost", "entry 11", "GET wss://shop.example/live: not HTTP"),
        ("lost", "entry 12", "GET data:image/gif;base64,R0lGODlhAQABAAAAACw=: not HTTP"),
    ]


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
    assert notes == [("synthesized", "entry 1")]


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


def listed(**headers):
    return [{"name": name.replace("_", "-"), "value": value} for name, value in headers.items()]


def test_cookies_count_only_where_no_header_says_them():
    cookies = [{"name": "a", "value": "1"}, {"name": "b", "value": "2"}]
    got, _ = one(request={"cookies": cookies})
    said, _ = one(request={"cookies": cookies, "headers": listed(cookie="c=3")})

    assert got.request.headers == ((b"Cookie", b"a=1; b=2"),)
    assert said.request.headers == ((b"cookie", b"c=3"),)


def test_a_cookie_that_a_response_set_keeps_its_attributes():
    cookie = {
        "name": "a",
        "value": "1",
        "path": "/",
        "domain": "a.example",
        "expires": "2026-01-31T10:00:00.000Z",
        "sameSite": "Lax",
        "secure": True,
        "httpOnly": True,
    }
    got, _ = one(response={"cookies": [cookie, {"name": "b", "value": "2", "expires": "never", "secure": False}]})
    said, _ = one(response={"cookies": [cookie], "headers": listed(Set_Cookie="c=3")})

    assert got.response.headers == (
        (
            b"Set-Cookie",
            b"a=1; Expires=Sat, 31 Jan 2026 10:00:00 GMT; Path=/; Domain=a.example; SameSite=Lax; Secure; HttpOnly",
        ),
        (b"Set-Cookie", b"b=2"),
    )
    assert said.response.headers == ((b"Set-Cookie", b"c=3"),)


@pytest.mark.parametrize(
    ("kind", "wanted", "notes"),
    [
        ("text/html", "é€".encode(), []),
        ("text/html; charset=windows-1252", b"\xe9\x80", []),
        ("text/html; charset=latin-1", "é€".encode(), [("synthesized", "entry 1")]),
        ("text/html; charset=none-such", "é€".encode(), [("synthesized", "entry 1")]),
    ],
)
def test_text_goes_back_to_its_character_set(kind, wanted, notes):
    got, noted = one(response={"headers": listed(Content_Type=kind), "content": {"text": "é€"}})
    posted, _ = one(request={"method": "POST", "postData": {"mimeType": kind, "text": "é€"}})

    assert (got.response.body, noted) == (wanted, notes)
    assert posted.request.body == wanted


def test_text_is_never_taken_for_a_coded_body():
    got, _ = one(response={"headers": listed(content_encoding="br"), "content": {"text": "3"}})

    assert (got.response.body, got.response.encoding) == (b"3", "br")


def test_a_coding_that_nobody_here_knows_is_not_named():
    got, _ = one(response={"headers": listed(content_encoding="dcb"), "content": {"text": "plain"}})

    assert (got.response.body, got.response.encoding, got.response.headers) == (b"plain", None, ())


def test_a_redirect_leads_where_it_led():
    bare = {"status": 302, "redirectURL": "http://a.example/next", "content": {"size": 154}}
    got, notes = one(response=bare)

    assert got.response.headers == ((b"Location", b"http://a.example/next"),)
    assert (got.response.body, got.response.omitted) == (b"", None)
    assert notes == [("synthesized", "entry 1")] * 2
    said, notes = one(response={"status": 301, "redirectURL": "http://b/", "headers": listed(location="/c")})
    assert (said.response.headers, notes) == (((b"location", b"/c"),), [])


def test_a_size_that_no_body_has_is_the_largest():
    got, _ = one(response={"content": {"size": 10**30}})

    assert load(dump(Recording(interactions=(got,)))).interactions[0].response.omitted == 10**18 - 1


@pytest.mark.parametrize("key", ["_file", "_sha1"])
def test_a_body_in_another_file_is_not_looked_for(key):
    got, notes = one(response={"content": {"size": -1, key: "../secret"}})
    posted, _ = one(request={"method": "POST", "bodySize": -1, "postData": {"mimeType": "a/b", key: "../secret"}})

    assert got.response.omitted == 0
    assert notes == [("lost", "entry 1")]
    assert posted.request.body.decode() == posted.request.wild


def test_a_body_that_was_kept_as_values_is_made_of_them():
    post = {"mimeType": "application/json", "params": [], "textJSON": {"q": "caf\xe9", "n": [1, None]}}
    got, notes = one(request={"method": "POST", "bodySize": 31, "postData": post})

    assert got.request.body == '{"q":"caf\xe9","n":[1,null]}'.encode()
    assert (got.request.wild, notes) == (None, [("synthesized", "entry 1")])


@pytest.mark.parametrize(
    ("params", "body"),
    [
        ([("q", "a&b"), ("page", {"size": 2})], b'{"q":"a&b","page":{"size":2}}'),
        ([("0", {"tags": []}), ("1", None)], b'[{"tags":[]},null]'),
        ([("1", "x")], b'{"1":"x"}'),
        ([("q", "a"), ("q", "b")], b'{"q":"a","q":"b"}'),
    ],
    ids=["an object", "a list", "numbers that are names", "a name that repeats"],
)
def test_json_that_was_kept_as_parameters_is_made_of_them(params, body):
    listed_params = [{"name": name, "value": value} for name, value in params]
    post = {"mimeType": "application/json; charset=utf-8", "params": listed_params}
    got, notes = one(request={"method": "POST", "postData": post})

    assert (got.request.body, notes) == (body, [("synthesized", "entry 1")])


def test_a_form_of_parts_is_made_of_its_parameters():
    params = [
        {"name": "a", "value": "1"},
        {"name": "f", "fileName": "f.txt", "contentType": "text/plain", "value": "x"},
    ]
    kind = "multipart/form-data; boundary=xyz"
    got, notes = one(request={"method": "POST", "postData": {"mimeType": kind, "params": params}})

    assert got.request.body == (
        b'--xyz\r\nContent-Disposition: form-data; name="a"\r\n\r\n1\r\n'
        b'--xyz\r\nContent-Disposition: form-data; name="f"; filename="f.txt"\r\nContent-Type: text/plain\r\n\r\nx\r\n'
        b"--xyz--\r\n"
    )
    assert notes == [("synthesized", "entry 1")]


@pytest.mark.parametrize(
    ("version", "wanted"), [("h3", "HTTP/3"), ("http/2.0", "HTTP/2"), ("", "HTTP/1.1"), (None, "HTTP/1.1")]
)
def test_versions_are_written_in_many_ways(version, wanted):
    got, _ = one(request={"httpVersion": version}, response={"httpVersion": version})

    assert (got.request.version, got.response.version) == (wanted, wanted)


def test_private_keys_say_nothing():
    got, notes = one(
        request={"_priority": "High"}, response={"_transferSize": -1, "_error": None}, _resourceType="xhr", _x=[1]
    )

    assert (got, notes) == one()


def test_each_entry_that_is_left_out_says_why():
    aborted = {"status": 0, "_error": "net::ERR_ABORTED"}
    got = loaded(entry({"url": "data:,x"}), entry(response=aborted), entry(response={"status": 101}))

    assert got.recording.interactions == ()
    assert [note.text for note in got.notes] == [
        "GET data:,x: not HTTP",
        "GET http://a.example/: no response (net::ERR_ABORTED)",
        "GET http://a.example/: the response 101, which is not final",
    ]


@pytest.mark.parametrize(
    "damaged",
    [
        7,
        {"request": None},
        entry({"method": "G T"}),
        entry({"headers": {"a": 1}}),
        entry({"method": "POST", "postData": {"params": {"a": 1}}}),
        entry({"method": "POST", "postData": {"params": [{"name": "a", "value": {"b": 1}}]}}),
        entry(response={"status": "ok"}),
        entry(response={"content": {"text": "!", "encoding": "base64"}}),
    ],
)
def test_a_damaged_entry_is_left_out_and_named(damaged):
    got = loaded(damaged, entry())

    assert [each.request.url for each in got.recording.interactions] == ["http://a.example/"]
    assert [(note.kind, note.where) for note in got.notes] == [("lost", "entry 1")]
    assert got.notes[0].text.startswith("left out, because it is damaged: ")


def test_a_web_socket_needs_no_response():
    got = loaded({"request": {"method": "GET", "url": "wss://a.example/live"}, "response": None}, entry())

    assert len(got.recording.interactions) == 1
    assert [note.text for note in got.notes] == ["GET wss://a.example/live: not HTTP"]


def test_the_body_of_a_304_is_left_out_and_said():
    got, notes = one(response={"status": 304, "content": {"text": "from the cache"}})

    assert got.response.body == b""
    assert notes == [("beware", "entry 1")]


@pytest.mark.parametrize(
    ("text", "body"), [("\0\0\0\0\2\xa2\xff", b"\0\0\0\0\2\xa2\xff"), ("\0\xa2", "\0\xa2".encode())]
)
def test_bytes_of_grpc_web_are_letters_of_latin_1_as_browsers_write_them(text, body):
    kind = "application/grpc-web+proto"
    request = {"method": "POST", "url": "https://a.example/a.B/C", "headers": [{"name": "content-type", "value": kind}]}
    request["postData"] = {"mimeType": kind, "text": text}
    entry = {"request": request, "response": {"status": 200, "headers": [], "content": {}}}
    log = {"log": {"version": "1.2", "creator": {"name": "a"}, "entries": [entry]}}

    assert har.load(json.dumps(log).encode(), "a.har").recording.interactions[0].request.body == body
