import asyncio
from types import SimpleNamespace

import pytest

from recproxy.control.redaction_messages import RedactionSetup
from recproxy.orchestrator import redaction_workers
from recproxy.orchestrator.redaction_workers import RedactionWorkers
from recproxy.orchestrator.run_secrets import RunSecrets
from recproxy.recording import Interaction, Request, Response, pack

PROFILE = SimpleNamespace(name="shop")


class Worker:
    """A process that redacts a scope when the test says so; the body of the response names the scope."""

    may_answer: dict[bytes, asyncio.Event]
    asked: list[tuple[int, bytes]]

    def __init__(self, profile, fork_server, *, worker):
        self.profile, self.number = profile, worker

    def attach(self, loop):
        pass

    async def set_up(self, setup):
        pass

    async def ask(self, order, answer):
        scope = order(1).lines[0].encode()
        self.asked.append((self.number, scope))
        await self.may_answer[scope].wait()
        return scope

    async def stop(self):
        pass


@pytest.fixture
def workers(monkeypatch):
    monkeypatch.setattr(redaction_workers, "Proxy", Worker)
    Worker.may_answer, Worker.asked = {}, []
    setup = RedactionSetup(profile={})
    return RedactionWorkers(SimpleNamespace(), {"shop": PROFILE}.__getitem__, lambda _: setup, RunSecrets())


def ended(workers, scope, body):
    """A lane's scope that has ended: the task of its redaction."""
    Worker.may_answer[scope.encode()] = asyncio.Event()
    interaction = Interaction(
        request=Request(method="GET", url="https://shop.example/"), response=Response(status=200, body=body)
    )
    return asyncio.ensure_future(workers.redact("shop", [pack(interaction)], [scope]))


def test_a_scope_does_not_wait_for_another_of_its_profile(workers):
    asyncio.run(_two_scopes(workers))
    assert Worker.asked == [(1, b"big"), (2, b"small")]


async def _two_scopes(workers):
    big = ended(workers, "big", b"x" * 1_000_000)
    await asyncio.sleep(0)
    small = ended(workers, "small", b"x")
    Worker.may_answer[b"small"].set()

    assert await small == b"small"
    assert not big.done()
    Worker.may_answer[b"big"].set()
    assert await big == b"big"


def test_a_worker_that_is_idle_serves_the_next_scope(workers):
    asyncio.run(_one_after_another(workers))
    assert Worker.asked == [(1, b"one"), (1, b"two")]


async def _one_after_another(workers):
    for scope in ("one", "two"):
        task = ended(workers, scope, b"x")
        Worker.may_answer[scope.encode()].set()
        await task
