import pytest

from recproxy.http.h2.errors import StreamError
from recproxy.http.h2.fields import request_fields, request_head, response_fields, response_head, trailers

PSEUDO = [(b":method", b"GET"), (b":scheme", b"https"), (b":authority", b"a.example"), (b":path", b"/b")]


def changed(**values):
    named = {b":" + name.encode(): value for name, value in values.items()}
    return [(name, named.get(name, value)) for name, value in PSEUDO if named.get(name, value) is not None]


def test_a_request_becomes_a_head():
    head = request_head([*PSEUDO, (b"cookie", b"a=1"), (b"te", b"trailers"), (b"cookie", b"b=2")])

    assert (head.method, head.target, head.host) == (b"GET", b"/b", b"a.example")
    assert head.headers == ((b"host", b"a.example"), (b"cookie", b"a=1; b=2"), (b"te", b"trailers"))
    assert (head.http10, head.expects, head.keep_alive, head.upgrades) == (False, False, True, False)


def test_a_host_stands_in_for_an_authority():
    assert request_head([*changed(authority=None), (b"host", b"c.example")]).host == b"c.example"
    assert request_head([*PSEUDO, (b"host", b"a.example")]).headers == ((b"host", b"a.example"),)


MALFORMED = {
    "no method": changed(method=None),
    "a method with a space": changed(method=b"GE T"),
    "no path": changed(path=None),
    "an empty path": changed(path=b""),
    "a path without a slash": changed(path=b"b"),
    "a path with a space": changed(path=b"/b HTTP/1.1"),
    "no scheme": changed(scheme=None),
    "a pseudo-header twice": [*PSEUDO, PSEUDO[0]],
    "a pseudo-header behind a header": [*PSEUDO[:3], (b"a", b"b"), PSEUDO[3]],
    "an unknown pseudo-header": [*PSEUDO, (b":protocol", b"websocket")],
    "a pseudo-header of responses": [*PSEUDO, (b":status", b"200")],
    "a capital": [*PSEUDO, (b"A", b"b")],
    "a name with a colon": [*PSEUDO, (b"a:b", b"b")],
    "an empty name": [*PSEUDO, (b"", b"b")],
    "a line end": [*PSEUDO, (b"a", b"b\r\nc: d")],
    "a line end in a path": changed(path=b"/b\r\nc"),
    "a NUL": [*PSEUDO, (b"a", b"b\0")],
    "white space around": [*PSEUDO, (b"a", b" b")],
    "Connection": [*PSEUDO, (b"connection", b"close")],
    "Keep-Alive": [*PSEUDO, (b"keep-alive", b"5")],
    "Proxy-Connection": [*PSEUDO, (b"proxy-connection", b"close")],
    "Transfer-Encoding": [*PSEUDO, (b"transfer-encoding", b"chunked")],
    "Upgrade": [*PSEUDO, (b"upgrade", b"h2c")],
    "another TE": [*PSEUDO, (b"te", b"gzip")],
    "another Host": [*PSEUDO, (b"host", b"b.example")],
    "a user in an authority": changed(authority=b"user@a.example"),
    "a path in an authority": changed(authority=b"a.example/b"),
    "a CONNECT with a path": changed(method=b"CONNECT"),
}


@pytest.mark.parametrize("fields", MALFORMED.values(), ids=MALFORMED)
def test_a_malformed_request_is_refused(fields):
    with pytest.raises(StreamError):
        request_head(fields)


@pytest.mark.parametrize(
    "fields",
    [[], [(b":status", b"20")], [(b":status", b"abc")], [(b":status", b"200"), (b":path", b"/")], [(b"a", b"b")]],
)
def test_a_malformed_response_is_refused(fields):
    with pytest.raises(StreamError):
        response_head(fields)


def test_a_response_has_a_status_and_headers():
    assert response_head([(b":status", b"204"), (b"a", b"b")]) == (204, ((b"a", b"b"),))


def test_trailers_have_no_pseudo_headers():
    assert trailers([(b"a", b"b")]) == ((b"a", b"b"),)
    with pytest.raises(StreamError):
        trailers([(b":status", b"200")])


def test_what_is_sent_has_small_letters_and_nothing_about_a_connection():
    headers = ((b"Content-Type", b"a"), (b"Connection", b"close"), (b"Transfer-Encoding", b"chunked"), (b"X", b" a\n"))

    assert response_fields(200, headers) == [(b":status", b"200"), (b"content-type", b"a"), (b"x", b"a")]
    assert request_fields(b"GET", "https", b"a", b"/", ((b"Host", b"b"), (b"TE", b"trailers, gzip"))) == [
        (b":method", b"GET"),
        (b":scheme", b"https"),
        (b":authority", b"a"),
        (b":path", b"/"),
        (b"te", b"trailers"),
    ]


def test_a_connect_to_a_websocket_is_a_get_that_upgrades_and_the_other_way_round(monkeypatch):
    monkeypatch.setattr("secrets.token_bytes", lambda size: b"the sample nonce")
    version = (b"sec-websocket-version", b"13")
    fields = [*changed(method=b"CONNECT"), (b":protocol", b"websocket"), version]

    head = request_head(fields)

    assert (head.method, head.target, head.upgrades) == (b"GET", b"/b", True)
    assert head.headers == ((b"host", b"a.example"), (b"sec-websocket-key", b"dGhlIHNhbXBsZSBub25jZQ=="), version)
    sent = request_fields(b"GET", "https", b"a.example", b"/b", (*head.headers, (b"Upgrade", b"websocket")))
    assert sorted(sent) == sorted(fields)


def test_the_agreement_to_a_websocket_is_a_200():
    headers = ((b"Upgrade", b"websocket"), (b"Sec-WebSocket-Accept", b"x"), (b"Sec-WebSocket-Protocol", b"chat"))

    assert response_fields(101, headers) == [(b":status", b"200"), (b"sec-websocket-protocol", b"chat")]
