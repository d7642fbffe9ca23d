"""Many messages over one call of gRPC both ways, and many calls over one connection, recorded, replayed and passed on in live."""

import tempfile
import time
from concurrent import futures
from pathlib import Path
from queue import SimpleQueue

from shop_project import PROFILE, make_project
from world import Row, family, memory, served

UPSTREAM = '[tool.recproxy.profiles.shop.upstream]\naddress = "http://127.0.0.1:{port}"\n'
SERVICE = "shop.v1.Feed"
#: So many messages are said, or calls are made, before their answers are heard.
TOGETHER = 50
#: In KB: what is said is held until a recorded call ends, and what is recorded is in memory while it is played.
MOST_GROWN = 10_000
A_MESSAGE_KEPT = 1.5


def message(number):
    """A message in protobuf: its number, in a field that is a string, and some filling."""
    text = f"{number:08d}{'x' * 92}".encode()
    return b"\x0a" + bytes((len(text),)) + text


def service():
    """Says back what it hears."""
    import grpc

    kinds = {
        "Talk": grpc.stream_stream_rpc_method_handler(lambda asked, _: asked),
        "Send": grpc.unary_unary_rpc_method_handler(lambda asked, _: asked),
    }
    server = grpc.server(futures.ThreadPoolExecutor(TOGETHER))
    server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler(SERVICE, kinds),))
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    return server, port


def talk(channel, messages, look):
    """Say messages in one call and hear each back, in order."""
    asked = SimpleQueue()
    said = channel.stream_stream(f"/{SERVICE}/Talk")(iter(asked.get, None))
    for first in range(0, messages, TOGETHER):
        numbers = range(first, min(first + TOGETHER, messages))
        for number in numbers:
            asked.put(message(number))
        for number in numbers:
            assert next(said) == message(number)
        if first % 1000 == 0:
            look()
    asked.put(None)
    assert list(said) == []


def many(channel, calls, look):
    """Make calls over one connection, many at a time; each has its own answer."""
    send = channel.unary_unary(f"/{SERVICE}/Send")
    for first in range(0, calls, TOGETHER):
        numbers = range(first, min(first + TOGETHER, calls))
        answers = [send.future(message(number)) for number in numbers]
        assert [each.result() for each in answers] == [message(number) for number in numbers]
        if first % 1000 == 0:
            look()


def _grown(root, mode, works):
    """How much the process grew that grew most in each work, behind its first thousand messages: what is imported is there
    by then.
    """
    import grpc

    grown = {}
    with served(root, "--mode", mode) as run:
        names = family(run.process.pid)
        for name, (work, amount) in works.items():
            curves = {pid: [] for pid in names}

            def look(curves=curves):
                for pid, curve in curves.items():
                    curve.append(memory(pid))

            with grpc.insecure_channel(run.environment["SHOP_BASE_URL"].partition("://")[2]) as channel:
                work(channel, amount, look)
                look()
            grown[name] = max(max(curve) - curve[min(1, len(curve) - 1)] for curve in curves.values())
        code, said = run.end()
    assert code == 0, said
    return grown


def check(messages, calls):
    """So many messages each way, and so many calls, in each mode."""
    began = time.monotonic()
    server, port = service()
    works = {"messages": (talk, messages), "calls": (many, calls)}
    with tempfile.TemporaryDirectory() as folder:
        root = make_project(Path(folder), PROFILE + UPSTREAM.format(port=port))
        found = {mode: _grown(root, mode, works) for mode in ("live", "record", "replay")}
    grown = {f"{name}, {mode}": found[mode][name] for name in works for mode in found}
    server.stop(0).wait()
    most = MOST_GROWN + 2 * messages * A_MESSAGE_KEPT
    assert all(size < (MOST_GROWN if "live" in name else most) for name, size in grown.items()), grown
    return Row(
        f"{messages:,} messages each way in one call of gRPC, then {calls:,} calls over one connection, in each mode",
        f"all in order, in {time.monotonic() - began:.0f} s; memory grew by "
        + ", ".join(f"{size:,} KB ({name})" for name, size in grown.items()),
    )
