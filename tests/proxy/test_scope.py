"""The open scope: from a request to the bytes that answer it."""

import gzip
from dataclasses import replace

import pytest

from recproxy.config.profile import Endpoint, Match, Profile, ReplayTable, Upstream
from recproxy.errors import HookError, RecordingError
from recproxy.http import Head
from recproxy.play.hooks import Hooks
from recproxy.proxy.lessons import Lessons
from recproxy.proxy.pacing import PacedAnswer
from recproxy.proxy.route import Route
from recproxy.proxy.scope import Answer, OpenScope
from recproxy.recording import Response, load

TLS = Route("https", "shop.example")


def profile(**match):
    return Profile(
        name="shop",
        endpoints=(Endpoint(hosts=("shop.example", "*.shop.example"), base_url="SHOP_BASE_URL"),),
        match=Match(**match),
        upstream=Upstream(max_body=10),
    )


def block(request="GET https://shop.example/a HTTP/1.1", response="HTTP/1.1 200 OK", said="ok", body=""):
    return f"{request}\n\n{body}\n====\n{response}\n\n{said}\n=======\n\n"


def scope(*blocks, rules=None, **options):
    recording = load(("#recproxy 2\n\n" + "".join(blocks)).encode(), path="a.rec")
    return OpenScope(rules or profile(), "test_a", [recording], **options)


def head(target=b"/a", *headers, method=b"GET", host=b"shop.example", http10=False, keep_alive=True):
    return Head(method, target, ((b"Host", host), *headers), host, http10, expects=False, keep_alive=keep_alive)


def ask(opened, target=b"/a", *headers, route=TLS, body=b"", complete=True, **values):
    return opened.answer(route, head(target, *headers, **values), body, complete=complete)


def said(answer):
    return answer.data.partition(b"\r\n\r\n")[2]


def status(answer):
    return int(answer.data.split()[1])


def test_a_recorded_request_is_answered_and_counted():
    opened = scope(block())

    answer = ask(opened)

    assert answer.data == b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
    assert (answer.close, answer.reset, len(opened.playback.index.interactions)) == (False, False, 1)
    outcome = opened.outcome()
    assert (outcome.scope, outcome.played, outcome.plays, outcome.requests) == (
        "test_a",
        1,
        (1,),
        ("GET https://shop.example/a",),
    )
    assert (outcome.missed, outcome.unused) == ((), ())


def test_repeats_are_answered_in_recorded_order():
    opened = scope(block(said="one"), block(said="two"))

    assert [said(ask(opened)) for _ in range(3)] == [b"one", b"two", b"two"]


@pytest.mark.parametrize(
    ("route", "target", "host"),
    [
        (TLS, b"/a", b"shop.example"),
        (TLS, b"/a", b"SHOP.example:443"),
        (TLS, b"/a", b""),
        (Route("http"), b"https://shop.example/a", b"other.example"),
        (Route("http", any_host=("shop.example", "*.shop.example")), b"/a", b"127.0.0.1:5000"),
        (Route("http"), b"/a", b"shop.example"),
    ],
)
def test_a_request_means_the_same_however_it_came(route, target, host):
    assert said(ask(scope(block()), target, route=route, host=host)) == b"ok"


def test_over_a_base_url_every_recorded_host_of_the_endpoint_will_do():
    opened = scope(block("GET https://cdn.shop.example/a HTTP/1.1"))
    route = Route("http", any_host=("shop.example", "*.shop.example"))

    assert said(ask(opened, route=route)) == b"ok"
    assert b" 599 " in ask(opened).data


def test_a_miss_is_told_to_the_client_and_remembered():
    opened = scope(block())

    answer = ask(opened, b"/b?id=1")

    assert answer.data.startswith(b"HTTP/1.1 599 Not Recorded\r\n")
    assert b"a.rec:3" in answer.data
    outcome = opened.outcome()
    assert (outcome.played, outcome.requests) == (0, ("GET https://shop.example/b?id=1",))
    (missed,) = outcome.missed
    assert (missed.method, missed.url, missed.closest) == ("GET", "https://shop.example/b?id=1", "a.rec:3")
    assert missed.differences
    assert missed.text.encode() in answer.data
    assert [unused.where for unused in outcome.unused] == ["a.rec:3"]


@pytest.mark.parametrize("status", [404, 599])
def test_the_status_of_a_miss_is_the_profiles(status):
    answer = ask(scope(block(), rules=profile(miss_status=status)), b"/b")

    assert answer.data.startswith(b"HTTP/1.1 %d Not Recorded\r\n" % status)


def test_a_miss_may_drop_the_connection_instead():
    answer = ask(scope(block(), rules=profile(miss="reset")), b"/b")

    assert (answer.data, answer.close, answer.reset) == (b"", True, True)


def test_a_miss_without_recordings_says_which_one_it_would_be():
    opened = OpenScope(profile(), "run", [], expected="rec/shop/default.rec")

    assert b"\nthe recording would be rec/shop/default.rec" in ask(opened).data
    assert len(opened.playback.index.interactions) == 0


def test_a_miss_says_what_its_lane_has_to_add():
    opened = scope(block())
    opened.remark = lambda: "\nit came in another lane"

    assert ask(opened, b"/b").data.endswith(b"\nit came in another lane")


def test_a_miss_of_head_has_no_body_and_of_http10_ends_the_connection():
    opened = scope(block())

    assert said(ask(opened, b"/b", method=b"HEAD")) == b""
    assert ask(opened, b"/b", keep_alive=False).close


def test_misses_and_plays_are_told_in_order_of_arrival():
    opened = scope(block())

    ask(opened, b"/b")
    ask(opened)
    ask(opened, b"/c")

    assert opened.outcome().requests == tuple(f"GET https://shop.example/{name}" for name in "bac")


def test_a_body_that_was_too_large_to_keep_is_a_miss_that_says_so():
    answer = ask(scope(block()), complete=False)

    assert b"larger than 10 bytes (upstream.max_body): such bodies are not matched" in answer.data


def test_a_response_whose_body_was_not_stored_is_a_miss_and_not_played():
    opened = scope(block(response="HTTP/1.1 200 OK\n:body omitted 99999999", said=""))

    answer = ask(opened)

    assert answer.data.startswith(b"HTTP/1.1 599 ")
    assert (opened.outcome().played, len(opened.outcome().missed)) == (0, 1)


@pytest.mark.parametrize(("accepted", "coded"), [((b"Accept-Encoding", b"gzip"), True), ((b"A", b"b"), False)])
def test_a_coded_body_goes_coded_to_who_accepts_it(accepted, coded):
    opened = scope(block(response="HTTP/1.1 200 OK\nContent-Encoding: gzip\n:encoding gzip", said="readable"))

    body = said(ask(opened, b"/a", accepted))

    assert (gzip.decompress(body) if coded else body) == b"readable"


def test_a_coded_request_is_matched_by_what_it_says():
    opened = scope(block("POST https://shop.example/a HTTP/1.1\nContent-Type: text/plain", body="hello"))
    coding, kind = (b"Content-Encoding", b"gzip"), (b"Content-Type", b"text/plain")

    assert said(ask(opened, b"/a", coding, kind, method=b"POST", body=gzip.compress(b"hello"))) == b"ok"
    assert b" 599 " in ask(opened, b"/a", coding, kind, method=b"POST", body=b"no gzip").data


def test_equal_requests_are_worked_out_once(monkeypatch):
    opened = scope(block())
    ask(opened)
    monkeypatch.setattr(opened.playback.index, "find", None)

    assert said(ask(opened)) == b"ok"


def test_a_named_wild_place_is_echoed_and_bound():
    opened = scope(
        block("POST https://shop.example/a?nonce=XXX[n] HTTP/1.1", said='{"nonce": "XXX[n]"}'),
        block("GET https://shop.example/b?nonce=XXX[n] HTTP/1.1", said="same"),
    )

    assert said(ask(opened, b"/a?nonce=42", method=b"POST")) == b'{"nonce": "42"}'
    assert said(ask(opened, b"/b?nonce=42")) == b"same"
    assert b" 599 " in ask(opened, b"/b?nonce=43").data


def test_a_named_wild_place_that_nobody_bound_is_a_fixed_value_from_then_on():
    blocks = (block(said="XXX[token]"), block("GET https://shop.example/b?t=XXX[token] HTTP/1.1", said="same"))

    first, second = (said(ask(scope(*blocks))) for _ in range(2))
    opened = scope(*blocks)

    assert first == second
    assert b"XXX" not in first
    assert said(ask(opened, b"/b?t=" + said(ask(opened)))) == b"same"


def test_a_miss_does_not_show_what_a_named_place_holds():
    opened = scope(
        block("GET https://shop.example/me HTTP/1.1\nAuthorization: Bearer XXX[token]"),
        block("GET https://shop.example/b?access_token=XXX[token]&page=1 HTTP/1.1"),
        block("GET https://shop.example/c/XXX[token]/d?page=1 HTTP/1.1"),
    )
    secret = b"Real-Secret-Token-123456"

    assert status(ask(opened, b"/me", (b"Authorization", b"Bearer " + secret))) == 200
    masked = said(ask(opened, b"/b?access_token=" + secret + b"&page=2"))
    other = said(ask(opened, b"/c/else/d?page=1"))

    assert secret not in masked + other
    assert b"XXX[token] (bound)" in other
    first, second = opened.outcome().missed
    assert first.differences == (("query page", "1", "2"),)
    assert second.differences == (("path segment 2", "XXX[token] (bound)", "else"),)
    assert b"to make it match" in masked


def test_a_plain_wild_word_in_a_response_is_text():
    assert said(ask(scope(block(said="XXX")))) == b"XXX"


def test_what_is_asked_in_auto_is_compared_once():
    compared = []

    def compare(request):
        compared.append(request.url)
        return request

    opened = scope(block(), hooks=Hooks(compare=compare))
    compared.clear()
    answers = [opened.recorded_answer(TLS, head(path), b"") for path in (b"/a", b"/a", b"/b", b"/b")]

    assert [answer and said(answer) for answer in answers] == [b"ok", b"ok", None, None]
    assert compared == ["https://shop.example/a", "https://shop.example/b"]


def test_what_is_recorded_may_be_asked_for_without_a_miss():
    opened = scope(block(), repeat="miss")

    assert said(opened.recorded_answer(TLS, head(), b"")) == b"ok"
    assert opened.recorded_answer(TLS, head(), b"") is None
    assert opened.recorded_answer(TLS, head(b"/b"), b"") is None
    assert opened.outcome().missed == ()


def test_a_scope_may_have_its_own_word_on_repeats_and_matchers():
    assert b" 599 " in [ask(opened).data for opened in [scope(block(), repeat="miss")] for _ in range(2)][1]
    assert said(ask(scope(block(), match_on=("method",)), b"/quite/another")) == b"ok"


def test_a_scope_s_matchers_go_before_those_that_a_file_names():
    recording = load(("#recproxy 2\n\n:match_on method path\n\n" + block()).encode(), path="rec/a.rec")
    by_file = OpenScope(profile(), "test_a", [recording])
    by_scope = OpenScope(profile(), "test_a", [recording], match_on=("method", "query"))
    by_scope.extend([recording])

    assert said(ask(by_file, b"/a?b=1")) == b"ok"
    assert [status(ask(by_scope, target)) for target in (b"/b", b"/a?b=1")] == [200, 599]


@pytest.mark.parametrize(
    ("ignore", "match_on"),
    [({"query": ("key",)}, ("query",)), ({"headers": ("Key",)}, ("headers",)), ({"json": ("/key",)}, ("body",))],
)
def test_a_scope_may_leave_names_out_of_the_comparison(ignore, match_on):
    body = b'{"key": 2, "a": 1}'
    sent = ((b"Key", b"2"), (b"Content-Type", b"application/json"))
    recorded = block(
        "POST https://shop.example/?key=1&a=1 HTTP/1.1\nKey: 1\nContent-Type: application/json",
        body='{"a": 1, "key": 1}',
    )

    def answered(**options):
        return ask(scope(recorded, match_on=match_on, **options), b"/?a=1&key=2", *sent, body=body, method=b"POST")

    assert status(answered(ignore=ignore)) == 200
    assert status(answered()) == 599


def test_what_other_profiles_answer_is_not_unused_here():
    opened = scope(
        block(),
        block("GET https://other.example/a HTTP/1.1"),
        block("GET https://XXX.example/a HTTP/1.1"),
        block("GET https://shop.example?a=1 HTTP/1.1"),
    )
    opened.owns = {"shop.example"}.__contains__

    assert [each.request for each in opened.outcome().unused] == [
        "GET https://shop.example/a",
        "GET https://XXX.example/a",
        "GET https://shop.example?a=1",
    ]


@pytest.mark.parametrize("mask", ["XXX", "XXX[token]"])
@pytest.mark.parametrize("size", [1, 5000])
def test_a_miss_does_not_show_a_secret_of_a_request_that_was_answered(mask, size):
    token, body = b"k3Y9q2Z8w1X7v5B4n6M0", b"a" * size
    request = f"POST https://shop.example/a?access_token={mask} HTTP/1.1\nContent-Type: text/plain"
    opened = scope(block(request, body=body.decode()))
    opened.traffic.lessons = Lessons(answered=opened.known)
    opened.answer(TLS, head(b"/a?access_token=" + token, (b"Content-Type", b"text/plain"), method=b"POST"), body)
    ask(opened, b"/b?x=" + token)

    outcome = opened.outcome()
    assert (outcome.played, len(outcome.missed)) == (1, 1)
    assert token.decode() not in outcome.missed[0].text


def test_requests_stay_seen_when_more_recordings_are_in_play():
    opened = scope(block())
    seen = opened.known
    ask(opened)
    opened.extend([load(("#recproxy 2\n\n" + block("GET https://shop.example/new HTTP/1.1")).encode(), path="b.rec")])
    ask(opened, b"/new")

    assert [each.url for each in seen] == ["https://shop.example/a", "https://shop.example/new"]


def test_an_extended_scope_keeps_what_was_played():
    opened = scope(block(said="one"), block(said="two"))
    ask(opened)

    opened.extend([load(("#recproxy 2\n\n" + block("GET https://shop.example/new HTTP/1.1")).encode(), path="b.rec")])

    assert len(opened.playback.index.interactions) == 3
    assert [said(ask(opened)), said(ask(opened, b"/new"))] == [b"two", b"ok"]
    assert opened.outcome().plays == (1, 1, 1)


def test_a_note_is_kept_once():
    opened = scope(block())

    opened.note("a client did not trust us")
    opened.note("a client did not trust us")

    assert opened.outcome().notes == ("a client did not trust us",)


PACED = "HTTP/1.1 200 OK\nContent-Type: text/event-stream\nTransfer-Encoding: chunked\n:delay 0.5\n:chunks 2@0.25 3@1"


def test_an_answer_has_its_recorded_pace_where_the_profile_says_so():
    paced = replace(profile(), replay=ReplayTable(pace="recorded"))
    opened = scope(block(response=PACED, said="hello"), block("GET https://shop.example/b HTTP/1.1"), rules=paced)

    answers = [ask(opened), ask(opened)]

    assert isinstance(answers[0], PacedAnswer)
    assert answers[0] is answers[1]
    assert [gap for gap, _ in answers[0].pieces] == [0.5, 0.25, 1.0, 0.0]
    assert isinstance(ask(opened, b"/b"), Answer)
    assert opened.outcome().plays == (2, 1)


def test_an_answer_comes_at_once_where_the_profile_says_nothing():
    answer = ask(scope(block(response=PACED, said="hello")))

    assert said(answer) == b"2\r\nhe\r\n3\r\nllo\r\n0\r\n\r\n"


def test_pieces_fit_what_stands_in_named_wild_places():
    response = PACED.replace("2@0.25 3@1", "8@0.25 3@1")
    opened = scope(block("GET https://shop.example/XXX[a] HTTP/1.1", response, "XXX[a]\n\nend"))

    assert said(ask(opened, b"/longer")) == b"8\r\nlonger\n\n\r\n3\r\nend\r\n0\r\n\r\n"


def respond(request, recorded):
    """A response out of the request; None for what was not recorded, unless it is an echo."""
    if request.url.endswith("/echo"):
        return Response(status=200, reason=b"OK", headers=((b"Content-Length", b"99"),), body=request.method.encode())
    return None if recorded is None else replace(recorded, body=recorded.body + b"!")


def test_a_hook_makes_the_response_out_of_the_recorded_one_or_out_of_nothing():
    opened = scope(block(), hooks=Hooks(respond=respond))

    assert [said(ask(opened)), said(ask(opened, b"/echo", method=b"POST"))] == [b"ok!", b"POST"]
    assert status(ask(opened, b"/other")) == 599
    outcome = opened.outcome()
    assert (outcome.played, len(outcome.missed), outcome.plays) == (2, 1, (1,))
    assert outcome.requests[:2] == ("GET https://shop.example/a", "POST https://shop.example/echo")


def test_in_auto_what_a_hook_answers_is_not_forwarded():
    opened = scope(block(), hooks=Hooks(respond=respond))

    assert said(opened.recorded_answer(TLS, head(b"/echo"), b"")) == b"GET"
    assert said(opened.recorded_answer(TLS, head(b"/a"), b"")) == b"ok!"
    assert opened.recorded_answer(TLS, head(b"/other"), b"") is None


def test_a_hook_gets_named_wild_places_filled_in():
    opened = scope(block("GET https://shop.example/XXX[id] HTTP/1.1", said="XXX[id]"), hooks=Hooks(respond=respond))

    assert said(ask(opened, b"/seven")) == b"seven!"


def test_a_coded_response_of_a_hook_is_sent_as_the_client_takes_it():
    def zipped(request, recorded):
        return replace(recorded, headers=((b"Content-Encoding", b"gzip"),), encoding="gzip")

    opened = scope(block(), hooks=Hooks(respond=zipped))

    assert gzip.decompress(said(ask(opened, b"/a", (b"Accept-Encoding", b"gzip")))) == b"ok"
    assert said(ask(opened, b"/a")) == b"ok"


@pytest.mark.parametrize("auto", [False, True])
@pytest.mark.parametrize("kind", ["compare", "respond"])
def test_a_hook_that_raises_is_a_502_and_fails_the_scope(kind, auto):
    def fail(request, *_):
        if request.wild is not None:  # as it was recorded
            return request
        raise HookError("hook compare of profile 'shop' raised at hooks.py:7: KeyError")

    opened = scope(block(), hooks=Hooks(**{kind: fail}))

    answer = (
        opened.recorded_answer(TLS, head(b"/a?q=1" if auto and kind == "respond" else b"/a"), b"")
        if auto
        else ask(opened)
    )

    assert status(answer) == 502
    assert said(answer) == b"recproxy: hook compare of profile 'shop' raised at hooks.py:7: KeyError\n"
    assert opened.outcome().failures == (
        "GET https://shop.example/a: hook compare of profile 'shop' raised at hooks.py:7: KeyError",
    )
    assert opened.outcome().missed == ()


def test_a_miss_is_told_in_the_form_that_was_compared():
    def path_only(request):
        return replace(request, url=request.url.lower())

    opened = scope(block("GET https://shop.example/A HTTP/1.1"), hooks=Hooks(compare=path_only))

    assert said(ask(opened, b"/a")) == b"ok"
    assert b"closest  GET https://shop.example/A\n" in ask(opened, b"/B").data


def test_unused_interactions_of_recordings_that_nobody_named_are_not_told():
    opened = scope(block())
    opened.tells_unused = False

    assert opened.outcome().unused == ()


def test_a_rate_limit_that_never_ends_is_told():
    opened = scope(block(response="HTTP/1.1 429 Too Many Requests"), block("GET https://shop.example/b HTTP/1.1"))

    for _ in range(2):
        ask(opened)
        ask(opened, b"/b")
    assert opened.outcome().notes == ()
    ask(opened)
    ask(opened, b"/b")
    told = ("a.rec:3: its rate limit (429) is played over and over: add the response that follows it",)
    assert opened.outcome().notes == told
    ask(opened)
    assert opened.outcome().notes == told


def test_a_miss_with_a_large_body_says_where_it_begins_to_differ():
    recorded = "a" * 300_000
    opened = scope(block("POST https://shop.example/a HTTP/1.1\nContent-Type: text/plain", body=recorded))

    answer = ask(opened, b"/a", (b"Content-Type", b"text/plain"), method=b"POST", body=b"a" * 200_000 + b"b" * 100_001)

    text = said(answer).decode()
    assert text.partition("\n  body\n")[2].splitlines()[:2] == [
        "    recorded  300000 bytes",
        "    got       300001 bytes, the first that differs is byte 200001",
    ]
    assert (len(answer.data) < 2000, "to make it match" in text) == (True, False)


def test_of_very_many_misses_only_the_first_are_described():
    opened = scope(block())
    for number in range(1000):
        ask(opened, b"/x%d" % number)

    text = said(ask(opened, b"/secret")).decode()

    described = "no recorded interaction fits this request; so many of this scope did not fit that it is not described"
    assert text == f"recproxy: {described}\n"
    missed = opened.outcome().missed
    assert (len(missed), missed[999].url, missed[1000].text) == (1001, "https://shop.example/x999", described)


def test_recordings_that_a_worker_refuses_are_not_in_play():
    opened = scope(block())
    opened.check_shared(counted=False)
    more = [load(f"#recproxy 2\n\n{block(said='other')}{block(said='third')}".encode(), path="b.rec")]

    with pytest.raises(RecordingError, match="the same request has different answers at .*b.rec"):
        opened.extend(more)

    assert len(opened.playback.index.interactions) == 1
    assert said(ask(opened)) == said(ask(opened)) == b"ok"
    opened.extend([load(b"#recproxy 2\n\n" + block("GET https://shop.example/b HTTP/1.1").encode(), path="c.rec")])
    assert len(opened.playback.index.interactions) == 2
