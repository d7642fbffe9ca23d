"""The texts of a PNG: read, masked, and the picture is still one."""

import base64
import gzip
import struct
import zlib

import pytest
from tables import exchange, place, token

from recproxy.redaction.budget import Budget
from recproxy.redaction.pictures import SIGNATURE, with_texts
from recproxy.redaction.rules import RedactionRules
from recproxy.redaction.scope import redact_scope

SECRET = token("a picture").encode()


def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def picture(kind, data):
    return SIGNATURE + chunk(b"IHDR", b"\0" * 13) + chunk(kind, data) + chunk(b"IDAT", b"x") + chunk(b"IEND", b"")


#: How a text is written in each kind of chunk.
TEXTS = {
    "tEXt": lambda text: b"note\0" + text,
    "zTXt": lambda text: b"note\0\0" + zlib.compress(text),
    "iTXt": lambda text: b"note\0\0\0de\0n\0" + text,
    "iTXt, compressed": lambda text: b"note\0\1\0de\0n\0" + zlib.compress(text),
}


@pytest.mark.parametrize("side", ["request", "response"])
@pytest.mark.parametrize("form", TEXTS)
def test_a_known_value_in_a_text_is_masked(form, side):
    kind, written = form[:4].encode(), TEXTS[form]
    body = picture(kind, written(b"see " + SECRET))
    rules = RedactionRules(values=(SECRET.decode(),))
    scope = redact_scope([place(exchange(), side, "image/png", "body", body)], rules)

    masked = picture(kind, written(b"see XXX"))
    assert getattr(scope.interactions[0], side).body == (masked if side == "response" else b"XXX")
    assert redact_scope(scope.interactions, rules).findings == ()


@pytest.mark.parametrize(
    "data", [b"", b"no end", b"note\0\0" + b"not compressed", b"note\0\0" + zlib.compress(b"cut off")[:-5]]
)
@pytest.mark.parametrize("kind", [b"zTXt", b"iTXt"])
def test_what_cannot_be_read_stays(kind, data):
    body = picture(kind, data)
    assert with_texts(body, lambda text: text, Budget(len(body))) == body


@pytest.mark.parametrize("damage", [lambda data: data[:-5], lambda data: data[:-1] + bytes([data[-1] ^ 1])])
def test_a_damaged_text_that_shows_a_secret_is_refused(damage):
    body = picture(b"zTXt", b"note\0\0" + damage(zlib.compress(b"see " + SECRET + b" " * 40)))
    scope = redact_scope(
        [place(exchange(), "response", "image/png", "body", body)], RedactionRules(values=(SECRET.decode(),))
    )

    assert len(scope.refusals) == 1
    assert "damaged text" in str(scope.refusals)
    assert scope.interactions == (None,)


def test_a_picture_that_is_cut_off_stays():
    body = picture(b"tEXt", b"note\0a")[:60] + b"\xff\0\0\0tEXtab"
    assert with_texts(body, lambda text: text, Budget(len(body))) == body


@pytest.mark.parametrize(
    ("kind", "body", "wanted"),
    [
        (
            "multipart/mixed; boundary=b",
            b"--b\r\nContent-Transfer-Encoding: base64\r\n\r\n%s\r\n--b--\r\n",
            b"--b\r\nContent-Transfer-Encoding: base64\r\n\r\nWFhY\r\n--b--\r\n",
        ),
        ("application/octet-stream", b"%s", b""),
    ],
)
def test_a_value_in_coded_data_of_a_response_gets_a_plain_mask(kind, body, wanted):
    """A replay could not fill a value in there."""
    packed = base64.b64encode(SECRET) if wanted else gzip.compress(SECRET)
    login = place(exchange(), "response", "application/json", "body", b'{"access_token": "%s"}' % SECRET)
    sent = place(exchange(), "request", "", "header", b"X-Thing: " + SECRET)
    shown = place(exchange(), "response", kind, "body", body % packed)
    got = redact_scope([login, sent, shown], RedactionRules()).interactions[2].response.body

    assert (got if wanted else gzip.decompress(got)) == (wanted or b"XXX")
