"""Yahoo's mail and contacts of 2011, as F1 used them."""

from share.letter import SUBJECT, letter
from share.oauth1 import authorization
from share.service import ServiceError, UnavailableError, ask

DOMAIN = "yahoo.com"
MAIL = "http://mail.yahooapis.com/ws/mail/v1.1/jsonrpc"
CONTACTS = "http://social.yahooapis.com/v1/user/{guid}/contacts"


def send(account, share):
    """Mail a letter by JSON-RPC; the result is the message's id."""
    profile = account.get("profile", {})
    message = {
        "subject": share.get("subject", SUBJECT),
        "from": {"name": profile.get("displayName"), "email": profile.get("verifiedEmail")},
        "to": [{"email": address.strip()} for address in share["to"].split(",")],
        "simplebody": {"text": letter(share)},
    }
    params = [{"message": message, "savecopy": 1}]
    response = call(account, "POST", MAIL, json={"method": "SendMessage", "params": params, "id": "jsonrpc"})
    answer = response.json()
    if answer.get("error"):
        raise ServiceError(**answer["error"], provider=DOMAIN, status=response.status_code)
    return answer["result"]


def contacts(account):
    """The address book of the user."""
    guid = account.get("profile", {}).get("xoauth_yahoo_guid")
    response = call(account, "GET", CONTACTS.format(guid=guid))
    answer = response.json()
    if not response.ok:
        raise ServiceError(**answer, status=response.status_code)
    return {"entry": [entry(person["fields"]) for person in answer["contacts"].get("contact", [])]}


def entry(fields):
    """A contact as an entry of an address book."""
    found = {}
    for field in fields:
        value = field["value"]
        match field["type"]:
            case "name":
                names = [value.get(part) for part in ("givenName", "middleName", "familyName")]
                found["displayName"] = " ".join(name for name in names if name)
            case "email":
                found.setdefault("emails", []).append({"value": value, "primary": False})
            case "nickname":
                found["nickname"] = value
    return found


def call(account, method, url, **request):
    """The response to a call that an account makes. 404 and 5xx pass, as Yahoo's failures do: come again later."""
    headers = {
        "Authorization": authorization(method, url, service="YAHOO", account=account),
        "Accept": "application/json",
    }
    response = ask(method, url, headers=headers, **request)
    if response.status_code == 404 or response.status_code >= 500:
        raise UnavailableError(DOMAIN, response.text)
    return response
