"""The change that mends a miss, as what a run may write."""

import pytest

from recproxy.matching.index import Index
from recproxy.matching.miss import miss
from recproxy.matching.rules import Rules
from recproxy.matching.ways import Ways
from recproxy.play.mending import mendings
from recproxy.recording import Request, load

TEXT = """#recproxy 2

GET https://a.example/first HTTP/1.1

====
HTTP/1.1 200 OK

first
=======

# of the order
:scope test_it.test_order
GET https://a.example/order?key={0} HTTP/1.1

====
HTTP/1.1 200 OK
Content-Type: application/json

{{"key": "{1}"}}
=======
"""
OLD, NEW = "4a1e7a61-f12a-49a6-b840-a009d8aa663a", "3942b05c-9031-4008-ad02-70e93bbac54e"


def changes(answered, path="/project/recordings/a.rec", package=""):
    index = Index((load(TEXT.format(OLD, answered).encode(), path=path),), Rules())
    ways = Ways(file="pyproject.toml", keys=("tool",), package=package)
    asked = Request(method="GET", url=f"https://a.example/order?key={NEW}", headers=(), body=b"")
    return mendings(miss(index, asked, profile="a", ways=ways).mend, index, ways)


def test_a_wild_place_is_the_first_change_and_a_rule_the_other():
    place, rule = changes("other")

    (edit,) = place.edits
    assert (edit.path, edit.number, dict(place.rules)) == ("/project/recordings/a.rec", 1, {})
    assert edit.text.splitlines()[:3] == [
        "# of the order",
        ":scope test_it.test_order",
        "GET https://a.example/order?key=XXX HTTP/1.1",
    ]
    assert (rule.edits, dict(rule.rules)) == ((), {"ignore.query": ("key",)})


def test_a_value_that_the_service_says_again_gets_a_name_in_both():
    (place,) = changes(OLD)

    (edit,) = place.edits
    assert "GET https://a.example/order?key=XXX[key] HTTP/1.1" in edit.text
    assert '{"key": "XXX[key]"}' in edit.text


@pytest.mark.parametrize("package", ["/project/recordings"])
def test_a_recording_of_a_package_is_never_written(package):
    (rule,) = changes("other", package=package)

    assert rule.edits == ()


def test_what_nothing_mends_has_no_change():
    index = Index((load(TEXT.format(OLD, OLD).encode(), path="a.rec"),), Rules())

    assert mendings(None, index, Ways()) == ()
