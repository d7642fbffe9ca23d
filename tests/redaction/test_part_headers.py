"""Known values in the headers of parts: names of files and of fields, in every way that clients write them."""

import base64
import html
from email.header import Header
from urllib.parse import quote

import pytest
from planting import left, planted, redact
from tables import password, token

from recproxy.redaction.rules import RedactionRules

PLAIN = token("part headers", 24)
AWKWARD = password("part headers") + " é&1"
FIELD = 'Content-Disposition: form-data; name="f"'
LINES = {
    "file": lambda value: f'{FIELD}; filename="{value}.txt"',
    "file alone": lambda value: f'{FIELD}; filename="{value}"',
    "file in a folder": lambda value: f'{FIELD}; filename="/up/{value}/a.txt"',
    "file in UTF-8": lambda value: f"{FIELD}; filename*=UTF-8''{quote(value)}.txt",
    "file with percents": lambda value: f'{FIELD}; filename="{quote(value)}"',
    "file with entities": lambda value: f'{FIELD}; filename="{html.escape(value)}"',
    "file in base64": lambda value: f'{FIELD}; filename="=?utf-8?B?{base64.b64encode(value.encode()).decode()}?="',
    "file in quoted-printable": lambda value: f'{FIELD}; filename="{Header(value, "utf-8").encode()}"',
    "file of Latin-1": lambda value: f'{FIELD}; filename="{Header(value, "iso-8859-1").encode()}"',
    "field": lambda value: f'Content-Disposition: form-data; name="{value}"',
    "type": lambda value: f"{FIELD}\r\nContent-Type: text/plain; x={value}",
    "other header": lambda value: f"{FIELD}\r\nX-Any: a={value}; b",
}


@pytest.mark.parametrize("side", ["request", "response"])
@pytest.mark.parametrize("value", [PLAIN, AWKWARD], ids=["plain", "awkward"])
@pytest.mark.parametrize("place", LINES)
def test_a_known_value_in_a_header_of_a_part_is_masked(place, value, side):
    body = f"--b1\r\n{LINES[place](value)}\r\n\r\nhi\r\n--b1--\r\n".encode()
    words = {"headers": ((b"Content-Type", b"multipart/form-data; boundary=b1"),), "body": body}

    result = redact(planted(words if side == "request" else {"response": words}), RedactionRules(values=(value,)))

    got = getattr(result.interaction, side).body
    assert left(value, result) == []
    assert got != body
    assert got.startswith(b"--b1\r\nContent-Disposition: form-data; ")
    assert got.endswith(b"\r\n\r\nhi\r\n--b1--\r\n")
