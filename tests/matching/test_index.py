from __future__ import annotations

from dataclasses import replace

import pytest

from recproxy.errors import ConfigurationError, HookError, RecordingError
from recproxy.matching.index import Fitting, Index
from recproxy.matching.rules import Rules
from recproxy.recording import load
from recproxy.recording.values import Interaction, Recording, Request, Response


def test_nothing_recorded_is_nothing_found(live):
    assert Index([], Rules()).find(live("https://a.com/")) == Fitting((), stateful=False)


def test_equal_requests_are_one_tier_in_recorded_order_and_the_same_object(recorded, live, index):
    found = index(recorded("https://a.com/?a=1&b=2"), recorded("https://a.com/"), recorded("https://a.com/?b=2&a=1"))
    first = found.find(live("https://a.com/?a=1&b=2")).tiers

    assert first == ((0, 2),)
    assert found.find(live("https://a.com/?b=2&a=1")).tiers is first


def test_the_fewest_wild_places_come_first_and_bytes_last(recorded, live, index):
    found = index(
        recorded("POST https://a.com/x/XXX?b=XXX", "XXX", "text"),
        recorded("POST https://a.com/x/y?b=1", "a XXX", "text"),
        recorded("POST https://a.com/XXX?b=1", "a b", "text"),
        recorded("POST https://a.com/XXX/XXX?b=XXX", "a b", "text"),
        recorded("POST https://a.com/x/XXX?b=1", "a b", "text"),
        recorded("POST https://a.com/XXX/y?b=1", "a b", "text"),
        recorded("POST https://a.com/x/y?b=1", "a b", "text"),
    )
    tiers = found.find(live("POST https://a.com/x/y?b=1", "a b", "text")).tiers

    assert tiers == ((6,), (4, 5), (3,), (2,), (1,), (0,))
    assert found.find(live("POST https://a.com/x/y?b=1", "a b", "text")).tiers is tiers


def test_an_exact_host_comes_before_any_host(recorded, live, index):
    found = index(recorded("/x"), recorded("https://XXX.com/x"), recorded("https://a.com/x"))

    assert found.find(live("https://a.com/x")).tiers == ((2,), (0, 1))


def test_several_recordings_are_numbered_one_after_the_other(recorded, live):
    found = Index(
        [
            Recording(interactions=(recorded("https://a.com/1", line=3), recorded("https://a.com/2")), path="one.rec"),
            Recording(interactions=()),
            Recording(interactions=(recorded("https://a.com/1", line=7),)),
        ],
        Rules(),
    )

    assert [found.where(position) for position in range(3)] == [
        "one.rec:3",
        "one.rec, interaction 2",
        "(not in a file):7",
    ]
    assert found.find(live("https://a.com/1")).tiers == ((0, 2),)
    assert len(found.interactions) == 3
    with pytest.raises(IndexError):
        found.recording_of(3)


def test_a_recording_s_own_match_on_is_for_its_interactions_only(recorded, live):
    loose = Recording(interactions=(recorded("https://a.com/x?a=1"),), match_on=("method", "path"))
    strict = Recording(interactions=(recorded("https://a.com/x?a=2"),))
    found = Index([loose, strict], Rules())

    assert found.find(live("https://a.com/x?a=2")).tiers == ((0, 1),)
    assert found.find(live("https://b.com/x?a=3")).tiers == ((0,),)


def test_an_unknown_word_names_the_file_that_holds_it_or_the_rules(recorded):
    with pytest.raises(
        RecordingError, match=r"one\.rec: match_on: 'pth' is not a part of a request; did you mean 'path'"
    ):
        Index([Recording(match_on=("pth",), path="one.rec")], Rules())
    with pytest.raises(RecordingError, match="recording: match_on"):
        Index([Recording(match_on=("pth",))], Rules())
    with pytest.raises(ConfigurationError, match="match_on"):
        Index([Recording()], Rules(match_on=("pth",)))


@pytest.mark.parametrize(
    ("recorded_url", "any_host", "fits"),
    [
        ("https://a.com/x", ("a.com",), True),
        ("https://a.com:8443/x", ("a.com",), True),
        ("https://www.a.com/x", ("a.com", "*.a.com"), True),
        ("https://b.com/x", ("a.com", "*.a.com"), False),
        ("https://b.com/x", ("*",), True),
        ("https://XXX/x", ("a.com",), True),
        ("/x", ("a.com",), True),
    ],
)
def test_over_a_base_url_any_host_of_the_endpoint_will_do(recorded_url, any_host, fits, recorded, live, index):
    found = index(recorded(recorded_url), recorded("https://a.com/y"))

    for _ in "twice":
        assert bool(found.find(live("http://127.0.0.1:40001/x"), any_host=any_host).tiers) is fits
    assert not found.find(live("http://127.0.0.1:40001/z"), any_host=any_host).tiers


def test_a_host_alone_is_not_compared_where_match_on_leaves_it_out(recorded, live, index):
    found = index(recorded("https://a.com/x"), match_on=("path",))

    assert found.find(live("https://b.com:9/x")).tiers == ((0,),)
    assert found.find(live("http://127.0.0.1:9/x"), any_host=("c.com",)).tiers == ((0,),)


def test_named_places_are_captured_and_held(recorded, live, index):
    found = index(recorded("POST https://a.com/XXX[user]", "id=a-XXX[id]-XXX", "form"), recorded("https://a.com/1"))
    request = live("POST https://a.com/ann", "id=a-7-8", "form")

    assert found.find(request) == Fitting(((0,),), stateful=True)
    assert found.captures(0, request) == {"user": b"ann", "id": b"7"}
    assert found.find(request, bound={"user": b"bob"}) == Fitting((), stateful=True)
    assert found.find(request, bound={"user": b"ann"}) == Fitting(((0,),), stateful=True)
    assert found.find(live("https://a.com/1")) == Fitting(((1,),), stateful=False)
    assert found.captures(1, live("https://a.com/1")) == {}


@pytest.mark.parametrize(
    ("wild", "body", "captured"),
    [
        ('{"id": "XXX[id]"}', '{"id": "é"}', "é".encode()),
        ('{"id": "XXX[id]"}', '{"id": 12345678901234567890}', b"12345678901234567890"),
        ('{"id": "XXX[id]"}', '{"id": [1, null]}', b"[1, null]"),
        ('{"XXX[id]": "XXX[of]-XXX"}', '{"k": "v-w"}', b"k"),
    ],
)
def test_a_named_place_in_json_takes_the_value_s_text(wild, body, captured, recorded, live, index):
    found = index(recorded("POST https://a.com/", wild, "json"))

    assert found.captures(0, live("POST https://a.com/", body, "json"))["id"] == captured


def test_a_body_recorded_as_another_kind_is_found_by_its_bytes(recorded, live, index):
    found = index(
        recorded("POST https://a.com/", '{"a": 1}', "json"),
        recorded("POST https://a.com/", '{"a": 1}', "text"),
        recorded("POST https://a.com/", '{"a": "XXX"}', "json"),
    )

    assert found.find(live("POST https://a.com/", '{"a": 1}', "text")).tiers == ((0, 1),)
    assert found.find(live("POST https://a.com/", '{"a": "b"}', "text")).tiers == ((2,),)
    assert found.find(live("POST https://a.com/", '{"a": 1}', "json")).tiers == ((0, 1), (2,))


def test_many_hosts_and_many_repeats_do_not_confuse_the_index(recorded, live):
    # More hosts are asked for than the index remembers.
    recording = Recording(interactions=tuple(recorded(f"https://h{number}.com/") for number in range(1500)))
    found = Index([recording], Rules())

    assert [found.find(live(f"https://h{number}.com/")).tiers for number in range(1500)] == [
        ((number,),) for number in range(1500)
    ]
    assert found.find(live("http://127.0.0.1/"), any_host=("h7.com",)).tiers == ((7,),)


def test_a_look_up_reads_no_more_of_a_large_recording_than_of_a_small_one(recorded, live):
    # Counted, not timed: how many groups a look-up meets.
    met = []
    for size in (10, 3000):
        recording = Recording(
            interactions=tuple(
                recorded("POST https://a.com/x", f"status=hello+{number}&nonce=XXX", "form") for number in range(size)
            )
        )
        found = Index([recording], Rules())
        request = live("POST https://a.com/x", "nonce=5&status=hello+7", "form")
        (section,) = found._sections.values()
        met.append(len(list(section.find(section.read(request), None))))

    assert met == [1, 1]


def test_a_named_place_in_the_host_is_captured_but_not_over_a_base_url(recorded, live, index):
    found = index(recorded("https://XXX[region].a.com/1"))

    assert found.captures(0, live("https://eu.a.com/1")) == {"region": b"eu"}
    assert found.captures(0, live("http://127.0.0.1:5/1"), any_host=("*.a.com",)) == {}


def test_a_large_index_and_a_small_one_answer_alike(recorded, live):
    small = Index([Recording(interactions=(recorded("https://a.com/7?a=XXX"),))], Rules())
    large = Index([Recording(interactions=tuple(recorded(f"https://a.com/{n}?a=XXX") for n in range(500)))], Rules())

    assert small.find(live("https://a.com/7?a=1")).tiers == ((0,),)
    assert large.find(live("https://a.com/7?a=1")).tiers == ((7,),)


SEND_2011 = b"""POST /statuses/update.json HTTP/1.1
Accept-Encoding: identity
Content-Length: XXX
Content-Type: application/x-www-form-urlencoded
Host: localhost:65535

oauth_consumer_key=XXX&oauth_nonce=XXX&oauth_version=1.0&status=%20http%3A%2F%2Fwp.me%2FpgWjI-7X&oauth_signature=XXX
====
200 OK
Content-Type: application/json; charset=UTF-8

{"id": 123}
======="""


def test_a_recording_of_2011_answers_on_each_host_of_its_profile(live):
    found = Index([load(SEND_2011, path="test_send.rec")], Rules(), ("twitter.com", "*.twitter.com"))
    body = "oauth_version=1.0&oauth_nonce=1&oauth_consumer_key=k%3D&status=+http://wp.me/pgWjI-7X&oauth_signature=a%2Fb"

    for url in ("https://twitter.com/statuses/update.json", "http://api.twitter.com:8080/statuses/update.json"):
        assert found.find(live(f"POST {url}", body, "form")).tiers == ((0,),)
    assert found.find(live("POST https://other.com/statuses/update.json", body, "form")).tiers == ()
    assert found.where(0) == "test_send.rec:1"


def lowered(request):
    """A form in which requests are compared: bodies without regard to case."""
    return replace(request, body=request.body.lower())


def test_a_form_is_given_to_recorded_and_live_requests_alike():
    recorded = [post(b"ABC"), post(b"x"), post(b"abc")]
    index = Index([Recording(interactions=tuple(recorded))], Rules(), form=lowered)

    assert index.find(asked(b"aBc")).tiers == ((0, 2),)
    assert index.find(asked(b"y")).tiers == ()
    assert index.interactions[0].request.body == b"ABC"
    assert index.compared[0].request.body == b"abc"


def test_a_request_in_its_form_is_not_given_it_twice():
    index = Index(
        [Recording(interactions=(post(b"ABC"),))], Rules(), form=lambda each: replace(each, body=each.body[1:])
    )

    assert index.find(asked(b"ABC")).tiers == index.find(asked(b"BC"), formed=True).tiers == ((0,),)


def test_captures_are_those_of_the_form():
    index = Index([Recording(interactions=(post(b"ID-xxx[id]", wild="xxx"),))], Rules(), form=lowered)

    assert index.captures(0, asked(b"id-SEVEN")) == {"id": b"seven"}


def test_a_form_that_fails_for_a_recorded_request_names_its_place():
    def fail(request):
        raise HookError("hook compare of profile 'shop' raised at hooks.py:1: KeyError")

    with pytest.raises(RecordingError) as caught:
        Index([Recording(interactions=(post(b"a", line=7),), path="one.rec")], Rules(), form=fail)

    assert caught.value.message == "one.rec:7: hook compare of profile 'shop' raised at hooks.py:1: KeyError"


def post(body, *, wild="XXX", line=0):
    request = Request(method="POST", url="https://a.example/", body=body, wild=wild)
    return Interaction(request=request, response=Response(status=200), line=line)


def asked(body):
    return Request(method="POST", url="https://a.example/", body=body, wild=None)


@pytest.mark.parametrize(
    ("rules", "wild", "body", "kind"),
    [
        ({"ignore_query": ("id",)}, "?id=XXX[id]&a=1", "?a=1&id=7", ""),
        ({"ignore_form": ("id",)}, "id=XXX[id]&a=1", "a=1&id=7", "form"),
        ({"ignore_json": ("/x/id",)}, '{"a": [1], "x": {"id": "XXX[id]"}}', '{"x": {"id": "7"}, "a": [1]}', "json"),
        ({"ignore_json": ("/*/id",)}, '[{"id": "XXX[id]", "at": 1}]', '[{"id": "7", "at": 1}]', "json"),
        ({"ignore_body": ("POST",)}, '{"id": "XXX[id]", "at": 1}', '{"id": "7", "at": 2}', "json"),
    ],
)
def test_a_named_place_takes_what_is_there_where_it_is_ignored(rules, wild, body, kind, recorded, live, index):
    query = wild.startswith("?")
    asked, sent = ("POST https://a.com/" + (text if query else "") for text in (wild, body))
    texts = ("", "") if query else (wild, body)
    found, request = index(recorded(asked, texts[0], kind), rules=Rules(**rules)), live(sent, texts[1], kind)

    assert found.find(request, bound={"id": b"6"}).tiers == ((0,),)
    assert found.captures(0, request, bound={"id": b"6"}) == {"id": b"7"}
