"""What becomes of a share whose link cannot be shortened: nothing is posted, and the error is bit.ly's."""

from recproxy import recproxy
from share.testing import send

SHARE = {"domain": "twitter.com", "message": "nerdy!", "link": "http://slashdot.org/"}


@recproxy("https", "api-ssl.bitly.com", "v4_shorten_rate_limited.rec", mode="replay")
def test_the_rate_limit_of_v4():
    assert send(**SHARE) == refusal(429, "MONTHLY_RATE_LIMIT_EXCEEDED")


@recproxy("https", "api-ssl.bitly.com", "v4_shorten_revoked.rec", mode="replay")
def test_a_revoked_token_of_v4():
    assert send(**SHARE) == refusal(403, "FORBIDDEN")


@recproxy("https", "api-ssl.bitly.com", "v4_shorten_server_error.rec", mode="replay")
def test_a_server_error_of_v4():
    assert send(**SHARE) == refusal(503, "TEMPORARILY_UNAVAILABLE")


@recproxy("https", "api-ssl.bitly.com", "v3_shorten_rate_limited.rec", mode="replay")
def test_the_rate_limit_of_v3():
    assert send(**SHARE, shortener="v3") == refusal(403, "RATE_LIMIT_EXCEEDED")


@recproxy("https", "api-ssl.bitly.com", "v3_shorten_revoked.rec", mode="replay")
def test_a_revoked_token_of_v3():
    assert send(**SHARE, shortener="v3") == refusal(500, "INVALID_ARG_ACCESS_TOKEN")


@recproxy("https", "api-ssl.bitly.com", "v3_shorten_server_error.rec", mode="replay")
def test_a_server_error_of_v3():
    assert send(**SHARE, shortener="v3") == refusal(503, "TEMPORARILY_UNAVAILABLE")


def refusal(status, message):
    return {"result": None, "error": {"provider": "bit.ly", "message": message, "status": status, "code": 0}}
