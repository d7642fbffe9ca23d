from __future__ import annotations

import base64
import dataclasses

import pytest

from recproxy.errors import HookError
from recproxy.matching.index import Index
from recproxy.matching.miss import miss
from recproxy.matching.rules import Rules
from recproxy.matching.ways import Ways
from recproxy.recording.values import Interaction, Recording, Request, Response


def mended(index, request, **kwargs):
    return miss(index, request, profile="x", **kwargs).mend


def test_a_nonce_is_made_wild_in_the_one_recording_and_a_rule_is_the_other_way(recorded, live, index):
    change = mended(index(recorded("https://a.com/?nonce=1", line=5), path="a.rec"), live("https://a.com/?nonce=2"))

    assert change.text == "at a.rec:5, write XXX for the value of query nonce"
    assert change.rule == 'in the profile:\n    [match]\n    ignore.query = ["nonce"]'
    assert change.rules == Rules()


def test_a_nonce_that_was_not_recorded_is_ignored_by_a_rule(recorded, live, index):
    change = mended(index(recorded("https://a.com/")), live("https://a.com/?nonce=2"))

    assert (change.rules, change.requests) == (Rules(ignore_query=("nonce",)), {})


@pytest.mark.parametrize(
    ("before", "after"),
    [("?page=1", "?page=2"), ("?since=2024-01-01", "?since=2024-02-01"), ("?user=123456789012", "?user=123456789013")],
)
def test_what_a_test_chose_is_never_ignored_by_a_rule(before, after, recorded, live, index):
    change = mended(index(recorded(f"https://a.com/{before}")), live(f"https://a.com/{after}"))

    assert (change.rule, change.rules) == ("", Rules())
    assert mended(index(recorded("https://a.com/")), live(f"https://a.com/{after}")) is None


def test_a_whole_body_is_never_made_wild(recorded, live, index):
    found = index(recorded("POST https://a.com/", "some words", "text"))

    assert mended(found, live("POST https://a.com/", "quite another text", "text")) is None
    assert (
        mended(index(recorded("POST https://a.com/", '"a"', "json")), live("POST https://a.com/", '"b"', "json"))
        is None
    )


def test_the_one_part_of_a_body_that_differs_is_made_wild(recorded, live, index):
    found = index(recorded("POST https://a.com/", "order 17-a of today", "text", line=3), path="a.rec")
    change = mended(found, live("POST https://a.com/", "order 18-b of today", "text"))

    assert change.text == "at a.rec:3, write XXX for '17-a' in the body"
    assert change.requests[0].body == b"order XXX of today"


def test_of_a_json_text_the_quotes_are_kept_and_a_number_gets_none(recorded, live, index):
    found = index(recorded("POST https://a.com/", '{"text": "a", "n": 1}', "json", line=3), path="a.rec")

    change = mended(found, live("POST https://a.com/", '{"text": "b", "n": 1}', "json"))
    assert change.text == "at a.rec:3, write XXX for the value of json /text (keep the quotes)"
    change = mended(found, live("POST https://a.com/", '{"text": "a", "n": 2}', "json"))
    assert change.text == "at a.rec:3, write XXX for the value of json /n (without quotes)"
    change = mended(found, live("POST https://a.com/", '{"text": "b", "n": 2}', "json"))
    assert change.text == (
        "at a.rec:3, write XXX for the value of json /text (keep the quotes) and the value of json /n (without quotes)"
    )


def test_beside_a_wildcard_without_quotes_a_value_is_made_wild(recorded, live, index):
    found = index(recorded("POST https://a.com/", '{"n": XXX[n], "k": 1}', "json", line=3), path="a.rec")

    change = mended(found, live("POST https://a.com/", '{"n": 7, "k": 2}', "json"))
    assert change.text == "at a.rec:3, write XXX for the value of json /k (without quotes)"


def test_what_seems_to_matter_is_made_wild_in_the_one_recording(recorded, live, index):
    change = mended(index(recorded("https://a.com/?q=cats", line=5), path="a.rec"), live("https://a.com/?q=dogs"))

    assert change.text == "at a.rec:5, write XXX for the value of query q"
    assert change.requests[0].url == "https://a.com/?q=XXX"
    assert change.rules == Rules()


def test_all_requests_that_are_the_same_are_made_wild_together(recorded, live, index):
    change = mended(index(*[recorded("https://a.com/?q=cats")] * 3), live("https://a.com/?q=dogs"))

    assert sorted(change.requests) == [0, 1, 2]
    assert change.text.endswith(", and in the 2 other requests that are the same")
    change = mended(index(*[recorded("https://a.com/?q=cats")] * 2), live("https://a.com/?q=dogs"))
    assert change.text.endswith(", and in the 1 other request that is the same")


def test_a_rule_that_would_confuse_other_recordings_is_not_suggested(recorded, live, index):
    # Without ts the second and third could not be told apart; with an XXX they can.
    found = index(recorded("https://a.com/1?ts=1"), recorded("https://a.com/2?ts=1"), recorded("https://a.com/2?ts=2"))
    change = mended(found, live("https://a.com/1?ts=9"))

    assert change.rules == Rules()
    assert change.requests[0].url == "https://a.com/1?ts=XXX"


def test_where_every_change_would_confuse_others_only_recording_helps(recorded, live, index):
    found = index(recorded("https://a.com/?a=1"), recorded("https://a.com/?a=1&ts=5"))

    assert mended(found, live("https://a.com/?a=1&ts=6&b=2")) is None


def test_rules_and_wild_places_go_together(recorded, live, index):
    found = index(recorded("POST https://a.com/?nonce=1", "q=cats", "form"))
    change = mended(found, live("POST https://a.com/", "q=dogs", "form"))

    assert change.rules == Rules(ignore_query=("nonce",))
    assert change.requests[0].body == b"q=XXX"
    assert change.text == (
        'at (not in a file), write XXX for the value of form q; and in the profile:\n    [match]\n    ignore.query = ["nonce"]'
    )


def test_what_is_ignored_already_stays_in_the_line(recorded, live, index):
    found = index(recorded("https://a.com/"), rules=Rules(ignore_query=("a",)))

    assert (
        mended(found, live('https://a.com/?"nonce=1')).text
        == 'in the profile:\n    [match]\n    ignore.query = ["a", "\\"nonce"]'
    )


def test_a_header_that_the_profile_compares_is_made_wild_and_never_left_out(recorded, live, index):
    found = index(recorded("https://a.com/", X_A="1", X_B="1"), rules=Rules(headers=("x-a", "x-b")))

    assert mended(found, live("https://a.com/", X_A="1")) is None
    assert mended(found, live("https://a.com/", X_A="1", X_B="2")).requests[0].headers[1] == (b"X-B", b"XXX")


def test_headers_that_match_on_brings_in_are_made_wild_only(recorded, live, index):
    found = index(recorded("https://a.com/", X_A="1"), match_on=("headers",))

    assert mended(found, live("https://a.com/")) is None
    assert mended(found, live("https://a.com/", X_A="2")).rules == Rules()


def test_a_recording_s_own_match_on_is_minded(recorded, live):
    index = Index([Recording(interactions=(recorded("https://a.com/1?q=1"),), match_on=("uri",))], Rules())

    assert mended(index, live("http://a.com/1?q=1")) is None
    assert mended(index, live("https://a.com/1?q=2")).apply(index).recordings[0].match_on == ("uri",)


def test_a_part_of_a_multipart_body_is_ignored_by_its_name(recorded, live, index):
    one = '--cut\r\nContent-Disposition: form-data; name="a"\r\n\r\n1\r\n'
    two = one.replace('"a"', '"nonce"')
    change = mended(
        index(recorded("POST https://a.com/", one + "--cut--", "multipart")),
        live("POST https://a.com/", one + two + "--cut--", "multipart"),
    )

    assert change.rules.ignore_form == ("nonce",)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("https://a.com/1", "https://b.com/1"),
        ("https://a.com/1", "DELETE https://a.com/1"),
        ("https://a.com/1", "https://a.com/1/2"),
    ],
)
def test_no_rule_makes_another_place_match(before, after, recorded, live, index):
    assert mended(index(recorded(before)), live(after)) is None


def test_recordings_of_2011_and_over_base_urls_are_mended_too(recorded, live):
    index = Index([Recording(interactions=(recorded("/1?q=1"), recorded("/2?q=1")), format=1)], Rules(), ("a.com",))
    change = mended(index, live("http://127.0.0.1:5/1?q=2"), any_host=("a.com",))

    assert change.requests[0].url == "/1?q=XXX"
    assert change.apply(index).find(live("https://a.com/1?q=2")).tiers == ((0,),)


def test_a_large_recording_is_not_indexed_anew_for_advice(recorded, live, index):
    found = index(*[recorded(f"https://a.com/{number}") for number in range(3001)])

    assert mended(found, live("https://a.com/7?ts=1")) is None


def test_what_a_named_place_holds_is_minded(recorded, live, index):
    found = index(recorded("https://a.com/?id=XXX[id]"))
    request = live("https://a.com/?id=2")
    change = mended(found, request, bound={"id": b"1"})

    assert change is not None
    assert dataclasses.replace(change.requests[0], wild=None).url == "https://a.com/?id=XXX"
    assert change.apply(found).find(request, bound={"id": b"1"}).tiers == ((0,),)


def test_a_recording_that_came_with_a_profile_is_copied_and_not_edited_in_place(recorded, live, index):
    path = "/site-packages/recproxy_shop/recordings/pay.rec"
    found = index(recorded("https://a.example/x?name=one", line=7), path=path)
    ways = Ways(package="/site-packages/recproxy_shop/recordings", profile="shop")

    assert miss(found, live("https://a.example/x?name=two"), profile="shop", ways=ways).mend.text == (
        f"copy {path} to your project's recordings/shop/, and there, at line 7, write XXX for the value of query name"
    )


def test_a_file_of_another_tool_is_to_be_imported_first():
    other = Interaction(
        request=Request(method="GET", url="https://a.example/x?name=one", wild=None), response=Response(status=200)
    )
    index = Index((Recording(interactions=(other,), path="a.yaml"),), Rules())
    live = Request(method="GET", url="https://a.example/x?name=two", wild=None)

    assert miss(index, live, profile="shop").mend.text == (
        "import a.yaml with recproxy import, and there write XXX for the value of query name"
    )


def test_a_change_that_the_form_of_a_profile_cannot_take_is_not_suggested(recorded, live):
    def decoded(request):
        try:
            return dataclasses.replace(request, body=base64.b64decode(request.body, validate=True))
        except ValueError as problem:
            raise HookError(f"hook compare raised: {problem}") from None

    order = recorded("POST https://a.com/", "aGVsbG8=", "text")
    asked = decoded(live("POST https://a.com/", "d29ybGQ=", "text"))

    told = miss(Index([Recording(interactions=(order,))], Rules(), form=decoded), asked, profile="x")

    assert told.mend is None
    assert told.differences


@pytest.mark.parametrize(
    ("sent", "came", "said", "text", "body"),
    [
        ('{"id": 7, "m": "a"}', '{"id": 8, "m": "a"}', b'{"id": 7}', "XXX[id] for the value of json /id (without quotes)", b'{"id": "XXX[id]", "m": "a"}'),
        ('[{"id": "a1"}, {"id": "b1"}]', '[{"id": "a2"}, {"id": "b2"}]', b'[{"id": "a1"}, {"id": "b1"}]', "XXX[id] for the value of json /0/id (keep the quotes) and for the same value in its response, and XXX[id.2] for the value of json /1/id (keep the quotes)", b'[{"id": "XXX[id]"}, {"id": "XXX[id.2]"}]'),
    ],
)  # fmt: skip
def test_an_id_that_the_service_echoes_gets_a_named_place(sent, came, said, text, body, recorded, live, index):
    asked = recorded("POST https://a.com/", sent, "json", line=5)
    asked = dataclasses.replace(asked, response=Response(status=200, body=said))
    change = mended(index(asked, path="a.rec"), live("POST https://a.com/", came, "json"))

    assert change.text == f"at a.rec:5, write {text} and for the same value in its response"
    assert change.rules == Rules()
    assert change.requests[0].body == body


def test_an_id_that_is_not_echoed_can_be_ignored_by_a_rule(recorded, live, index):
    change = mended(
        index(recorded("POST https://a.com/", '{"request_id": 7}', "json")),
        live("POST https://a.com/", '{"request_id": 8}', "json"),
    )

    assert change.rule == 'in the profile:\n    [match]\n    ignore.json = ["/request_id"]'


SOAP = """<?xml version="1.0"?>
<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope"><s:Header>
<wsa:MessageID>urn:uuid:%(id)s</wsa:MessageID>
<wsse:Security><wsu:Timestamp wsu:Id="TS-%(short)s"><wsu:Created>%(time)s</wsu:Created></wsu:Timestamp></wsse:Security>
</s:Header><s:Body><Add><a>1</a></Add></s:Body></s:Envelope>"""
ONE = {"id": "0a1b2c3d-0000", "short": "1", "time": "2026-01-01T00:00:00Z"}
TWO = {"id": "ffffffff-1111", "short": "2", "time": "2026-02-02T00:00:00Z"}


def test_an_id_in_xml_that_the_service_echoes_gets_a_named_place(recorded, live, index):
    asked = recorded("POST https://a.com/", SOAP % ONE, "application/soap+xml", line=5)
    answer = Response(status=200, body=b"<r:RelatesTo>urn:uuid:0a1b2c3d-0000</r:RelatesTo>")
    found = index(dataclasses.replace(asked, response=answer), path="a.rec")
    request = live("POST https://a.com/", SOAP % TWO, "application/soap+xml")

    missed = miss(found, request, profile="x")

    where = "xml Envelope/Header/Security/Timestamp"
    assert [(each.field, each.wanted, each.got) for each in missed.differences] == [
        ("xml Envelope/Header/MessageID", "urn:uuid:0a1b2c3d-0000", "urn:uuid:ffffffff-1111"),
        (f"{where}/@Id", "TS-1", "TS-2"),
        (f"{where}/Created", "2026-01-01T00:00:00Z", "2026-02-02T00:00:00Z"),
    ]
    assert missed.mend.text == (
        "at a.rec:5, write XXX[messageid] for the value of xml Envelope/Header/MessageID and for the same value in its "
        f"response, and XXX for the value of {where}/@Id and the value of {where}/Created"
    )
    wild = SOAP.replace("urn:uuid:%(id)s", "XXX[messageid]").replace("TS-%(short)s", "XXX").replace("%(time)s", "XXX")
    assert missed.mend.requests[0].body.decode() == wild
    assert missed.mend.apply(found).find(request).tiers == ((0,),)


def test_other_xml_is_told_as_a_whole(recorded, live, index):
    found = index(recorded("POST https://a.com/", "<a><b>1</b></a>", "text/xml"))

    for other in ("<a><c>1</c></a>", "<a>1</a>", "plain"):
        (difference,) = miss(found, live("POST https://a.com/", other, "text/xml"), profile="x").differences
        assert (difference.field, difference.got) == ("body", other)


def test_xml_with_very_many_other_values_is_told_as_a_whole(recorded, live, index):
    texts = ["<a>" + f"<b>{word}</b>" * 21 + "</a>" for word in ("one", "two")]
    found = index(recorded("POST https://a.com/", texts[0], "text/xml"))

    (difference,) = miss(found, live("POST https://a.com/", texts[1], "text/xml"), profile="x").differences
    assert difference.field == "body"


def test_parts_without_a_name_are_never_ignored(recorded, live, index):
    batch = "--cut\r\nContent-Type: application/http\r\n\r\nGET /%s HTTP/1.1\r\n\r\n--cut--\r\n"
    found = index(recorded("POST https://a.com/", batch % "one", "multipart"))
    change = mended(found, live("POST https://a.com/", batch % "two", "multipart"))

    assert change is None or change.rules.ignore_form == ()


def test_a_key_that_is_a_star_is_not_ignored_with_all_keys_beside_it(recorded, live, index):
    made, came = (f'{{"%s": "{value}", "id": 1}}' for value in ("9f86d081884c7d659a2f", "0b822cd15d6c15b0f00a"))
    for key, rule in (("nonce", 'in the profile:\n    [match]\n    ignore.json = ["/nonce"]'), ("*", "")):
        found = index(recorded("POST https://a.com/", made % key, "json", line=3), path="a.rec")
        change = mended(found, live("POST https://a.com/", came % key, "json"))
        assert (change.text, change.rule) == (
            f"at a.rec:3, write XXX for the value of json /{key} (keep the quotes)",
            rule,
        )
