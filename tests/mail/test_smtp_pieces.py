"""The pieces of SMTP steps: together they are the step, and credentials and messages are told from lines."""

import base64

import pytest

from recproxy.mail.pieces import PieceKind
from recproxy.mail.smtp_pieces import smtp_pieces
from recproxy.recording import Act, Step

PLAIN = base64.b64encode(b"\0me\0pass")
SAID = (
    Step(Act.SERVER, b"220 a\r\n"),
    Step(Act.CLIENT, b"STARTTLS\r\n"),
    Step(Act.SERVER, b"220 go\r\n"),
    Step(Act.TLS),
    Step(Act.CLIENT, b"auth  plain " + PLAIN + b"\r\n"),
    Step(Act.SERVER, b"535 no\r\n"),
    Step(Act.CLIENT, b"AUTH LOGIN\r\n"),
    Step(Act.SERVER, b"334 VXNlcm5hbWU6\r\n"),
    Step(Act.CLIENT, b"bWU=\r\n"),
    Step(Act.SERVER, b"334 UGFzc3dvcmQ6\r\n"),
    Step(Act.CLIENT, b"cGFzcw==\r\n"),
    Step(Act.SERVER, b"334 e30=\r\n"),
    Step(Act.CLIENT, b"*\r\n"),
    Step(Act.SERVER, b"235 yes\r\n"),
    Step(Act.CLIENT, b"DATA\r\n"),
    Step(Act.SERVER, b"354 go\r\n"),
    Step(Act.CLIENT, b"AUTH PLAIN in a message\r\n"),
    Step(Act.SERVER, b"250 ok\r\n"),
    Step(Act.CLIENT, b"BDAT 3 LAST\r\n"),
    Step(Act.CLIENT, b"abc"),
    Step(Act.SERVER, b"250 ok\r\n"),
    Step(Act.CLIENT, b"\r\n"),
    Step(Act.CLOSE),
)


def test_pieces_are_told_apart():
    pieces = smtp_pieces(SAID)

    assert [b"".join(piece.data for piece in each) for each in pieces] == [step.data for step in SAID]
    assert [piece.data for each in pieces for piece in each if piece.kind is PieceKind.MESSAGE] == [
        b"AUTH PLAIN in a message\r\n",
        b"abc",
    ]
    assert [(piece.data, piece.proof) for each in pieces for piece in each if piece.kind is PieceKind.CREDENTIAL] == [
        (PLAIN, b"Basic bWU6cGFzcw=="),
        (b"bWU=", b""),
        (b"cGFzcw==", b"Basic bWU6cGFzcw=="),
    ]


@pytest.mark.parametrize(
    ("said", "credentials"),
    [
        ((b"AUTH PLAIN", PLAIN), [(PLAIN, b"Basic bWU6cGFzcw==")]),
        ((b"AUTH LOGIN", b"bWU=", b"cGFzcw=="), [(b"bWU=", b""), (b"cGFzcw==", b"Basic bWU6cGFzcw==")]),
        ((b"cGFzcw==",), [(b"cGFzcw==", b"")]),
        ((b"AUTH=PLAIN " + PLAIN,), [(PLAIN, b"Basic bWU6cGFzcw==")]),
        ((b"AUTH AHBhc3M=",), [(b"AHBhc3M=", b"")]),
        ((b"AUTH PLAIN", b"data", b"STARTTLS", b"RSET", b"QUIT"), []),
        ((b"AUTH", b"me pass word"), [(b"me pass word", b"")]),
        ((b"AUTH PLAIN", b"AHBhc3-_ x"), [(b"AHBhc3-_ x", b"")]),
        ((b"AUTH\tPLAIN\t" + PLAIN,), [(PLAIN, b"Basic bWU6cGFzcw==")]),
        ((b"AUHT PLAIN " + PLAIN,), [(b"PLAIN " + PLAIN, b"")]),
        (
            (b"PASS secret", b"s3cret!", b"a1 LOGIN me pass"),
            [(b"secret", b""), (b"s3cret!", b""), (b"a1 LOGIN me pass", b"")],
        ),
        ((b"HELP AUTH", b"noop x", b"MAIL FROM:<a@b.example>"), []),
    ],
)
def test_a_response_of_a_refused_login_is_a_credential(said, credentials):
    steps = [step for each in said for step in (Step(Act.CLIENT, each + b"\r\n"), Step(Act.SERVER, b"530 no\r\n"))]
    pieces = smtp_pieces(steps)

    assert [b"".join(piece.data for piece in each) for each in pieces] == [step.data for step in steps]
    assert [
        (piece.data, piece.proof) for each in pieces for piece in each if piece.kind is PieceKind.CREDENTIAL
    ] == credentials


def test_a_response_that_the_server_repeats_is_a_credential_there():
    steps = [
        Step(Act.CLIENT, PLAIN + b"\r\n"),
        Step(Act.SERVER, b'500 command "' + PLAIN.upper() + b'" not recognized\r\n'),
    ]
    assert [(piece.kind, piece.data) for piece in smtp_pieces(steps)[1]] == [
        (PieceKind.LINES, b'500 command "'),
        (PieceKind.CREDENTIAL, PLAIN.upper()),
        (PieceKind.LINES, b'" not recognized\r\n'),
    ]


def test_a_login_that_succeeded_leaves_nothing_open():
    steps = [
        Step(Act.CLIENT, b"AUTH PLAIN AAA\r\n"),
        Step(Act.SERVER, b"235 in\r\n"),
        Step(Act.CLIENT, b"XTRA a b\r\n"),
    ]
    assert [piece.data for piece in smtp_pieces(steps)[2]] == [b"XTRA ", b"a b", b"\r\n"]
