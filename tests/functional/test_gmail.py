"""Mailing through Gmail, and how it fails. A profile covers its token service too, so one recording is enough."""

from recproxy import recproxy
from share.testing import send

MAIL = {
    "domain": "google.com",
    "to": "nerd@example.com",
    "subject": "News for nerds",
    "message": "nerdy!",
    "shorturl": "https://bit.ly/eT3aUn",
}


@recproxy("https", "gmail.googleapis.com", "send.rec")
def test_a_message_is_mailed():
    answer = send(**MAIL)

    assert answer["error"] is None
    assert answer["result"]["labelIds"] == ["SENT"]


@recproxy("https", "gmail.googleapis.com", "send_duplicate.rec")
def test_the_same_message_is_mailed_twice():
    first, second = (send(**MAIL)["result"]["id"] for _ in range(2))

    assert first != second


@recproxy("https", "gmail.googleapis.com", "send_rate_limited.rec", mode="replay")
def test_a_rate_limit_says_when_to_come_again():
    error = send(**MAIL)["error"]

    assert error["status"] == 429
    assert error["message"].endswith("Retry after 2024-07-25T01:18:53.022Z")


@recproxy("https", "gmail.googleapis.com", "send_revoked.rec", mode="replay")
def test_a_token_revoked_between_two_calls():
    assert send(**MAIL)["error"] == refusal(401, "Invalid Credentials")


@recproxy("https", "oauth2.googleapis.com", "token_revoked.rec", mode="replay")
def test_a_revoked_refresh_token():
    assert send(**MAIL)["error"] == refusal(400, "Token has been expired or revoked.")


@recproxy("https", "gmail.googleapis.com", "send_server_error.rec", mode="replay")
def test_a_server_error():
    assert send(**MAIL)["error"] == refusal(500, "Backend Error")


def refusal(status, message):
    return {"provider": "google.com", "message": message, "status": status, "code": 0}
