"""LinkedIn's API of 2011, as F1 used it: shares, letters to connections, and the first step of OAuth 1."""

from urllib.parse import parse_qs

from share.letter import SUBJECT, letter
from share.oauth1 import authorization
from share.service import ServiceError, ask, refusal

DOMAIN = "linkedin.com"
API = "http://api.linkedin.com/v1/people/~"
OAUTH = "https://api.linkedin.com/uas/oauth"
PUBLIC = ("anyone", "connections-only")
#: Headers of one connection, which are no part of an answer.
HOP_BY_HOP = {"connection", "keep-alive", "proxy-connection", "transfer-encoding"}


def send(account, share):
    """Share with everybody or all connections, or write to the one in `to`. LinkedIn answers with headers only."""
    to = share.get("to", "anyone")
    if to in PUBLIC:
        content = {
            "title": share.get("subject", ""),
            "submitted-url": share.get("link", ""),
            "submitted-image-url": share.get("picture", ""),
            "description": share.get("description", ""),
        }
        body = {"comment": share["message"], "content": content, "visibility": {"code": to}}
        return call(account, "POST", f"{API}/shares", json=body)
    people = [{"person": {"_path": f"/people/{name.strip()}"}} for name in to.split(",")]
    body = {"recipients": {"values": people}, "subject": share.get("subject", SUBJECT), "body": letter(share)}
    return call(account, "POST", f"{API}/mailbox", json=body)


def contacts(account):
    """The first connections."""
    people = call(account, "GET", f"{API}/connections?count=25").get("values", [])
    return {"entry": [entry(person) for person in people]}


def entry(person):
    """A connection as an entry of an address book."""
    found = {
        "displayName": f"{person['firstName']} {person['lastName']}",
        "accounts": [{"domain": DOMAIN, "userid": person["id"], "username": ""}],
    }
    if "siteStandardProfileRequest" in person:
        url = person["siteStandardProfileRequest"]["url"]
        found["urls"] = [{"type": "profile", "primary": True, "value": url}]
    if "pictureUrl" in person:
        found["photos"] = [{"type": "profile", "value": person["pictureUrl"]}]
    return found


def authorize(callback):
    """Where the browser goes to log in, with a request token."""
    url = f"{OAUTH}/requestToken"
    header = authorization("GET", url, service="LINKEDIN", account={}, oauth_callback=callback)
    token = parse_qs(checked(ask("GET", url, headers={"Authorization": header})).text.strip())
    return f"{token['xoauth_request_auth_url'][0]}?oauth_token={token['oauth_token'][0]}"


def call(account, method, url, **request):
    """The JSON of a call that an account makes, or its headers where there is no body."""
    headers = {"Authorization": authorization(method, url, service="LINKEDIN", account=account), "x-li-format": "json"}
    response = checked(ask(method, url, headers=headers, **request))
    if response.content:
        return response.json()
    said = {name.lower(): value for name, value in response.headers.items() if name.lower() not in HOP_BY_HOP}
    return said | {"status": str(response.status_code)}


def checked(response):
    """A response of success."""
    if not response.ok:
        message, code = refusal(response)
        raise ServiceError(provider=DOMAIN, message=message, status=response.status_code, code=code)
    return response
