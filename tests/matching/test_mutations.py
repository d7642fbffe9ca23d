"""What a miss says after one thing of a recorded request was changed: its name, and a change that mends it."""

from __future__ import annotations

import dataclasses
import re

import pytest

from recproxy.matching.compare import difference
from recproxy.matching.index import Index
from recproxy.matching.miss import miss
from recproxy.matching.rules import Rules
from recproxy.recording.values import Recording

QUERY = "GET https://api.example.com/2/tweets/20?expand=author&lang=en&ids=1&ids=2"
SEND = "POST https://api.example.com/2/tweets"
JSON = '{"text": "hello", "user": {"id": 5, "tags": ["a", "b"]}, "n": 1}'
FORM = "status=hello+world&lang=en&n=1"
PARTS = (
    '--cut\r\nContent-Disposition: form-data; name="name"\r\n\r\nAnn\r\n'
    '--cut\r\nContent-Disposition: form-data; name="avatar"; filename="a.png"\r\nContent-Type: image/png\r\n\r\nPNG\r\n'
    "--cut--\r\n"
)

#: What is changed, in which request, into what, and the fields that are named.
MUTATIONS = {
    "query parameter added": (QUERY, QUERY + "&page=2", ["query page"]),
    "query parameter removed": (QUERY, QUERY.replace("&lang=en", ""), ["query lang"]),
    "query parameter changed": (QUERY, QUERY.replace("lang=en", "lang=de"), ["query lang"]),
    "query parameters of one name reordered": (QUERY, QUERY.replace("ids=1&ids=2", "ids=2&ids=1"), ["query ids"]),
    "query parameter renamed": (QUERY, QUERY.replace("lang=", "locale="), ["query lang", "query locale"]),
    "json value": ((SEND, JSON, "json"), (SEND, JSON.replace("hello", "bye"), "json"), ["json /text"]),
    "json value deep down": ((SEND, JSON, "json"), (SEND, JSON.replace('"b"', '"c"'), "json"), ["json /user/tags/1"]),
    "json type": ((SEND, JSON, "json"), (SEND, JSON.replace("5", '"5"'), "json"), ["json /user/id"]),
    "json key": ((SEND, JSON, "json"), (SEND, JSON.replace('"n"', '"m"'), "json"), ["json /n", "json /m"]),
    "json key added": ((SEND, JSON, "json"), (SEND, JSON.replace('"n"', '"m": 0, "n"'), "json"), ["json /m"]),
    "json nesting": ((SEND, JSON, "json"), (SEND, JSON.replace('"id": 5', '"id": {"id": 5}'), "json"), ["json /user/id"]),
    "json element added": ((SEND, JSON, "json"), (SEND, JSON.replace('"b"', '"b", "c"'), "json"), ["json /user/tags/2"]),
    "form value": ((SEND, FORM, "form"), (SEND, FORM.replace("hello", "bye"), "form"), ["form status"]),
    "form field removed": ((SEND, FORM, "form"), (SEND, FORM.replace("&n=1", ""), "form"), ["form n"]),
    "path segment": (QUERY, QUERY.replace("/20?", "/21?"), ["path segment 3"]),
    "path segment added": (QUERY, QUERY.replace("/20?", "/20/likes?"), ["path"]),
    "method": (QUERY, QUERY.replace("GET", "HEAD"), ["method"]),
    "host": (QUERY, QUERY.replace("api.", "www."), ["host"]),
    "port": (QUERY, QUERY.replace(".com", ".com:8443"), ["port"]),
    "body encoding": ((SEND, FORM, "form"), (SEND, JSON, "json"), ["body"]),
    "body": ((SEND, "hello", "text"), (SEND, "bye", "text"), ["body"]),
    "multipart part": ((SEND, PARTS, "multipart"), (SEND, PARTS.replace("Ann", "Bob"), "multipart"), ["multipart part name"]),
    "multipart content": ((SEND, PARTS, "multipart"), (SEND, PARTS.replace("\nPNG", "\nGIF"), "multipart"), ["multipart part avatar"]),
    "multipart file name": ((SEND, PARTS, "multipart"), (SEND, PARTS.replace("a.png", "b.png"), "multipart"), ["multipart part avatar filename"]),
    "multipart type": ((SEND, PARTS, "multipart"), (SEND, PARTS.replace("image/png", "image/gif"), "multipart"), ["multipart part avatar content-type"]),
    "multipart part removed": ((SEND, PARTS, "multipart"), (SEND, PARTS[PARTS.index("--cut", 5):], "multipart"), ["multipart part name"]),
    "header": ((SEND, "", None, "1"), (SEND, "", None, "2"), ["header X-Api"]),
    "header removed": ((SEND, "", None, "1"), (SEND, "", None, ""), ["header X-Api"]),
}  # fmt: skip

#: What no rule and no XXX can mend: only recording does.
RECORDED = {
    *(
        "method",
        "host",
        "port",
        "path segment added",
        "body",
        "body encoding",
        "multipart part removed",
        "header removed",
    ),
    # What a test chose is no reason for a rule that holds for the whole suite.
    *("query parameter added", "query parameter removed", "query parameter renamed", "form field removed"),
    *("json key", "json key added", "json element added"),
}

RULES = Rules(headers=("x-api",))


def asked(make, what):
    if isinstance(what, str):
        return make(what)
    where, body, kind, *version = what
    return make(where, body, kind, **({"X_Api": version[0]} if version and version[0] else {}))


@pytest.fixture(params=MUTATIONS)
def mutation(request):
    return request.param


@pytest.fixture
def missed(mutation, recorded, live):
    """The index of a recording that holds the request and others, the changed request, and what its miss says."""
    before, after, _ = MUTATIONS[mutation]
    others = [
        recorded("GET https://api.example.com/2/users/me"),
        recorded("POST https://api.example.com/2/likes", '{"id": 1}', "json"),
        recorded(SEND.replace("tweets", "lists"), "name=friends", "form"),
        recorded("DELETE https://api.example.com/2/tweets/20"),
    ]
    own = dataclasses.replace(asked(recorded, before), line=12)
    recording = Recording(interactions=(*others[:2], own, *others[2:]), path="send.rec")
    index = Index([recording], RULES)
    request = asked(live, after)
    assert index.find(request).tiers == ()
    return index, request, miss(index, request, profile="twitter", test="test_send")


def test_a_miss_names_exactly_what_was_changed(mutation, missed):
    _, _, found = missed

    assert found.closest == 2
    assert [one.field for one in found.differences] == MUTATIONS[mutation][2]
    assert found.where == "send.rec:12"
    assert all(one.field in found.text() for one in found.differences)


def test_the_suggestion_mends_it_and_changes_nothing_else(mutation, missed):
    index, request, found = missed
    if found.mend is None:
        assert mutation in RECORDED
        assert "to record it: recproxy run --record twitter -- COMMAND" in found.text()
        return
    mended = found.mend.apply(index)

    assert mended.find(request).tiers == ((2,),)
    for position, interaction in enumerate(index.interactions):
        own = dataclasses.replace(interaction.request, wild=None)
        assert mended.find(own).tiers == index.find(own).tiers == ((position,),)
    assert found.mend.text in found.text()


def test_a_line_for_the_profile_is_toml_that_makes_the_request_match(mutation, missed):
    import tomllib

    index, request, found = missed
    if found.mend is None or "[match]" not in found.mend.text:
        return
    lines = re.findall(r"\[match\] (.*?)(?=; and |$)", found.mend.text)
    match = tomllib.loads("\n".join(lines))
    ignore = match.get("ignore", {})
    rules = dataclasses.replace(
        RULES,
        headers=tuple(match.get("headers", RULES.headers)),
        ignore_query=tuple(ignore.get("query", ())),
        ignore_form=tuple(ignore.get("form", ())),
        ignore_json=tuple(ignore.get("json", ())),
    )
    if not found.mend.requests:
        assert difference(index.interactions[2], request, rules) == ()
