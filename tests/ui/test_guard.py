"""Who may ask a viewer."""

import pytest

from recproxy.ui.guard import PAGE_TOKEN_HEADER, POLICY_HEADERS, Guard

PORT = 8765
HOST = f"127.0.0.1:{PORT}"
ORIGIN = f"http://{HOST}"


@pytest.fixture
def guard():
    return Guard(PORT)


def signed_in(guard, **more):
    return {"host": HOST, "cookie": f"a=b; {guard.cookie.partition(';')[0]}", **more}


def test_the_first_url_has_a_token_that_nobody_guesses(guard):
    assert guard.admits(guard.token)
    assert not guard.admits("")
    assert not guard.admits(guard.token[:-1] + "é")
    assert len({Guard(PORT).token for _ in range(5)} | {guard.page_token}) == 6


def test_the_cookie_is_out_of_reach_of_scripts_and_of_other_sites(guard):
    assert guard.cookie.endswith("; Path=/; HttpOnly; SameSite=Strict")
    assert guard.cookie.startswith(f"recproxy-ui-{PORT}=")


@pytest.mark.parametrize(
    ("more", "status"),
    [
        ({}, None),
        ({"host": f"localhost:{PORT}"}, None),
        ({"host": "127.0.0.1"}, 421),
        ({"host": f"a.example:{PORT}"}, 421),
        ({"host": f"127.0.0.1:{PORT}, {HOST}"}, 421),
        ({"cookie": ""}, 401),
        ({"cookie": f"recproxy-ui-{PORT}=é"}, 401),
        ({"origin": "http://a.example"}, 403),
        ({"origin": "null"}, 403),
        ({"origin": "http://127.0.0.1:1"}, 403),
        ({"sec-fetch-site": "cross-site"}, 403),
        ({"sec-fetch-site": "same-site"}, 403),
    ],
)
def test_only_pages_of_the_viewer_are_answered(guard, more, status):
    refusal = guard.refusal("GET", signed_in(guard) | more)

    assert (refusal and refusal.status) == status


@pytest.mark.parametrize("left_out", ["origin", PAGE_TOKEN_HEADER, ""])
def test_a_change_needs_the_token_of_the_page_and_its_origin(guard, left_out):
    headers = signed_in(guard, origin=ORIGIN) | {PAGE_TOKEN_HEADER: guard.page_token}
    headers.pop(left_out, None)

    refusal = guard.refusal("POST", headers)

    assert (refusal and refusal.status) == (403 if left_out else None)
    assert guard.refusal("POST", headers | {PAGE_TOKEN_HEADER: guard.token}).status == 403


def test_nothing_but_files_of_the_viewer_may_run():
    policy = dict(each.split(" ", 1) for each in POLICY_HEADERS["content-security-policy"].split("; "))

    assert policy["default-src"] == "'none'"
    assert policy["script-src"] == policy["style-src"] == "'self'"
    assert policy["img-src"] == "data:"  # a page that is drawn sends nothing, not even here
    assert policy["frame-ancestors"] == "'none'"


def test_the_token_that_a_browser_is_opened_with_is_good_for_one_request(guard):
    assert [guard.admits(guard.opening_token) for _ in range(3)] == [True, False, False]
    assert [guard.admits(guard.token) for _ in range(2)] == [True, True]
    assert guard.opening_token != guard.token
