from h2_client import frames

from recproxy.http.h2.frames import PREFACE
from recproxy.http.h2.goaway import with_goaway

GOAWAY = b"\0\0\x08\x07\0\0\0\0\0" + b"\0" * 8
PING = b"\0\0\x08\6\1\0\0\0\0" + b"12345678"


def test_the_reason_stands_in_the_place_of_other_last_words():
    told = with_goaway(PREFACE + PING + GOAWAY, stream=5, code=1, reason="no")

    assert told.startswith(PREFACE)
    ping, goaway = frames(told[len(PREFACE) :])
    assert (ping.opaque_data, goaway.last_stream_id, goaway.error_code, goaway.additional_data) == (
        b"12345678",
        5,
        1,
        b"no",
    )
