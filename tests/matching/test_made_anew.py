from __future__ import annotations

import pytest

from recproxy.matching.differences import Difference
from recproxy.matching.made_anew import is_made_anew

#: 2026-11-28T12:00:00Z.
NOW = 1795867200.0
ONE = "0a1b2c3d-1111-4222-8333-444455556666"


def anew(field, wanted, got):
    return is_made_anew(Difference(field, wanted, got), now=NOW)


@pytest.mark.parametrize(
    ("field", "wanted", "got"),
    [
        ("query oauth_nonce", "a", "b"),
        ("query _cb", None, "7"),
        ("json /meta/request_id", "7", "8"),
        ("query x", ONE, ONE.replace("a", "b")),
        ("json /key", f'"{ONE}"', f'"{ONE[::-1].replace("-", "")}"'),
        ("query ts", "1650000000", "1795867199"),
        ("query t", "1650000000000", "1795867199123"),
        ("json /sent", '"2024-01-01T10:00:00Z"', '"2026-11-28T13:00:00+01:00"'),
        ("form stamp", "1650000000.25", "1795867199.5"),
    ],
)
def test_nonces_random_ids_and_the_time_now_are_made_anew(field, wanted, got):
    assert anew(field, wanted, got)


@pytest.mark.parametrize(
    ("field", "wanted", "got"),
    [
        ("query page", None, "2"),
        ("query date", "2026-11-01", "2026-11-28"),
        ("query since", "2024-01-01T00:00:00Z", "2024-02-01T00:00:00Z"),
        ("query ts", "1650000000", "1660000000"),
        ("query ts", "1650000000", None),
        ("json /user/id", "123456789012345", "123456789012346"),
        ("query q", "cats", ONE),
        ("query text", "a", "2026-11-28 some text"),
        ("body", "a", "b"),
    ],
)
def test_what_a_test_chose_is_not_made_anew(field, wanted, got):
    assert not anew(field, wanted, got)
