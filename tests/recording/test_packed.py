"""An interaction as bytes: all of it comes back, and nothing else is taken for one."""

import datetime as dt

import pytest

from recproxy.recording import Chunk, Interaction, Request, Response, pack, parts, unpack

FULL = Interaction(
    request=Request(
        method="POST",
        url="https://a.example/\udcff?x=ü",
        headers=((b"A", b"\x00\xff"), (b"a", b"")),
        body=b"\x00body\xff",
        encoding="gzip",
        version="HTTP/1.0",
        trailers=((b"T", b"1"),),
        omitted=7,
        wild=None,
    ),
    response=Response(
        status=201,
        reason=b"Cr\xe9\xe9",
        headers=((b"B", b"b"),),
        body=b"answer",
        encoding="br",
        version="HTTP/1.0",
        framing="close",
        trailers=((b"U", b"2"),),
        delay=0.25,
        fault="truncate 5",
        chunks=(Chunk(size=3, gap=0.5), Chunk(size=3)),
        omitted=9,
        wild="ZZZ",
    ),
    scope="test_é",
    recorded=dt.date(2026, 1, 31),
    comments=("one", "two"),
)
BARE = Interaction(request=Request(method="GET", url="/"), response=Response(status=200))


@pytest.mark.parametrize("interaction", [FULL, BARE])
def test_all_of_an_interaction_comes_back(interaction):
    assert unpack(pack(interaction)) == interaction
    assert unpack(memoryview(pack(interaction))) == interaction


@pytest.mark.parametrize("text", [b"", b"short", b"\x00" * 8, b"\xff" * 20, pack(FULL)[:40]])
def test_other_bytes_are_refused(text):
    with pytest.raises(ValueError, match=r".+"):
        unpack(text)


@pytest.mark.parametrize("interaction", [FULL, BARE])
def test_an_interaction_comes_back_from_its_parts(interaction):
    assert unpack(parts(interaction)) == unpack(pack(interaction)) == interaction
