"""Posting to Facebook for an account, and how it fails, by the recordings that come with its profile."""

import os

import pytest
import requests

from recproxy import recproxy
from share.testing import contacts_of, log_in, send

pytestmark = pytest.mark.recproxy(mode="replay")  # Facebook no longer answers as in 2011, and does not fail when asked
ACCOUNT = {"oauth_token": "foo"}
SHARE = {"domain": "facebook.com", "account": ACCOUNT, "message": "nerdy!"}
LINK = {"link": "http://slashdot.org/", "title": "Slashdot: News for nerds, stuff that matters"}


@recproxy("https", "graph.facebook.com", "2011_feed.rec")
def test_a_link_is_posted_to_the_wall():
    answer = send(**SHARE | LINK | {"message": "to my wall"})

    assert answer["error"] is None
    assert answer["result"]["id"] == "12345678"


@recproxy("https", "graph.facebook.com", "2011_group_feed.rec")
def test_a_link_is_posted_to_the_wall_of_a_group():
    answer = send(**SHARE | LINK | {"message": "group test", "to": "197108586994419"})

    assert answer["result"]["id"] == "197108586994419_197126613659283"


@recproxy("https", "graph.facebook.com", "2011_groups.rec")
def test_groups_are_contacts():
    assert contacts_of("facebook.com", account=ACCOUNT)["result"]["entry"] == []


@recproxy("https", "graph.facebook.com", "2011_access_token.rec")
def test_a_browser_logs_in():
    answer = log_in("facebook.com", code="the_code")

    assert (answer.status_code, answer.headers["Location"].rpartition("/")[2]) == (302, "success")
    assert answer.cookies["userid"] == "1234"


@recproxy("https", "graph.facebook.com", "2011_feed_revoked.rec")
def test_a_revoked_token_of_2011():
    assert send(**SHARE)["error"] == refusal(401, 0, "Error validating access token.")


@recproxy("https", "graph.facebook.com", "feed.rec")
def test_a_text_is_posted_to_a_page():
    form = {"message": "hello", "access_token": os.environ["FACEBOOK_ACCESS_TOKEN"]}
    answer = requests.post("https://graph.facebook.com/v25.0/1234567890/feed", data=form, timeout=30)

    assert answer.json() == {"id": "1234567890_9876543210"}


@pytest.mark.parametrize(
    ("recording", "status", "code", "message"),
    [
        ("feed_duplicate", 400, 506, "(#506) Duplicate status message"),
        ("feed_rate_limited", 403, 4, "(#4) Application request limit reached"),
        (
            "feed_revoked",
            401,
            190,
            "Error validating access token: The user has not authorized application 1234567890.",
        ),
        ("feed_server_error", 500, 2, "An unexpected error has occurred. Please retry your request later."),
    ],
)
def test_a_failure_is_told(recording, status, code, message):
    with recproxy("https", "graph.facebook.com", f"{recording}.rec"):
        error = send(**SHARE)["error"]

    assert {name: error[name] for name in refusal(0, 0, "")} == refusal(status, code, message)


def refusal(status, code, message):
    return {"provider": "facebook.com", "status": status, "code": code, "message": message, "type": "OAuthException"}
