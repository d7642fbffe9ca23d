"""Shares that need more than one service, as plain pytest: a decorator for each."""

from recproxy import recproxy
from share.testing import send

LINK = {"message": "nerdy!", "link": "http://slashdot.org/"}
MAIL = {"domain": "google.com", "to": "nerd@example.com", "subject": "News for nerds"}


@recproxy("https", "api.twitter.com", "post.rec")
@recproxy("https", "api-ssl.bitly.com", "v4_shorten.rec")
def test_a_link_is_shortened_and_posted():
    answer = send(domain="twitter.com", **LINK)

    assert answer["error"] is None
    assert answer["result"]["text"] == "nerdy! https://bit.ly/eT3aUn"
    assert answer["result"]["shorturl"] == "https://bit.ly/eT3aUn"


@recproxy("https", "api.twitter.com", "update.rec")
@recproxy("https", "api-ssl.bitly.com", "v3_shorten.rec")
def test_a_link_is_shortened_and_posted_by_the_older_versions():
    answer = send(domain="twitter.com", api="1.1", shortener="v3", **LINK)

    assert answer["error"] is None
    assert answer["result"]["text"] == "nerdy! http://bit.ly/eT3aUn"


@recproxy("https", "gmail.googleapis.com", "send.rec")
@recproxy("https", "api.twitter.com", "post.rec")
@recproxy("https", "api-ssl.bitly.com", "v4_shorten.rec")
def test_a_link_is_shortened_posted_and_mailed():
    posted = send(domain="twitter.com", **LINK)["result"]
    mailed = send(**MAIL, message="nerdy!", shorturl=posted["shorturl"])["result"]

    assert posted["id"] == "1522929456142245888"
    assert mailed["labelIds"] == ["SENT"]
    assert mailed["shorturl"] == posted["shorturl"]


@recproxy("https", "api.twitter.com", "post.rec")
@recproxy("https", "api-ssl.bitly.com", "v4_shorten_duplicate.rec")
def test_a_link_shortened_before_is_posted_all_the_same():
    assert send(domain="twitter.com", **LINK)["error"] is None
