"""The webhooks of a lane: where its application is, and what its tests want of them."""

import asyncio
from types import SimpleNamespace

import pytest

from recproxy.config.profile import Endpoint, Profile
from recproxy.config.webhook_table import WebhookTable
from recproxy.control.webhook_messages import WebhooksNow
from recproxy.errors import ControlError
from recproxy.orchestrator.control_values import CallRefused
from recproxy.orchestrator.lane_webhooks import LaneWebhooks
from recproxy.orchestrator.webhook_calls import steered

OPEN = WebhookTable(name="open", address="http://127.0.0.1:*")
FIXED = WebhookTable(name="fixed", address="http://127.0.0.1:5000")
ORDERS = []


def profile(*tables):
    return Profile(name="shop", endpoints=(Endpoint(hosts=("a.example",)),), webhooks=tables)


class FakeProxy(SimpleNamespace):
    def ask(self, make, kind):
        ORDERS.append(make(7))
        done = asyncio.get_running_loop().create_future()
        done.set_result(kind(order=7, held=True, due=(("open", "POST", "/a"),), sent=2))
        return done


@pytest.fixture
def lane():
    ORDERS.clear()
    proxies = {"shop": FakeProxy(profile=profile(OPEN, FIXED)), "bank": FakeProxy(profile=profile())}
    return LaneWebhooks("gw0", proxies)


def test_a_test_says_the_port_that_a_profile_leaves_open_and_no_other_address(lane):
    made = profile(OPEN, FIXED)
    assert (lane.address(made, OPEN), lane.address(made, FIXED)) == ("", "http://127.0.0.1:5000")

    lane.set_address("", "http://127.0.0.1:5001")
    assert (lane.address(made, OPEN), lane.address(made, FIXED)) == ("http://127.0.0.1:5001", "http://127.0.0.1:5000")
    for name, address in (
        ("fixed", "http://127.0.0.1:1"),
        ("open", "http://127.0.0.1"),
        ("", "http://127.0.0.2:1"),
        ("", "x"),
        ("open", "http://127.0.0.1:65536"),
        ("open", "http://127.0.0.1:0"),
    ):
        with pytest.raises(ControlError, match="is no address of a webhook"):
            lane.set_address(name, address)


@pytest.mark.parametrize(
    ("method", "values", "action"),
    [
        ("GET", {}, "look"),
        ("PUT", {"hold": True}, "hold"),
        ("PUT", {"hold": False, "webhook": "open"}, "release"),
        ("PUT", {"address": "http://127.0.0.1:1"}, "look"),
        ("POST", {"webhook": "open", "count": 1}, "send"),
        ("POST", {}, "send"),
    ],
)
def test_a_call_is_an_order_to_the_proxies_that_have_webhooks(lane, method, values, action):
    told = asyncio.run(steered(lane, method, values))

    assert told == {"held": True, "due": [{"webhook": "open", "method": "POST", "target": "/a"}], "sent": 2}
    (order,) = ORDERS
    assert (order.lane, order.action) == ("gw0", action)
    assert (order.webhook, order.count) == (values.get("webhook", ""), values.get("count", 0))


@pytest.mark.parametrize(
    ("method", "values"),
    [
        ("GET", {"hold": True}),
        ("PUT", {"hold": 1}),
        ("PUT", {"hold": 1.5}),
        ("PUT", {"hold": "yes"}),
        ("POST", {"count": -1}),
        ("POST", {"count": True}),
    ],
)
def test_wrong_values_are_refused(lane, method, values):
    with pytest.raises(CallRefused):
        asyncio.run(steered(lane, method, values))
    assert ORDERS == []


def test_a_proxy_without_webhooks_is_not_asked(lane):
    assert WebhooksNow(order=1).due == ()
    assert [each.profile.webhooks for each in lane._declaring()] == [(OPEN, FIXED)]
