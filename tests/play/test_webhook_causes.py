"""Which interaction caused a webhook."""

from dataclasses import replace

import pytest

from recproxy.play.webhook_causes import cause_of, webhooks_by_cause
from recproxy.recording import Interaction, Request, Response, SentWebhook, as_interaction


def asked(url="https://api.shop.example/charges", body=b"", answer=b""):
    return Interaction(request=Request(method="POST", url=url, body=body), response=Response(status=200, body=answer))


def webhook(body, url="webhook://events/hooks/acct_1"):
    return as_interaction(SentWebhook(request=Request(method="POST", url=url, body=body)))


FIRST = asked(answer=b'{"id": "ch_111111", "account": "acct_99"}')
SECOND = asked(answer=b'{"id": "ch_222222", "account": "acct_99"}')


@pytest.mark.parametrize(
    ("body", "before", "cause"),
    [
        (b'{"charge": "ch_111111", "account": "acct_99"}', [FIRST, SECOND], 0),
        (b'{"charge": "ch_222222"}', [FIRST, SECOND, asked()], 1),
        (b'{"account": "acct_99"}', [FIRST, SECOND], 1),  # all have it: the last
        (b'{"type": "ping"}', [FIRST, SECOND, asked()], 2),
        (b'{"order": "ord_4711"}', [asked(url="https://api.shop.example/orders/ord_4711"), asked()], 0),
        (b'{"order": "ord_4711"}', [asked(body=b'{"order": "ord_4711"}'), asked()], 0),
        (b"{}", [], None),
    ],
)
def test_the_one_whose_values_it_carries_or_else_the_last(body, before, cause):
    assert cause_of(webhook(body), before) == cause


def test_webhooks_follow_what_is_before_them_in_a_recording():
    hook = webhook(b"{}")
    assert webhooks_by_cause([hook, FIRST, hook, replace(hook, scope="b"), SECOND]) == {-1: (0,), 1: (2, 3)}
