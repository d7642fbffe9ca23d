"""Placeholders filled in."""

from recproxy.formats.placeholders import filled
from recproxy.matching.index import Index
from recproxy.matching.rules import Rules
from recproxy.play.playback import Playback
from recproxy.recording import Interaction, Recording, Request, Response, dump, load


def recorded(url="https://a.example/?key=%3CKEY%3E", body=b"k=<KEY>", answer=b'{"key": "<KEY>"}'):
    headers = ((b"Authorization", b"Bearer <KEY>"),)
    request = Request(method="POST", url=url, headers=headers, body=body, wild=None)
    interaction = Interaction(request=request, response=Response(status=200, body=answer, wild=None))
    return Recording(interactions=(interaction,))


def test_a_value_stands_wherever_the_text_stood():
    [got] = filled(recorded(), {"<KEY>": "real"}).interactions

    assert got.request.url == "https://a.example/?key=real"
    assert got.request.body == b"k=real"
    assert got.request.headers == ((b"Authorization", b"Bearer real"),)
    assert got.response.body == b'{"key": "real"}'
    assert got.request.wild is None


def test_without_a_value_it_is_a_wild_place_that_is_given_back():
    got = filled(recorded(), {"<KEY>": None})
    playing = Playback(Index((load(dump(got)),), Rules()))
    live = Request(method="POST", url="https://a.example/?key=s", body=b"k=s", wild=None)
    candidates = playing.locate(live)
    playing.bind(playing.take(candidates), live)

    assert playing.bound == {"KEY": b"s"}
    assert playing.interaction(0).response.body == b'{"key": "XXX[KEY]"}'


def test_letters_that_stand_for_anything_elsewhere_are_not_taken():
    [got] = filled(recorded(body=b"XXX <KEY>"), {"<KEY>": None}).interactions

    assert got.request.wild != "XXX"
    assert got.request.body == f"XXX {got.request.wild}[KEY]".encode()


def test_what_holds_none_is_the_same():
    recording = recorded(url="https://a.example/", body=b"", answer=b"")

    assert filled(recording, {"<OTHER>": "x"}).interactions == recording.interactions
    assert filled(recording, {}) is recording
