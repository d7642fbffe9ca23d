"""GraphQL documents are compared by what they mean."""

import json

import pytest

from recproxy.matching.compare import difference
from recproxy.matching.rules import Rules

URL = "POST https://a.com/graphql"
DOCUMENT = 'query Me($id: ID!) { user(id: $id, name: "a, b") { id, name ...Rest } }'
SPELT = """
# Who it is
query Me($id: ID!) {
  user(id: $id name: "a, b") {
    id
    name
    ...Rest
  }
}
"""


def body(document, **variables):
    return json.dumps({"query": document, "variables": variables or {"id": 1}}), "json"


def differences(recorded, live, one, other, rules=None):
    return difference(recorded(URL, *one), live(URL, *other), rules or Rules(graphql=("POST /graphql",)))


def test_spelling_does_not_matter(recorded, live):
    assert differences(recorded, live, body(DOCUMENT), body(SPELT)) == ()
    batch = [(f"[{one[0]}, {one[0]}]", "json") for one in (body(DOCUMENT), body(SPELT))]
    assert differences(recorded, live, *batch) == ()


@pytest.mark.parametrize(
    "other",
    [
        body(SPELT.replace("name\n", "")),
        body(SPELT.replace('"a, b"', '"a,b"')),
        body(SPELT.replace("...Rest", "Rest")),
        body(SPELT.replace("id\n    name", "idname")),
        body(SPELT, id=2),
        body(SPELT, query="#rust, nothing"),
        body(SPELT.replace("id\n", "#c\rid2\n", 1)),
    ],
)
def test_what_is_asked_for_does(other, recorded, live):
    assert differences(recorded, live, body(DOCUMENT), other) != ()


def test_without_the_rule_it_is_text(recorded, live):
    assert differences(recorded, live, body(DOCUMENT), body(SPELT), Rules()) != ()
    assert differences(recorded, live, body(DOCUMENT), body(SPELT), Rules(graphql=("POST /other",))) != ()


def test_wild_places_stay(recorded, live):
    wild = body("query { user(id: XXX[id]) { id } }")

    assert differences(recorded, live, wild, body("query {\n user(id: 7)\n { id }\n}")) == ()


def test_text_that_is_no_document_stays(recorded, live):
    broken = ('{"query": "\\ud8"}', "json")

    assert differences(recorded, live, broken, broken) == ()


def test_a_variable_that_is_called_query_is_no_document(recorded, live):
    one, other = body(DOCUMENT, query="#python, birds"), body(SPELT, query="#rust, birds")

    assert differences(recorded, live, one, other) != ()
    assert differences(recorded, live, one, body(SPELT, query="#python, birds")) == ()


def test_a_wild_place_may_be_a_part_of_a_name(recorded, live):
    assert differences(recorded, live, body("{ XXXname }"), body("{\n myname }")) == ()
