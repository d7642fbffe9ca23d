"""Facebook's Graph API, as F1 used it: a wall, the walls of groups, and the login in a browser."""

import os
from urllib.parse import parse_qs, urlencode

from share.service import ServiceError, ask

DOMAIN = "facebook.com"
GRAPH = "https://graph.facebook.com"
#: What we call a part of a share, and what Facebook does.
FEED = {"link": "link", "title": "name", "description": "description", "picture": "picture", "caption": "caption"}
PROFILE = "id,first_name,last_name,name,link,birthday,email,website,verified,picture,gender,timezone"


def send(account, share):
    """Post to the wall of the user, or of the group in `to`."""
    post = {"message": share.get("message", "")} | {
        theirs: share[ours] for ours, theirs in FEED.items() if ours in share
    }
    parts = {name: (None, value) for name, value in post.items()}
    sent = call(account, "POST", f"{share.get('to') or 'me'}/feed", files=parts)
    return sent | {DOMAIN: sent["id"]}


def contacts(account):
    """The groups of the user: their walls are what one can post to."""
    groups = [
        {
            "displayName": group["name"],
            "accounts": [{"domain": DOMAIN, "userid": group["id"], "username": None}],
        }
        for group in call(account, "GET", "me/groups")["data"]
    ]
    return {"entry": groups, "itemsPerPage": len(groups), "startIndex": 0}


def authorize(callback):
    """Where the browser goes to log in."""
    return f"{GRAPH}/oauth/authorize?" + urlencode(
        {"client_id": os.environ["FACEBOOK_APP_ID"], "redirect_uri": callback}
    )


def verify(code, callback):
    """The account of a browser that came back with a code."""
    wanted = {
        "client_id": os.environ["FACEBOOK_APP_ID"],
        "client_secret": os.environ["FACEBOOK_APP_SECRET"],
        "code": code,
        "redirect_uri": callback,
    }
    answer = checked(ask("GET", f"{GRAPH}/oauth/access_token", params=wanted))
    token = parse_qs(answer.text.strip())["access_token"][0]
    user = call({"oauth_token": token}, "GET", "me", fields=PROFILE)
    return {"oauth_token": token, "userid": user["id"], "displayName": user["name"]}


def call(account, method, path, *, files=None, **params):
    """The JSON of a call that an account makes."""
    params = {"access_token": account["oauth_token"]} | params
    return checked(ask(method, f"{GRAPH}/{path}", params=params, files=files)).json()


def checked(response):
    """A response of success. A token that is no good is told by a header: then the status is 401, not their 400."""
    if response.ok:
        return response
    said = response.json()
    known = (
        said["error"] if isinstance(said.get("error"), dict) else {"message": said.get("error_msg", response.reason)}
    )
    revoked = "invalid_token" in response.headers.get("www-authenticate", "")
    status = 401 if revoked else response.status_code
    raise ServiceError(**{"code": 0} | known | {"provider": DOMAIN, "status": status})
