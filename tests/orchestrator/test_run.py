"""How a run ends whose proxies do not answer; no process."""

import asyncio
import contextlib
import os
import sys
from types import SimpleNamespace

import pytest

from recproxy.errors import ProxyError
from recproxy.orchestrator import run
from recproxy.orchestrator.run_reports import RunReports


class Orchestrator:
    """A run that is up at once, and whose end never comes."""

    profiles = ()
    prefix = ()

    def __init__(self, *_):
        self.tally = None
        self.failure = asyncio.get_running_loop().create_future()
        self.scopes = SimpleNamespace(ends=SimpleNamespace(watchers=[]))
        self.recorder = SimpleNamespace(learned={})

    async def __aenter__(self):
        return self

    async def __aexit__(self, *_):
        pass

    def environment(self):
        return {}

    async def finish(self, *, passed):
        await asyncio.get_running_loop().create_future()


def test_serve_ends_although_its_parent_died_before_its_input_ended(monkeypatch, capsys):
    parents = [os.getpid()]

    def end_with_parent(loop, _, ended):
        parents[:] = [1]  # the process that takes orphans
        loop.call_soon(ended)

    monkeypatch.setattr(run.os, "getppid", lambda: parents[0])
    monkeypatch.setattr(run, "_on_input_end", end_with_parent)
    monkeypatch.setattr(run, "on_signals", lambda *_: None)
    monkeypatch.setattr(run, "Orchestrator", Orchestrator)
    told = SimpleNamespace(leave=lambda _: None)  # no viewer is told of this run
    monkeypatch.setattr(run, "_announcement", lambda *_: contextlib.nullcontext(told))
    for name in ("_STOPPED_SECONDS", "_HURRY_SECONDS"):
        monkeypatch.setattr(run, name, 0)

    plan = SimpleNamespace(reach="replay")
    with pytest.raises(ProxyError, match="^SIGTERM ended the run before its scopes had ended"):
        run.serve_run(plan, {}, None, RunReports(plan, (), {}, sys.stdout))

    assert capsys.readouterr().out == '{"environment": {}, "mode": "replay", "profiles": [], "failed": "failed"}\n'
