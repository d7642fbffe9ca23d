"""What a scope sends: when, how it is signed, and what becomes of the answer."""

import asyncio
import hashlib
import hmac

import pytest

from recproxy.config.profile import Endpoint, Profile, ReplayTable
from recproxy.config.webhook_table import WebhookTable
from recproxy.control.webhook_messages import Delivered, SteerWebhooks
from recproxy.matching.index import Index
from recproxy.matching.rules import Rules
from recproxy.matching.ways import Ways
from recproxy.play.hooks import NO_HOOKS
from recproxy.play.playback import Playback
from recproxy.proxy import scope_webhooks
from recproxy.proxy.scope_history import ScopeHistory
from recproxy.proxy.scope_webhooks import ScopeWebhooks
from recproxy.proxy.timeline import Timeline
from recproxy.proxy.traffic import Traffic
from recproxy.recording import load
from recproxy.redaction.rules import RedactionRules

CHARGE = "GET https://a.example/{} HTTP/1.1\n\n====\nHTTP/1.1 200 OK\n\n=======\n\n"
HOOK = (
    ":webhook 9\nPOST webhook://{}/hooks HTTP/1.1\nContent-Type: application/json\nContent-Encoding: gzip\n\n{}\n====\n"
    "HTTP/1.1 200 OK\nContent-Type: application/json\n\n{}\n=======\n\n"
)
WAYS = Ways(file="shop.toml", record="recproxy run --record shop -- pytest -k test_pay")
EVENTS = WebhookTable(name="events", address="http://127.0.0.1:1", scheme="github", secret="SECRET")
OTHERS = WebhookTable(name="others", address="http://127.0.0.1:1")


class World:
    def __init__(self, text, *, pace="none", status=200, body=b'{"took": 1}', error=""):
        recording = load(f"#recproxy 2\n\n{text}".encode(), path="shop.rec")
        self.profile = Profile(
            name="shop",
            endpoints=(Endpoint(hosts=("a.example",)),),
            webhooks=(EVENTS, OTHERS),
            replay=ReplayTable(pace=pace),
        )
        self.playback = Playback(Index((recording,), Rules()))
        self.history, self.traffic = ScopeHistory(Timeline(9)), Traffic(1)
        self.sent, self.waited = [], []
        self.tasks = []

        async def deliver(make):
            message = make(1)
            self.sent.append(message)
            kind = ((b"Content-Type", b"application/json"),)
            return Delivered(order=1, status=status, headers=kind, body=body, error=error)

        self.webhooks = ScopeWebhooks(
            self.profile, lambda: self.playback, self.history, self.traffic, hooks=NO_HOOKS, redaction=RedactionRules(),
            secrets={"SECRET": b"placeholder"}, deliver=deliver, spawn=lambda work: self.tasks.append(asyncio.ensure_future(work)),
            now=lambda: 1_700_000_000, lane="gw0", ways=WAYS, test="test_pay",
        )  # fmt: skip

    async def played(self, *positions):
        for position in positions:
            self.webhooks.played(position)
        await asyncio.gather(*self.tasks)
        self.tasks.clear()

    async def steer(self, action, **more):
        now = self.webhooks.steer(SteerWebhooks(order=5, lane="gw0", action=action, **more))
        await asyncio.gather(*self.tasks)
        self.tasks.clear()
        return now

    @property
    def outcome(self):
        return self.history.outcome("test_pay", self.playback, self.traffic, self.playback.unused())


def test_a_webhook_follows_its_cause_once_and_is_signed_for_the_secret_that_the_application_has():
    async def run():
        world = World(CHARGE.format(1) + HOOK.format("events", '{"id": 1}', '{"took": 1}'))
        await world.played(0, 0)
        return world

    world = asyncio.run(run())
    (sent,) = world.sent
    signature = hmac.new(b"placeholder", b'{"id": 1}', hashlib.sha256).hexdigest().encode()
    assert (sent.lane, sent.webhook, sent.method, sent.target, sent.body) == (
        "gw0",
        "events",
        "POST",
        "/hooks",
        b'{"id": 1}',
    )
    assert sent.headers == ((b"Content-Type", b"application/json"), (b"X-Hub-Signature-256", b"sha256=" + signature))
    assert (world.outcome.played, world.outcome.missed, world.outcome.plays) == (1, (), (0, 1))
    assert not world.traffic.busy


def test_what_no_request_caused_is_due_when_the_scope_begins():
    async def run():
        world = World(HOOK.format("others", "{}", '{"took": 1}'))
        await world.played(-1)
        return world

    assert [each.webhook for each in asyncio.run(run()).sent] == ["others"]


@pytest.mark.parametrize(
    ("answer", "difference"),
    [
        ({"status": 500}, ("status", "200", "500")),
        ({"body": b'{"took": 2}'}, ("json /took", "1", "2")),
        ({"error": "nobody is there"}, None),
    ],
)
def test_another_answer_or_none_is_a_miss_of_the_test(answer, difference):
    async def run():
        world = World(CHARGE.format(1) + HOOK.format("events", "{}", '{"took": 1}'), **answer)
        await world.played(0)
        return world

    outcome = asyncio.run(run()).outcome
    (missed,), (timed,) = outcome.missed, outcome.timed
    assert (missed.method, missed.url, missed.test) == ("WEBHOOK", "webhook://events/hooks", "test_pay")
    assert (outcome.played, timed.result, timed.request) == (0, "missed", "WEBHOOK webhook://events/hooks")
    assert missed.differences == ((difference,) if difference else ())
    assert "the webhook events" in missed.text
    assert ("nobody is there" in missed.text) is (difference is None)


@pytest.mark.parametrize(
    ("answer", "lines"),
    [
        (
            {"body": b'{"nonce": "7f8e9dd0c1"}'},
            (
                "               recorded      got\n"
                '  json /nonce  "0b1c2d3e4f"  "7f8e9dd0c1"\n\n'
                "to make the recorded answer match: at shop.rec:11, write XXX for the value of json /nonce (keep the quotes)\n"
                "or, to ignore it in all requests and answers to webhooks, in shop.toml:\n"
                "    [match]\n"
                '    ignore.json = ["/nonce"]\n'
                "or record it anew: recproxy run --record shop -- pytest -k test_pay\n"
            ),
        ),
        (
            {"status": 500, "body": b'{"nonce": "0b1c2d3e4f"}'},
            (
                "          recorded  got\n"
                "  status  200       500\n\n"
                "if the new answer is right, record it: recproxy run --record shop -- pytest -k test_pay\n"
            ),
        ),
        (
            {"error": "nobody is there"},
            "start the application before the request that causes the webhook, at the address that [[webhooks]] declares\n",
        ),
    ],
)
def test_a_miss_says_what_differs_and_what_to_do(answer, lines):
    async def run():
        sent = '{"id": "0b1c2d3e4f"}'  # the answer repeats it, which makes no named place of it: it would be sent
        world = World(CHARGE.format(1) + HOOK.format("events", sent, '{"nonce": "0b1c2d3e4f"}'), **answer)
        await world.played(0)
        return world

    (missed,) = asyncio.run(run()).outcome.missed
    why = "got another answer from the application than the recorded one"
    assert missed.text == (
        f"recproxy: the webhook events {'could not be sent: nobody is there' if 'error' in answer else why}\n\n"
        "  webhook   POST /hooks\n"
        "  test      test_pay\n"
        f"  recorded  shop.rec:11\n\n{lines}"
    )
    assert missed.closest == "shop.rec:11"


def test_a_named_place_of_the_address_has_the_value_that_the_webhook_brings():
    async def run():
        text = HOOK.format("events", '{"key": "XXX[key]"}', '{"took": 1}').replace("/hooks", "/hooks?key=XXX[key]")
        world = World(CHARGE.format(1) + text)
        await world.played(0)
        return world

    world = asyncio.run(run())
    (sent,) = world.sent
    assert world.outcome.missed == ()
    assert sent.body.decode() == f'{{"key": "{sent.target.removeprefix("/hooks?key=")}"}}'
    assert "XXX[" not in sent.target


def test_the_recorded_answer_may_have_wild_places():
    async def run():
        world = World(CHARGE.format(1) + HOOK.format("events", "{}", '{"took": "XXX"}'), body=b'{"took": [1, 2]}')
        await world.played(0)
        return world

    assert asyncio.run(run()).outcome.missed == ()


def test_a_webhook_that_no_profile_declares_fails_the_scope():
    async def run():
        world = World(CHARGE.format(1) + HOOK.format("unknown", "{}", ""))
        await world.played(0)
        return world

    world = asyncio.run(run())
    assert world.sent == []
    assert (world.outcome.played, world.outcome.timed) == (0, ())
    assert world.outcome.failures == ("webhook 'unknown' is not declared: write it in [[webhooks]] of the profile",)


def one_cause(*numbers):
    return CHARGE.format(1) + "".join(HOOK.format("events", f'{{"n": {each}}}', '{"took": 1}') for each in numbers)


def test_webhooks_of_one_cause_are_sent_in_order_each_after_the_answer_to_the_one_before():
    async def run():
        world = World(one_cause(1, 2, 3))
        asked = world.webhooks._deliver

        async def deliver(make):
            for _ in range(5):  # the others could overtake
                await asyncio.sleep(0)
            under_way.append(len(world.sent))
            return await asked(make)

        world.webhooks._deliver, under_way = deliver, []
        await world.played(0)
        return [each.body for each in world.sent], under_way

    assert asyncio.run(run()) == ([b'{"n": 1}', b'{"n": 2}', b'{"n": 3}'], [0, 1, 2])


def test_a_webhook_does_not_wait_for_ever_for_the_one_before(monkeypatch):
    async def run():
        monkeypatch.setattr(scope_webhooks, "_PATIENCE", 0)
        world = World(one_cause(1, 2))
        asked, second = world.webhooks._deliver, asyncio.Event()

        async def deliver(make):
            if world.sent:
                second.set()
                return await asked(make)
            answer = await asked(make)
            await second.wait()  # the application answers the first one when it has got the second
            return answer

        world.webhooks._deliver = deliver
        await world.played(0)
        return [each.body for each in world.sent]

    assert asyncio.run(run()) == [b'{"n": 1}', b'{"n": 2}']


def test_a_test_holds_sends_and_releases():
    hooks = "".join(
        CHARGE.format(number) + HOOK.format(name, "{}", '{"took": 1}')
        for number, name in enumerate(("events", "others", "events"))
    )

    async def run():
        world = World(hooks)
        assert (await world.steer("hold")).held
        await world.played(0, 2, 4)
        assert world.sent == []
        now = await world.steer("look")
        assert now.due == (("events", "POST", "/hooks"), ("others", "POST", "/hooks"), ("events", "POST", "/hooks"))
        assert len((await world.steer("send", webhook="others")).due) == 2
        assert len((await world.steer("send", count=1)).due) == 1
        now = await world.steer("release")
        assert (now.held, now.due, now.sent) == (False, (), 3)
        return [each.webhook for each in world.sent]

    assert asyncio.run(run()) == ["others", "events", "events"]


def test_what_is_held_to_the_end_is_unused():
    async def run():
        world = World(CHARGE.format(1) + HOOK.format("events", "{}", '{"took": 1}'))
        await world.steer("hold")
        await world.played(0)
        world.webhooks.end()
        return world

    world = asyncio.run(run())
    assert world.sent == []
    assert [each.position for each in world.outcome.unused] == [0, 1]


def test_the_recorded_time_passes_where_the_profile_wants_it(monkeypatch):
    waited = []

    async def run():
        async def pause(seconds):
            waited.append(seconds)

        monkeypatch.setattr(asyncio, "sleep", pause)
        world = World(CHARGE.format(1) + HOOK.format("events", "{}", '{"took": 1}'), pace="recorded")
        await world.played(0)
        return world

    assert len(asyncio.run(run()).sent) == 1
    assert waited == [9.0]
