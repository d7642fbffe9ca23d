"""Cases of Autobahn's test suite for servers, by a scripted peer: what it sends, and exactly what our side answers.

The numbers are those of its cases. The recorded server behind it says back what it hears, as the suite wants it.
"""

import asyncio
import zlib

import pytest

from recproxy.http import Head
from recproxy.proxy.body import BodyFeed
from recproxy.proxy.websocket_replaying import WebSocketAnswer
from recproxy.recording import Act, Response, Step

TEXT, BINARY, CLOSE, PING, PONG = 1, 2, 8, 9, 10
HELLO = "Hello-µ@ßöäüàá-UTF-8!!".encode()


class Echo:
    """A recorded server that says back what it hears."""

    position = 0

    def open(self):
        return ()

    def say(self, data, *, binary):
        return (Step(Act.SERVER, data, binary=binary),)


class Downstream:
    """What the client gets."""

    has_gone = False
    again = onward = None

    def __init__(self, feed):
        self.feed = feed
        self.data = b""

    def write(self, data):
        self.data += data

    async def drain(self):
        pass

    def abort(self):
        self.data += b"aborted"


class NoFaults:
    messages = 0

    def fault(self, position):
        return None

    def said(self):
        self.messages += 1


def frame(opcode, payload=b"", *, fin=True, rsv=0, mask=b"\x11\x22\x33\x44"):
    size = len(payload)
    head = bytes([(fin << 7) | (rsv << 4) | opcode])
    masked = 0x80 if mask else 0
    if size < 126:
        head += bytes([masked | size])
    elif size < 1 << 16:
        head += bytes([masked | 126]) + size.to_bytes(2, "big")
    else:
        head += bytes([masked | 127]) + size.to_bytes(8, "big")
    if not mask:
        return head + payload
    key = (mask * (size // 4 + 1))[:size]
    return head + mask + (int.from_bytes(payload, "big") ^ int.from_bytes(key, "big")).to_bytes(size, "big")


def frames(data):
    """The frames of a server, as pairs of an opcode and a payload; a compressed message has its opcode and 64."""
    found = []
    while data:
        opcode, size, at = data[0] & 0x0F | (data[0] & 0x40), data[1], 2
        assert data[0] & 0x80
        assert not size & 0x80
        if size == 126:
            size, at = int.from_bytes(data[2:4], "big"), 4
        elif size == 127:
            size, at = int.from_bytes(data[2:10], "big"), 10
        found.append((opcode, data[at : at + size]))
        data = data[at + size :]
    return found


def answered(*pieces, extensions=None):
    """What our side sends behind its handshake to a peer that sends these bytes and then goes."""
    headers = [(b"Sec-WebSocket-Key", b"dGhlIHNhbXBsZSBub25jZQ=="), (b"Sec-WebSocket-Version", b"13")]
    if extensions:
        headers.append((b"Sec-WebSocket-Extensions", extensions))
    head = Head(b"GET", b"/", tuple(headers), b"a.example", False, False, False, upgrades=True)

    async def run():
        downstream = Downstream(BodyFeed(0, lambda: None))
        answer = WebSocketAnswer(NoFaults(), Echo(), Response(status=101), head, "ws://a.example/", 1 << 25, False)
        working = asyncio.ensure_future(answer.work(downstream).run())
        for piece in pieces:
            downstream.feed.add(piece)
            await asyncio.sleep(0)
        downstream.feed.end()
        assert await working is False
        return downstream.data

    data = asyncio.run(run())
    handshake, _, rest = data.partition(b"\r\n\r\n")
    assert handshake.startswith(b"HTTP/1.1 101 ")
    return frames(rest)


def split(data, size):
    return [data[at : at + size] for at in range(0, len(data), size)] or [data]


def close(code, reason=b""):
    return code.to_bytes(2, "big") + reason


BYE = frame(CLOSE, close(1000))
CLOSED = (CLOSE, close(1000))
CASES = {}


def case(number, sent, *answers, chop=0):
    """One case; the peer closes behind it, if our side has not."""
    data = b"".join(sent) if isinstance(sent, list | tuple) else sent
    ends = answers and answers[-1][0] == CLOSE
    CASES[number] = (
        (split(data if ends else data + BYE, chop) if chop else [data if ends else data + BYE]),
        [
            *answers,
            *([] if ends else [CLOSED]),
        ],
    )


def breaks(code=1002):
    return (CLOSE, close(code))


# 1: frames of all sizes, whole and chopped.
for kind, opcode in ((1, TEXT), (2, BINARY)):
    for place, size in enumerate((0, 125, 126, 127, 128, 65535, 65536), 1):
        case(f"1.{kind}.{place}", frame(opcode, b"*" * size), (opcode, b"*" * size))
    case(f"1.{kind}.8", frame(opcode, b"*" * 65536), (opcode, b"*" * 65536), chop=997)

# 2: pings and pongs.
case("2.1", frame(PING), (PONG, b""))
case("2.2", frame(PING, b"Hello, world!"), (PONG, b"Hello, world!"))
case("2.3", frame(PING, b"\x00\xff\xfe\xfd\xfc\xfb\x00\xff"), (PONG, b"\x00\xff\xfe\xfd\xfc\xfb\x00\xff"))
case("2.4", frame(PING, b"\xfe" * 125), (PONG, b"\xfe" * 125))
case("2.5", frame(PING, b"\xfe" * 126), breaks())
case("2.6", frame(PING, b"\xfe" * 125), (PONG, b"\xfe" * 125), chop=1)
case("2.7", frame(PONG))
case("2.8", frame(PONG, b"unsolicited"))
case("2.9", [frame(PONG, b"unsolicited"), frame(PING, b"ping")], (PONG, b"ping"))
many = [b"payload-%d" % number for number in range(10)]
case("2.10", [frame(PING, each) for each in many], *((PONG, each) for each in many))
case("2.11", [frame(PING, each) for each in many], *((PONG, each) for each in many), chop=1)

# 3: reserved bits.
for rsv in range(1, 8):
    case(f"3.{rsv}", frame(TEXT, b"hi", rsv=rsv), breaks())
    case(f"3.{rsv} of a ping", frame(PING, b"hi", rsv=rsv), breaks())
    case(f"3.{rsv} of a close", frame(CLOSE, close(1000), rsv=rsv), breaks())

# 4: opcodes that nobody knows.
for group, opcodes in ((1, range(3, 8)), (2, range(11, 16))):
    for place, opcode in enumerate(opcodes, 1):
        case(f"4.{group}.{place}", frame(opcode), breaks())
        case(
            f"4.{group}.{place} with a payload, behind a message",
            [frame(TEXT, b"a"), frame(opcode, b"b")],
            (TEXT, b"a"),
            breaks(),
        )

# 5: fragments.
case("5.1", [frame(PING, b"a", fin=False), frame(0, b"b")], breaks())
case("5.2", [frame(PONG, b"a", fin=False), frame(0, b"b")], breaks())
for place, chop in ((3, 0), (4, 7), (5, 1)):
    case(f"5.{place}", [frame(TEXT, b"frag1", fin=False), frame(0, b"frag2")], (TEXT, b"frag1frag2"), chop=chop)
for place, chop in ((6, 0), (7, 7), (8, 1)):
    case(
        f"5.{place}",
        [frame(TEXT, b"frag1", fin=False), frame(PING, b"ping"), frame(0, b"frag2")],
        (PONG, b"ping"),
        (TEXT, b"frag1frag2"),
        chop=chop,
    )
for place, fin, chop in ((9, True, 0), (10, True, 7), (11, True, 1), (12, False, 0), (13, False, 7), (14, False, 1)):
    case(f"5.{place}", [frame(0, b"no start", fin=fin), frame(TEXT, b"Hello")], breaks(), chop=chop)
case(
    "5.15",
    [frame(TEXT, b"frag1", fin=False), frame(0, b"frag2"), frame(0, b"frag3", fin=False), frame(TEXT, b"frag4")],
    (TEXT, b"frag1frag2"),
    breaks(),
)
case("5.16", [frame(0, b"frag1", fin=False), frame(TEXT, b"frag2", fin=False), frame(0, b"frag3")], breaks())
case("5.17", [frame(0, b"frag1"), frame(TEXT, b"frag2", fin=False), frame(0, b"frag3")], breaks())
case("5.18", [frame(TEXT, b"frag1", fin=False), frame(TEXT, b"frag2")], breaks())
five = [frame(TEXT, b"1", fin=False), frame(0, b"2", fin=False), frame(PING, b"p1"), frame(0, b"3", fin=False)]
five += [frame(0, b"4", fin=False), frame(PING, b"p2"), frame(0, b"5")]
for place, chop in ((19, 0), (20, 1)):
    case(f"5.{place}", five, (PONG, b"p1"), (PONG, b"p2"), (TEXT, b"12345"), chop=chop)

# 6: UTF-8, in one frame, in fragments, byte by byte; and what is none.
case("6.1.1", frame(TEXT), (TEXT, b""))
case("6.1.2", [frame(TEXT, fin=False), frame(0, fin=False), frame(0)], (TEXT, b""))
case("6.1.3", [frame(TEXT, fin=False), frame(0, b"middle", fin=False), frame(0)], (TEXT, b"middle"))
case("6.2.1", frame(TEXT, HELLO), (TEXT, HELLO))
case("6.2.2", [frame(TEXT, HELLO[:12], fin=False), frame(0, HELLO[12:])], (TEXT, HELLO))
bytewise = [frame(TEXT, HELLO[:1], fin=False), *(frame(0, bytes([each]), fin=False) for each in HELLO[1:]), frame(0)]
case("6.2.3", bytewise, (TEXT, HELLO))
case(
    "6.2.4",
    [frame(TEXT, b"\xce\xba", fin=False), frame(0, b"\xe1\xbd\xb9\xcf\x83")],
    (TEXT, b"\xce\xba\xe1\xbd\xb9\xcf\x83"),
)
BROKEN = b"\xce\xba\xe1\xbd\xb9\xcf\x83\xce\xbc\xce\xb5\xed\xa0\x80edited"
case("6.3.1", frame(TEXT, BROKEN), breaks(1007))
broken_bytewise = [frame(TEXT, BROKEN[:1], fin=False), *(frame(0, bytes([each]), fin=False) for each in BROKEN[1:])]
case("6.3.2", broken_bytewise, breaks(1007))
case("6.4.1", [frame(TEXT, BROKEN[:11], fin=False), frame(0, BROKEN[11:], fin=False)], breaks(1007))
case("6.4.2", [frame(TEXT, BROKEN[:12], fin=False), frame(0, BROKEN[12:], fin=False)], breaks(1007))
case("6.4.3", frame(TEXT, BROKEN), breaks(1007), chop=11)
case("6.4.4", frame(TEXT, BROKEN), breaks(1007), chop=1)
GOOD = [
    b"\x00", b"\xc2\x80", b"\xe0\xa0\x80", b"\xf0\x90\x80\x80", b"\x7f", b"\xdf\xbf", b"\xef\xbf\xbf", b"\xf4\x8f\xbf\xbf",
    b"\xed\x9f\xbf", b"\xee\x80\x80", b"\xef\xbf\xbd", b"\xef\xbf\xbe", b"\xf0\x9f\xbf\xbe", b"\xf0\x9f\xbf\xbf",
    b"\xf0\xaf\xbf\xbe", b"\xf0\xaf\xbf\xbf", b"\xf3\xbf\xbf\xbe", b"\xf4\x8f\xbf\xbe", b"\xce\xba\xe1\xbd\xb9\xcf\x83\xce\xbc\xce\xb5",
]  # fmt: skip
BAD = [
    b"\xf8\x88\x80\x80\x80", b"\xfc\x84\x80\x80\x80\x80", b"\xf7\xbf\xbf\xbf", b"\xfb\xbf\xbf\xbf\xbf", b"\xfd\xbf\xbf\xbf\xbf\xbf",
    b"\xf4\x90\x80\x80", b"\x80", b"\xbf", b"\x80\xbf", b"\x80\xbf\x80", b"\x80\xbf\x80\xbf\x80\xbf", b"\xc0 \xc1 \xc2 ",
    b"\xe0 \xe1 \xe2 ", b"\xf0 \xf1 \xf2 ", b"\xf8 \xf9 ", b"\xfc \xfd ", b"\xc0", b"\xe0\x80", b"\xf0\x80\x80",
    b"\xf8\x80\x80\x80", b"\xfc\x80\x80\x80\x80", b"\xdf", b"\xef\xbf", b"\xf7\xbf\xbf", b"\xfb\xbf\xbf\xbf", b"\xfe", b"\xff",
    b"\xfe\xfe\xff\xff", b"\xc0\xaf", b"\xe0\x80\xaf", b"\xf0\x80\x80\xaf", b"\xf8\x80\x80\x80\xaf", b"\xfc\x80\x80\x80\x80\xaf",
    b"\xc1\xbf", b"\xe0\x9f\xbf", b"\xf0\x8f\xbf\xbf", b"\xf8\x87\xbf\xbf\xbf", b"\xc0\x80", b"\xe0\x80\x80", b"\xf0\x80\x80\x80",
    b"\xed\xa0\x80", b"\xed\xad\xbf", b"\xed\xae\x80", b"\xed\xaf\xbf", b"\xed\xb0\x80", b"\xed\xbe\x80", b"\xed\xbf\xbf",
    b"\xed\xa0\x80\xed\xb0\x80", b"\xed\xa0\x80\xed\xbf\xbf", b"\xed\xad\xbf\xed\xb0\x80", b"\xed\xaf\xbf\xed\xbf\xbf",
]  # fmt: skip
for place, text in enumerate(GOOD, 1):
    case(f"6.5-6.23 valid {place}", frame(TEXT, text), (TEXT, text))
    case(
        f"6.5-6.23 valid {place} in fragments",
        [frame(TEXT, text[:1], fin=False), frame(0, text[1:])],
        (TEXT, text),
        chop=1,
    )
for place, text in enumerate(BAD, 1):
    case(f"6.6-6.21 invalid {place}", frame(TEXT, text), breaks(1007))
    case(f"6.6-6.21 invalid {place} in fragments", [frame(TEXT, text[:1], fin=False), frame(0, text[1:])], breaks(1007))
    case(f"6.6-6.21 invalid {place} as bytes", frame(BINARY, text), (BINARY, text))

# 7: closes.
case("7.1.1", frame(TEXT, b"Hello World!"), (TEXT, b"Hello World!"))
case("7.1.2", BYE + BYE, CLOSED)
case("7.1.3", BYE + frame(PING), CLOSED)
case("7.1.4", BYE + frame(TEXT, b"Hello World!"), CLOSED)
case("7.1.5", [frame(TEXT, b"fragment1", fin=False), BYE, frame(0, b"fragment2")], CLOSED)
case("7.1.6", [frame(TEXT, b"a" * 262144), BYE, frame(PING)], (TEXT, b"a" * 262144), CLOSED)
case("7.3.1", frame(CLOSE), (CLOSE, b""))
case("7.3.2", frame(CLOSE, b"a"), breaks())
case("7.3.3", frame(CLOSE, close(1000)), (CLOSE, close(1000)))
case("7.3.4", frame(CLOSE, close(1000, b"Hello World!")), (CLOSE, close(1000, b"Hello World!")))
case("7.3.5", frame(CLOSE, close(1000, b"*" * 123)), (CLOSE, close(1000, b"*" * 123)))
case("7.3.6", frame(CLOSE, close(1000, b"*" * 124)), breaks())
case("7.5.1", frame(CLOSE, close(1000, BROKEN)), breaks(1007))
for place, code in enumerate((1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 3000, 3999, 4000, 4999), 1):
    case(f"7.7.{place}", frame(CLOSE, close(code)), (CLOSE, close(code)))
for place, code in enumerate((0, 999, 1004, 1005, 1006, 1016, 1100, 2000, 2999, 5000, 65535), 1):
    case(f"7.9.{place}", frame(CLOSE, close(code)), breaks())

# Of RFC 6455 itself: what is not masked, a size written too long, a size with its first bit.
#: Of section 9, sizes of messages, of fragments and of pieces of TCP; and many messages. Its largest of 16 MB are not here.
for kind, opcode in ((1, TEXT), (2, BINARY)):
    for place, size in enumerate((1 << 16, 1 << 18, 1 << 20), 1):
        case(f"9.{kind}.{place}", frame(opcode, b"*" * size), (opcode, b"*" * size), chop=1 << 16)
    for place, size in enumerate((64, 256, 1 << 10, 1 << 12, 1 << 14, 1 << 16), 1):
        whole = split(b"*" * (1 << 18), size)
        fragments = [
            frame(opcode if not at else 0, each, fin=at == len(whole) - 1, mask=b"\0\0\0\0")
            for at, each in enumerate(whole)
        ]
        case(f"9.{kind + 2}.{place}", fragments, (opcode, b"*" * (1 << 18)), chop=1 << 16)
    for place, size in enumerate((64, 128, 256, 512, 1024, 2048), 1):
        case(f"9.{kind + 4}.{place}", frame(opcode, b"*" * (1 << 18)), (opcode, b"*" * (1 << 18)), chop=size)
    for place, size in enumerate((0, 16, 64, 256, 1 << 10, 1 << 12), 1):
        case(f"9.{kind + 6}.{place}", [frame(opcode, b"*" * size)] * 500, *[(opcode, b"*" * size)] * 500, chop=1 << 14)
whole = [
    frame(0 if at else TEXT, each, fin=at == 65000)
    for at, each in zip(range(0, 65536, 1300), split(b"*" * 65536, 1300), strict=True)
]
case("10.1.1", whole, (TEXT, b"*" * 65536))
case("RFC 5.1", frame(TEXT, b"hi", mask=b""), breaks())
case("RFC 5.2, 16 bits", bytes([0x81, 0xFE, 0, 2]) + bytes(4) + b"hi", breaks())
case("RFC 5.2, 64 bits", bytes([0x81, 0xFF]) + (2).to_bytes(8, "big") + bytes(4) + b"hi", breaks())


def test_there_are_200_cases_and_more():
    assert len(CASES) >= 200


@pytest.mark.parametrize("first", range(0, len(CASES), 25))
def test_cases_of_autobahn_pass(first):
    rows = list(CASES.items())[first : first + 25]

    found = {number: answered(*sent) for number, (sent, _) in rows}

    assert found == {number: wanted for number, (_, wanted) in rows}


def deflated(data, *, bits=15):
    packer = zlib.compressobj(9, zlib.DEFLATED, -bits)
    return (packer.compress(data) + packer.flush(zlib.Z_SYNC_FLUSH))[:-4]


def inflated(data):
    return zlib.decompressobj(-15).decompress(data + b"\0\0\xff\xff")


@pytest.mark.parametrize(
    "offer",
    [
        b"permessage-deflate",
        b"permessage-deflate; client_no_context_takeover; server_no_context_takeover",
        b"permessage-deflate; client_max_window_bits=9; server_max_window_bits=9",
        b"permessage-deflate; client_max_window_bits; server_max_window_bits=15",
    ],
)
@pytest.mark.parametrize("size", [0, 16, 64, 1024, 65536, 131072])
def test_cases_12_and_13_messages_that_are_compressed(offer, size):
    said = b'{"price": 101.25, "name": "ACME"}' * (size // 32 + 1)
    said = said[:size]

    bits = 9 if b"bits=9" in offer else 15
    (echo, closed) = answered(frame(TEXT, deflated(said, bits=bits), rsv=4) + BYE, extensions=offer)

    assert (echo[0], inflated(echo[1]), closed) == (64 | TEXT, said, CLOSED)


def test_12_a_message_in_fragments_is_compressed_once():
    data = deflated(HELLO * 20)

    found = answered(
        frame(TEXT, data[:7], fin=False, rsv=4) + frame(PING, b"p") + frame(0, data[7:]) + BYE,
        extensions=b"permessage-deflate",
    )

    assert found[0] == (PONG, b"p")
    assert inflated(found[1][1]) == HELLO * 20


@pytest.mark.parametrize(
    "data",
    [
        frame(TEXT, b"\xff\xff\xff\xff", rsv=4),
        frame(TEXT, b"a", fin=False) + frame(0, b"b", rsv=4),
        frame(PING, b"a", rsv=4),
    ],
)
def test_12_what_is_wrongly_compressed_breaks_the_connection(data):
    (broken,) = answered(data, extensions=b"permessage-deflate")

    assert broken[0] == CLOSE
    assert broken[1][:2] in (close(1002), close(1007))


def test_a_message_that_is_too_large_closes_with_1009():
    class Misses(NoFaults):
        def too_large(self, url, size):
            return "too large"

    head = Head(
        b"GET", b"/", ((b"Sec-WebSocket-Key", b"dGhlIHNhbXBsZSBub25jZQ=="),), b"a", False, False, False, upgrades=True
    )

    async def run():
        downstream = Downstream(BodyFeed(0, lambda: None))
        answer = WebSocketAnswer(Misses(), Echo(), Response(status=101), head, "ws://a/", 10, False)
        working = asyncio.ensure_future(answer.work(downstream).run())
        downstream.feed.add(frame(TEXT, b"a" * 9) + frame(TEXT, b"a" * 11) + frame(CLOSE, close(1009)))
        await working
        return frames(downstream.data.partition(b"\r\n\r\n")[2])

    assert asyncio.run(run()) == [(TEXT, b"a" * 9), (CLOSE, close(1009, b"too large"))]


class Kept(NoFaults):
    """Counts what was not recorded."""

    def __init__(self):
        self.sizes = []

    def too_large(self, url, size):
        self.sizes.append(size)
        return "too large"


def conversation(misses, downstream, most):
    headers = ((b"Sec-WebSocket-Key", b"dGhlIHNhbXBsZSBub25jZQ=="),)
    head = Head(b"GET", b"/", headers, b"a", False, False, False, upgrades=True)
    answer = WebSocketAnswer(misses, Echo(), Response(status=101), head, "ws://a/", most, False)
    return asyncio.ensure_future(answer.work(downstream).run())


def test_a_message_that_is_too_large_in_pieces_is_one_miss():
    misses = Kept()

    async def run():
        downstream = Downstream(BodyFeed(0, lambda: None))
        working = conversation(misses, downstream, 10)
        large = frame(TEXT, b"a" * 40)
        for at in range(0, len(large), 4):
            downstream.feed.add(large[at : at + 4])
        downstream.feed.add(frame(TEXT, b"b" * 11) + frame(CLOSE, close(1009)))
        await working

    asyncio.run(run())

    assert len(misses.sizes) == 1


def test_pings_wait_for_a_client_that_does_not_read():
    class Stalled(Downstream):
        async def drain(self):
            await asyncio.Event().wait()

    async def run():
        downstream = Stalled(BodyFeed(0, lambda: None))
        working = conversation(NoFaults(), downstream, 10)
        for _ in range(20):
            downstream.feed.add(frame(PING, b"a" * 100))
            for _ in range(3):
                await asyncio.sleep(0)
        working.cancel()
        await asyncio.gather(working, return_exceptions=True)
        return frames(downstream.data.partition(b"\r\n\r\n")[2])

    assert asyncio.run(run()) == [(PONG, b"a" * 100)]


def test_a_client_that_says_on_and_does_not_read_is_not_heard_on_without_end():
    class Stalled(Downstream):
        async def drain(self):
            if self.data.count(b"*" * 9):
                await asyncio.Event().wait()

    async def run():
        misses = NoFaults()
        downstream = Stalled(BodyFeed(0, lambda: None))
        working = conversation(misses, downstream, 10)
        downstream.feed.add(frame(TEXT, b"*" * 9) * 4000)
        for _ in range(20_000):
            await asyncio.sleep(0)
        working.cancel()
        await asyncio.gather(working, return_exceptions=True)
        return misses.messages

    assert 1000 < asyncio.run(run()) < 1200


def test_messages_are_counted_in_both_directions():
    async def run():
        misses = NoFaults()
        downstream = Downstream(BodyFeed(0, lambda: None))
        working = conversation(misses, downstream, 10)
        downstream.feed.add(frame(TEXT, b"a") * 3 + frame(PING) + BYE)
        await working
        return misses.messages

    assert asyncio.run(run()) == 6
