import tracemalloc

import pytest

from recproxy.mail.imap.lines import ImapLine, LineReader, LiteralAsked, Oversized


def read_all(data, *, commands, size=None, limit=1 << 20):
    """What a reader says of bytes that come in pieces of a size."""
    reader, found = LineReader(commands=commands, limit=limit), []
    for at in range(0, len(data), size or len(data)):
        reader.feed(data[at : at + (size or len(data))])
        while (event := reader.next()) is not None:
            found.append(event)
    return found


#: bytes of a client, and what a reader says of them.
COMMANDS = {
    "a line": (b"A1 NOOP\r\n", [ImapLine((b"A1 NOOP",))]),
    "two lines in one segment": (b"A1 NOOP\r\nA2 NOOP\r\n", [ImapLine((b"A1 NOOP",)), ImapLine((b"A2 NOOP",))]),
    "a line that ends in LF alone": (b"A1 NOOP\n", [ImapLine((b"A1 NOOP",))]),
    "a literal that asks": (
        b"A1 LOGIN {2}\r\nme pw\r\n",
        [LiteralAsked(2), ImapLine((b"A1 LOGIN {2}", b"me", b" pw"))],
    ),
    "two literals": (
        b"A1 LOGIN {2}\r\nme {2}\r\npw\r\n",
        [LiteralAsked(2), LiteralAsked(2), ImapLine((b"A1 LOGIN {2}", b"me", b" {2}", b"pw", b""))],
    ),
    "a literal that does not ask (RFC 7888)": (
        b"A1 LOGIN {2+}\r\nme pw\r\n",
        [ImapLine((b"A1 LOGIN {2+}", b"me", b" pw"))],
    ),
    "a binary literal (RFC 3516)": (
        b"A1 APPEND x ~{3+}\r\n\0\r\n\r\n",
        [ImapLine((b"A1 APPEND x ~{3+}", b"\0\r\n", b""))],
    ),
    "a literal that holds lines": (
        b"A1 APPEND x {8+}\r\na\r\n{9}\r\n\r\n",
        [ImapLine((b"A1 APPEND x {8+}", b"a\r\n{9}\r\n", b""))],
    ),
    "an empty literal": (b"A1 LOGIN {0+}\r\n pw\r\n", [ImapLine((b"A1 LOGIN {0+}", b"", b" pw"))]),
    "braces that announce nothing": (b'A1 LOGIN "{2}" x\r\n', [ImapLine((b'A1 LOGIN "{2}" x',))]),
    "braces without a number": (b"A1 LOGIN {}\r\n", [ImapLine((b"A1 LOGIN {}",))]),
    "a line that is not complete": (b"A1 NOOP", []),
}

#: bytes of a server, and the lines that a reader finds.
RESPONSES = {
    "a literal of a server never asks": (
        b"* 1 FETCH (BODY[] {3}\r\na\r\n)\r\n",
        [ImapLine((b"* 1 FETCH (BODY[] {3}", b"a\r\n", b")"))],
    ),
    "a literal without a blank before it": (
        b"* 1 FETCH (BODY[]{1}\r\na)\r\n",
        [ImapLine((b"* 1 FETCH (BODY[]{1}", b"a", b")"))],
    ),
    "human text that ends in braces": (
        b"* OK see {3}\r\n* 1 EXISTS\r\n",
        [ImapLine((b"* OK see {3}",)), ImapLine((b"* 1 EXISTS",))],
    ),
    "the end of a command whose text ends in braces": (b"A1 NO see {3}\r\n", [ImapLine((b"A1 NO see {3}",))]),
    "a continuation whose text ends in braces": (b"+ {3}\r\n", [ImapLine((b"+ {3}",))]),
    "a literal in the code of a status": (
        b"* NO [BADCHARSET ({5}\r\nUTF-8)] x\r\n",
        [ImapLine((b"* NO [BADCHARSET ({5}", b"UTF-8", b")] x"))],
    ),
    "a mailbox that is named by a literal": (
        b"* LIST () NIL {2}\r\nOK\r\n",
        [ImapLine((b"* LIST () NIL {2}", b"OK", b""))],
    ),
}


@pytest.mark.parametrize("size", [None, 1, 7])
@pytest.mark.parametrize(("data", "wanted"), COMMANDS.values(), ids=COMMANDS)
def test_bytes_of_a_client_are_read_as_lines(data, wanted, size):
    assert read_all(data, commands=True, size=size) == wanted


@pytest.mark.parametrize("size", [None, 1, 7])
@pytest.mark.parametrize(("data", "wanted"), RESPONSES.values(), ids=RESPONSES)
def test_bytes_of_a_server_are_read_as_lines(data, wanted, size):
    assert read_all(data, commands=False, size=size) == wanted


@pytest.mark.parametrize("data", [data for data, wanted in (*COMMANDS.values(), *RESPONSES.values()) if wanted])
def test_a_line_is_the_bytes_on_the_wire(data):
    lines = [each for each in read_all(data, commands=False) if isinstance(each, ImapLine)]

    assert b"".join(line.data for line in lines) in (data, data.replace(b"\n", b"\r\n"))


#: bytes that are more than a limit of 100 allows, and what is said of them.
TOO_LONG = {
    "a line": (
        b"A1 LOGIN " + b"x" * 200 + b"\r\nA2 NOOP\r\n",
        [Oversized(b"A1 LOGIN " + b"x" * 191), ImapLine((b"A2 NOOP",))],
    ),
    "a literal that asks": (
        b"A1 APPEND x {101}\r\nA2 NOOP\r\n",
        [Oversized(b"A1 APPEND x {101}", waits=True), ImapLine((b"A2 NOOP",))],
    ),
    "a literal that does not ask": (
        b"A1 APPEND x {101+}\r\n" + b"y" * 101 + b"\r\nA2 NOOP\r\n",
        [Oversized(b"A1 APPEND x {101+}"), ImapLine((b"A2 NOOP",))],
    ),
    "literals that are too long together": (
        b"A1 APPEND x {50+}\r\n" + b"y" * 50 + b" {50+}\r\n" + b"y" * 50 + b"\r\nA2 NOOP\r\n",
        [Oversized(b"A1 APPEND x {50+}"), ImapLine((b"A2 NOOP",))],
    ),
}


@pytest.mark.parametrize("size", [None, 1, 7])
@pytest.mark.parametrize(("data", "wanted"), TOO_LONG.values(), ids=TOO_LONG)
def test_a_line_longer_than_the_limit_is_read_past(data, wanted, size):
    got = read_all(data, commands=True, size=size, limit=100)

    assert [type(each) for each in got] == [type(each) for each in wanted]
    assert got[1:] == wanted[1:]
    assert got[0].start.startswith(b"A1 ")
    assert got[0].waits == wanted[0].waits


@pytest.mark.parametrize("size", [None, 1, 7])
@pytest.mark.parametrize(
    "data",
    [
        b"a2 OK done " + b"x" * 600 + b" {3}\r\nabc\r\n",  # human text, and no literal
        b"a2 OK " + b"x" * 494 + b"\r\n",  # just short enough
        b"a2 OK " + b"x" * 495 + b"\r\n",
        b"* X {500}\r\n" + b"x" * 500 + b" OK x {3}\r\nabc\r\n",
    ],
)
def test_a_long_line_of_a_server_is_the_same_in_pieces(data, size):
    """Also where its beginning, which says whether what looks like a literal is one, is not kept."""
    whole = read_all(data + b"* BYE\r\n", commands=False, limit=500)

    assert read_all(data + b"* BYE\r\n", commands=False, size=size, limit=500) == whole
    assert whole[-1] == ImapLine((b"* BYE",))


def test_a_line_of_10_mb_that_is_too_long_is_not_kept():
    reader = LineReader(commands=True, limit=100_000)
    piece = b"x" * 50_000
    tracemalloc.start()
    try:
        for _ in range(200):
            reader.feed(piece)
            assert reader.next() is None
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert peak < 1_000_000
    reader.feed(b"\r\nA2 NOOP\r\n")
    assert isinstance(reader.next(), Oversized)
    assert reader.next() == ImapLine((b"A2 NOOP",))


def test_a_literal_of_10_mb_comes_whole():
    body = b"0123456789" * 1_000_000

    got = read_all(b"A1 APPEND x {%d+}\r\n%s\r\n" % (len(body), body), commands=True, size=65536, limit=1 << 24)

    assert got == [ImapLine((b"A1 APPEND x {10000000+}", body, b""))]


def test_the_bytes_that_are_forgotten_are_counted():
    reader = LineReader(commands=True)
    reader.feed(b"A1 STARTTLS\r\nA2 NOOP\r\nA3 LOGIN {3}\r\nab")
    assert reader.next() == ImapLine((b"A1 STARTTLS",))

    assert reader.clear() == len(b"A2 NOOP\r\nA3 LOGIN {3}\r\nab")
    assert reader.next() is None
    assert reader.is_between


def test_a_line_of_very_many_empty_literals_is_not_kept():
    reader = LineReader(commands=True)
    reader.feed(b"a LOGIN" + b" {0+}\r\n" * 10_001 + b"\r\nb NOOP\r\n")

    assert reader.next() == Oversized(b"a LOGIN {0+}")
    assert reader.next() == ImapLine((b"b NOOP",))
