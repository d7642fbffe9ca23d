"""The recordings that profile packages ship, asked as the usual SDKs of their services ask.

The requests are facts about the SDKs; what a signature or a token holds does not take part in matching.
"""

from pathlib import Path

import pytest

from recproxy.config.profile_reading import parse_profile
from recproxy.config.toml_files import read_toml
from recproxy.errors import ProfileError
from recproxy.matching.index import Index
from recproxy.play.playback import Playback
from recproxy.play.reading import read_recording
from recproxy.recording import Request

PROFILES = Path(__file__).parents[2] / "profiles"
FORM = "application/x-www-form-urlencoded"
REFRESH = "grant_type=refresh_token&client_id=a&client_secret=b&refresh_token=c"
SCOPE = "&scope=https%3A%2F%2Fwww.googleapis.com%2Fauth%2Fgmail.send"
SEND = "/gmail/v1/users/me/messages/send"

USES = [
    # SDK, profile, recording, requests
    ("tweepy", "twitter", "v2_me", [("GET", "https://api.twitter.com/2/users/me", "", "")]),
    ("python-twitter-v2, xdk", "twitter", "v2_me", [("GET", "https://api.x.com/2/users/me", "", "")]),
    ("bitlyshortener", "bitly", "v4_shorten", [("POST", "https://api-ssl.bitly.com/v4/shorten", "json", "")]),
    ("pyshorteners", "bitly", "v4_shorten", [("POST", "https://api-ssl.bit.ly/v4/shorten", "json", "")]),
    (
        "google-api-python-client",
        "gmail",
        "send",
        [
            ("POST", "https://oauth2.googleapis.com/token", FORM, REFRESH + SCOPE),
            ("POST", f"https://gmail.googleapis.com{SEND}?alt=json", "application/json", '{"raw": "QQ"}'),
        ],
    ),
    (
        "googleapis of node",
        "gmail",
        "send",
        [
            ("POST", "https://oauth2.googleapis.com/token", FORM, REFRESH),
            ("POST", f"https://gmail.googleapis.com{SEND}?prettyPrint=true", "application/json", '{"raw": "QQ"}'),
        ],
    ),
    (
        "the general name of Google's APIs",
        "gmail",
        "send",
        [
            ("POST", "https://oauth2.googleapis.com/token", FORM, REFRESH),
            ("POST", f"https://www.googleapis.com{SEND}?alt=json", "application/json", '{"raw": "QQ"}'),
        ],
    ),
]


def playback(name, recording):
    package = PROFILES / name / f"recproxy_{name}"
    profile = parse_profile(read_toml(package / "profile.toml", ProfileError))
    return Playback(Index([read_recording(str(package / "recordings" / f"{recording}.rec"))], profile.rules()))


def request(method, url, kind, body, recorded):
    """A live request; where no body is given, it is the one that the recording was made for."""
    if kind == "json":
        kind, body = "application/json", recorded.body.decode().replace("XXX", "x")
    headers = ((b"Content-Type", kind.encode()),) if kind else ()
    return Request(method=method, url=url, headers=headers, body=body.encode(), wild=None)


@pytest.mark.parametrize(("sdk", "profile", "recording", "requests"), USES, ids=[f"{use[0]}-{use[2]}" for use in USES])
def test_a_starter_recording_answers_what_an_sdk_asks(sdk, profile, recording, requests):
    played = playback(profile, recording)

    for number, words in enumerate(requests):
        candidates = played.locate(request(*words, played.interaction(number).request))
        assert played.take(candidates) == number, f"{sdk} misses {words[1]}"
