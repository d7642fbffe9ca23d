"""Functions of a suite that decide what matches are called, as vcrpy calls them, and say so where nothing does."""

import json
from types import SimpleNamespace

import pytest
import vcr
from vcrpy_project import interaction

from recproxy.control.choices import AskedRequest
from recproxy.testing.vcrpy_bridge.choices import seen_headers, vcrpy_chooser

TESTS = 13
#: Of these, that of a setting that vcrpy 6 has not.
LATER = 0 if hasattr(vcr.VCR(), "filter_nested_post_data_parameters") else 1
MISSES = """
import re
import requests
import vcr


def without_metrics(request):
    return None if "metrics" in request.host else request


def by_tenant(live, recorded):
    assert live.headers.get("Tenant") == recorded.headers.get("Tenant"), "tenants differ"


def broken(live, recorded):
    raise LookupError("no such tenant")


MADE = vcr.VCR(before_record_request=without_metrics, record_mode="none")
MADE.register_matcher("tenant", by_tenant)
MADE.register_matcher("broken", broken)


@MADE.use_cassette("tenants.yaml", match_on=["method", "uri", "tenant"])
def test_a_matcher_says_no():
    requests.get("https://api.shop.example/item", headers={"Tenant": "c"})


@MADE.use_cassette("tenants.yaml")
def test_a_request_is_left_to_the_service():
    requests.get("https://metrics.shop.example/item")


@MADE.use_cassette("tenants.yaml", match_on=["broken"])
def test_a_matcher_raises():
    assert requests.get("https://api.shop.example/item").status_code == 502
"""


def posted(said, value):
    headers = {"Content-Type": ["application/json"]}
    return interaction("item", said, method="POST", body=json.dumps(value), headers=headers)


@pytest.fixture
def callback_suite(suite):
    suite.cassette(
        "accounts.yaml",
        interaction("accounts/1/orders", "orders"),
        interaction("accounts/2/orders", "more orders"),
    )
    tenants = [interaction("item", f"of {name}", headers={"Tenant": [name]}) for name in "ab"]
    suite.cassette("tenants.yaml", *tenants)
    suite.cassette("kinds.yaml", *(posted(f"of {each}", {"kind": each, "of": {"id": 1}}) for each in ("one", "two")))
    suite.cassette("tokens.yaml", *(interaction(f"item?token={name}", f"of {name}") for name in "ab"))
    return suite


def test_a_suite_whose_functions_decide_passes_unedited(callback_suite):
    suite = callback_suite
    suite.write("test_suite.py", suite.copy("suite_of_callbacks.py").read_text())

    by_vcrpy = suite.run("test_suite.py", "-k", "not another_process and not threads", bridge=False)
    bridged = suite.run("test_suite.py", "-n", "2", bridge=True)

    # vcrpy alone answers no other process, and threads only by luck.
    skipped = {"skipped": LATER} if LATER else {}
    assert by_vcrpy == {"passed": TESTS - LATER - 2} | skipped
    assert bridged == {"passed": TESTS - LATER} | skipped
    assert "not honoured" not in bridged.out


@pytest.mark.parametrize("stored", ["gzip", ["gzip"]], ids=("vcrpy", "Betamax"))
def test_what_a_client_can_decode_is_as_it_was_recorded(stored):
    """recproxy brings decoders into the environment of the suite, and clients name what they find."""
    live = {"Accept-Encoding": "gzip, br", "Host": "a.example", "Tenant": "b"}

    for sent in (live, {"Tenant": "b"}):
        assert seen_headers(sent, {"accept-encoding": stored}) == {"accept-encoding": "gzip", "Tenant": "b"}
    assert seen_headers(live, {}) == {"Tenant": "b"}


def test_a_method_in_small_letters_is_that_of_the_client():
    """vcrpy stores what the program wrote, which aiohttp sends in capitals."""
    stored = [vcr.request.Request(method, "https://a.example/", None, {}) for method in ("get", "post")]
    cassette = SimpleNamespace(
        data=[(each, {}) for each in stored], filter_request=lambda live: live, _match_on=(vcr.matchers.method,)
    )
    asked = AskedRequest("POST", "https://a.example/", (), b"")

    assert vcrpy_chooser(cassette, (0, 1))(asked).positions == (1,)


def test_what_they_refuse_is_a_miss_with_their_words(callback_suite):
    callback_suite.write("test_misses.py", MISSES)

    got = callback_suite.run("test_misses.py", bridge=True)

    assert got == {"failed": 3}
    assert "by the suite's matchers GET https://api.shop.example/item differs in by_tenant: tenants differ" in got.out
    assert "vcrpy leaves this request to the service (metrics.shop.example): list the host in pass_hosts" in got.out
    assert "GET https://api.shop.example/item: LookupError: no such tenant" in got.out
