from __future__ import annotations

import pytest

from recproxy.matching.fields import read_fields
from recproxy.matching.keys import Shape
from recproxy.matching.rules import Rules, compared_parts
from recproxy.matching.wildness import Wildness

MULTIPART = '--cut\r\nContent-Disposition: form-data; name="XXX"\r\n\r\nXXX\r\n--cut--\r\n'


@pytest.mark.parametrize(
    ("args", "shapes", "exact", "places"),
    [
        (("https://a.com/?a=XXX",), [Shape("raw")], True, 1),
        (("https://a.com/?a=x-XXX-XXX",), [Shape("raw")], False, 2),
        (("https://a.com/?a=XXX[id]",), [Shape("raw")], False, 1),
        (("https://a.com/XXX",), [Shape("raw"), Shape("raw", crossing=True)], True, 1),
        (("https://a.com/?XXX",), [Shape("raw", query=True)], False, 1),
        (("https://a.com/?XXX=XXX",), [Shape("raw", query=True)], False, 2),
        (("POST https://a.com/", "XXX=1", "form"), [Shape("form", form=True)], False, 1),
        (("POST https://a.com/", "a=XXX", "form"), [Shape("form")], True, 1),
        (("POST https://a.com/", '"XXX"', "json"), [Shape("tree")], False, 1),
        (("POST https://a.com/", '{"a": "XXX"}', "json"), [Shape("json")], True, 1),
        (("POST https://a.com/", '{"a": {"XXX": "XXX"}}', "json"), [Shape("json")], False, 2),
        (("POST https://a.com/", MULTIPART, "multipart"), [Shape("multipart")], True, 2),
    ],
)
def test_how_a_recorded_request_is_reached(args, shapes, exact, places, recorded):
    wildness = Wildness(read_fields(recorded(*args).request, compared_parts(Rules())))

    assert wildness.shapes() == shapes
    assert wildness.exact(shapes[0]) is exact
    assert wildness.rank(shapes[0]) == places
    assert not any(wildness.exact(shape) for shape in shapes[1:])


def test_a_pattern_within_bytes_ranks_behind_all_else(recorded):
    wildness = Wildness(
        read_fields(recorded("POST https://a.com/XXX", "a XXX", "text").request, compared_parts(Rules()))
    )
    plain, crossing = wildness.shapes()

    assert plain == Shape("bytes")
    assert wildness.rank(plain) < wildness.rank(crossing)
    assert wildness.rank(plain) > 1 << 32


def test_a_name_anywhere_makes_it_named(recorded):
    def named(*args):
        return Wildness(read_fields(recorded(*args).request, compared_parts(Rules()))).named

    assert named("https://a.com/XXX[id]")
    assert named("POST https://a.com/", '{"XXX[id]": 1}', "json")
    assert not named("https://a.com/XXX")
