"""HAR as it is written: what other tools need in it, and what it gives back."""

import datetime as dt
import gzip
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recproxy.formats import har, har_writing
from recproxy.play.reading import read_recording
from recproxy.recording import Interaction, Recording, Request, Response

DATA = Path(__file__).parent / "data"
DAY = dt.date(2026, 1, 31)

#: What HAR 1.2 says that each object must have, and of which type; a plus is a list of objects of that name.
REQUIRED = {
    "log": {"version": str, "creator": "creator", "entries": "+entry"},
    "creator": {"name": str, "version": str},
    "entry": {
        "startedDateTime": str,
        "time": (int, float),
        "request": "request",
        "response": "response",
        "cache": dict,
        "timings": "timings",
    },
    "request": {
        "method": str,
        "url": str,
        "httpVersion": str,
        "cookies": "+pair",
        "headers": "+pair",
        "queryString": "+pair",
        "headersSize": int,
        "bodySize": int,
    },
    "response": {
        "status": int,
        "statusText": str,
        "httpVersion": str,
        "cookies": "+pair",
        "headers": "+pair",
        "content": "content",
        "redirectURL": str,
        "headersSize": int,
        "bodySize": int,
    },
    "pair": {"name": str, "value": str},
    "content": {"size": int, "mimeType": str},
    "timings": {"send": (int, float), "wait": (int, float), "receive": (int, float)},
    "postData": {"mimeType": str, "params": list, "text": str},
}
OPTIONAL = {
    "log": {"pages"},
    "request": {"postData"},
    "content": {"text", "encoding", "comment"},
    "postData": set(),
}


def faults(kind, value, where="log"):
    """What of an object is not as HAR 1.2 has it."""
    found = []
    for key, wanted in REQUIRED[kind].items():
        place, got = f"{where}.{key}", value.get(key)
        if not isinstance(wanted, str):
            found += [] if isinstance(got, wanted) else [place]
        elif wanted.startswith("+"):
            found += [place] if not isinstance(got, list) else []
            found += [
                fault for number, each in enumerate(got) for fault in faults(wanted[1:], each, f"{place}[{number}]")
            ]
        else:
            found += faults(wanted, got, place)
    if "postData" in value:
        found += faults("postData", value["postData"], f"{where}.postData")
    strange = {key for key in value if not key.startswith("_")} - set(REQUIRED[kind]) - OPTIONAL.get(kind, set())
    return found + [f"{where}.{key}" for key in sorted(strange)]


def written(*interactions):
    dumped = har_writing.dump(Recording(interactions=interactions))
    values = json.loads(dumped.data)
    assert list(values) == ["log"]
    assert faults("log", values["log"]) == []
    return values["log"]["entries"], [note.text for note in dumped.notes]


def interaction(request=None, response=None, **more):
    asked = {"method": "GET", "url": "http://a.example/", "wild": None} | (request or {})
    answer = {"status": 200, "reason": b"OK", "wild": None} | (response or {})
    return Interaction(request=Request(**asked), response=Response(**answer), recorded=DAY, **more)


def test_what_is_written_is_read_as_the_same():
    interactions = (
        Interaction(
            request=Request(
                method="POST",
                url="https://a.example/p?q=1&q=2",
                headers=((b"Content-Type", b"text/plain"), (b"X", b"1"), (b"X", b"2")),
                body="é".encode(),
                wild=None,
            ),
            response=Response(
                status=201,
                reason=b"Made",
                headers=((b"Content-Encoding", b"gzip"), (b"Set-Cookie", b"a"), (b"Set-Cookie", b"b")),
                body=b"text",
                encoding="gzip",
                wild=None,
            ),
            recorded=dt.date(2026, 1, 31),
        ),
        Interaction(
            request=Request(method="GET", url="http://a.example/image", wild=None),
            response=Response(status=200, reason=b"OK", body=b"\x89PNG", wild=None),
            recorded=dt.date(2026, 1, 31),
        ),
    )
    dumped = har_writing.dump(Recording(interactions=interactions))

    assert har.load(dumped.data, "a.har").recording.interactions == interactions
    assert dumped.notes == ()


def test_what_cannot_be_written_is_noted():
    wild = Interaction(
        request=Request(method="GET", url="http://a.example/XXX"), response=Response(status=200, reason=b"OK")
    )

    assert [note.text for note in har_writing.dump(Recording(interactions=(wild,))).notes] == [
        "XXX in the URL, which stood for anything"
    ]


@pytest.mark.parametrize(
    "path",
    sorted([*DATA.glob("vcrpy/*/*.yaml"), *DATA.glob("betamax/*/*.json"), *DATA.glob("responses/*")]),
    ids=lambda path: path.name,
)
def test_recordings_of_every_kind_are_valid_and_come_back(path):
    recording = read_recording(str(path))
    dumped = har_writing.dump(recording)

    assert faults("log", json.loads(dumped.data)["log"]) == []
    again = har.load(dumped.data, "a.har").recording.interactions
    assert [(each.response.status, each.response.body, each.response.encoding) for each in again] == [
        (each.response.status, each.response.body, each.response.encoding) for each in recording.interactions
    ]


def test_viewers_find_entries_in_order():
    entries, _ = written(*[interaction()] * 3)

    assert [each["startedDateTime"] for each in entries] == [
        "2026-01-31T00:00:00.000Z",
        "2026-01-31T00:00:00.001Z",
        "2026-01-31T00:00:00.002Z",
    ]


def test_cookies_and_the_query_are_taken_apart_for_viewers():
    [entry], _ = written(
        interaction(
            {"url": "http://a.example/?a=1&b=%C3%A9&c", "headers": ((b"Cookie", b"x=1; y=2"),)},
            {"headers": ((b"Set-Cookie", b"z=3; Path=/"),)},
        )
    )

    assert [(each["name"], each["value"]) for each in entry["request"]["queryString"]] == [
        ("a", "1"),
        ("b", "é"),
        ("c", ""),
    ]
    assert entry["request"]["cookies"] == [{"name": "x", "value": "1"}, {"name": "y", "value": "2"}]
    assert entry["response"]["cookies"] == [{"name": "z", "value": "3"}]


def test_a_host_that_is_no_address_is_written():
    asked = written(interaction({"url": "https://[x/?a=1"}))[0][0]["request"]

    assert (asked["url"], asked["queryString"]) == ("https://[x/?a=1", [{"name": "a", "value": "1"}])


def test_a_binary_request_is_written_and_noted():
    sent = interaction({"method": "POST", "body": b"\xff\x00"})
    _, notes = written(sent)

    assert notes == [
        "that the request's body is binary: HAR has no word for it, and few tools know the _encoding of ours"
    ]
    dumped = har_writing.dump(Recording(interactions=(sent,)))
    assert har.load(dumped.data, "a.har").recording.interactions == (sent,)


def test_a_body_in_its_character_set_is_text():
    kind = ((b"Content-Type", b"text/plain; charset=latin-1"),)
    sent = interaction(response={"headers": kind, "body": b"\xe9"})
    [entry], _ = written(sent)

    assert entry["response"]["content"]["text"] == "é"
    dumped = har_writing.dump(Recording(interactions=(sent,)))
    assert har.load(dumped.data, "a.har").recording.interactions == (sent,)


def test_a_body_that_was_too_large_is_not_an_empty_one():
    large = interaction(response={"omitted": 99})
    [entry], notes = written(large)

    assert (entry["response"]["content"]["size"], "text" in entry["response"]["content"]) == (99, False)
    assert notes == ["a body that was too large to store"]


def test_a_redirect_says_where_it_leads():
    [entry], _ = written(interaction(response={"status": 302, "headers": ((b"Location", b"/next"),)}))

    assert entry["response"]["redirectURL"] == "/next"


def test_the_time_to_the_head_is_written():
    [entry], _ = written(interaction(response={"delay": 0.25}))

    assert (entry["time"], entry["timings"]["wait"]) == (250.0, 250.0)


TYPES = [
    b"",
    b"application/json",
    b"image/png",
    *(b"text/plain; charset=" + each for each in (b"koi8-r", b"utf-16", b"zz")),
]
WORD = st.text(st.characters(min_codepoint=0x21, max_codepoint=0x7E), min_size=1, max_size=9)
HEADERS = st.lists(st.tuples(st.sampled_from([b"X-A", b"x-a", b"X-B"]), WORD.map(str.encode)), max_size=3).map(tuple)
BODY = st.binary(max_size=40) | st.text(max_size=20).map(lambda text: text.encode("utf-8", "ignore"))


@st.composite
def interactions(draw):
    kind = draw(st.sampled_from(TYPES))
    headers = draw(HEADERS) + (((b"Content-Type", kind),) if kind else ())
    coding = draw(st.sampled_from([None, "gzip", "br"]))
    body = draw(BODY)
    if coding == "gzip" and draw(st.booleans()):
        body = gzip.compress(body)  # a file that is coded, sent under a coding
    coding = coding if body else None
    coded = ((b"Content-Encoding", coding.encode()),) if coding else ()
    return interaction(
        {"method": "POST", "headers": headers, "body": draw(BODY)},
        {"headers": headers + coded, "body": body, "encoding": coding},
    )


@given(st.lists(interactions(), max_size=3).map(tuple))
def test_whatever_is_written_is_read_as_the_same(sent):
    dumped = har_writing.dump(Recording(interactions=sent))

    assert faults("log", json.loads(dumped.data)["log"]) == []
    assert har.load(dumped.data, "a.har").recording.interactions == sent
