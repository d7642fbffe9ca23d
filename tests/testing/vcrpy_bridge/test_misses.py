"""What no cassette answers fails the test, and says what is closest."""

import pytest
from vcrpy_project import interaction

SUITE = """
import pytest
import requests
import vcr


def get(path):
    try:
        return requests.get(f"https://api.shop.example/{path}", timeout=20).status_code
    except requests.ConnectionError:
        return "dropped"


@vcr.use_cassette("items.yaml")
def test_swallowed():
    assert get("item?b=2") in (599, "dropped")


@vcr.use_cassette("items.yaml")
def test_failed_by_itself():
    assert get("items") == 200


@vcr.use_cassette("items.yaml")
def test_more_than_was_recorded():
    assert get("item?a=1") == 200
    get("item?a=1")


@vcr.use_cassette("none.yaml", record_mode="none")
def test_there_is_no_cassette():
    get("item?a=1")


@vcr.use_cassette("broken.yaml")
def test_a_broken_cassette():
    get("item")


@vcr.use_cassette("items.yaml")
def test_a_host_that_is_not_in_it():
    try:
        requests.get("https://other.example/")
    except requests.ConnectionError:
        pass


@vcr.use_cassette("items.yaml")
def test_the_next_one_is_clean():
    assert get("item?a=1") == 200
"""


def test_each_fails_its_test_in_a_few_lines(suite):
    suite.cassette("items.yaml", interaction("item?a=1", "first"))
    suite.write("test_a.py", SUITE)
    suite.write(
        "broken.yaml",
        "interactions: [{request: {method: GET, uri: nonsense, body: null, headers: {}}, response: {}}]\n",
    )

    got = suite.run("test_a.py", bridge=True)

    assert got == {"passed": 1, "failed": 6}
    assert "query a  1         (absent)" in got.out
    assert "path segment 1  item      items" in got.out
    assert "test_a.py:21: AssertionError" in got.out
    assert "cassette: none.yaml (the file does not exist)" in got.out
    assert "items.yaml in the same folder has this request: if its test was renamed, rename the file" in got.out
    alone = "to record it: RECPROXY_MODE=record pytest -p recproxy.vcrpy_bridge test_a.py::{}\n"
    assert alone.format("test_there_is_no_cassette") in got.out
    assert alone.format("test_swallowed") in got.out
    assert "GET https://other.example/" in got.out
    assert "broken.yaml: interaction 1: 'nonsense' is not an absolute http or https URL" in got.out
    assert got.out.count("cassette: items.yaml") == 4
    assert got.out.count("to play it again: allow_playback_repeats=True for the cassette") == 1
    assert "to play the last one again" not in got.out
    assert "to make it match" not in got.out
    assert "recproxy run --record" not in got.out
    assert "address.py" not in got.out


def test_the_end_of_a_run_shows_the_command_that_records_the_cassette(suite):
    suite.cassette("items.yaml", interaction("item?a=1", "first"))
    suite.write("test_a.py", SUITE)

    got = suite.run("test_a.py", "-k", "there_is_no_cassette or swallowed", "--recproxy-mode=replay", bridge=True)

    assert got == {"failed": 2}
    end = got.out.partition("= recproxy =")[2]
    alone = "to record it: recproxy run --mode record -- pytest -p recproxy.vcrpy_bridge test_a.py::{}\n"
    for name in ("test_there_is_no_cassette", "test_swallowed"):
        assert alone.format(name) in end
    assert "name a .rec for it" not in end
    assert "--record any-host" not in end


CLIENTS = """
import asyncio
import aiohttp
import httpx
import pytest
import requests
import vcr


async def by_aiohttp(url):
    async with aiohttp.ClientSession() as session, session.get(url):
        pass


@vcr.use_cassette("items.yaml")
def test_dropped():
    url = "https://api.shop.example/item?b=2"
    with pytest.raises(requests.ConnectionError):
        requests.get(url)
    with pytest.raises(httpx.RemoteProtocolError):
        httpx.get(url)
    with pytest.raises(aiohttp.ClientConnectionError):
        asyncio.run(by_aiohttp(url))


@vcr.use_cassette("items.yaml")
def test_the_next_one_is_clean():
    assert requests.get("https://api.shop.example/item?a=1").text == "first"
"""


@pytest.mark.parametrize(
    ("on_miss", "outcomes"), [("fail", {"passed": 1, "failed": 1}), ("warn", {"passed": 2})], ids=("fail", "warn")
)
def test_a_miss_drops_the_connection_where_a_profile_of_all_hosts_says_so(suite, on_miss, outcomes):
    suite.cassette("items.yaml", interaction("item?a=1", "first"))
    suite.write("test_a.py", CLIENTS)
    suite.write(
        "recproxy.toml",
        f'on_miss = "{on_miss}"\nrun = ["everything"]\n[profiles.everything]\n[[profiles.everything.endpoints]]\nhosts = ["*"]\n'
        '[profiles.everything.match]\nmiss = "reset"\n',
    )

    got = suite.run("test_a.py", bridge=True)

    # Each client saw its connection go, and the test fails with what it asked, if the project does not say otherwise.
    assert got == outcomes
    assert ("query b  (absent)  2" in got.out) is (on_miss == "fail")
    assert "DID NOT RAISE" not in got.out
    assert "2 cassettes, 1 request played" in got.out
