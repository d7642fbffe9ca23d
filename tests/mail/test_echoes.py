"""What a server repeats of a credential is found in any case, as a whole word, and without a search for short ones."""

import pytest

from recproxy.mail.echoes import Echoes
from recproxy.mail.pieces import Piece, PieceKind


def credentials(given, said):
    echoes = Echoes()
    echoes.remember(*given)
    pieces = echoes.told(Piece(PieceKind.LINES, said))
    assert b"".join(piece.data for piece in pieces) == said
    return [piece.data for piece in pieces if piece.kind is PieceKind.CREDENTIAL]


@pytest.mark.parametrize(
    ("given", "said", "wanted"),
    [
        ((b"AGpvZQBz",), b'500 "AGPVZQBZ" is not AGpvZQBz.\r\n', [b"AGPVZQBZ", b"AGpvZQBz"]),
        ((b'joe "secret-word"',), b"BAD secret-word joe\r\n", [b"secret-word"]),
        ((b"PLAIN {9}\r\nAGpvZQBz", b"AGpvZQ", b"Bz"), b"AGpvZQ BAD\r\n", [b"AGpvZQ"]),
        ((b"secret",), b"500 secretary, asecret, secret=\r\n", []),
        ((b"short",), b"500 short\r\n", []),
        ((b"first1",) + tuple(b"other%d" % number for number in range(20)), b"500 first1 other0\r\n", [b"other0"]),
    ],
)
def test_a_server_that_repeats_a_credential_is_seen(given, said, wanted):
    assert credentials(given, said) == wanted


def test_a_mail_message_is_left_as_it_is():
    echoes = Echoes()
    echoes.remember(b"secret")
    message = Piece(PieceKind.MESSAGE, b"secret")
    assert echoes.told(message) == (message,)
