from __future__ import annotations

import pytest

from recproxy.matching.echo import name_for, with_name
from recproxy.recording import Response


@pytest.mark.parametrize(
    ("field", "name"),
    [("json /id", "id"), ("json /0/id", "id"), ("query request_id", "request_id"), ("header Idempotency-Key", "idempotency-key"), ("json /7", "json")],
)  # fmt: skip
def test_a_place_is_named_after_its_field(field, name):
    assert name_for(field) == name


@pytest.mark.parametrize(
    ("body", "value", "wanted"),
    [
        (b'{"result": 7, "id": 7}', b"7", b'{"result": 7, "id": XXX[id]}'),
        (b'{"id":"7","n":"7"}', b"7", b'{"id":"XXX[id]","n":"7"}'),
        (b'{"id": 77}', b"7", None),
        (b'{"id": 7.5}', b"7", None),
        (b"<To>urn:uuid:0a1b</To>", b"urn:uuid:0a1b", b"<To>XXX[id]</To>"),
        (b"x-urn:uuid:0a1b", b"urn:uuid:0a1b", None),
        (b"<r><n:Id t='1'>7</n:Id><No>7</No></r>", b"7", b"<r><n:Id t='1'>XXX[id]</n:Id><No>7</No></r>"),
        (b"<Ids>7</Ids><Id>77</Id>", b"7", None),
        (b'{"id": "XXX"}', b"XXX", None),
        (
            b'{"0a1b-2c3d": {"of": "0a1b-2c3d", "0a1b-2c3d" : 1, "see 0a1b-2c3d": 2}}',
            b"0a1b-2c3d",
            b'{"0a1b-2c3d": {"of": "XXX[id]", "0a1b-2c3d" : 1, "see 0a1b-2c3d": 2}}',
        ),
        (b"", b"", None),
    ],
)
def test_a_response_that_says_a_value_again_gets_its_named_place(body, value, wanted):
    found = with_name(Response(status=200, body=body), value, "id", "id")

    assert (found and found.body) == wanted


def test_a_long_value_is_also_found_in_headers():
    found = with_name(Response(status=200, headers=((b"X-Key", b"k-12345678"),)), b"k-12345678", "key", "key")

    assert found is not None
    assert found.headers == ((b"X-Key", b"XXX[key]"),)
