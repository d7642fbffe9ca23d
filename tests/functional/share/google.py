"""Google's contacts of 2011, as F1 read them: a feed of Atom."""

from xml.etree import ElementTree as ET

from share.oauth1 import authorization
from share.service import ServiceError, ask

FEED = "http://www.google.com/m8/feeds/contacts/default/full?v=1&max-results=500"
NAMES = {
    "atom": "http://www.w3.org/2005/Atom",
    "search": "http://a9.com/-/spec/opensearchrss/1.0/",
    "gd": "http://schemas.google.com/g/2005",
}


def contacts(account):
    """Those of the address book who have an email address; the counts are the feed's own words."""
    headers = {"Authorization": authorization("GET", FEED, service="GOOGLE", account=account)}
    response = ask("GET", FEED, headers=headers)
    if not response.ok:
        raise ServiceError(provider="google.com", message=response.reason, status=response.status_code, code=0)
    feed = ET.fromstring(response.content)
    entries = [entry(person) for person in feed.iterfind("atom:entry", NAMES)]
    return {
        "entry": [each for each in entries if each["emails"]],
        **{
            name: feed.findtext(f"search:{name}", None, NAMES)
            for name in ("itemsPerPage", "startIndex", "totalResults")
        },
    }


def entry(person):
    """A contact as an entry of an address book."""
    emails = [
        {"value": email.get("address"), "primary": email.get("primary")} for email in person.iterfind("gd:email", NAMES)
    ]
    return {"displayName": person.findtext("atom:title", None, NAMES), "emails": emails}
