"""The text that says how messages were coded."""

import pytest

from recproxy.recording import Response
from recproxy.recording.message_coding import (
    check_framing,
    check_type,
    holds_messages,
    is_call,
    is_message_coding,
    type_lines,
)


@pytest.mark.parametrize(
    "text", ["grpc", "grpc gzip", "grpc gzip 1 3", "grpc-web tight", "grpc-web-text tight br 2", "proto", "proto gzip"]
)
def test_a_framing_is_read(text):
    check_framing(text)

    assert is_message_coding(f"{text}\nmessage a.B")


@pytest.mark.parametrize(
    "text", ["gzip", "grpc 1", "grpc gzip 0", "grpc tight", "proto gzip 1", "grpc  gzip", "grpc gzip x"]
)
def test_another_framing_is_refused(text):
    with pytest.raises(ValueError, match="write grpc, grpc-web"):
        check_framing(text)


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("message", "a.B"),
        ("message", "a.B c=1 d=2:map<int32,a.C> e=3:group<a.D>[] f=4:int32[packed]"),
        ("enum", "E A=-1"),
    ],
)
def test_a_type_is_read(kind, text):
    check_type(kind, text)


@pytest.mark.parametrize(
    ("kind", "text"),
    [("message", ""), ("message", "a.B c"), ("message", "a.B  c=1"), ("enum", "E A=x"), ("message", "é")],
)
def test_what_is_no_type_is_refused(kind, text):
    with pytest.raises(ValueError, match="write a name and its fields"):
        check_type(kind, text)


def test_the_lines_of_types():
    assert type_lines("grpc\nmessage a.B c=1\nenum E A=1") == (("message", "a.B c=1"), ("enum", "E A=1"))
    assert type_lines("grpc") == ()


def test_content_codings_are_none_of_messages():
    assert not is_message_coding("gzip")
    assert not is_message_coding(None)


def test_what_may_hold_messages():
    call = ((b"Content-Type", b"application/grpc-web+proto"),)

    assert is_call(call)
    assert not is_call(((b"content-type", b"application/json"), (b"x-content-ty", b"application/grpc")))
    assert holds_messages(Response(status=200, headers=call))
    assert holds_messages(Response(status=200, encoding="proto"))
    assert not holds_messages(Response(status=200))
