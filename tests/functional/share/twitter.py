"""Twitter: v2 with a bearer token, and the older versions with OAuth 1."""

import os
from urllib.parse import parse_qs

from share.oauth1 import authorization, signed
from share.service import ServiceError, ask, call

DOMAIN = "twitter.com"
OLDER = {
    "1.1": "https://api.twitter.com/1.1/statuses/update.json",
    "1": "https://twitter.com/statuses/update.json",  # as of 2011
}
API_1 = "https://api.twitter.com/1"
OAUTH = "https://twitter.com/oauth"


def post(text, *, version="2"):
    """Post a text; the post as the service describes it."""
    if version == "2":
        return call_v2("POST", "tweets", json={"text": text})["data"]
    url = OLDER[version]
    return call(DOMAIN, "POST", url, data=signed("POST", url, {"status": text}))


def followers():
    """The first page of those who follow the owner of the token."""
    me = call_v2("GET", "users/me")["data"]
    return call_v2("GET", f"users/{me['id']}/followers")["data"]


def call_v2(method, path, **request):
    """A call of v2, as the owner of the token."""
    headers = {"Authorization": f"Bearer {os.environ['TWITTER_BEARER_TOKEN']}"}
    return call(DOMAIN, method, f"https://api.twitter.com/2/{path}", headers=headers, **request)


def send(account, share):
    """As F1 did by v1: a public status, or a direct message to the follower in `to`."""
    text = with_link(share.get("message", ""), share.get("link"), share.get("shorturl"))
    match share:
        case {"shareType": "direct", "to": to}:
            path, form = "direct_messages/new", {"text": text, "user": to}
        case {"shareType": "public"}:
            path, form = "statuses/update", {"status": text}
        case _:
            message = "A share is public, or direct with an addressee"
            raise ServiceError(provider=DOMAIN, message=message, status=400, code=0)
    url = f"{API_1}/{path}.json"
    return call(DOMAIN, "POST", url, data=signed("POST", url, form, account=account))


def with_link(message, link, shorturl):
    """A message that holds the link, the short one if there is one."""
    if link and shorturl:
        message = message.replace(link, shorturl)
    wanted = shorturl or link
    return f"{message} {wanted}" if wanted and wanted not in message else message


def contacts(account):
    """The first followers, by v1."""
    url = f"{API_1}/statuses/followers.json?screen_name={account['username']}&cursor=-1"
    headers = {"Authorization": authorization("GET", url, service="TWITTER", account=account)}
    entries = [entry(user) for user in call(DOMAIN, "GET", url, headers=headers)["users"]]
    return {"entry": entries, "itemsPerPage": len(entries), "startIndex": 0, "totalResults": len(entries)}


def entry(user):
    """A follower as an entry of an address book."""
    found = {
        "displayName": user.get("name") or user["screen_name"],
        "accounts": [{"domain": DOMAIN, "userid": user["id"], "username": user["screen_name"]}],
    }
    if user.get("url"):
        found["urls"] = [{"primary": False, "value": user["url"]}]
    if user.get("profile_image_url"):
        found["photos"] = [{"type": "profile", "value": user["profile_image_url"]}]
    if user.get("created_at"):
        found["published"] = user["created_at"]
    return found


def authorize(callback):
    """Where the browser goes to log in, with a request token."""
    url = f"{OAUTH}/request_token"
    header = authorization("GET", url, service="TWITTER", account={}, oauth_callback=callback)
    response = ask("GET", url, headers={"Authorization": header})
    if not response.ok:
        raise ServiceError(provider=DOMAIN, message=response.reason, status=response.status_code, code=0)
    return f"{OAUTH}/authorize?oauth_token={parse_qs(response.text.strip())['oauth_token'][0]}"
