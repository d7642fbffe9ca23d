"""A proof: its rounds."""

import asyncio
import signal
from types import SimpleNamespace

import pytest

from recproxy.orchestrator import proof as module
from recproxy.orchestrator.proof import NOT_PROVEN, Proof, ProofOptions
from recproxy.orchestrator.proof_evidence import RunEvidence, ScopeEvidence
from recproxy.orchestrator.proof_verdicts import ProofPass
from recproxy.report import Tally


@pytest.fixture
def signals():
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


@pytest.mark.usefixtures("signals")
def test_whatever_is_written_is_proven(monkeypatch, capsys):
    did = []

    class Replays:
        notes = ()

        async def all(self, plan, stopping):
            did.append("replay")
            failed = ScopeEvidence(name="m.test", test="m.test", shown="m.test", passed=False)
            yield ProofPass(name="as recorded", seen=RunEvidence(scopes={"m.test": failed}))

    written = SimpleNamespace(refused=(), lines=(), write=lambda: did.append("write") or ())
    monkeypatch.setattr(module, "MendPlan", SimpleNamespace(of=lambda found, plan: written))
    monkeypatch.setattr(Proof, "_replays", lambda self, plan: Replays())
    plan = SimpleNamespace(shown_from="")
    options = ProofOptions(replan=lambda: plan, isolate=False, mend=True, confirm=lambda: True)
    monkeypatch.setattr(Proof, "_replay_plan", lambda self: SimpleNamespace(shown_from="", isolate=False))
    proof = Proof(["pytest"], {}, None, options)
    proof._recorded.scopes["m.test"] = ScopeEvidence(name="m.test", test="m.test", shown="m.test", passed=True)

    code, report = asyncio.run(proof.prove(plan, Tally(), 0))

    assert (code, report.holds) == (NOT_PROVEN, False)
    assert did == ["replay", "write"] * 4 + ["replay"]
    assert "proof: not mended: 4 rounds did not mend it all: run it again to go on" in capsys.readouterr().err
