from __future__ import annotations

import dataclasses

import pytest

from recproxy.recording import Interaction, Recording, Request, Response, header, header_values

HEADERS = ((b"Set-Cookie", b"a"), (b"Host", b"b"), (b"set-cookie", b"c"))


def test_headers_are_found_by_their_lower_case_name():
    assert header(HEADERS, b"set-cookie") == b"a"
    assert header(HEADERS, b"host") == b"b"
    assert header(HEADERS, b"accept") is None
    assert header_values(HEADERS, b"set-cookie") == [b"a", b"c"]
    assert header_values(HEADERS, b"accept") == []


def test_places_in_a_file_take_no_part_in_comparison():
    request, response = Request(method="GET", url="https://a/"), Response(status=200)

    assert Interaction(request=request, response=response, line=1) == Interaction(request=request, response=response)
    assert Recording(path="a") == Recording()


def test_bodies_are_not_shown():
    assert "secret" not in repr(Request(method="GET", url="https://a/", body=b"secret"))
    assert "secret" not in repr(Response(status=200, body=b"secret"))


def test_values_do_not_change():
    with pytest.raises(dataclasses.FrozenInstanceError):
        Request(method="GET", url="https://a/").url = "https://b/"
