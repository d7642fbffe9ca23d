"""A suite whose own functions decide what matches, with vcrpy and nothing else."""

import json
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest
import requests
import vcr

HERE = Path(__file__).parent
ITEM = "https://api.shop.example/item"
FETCH = "import sys, urllib.request as client; sys.stdout.write(client.urlopen(sys.argv[1]).read().decode())"


def without_account(request):
    """Live and recorded accounts differ; what is asked without one is nobody's to answer."""
    request.uri = re.sub("/accounts/[^/]+/", "/accounts/ANY/", request.uri)
    return request


def by_tenant(live, recorded):
    assert live.headers.get("Tenant") == recorded.headers.get("Tenant"), "tenants differ"


def one_of_many(live, recorded):
    return json.loads(live.body)["kind"] == json.loads(recorded.body)["kind"]


def shortened(key, value, request):
    return value[:1]


MADE = vcr.VCR(cassette_library_dir=str(HERE), before_record_request=without_account, record_mode="none")
MADE.register_matcher("tenant", by_tenant)
MADE.register_matcher("kind", one_of_many)


@MADE.use_cassette("accounts.yaml")
def test_a_request_is_rewritten():
    assert requests.get("https://api.shop.example/accounts/9/orders").text == "orders"
    assert httpx.get("https://api.shop.example/accounts/10/orders").text == "more orders"


@MADE.use_cassette("accounts.yaml", allow_playback_repeats=True)
def test_it_plays_again():
    texts = [requests.get(f"https://api.shop.example/accounts/{number}/orders").text for number in range(3)]
    assert texts == ["orders"] * 3


@MADE.use_cassette("accounts.yaml")
def test_another_process_asks():
    asked = [sys.executable, "-c", FETCH, "https://api.shop.example/accounts/9/orders"]
    assert [subprocess.check_output(asked, text=True)] == ["orders"]


def test_threads_ask():
    with MADE.use_cassette("accounts.yaml") as cassette, ThreadPoolExecutor(2) as threads:
        asked = [f"https://api.shop.example/accounts/{number}/orders" for number in range(2)]
        assert sorted(threads.map(lambda url: requests.get(url).text, asked)) == ["more orders", "orders"]
        assert cassette.all_played


@MADE.use_cassette("tenants.yaml", match_on=["method", "uri", "tenant"])
def test_a_matcher_compares():
    assert requests.get(ITEM, headers={"Tenant": "b"}).text == "of b"
    assert requests.get(ITEM, headers={"Tenant": "a"}).text == "of a"


@MADE.use_cassette("tenants.yaml", match_on=["method", "uri"], additional_matchers=["tenant", "headers"])
def test_additional_matchers_compare():
    headers = {"Tenant": "b", "Accept": None, "Accept-Encoding": None, "User-Agent": None, "Connection": None}
    assert requests.get(ITEM, headers=headers).text == "of b"


@MADE.use_cassette("kinds.yaml", match_on=["method", "uri", "kind"])
def test_a_matcher_reads_the_body():
    assert requests.post(ITEM, json={"kind": "two", "id": 9}).text == "of two"


@vcr.use_cassette(str(HERE / "tokens.yaml"), record_mode="none", filter_query_parameters=[("token", shortened)])
def test_a_filter_calls():
    assert requests.get(ITEM, params={"token": "bee"}).text == "of b"


@pytest.mark.skipif(not hasattr(vcr.VCR(), "filter_nested_post_data_parameters"), reason="this vcrpy has none")
@vcr.use_cassette(
    str(HERE / "kinds.yaml"),
    record_mode="none",
    match_on=["method", "uri", "body"],
    filter_post_data_parameters=["id"],
    filter_nested_post_data_parameters=True,
)
def test_a_filter_goes_into_bodies():
    assert requests.post(ITEM, json={"kind": "two", "of": {"id": 9}}).text == "of two"


class Program:
    name = "before"


@vcr.use_cassette(str(HERE / "tenants.yaml"), record_mode="none", custom_patches=((Program, "name", "patched"),))
def test_patches_of_the_suite_are_made():
    assert Program.name == "patched"


@vcr.use_cassette(
    str(HERE / "accounts.yaml"), record_mode="none", before_record_request=[without_account, without_account]
)
def test_several_functions_are_called():
    assert requests.get("https://api.shop.example/accounts/9/orders").text == "orders"


@pytest.mark.parametrize("number", range(2))
def test_each_test_has_its_own(number):
    with MADE.use_cassette("accounts.yaml"):
        assert requests.get(f"https://api.shop.example/accounts/{number}/orders").text == "orders"
