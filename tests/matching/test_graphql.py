"""GraphQL documents are compared by what they mean."""

import json
from urllib.parse import quote, urlencode

import pytest

from recproxy.matching.compare import difference
from recproxy.matching.edit import with_wild
from recproxy.matching.miss import miss
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


HASH = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
PERSISTED = '{"persistedQuery": {"version": 1, "sha256Hash": "%s"}}'
IN_QUERY = Rules(graphql=("GET /graphql",))


def asked(**parameters):
    return "GET https://a.com/graphql?" + urlencode(parameters)


@pytest.mark.parametrize(
    ("one", "other", "fields"),
    [
        (
            {"query": DOCUMENT, "variables": '{"id": 1, "x": [1.0]}'},
            {"variables": '{"x":[1],"id":1}', "query": SPELT},
            [],
        ),
        ({"query": "{ me }", "variables": ""}, {"query": "{me}"}, []),
        ({"query": "{ me }", "operationName": "A"}, {"query": "{ me }", "operationName": "B"}, ["json /operationName"]),
        ({"query": "{ me }", "tag": "1"}, {"query": "{ me }", "tag": "2"}, ["query tag"]),
        (
            {"query": "{ me }", "variables": '{"id": 1}'},
            {"query": "{ me }", "variables": '{"id": 2}'},
            ["json /variables/id"],
        ),
        ({"query": "{ me }", "variables": '{"id": 1}'}, {"query": "{ me }"}, ["json /variables"]),
        ({"query": "{ me }", "variables": "{1"}, {"query": "{ me }", "variables": "{ 1"}, ["json /variables"]),
        ({"query": "{ me }", "variables": "{}"}, {"query": "{ me }", "variables": "{ 1"}, ["json /variables"]),
        (
            {"query": "{ me }", "variables": '{}, "operationName": "B"'},
            {"query": "{ me }", "variables": "{}", "operationName": "B"},
            ["json /variables", "json /operationName"],
        ),
        ({"extensions": PERSISTED % HASH}, {"extensions": (PERSISTED % HASH).replace(" ", "")}, []),
        (
            {"extensions": PERSISTED % HASH},
            {"extensions": PERSISTED % HASH.upper()},
            ["json /extensions/persistedQuery/sha256Hash"],
        ),
        ({"extensions": PERSISTED % HASH}, {"query": "{ me }", "extensions": PERSISTED % HASH}, ["json /query"]),
        ({"documentId": "d1", "variables": '{"a": 1, "b": 2}'}, {"documentId": "d1", "variables": '{"b":2,"a":1}'}, []),
        ({"query": "{ me }"}, {}, ["body"]),
    ],
)
def test_a_request_in_the_query_is_compared_as_one_in_a_body(one, other, fields, recorded, live, index):
    wanted, got = recorded(asked(**one), line=1), live(asked(**other))
    assert [each.field for each in difference(wanted, got, IN_QUERY)] == fields
    assert bool(index(wanted, rules=IN_QUERY).find(got).tiers) is (fields == [])
    assert difference(wanted, got, Rules()) != ()


@pytest.mark.parametrize(
    "query",
    [
        "XXX",
        "query=XXX&variables=XXX",
        "query=" + quote("query { user(id: XXX[id]) { id } }") + "&variables=%7B%22id%22:%22XXX%22%7D",
        "query=" + quote("query { user(id: 7) { id } }") + "&variables=%7B%22id%22:XXX[id]%7D",
        "query=" + quote("query { user(id: 7) { id } }") + "&variables=XXX",
    ],
)
def test_wild_places_of_a_query_stay(query, recorded, live, index):
    query = query.replace("XXX%5Bid%5D", "XXX[id]")
    got = live(asked(query="query {\n user(id: 7)\n { id }\n}", variables='{"id": 7}'))
    wanted = recorded(f"GET https://a.com/graphql?{query}", line=1)
    assert difference(wanted, got, IN_QUERY) == ()
    assert index(wanted, rules=IN_QUERY).find(got).tiers == ((0,),)


def test_rules_for_json_act_in_the_query(recorded, live):
    one, other = (asked(query="{ me }", variables=f'{{"id": {number}, "n": 1}}') for number in (1, 2))
    ignoring = Rules(graphql=("GET /graphql",), ignore_json=("/variables/id",))
    assert difference(recorded(one), live(other), ignoring) == ()
    (only,) = difference(recorded(one), live(other), Rules(graphql=("GET /graphql",), secret_json=("/variables/n",)))
    assert (only.field, only.wanted, only.got) == ("json /variables/id", "1", "2")


def test_an_ignored_parameter_of_the_query_is_not_compared(recorded, live):
    one, other = (asked(query="{ me }", variables=f'{{"id": {number}}}') for number in (1, 2))
    assert difference(recorded(one), live(other), Rules(graphql=("GET /graphql",), ignore_query=("variables",))) == ()


def test_a_parameter_that_is_given_twice_is_compared_as_text(recorded, live):
    twice = asked(query="{ me }") + "&query=x"
    assert difference(recorded(twice), live(twice), IN_QUERY) == ()
    assert difference(recorded(twice), live(twice.replace("%7B+me", "%7Bme")), IN_QUERY) != ()


def test_the_miss_of_a_request_in_the_query_reads_as_that_of_one_in_a_body(recorded, live, index):
    recording = recorded(asked(query="{ me }", variables='{"id": 1}'), line=3)
    got = live(asked(query="{me}", variables='{"id": 2}'))
    text = miss(index(recording, rules=IN_QUERY, path="one.rec"), got, profile="shop").text()
    assert "                      recorded  got\n  json /variables/id  1         2\n" in text
    assert "to make it match: at one.rec:3, write XXX for the value of json /variables/id (without quotes)\n" in text


@pytest.mark.parametrize(
    ("field", "query"),
    [
        ("json /variables/id", "query=%7B+me+%7D&variables=%7B%22id%22%3A%20%22XXX%22%2C%20%22a%22%3A%20[1]%7D"),
        ("json /variables/a/0", "query=%7B+me+%7D&variables=%7B%22id%22%3A%201%2C%20%22a%22%3A%20[%22XXX%22]%7D"),
        ("json /query", "query=XXX&variables=%7B%22id%22%3A+1%2C+%22a%22%3A+%5B1%5D%7D"),
        ("json /extensions/a", None),
    ],
)
def test_a_wild_place_is_written_into_the_query(field, query, recorded):
    request = recorded(asked(query="{ me }", variables='{"id": 1, "a": [1]}')).request
    edited = with_wild(request, field)
    assert (edited and edited.url) == (query and f"https://a.com/graphql?{query}")
