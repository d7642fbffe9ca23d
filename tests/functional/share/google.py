"""Google as F1 used it in 2011: contacts as a feed of Atom, and Gmail by SMTP."""

import smtplib
import ssl
from base64 import b64encode
from email.message import EmailMessage
from xml.etree import ElementTree as ET

from share.letter import SUBJECT, letter
from share.oauth1 import authorization
from share.service import ServiceError, ask

SMTP = "smtp.gmail.com"
XOAUTH = "https://mail.google.com/mail/b/{email}/smtp/"

FEED = "http://www.google.com/m8/feeds/contacts/default/full?v=1&max-results=500"
NAMES = {
    "atom": "http://www.w3.org/2005/Atom",
    "search": "http://a9.com/-/spec/opensearchrss/1.0/",
    "gd": "http://schemas.google.com/g/2005",
}


def send(account, share):
    """Mail a letter by SMTP, logged in with the account's token.

    Raises:
        ServiceError: Gmail refused, or hung up.
    """
    sender = account.get("profile", {}).get("verifiedEmail", account.get("username"))
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = sender, share["to"], share.get("subject", SUBJECT)
    message.set_content(letter(share))
    url = XOAUTH.format(email=sender)
    proof = f"GET {url} {authorization('GET', url, service='GOOGLE', account=account).removeprefix('OAuth ')}"
    try:
        with smtplib.SMTP(SMTP, 587, timeout=30) as server:
            server.starttls(context=ssl.create_default_context())
            server.ehlo()
            server.docmd("AUTH", f"XOAUTH {b64encode(proof.encode()).decode()}")
            server.send_message(message)
    except smtplib.SMTPRecipientsRefused as refused:
        code, said = next(iter(refused.recipients.values()))
        raise ServiceError(provider=SMTP, message=said.decode(), status=code) from None
    except smtplib.SMTPException as problem:
        raise ServiceError(provider=SMTP, message=str(problem)) from None
    return {"status": "message sent"}


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
