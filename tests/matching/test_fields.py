from __future__ import annotations

from recproxy.matching.fields import read_fields, whole_path
from recproxy.matching.rules import Rules, compared_parts
from recproxy.recording.wildcard import Pattern


def read(request, **rules):
    return read_fields(request, compared_parts(Rules(**rules)))


def test_a_request_without_its_wild_word_has_none(recorded, live):
    assert read(recorded("https://a.com/").request).word is None
    assert read(live("https://a.com/XXX")).word is None


def test_the_wild_word_is_found_in_each_part(recorded):
    for request in (
        recorded("https://a.com/XXX"),
        recorded("XXX https://a.com/"),
        recorded("https://a.com/", "XXX"),
        recorded("https://a.com/", X="XXX"),
    ):
        assert read(request.request).word == "XXX"


def test_what_is_not_compared_is_empty_on_both_sides(recorded):
    fields = read(recorded("POST http://a.com:81/x?a=1", "b", X="1").request, match_on=())

    assert (fields.method, fields.authority, fields.path) == (b"", (b"", b"", b""), ())
    assert (fields.query.names, fields.headers.names, fields.body.value) == ((), (), b"")


def test_segments_are_one_path_again_with_their_wild_places(recorded):
    path = read(recorded("https://a.com/a/XXX/b-XXX[id].c").request).path

    assert whole_path(path) == Pattern((b"/a/", b"/b-", b".c"), (None, "id"))
    assert whole_path((b"", b"a")) == b"/a"
