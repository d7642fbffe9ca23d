"""Webhooks of the real service: whose they are."""

from types import SimpleNamespace

import pytest

from recproxy.config.profile import Endpoint, Profile
from recproxy.control.webhook_messages import WebhookAnswered, WebhookComes
from recproxy.proxy.traffic import Traffic
from recproxy.proxy.webhook_service import WebhookService


@pytest.mark.parametrize(
    ("mode", "alone", "fails"), [("record", True, 0), ("record", False, 1), ("auto", False, 1), ("live", False, 0)]
)
def test_a_webhook_that_may_be_of_another_test_is_not_recorded(mode, alone, fails):
    traffic, profile = Traffic(1), Profile(name="shop", endpoints=(Endpoint(hosts=("a.example",)),))
    lane = SimpleNamespace(scope=SimpleNamespace(traffic=traffic, mode=mode))
    service = WebhookService(profile, None, {}, print, recorded_clock=False)

    service.comes(WebhookComes(number=1, lane="gw0", begun=0.0, alone=alone), lane)
    assert traffic.busy
    assert [each for each in traffic.failures if "record webhooks without workers" in each] == traffic.failures
    assert len(traffic.failures) == fails

    service.answered(WebhookAnswered(number=1, packed=b""))
    assert not traffic.busy
