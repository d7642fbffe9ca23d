"""A cassette of vcrpy that answers from a recording."""

import asyncio
import gzip
import http.client
import urllib.request
from pathlib import Path

import pytest
import requests

pytest.importorskip("vcr")
import vcr
from vcr.errors import CannotOverwriteExistingCassetteException, UnhandledHTTPRequestError

from recproxy import inprocess
from recproxy.errors import ConfigurationError
from recproxy.play.reading import read_recording
from recproxy.recording import load

#: vcrpy 6 has no reason in its error.
LATER = hasattr(vcr.VCR(), "drop_unused_requests")
DATA = Path(__file__).parents[2] / "formats" / "data" / "vcrpy" / "tweepy"
FORM = b"""#recproxy 2

POST https://shop.example/order HTTP/1.1
Content-Type: application/x-www-form-urlencoded

a=1&b=XXX
====
HTTP/1.1 200 OK
Content-Type: application/json

[]
=======
"""
ITEM = "https://shop.example/item?id=1"
ORDER = {"nonce": "n-1", "item": 1}
ORDERED = (201, {"order": 7, "nonce": "n-1"})


def test_requests_are_answered_in_order_and_the_last_stays(recording):
    with inprocess.vcrpy_cassette(recording) as cassette:
        got = [requests.get(ITEM) for _ in range(3)]

        assert [each.text for each in got] == ["first", "second", "second"]
        assert (got[0].reason, dict(got[0].cookies)) == ("Fine", {"a": "1", "b": "2"})
        assert (cassette.play_count, len(cassette), cassette.all_played) == (3, 3, False)
        assert [each.uri for each in cassette.requests][0] == ITEM


def test_repeats_are_those_that_are_chosen(recording):
    with inprocess.vcrpy_cassette(recording, repeat="miss"):
        requests.get(ITEM)
        requests.get(ITEM)
        with pytest.raises(CannotOverwriteExistingCassetteException):
            requests.get(ITEM)


def test_wild_places_fit_anything_and_what_they_held_comes_back(recording):
    with inprocess.vcrpy_cassette(recording):
        got = requests.post("https://shop.example/order", json=ORDER)

    assert (got.status_code, got.json()) == ORDERED


def test_the_standard_library_is_answered_too(recording):
    with inprocess.vcrpy_cassette(recording), urllib.request.urlopen(ITEM) as got:
        assert got.read() == b"first"
    with inprocess.vcrpy_cassette(recording):
        connection = http.client.HTTPSConnection("shop.example")
        connection.request("GET", "/item?id=1")
        assert connection.getresponse().read() == b"first"


def test_httpx_is_answered_too(recording):
    httpx = pytest.importorskip("httpx")

    with inprocess.vcrpy_cassette(recording), httpx.Client(trust_env=False) as client:
        got = client.post("https://shop.example/order", json=ORDER)

    assert (got.status_code, got.json()) == ORDERED


def test_aiohttp_is_answered_too(recording):
    aiohttp = pytest.importorskip("aiohttp")

    async def ask(**body):
        async with aiohttp.ClientSession() as session, session.post("https://shop.example/order", **body) as got:
            return got.status, await got.json()

    if LATER:  # vcrpy 6 does not see what aiohttp sends as JSON
        with inprocess.vcrpy_cassette(recording):
            assert asyncio.run(ask(json=ORDER)) == ORDERED
    with inprocess.vcrpy_cassette(load(FORM)):
        assert asyncio.run(ask(data={"b": "any", "a": 1})) == (200, [])


def test_as_a_decorator_each_call_begins_anew(recording):
    @inprocess.vcrpy_cassette(recording)
    def test():
        return requests.get(ITEM).text

    assert [test(), test()] == ["first", "first"]


def test_a_miss_sends_nothing(recording):
    with inprocess.vcrpy_cassette(recording), pytest.raises(CannotOverwriteExistingCassetteException) as caught:
        requests.get("https://shop.example/other")

    assert "shop.example/other" in str(caught.value)


def test_a_miss_says_what_differs(recording):
    with inprocess.vcrpy_cassette(recording), pytest.raises(CannotOverwriteExistingCassetteException) as caught:
        requests.post("https://shop.example/order", json={"nonce": "n", "item": 2})

    assert not LATER or caught.value.reason == "no_match"
    assert "https://shop.example/order" in str(caught.value)
    assert "/item" in str(caught.value)
    assert "1 is recorded, 2 came" in str(caught.value)


def test_what_was_played_is_told_from_what_is_not_recorded(recording):
    with inprocess.vcrpy_cassette(recording, repeat="miss") as cassette:
        requests.post("https://shop.example/order", json=ORDER)
        with pytest.raises(CannotOverwriteExistingCassetteException) as caught:
            requests.post("https://shop.example/order", json=ORDER)

        assert not LATER or caught.value.reason == "already_played"
        assert cassette.find_requests_with_most_matches(cassette.requests[0])[0][0] is cassette.requests[0]


def test_a_redirect_of_aiohttp_leads_to_what_was_recorded_and_to_nothing_else():
    aiohttp = pytest.importorskip("aiohttp")
    texts = ["#recproxy 2\n"]
    for path, head in (
        ("/a", "HTTP/1.1 302 Found\nLocation: /b"),
        ("/b", "HTTP/1.1 200 OK"),
        ("/c", "HTTP/1.1 302 No\nLocation: /d"),
    ):
        texts.append(f"GET https://shop.example{path} HTTP/1.1\n\n====\n{head}\n\nat {path}\n=======\n")
    recording = load("\n".join(texts).encode())

    async def ask(path):
        async with aiohttp.ClientSession() as session, session.get(f"https://shop.example{path}") as got:
            return await got.text()

    with inprocess.vcrpy_cassette(recording):
        assert asyncio.run(ask("/a")) == "at /b"
        with pytest.raises(UnhandledHTTPRequestError, match="https://shop.example/d"):
            asyncio.run(ask("/c"))


def test_a_request_may_be_changed_before_it_is_compared(recording):
    def changed(request):
        request.uri = ITEM
        return request

    with inprocess.vcrpy_cassette(recording, before_record_request=changed):
        assert requests.get("https://shop.example/anything").text == "first"


def test_its_answers_can_be_looked_up(recording):
    with inprocess.vcrpy_cassette(recording) as cassette:
        found = cassette.responses_of(cassette.requests[0])

    assert [each["body"]["string"] for each in found] == [b"first", b"second"]


def test_nothing_is_written(recording, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with inprocess.vcrpy_cassette(recording):
        requests.get(ITEM)

    assert list(tmp_path.iterdir()) == []


def test_a_wrong_word_is_told_before_the_first_request(recording):
    with pytest.raises(ConfigurationError, match="match_on: 'pth'"):
        inprocess.vcrpy_cassette(recording, match_on=["pth"])


def payload(response):
    """The content; vcrpy leaves a coded one as it stands where urllib3 is too new for it."""
    content = response.content
    return gzip.decompress(content) if content.startswith(b"\x1f\x8b") else content


@pytest.mark.parametrize("path", sorted(DATA.glob("*.yaml")), ids=lambda path: path.stem)
def test_a_cassette_answers_as_vcrpy_itself_does(path):
    import vcr

    asked = [
        (each.request.method, each.request.url, each.request.body or None)
        for each in read_recording(str(path)).interactions
    ]

    def answers(cassette):
        with cassette, requests.Session() as session:
            session.trust_env = False
            found = [session.request(*one[:2], data=one[2], allow_redirects=False) for one in asked]
            return [(each.status_code, each.reason, payload(each)) for each in found]

    assert answers(inprocess.vcrpy_cassette(path)) == answers(vcr.VCR(record_mode="none").use_cassette(str(path)))
