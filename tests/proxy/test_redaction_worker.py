"""The process that redacts what a scope has recorded: all of it together, its hook included, and lines about it."""

import asyncio
import base64
import dataclasses
import os
import socket

import pytest

from recproxy.config.profile import Endpoint, Profile
from recproxy.control.channel import Channel
from recproxy.control.messages import Ready, Refused, Stop
from recproxy.control.redaction_messages import LearnedValue, RedactionSetup, RedactScope
from recproxy.errors import HookError
from recproxy.play.hooks import NO_HOOKS, Hooks
from recproxy.proxy import redaction_worker
from recproxy.proxy.redaction_worker import RedactionWorker, redact_recorded
from recproxy.recording import Interaction, Request, Response, pack, unpack
from recproxy.redaction.rules import RedactionRules

TOKEN = "-".join(("t0ken", "of", "a", "login", "that", "nobody", "may", "see"))
JSON = ((b"Content-Type", b"application/json"),)
SHOP = Profile(name="shop", endpoints=(Endpoint(hosts=("shop.example",)),))


def interaction(path, body=b"", headers=JSON, answer=b"{}"):
    return Interaction(
        request=Request(method="POST", url=f"https://shop.example{path}", headers=headers, body=body, wild=None),
        response=Response(status=200, headers=headers, body=answer, wild=None),
    )


def order(*interactions, lines=(), again=False):
    return RedactScope(order=7, interactions=tuple(map(pack, interactions)), lines=lines, again=again)


def redacted(*interactions, lines=(), hooks=NO_HOOKS):
    return redact_recorded(order(*interactions, lines=lines), RedactionRules(), hooks)


def test_what_a_login_gives_is_masked_wherever_the_scope_has_it():
    login = interaction("/login", answer=b'{"access_token": "%s"}' % TOKEN.encode())
    first, *others = (interaction(f"/{TOKEN}/{number}") for number in range(300))

    done = redacted(first, login, *others, lines=(f"GET https://shop.example/{TOKEN}/1: it broke", "another"))

    assert len(done.interactions) == 301
    assert [packed for packed in done.interactions if TOKEN.encode() in packed] == []
    assert (done.lines, done.order) == (("GET https://shop.example/XXX/1: it broke", "another"), 7)
    assert sum(done.counts.values()) >= 301


@pytest.mark.parametrize(
    ("headers", "body"),
    [
        (((b"Authorization", b"Basic " + base64.b64encode(b"me:Correct-horse-9!")),), b""),
        (((b"Content-Type", b"application/x-www-form-urlencoded"),), b"user=me&password=Correct-horse-9%21"),
        (JSON, rb'{"password": "Correct-horse-9\u0021"}'),
    ],
    ids=["basic", "form", "json"],
)
def test_a_password_that_was_sent_in_another_form_is_masked_in_names(headers, body):
    done = redacted(interaction("/login", body, headers), lines=("test_login[Correct-horse-9!].rec",))

    assert done.lines == ("test_login[XXX].rec",)


def test_what_a_hook_refuses_is_told_and_not_written():
    def redact(given):
        if b"bad" in given.request.body:
            raise HookError("hook redact of profile 'shop' raised")
        return given

    done = redacted(interaction("/a", b"good"), interaction(f"/b?token={TOKEN}", b"bad"), hooks=Hooks(redact=redact))

    assert [packed is not None for packed in done.interactions] == [True, False]
    assert unpack(done.interactions[0]).request.body == b"good"
    assert done.refusals == (
        "POST https://shop.example/b?token=XXX: not recorded: hook redact of profile 'shop' raised",
    )


def test_what_a_hook_puts_back_is_found_and_not_written():
    def redact(given):
        body = given.response.body.replace(b"XXX", base64.b64encode(TOKEN.encode()))
        return dataclasses.replace(given, response=dataclasses.replace(given.response, body=body))

    scope = order(interaction("/a"), interaction("/b", answer=b'{"note": "%s"}' % TOKEN.encode()))
    done = redact_recorded(scope, RedactionRules(values=(TOKEN,)), Hooks(redact=redact))

    assert [packed is not None for packed in done.interactions] == [True, False]
    why = "the hook `redact` put a secret value into the response body; it may only take out"
    assert done.refusals == (f"POST https://shop.example/b: not recorded: {why}",)


def test_what_cannot_be_read_is_told_without_what_it_holds():
    coded = ((b"Content-Encoding", b"exotic"),)
    rules = RedactionRules(values=("value-of-a-credential",))

    done = redact_recorded(order(interaction("/a?key=value-of-a-credential", b"\x00\x01", coded)), rules, NO_HOOKS)

    assert done.interactions == (None,)
    (refusal,) = done.refusals
    assert refusal.startswith("POST https://shop.example/a?key=XXX: not recorded: ")


def talk(*orders, replies):
    """Send orders to such a process, here in this one; what it replied."""

    async def ran():
        loop = asyncio.get_running_loop()
        ours, theirs = socket.socketpair()
        worker = RedactionWorker(theirs, loop)
        got = []
        enough = loop.create_future()

        def received(message, _):
            got.append(message)
            if len(got) == replies:
                enough.set_result(None)

        channel = Channel(ours, loop, received=received, lost=lambda: None)
        for each in orders:
            channel.send(each)
        async with asyncio.timeout(60):
            await enough
            channel.send(Stop())
            await worker.ended
        channel.close()
        worker._channel.close()
        worker._executor.shutdown()
        return got

    return asyncio.run(ran())


@pytest.fixture
def setup(monkeypatch):
    monkeypatch.setattr(os, "environ", {})
    return RedactionSetup(profile=SHOP.plain(), secrets=("value-of-another",), environment={"SHOP_KEY": "own"})


def test_it_redacts_by_all_secrets_and_has_its_profiles_variables_only(setup):
    ready, done = talk(setup, order(interaction("/value-of-another")), replies=2)

    assert (ready, unpack(done.interactions[0]).request.url) == (Ready(), "https://shop.example/XXX")
    assert {name: value for name, value in os.environ.items() if name.startswith("SHOP")} == {"SHOP_KEY": "own"}


def test_a_defect_writes_nothing_and_is_an_error_so_that_the_journal_stays(setup, monkeypatch):
    monkeypatch.setattr(redaction_worker, "redact_scope", lambda *_, **__: 1 / 0)

    _, done = talk(setup, order(interaction(f"/{TOKEN}"), lines=(TOKEN,)), replies=2)

    assert isinstance(done, Refused)
    assert done.message == "what was recorded is not written: ZeroDivisionError: a defect of recproxy's redaction"


def test_what_another_scope_has_shown_is_masked_from_then_on_and_again(setup):
    asked = order(interaction(f"/{TOKEN}", answer=b'{"note": "%s"}' % TOKEN.encode()))
    learned = (LearnedValue(TOKEN.encode(), "handed out", "access_token", field=False, alone=False),)
    again = dataclasses.replace(asked, again=True, lines=(f"test[{TOKEN}]",))

    _, before, told, after, later = talk(
        setup,
        asked,
        dataclasses.replace(asked, learned=learned),
        again,
        order(interaction("/a"), again=True),
        replies=5,
    )

    assert (TOKEN.encode() in before.interactions[0], before.learned) == (True, ())
    assert [unpack(done.interactions[0]).response.body for done in (told, after)] == [
        b'{"note": "XXX[access_token]"}'
    ] * 2
    assert (after.lines, after.counts) == (("test[XXX]",), {"handed out": 2})
    assert (later.interactions, later.counts) == ((), {})


def test_a_scope_tells_what_it_has_shown(setup):
    _, done = talk(setup, order(interaction("/login", answer=b'{"access_token": "%s"}' % TOKEN.encode())), replies=2)
    assert done.learned == (LearnedValue(TOKEN.encode(), "handed out", "access_token", field=False, alone=False),)
