"""A RequestsMock of `responses` that answers from a recording."""

import gzip
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import requests

pytest.importorskip("responses")
import responses

from recproxy import inprocess
from recproxy.errors import ConfigurationError
from recproxy.play.reading import read_recording
from recproxy.recording import load

DATA = Path(__file__).parents[2] / "formats" / "data"
ITEM = "https://shop.example/item?id=1"


def test_requests_are_answered_in_order_and_the_last_stays(recording):
    with inprocess.requests_mock(recording) as mock:
        got = [requests.get(ITEM) for _ in range(3)]

        assert [each.text for each in got] == ["first", "second", "second"]
        assert (got[0].status_code, got[0].reason, dict(got[0].cookies)) == (200, "Fine", {"a": "1", "b": "2"})
        assert [call.request.url for call in mock.calls] == [ITEM] * 3
        mock.assert_call_count(ITEM, 3)


def test_wild_places_fit_anything_and_what_they_held_comes_back(recording):
    with inprocess.requests_mock(recording):
        got = requests.post("https://shop.example/order", json={"nonce": "n-1", "item": 1})

    assert (got.status_code, got.json(), got.headers["Content-Encoding"]) == (201, {"order": 7, "nonce": "n-1"}, "gzip")


def test_a_body_is_plain_for_a_client_that_takes_no_coding(recording):
    with inprocess.requests_mock(recording):
        got = requests.post(
            "https://shop.example/order", json={"nonce": "n", "item": 1}, headers={"Accept-Encoding": "identity"}
        )

    assert (got.json()["order"], "Content-Encoding" in got.headers) == (7, False)


def test_an_upload_in_pieces_is_compared(recording):
    pieces = iter([b'{"item": 1, ', b'"nonce": 2}'])

    with inprocess.requests_mock(recording) as mock:
        got = requests.post("https://shop.example/order", data=pieces, headers={"Content-Type": "application/json"})

        assert got.status_code == 201
        assert mock.calls[0].request.body == b'{"item": 1, "nonce": 2}'


@pytest.mark.parametrize(("repeat", "wanted"), [("cycle", "first"), ("last", "second"), ("miss", None)])
def test_what_follows_the_last_repeat_is_chosen(recording, repeat, wanted):
    with inprocess.requests_mock(recording, repeat=repeat):
        requests.get(ITEM)
        requests.get(ITEM)
        if wanted is None:
            with pytest.raises(
                requests.ConnectionError, match="was recorded 2 times, and all of them were played already"
            ):
                requests.get(ITEM)
        else:
            assert requests.get(ITEM).text == wanted


def test_a_miss_says_what_differs(recording):
    with inprocess.requests_mock(recording), pytest.raises(requests.ConnectionError) as caught:
        requests.post("https://shop.example/order", json={"item": 2, "nonce": 1})

    text = str(caught.value)
    assert "Connection refused by Responses" in text
    assert "no recorded interaction of PROFILE fits this request" in text
    assert "/item" in text


def test_each_entry_begins_anew(recording):
    mock = inprocess.requests_mock(recording)

    for _ in range(2):
        with mock:
            assert requests.get(ITEM).text == "first"


def test_several_threads_share_what_was_recorded():
    block = "GET https://shop.example/x HTTP/1.1\n\n====\nHTTP/1.1 200 OK\n\n{}\n=======\n\n"
    recording = load(("#recproxy 2\n\n" + "".join(map(block.format, range(40)))).encode())

    with inprocess.requests_mock(recording, repeat="miss"), ThreadPoolExecutor(4) as pool:
        got = list(pool.map(lambda _: int(requests.get("https://shop.example/x").text), range(40)))

    assert sorted(got) == list(range(40))


def test_as_a_decorator(recording):
    @inprocess.requests_mock(recording).activate
    def test():
        return requests.get(ITEM).text

    assert [test(), test()] == ["first", "first"]


def test_what_was_not_asked_for_fails_where_that_is_wanted(recording):
    with (
        pytest.raises(AssertionError, match="Not all requests have been executed"),
        inprocess.requests_mock(recording, assert_all_requests_are_fired=True),
    ):
        requests.get(ITEM)


def test_a_test_may_add_answers_of_its_own(recording):
    with inprocess.requests_mock(recording) as mock:
        mock.add(responses.GET, "https://other.example/", body="added")
        mock.add(responses.GET, ITEM, body="never")

        assert requests.get("https://other.example/").text == "added"
        assert requests.get(ITEM).text == "first"


def test_a_test_may_take_answers_out_or_replace_them(recording):
    with inprocess.requests_mock(recording) as mock:
        mock.replace(responses.POST, "https://shop.example/order", status=503)
        mock.remove(responses.GET, ITEM)

        assert requests.post("https://shop.example/order", json={"item": 1, "nonce": 1}).status_code == 503
        with pytest.raises(requests.ConnectionError):
            requests.get(ITEM)


def test_a_wrong_word_is_told_before_the_first_request(recording):
    with pytest.raises(ConfigurationError, match="match_on: 'pth'"):
        inprocess.requests_mock(recording, match_on=["pth"])


@pytest.mark.parametrize(
    "path",
    sorted([*DATA.glob("vcrpy/tweepy/*.yaml"), *DATA.glob("betamax/*/*.json"), *DATA.glob("responses/*")]),
    ids=lambda path: path.name,
)
def test_each_file_of_another_tool_answers_with_what_it_holds(path):
    recording = read_recording(str(path))
    with inprocess.requests_mock(path) as mock, requests.Session() as session:
        session.trust_env = False
        for each in recording.interactions:
            headers = {name.decode(): value.decode() for name, value in each.request.headers}
            headers.pop("Accept-Encoding", None)
            url = (
                each.request.url
                if each.request.wild is None
                else each.request.url.removesuffix(f"?{each.request.wild}")
            )
            got = session.request(
                each.request.method, url, data=each.request.body or None, headers=headers, allow_redirects=False
            )

            wanted = each.response
            assert (got.status_code, got.reason.encode(), got.content) == (wanted.status, wanted.reason, wanted.body)
        assert len(mock.calls) == len(recording.interactions)


def test_a_coded_body_is_coded_once(recording):
    with inprocess.requests_mock(recording):
        got = requests.post("https://shop.example/order", json={"nonce": "n", "item": 1}, stream=True)

        assert b'"order": 7' in gzip.decompress(got.raw.read(decode_content=False))
