"""Who may ask a viewer."""

import pytest

from recproxy.ui.guard import ENTER_PATH, POLICY_HEADERS, Guard

PORT = 8765
HOST = f"127.0.0.1:{PORT}"
ORIGIN = f"http://{HOST}"


@pytest.fixture
def guard():
    return Guard(PORT)


def with_session(guard, **more):
    return {"host": HOST, "authorization": f"Bearer {guard.session(guard.token)}", **more}


def refused(guard, headers, *, method="GET", path="/api/recordings"):
    refusal = guard.refusal(method, path, headers)
    return refusal and refusal.status


def test_the_first_url_has_a_token_that_nobody_guesses(guard):
    assert guard.session(guard.token)
    assert guard.session("") is guard.session(guard.token[:-1] + "é") is None
    assert len({Guard(PORT).token for _ in range(5)} | {guard.token, guard.session(guard.token)}) == 7


def test_the_url_of_the_opened_browser_is_good_once_and_for_its_user_alone(guard):
    assert guard.session(guard.opening_token, is_other_user=True) is None
    assert guard.session(guard.opening_token) == guard.session(guard.token)
    assert guard.session(guard.opening_token) is None


@pytest.mark.parametrize(
    ("more", "status"),
    [
        ({}, None),
        ({"host": f"localhost:{PORT}"}, None),
        ({"host": "127.0.0.1"}, 421),
        ({"host": f"a.example:{PORT}"}, 421),
        ({"host": f"127.0.0.1:{PORT}, {HOST}"}, 421),
        ({"authorization": ""}, 401),
        ({"authorization": "Bearer é"}, 401),
        ({"origin": "http://a.example"}, 403),
        ({"origin": "null"}, 403),
        ({"origin": "http://127.0.0.1:1"}, 403),
        ({"sec-fetch-site": "cross-site"}, 403),
        ({"sec-fetch-site": "same-site"}, 403),
    ],
)
def test_only_pages_of_the_viewer_are_answered(guard, more, status):
    assert refused(guard, with_session(guard) | more) == status
    # The token of the URL is none for calls, wherever it stands.
    assert refused(guard, with_session(guard) | more | {"authorization": f"Bearer {guard.token}"}) == (status or 401)


def test_nothing_that_a_browser_sends_by_itself_lets_in(guard):
    session = guard.session(guard.token)
    assert refused(guard, {"host": HOST, "cookie": f"recproxy-session={session}", "origin": ORIGIN}) == 401


def test_the_page_itself_may_be_opened_from_anywhere_and_nothing_else(guard):
    elsewhere = {"host": HOST, "sec-fetch-site": "cross-site"}
    assert [refused(guard, elsewhere, path=each) for each in ("/", "/api/recordings", ENTER_PATH)] == [None, 403, 403]
    assert refused(guard, elsewhere | {"host": "a.example"}, path="/") == 421
    assert refused(guard, {"host": HOST}, path="/", method="POST") == 401


def test_a_change_needs_the_origin_of_the_page(guard):
    headers = with_session(guard)
    assert refused(guard, headers, method="POST") == 403
    assert refused(guard, headers | {"origin": ORIGIN}, method="POST") is None
    assert refused(guard, {"host": HOST}, method="POST", path=ENTER_PATH) == 403
    assert refused(guard, {"host": HOST, "origin": ORIGIN}, method="POST", path=ENTER_PATH) is None


def test_nothing_but_files_of_the_viewer_may_run():
    policy = dict(each.split(" ", 1) for each in POLICY_HEADERS["content-security-policy"].split("; "))

    assert policy["default-src"] == "'none'"
    assert policy["script-src"] == policy["style-src"] == "'self'"
    assert policy["img-src"] == "data:"  # a page that is drawn sends nothing, not even here
    assert policy["frame-ancestors"] == "'none'"


def test_the_token_that_a_browser_is_opened_with_is_good_for_one_session(guard):
    assert [guard.session(guard.opening_token) is not None for _ in range(3)] == [True, False, False]
    assert [guard.session(guard.token) is not None for _ in range(2)] == [True, True]
    assert guard.opening_token != guard.token
