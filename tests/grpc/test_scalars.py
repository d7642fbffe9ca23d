"""Values of scalar types."""

import math
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recproxy.grpc.scalars import packed_values, put_packed, put_scalar, scalar
from recproxy.grpc.types import SCALARS
from recproxy.grpc.wire import Unreadable, put_number, take_number

INTEGERS = {
    "int32": (-(1 << 31), (1 << 31) - 1), "sint32": (-(1 << 31), (1 << 31) - 1), "sfixed32": (-(1 << 31), (1 << 31) - 1),
    "int64": (-(1 << 63), (1 << 63) - 1), "sint64": (-(1 << 63), (1 << 63) - 1), "sfixed64": (-(1 << 63), (1 << 63) - 1),
    "uint32": (0, (1 << 32) - 1), "fixed32": (0, (1 << 32) - 1), "uint64": (0, (1 << 64) - 1), "fixed64": (0, (1 << 64) - 1),
}  # fmt: skip


def taken(kind, data):
    return scalar(kind, SCALARS[kind], take_number(data, 0)[0] if SCALARS[kind] == 0 else data)


@pytest.mark.parametrize("kind", INTEGERS)
def test_an_integer_comes_back(kind):
    for value in {*INTEGERS[kind], 0, 1, 150, INTEGERS[kind][0] // 3}:
        assert taken(kind, put_scalar(kind, value)) == value
        assert put_scalar(kind, str(value)) == put_scalar(kind, value)


@given(st.binary(min_size=4, max_size=4))
def test_a_float_comes_back_or_is_refused(data):
    try:
        value = taken("float", data)
    except Unreadable:
        assert math.isnan(struct.unpack("<f", data)[0])
    else:
        assert put_scalar("float", value) == data


@given(st.binary(min_size=8, max_size=8))
def test_a_double_comes_back_or_is_refused(data):
    try:
        value = taken("double", data)
    except Unreadable:
        assert math.isnan(struct.unpack("<d", data)[0])
    else:
        assert put_scalar("double", value) == data


def test_numbers_are_as_short_as_a_person_writes_them():
    assert taken("float", struct.pack("<f", 0.1)) == 0.1
    assert taken("double", struct.pack("<d", math.inf)) == "Infinity"
    assert taken("float", struct.pack("<f", -math.inf)) == "-Infinity"
    assert put_scalar("float", "NaN") == struct.pack("<f", math.nan)


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("int32", 1 << 31), ("uint32", -1), ("int64", 1.5), ("int64", True), ("int64", "12a"), ("bool", 2), ("bool", None),
        ("string", 5), ("bytes", "a"), ("float", 1e39), ("double", None), ("sint64", []),
    ],
)  # fmt: skip
def test_what_is_not_of_the_kind_is_refused(kind, value):
    with pytest.raises(ValueError, match=r"."):
        put_scalar(kind, value)


@pytest.mark.parametrize(
    ("kind", "wire", "value"),
    [
        ("int32", 2, b""), ("bool", 0, 2), ("int32", 0, 1 << 40), ("uint32", 0, 1 << 32), ("string", 2, b"\xff"),
        ("sint32", 0, 1 << 33),
    ],
)  # fmt: skip
def test_bytes_of_another_kind_are_unreadable(kind, wire, value):
    with pytest.raises(Unreadable):
        scalar(kind, wire, value)


def test_text_and_bytes():
    assert scalar("string", 2, "zoë".encode()) == "zoë"
    assert put_scalar("string", "zoë") == "zoë".encode()
    assert scalar("bytes", 2, b"\xff\0") == "/wA="
    assert put_scalar("bytes", "/wA=") == b"\xff\0"
    assert put_scalar("bool", True) == b"\1"
    assert put_scalar("bool", "false") == b"\0"
    assert scalar("bool", 0, 1) is True


@pytest.mark.parametrize("kind", ["int32", "fixed32", "double", "bool"])
def test_packed_values_come_back(kind):
    values = [True, False] if kind == "bool" else [0, 1, 2] if kind != "double" else [0.5, 1.0]
    data = put_packed(kind, values)

    assert packed_values(kind, data) == values
    if kind != "int32":
        assert put_number(0) == b"\0"


def test_packed_values_that_are_cut_off_are_unreadable():
    with pytest.raises(Unreadable):
        packed_values("fixed32", b"123")
