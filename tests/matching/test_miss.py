from __future__ import annotations

import dataclasses
import tomllib

from recproxy.matching.index import Index
from recproxy.matching.miss import Miss, miss
from recproxy.matching.rules import Rules
from recproxy.matching.ways import Ways
from recproxy.recording.values import Interaction, Recording, Request, Response

RULES = Rules(secret_query=("token",), secret_form=("password",))


def test_the_message_says_what_came_what_was_recorded_how_they_differ_and_what_to_do(recorded, live, index):
    found = index(
        recorded("https://api.example.com/2/tweets/20?lang=en&ts=1650000000", line=4),
        rules=RULES,
        path="tweets/one.rec",
    )
    request = live("https://api.example.com/2/tweets/20?ts=1660000000&lang=en")

    assert miss(found, request, profile="twitter", test="test_one").text() == (
        "recproxy: no recorded interaction of twitter fits this request\n"
        "\n"
        "  request  GET https://api.example.com/2/tweets/20?ts=1660000000&lang=en\n"
        "  test     test_one\n"
        "  closest  GET https://api.example.com/2/tweets/20?lang=en&ts=1650000000\n"
        "           tweets/one.rec:4\n"
        "\n"
        "            recorded    got\n"
        "  query ts  1650000000  1660000000\n"
        "\n"
        "to make it match: at tweets/one.rec:4, write XXX for the value of query ts\n"
        "or record it anew: recproxy run --record twitter -- COMMAND\n"
    )


def test_a_long_text_in_json_is_shown_by_what_differs_in_it(recorded, live, index):
    prompt = "You are careful.\\nAnswer in %s sentences.\\nBe kind. The password is %s."

    def asked(number, secret):
        text = prompt % (number, secret)
        return f'{{"model": "m", "messages": [{{"content": "{text}", "key": "{text}"}}]}}'

    found = index(recorded("POST https://a.com/v1", asked("three", "XXX"), "json", wild=None), path="chat.rec")
    request = live("POST https://a.com/v1", asked("two", "XXX"), "json")
    text = miss(found, request, profile="shop").text()

    assert (
        "  json /messages/0/content\n"
        "    - Answer in three sentences.\n"
        "    + Answer in two sentences.\n"
        "    3 other lines are the same\n"
    ) in text
    hidden = Rules(secret_json=("/messages/*/key",))
    found = index(found.interactions[0], rules=hidden, path="chat.rec")
    assert miss(found, request, profile="shop").text().count("- Answer in three sentences.") == 1


def test_where_nothing_is_recorded_it_says_how_to_record(live, index):
    found = miss(index(), live("https://api.example.com/1"), profile="twitter")

    assert (found.closest, found.differences, found.mend) == (None, (), None)
    assert found.text() == (
        "recproxy: there is no recording of twitter for this request yet\n"
        "\n"
        "  request  GET https://api.example.com/1\n"
        "\n"
        "to record it: recproxy run --record twitter -- COMMAND\n"
    )


def test_where_all_were_played_it_says_how_often_it_was_recorded(recorded, live, index):
    found = index(recorded("https://a.com/1", line=3), recorded("https://a.com/1", line=9), path="one.rec")
    text = miss(found, live("https://a.com/1"), profile="twitter", used=(0, 1)).text()

    assert "this request to twitter was recorded 2 times, and all of them were played already" in text
    assert "one.rec:9" in text
    assert '\n    [match]\n    repeat = "last"\n' in text
    assert (
        "recorded once, and that was played already"
        in miss(found, live("https://a.com/1"), profile="twitter", used=(0,)).text()
    )


def test_a_response_that_was_too_large_is_named(recorded, live, index):
    one = recorded("https://a.com/1")
    large = dataclasses.replace(one, response=dataclasses.replace(one.response, omitted=1))
    for found, used in ((index(large), (0,)), (index(large, one), (0, 1))):
        text = miss(found, live("https://a.com/1"), profile="twitter", used=used).text()

        assert "the response of twitter to this request was not stored: it has 1 byte\n" in text
        assert "max_body" in text


def test_a_request_that_was_too_large_never_matches_and_is_named(recorded, live, index):
    one = recorded("POST https://a.com/1", "", "text")
    one = dataclasses.replace(one, request=dataclasses.replace(one.request, omitted=20_000_000))
    request = live("POST https://a.com/1", "", "text")

    assert index(one).find(request).tiers == ()
    assert index(one, match_on=("uri",)).find(request).tiers == ((0,),)
    assert index(recorded("POST https://a.com/1")).find(dataclasses.replace(request, omitted=9)).tiers == ()
    (found,) = miss(index(one), request, profile="twitter").differences
    assert (found.field, found.wanted) == ("body", "a body of 20000000 bytes, too large to be stored")


def test_secrets_are_never_shown(recorded, live, index):
    found = index(
        recorded("POST https://a.com/x?token=XXX&a=1", "password=XXX&b=1", "form"),
        recorded("https://user:s3cret@a.com/y?token=s3cret"),
        rules=RULES,
    )
    requests = [
        live("POST https://user:s3cret@a.com/x?Token=s3cret&a=2", "password=s3cret&b=2", "form"),
        live("POST https://a.com/x?a=1", "password=s3cret&password=s3cret2&b=1", "form"),
        live("https://user:s3cret@a.com/y?a=1"),
        live("POST https://a.com/x?token=s3cret&a=1", '{"password": "s3cret"}', "json"),
    ]
    for request in requests:
        said = miss(found, request, profile="twitter")

        assert said.differences
        assert "s3cret" not in said.text() + repr(said)


def test_what_no_rule_names_can_be_hidden_too(recorded, live, index):
    text = miss(index(recorded("https://a.com/1")), live("https://a.com/s3cret"), profile="x").text(
        hide=lambda line: line.replace("s3cret", "***")
    )

    assert "s3cret" not in text
    assert "***" in text


def test_absent_empty_and_broken_lines_are_told_apart(recorded, live, index):
    found = index(recorded("POST https://a.com/1?a=&b=1", "x\r\ny", "text"))
    text = miss(found, live("POST https://a.com/1?a=1", "x\ny", "text"), profile="x").text()

    assert "query a  (empty)   1" in text
    assert "query b  1         (absent)" in text
    assert r"body     x\r\ny    x\ny" in text


def test_over_a_base_url_the_request_is_told_as_it_came(recorded, live, index):
    found = index(recorded("https://a.com/1"), recorded("/2"), hosts=("a.com",))
    said = miss(found, live("http://127.0.0.1:5000/3"), any_host=("a.com",), profile="x")

    assert [one.field for one in said.differences] == ["path segment 1"]
    assert "GET http://127.0.0.1:5000/3" in said.text()
    assert miss(found, live("http://127.0.0.1:5000/2?x"), any_host=("a.com",), profile="x").closest == 1


def test_a_recording_of_2011_is_told_by_its_path(recorded, live):
    index = Index(
        [Recording(interactions=(recorded("/1?token=s3cret", line=1),), format=1, path="a.rec")], RULES, ("a.com",)
    )
    text = miss(index, live("https://a.com/2?token=1"), profile="x").text()

    assert "closest  GET /1?token=(secret)\n           a.rec:1" in text


def test_what_has_it_played_again_is_the_recordings_own_word_where_it_has_one():
    def advice(own, line, path="a.rec", **options):
        once = Interaction(
            request=Request(method="GET", url="https://a.example/"), response=Response(status=200), line=line
        )
        index = Index((Recording(interactions=(once,), repeat=own, path=path),), Rules())
        found = miss(
            index, Request(method="GET", url="https://a.example/", wild=None), profile="shop", used=(0,), **options
        )
        told = found.text().partition("to play the last one again: ")[2]
        return told.partition("\nor record it anew")[0]

    first = "write :repeat last below the first line of a.rec\nor in all recordings, in "
    assert advice(None, 3) == f'{first}the profile:\n    [match]\n    repeat = "last"'
    assert advice("miss", 3) == "in a.rec, write :repeat last for :repeat miss"
    assert advice("miss", 0, "a.yaml") == "import a.yaml with recproxy import, and write :repeat last there"
    assert advice("miss", 3, repeat="miss") == 'where the scope is begun, "repeat": "last"'
    ways = Ways(file="recproxy.toml", keys=("profiles", "shop"))
    assert advice(None, 3, ways=ways) == f'{first}recproxy.toml:\n    [profiles.shop.match]\n    repeat = "last"'
    there = Ways(file="recproxy.toml", keys=("profiles", "shop"), tables=("match",))
    assert "in recproxy.toml, which has this table already:\n    [profiles.shop.match]\n" in advice(None, 3, ways=there)
    packaged = Ways(package="/site/shop")
    assert advice(None, 3, "/site/shop/a.rec", ways=packaged).startswith("in all recordings, in the profile:\n")


def test_long_values_stand_one_below_the_other(recorded, live, index):
    found = miss(
        index(recorded(f"https://a.com/?q={'a' * 50}1&r=1")), live(f"https://a.com/?q={'a' * 50}2&r=2"), profile="shop"
    )

    assert found.text().partition("\n\n           ")[2].splitlines()[:5] == [
        "recorded  got",
        "  query r  1         2",
        "  query q",
        f"    recorded  {'a' * 50}1",
        f"    got       {'a' * 50}2",
    ]


def test_a_file_of_another_tool_is_not_advised_to_be_recorded_anew(recorded, live, index):
    text = miss(index(recorded("https://a.com/1"), path="a.yaml"), live("https://a.com/2"), profile="shop").text()

    assert text.endswith("name a .rec for it, or import a.yaml with recproxy import: it is never written\n")
    assert "--record" not in text


def test_a_file_of_another_tool_that_a_test_records_itself_is_recorded_by_its_command(recorded, live, index):
    ways = Ways().of_test("RECPROXY_MODE=record pytest test_a.py", (), any_format=True)

    text = miss(
        index(recorded("https://a.com/1"), path="a.yaml"), live("https://a.com/2"), profile="s", ways=ways
    ).text()

    assert text.endswith(": RECPROXY_MODE=record pytest test_a.py\n")
    assert "name a .rec" not in text


def test_a_miss_names_the_table_of_the_profile_and_the_command_that_records_it(recorded, live, index):
    ways = Ways(file="pyproject.toml", keys=("tool", "recproxy", "profiles", "shop"), record="recproxy run --any ...")
    found = index(recorded("https://a.com/?nonce=1", line=3), path="a.rec")

    text = miss(found, live("https://a.com/?nonce=2"), profile="shop", ways=ways).text()

    assert "to make it match: at a.rec:3, write XXX for the value of query nonce\n" in text
    _, _, toml = text.partition("\nor, to ignore it in all requests, in pyproject.toml:\n")
    table = tomllib.loads(toml.partition("or record it anew")[0])
    assert table == {"tool": {"recproxy": {"profiles": {"shop": {"match": {"ignore": {"query": ["nonce"]}}}}}}}
    assert text.endswith("or record it anew: recproxy run --any ...\n")


def test_a_body_that_the_file_of_another_tool_lacks_is_no_matter_of_max_body():
    text = Miss(method="GET", url="http://a/", profile="shop", used=(0,), foreign="a.har", omitted=893).text()

    assert text.endswith(
        "\n\na.har does not hold it: save the file again with the bodies of responses\n"
        "or: name a .rec for it, or import a.har with recproxy import: it is never written\n"
    )


def test_control_characters_of_traffic_are_shown_as_escapes(recorded, live, index):
    found = index(recorded("POST https://a.com/1", "a=x", "form"))
    request = live("POST https://a.com/1", "a=%1b]0;owned%07", "form")

    text = miss(found, request, profile="shop", test="\u202etest").text()

    assert "  form a  x         \\x1b]0;owned\\x07\n" in text
    assert "\\u202etest" in text
    assert not set(text) & set("\x1b\x07\u202e")


def test_of_very_many_differences_and_a_very_long_url_only_so_much_is_shown(recorded, live, index):
    query = "&".join(f"name{number}=a" for number in range(150))
    found = index(recorded(f"https://a.com/{'x' * 5000}?{query}"))

    text = miss(found, live(f"https://a.com/{'x' * 5000}?{query.replace('=a', '=b')}"), profile="x").text()

    lines = text.splitlines()
    assert len([line for line in lines if line.startswith("  query name")]) == 100
    assert "  and 50 more" in lines
    assert (
        lines[2]
        == f"  request  GET https://a.com/{'x' * (4000 - len('https://a.com/'))}… ({5014 + 1 + len(query)} characters)"
    )


def test_files_are_shown_as_they_are_seen_from_the_working_directory(recorded, live, index):
    found = index(recorded("https://a.com/?q=1", line=3), path="/srv/me/shop/tests/recordings/a.rec")

    text = miss(found, live("https://a.com/?q=2"), profile="shop", ways=Ways(folder="/srv/me/shop/tests")).text()

    assert "           recordings/a.rec:3\n" in text
    assert "to make it match: at recordings/a.rec:3, write XXX for the value of query q\n" in text


def test_a_request_for_something_else_was_never_recorded(recorded, live, index):
    found = index(recorded("https://a.com/users/12"), recorded("https://a.com/users/12/likes"))

    def first_line(request):
        return miss(found, live(request), profile="shop").text().partition("\n")[0]

    never = "recproxy: this request to shop was never recorded"
    assert first_line("https://a.com/lists/12") == never
    assert first_line("DELETE https://a.com/users/12") == never
    assert first_line("https://a.com/users/13") == "recproxy: no recorded interaction of shop fits this request"
