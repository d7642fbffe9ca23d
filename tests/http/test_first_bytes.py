"""What a connection wants, told whole, byte by byte and with trailing data."""

import ssl

import pytest

from recproxy.http.first_bytes import (
    HEAD_LIMIT,
    Absolute,
    Announcement,
    ClientHello,
    Connecting,
    Incomplete,
    Malformed,
    Origin,
    sort,
)

CONNECT = b"CONNECT api.twitter.com:443 HTTP/1.1\r\nHost: api.twitter.com:443\r\n\r\n"
ABSOLUTE = b"GET http://Bit.ly:8080/v4?u=http://a/ HTTP/1.1\r\nHost: other\r\n\r\n"
ORIGIN = b"POST /x HTTP/1.1\r\nAccept: a\r\nhost:  api.bit.ly \r\nContent-Length: 0\r\n\r\n"


def client_hello(name, protocols=()):
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)  # it verifies nothing, so it need not read all roots
    if protocols:
        context.set_alpn_protocols(protocols)
    if name is None:
        context.check_hostname = False
    connection = context.wrap_bio(incoming, outgoing, server_hostname=name)
    with pytest.raises(ssl.SSLWantReadError):
        connection.do_handshake()
    return outgoing.read()


def refragmented(hello, size):
    """The same handshake message in records of `size` bytes."""
    body = hello[5:]
    pieces = [body[start : start + size] for start in range(0, len(body), size)]
    return b"".join(hello[:3] + len(piece).to_bytes(2, "big") + piece for piece in pieces)


SAMPLES = [
    (CONNECT, Connecting("api.twitter.com", 443, len(CONNECT))),
    (CONNECT.replace(b"\r\n", b"\n"), Connecting("api.twitter.com", 443, len(CONNECT) - 3)),
    (b"CONNECT [::1]:8443 HTTP/1.0\r\n\r\n", Connecting("::1", 8443, 31)),
    (b"RECPROXY 203.0.113.9 HTTP/1.1\r\nPort: 40001\r\n\r\n", Announcement("203.0.113.9", 40001)),
    (b"RECPROXY ::1 HTTP/1.1\r\nPort: 40001\r\nTo: 8080\r\n\r\n", Announcement("::1", 40001, 8080)),
    (ABSOLUTE, Absolute("Bit.ly:8080")),
    (b"\r\n" + ABSOLUTE, Absolute("Bit.ly:8080")),
    (ORIGIN, Origin("api.bit.ly")),
    (b"GET / HTTP/1.1\r\nX-Host: a\r\n\r\n", Origin("")),
    (b"GET / HTTP/1.1\r\nHost: b\xc3\xbccher.example\r\n\r\n", Origin("b\u00fccher.example")),
    (b"GET http://b\xc3\xbccher.example/ HTTP/1.1\r\n\r\n", Absolute("b\u00fccher.example")),
    (b"CONNECT b\xc3\xbccher.example:443 HTTP/1.1\r\n\r\n", Connecting("xn--bcher-kva.example", 443, 40)),
    (client_hello("api.twitter.com"), ClientHello("api.twitter.com")),
    (refragmented(client_hello("api.twitter.com"), 40), ClientHello("api.twitter.com")),
    (client_hello(None), ClientHello(None)),
    (client_hello("a.example", ["h2", "http/1.1"]), ClientHello("a.example", (b"h2", b"http/1.1"))),
    (
        b"EHLO me\r\n",
        Malformed(
            400,
            'SMTP is not spoken here: declare an endpoint with protocol = "smtp", or give the program a mail server of the test\'s own',
        ),
    ),
    (
        b"lhlo\r\n",
        Malformed(
            400,
            'SMTP is not spoken here: declare an endpoint with protocol = "smtp", or give the program a mail server of the test\'s own',
        ),
    ),
    (b"a1 LOGIN user word\r\n", Malformed(400, "neither HTTP nor TLS")),
    (
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        Incomplete(greeting=b"\0\0\0\4\0\0\0\0\0"),
    ),
]


@pytest.mark.parametrize(("data", "wanted"), SAMPLES)
def test_whole_and_with_trailing_data(data, wanted):
    assert sort(data) == wanted
    assert sort(data + b"\x16\x03\x01 more") == wanted


@pytest.mark.parametrize(
    ("protocols", "wanted"), [((), True), ((b"h2",), True), ((b"http/1.1",), True), ((b"acme-tls/1",), False)]
)
def test_a_client_that_names_other_protocols_alone_speaks_no_http_1(protocols, wanted):
    assert ClientHello("a.example", protocols).speaks_http is wanted


@pytest.mark.parametrize(("data", "wanted"), SAMPLES)
def test_byte_by_byte_it_never_guesses(data, wanted):
    told = [sort(data[:end]) for end in range(len(data))]

    assert {type(each) for each in told} <= {Incomplete, type(wanted)}
    assert all(each == wanted for each in told if not isinstance(each, Incomplete))


@pytest.mark.parametrize(
    "data",
    [
        b"\x80\x2e\x01\x00\x02",
        b"CONNECT host:port HTTP/1.1\r\n\r\n",
        b"CONNECT :443 HTTP/1.1\r\n\r\n",
        b"RECPROXY 203.0.113.9 HTTP/1.1\r\nPort: x\r\n\r\n",
        b"CONNECT a:99999 HTTP/1.1\r\n\r\n",
        b"\x16\x03\x01\x00\x05\x02\x00\x00\x01\x00",
        b"\x16\x09\x01\x00\x05\x01",
        b"SSH-2.0-OpenSSH_9.2\r\n\x00" + b"(" * 50 + b" ",
    ],
)
def test_neither_http_nor_tls_is_refused(data):
    assert isinstance(sort(data), Malformed)


def test_a_head_without_end_is_too_large():
    endless = b"CONNECT a:443 HTTP/1.1\r\nX: " + b"a" * HEAD_LIMIT

    assert sort(endless) == Malformed(431, "the head is too large")


def test_a_hello_cut_inside_its_server_name_has_none():
    hello = bytearray(client_hello("api.twitter.com"))
    cut = hello.index(b"api.twitter.com") + 4
    shortened = hello[:cut]
    shortened[3:5] = (len(shortened) - 5).to_bytes(2, "big")
    shortened[6:9] = (len(shortened) - 9).to_bytes(3, "big")

    assert sort(bytes(shortened)) == ClientHello(None)
