from __future__ import annotations

import pytest

from recproxy.matching.compare import difference
from recproxy.matching.differences import Difference
from recproxy.matching.index import Fitting
from recproxy.matching.rules import Rules

#: What was recorded, a request that fits it, and one that does not.
WILD = [
    ("https://a.com/u/XXX", "https://a.com/u/1", "https://a.com/v/1"),
    ("https://a.com/u/XXX", "https://a.com/u/", "https://a.com/u"),
    ("https://a.com/u/XXX", "https://a.com/u/1/posts", "https://a.com/u"),
    ("https://a.com/u/XXX/posts", "https://a.com/u/1/2/posts", "https://a.com/u/1/post"),
    ("https://a.com/u-XXX.json", "https://a.com/u-.json", "https://a.com/u.json"),
    ("https://a.com/XXX-XXX", "https://a.com/-", "https://a.com/_"),
    ("https://XXX.a.com/", "https://www.a.com/", "https://a.com/"),
    ("https://a.com:XXX/", "https://a.com:8443/", "https://b.com:8443/"),
    ("XXX://a.com/", "http://a.com/", "http://b.com/"),
    ("XXX", "https://any.where/at?all=1", None),
    ("XXX https://a.com/", "DELETE https://a.com/", "DELETE https://b.com/"),
    ("https://a.com/?XXX", "https://a.com/?a=1&b=2", "https://b.com/?a=1"),
    ("https://a.com/?XXX", "https://a.com/", "https://a.com/x"),
    ("https://a.com/?a=1&XXX", "https://a.com/?b=2&a=1&b=3", "https://a.com/?a=2&b=2"),
    ("https://a.com/?a=XXX", "https://a.com/?a=", "https://a.com/"),
    ("https://a.com/?a=XXX", "https://a.com/?a=x%26y", "https://a.com/?a=x&y"),
    ("https://a.com/?a=XXX", "https://a.com/?a", "https://a.com/?a=1&a=2"),
    ("https://a.com/?a=x-XXX-y", "https://a.com/?a=x--y", "https://a.com/?a=x-y"),
    ("https://a.com/?a=1&a=XXX", "https://a.com/?a=1&a=2", "https://a.com/?a=2&a=1"),
    ("https://a.com/?XXX=1", "https://a.com/?z=1", "https://a.com/?z=2"),
    ("https://a.com/?XXX=1&a=2", "https://a.com/?z=1&a=2", "https://a.com/?a=1&a=2"),
    ("https://a.com/?pXXX=1&XXXq=XXX", "https://a.com/?pq=1&xq=3", "https://a.com/?pq=2&px=2"),
    ("https://a.com/?XXX=XXX", "https://a.com/?b=1", "https://a.com/"),
]

WILD_BODIES = [
    ("text", "XXX", "anything", None),
    ("text", "XXX", "", None),
    ("json", "XXX", '{"a": 1}', None),
    ("text", "a XXX b", "a \n b", "a b"),
    ("json", '{"a": XXX}', '{"a": 1}', '{"b": 1}'),
    ("json", '"XXX"', "[1]", ""),
    ("json", '{"a": "XXX"}', '{"a": {"b": [1]}}', "{}"),
    ("json", '{"a": "XXX"}', '{"a": null}', '{"a": 1, "b": 2}'),
    ("json", '{"a": "x-XXX"}', '{"a": "x-"}', '{"a": "y-"}'),
    ("json", '{"a": "XXX-x-XXX"}', '{"a": "1-x-2"}', '{"a": "-x"}'),
    ("json", '{"a": "1XXX"}', '{"a": "12"}', '{"a": 12}'),
    ("json", '{"a": ["XXX", 2]}', '{"a": [[], 2]}', '{"a": [2]}'),
    ("json", '{"a": {"b": {"c": "XXX"}}}', '{"a": {"b": {"c": 1}}}', '{"a": {"b": 1}}'),
    ("json", '{"XXX": 1}', '{"z": 1}', '{"z": 2}'),
    ("json", '{"XXX": 1, "XXX": "XXX"}', '{"a": 2, "b": 1}', '{"a": 2, "b": 3}'),
    ("json", '{"a": {"XXX": {"XXX": 1}, "b": 2}}', '{"a": {"b": 2, "c": {"d": 1}}}', '{"a": {"b": 2, "c": {"d": 2}}}'),
    ("json", '{"a": 1, "a": "XXX"}', '{"a": 1, "a": 2}', '{"a": 2, "a": 1}'),
    ("json", '{"a": [{"XXX": 1}]}', '{"a": [{"b": 1}]}', '{"a": [{"b": 1}, 2]}'),
    ("form", "a=XXX&b=1", "b=1&a=x", "b=2&a=x"),
    ("form", "a=1&XXX", "a=1", "b=1"),
    ("form", "XXX=1", "b=1", "b=1&c=1"),
]


def parts(text):
    return text.rpartition(" ")[0] or "GET", text.rpartition(" ")[2]


@pytest.mark.parametrize(("wild", "fits", "other"), WILD)
def test_a_wild_place_in_the_url_fits_anything_and_what_is_around_it_is_literal(
    wild, fits, other, recorded, live, index
):
    interaction = recorded(wild)

    assert difference(interaction, live(fits), Rules()) == ()
    assert index(interaction).find(live(fits)).tiers == ((0,),)
    if other is not None:
        assert difference(interaction, live(other), Rules())
        assert index(interaction).find(live(other)).tiers == ()


@pytest.mark.parametrize(("kind", "wild", "fits", "other"), WILD_BODIES)
def test_a_wild_place_in_the_body_fits_anything_and_what_is_around_it_is_literal(
    kind, wild, fits, other, recorded, live, index
):
    interaction = recorded("POST https://a.com/", wild, kind)

    assert difference(interaction, live("POST https://a.com/", fits, kind), Rules()) == ()
    assert index(interaction).find(live("POST https://a.com/", fits, kind)).tiers == ((0,),)
    if other is not None:
        request = live("POST https://a.com/", other, kind)
        assert difference(interaction, request, Rules())
        assert index(interaction).find(request).tiers == ()


def test_the_wild_word_of_the_block_is_the_one_that_counts(recorded, live, index):
    found = index(recorded("https://a.com/?a=XXX&b=ZZZ", wild="ZZZ"))

    assert found.find(live("https://a.com/?a=XXX&b=1")).tiers == ((0,),)
    assert found.find(live("https://a.com/?a=1&b=1")).tiers == ()


def test_escaped_letters_are_no_wild_word(recorded, live, index):
    found = index(recorded("https://a.com/?a=%58XX&b=XXX"))

    assert found.find(live("https://a.com/?a=XXX&b=1")).tiers == ((0,),)
    assert found.find(live("https://a.com/?a=1&b=1")).tiers == ()


def test_named_headers_are_compared_by_all_their_values(recorded, live, index):
    rules = Rules(headers=("x-api", "connection"), secret_headers=("X-Key",))
    interaction = recorded("https://a.com/", X_Api="1-XXX", Connection="close", Other="1")

    assert index(interaction, rules=rules).find(live("https://a.com/", x_api=" 1-2 ")).tiers == ((0,),)
    assert difference(interaction, live("https://a.com/"), rules) == (Difference("header X-Api", "1-XXX", None),)
    assert difference(interaction, live("https://a.com/", x_api="2"), rules)[0].got == "2"
    assert difference(recorded("https://a.com/"), live("https://a.com/", X_api="2"), rules)[0].wanted is None


def test_match_on_headers_compares_all_but_those_of_one_connection(recorded, live, index):
    found = index(recorded("https://a.com/", Accept="a", Host="a.com", Expect="x"), match_on=("headers",))

    assert found.find(live("POST https://b.com/x", accept="a", Connection="close", Upgrade="x")).tiers == ((0,),)
    assert found.find(live("https://a.com/", Accept="b")).tiers == ()


CALLS = ("grpc", "grpc-web", "grpc-web-text", "grpc+json", "proto", "json", "connect+proto", "connect+json")


@pytest.mark.parametrize("kind", CALLS)
def test_a_remote_call_gets_no_answer_in_the_form_of_another_protocol(kind, recorded, live, index):
    line, body = "POST https://a.com/v1.Notes/Send", '{"a": "b"}'
    kinds = [f"application/{each}" for each in CALLS]
    found = index(*(recorded(line, body, each) for each in kinds))

    assert found.find(live(line, body, f"application/{kind}; charset=utf-8")).tiers == ((CALLS.index(kind),),)
    for other in kinds:
        one = difference(recorded(line, body, other), live(line, body, f"application/{kind}"), Rules())
        assert one[:1] == (
            () if other == f"application/{kind}" else (Difference("content type", other, f"application/{kind}"),)
        )


@pytest.mark.parametrize(
    ("args", "others"),
    [
        (("POST https://a.com/Send", "{}", "application/grpc+proto"), ("grpc",)),
        (("POST https://a.com/XXX", "{}", "application/grpc"), ("grpc",)),
        (("POST https://a.com/XXX", "{}"), CALLS),
        (("POST https://a.com/XXX", "{}", "application/XXX"), CALLS),
        (("POST https://a.com/Send", "{}"), ("json",)),
        (("XXX https://a.com/Send", "{}"), CALLS),
    ],
)
def test_the_protocol_is_any_where_a_wild_request_names_none(args, others, recorded, live, index):
    found = index(recorded(*args))

    fitting = [kind for kind in CALLS if found.find(live("POST https://a.com/Send", "{}", f"application/{kind}")).tiers]
    assert fitting == list(others)
    for kind in CALLS:
        request = live("POST https://a.com/Send", "{}", f"application/{kind}")
        assert (difference(recorded(*args), request, Rules()) == ()) is (kind in others)


def test_head_is_a_method_of_its_own(recorded, live):
    assert difference(recorded("https://a.com/"), live("HEAD https://a.com/"), Rules()) == (
        Difference("method", "GET", "HEAD"),
    )


def test_a_common_method_is_the_same_in_small_letters(recorded, live, index):
    """Some clients send what the program wrote, and files of other tools have it in capitals."""
    for one, other, same in (("GET", "get", True), ("patch", "PATCH", True), ("POKE", "poke", False)):
        found = index(recorded(f"{one} https://a.com/")).find(live(f"{other} https://a.com/"))
        assert found.tiers == (((0,),) if same else ())


def test_the_scheme_counts_where_match_on_says_so(recorded, live, index):
    found = index(recorded("https://a.com/"), match_on=("uri",))

    assert found.find(live("https://a.com:443/")).tiers == ((0,),)
    assert found.find(live("http://a.com/")).tiers == ()
    assert [
        one.field for one in difference(recorded("https://a.com/"), live("http://a.com/"), Rules(match_on=("scheme",)))
    ] == ["scheme"]
    assert index(recorded("XXX://a.com/"), match_on=("uri",)).find(live("http://a.com/")).tiers == ((0,),)


SECRET = Rules(
    headers=("authorization",),
    secret_headers=("Authorization",),
    secret_query=("Token",),
    secret_form=("password",),
    secret_json=("/user/pin", "api_key"),
)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (("https://a.com/?token=XXX",), ("https://a.com/?token=s3cret",)),
        (("POST https://a.com/", "password=old&a=1", "form"), ("POST https://a.com/", "a=1&password=s3cret", "form")),
        (("POST https://a.com/", "user[password]=old&a=1", "form"), ("POST https://a.com/", "a=1&user%5Bpassword%5D=s3cret", "form")),
        (("POST https://a.com/", '{"user": {"pin": 1}}', "json"), ("POST https://a.com/", '{"user": {"pin": "s3cret"}}', "json")),
        (("POST https://a.com/", '[{"Api_Key": "XXX"}]', "json"), ("POST https://a.com/", '[{"Api_Key": "s3cret"}]', "json")),
        (("POST https://a.com/", r'[{"api_ke\u0079": 1}]', "json"), ("POST https://a.com/", '[{"api_key": "s3cret"}]', "json")),
    ],
)  # fmt: skip
def test_a_secret_must_be_there_but_its_value_is_not_compared(one, other, recorded, live, index):
    assert index(recorded(*one), rules=SECRET).find(live(*other)).tiers == ((0,),)


def test_a_secret_header_must_be_there(recorded, live, index):
    found = index(recorded("https://a.com/", Authorization="Bearer XXX"), rules=SECRET)

    assert found.find(live("https://a.com/", authorization="Basic s3cret")).tiers == ((0,),)
    assert found.find(live("https://a.com/")).tiers == ()


MULTIPART = '--cut\r\nContent-Disposition: form-data; name="password"\r\n\r\n%s\r\n--cut--\r\n'
#: By place, a request to be filled with a recorded or a live value.
SECRET_PLACES = {
    "query": ("https://a.com/?token=%s",),
    "form": ("POST https://a.com/", "password=%s&a=1", "form"),
    "multipart": ("POST https://a.com/", MULTIPART, "multipart"),
    "pointer": ("POST https://a.com/", '{"user": {"pin": "%s"}}', "json"),
    "key": ("POST https://a.com/", '[{"api_key": "%s"}]', "json"),
    "within a secret object": ("POST https://a.com/", '{"api_key": {"id": "%s"}}', "json"),
    "repeated key": ("POST https://a.com/", '{"a": 1, "a": 2, "api_key": "%s"}', "json"),
}


def filled(place, value):
    return tuple(text.replace("%s", value) for text in SECRET_PLACES[place])


@pytest.mark.parametrize("place", SECRET_PLACES)
def test_a_named_place_under_a_secret_name_is_one_value(place, recorded, live, index):
    found = index(recorded(*filled(place, "XXX[one]")), recorded(*filled(place, "XXX[two]")), rules=SECRET)
    bound = {"one": b"first", "two": b"second"}

    assert found.find(live(*filled(place, "second")), bound=bound).tiers == ((1,),)
    assert found.find(live(*filled(place, "first")), bound=bound).tiers == ((0,),)
    assert found.find(live(*filled(place, "third")), bound=bound).tiers == ()
    assert found.find(live(*filled(place, "third"))) == Fitting(((0, 1),), stateful=True)
    assert found.captures(1, live(*filled(place, "third"))) == {"two": b"third"}


@pytest.mark.parametrize("place", SECRET_PLACES)
def test_another_value_than_a_secret_named_place_holds_is_not_shown(place, recorded, live):
    wanted, got = recorded(*filled(place, "XXX[one]")), live(*filled(place, "s3cret"))
    (found,) = difference(wanted, got, SECRET, bound={"one": b"h1dden"})

    assert (found.wanted, found.got, found.secret) == ("XXX[one]", "(secret)", True)


def test_a_secret_makes_a_request_no_less_specific(recorded, live, index):
    wild = recorded("POST https://a.com/", "XXX", "json")
    found = index(
        wild, recorded("POST https://a.com/", '{"api_key": "XXX", "user": {"pin": "XXX[pin]"}}', "json"), rules=SECRET
    )
    asked = live("POST https://a.com/", '{"api_key": "a", "user": {"pin": "b"}}', "json")

    assert found.find(asked).tiers == ((1,), (0,))


def test_a_secret_within_parts_of_a_part_is_not_shown(recorded, live):
    inner = '--in\r\nContent-Disposition: form-data; name="password"\r\n\r\ns3cret\r\n--in\r\n\r\n%s\r\n--in--\r\n'
    outer = f"--cut\r\nContent-Type: multipart/mixed; boundary=in\r\n\r\n{inner}\r\n--cut--\r\n"
    wanted, got = (("POST https://a.com/", outer % text, "multipart") for text in ("one", "two"))

    assert "s3cret" not in repr(difference(recorded(*wanted), live(*got), SECRET))


@pytest.mark.parametrize(
    ("args", "field"),
    [
        (("https://a.com/?token=s3cret",), "query token"),
        (("https://a.com/?TOKEN=s3cret",), "query TOKEN"),
        (("POST https://a.com/", "password=s3cret&a=1", "form"), "form password"),
        (("POST https://a.com/", '{"user": {"pin": "s3cret"}}', "json"), "json /user/pin"),
        (("POST https://a.com/", '{"a": 1, "user": {}, "api_key": ["s3cret"]}', "json"), "json /api_key"),
        (("POST https://a.com/", '{"a": 1, "a": 2, "api_key": "s3cret"}', "json"), "json /api_key"),
    ],
)
def test_a_secret_is_named_and_never_shown(args, field, recorded, live):
    url = args[0].partition("?")[0]
    empty = {"json": '{"user": {}}', "form": "a=1"}.get(args[-1], "")
    bare = (url, empty, args[-1]) if empty else (url,)
    for wanted, got in ((recorded(*args), live(*bare)), (recorded(*bare), live(*args))):
        found = difference(wanted, got, SECRET)

        assert field in [one.field for one in found if one.secret]
        assert "s3cret" not in repr(found)


@pytest.mark.parametrize(
    ("left", "right"),
    [
        (("password=s3cret", "form"), ('{"password": 1}', "json")),
        (("<password>s3cret</password>", "text"), ("password=s3cret", "form")),
        (('{"a": {"api_key": "s3cret"}}', "json"), ("{}", "json")),
        (('{"a": [{"api_key": "s3cret"}, 1]}', "json"), ('{"a": 1}', "json")),
    ],
)
def test_a_body_of_another_kind_is_not_shown(left, right, recorded, live):
    for one, other in ((left, right), (right, left)):
        found = difference(recorded("POST https://a.com/", *one), live("POST https://a.com/", *other), SECRET)

        assert found
        assert "s3cret" not in repr(found)


IGNORE = Rules(ignore_query=("ts",), ignore_form=("nonce",), ignore_json=("/meta/id", "/tags/1", "/all"))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (("https://a.com/?a=1&ts=1",), ("https://a.com/?a=1",)),
        (("https://a.com/?t%73=1",), ("https://a.com/?ts=2&ts=3",)),
        (("POST https://a.com/", "a=1&nonce=1", "form"), ("POST https://a.com/", "nonce=2&a=1", "form")),
        (("POST https://a.com/", '{"meta": {"id": 1}}', "json"), ("POST https://a.com/", '{"meta": {}}', "json")),
        (("POST https://a.com/", '{"tags": [1, 2]}', "json"), ("POST https://a.com/", '{"tags": [1]}', "json")),
        (("POST https://a.com/", '{"tags": [1, 2, 3]}', "json"), ("POST https://a.com/", '{"tags": [1, 9, 3]}', "json")),
        (("POST https://a.com/", '{"b": 1, "b": 2, "all": 1}', "json"), ("POST https://a.com/", '{"b": 1, "b": 2}', "json")),
    ],
)  # fmt: skip
def test_what_is_ignored_may_differ_or_be_absent(one, other, recorded, live, index):
    for left, right in ((one, other), (other, one)):
        assert difference(recorded(*left), live(*right), IGNORE) == ()
        assert index(recorded(*left), rules=IGNORE).find(live(*right)).tiers == ((0,),)


def test_a_whole_json_body_may_be_ignored(recorded, live, index):
    found = index(recorded("POST https://a.com/", "[1]", "json"), rules=Rules(ignore_json=("",)))

    assert found.find(live("POST https://a.com/", '{"a": 1}', "json")).tiers == ((0,),)


@pytest.mark.parametrize(("one", "other"), [("[1, 2, 3]", "[1]"), ("[1]", "[1, 2, 3]")])
def test_an_ignored_element_still_counts_the_ones_behind_it(one, other, recorded, live):
    found = difference(
        recorded("POST https://a.com/", f'{{"tags": {one}}}', "json"),
        live("POST https://a.com/", f'{{"tags": {other}}}', "json"),
        IGNORE,
    )

    assert [one.field for one in found] == ["json /tags/2"]


def test_a_named_place_that_is_bound_says_so_but_not_to_what(recorded, live):
    found = difference(recorded("https://a.com/?id=XXX[id]"), live("https://a.com/?id=2"), Rules(), bound={"id": b"1"})

    assert found == (Difference("query id", "XXX[id] (bound)", "2"),)


@pytest.mark.parametrize(
    ("place", "field"),
    [
        (("https://a.com/links/%s",), "path segment 2"),
        (("https://a.com/?t=%s",), "query t"),
        (("https://a.com/?t=%s&t=1",), "query t"),
        (("POST https://a.com/", '{"t": "%s"}', "json"), "body"),
        (("POST https://a.com/", "t=%s", "form"), "form t"),
        (("POST https://a.com/", "see %s", "text"), "body"),
    ],
)
def test_where_only_a_hidden_value_can_differ_it_is_named(place, field, recorded, live):
    def put(value):
        return [text.replace("%s", value) for text in place]

    wanted, got = recorded(*put("XXX[link]")), live(*put("XXX"))

    assert difference(wanted, got, Rules(), redacted=True) == ()
    found = difference(wanted, got, Rules(), redacted=True, bound={"link": b"h1dden"})
    assert [(each.field, each.got) for each in found] == [(field, "another value")]
    assert "the value that this replay handed out" in found[0].wanted
    assert "h1dden" not in found[0].wanted

    got = live("POST https://a.com/other/XXX?x=1")
    others = difference(wanted, got, Rules(), redacted=True, bound={"link": b"h1dden"})
    assert "another value" not in [each.got for each in others]


def test_one_named_place_has_one_value_in_a_request(recorded, live, index):
    interaction = recorded("POST https://a.com/XXX[id]?id=XXX[id]", '{"id": "XXX[id]"}', "json")
    found = index(interaction)

    assert found.find(live("POST https://a.com/7?id=7", '{"id": 7}', "json")).tiers == ((0,),)
    assert found.find(live("POST https://a.com/7?id=7", '{"id": 8}', "json")).tiers == ()
    assert found.find(live("POST https://a.com/7?id=8", '{"id": 7}', "json")).tiers == ()


def test_long_values_are_cut_to_where_they_begin_to_differ(recorded, live):
    one = "a" * 5000 + "1" + "b" * 5000
    (found,) = difference(
        recorded("POST https://a.com/", one, "text"),
        live("POST https://a.com/", one.replace("1", "2"), "text"),
        Rules(),
    )

    assert "a1b" in found.wanted
    assert "a2b" in found.got
    assert len(found.wanted) < 250


def test_a_name_that_takes_several_values_is_one_difference(recorded, live):
    found = difference(recorded("https://a.com/?a=1&a=2"), live("https://a.com/?a=2&a=1"), Rules())

    assert found == (Difference("query a", "1, 2", "2, 1"),)


def test_pairs_with_a_wild_name_are_told_when_nothing_takes_them(recorded, live):
    found = difference(recorded("https://a.com/?XXX=1&XXX[b]=2"), live("https://a.com/?c=1&d=3"), Rules())

    assert found == (Difference("query XXX[b]", "2", None), Difference("query d", None, "3"))


def test_members_with_a_wild_key_are_told_when_nothing_takes_them(recorded, live):
    found = difference(
        recorded("POST https://a.com/", '{"XXX": 1}', "json"), live("POST https://a.com/", '{"a": 2}', "json"), Rules()
    )

    assert found == (Difference("json /XXX", "1", None), Difference("json /a", None, "2"))


def test_wild_keys_within_wild_keys_cost_no_more_than_their_number(recorded, live, index):
    deep = '{"XXX":' * 99 + "1" + "}" * 99
    found = index(recorded("POST https://a.com/", deep, "json"))

    assert found.find(live("POST https://a.com/", deep.replace("XXX", "k"), "json")).tiers == ((0,),)
    assert found.find(live("POST https://a.com/", deep.replace("XXX", "k").replace("1", "2"), "json")).tiers == ()


@pytest.mark.parametrize(
    ("hosts", "any_host", "url", "fits"),
    [
        ((), None, "https://a.com/x", True),
        (("a.com",), None, "https://a.com/x", True),
        (("*.a.com",), None, "https://b.com/x", False),
        (("a.com",), ("a.com",), "http://127.0.0.1:99/x", True),
    ],
)
def test_a_path_stands_for_any_host_of_the_profile(hosts, any_host, url, fits, recorded, live, index):
    found = difference(recorded("/x"), live(url), Rules(), hosts=hosts, any_host=any_host)

    assert (found == ()) is fits
    assert (index(recorded("/x"), hosts=hosts, format=1).find(live(url), any_host=any_host).tiers != ()) is fits
    assert fits or found == (Difference("host", "*.a.com", "b.com"),)


def test_over_a_base_url_the_hosts_of_the_endpoint_are_told(recorded, live):
    found = difference(
        recorded("https://b.com/x"), live("http://127.0.0.1:9/x"), Rules(), any_host=("a.com", "*.a.com")
    )

    assert found == (Difference("host", "b.com", "a.com, *.a.com"),)


def test_a_filled_query_has_no_parameters_without_a_value(recorded, live):
    filled, whole = Rules(match_on=("filled_query",)), Rules(match_on=("query",))
    wanted, got = recorded("https://a.com/?a=1"), live("https://a.com/?a=1&b=&c")

    assert not difference(wanted, got, filled)
    assert [one.field for one in difference(wanted, got, whole)] == ["query b", "query c"]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ('{"u": [{"e": "a"}]}', '{"u": [{"e": "s3cret"}]}'),
        ('{"u": {"k": {"e": "a"}}}', '{"u": {"k": {"e": "s3cret"}}}'),
        ('{"u": {"k": 1, "k": {"e": "a"}}}', '{"u": {"k": 1, "k": {"e": "s3cret"}}}'),
    ],
)
def test_a_star_in_a_secret_pointer_is_every_member(one, other, recorded, live, index):
    rules = Rules(secret_json=("/u/*/e",))
    wanted, got = recorded("POST https://a.com/", one, "json"), live("POST https://a.com/", other, "json")

    assert index(wanted, rules=rules).find(got).tiers == ((0,),)
    assert difference(wanted, got, rules) == ()
    for kept in ("{}", '{"u": []}', '{"u": 1}', '{"u": [{}]}'):
        found = difference(recorded("POST https://a.com/", kept, "json"), got, rules)
        assert found
        assert "s3cret" not in repr(found)


def test_a_star_in_an_ignored_pointer_is_any_key_also_one_of_that_name(recorded, live):
    rules = Rules(ignore_json=("/m/*/at",))
    wanted, got = (
        recorded("POST https://a.com/", '{"m": {"*": {"at": 1}, "a": {"at": 1, "b": 1}}}', "json"),
        live("POST https://a.com/", '{"m": {"*": {"at": 2}, "a": {"at": 2, "b": 2}}}', "json"),
    )

    assert [one.field for one in difference(wanted, got, rules)] == ["json /m/a/b"]


def test_half_a_surrogate_pair_fits_a_wild_place(recorded, live, index):
    found = index(recorded("POST https://a.com/", '{"a": "XXX[a]"}', "json"))

    assert found.find(live("POST https://a.com/", r'{"a": ["\ud800"]}', "json")).tiers == ((0,),)
