"""A value that a program makes anew is known from the request that had it first; nothing else may be the first."""

import pytest

from recproxy.matching.index import Index
from recproxy.matching.rules import Rules
from recproxy.play.made_anew_places import FreshPlaces
from recproxy.play.playback import Playback
from recproxy.recording import Interaction, Recording, Request, Response, load

ID, OTHER = "7d1f3a52-4c0e-4b7b-9f43-2f6f6a1b7c90", "b20c55be-8a34-4f1e-8c1d-3be0d2a9e611"


def interaction(method, url):
    return Interaction(request=Request(method=method, url=f"https://a.example{url}"), response=Response(status=200))


def index(*requests):
    return Index((Recording(interactions=tuple(interaction(*each) for each in requests)),), Rules())


def played(playing, method, url):
    request = Request(method=method, url=f"https://a.example{url}", wild=None)
    position = playing.take(playing.locate(request))
    if position is not None:
        playing.bind(position, request)
    return position


PUT, GET = ("PUT", "/orders/XXX[id.new-uuid]"), ("GET", "/orders/XXX[id.new-uuid]")


def test_nothing_is_read_before_it_was_made():
    playing = Playback(index(PUT, GET))

    assert played(playing, "GET", f"/orders/{ID}") is None
    assert played(playing, "PUT", f"/orders/{ID}") == 0
    assert played(playing, "GET", f"/orders/{OTHER}") is None
    assert played(playing, "GET", f"/orders/{ID}") == 1


def test_the_first_request_of_another_place_is_not_taken_for_it():
    playing = Playback(index(("GET", "/orders/XXX[absent.new-uuid]"), PUT, GET))

    assert played(playing, "PUT", f"/orders/{ID}") == 1
    assert played(playing, "GET", f"/orders/{OTHER}") == 0
    assert played(playing, "GET", f"/orders/{ID}") == 2


@pytest.mark.parametrize("name", ["id", "id.uuid", "TOKEN"])
def test_places_of_other_names_may_be_filled_by_any_request(name):
    playing = Playback(index(("PUT", f"/orders/XXX[{name}]"), ("GET", f"/orders/XXX[{name}]")))

    assert played(playing, "GET", "/orders/7") == 1


def test_each_recording_has_its_own_first_requests():
    recordings = tuple(Recording(interactions=(interaction(*each),)) for each in (PUT, GET))

    assert played(Playback(Index(recordings, Rules())), "GET", f"/orders/{ID}") == 1


def test_a_recording_without_such_places_is_not_read_for_them():
    text = b"#recproxy 2\n\nGET https://a.example/ HTTP/1.1\n\n====\nHTTP/1.1 200 OK\n\n=======\n"

    assert not FreshPlaces.of(Index((load(text),), Rules()))
    assert FreshPlaces.of(index(PUT, GET))
