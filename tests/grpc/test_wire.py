"""Fields on the wire, without types."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recproxy.grpc.wire import Unreadable, WireField, fields, put_number, put_tag, take_number


@given(st.integers(0, (1 << 64) - 1))
def test_a_number_comes_back(value):
    data = put_number(value)

    assert take_number(data, 0) == (value, len(data))


@pytest.mark.parametrize(
    "data",
    [b"\x80", b"\x80\x00", b"\xff" * 11, b"\xff" * 9 + b"\x7f", b""],
    ids=["cut", "long", "eleven", "65 bits", "none"],
)
def test_a_number_in_another_form_is_refused(data):
    with pytest.raises(Unreadable):
        take_number(data, 0)


def test_fields_are_told_by_number_and_type():
    data = b"\x08\x05" + b"\x12\x02hi" + b"\x1d1234" + b"\x2112345678" + put_tag(5, 3) + b"\x08\x01" + put_tag(5, 4)

    assert list(fields(data)) == [
        WireField(1, 0, 5),
        WireField(2, 2, b"hi"),
        WireField(3, 5, b"1234"),
        WireField(4, 1, b"12345678"),
        WireField(5, 3, b"\x08\x01"),
    ]


@pytest.mark.parametrize(
    "data",
    [b"\x12\x05hi", b"\x00\x01", b"\x0e\x01", b"\x0c", put_tag(1, 3) + b"\x08\x01", put_tag(1, 3) + put_tag(2, 4)],
    ids=["cut off", "number 0", "type 6", "an end", "no end", "another end"],
)
def test_what_is_no_message_is_refused(data):
    with pytest.raises(Unreadable):
        list(fields(data))


def test_groups_in_groups_are_followed_so_deep_and_no_deeper():
    deep = put_tag(1, 3) * 39 + put_tag(1, 4) * 39

    assert [each.number for each in fields(deep)] == [1]
    with pytest.raises(Unreadable, match="too deep"):
        list(fields(put_tag(1, 3) * 100_000))
