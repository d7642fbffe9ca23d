"""Shares into a channel of Slack and into an issue at GitHub: two installed profiles in one flow, both from starters."""

from recproxy import recproxy
from share.testing import send

LINK = {"message": "nerdy!", "link": "http://slashdot.org/"}


@recproxy("https", "slack.com", "message.rec", mode="replay")
@recproxy("https", "api-ssl.bitly.com", "v4_shorten.rec", mode="replay")
def test_a_link_is_shortened_and_posted_to_a_channel():
    posted = send(domain="slack.com", to="C0123456789", **LINK)

    assert posted["error"] is None
    assert (posted["result"]["channel"], posted["result"]["shorturl"]) == ("C0000000001", "https://bit.ly/eT3aUn")


@recproxy("https", "slack.com", "channel_not_found.rec", mode="replay")
@recproxy("https", "api-ssl.bitly.com", "v4_shorten.rec", mode="replay")
def test_a_channel_that_does_not_exist_is_told():
    error = {"provider": "slack.com", "message": "channel_not_found", "status": 200, "code": 0}

    assert send(domain="slack.com", to="C0123456789", **LINK) == {"result": None, "error": error}


@recproxy("https", "api.github.com", "issue.rec", mode="replay")
@recproxy("https", "api-ssl.bitly.com", "v4_shorten.rec", mode="replay")
def test_a_link_is_shortened_and_becomes_an_issue():
    opened = send(domain="github.com", to="octocat/Hello-World", subject="News for nerds", **LINK)

    assert opened["error"] is None
    assert (opened["result"]["number"], opened["result"]["shorturl"]) == (1347, "https://bit.ly/eT3aUn")
