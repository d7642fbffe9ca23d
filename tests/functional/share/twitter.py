"""Twitter: v2 with a bearer token, and the older versions with OAuth 1 in the form."""

import os

from share.oauth1 import signed
from share.service import call

OLDER = {
    "1.1": "https://api.twitter.com/1.1/statuses/update.json",
    "1": "https://twitter.com/statuses/update.json",  # as of 2011
}


def post(text, *, version="2"):
    """Post a text; the post as the service describes it."""
    if version == "2":
        return call_v2("POST", "tweets", json={"text": text})["data"]
    url = OLDER[version]
    return call("twitter.com", "POST", url, data=signed("POST", url, {"status": text}))


def followers():
    """The first page of those who follow the owner of the token."""
    me = call_v2("GET", "users/me")["data"]
    return call_v2("GET", f"users/{me['id']}/followers")["data"]


def call_v2(method, path, **request):
    """A call of v2, as the owner of the token."""
    headers = {"Authorization": f"Bearer {os.environ['TWITTER_BEARER_TOKEN']}"}
    return call("twitter.com", method, f"https://api.twitter.com/2/{path}", headers=headers, **request)
