"""What is new each time in the words of a mail server, and what is a change."""

import pytest

from recproxy.play.server_words import says_the_same


@pytest.mark.parametrize(
    ("old", "new", "same"),
    [
        (b"250 2.0.0 OK queued as 7\r\n", b"250 2.0.0 OK queued as 81\r\n", True),
        (
            b"250 2.0.0 OK  1700000000 ab12-20020a - gsmtp\r\n",
            b"250 2.0.0 OK  1711111111 cd34-20020b - gsmtp\r\n",
            True,
        ),
        (b"220 mx ESMTP ab12 ready\r\n", b"220 mx ESMTP cd34 ready\r\n", True),
        (b"250 OK\r\n", b"250 Accepted\r\n", False),
        (b"250 2.0.0 OK 1\r\n", b"250 2.1.5 OK 1\r\n", False),
        (b"250 OK 1\r\n", b"251 OK 1\r\n", False),
        (b"250 a\r\nSIZE 9\r\n", b"250 a\r\nSIZE 10\r\n", False),
        (b"450 wait for 30 seconds\r\n", b"450 wait for 60 seconds\r\n", False),
        (b"535 5.7.8 no ab12cd34 - gsmtp\r\n", b"535 5.7.8 no ef56gh78 - gsmtp\r\n", True),
        (b"250 <XXX[to]> 1\r\n", b"250 <you@a.example> 1\r\n", True),
        (b"250 <XXX[to]> 1\r\n", b"250 <you@a.example> 2\r\n", False),
        (b"no reply\r\n", b"no reply 2\r\n", False),
    ],
)
def test_a_reply_of_smtp(old, new, same):
    assert says_the_same(old, new, "XXX", is_imap=False) is same
    assert says_the_same(old, old, None, is_imap=False)


@pytest.mark.parametrize(
    ("old", "new", "same"),
    [
        (
            b"A1 OK Search completed (0.001 + 0.000 secs).\r\n",
            b"A1 OK Search completed (0.014 + 0.002 secs).\r\n",
            True,
        ),
        (b"A1 OK Search completed (0.1 + 0.0 + 0.2 secs).\r\n", b"A1 OK Search completed (0.014 secs).\r\n", True),
        (b"A1 OK [READ-ONLY] done (0.001 secs)\r\n", b"A1 OK [READ-ONLY] done (0.002 secs)\r\n", True),
        (b"A1 OK [APPENDUID 1 2] done\r\n", b"A1 OK [APPENDUID 1 3] done\r\n", False),
        (b"A1 OK done (0.001 secs)\r\n", b"A2 OK done (0.002 secs)\r\n", False),
        (b"A1 OK done\r\n", b"A1 NO done\r\n", False),
        (b"* 2 EXISTS\r\n", b"* 3 EXISTS\r\n", False),
        (b"* OK [UIDNEXT 3] Predicted\r\n", b"* OK [UIDNEXT 4] Predicted\r\n", False),
        (b"+ \r\n", b"+ 1\r\n", False),
    ],
)
def test_an_answer_of_imap(old, new, same):
    assert says_the_same(old, new, "XXX", is_imap=True) is same
