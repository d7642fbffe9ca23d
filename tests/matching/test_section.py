"""What waits in an index by its path: it is read when a request for that comes, and is then as if it had been there."""

from __future__ import annotations

import threading

import pytest

from recproxy.matching.index import Index
from recproxy.matching.rules import Rules
from recproxy.recording import Interaction, Recording, Request, Response, dump, locate
from recproxy.recording.reader import _Reader

JSON = ((b"Content-Type", b"application/json"),)
HOST = "https://api.shop.example"


def get(path, **more):
    return Request(method="GET", url=f"{HOST}{path}", **more)


def index_of(*requests, rules=Rules(), **more):  # noqa: B008 - a frozen value
    interactions = tuple(Interaction(request=each, response=Response(status=200)) for each in requests)
    return Index([locate(dump(Recording(interactions=interactions)))], rules, **more)


@pytest.fixture
def read(monkeypatch):
    """The numbers of the lines of interactions that were read."""
    lines = []
    own = _Reader.interaction

    def interaction(self, *words):
        lines.append(self.cursor.line)
        return own(self, *words)

    monkeypatch.setattr(_Reader, "interaction", interaction)
    return lines


def test_only_what_has_the_path_of_a_request_is_read(read):
    index = index_of(*(get(f"/items/{number}?page=XXX") for number in range(5)))
    tiers = index.find(get("/items/3?page=2", wild=None)).tiers

    assert tiers == ((3,),)
    assert len(read) == 1
    assert index.find(get("/items/3?page=2", wild=None)).tiers is tiers


@pytest.mark.parametrize("path", ["/items/XXX", "/it%65ms/1", "/items/a b".replace(" ", "%20")])
def test_a_path_with_a_wild_place_or_an_escape_is_read_at_once(read, path):
    index_of(get(path), get("/items/2"))

    assert len(read) == 1


def test_paths_that_say_the_same_keep_the_order_of_the_recording():
    index = index_of(get("/items/1"), get("/items/%31"), get("/items/1"), get("/items/XXX"))

    assert index.find(get("/items/%31", wild=None)).tiers == ((0, 1, 2), (3,))


def test_no_path_is_the_root(read):
    index = index_of(get(""), get("?a=1"), get("/"))

    assert index.find(get("/", wild=None)).tiers == ((0, 2),)


def test_all_is_read_where_paths_are_not_compared_or_a_hook_makes_them(read):
    index = index_of(get("/a"), get("/b"), rules=Rules(match_on=("method",)))

    assert index.find(get("/c", wild=None)).tiers == ((0, 1),)
    index = index_of(get("/a"), get("/b"), form=lambda request: get("/c", wild=request.wild))
    assert index.find(get("/d", wild=None)).tiers == ((0, 1),)


def test_all_is_read_for_a_request_that_is_itself_a_recorded_one_with_a_wild_path():
    index = index_of(get("/a"), get("/b"))

    assert index.find(get("/XXX")).tiers == ()
    assert index.find(get("/a", wild=None)).tiers == ((0,),)


def test_a_body_of_another_kind_is_compared_by_bytes_with_what_came_later():
    body = b'{"a": 1}'
    index = index_of(get("/a", headers=JSON, body=body), get("/b", headers=JSON, body=body))
    text = ((b"Content-Type", b"text/plain"),)
    found = [index.find(get(path, headers=text, body=body, wild=None)).tiers for path in ("/a", "/b", "/a")]

    assert found == [((0,),), ((1,),), ((0,),)]


def test_hosts_of_a_base_url_are_known_of_what_came_later():
    index = index_of(get("/a"), get("/b"))
    asked = [Request(method="GET", url=f"http://127.0.0.1:1{path}", wild=None) for path in ("/a", "/b", "/c")]

    assert [index.find(each, any_host=("api.shop.example",)).tiers for each in asked] == [((0,),), ((1,),), ()]


def test_threads_find_the_same():
    index = index_of(*(get(f"/items/{number % 50}?page={number}") for number in range(200)))
    asked = [get(f"/items/{number % 50}?page={number}", wild=None) for number in range(200)]
    found = {}

    def find(name):
        found[name] = [index.find(each).tiers for each in asked]

    threads = [threading.Thread(target=find, args=(name,)) for name in range(4)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()

    assert [found[name] for name in range(4)] == [[((number,),) for number in range(200)]] * 4
