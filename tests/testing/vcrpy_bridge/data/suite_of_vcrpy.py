"""A suite that uses all of vcrpy's own ways, and nothing else."""

import asyncio
import unittest
from pathlib import Path

import aiohttp
import httpx
import pytest
import requests
import vcr
from vcr.unittest import VCRTestCase

HERE = Path(__file__).parent
ITEM = "https://api.shop.example/item?b=2&a=1"
#: Clients that were made before any cassette was opened.
SESSION = requests.Session()
CLIENT = httpx.Client()


def get(url=ITEM):
    return SESSION.get(url).text


async def fetch(url=ITEM):
    async with aiohttp.ClientSession() as session, session.get(url) as response:
        return await response.text()


@vcr.use_cassette(str(HERE / "cassettes/items.yaml"))
def test_a_decorator():
    assert [get(), get()] == ["first", "second"]


@vcr.use_cassette
def test_a_decorator_without_arguments():
    assert get() == "by the name of the function"


@vcr.use_cassette()
def test_a_decorator_with_no_argument():
    assert get() == "by the name of another function"


@vcr.use_cassette(str(HERE / "cassettes/items.yaml"), inject_cassette=True)
def injected(cassette):
    return get(), cassette.play_count


def test_an_injected_cassette():
    assert injected() == ("first", 1)


def test_a_context_manager():
    with vcr.use_cassette(str(HERE / "cassettes/items.yaml")) as cassette:
        assert len(cassette) == 2
        assert [request.method for request in cassette.requests] == ["GET", "GET"]
        assert cassette.responses[1]["body"]["string"] == b"second"
        assert (cassette.play_count, cassette.all_played) == (0, False)
        assert get() == "first"
        assert cassette.play_count == 1
        assert cassette.play_counts[0] == 1
        assert get() == "second"
        assert cassette.all_played
    assert cassette.play_count == 2


@vcr.use_cassette(str(HERE / "cassettes/items.yaml"))
async def read_both():
    return [await fetch(), await fetch()]


def test_a_coroutine():
    assert asyncio.run(read_both()) == ["first", "second"]


def test_a_context_in_a_coroutine():
    async def read():
        with vcr.use_cassette(str(HERE / "cassettes/items.yaml")) as cassette:
            async with httpx.AsyncClient() as client:
                first = (await client.get(ITEM)).text
            return first, cassette.play_count

    assert asyncio.run(read()) == ("first", 1)


@pytest.fixture
@vcr.use_cassette(str(HERE / "cassettes/items.yaml"))
def generator():
    yield get()


def test_a_generator_fixture(generator):
    assert generator == "first"


def test_a_cassette_inside_of_another():
    with vcr.use_cassette(str(HERE / "cassettes/items.yaml")) as outer:
        assert get() == "first"
        with vcr.use_cassette(str(HERE / "cassettes/other.yaml")) as inner:
            assert get() == "other"
            assert (outer.play_count, inner.play_count) == (1, 1)
        assert get() == "second"
        assert outer.play_count == 2


def test_rewinding():
    with vcr.use_cassette(str(HERE / "cassettes/items.yaml")) as cassette:
        assert get() == "first"
        cassette.rewind()
        assert cassette.play_count == 0
        assert get() == "first"


def test_playback_repeats():
    with vcr.use_cassette(str(HERE / "cassettes/items.yaml"), allow_playback_repeats=True) as cassette:
        assert [get(), get(), get()] == ["first", "first", "first"]
        assert cassette.play_count == 3


LIBRARY = vcr.VCR(
    cassette_library_dir=str(HERE / "library"),
    path_transformer=vcr.VCR.ensure_suffix(".json"),
    serializer="json",
    record_mode="none",
    filter_headers=["Authorization"],
    filter_query_parameters=["key"],
    filter_post_data_parameters=["secret", ("token", "HIDDEN")],
    match_on=["method", "uri", "body"],
)


@LIBRARY.use_cassette("orders")
def test_a_library_with_filters_and_bodies():
    orders = "https://api.shop.example/orders"
    headers = {"Authorization": "Bearer of today"}
    form = {"item": "1", "secret": "live", "token": "live"}
    assert requests.post(f"{orders}?key=today&page=1", data=form, headers=headers).json() == {"form": 1}
    assert httpx.post(orders, json={"size": 2, "item": "1", "secret": "live"}).json() == {"json": 1}


def by_module(function):
    return str(HERE / "library" / f"by_{function.__name__}")


@vcr.VCR(func_path_generator=by_module, path_transformer=vcr.VCR.ensure_suffix(".yaml")).use_cassette
def test_path_generator():
    assert get() == "generated"


def upper(response):
    response["body"]["string"] = response["body"]["string"].upper()
    return response


def test_what_is_done_to_responses():
    with vcr.use_cassette(str(HERE / "cassettes/items.yaml"), before_record_response=upper):
        assert get() == "FIRST"


class Reversed:
    """A serializer of the suite's own."""

    @staticmethod
    def deserialize(text):
        return vcr.serializers.yamlserializer.deserialize(text[::-1])

    @staticmethod
    def serialize(values):
        return vcr.serializers.yamlserializer.serialize(values)[::-1]


class InMemory:
    """A persister of the suite's own."""

    @classmethod
    def load_cassette(cls, path, serializer):
        return vcr.serialize.deserialize((HERE / "cassettes/other.yaml").read_text(), vcr.serializers.yamlserializer)

    @staticmethod
    def save_cassette(path, values, serializer):
        raise AssertionError("nothing was recorded")


def test_a_serializer_of_its_own():
    (HERE / "cassettes/reversed").write_text((HERE / "cassettes/items.yaml").read_text()[::-1])
    made = vcr.VCR(serializer="reversed")
    made.register_serializer("reversed", Reversed)
    with made.use_cassette(str(HERE / "cassettes/reversed")):
        assert get() == "first"


def test_a_persister_of_its_own():
    made = vcr.VCR()
    made.register_persister(InMemory)
    with made.use_cassette("nowhere"):
        assert get() == "other"


@pytest.mark.skipif(not hasattr(vcr.VCR(), "drop_unused_requests"), reason="vcrpy 6 has no such setting")
def test_sensitive_data_is_put_back():
    with vcr.use_cassette(str(HERE / "cassettes/items.yaml"), filter_sensitive_data={"first": "the value"}):
        assert get() == "the value"


@pytest.mark.skipif(not hasattr(vcr.VCR(), "drop_unused_requests"), reason="vcrpy 6 has no such setting")
def test_what_nobody_asks_for_is_dropped():
    text = (HERE / "cassettes/items.yaml").read_text()
    (HERE / "cassettes/dropping.yaml").write_text(text)
    with vcr.use_cassette(str(HERE / "cassettes/dropping.yaml"), drop_unused_requests=True):
        assert get() == "first"
    with vcr.use_cassette(str(HERE / "cassettes/dropping.yaml")) as cassette:
        assert [response["body"]["string"] for response in cassette.responses] == [b"first"]


class TestCase(VCRTestCase):
    def _get_cassette_library_dir(self):
        return str(HERE / "library")

    def test_by_its_name(self):
        assert get() == "of a case"
        assert self.cassette.play_count == 1
        assert self.cassette.all_played


class TestMethods(unittest.TestCase):
    @vcr.use_cassette(str(HERE / "cassettes/items.yaml"))
    def test_a_method(self):
        assert CLIENT.get(ITEM).text == "first"


class TestAsync(unittest.IsolatedAsyncioTestCase):
    @vcr.use_cassette(str(HERE / "cassettes/items.yaml"))
    async def test_a_coroutine_method(self):
        assert await fetch() == "first"
