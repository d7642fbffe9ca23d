"""The captures of Mozilla F1, read in place: the share server does for each service what F1 did in 2011.

What F1 was asked and what it answered stand beside what the service said (recordings/f1/README.md).
"""

import json
from pathlib import Path

import pytest

from recproxy import recproxy
from share.testing import contacts_of, log_in, send

CORPUS = Path(__file__).parent / "recordings/f1"
CAPTURES = sorted(folder for folder in CORPUS.glob("http-*"))
TRACES = sorted(folder for folder in CORPUS.glob("smtp-*"))

#: The domain of a service by the end of its hosts.
DOMAINS = {
    "facebook.com": "facebook.com",
    "google.com": "google.com",
    "linkedin.com": "linkedin.com",
    "twitter.com": "twitter.com",
    "yahooapis.com": "yahoo.com",
}
#: Something simple, for a capture that does not say what F1 was asked.
ACCOUNT = {
    "oauth_token": "foo",
    "oauth_token_secret": "bar",
    "username": "mytwitterid",
    "profile": {"displayName": "me", "verifiedEmail": "me@yahoo.com", "xoauth_yahoo_guid": "xxx"},
}
#: With what a service sends a browser back that has logged in; nothing where the capture ends before that.
RETURNED = {"facebook.com": {"code": "the_code"}}
LOGGED_IN = {
    "facebook.com": "/success",
    "linkedin.com": "https://api.linkedin.com/uas/oauth/authorize?oauth_token=the_token",
    "twitter.com": "https://twitter.com/oauth/authorize?oauth_token=the_token",
}


@pytest.mark.parametrize("capture", CAPTURES, ids=lambda folder: folder.name)
def test_f1_answers_as_it_did(capture):
    _, host, kind, _ = capture.name.split("-", 3)
    domain = next(domain for end, domain in DOMAINS.items() if host.endswith(end))

    with recproxy("https", host, str(capture), mode="replay"):  # the services of 2011 are gone
        if kind == "auth":
            answer = log_in(domain, **RETURNED.get(domain, {}))
            assert answer.status_code == read(capture, "expected-f1-response.json")["status"]
            assert answer.headers["Location"].removeprefix(answer.url.partition("/api")[0]) == LOGGED_IN[domain]
            return
        asked = read(capture, "f1-request.json") or simple(domain, kind)
        answer = send(**asked) if kind == "send" else contacts_of(domain, **asked)

    assert compared(answer, wanted := read(capture, "expected-f1-data.json")) == wanted


@pytest.mark.parametrize("capture", TRACES, ids=lambda folder: folder.name)
def test_f1_mails_as_it_did(capture):
    with recproxy("gmail", str(capture), mode="replay"):
        answer = send(domain="google.com", account=ACCOUNT, to="you@example.com")

    wanted = read(capture, "expected-f1-data.json")
    if wanted["error"]:  # F1 kept the blank behind the code
        wanted["error"]["message"] = wanted["error"]["message"].strip()
    assert answer == wanted


def simple(domain, kind):
    """What F1's own test asked where a capture does not say."""
    asked = {"domain": domain, "account": ACCOUNT} if kind == "send" else {"account": ACCOUNT}
    return asked | ({"to": "you@example.com"} if domain == "yahoo.com" and kind == "send" else {})


def read(capture, name):
    path = capture / name
    return json.loads(path.read_bytes()) if path.exists() else None


def compared(got, wanted):
    """What was got, with "*" in each place where that is wanted: any value will do there."""
    if wanted == "*":
        return "*"
    if isinstance(got, dict) and isinstance(wanted, dict):
        return {key: compared(value, wanted.get(key)) for key, value in got.items()}
    return got


@pytest.mark.parametrize("domain", ["myspace.com", "gmail.com"])
def test_a_service_that_cannot_send_is_told(domain):
    error = send(domain=domain, account=ACCOUNT)["error"]

    assert error == {"provider": domain, "message": f"{domain!r} has no send", "status": 400, "code": 0}


def test_the_corpus_is_whole():
    assert (len(CAPTURES), len(TRACES)) == (23, 3)
