"""A sweep plays its faults in the answer that a client is there for."""

import pytest

from recproxy.play.fault_places import fault_place
from recproxy.recording import load

LOGIN = "< * OK ready\n> a LOGIN me XXX\n< a OK in\n"


@pytest.mark.parametrize(
    ("protocol", "steps", "wanted"),
    [
        ("smtp", "< 220 a\n> DATA\n< 354 go\n> Subject: x\n< 250 queued\n> QUIT\n< 221 bye\n", ("message", 12)),
        ("smtp", "< 220 a\n> mail FROM:<a>\n< 550 no\n> QUIT\n< 221 bye\n", ("MAIL", 8)),
        ("smtp", "< 220 a\n> AUTH LOGIN\n< 334 x\n> XXX\n< 535 no\n", ("AUTH", 7)),
        ("smtp", "< 220 a\n:close\n", ("greeting", 7)),
        ("imap", LOGIN + "> b SELECT x\n< b OK x\n> c UID FETCH 1 UID\n< * 1 FETCH (UID 1)\n< c OK\n", ("FETCH", 25)),
        ("imap", LOGIN, ("LOGIN", 9)),
        ("imap", "< * OK ready\n:close\n", ("greeting", 12)),
    ],
)
def test_the_place_is_that_of_the_mail(protocol, steps, wanted):
    text = f"#recproxy 2\n\n{protocol.upper()} {protocol}://a.example:1\n{steps}=======\n"

    assert fault_place(load(text.encode()).interactions[0]) == wanted
