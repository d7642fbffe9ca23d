"""pytest-recording and pytest-vcr find their cassettes as ever, and proxies answer from them."""

import pytest
from vcrpy_project import interaction

RECORDING = """
import asyncio
import aiohttp
import pytest
import requests

ITEM = "https://api.shop.example/item"


def get(url=ITEM):
    return requests.get(url).text


async def fetch():
    async with aiohttp.ClientSession() as session, session.get(ITEM) as response:
        return await response.text()


@pytest.fixture(scope="module")
def vcr_config():
    return {"filter_query_parameters": ["key"]}


@pytest.mark.vcr
def test_by_its_name(vcr):
    assert (len(vcr), vcr.play_count) == (1, 0)
    assert get(f"{ITEM}?key=live") == "by name"
    assert vcr.all_played


@pytest.mark.vcr
class TestClass:
    def test_in_a_class(self):
        assert get() == "in a class"


@pytest.mark.vcr
@pytest.mark.default_cassette("named.yaml")
def test_a_name_of_its_own():
    assert get() == "named"


@pytest.mark.vcr("one.yaml", "two.yaml")
def test_several_cassettes(vcr):
    assert get("https://api.shop.example/1") == "one"
    assert get("https://api.shop.example/2") == "two"
    assert get() == "several"
    assert vcr.play_count == 3


@pytest.mark.vcr(match_on=["method", "path", "body"])
def test_matched_by_body():
    assert requests.post(ITEM, json={"b": 2, "a": 1}).text == "the second"
    assert requests.post(ITEM, json={"a": 1, "b": 1}).text == "the first"


@pytest.mark.vcr
@pytest.mark.block_network
def test_no_network():
    assert get() == "blocked"
    assert asyncio.run(fetch()) == "blocked again"


@pytest.mark.block_network
def test_no_cassette_and_no_network():
    with pytest.raises(RuntimeError, match="Network is disabled"):
        get("http://127.0.0.2:9/")
"""
VCR = """
import os
import pytest
import requests

ITEM = "https://api.shop.example/item"


@pytest.fixture(scope="module")
def vcr_config():
    return {"filter_headers": ["authorization"], "match_on": ["method", "path", "headers"]}


@pytest.fixture(scope="module")
def vcr_cassette_dir(request):
    return os.path.join(os.path.dirname(request.fspath), "library")


@pytest.mark.vcr()
def test_by_its_name(vcr_cassette, pytestconfig):
    # recproxy brings decoders, which clients name: a cassette from before does not have them.
    codings = "gzip, br" if pytestconfig.pluginmanager.hasplugin("recproxy.vcrpy_bridge") else "gzip"
    sent = {"Authorization": "live", "Accept": "a/b", "Accept-Encoding": codings, "User-Agent": "me"}
    response = requests.get(ITEM, headers=sent)
    assert response.text == "by name"
    assert vcr_cassette.play_count == 1


class TestClass:
    @pytest.mark.vcr(match_on=["path"])
    def test_in_a_class(self):
        assert requests.post(ITEM).text == "in a class"


def test_by_hand(vcr):
    with vcr.use_cassette("by_hand", match_on=["path"]) as cassette:
        assert requests.get(ITEM).text == "by hand"
        assert cassette.all_played
"""


@pytest.mark.parametrize("bridge", [False, True])
def test_pytest_recording(suite, bridge):
    folder = "cassettes/test_a"
    suite.cassette(f"{folder}/test_by_its_name.yaml", interaction("item", "by name"))
    suite.cassette(f"{folder}/TestClass.test_in_a_class.yaml", interaction("item", "in a class"))
    suite.cassette(f"{folder}/named.yaml", interaction("item", "named"))
    suite.cassette(f"{folder}/one.yaml", interaction("1", "one"))
    suite.cassette(f"{folder}/two.yaml", interaction("2", "two"))
    suite.cassette(f"{folder}/test_several_cassettes.yaml", interaction("item", "several"))
    suite.cassette(
        f"{folder}/test_no_network.yaml", interaction("item", "blocked"), interaction("item", "blocked again")
    )
    json = {"method": "POST", "headers": {"Content-Type": ["application/json"]}}
    suite.cassette(
        f"{folder}/test_matched_by_body.yaml",
        interaction("item", "the first", body='{"a": 1, "b": 1}', **json),
        interaction("item", "the second", body='{"a": 1, "b": 2}', **json),
    )
    suite.write("test_a.py", RECORDING)

    assert suite.run("test_a.py", bridge=bridge, plugin="pytest-recording") == {"passed": 7}


@pytest.mark.parametrize("bridge", [False, True])
def test_pytest_vcr(suite, bridge):
    sent = {
        "Accept": ["a/b"],
        "User-Agent": ["me"],
        "Accept-Encoding": ["gzip"],
        "Connection": ["keep-alive"],
    }
    suite.cassette("library/test_by_its_name.yaml", interaction("item", "by name", headers=sent))
    suite.cassette("library/TestClass.test_in_a_class.yaml", interaction("item", "in a class"))
    suite.cassette("library/by_hand.yaml", interaction("item", "by hand"))
    suite.write("test_a.py", VCR)

    assert suite.run("test_a.py", bridge=bridge, plugin="pytest-vcr") == {"passed": 3}
