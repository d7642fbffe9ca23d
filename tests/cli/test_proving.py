"""How a proof asks its user before it writes."""

import asyncio
import os
import signal
import sys

import click.termui
import pytest

from recproxy.cli.proving import proof_for
from recproxy.orchestrator.fork_server import ForkServer
from recproxy.orchestrator.proof import Proof


def end_input():
    raise EOFError


def interrupt():
    os.kill(os.getpid(), signal.SIGINT)
    return "y"  # nobody was interrupted


def terminate():
    os.kill(os.getpid(), signal.SIGTERM)
    return "y"


@pytest.fixture
def asked(monkeypatch, tmp_path):
    """Asks the question of a proof while its loop handles signals, and answers it so."""
    from recproxy.cli.options import plan_from  # noqa: PLC0415

    monkeypatch.chdir(tmp_path)
    (tmp_path / "recproxy.toml").write_text('[[profiles.shop.endpoints]]\nhosts = ["shop.example"]\n')
    options = []
    monkeypatch.setattr(Proof, "__init__", lambda self, *words: options.append(words[-1]))
    plan = plan_from("replay", ("shop",), (), (), ())
    proof_for(plan, ["true"], ForkServer, lambda: plan, seed=1, isolate=None, mend=True, yes=False)
    monkeypatch.setattr(sys, "stdin", type("Terminal", (), {"isatty": lambda _: True})())

    def ask(answer):
        def visible(_prompt=""):
            return answer()

        monkeypatch.setattr(click.termui, "visible_prompt_func", visible)

        async def work():
            signalled = asyncio.Event()
            for number in (signal.SIGINT, signal.SIGTERM):
                asyncio.get_running_loop().add_signal_handler(number, signalled.set)
            told = options[0].confirm()
            interrupt()
            await asyncio.wait_for(signalled.wait(), 30)  # the loop has its signals again
            return told

        return asyncio.run(work())

    return ask


@pytest.mark.parametrize(
    ("answer", "wanted"),
    [
        (lambda: "y", True),
        (lambda: "n", False),
        (lambda: "", False),
        (end_input, False),
        (interrupt, False),
        (terminate, False),
    ],
    ids=["yes", "no", "enter", "end of input", "Ctrl-C", "SIGTERM"],
)
def test_only_a_yes_has_it_written(asked, answer, wanted):
    assert asked(answer) is wanted
