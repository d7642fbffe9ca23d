"""The types that a service tells itself, asked for when its first call is recorded."""

import asyncio

from notes_service import DATA, PLACE, framed, piece

from recproxy.grpc.wire import fields
from recproxy.proxy import grpc_reflection
from recproxy.proxy.grpc_reflection import ReflectedCalls
from recproxy.proxy.upstream_errors import UpstreamError
from recproxy.recording import Interaction, Request, Response

FILE = next(fields((DATA / "notes.binpb").read_bytes())).value
HEADERS = ((b"content-type", b"application/grpc"), (b"authorization", b"Bearer x"), (b"grpc-timeout", b"5S"))


def call(method="Send", headers=HEADERS, text=b"hello"):
    request = Request(
        method="POST", url=f"https://notes.example/notes.v1.Notes/{method}", headers=headers, body=framed(piece(1, text)),
        wild=None,
    )  # fmt: skip
    return Interaction(request=request, response=Response(status=200, wild=None))


def read(monkeypatch, *calls, answers=None, place=""):
    """What becomes of calls, and what was asked for them."""
    asked = []

    async def ask(_, request, *, most):
        asked.append(request)
        if answers is None or answers not in request.url:
            raise UpstreamError(502, "nobody there")
        return Response(status=200, body=framed(piece(4, piece(1, FILE))))

    async def work():
        reflected = ReflectedCalls(None, place)
        return [(await reflected.readable(each)).request.body for each in calls]

    monkeypatch.setattr(grpc_reflection, "ask", ask)
    return asyncio.run(work()), asked


def test_a_service_is_asked_once_with_the_metadata_of_its_client(monkeypatch):
    bodies, asked = read(monkeypatch, call(), call("Talk"), answers="v1.ServerReflection")

    assert bodies == [b'{"text": "hello"}'] * 2
    assert [each.url for each in asked] == [
        "https://notes.example/grpc.reflection.v1.ServerReflection/ServerReflectionInfo"
    ]
    assert asked[0].headers == HEADERS[:2]


def test_the_older_method_is_asked_too_and_a_service_that_tells_nothing_is_left_alone(monkeypatch):
    bodies, asked = read(monkeypatch, call(), call(), answers="v1alpha")

    assert bodies == [b'{"text": "hello"}'] * 2
    assert len(asked) == 2

    bodies, asked = read(monkeypatch, call(), call())

    assert bodies == [call().request.body] * 2
    assert len(asked) == 2


def test_what_is_known_or_is_no_call_asks_for_nothing(monkeypatch):
    plain = call(headers=())
    bodies, asked = read(monkeypatch, plain, call(), place=PLACE)

    assert bodies == [plain.request.body, call().request.body]
    assert asked == []
    assert read(monkeypatch, call(), place="/gone.binpb")[1] == []


def test_a_method_that_the_descriptors_lack_and_many_bytes(monkeypatch):
    bodies, _ = read(monkeypatch, call("Gone"), call(text=b"x" * 90), call(text=b"x" * 40_000), answers="v1.Server")

    assert bodies[0] == call("Gone").request.body
    assert bodies[2].startswith(b'{"text": "xxx')
