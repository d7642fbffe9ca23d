"""Signatures as the services' documentation has them, with values worked out apart from this code."""

from dataclasses import replace

import pytest

from recproxy.config.webhook_table import WebhookTable
from recproxy.play.webhook_signatures import signed
from recproxy.recording import Request

#: `printf %s ... | openssl dgst -sha256 -hmac SECRET`
STRIPE = b"a0c091828640f0b68061abc7c03981ad1100ff7160c5dba6b656239494a2b537"
SLACK = b"c053a179f59b1bb344c6202c331dd407885e62fb5e51012622eee482eb910274"
BODY = b'{"id": "evt_1"}'
REQUEST = Request(
    method="POST", url="webhook://events/", headers=((b"Content-Type", b"application/json"), (b"stripe-signature", b"XXX")), body=BODY
)  # fmt: skip


def table(scheme, **more):
    return WebhookTable(name="events", address="http://127.0.0.1:1", scheme=scheme, secret="S", **more)


def headers(scheme, secret="whsec_test", *, had=(), body=BODY, hook=None, **more):
    request = replace(REQUEST, headers=(REQUEST.headers[0], *((name, b"XXX") for name in had)), body=body)
    return dict(signed(table(scheme, **more), request, secret, 1_700_000_000, hook).headers[1:])


def test_stripe_signs_time_and_body():
    assert headers("stripe", had=(b"stripe-signature",)) == {
        b"Stripe-Signature": b"t=1700000000,v1=" + STRIPE,
    }


def test_github_signs_the_body_and_keeps_the_old_header_where_it_was():
    # From GitHub's documentation: "It's a Secret to Everybody" over "Hello, World!".
    wanted = b"sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17"
    assert headers("github", "It's a Secret to Everybody", body=b"Hello, World!") == {b"X-Hub-Signature-256": wanted}
    both = headers("github", "It's a Secret to Everybody", body=b"Hello, World!", had=(b"X-Hub-Signature",))
    assert both[b"X-Hub-Signature-256"] == wanted
    assert both[b"X-Hub-Signature"].startswith(b"sha1=")


def test_slack_signs_version_time_and_body():
    assert headers("slack", "8f742231b10e8888abcd99yyyzzz85a5") == {
        b"X-Slack-Request-Timestamp": b"1700000000",
        b"X-Slack-Signature": b"v0=" + SLACK,
    }


@pytest.mark.parametrize(
    ("digest", "encoding", "prefix", "wanted"),
    [
        ("sha256", "hex", "sha256=", b"sha256=13b1c709"),
        ("sha1", "hex", "", b"0f1c14a1"),
        ("sha512", "base64", "v1 ", b"v1 "),
    ],
)
def test_an_hmac_has_the_form_that_the_profile_says(digest, encoding, prefix, wanted):
    (value,) = headers("hmac", header="X-Sign", digest=digest, encoding=encoding, prefix=prefix).values()
    assert value.startswith(wanted)
    assert len(value) == {"sha1": 40, "sha256": 71, "sha512": 91}[digest]


def test_a_hook_signs_what_else_there_is_and_none_leaves_it():
    def hook(request, secret):
        return replace(request, headers=(*request.headers, (b"X-Own", secret.encode() + request.body[:2])))

    assert headers("hook", header="X-Own", had=(b"x-own",), hook=hook) == {b"X-Own": b'whsec_test{"'}
    assert headers("hook", header="X-Own", hook=None) == {}
    assert headers("none", had=(b"X-Any",)) == {b"X-Any": b"XXX"}
