"""What a library stored, made into a message that can be sent again."""

import gzip

import pytest

from recproxy.formats import stored


def response(status=200, reason="OK", headers=(), body=b"", *, method="GET", **options):
    notes = stored.Notebook()
    return stored.response(status, reason, headers, body, notes, method=method, **options), notes.notes


def test_the_length_is_made_anew_and_chunks_go():
    got, _ = response(headers=[(b"Content-Length", b"9"), (b"Transfer-Encoding", b"chunked")], body=b"four")

    assert got.headers == ((b"Content-Length", b"4"),)


def test_a_coded_body_is_kept_readable_under_its_coding():
    got, _ = response(headers=[(b"Content-Encoding", b"gzip")], body=gzip.compress(b"text"))

    assert (got.body, got.encoding, got.headers) == (b"text", "gzip", ((b"Content-Encoding", b"gzip"),))


def test_a_body_that_was_decoded_loses_the_name_of_its_coding():
    got, _ = response(headers=[(b"Content-Encoding", b"gzip")], body=b"text")

    assert (got.body, got.encoding, got.headers) == (b"text", None, ())


def test_a_damaged_coded_body_is_sent_as_it_stands():
    damaged = gzip.compress(b"text" * 100)[:-9]
    got, _ = response(headers=[(b"Content-Encoding", b"gzip")], body=damaged)

    assert (got.body, got.encoding, got.headers) == (damaged, None, ((b"Content-Encoding", b"gzip"),))


def test_a_bomb_is_refused(monkeypatch):
    monkeypatch.setattr(stored, "MOST_DECODED", 1000)

    with pytest.raises(ValueError, match="more than 1000 bytes"):
        response(headers=[(b"Content-Encoding", b"gzip")], body=gzip.compress(bytes(2000)))


def test_repeated_headers_stay_in_their_order():
    cookies = [(b"Set-Cookie", b"a=1"), (b"X", b"y"), (b"Set-Cookie", b"b=2")]

    assert response(headers=cookies)[0].headers == tuple(cookies)


@pytest.mark.parametrize(("written", "sent"), [("post", "POST"), ("Get", "GET"), ("poke", "poke")])
def test_a_method_is_as_clients_send_it(written, sent):
    got = stored.request(written, "https://a.example/", (), b"", stored.Notebook(), version=None)

    assert got.method == sent


@pytest.mark.parametrize(("status", "method"), [(204, "GET"), (304, "GET"), (200, "HEAD")])
def test_no_body_where_http_has_none(status, method):
    got, notes = response(status, body=b"more", method=method)

    assert got.body == b""
    assert [note.kind for note in notes] == ["lost"]


def test_a_missing_reason_is_made_up():
    got, notes = response(404, None)

    assert got.reason == b"Not Found"
    assert [note.kind for note in notes] == ["synthesized"]


@pytest.mark.parametrize("url", ["/path", "ftp://a.example/", "http://", "http:///x", "https"])
def test_a_url_must_be_absolute(url):
    with pytest.raises(ValueError, match="not an absolute"):
        stored.absolute(url)


def test_a_url_is_made_one_word():
    assert stored.absolute("http://a.example/a b\n#part") == "http://a.example/a%20b%0A"


@pytest.mark.parametrize("coding", [b"br", b"deflate"])
@pytest.mark.parametrize("body", [b"3", b"?", b"{!xSjmO<@"])
def test_plain_text_is_not_taken_for_a_coding_without_a_magic_number(coding, body):
    got, _ = response(headers=[(b"Content-Encoding", coding)], body=body)

    assert (got.body, got.encoding, got.headers) == (body, None, ())


def test_nothing_in_brotli_is_still_nothing():
    got, _ = response(headers=[(b"Content-Encoding", b"br")], body=b";")

    assert (got.body, got.encoding) == (b"", "br")


@pytest.mark.parametrize("word", ["<<API_HOST>>", "<host>", "{{ base_url }}", "{base}"])
def test_a_placeholder_in_the_place_of_an_address_is_named(word):
    with pytest.raises(ValueError, match=r"not an absolute http or https URL: put an address in place of ") as caught:
        stored.absolute(f"{word}v1/items")
    assert str(caught.value).endswith(word)


@pytest.mark.parametrize(
    ("kind", "body", "lost"),
    [
        (b"image/gif", "GIF89a\ufffd", True),
        (b"multipart/form-data; boundary=b", "--b\r\n\r\n\ufffdPNG\r\n--b--\r\n", True),
        (b"application/json", "\x1f\ufffd\b", True),
        (b"application/json", '"\ufffd"', False),
        (b"text/html", "\ufffd", False),
        (b"image/gif", "GIF89a", False),
        (None, "\ufffd", False),
    ],
)
def test_bytes_that_a_tool_could_not_store_are_told(kind, body, lost):
    headers = [] if kind is None else [(b"Content-Type", kind)]
    asked = stored.Notebook()
    stored.request("POST", "https://a.example/", headers, body.encode(), asked, version=None)
    got, answered = response(headers=headers, body=body.encode())

    told = [
        f"bytes of the {whose}'s body that are not UTF-8: the file has U+FFFD in their place"
        for whose in ("request", "response")
    ]
    assert [note.text for note in (*asked.notes, *answered)] == told * lost
    assert got.body == body.encode()
