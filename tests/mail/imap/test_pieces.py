"""The pieces of IMAP steps: together they are the step, and credentials and messages are told from lines."""

import base64

import pytest

from recproxy.mail.imap.lines import ImapLine
from recproxy.mail.imap.pieces import imap_pieces, joined_pieces, step_line
from recproxy.mail.pieces import PieceKind
from recproxy.recording import Act, Step

PLAIN = base64.b64encode(b"\0me\0pass")
BASIC = b"Basic " + base64.b64encode(b"me:pass")


def client(data):
    return Step(Act.CLIENT, data)


def server(data):
    return Step(Act.SERVER, data)


def told(steps, kind):
    pieces = imap_pieces(steps)
    assert [b"".join(piece.data for piece in each) for each in pieces] == [step.data for step in steps]
    return [(piece.data, piece.proof) for each in pieces for piece in each if piece.kind is kind]


@pytest.mark.parametrize(
    ("steps", "wanted"),
    [
        ([client(b"A1 LOGIN me pass\r\n")], [(b"pass", BASIC)]),
        ([client(b'A1 login "me" "pass"\r\n')], [(b'"pass"', BASIC)]),
        ([client(b'A1 LOGIN me "a\\"b c"\r\n')], [(b'"a\\"b c"', b"Basic " + base64.b64encode(b'me:a"b c'))]),
        ([client(b"A1 LOGIN {2}\r\nme {4}\r\npass\r\n")], [(b"pass", BASIC)]),
        ([client(b"A1 LOGIN {2+}\r\nme pass\r\n")], [(b"pass", BASIC)]),
        ([client(b"A1 LOGIN me {4+}\r\npass\r\n")], [(b"pass", BASIC)]),
        ([client(b'A1 LOGIN "me pass\r\n')], [(b'"me pass', b"")]),
        ([client(b"A1 LOGIN me pass more\r\n")], [(b"me pass more", b"")]),
        ([client(b"A1 LOGIN\r\n")], []),
        ([client(b"A1 AUTHENTICATE PLAIN " + PLAIN + b"\r\n")], [(PLAIN, BASIC)]),
        ([client(b"A1 authenticate plain\r\n"), server(b"+\r\n"), client(PLAIN + b"\r\n")], [(PLAIN, BASIC)]),
        (
            [
                client(b"A1 AUTHENTICATE LOGIN\r\n"),
                server(b"+ VXNlcg==\r\n"),
                client(b"bWU=\r\n"),
                server(b"+ UGFzcw==\r\n"),
                client(b"cGFzcw==\r\n"),
            ],
            [(b"bWU=", b""), (b"cGFzcw==", BASIC)],
        ),
        (
            [client(b"A1 AUTHENTICATE CRAM-MD5\r\n"), server(b"+ PDE+\r\n"), client(b"bWUgMDEy\r\n")],
            [(b"bWUgMDEy", b"")],
        ),
        ([client(b"A1 AUTHENTICATE X =\r\n"), server(b"+ e30=\r\n"), client(b"*\r\n")], []),
        ([client(b"A1 IDLE\r\n"), server(b"+ idling\r\n"), client(b"DONE\r\n")], []),
        (
            [
                client(b"A1 AUTHENTICATE PLAIN " + PLAIN + b"\r\n"),
                server(b"A1 OK in\r\n"),
                client(b"A2 IDLE\r\n"),
                server(b"+ idling\r\n"),
                client(b"DONE\r\n"),
            ],
            [(PLAIN, BASIC)],
        ),
    ],
)
def test_credentials_are_told_from_lines(steps, wanted):
    assert told(steps, PieceKind.CREDENTIAL) == wanted


@pytest.mark.parametrize(
    ("steps", "wanted"),
    [
        ([client(b"A1 APPEND x (\\Seen) {5}\r\nA: b\n\r\n")], [b"A: b\n"]),
        ([client(b"A1 APPEND x {1+}\r\na {2+}\r\nbc\r\n")], [b"a", b"bc"]),
        ([server(b"* 1 FETCH (BODY[] {3}\r\na\r\n UID 2)\r\n")], [b"a\r\n"]),
        ([server(b"* 1 FETCH (RFC822 {3}\r\na\r\n BODY[HEADER.FIELDS (FROM TO)] {1}\r\nb)\r\n")], [b"a\r\n", b"b"]),
        ([server(b"* 1 FETCH (BODY[1.2.MIME] {1}\r\na BODY[1]<0> {1}\r\nb BODY[]<5> {1}\r\nc)\r\n")], [b"a", b"c"]),
        ([server(b"* LIST () NIL {1}\r\na\r\n"), server(b"* OK see {1}\r\n"), Step(Act.CLOSE)], []),
        ([server(b"* 1 FETCH (BODY[] {30}\r\na)\r\n")], []),
    ],
)
def test_messages_are_told_from_lines(steps, wanted):
    assert [data for data, _ in told(steps, PieceKind.MESSAGE)] == wanted


def test_a_literal_is_announced_with_the_size_that_it_has_now():
    (pieces,) = imap_pieces([client(b"A1 APPEND x {1+}\r\na ~{2}\r\nbc\r\n")])

    said = [{b"a": b"long", b"bc": b""}.get(piece.data, piece.data) for piece in pieces]
    assert joined_pieces(pieces, said) == b"A1 APPEND x {4+}\r\nlong ~{0}\r\n\r\n"
    assert joined_pieces(pieces, [piece.data for piece in pieces]) == b"A1 APPEND x {1+}\r\na ~{2}\r\nbc\r\n"


@pytest.mark.parametrize(
    ("step", "wanted"),
    [
        (server(b"* 1 FETCH (BODY[] {1}\r\na)\r\n"), ImapLine((b"* 1 FETCH (BODY[] {1}", b"a", b")"))),
        (client(b"A1 NOOP\r\n"), ImapLine((b"A1 NOOP",))),
        (server(b"* 1 FETCH (BODY[] {9}\r\na)\r\n"), None),
        (server(b"* 1 EXISTS\r\n* 2 EXISTS\r\n"), None),
        (server(b"* 1 EXISTS"), None),
    ],
)
def test_a_step_is_one_line(step, wanted):
    assert step_line(step) == wanted


@pytest.mark.parametrize("said", [b"me pass", b"{2}\r\nme {4+}\r\npass", b"PLAIN AG1lAHBhc3M="])
@pytest.mark.parametrize("name", [b"login ", b"AUTHENTICATE  "])
def test_a_login_without_a_tag_is_a_credential(name, said):
    (pieces,) = imap_pieces([client(name + said + b"\r\n")])

    assert [(piece.kind, piece.data) for piece in pieces] == [
        (PieceKind.LINES, name),
        (PieceKind.CREDENTIAL, said),
        (PieceKind.LINES, b"\r\n"),
    ]


IN = [client(b"A1 LOGIN me pass\r\n"), server(b"A1 OK in\r\n")]
BAD = server(b"A1 BAD what\r\n")


@pytest.mark.parametrize(
    ("steps", "wanted"),
    [
        ([client(b"A1 UID LOGIN me pass\r\n"), BAD], [(b"pass", BASIC)]),
        ([client(b"A1 UID LOGIN {2}\r\nme {4}\r\npass\r\n"), BAD], [(b"pass", BASIC)]),
        ([client(b"A1 uid authenticate plain " + PLAIN + b"\r\n"), BAD], [(PLAIN, BASIC)]),
        ([client(b"A1 LOGIN\r\n"), BAD, client(b"A2 w0rd\r\n")], [(b"w0rd", b"")]),
        ([client(b"A1 LOGIN\r\n"), BAD, client(b"A2 me w0rd\r\n")], [(b"me w0rd", b"")]),
        ([client(b"A1 LOGIN me {2+}\r\npass\r\n"), BAD], [(b"me {2+}\r\npass", b"")]),
        ([client(b"A1 AUTHENTICATE\r\n"), BAD, client(b"A2 c2VjcmV0 x\r\n")], [(b"c2VjcmV0 x", b"")]),
        ([client(b"A1 LOGON me pass\r\n"), BAD], [(b"me pass", b"")]),
        ([client(b"A1 AUTH PLAIN " + PLAIN + b"\r\n"), BAD], [(b"PLAIN " + PLAIN, b"")]),
        ([client(b'A1\tLOGIN\tme\t"pass"\r\n'), BAD], [(b'me\t"pass"', b"")]),
        ([client(b"USER me\r\n"), client(b"PASS secret\r\n")], [(b"me", b""), (b"secret", b"")]),
        ([client(b"A1 AUTH X\r\n"), server(b"+\r\n"), client(b"c2VjcmV0\r\n")], [(b"X", b""), (b"c2VjcmV0", b"")]),
        ([*IN, client(b"A2 XTRA me pass\r\n"), client(b"A3 NOOP\r\n")], [(b"pass", BASIC)]),
        ([*IN, client(b"A2 LOGIN me more\r\n")], [(b"pass", BASIC), (b"more", b"Basic bWU6bW9yZQ==")]),
        ([server(b"* PREAUTH in\r\n"), client(b"A1 XTRA me pass\r\n")], []),
        ([client(b"A1 SELECT LOGIN\r\n"), client(b"A2 STATUS pass (UNSEEN)\r\n"), client(b"A3 ID (a b)\r\n")], []),
    ],
)
def test_what_could_be_a_login_is_a_credential(steps, wanted):
    assert told(steps, PieceKind.CREDENTIAL) == wanted


def test_a_login_that_the_server_repeats_is_a_credential_there():
    said = [
        client(b"A1 AUTHENTICATE PLAIN {20+}\r\n" + PLAIN + b"\r\n"),
        server(b"A1 BAD what\r\n"),
        server(PLAIN + b" BAD what is " + PLAIN.upper() + b"?\r\n"),
        server(b"* BAD a" + PLAIN + b"\r\n"),
    ]
    assert told(said, PieceKind.CREDENTIAL)[1:] == [(PLAIN, b""), (PLAIN.upper(), b"")]


def test_a_login_in_literals_proves_what_one_on_a_line_does():
    for size in (b"{%d}" % len(PLAIN), b"{3+}"):
        said = [client(b"A1 AUTHENTICATE plain " + size + b"\r\n" + PLAIN + b"\r\n")]
        assert told(said, PieceKind.CREDENTIAL) == [(said[0].data[16:-2], BASIC)]


def test_a_login_in_literals_is_a_credential_as_a_whole():
    for data in (b"a AUTHENTICATE PLAIN {6+}\r\nAGEAYg\r\n", b"a AUTHENTICATE {12+}\r\nPLAIN AGEAYg\r\n"):
        [pieces] = imap_pieces([Step(Act.CLIENT, data)])
        assert [each.kind for each in pieces] == [PieceKind.LINES, PieceKind.CREDENTIAL, PieceKind.LINES]
        assert b"".join(each.data for each in pieces) == data
        assert b"AGEAYg" in pieces[1].data
